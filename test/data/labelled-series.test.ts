// Reading labelled series: the forms of files that there are, odd ones, and what is refused, by file, row and column.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ReadSeriesOptions,
  readLabelledSeries,
  readSeriesSamples,
} from "../../src/data/labelled/read-labelled-series.ts";
import {
  classCounts,
  isLabelled,
  type LabelledSeries,
  labelledSeries,
  takeSeries,
  withClasses,
} from "../../src/data/labelled-series.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-labelled-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function read(
  content: string,
  name = "a.tsv",
  options: ReadSeriesOptions = {},
): Promise<LabelledSeries> {
  return readLabelledSeries(await fileOf(name, content), options);
}

/** Series as plain lists. */
const plain = ({ x }: Pick<LabelledSeries, "x">) =>
  x.map((channels) => channels.map((values) => [...values]));

/** The names of the labels. */
const names = ({ labels, classes }: LabelledSeries) => Array.from(labels, (label) => classes[label]);

describe("rows of numbers", () => {
  test("UCR's .tsv: the label first, no header", async () => {
    const data = await read("-1\t0.5\t1e-3\n1\t2\t-3\n");
    expect(plain(data)).toEqual([[[0.5, 0.001]], [[2, -3]]]);
    expect(data.classes).toEqual(["-1", "1"]);
    expect([...data.labels]).toEqual([0, 1]);
    expect([...data.rows]).toEqual([1, 2]);
    expect(data.notes).toEqual(["a.tsv has no header: the first value of each row is taken for its label."]);
  });

  test("the archive's older .txt: several spaces, labels as floats; packed with gzip", async () => {
    const text = "   1.0000000e+00  2.5  3.5\n   2.0000000e+00  4.5  5.5\r\n";
    const data = await readLabelledSeries(await fileOf("old.txt.gz", gzipSync(text)));
    expect(data.classes).toEqual(["1", "2"]);
    expect(plain(data)).toEqual([[[2.5, 3.5]], [[4.5, 5.5]]]);
  });

  test("missing values at the end make a series shorter, those within stay", async () => {
    const data = await read("1\t1\tNaN\t3\tNaN\n2\t4\t5\t6\t7\n");
    expect(plain(data)).toEqual([[[1, Number.NaN, 3]], [[4, 5, 6, 7]]]);
    expect(data.notes[1]).toBe("1 row of a.tsv ends in missing values: read as shorter series.");
  });

  test("a wide CSV with a header: the label's column by its name, wherever it stands", async () => {
    const text = "t1,t2,state\n1,2,on\n3,4,off\n";
    const named = await read(text, "wide.csv", { label: "state" });
    expect(names(named)).toEqual(["on", "off"]);
    expect(named.classes).toEqual(["off", "on"]);
    expect(plain(named)).toEqual([[[1, 2]], [[3, 4]]]);
    expect([...named.rows]).toEqual([2, 3]);
    const found = await read(text, "wide.csv");
    expect(found.notes).toEqual(['The label of wide.csv is column "state".']);
    expect(found.labels).toEqual(named.labels);
  });

  test("a header of counted columns, a column called class, quoted cells, columns left out", async () => {
    const text = 'id,class,0,1,2\n17,"a, b",1,2,3\n18,c,4,5,6\n';
    const data = await read(text, "p.csv", { drop: ["id"] });
    expect(names(data)).toEqual(["a, b", "c"]);
    expect(plain(data)).toEqual([[[1, 2, 3]], [[4, 5, 6]]]);
    const bare = await read("label,0,1,2\nx,5,5,6\ny,7,8,9\n", "q.csv");
    expect(names(bare)).toEqual(["x", "y"]);
  });

  test("columns that tell the rows apart are left out, and this is said", async () => {
    const text = ",sample_id,t1,t2,state\n0,k7,1,2,on\n1,k8,3,4,off\n";
    const data = await read(text, "ids.csv");
    expect([names(data), plain(data)]).toEqual([
      ["on", "off"],
      [[[1, 2]], [[3, 4]]],
    ]);
    expect(data.notes).toEqual([
      'The label of ids.csv is column "state".',
      "Column 1 of ids.csv is left out: it tells the rows apart, and is no value.",
      'Column "sample_id" of ids.csv is left out: it tells the rows apart, and is no value.',
    ]);
    // Counted rows, whatever the column is called; the same counts as labels are asked for by name.
    const rows = [1, 2, 3, 4, 5].map((n) => `${n},${n % 2},${10 - n},${n % 3 === 0 ? "a" : "b"}`).join("\n");
    expect(plain(await read(rows, "c.csv"))[1]).toEqual([[0, 8]]);
    const counted = await read(`n,u,v,w\n${rows.replaceAll(/[ab]/g, "7")}\n`, "c.csv", { label: "n" });
    expect([counted.classes, plain(counted)[1]]).toEqual([["1", "2", "3", "4", "5"], [[0, 8, 7]]]);
    // Four rows may be counted by chance; numbers without a header are a label and values.
    expect(plain(await read("n,u,k\n1,5,a\n2,5,b\n3,6,b\n4,6,a\n", "f.csv"))[0]).toEqual([[1, 5]]);
    expect(plain(await read("1\t4\t5\n2\t5\t5\n3\t5\t5\n4\t5\t5\n5\t5\t5\n"))[0]).toEqual([[4, 5]]);
  });

  test("without a header: words are labels; last and a column's number may be said", async () => {
    expect(names(await read("1,2,up\n3,4,down\n", "u.csv"))).toEqual(["up", "down"]);
    expect(names(await read("1,2,0\n3,4,1\n", "u.csv", { label: "last" }))).toEqual(["0", "1"]);
    expect(plain(await read("1,2,0\n3,4,1\n", "u.csv", { label: "3" }))).toEqual([[[1, 2]], [[3, 4]]]);
  });

  test("decimal commas beside semicolons", async () => {
    expect(plain(await read("a;1,5;2,25\nb;3;4\n", "de.csv"))).toEqual([[[1.5, 2.25]], [[3, 4]]]);
  });
});

describe(".ts files", () => {
  const head =
    "# a comment\n% another\n@problemName Toy\n@timeStamps false\n@univariate true\n@classLabel true up down\n@data\n";

  test("one channel, missing values, the label behind the colon", async () => {
    const data = await read(`${head}1,?,3:up\n4,5:down\n`, "toy.ts");
    expect(plain(data)).toEqual([[[1, Number.NaN, 3]], [[4, 5]]]);
    expect(names(data)).toEqual(["up", "down"]);
    expect([...data.rows]).toEqual([8, 9]);
  });

  test("several channels of unequal length from series to series", async () => {
    const text =
      "@univariate false\n@dimension 2\n@equalLength false\n@classLabel true 1 2\n@data\n1,2:3,4:1\n5:6:2\n";
    expect(plain(await read(text, "m.ts"))).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      [[5], [6]],
    ]);
  });

  test("a head that says that there are no labels", async () => {
    const path = await fileOf("bare.ts", "@univariate true\n@classLabel false\n@data\n1,2\n3,4\n");
    const samples = await readSeriesSamples(path);
    expect(isLabelled(samples)).toBe(false);
    expect(plain(samples)).toEqual([[[1, 2]], [[3, 4]]]);
    await expect(readLabelledSeries(path)).rejects.toThrow(
      'bare.ts: it says "@classLabel false": its series have no labels.',
    );
  });

  test.each<[string, string, string]>([
    [
      "a label that the head does not list",
      `${head}1,2:sideways\n`,
      'toy.ts, row 8: the label "sideways" is none of those that the head lists: up and down.',
    ],
    ["no label", `${head}1,2:up\n3,4:\n`, "toy.ts, row 9: the label is missing."],
    ["one channel too many", `${head}1,2:3,4:up\n`, "toy.ts, row 8: it has 2 channels, wanted 1"],
    ["what is no number", `${head}1,x:up\n`, 'toy.ts, row 8, value 2: "x" is not a number.'],
    [
      "a length that the head denies",
      "@univariate true\n@equalLength true\n@seriesLength 3\n@data\n1,2:up\n",
      "toy.ts, row 5: it has 2 values, and the head says that each has 3.",
    ],
    ["time stamps", "@timeStamps true\n@univariate true\n@data\n(0,1):up\n", "its values have time stamps"],
    ["regression", "@targetLabel true\n@data\n1,2:0.5\n", "it is for regression"],
    ["a head without an end", "@univariate true\n", 'there is no line "@data"'],
    ["ARFF", "@relation x\n@attribute a numeric\n@data\n1,up\n", "it is an ARFF file"],
  ])("refused: %s", async (_, text, message) => {
    await expect(read(text, "toy.ts")).rejects.toThrow(message);
  });
});

describe("JSON lines", () => {
  test("channels, values, null for a missing one", async () => {
    const data = await read(
      '{"label":"a","channels":[[1,null],[3,4]]}\n\n{"label":"b","channels":[[5],[6]]}\n',
      "a.jsonl",
    );
    expect(plain(data)).toEqual([
      [
        [1, Number.NaN],
        [3, 4],
      ],
      [[5], [6]],
    ]);
    expect(plain(await read('{"class":1,"values":[1,2]}\n{"class":2,"values":[3,4]}\n', "b.jsonl"))).toEqual([
      [[1, 2]],
      [[3, 4]],
    ]);
  });

  test.each<[string, string, string]>([
    ["no label", '{"label":"a","values":[1]}\n{"values":[2]}\n', "a.jsonl, row 2: the label is missing."],
    [
      "a misspelt field",
      '{"lable":"a","values":[1]}\n',
      'a.jsonl, row 1: there is not a field "label". Did you mean "lable"?',
    ],
    [
      "what is no number",
      '{"label":"a","channels":[[1],["x"]]}\n',
      'a.jsonl, row 1, channel 2, value 1: "x" is not a number.',
    ],
    ["a line that is cut off", '{"label":"a","values":[1]}\n{"label":\n', "a.jsonl, row 2: it is no JSON"],
    [
      "channels of different lengths",
      '{"label":"a","channels":[[1,2],[3]]}\n',
      "a.jsonl, row 1, channel 2: it has 1 values, and channel 1 has 2",
    ],
    [
      "more channels than before",
      '{"label":"a","channels":[[1]]}\n{"label":"b","channels":[[1],[2]]}\n',
      "a.jsonl, row 2: it has 2 channels, and row 1 has 1",
    ],
    [
      "a channel without a number",
      '{"label":"a","values":[null,null]}\n',
      "a.jsonl, row 1: it holds no number",
    ],
  ])("refused: %s", async (_, text, message) => {
    await expect(read(text, "a.jsonl")).rejects.toThrow(message);
  });
});

describe("refused, by file, row and column", () => {
  test.each<[string, string, ReadSeriesOptions, string]>([
    [
      "a ragged row",
      "1\t2\t3\n1\t2\n",
      {},
      "a.tsv, row 2: it has 2 cells, and row 1 has 3. Fill shorter series up with empty cells or NaN.",
    ],
    [
      "what is no number",
      "1\t2\t3\n1\t2\t3\n2\t4\tx\n",
      { label: "first" },
      'a.tsv, row 3, column 3: "x" is not a number.',
    ],
    [
      "what is no number, by its name",
      "label,t1,t2\na,1,2\nb,3,?!\n",
      { label: "label" },
      'a.tsv, row 3, column "t2": "?!" is not a number.',
    ],
    [
      "a missing label",
      "label,t1,t2\na,1,2\n,3,4\n",
      {},
      'a.tsv, row 3, column "label": the label is missing.',
    ],
    ["a row without a number", "1\t2\t3\n2\tNaN\tNaN\n", {}, "a.tsv, row 2: it holds no number."],
    [
      "an unknown column",
      "label,t1,t2\na,1,2\n",
      { label: "lable" },
      'There is no column "lable" (--label) in a.tsv. Did you mean "label"?',
    ],
    [
      "a name without a header",
      "a\t1\t2\nb\t3\t4\n",
      { label: "label" },
      "It has no header: name the column by its number, 1 to 3, or say first or last.",
    ],
    [
      "two columns of words",
      "place,state,t1,t2\nx1,on,1,2\nx2,off,2,3\n",
      {},
      "a.tsv: which column is the label? It could be place or state.",
    ],
    [
      "numbers alone under a header",
      "t1,t2\n1,2\n3,4\n",
      {},
      "None is called label or class, and all hold numbers",
    ],
    ["a header alone", "label,t1,t2\n", {}, "a.tsv: it has a header and no rows."],
    [
      "a table with a row for each time",
      "id,time,value,label\n1,0,0.5,a\n1,1,0.7,a\n2,0,0.1,b\n2,1,0.2,b\n",
      {},
      'Cannot read a.tsv: its column "time" is no value of a series. Wanted a whole series in each row',
    ],
    [
      "the same without its times",
      "id,time,value,label\n1,0,0.5,a\n1,1,0.7,a\n2,0,0.1,b\n2,1,0.2,b\n",
      { drop: ["time"] },
      "Cannot read a.tsv: beside the label only value is left. Wanted a whole series in each row.",
    ],
    ["one cell a row", "1\n2\n", {}, "its rows have one cell each"],
  ])("%s", async (_, text, options, message) => {
    await expect(read(text, "a.tsv", options)).rejects.toThrow(message);
  });

  test("a file that is none", async () => {
    await expect(readLabelledSeries(join(folder, "nosuch.tsv"))).rejects.toThrow("there is no such file");
    await expect(readLabelledSeries(await fileOf("x.tsv", "PK\u0003\u0004"))).rejects.toThrow("a zip file");
  });

  test("an option that there is not", async () => {
    const options = { lable: "a" } as ReadSeriesOptions;
    await expect(read("1\t2\n", "a.tsv", options)).rejects.toThrow(
      'there is no option "lable". Did you mean "label"?',
    );
  });
});

describe("series to classify", () => {
  test("rows of as many cells as a series has have no label, one more is the label", async () => {
    const bare = await readSeriesSamples(await fileOf("n.tsv", "1\t2\t3\n4\t5\t6\n"), { length: 3 });
    expect([isLabelled(bare), plain(bare)]).toEqual([false, [[[1, 2, 3]], [[4, 5, 6]]]]);
    const labelled = await readSeriesSamples(await fileOf("l.tsv", "1\t2\t3\n2\t5\t6\n"), { length: 2 });
    expect(isLabelled(labelled)).toBe(true);
    const said = await readSeriesSamples(await fileOf("s.tsv", "1\t2\t3\n"), { label: "none" });
    expect(isLabelled(said)).toBe(false);
  });

  test("a header without the label's column", async () => {
    const samples = await readSeriesSamples(await fileOf("h.csv", "t1,t2\n1,2\n"), {
      label: "state",
      length: 2,
    });
    expect(isLabelled(samples)).toBe(false);
  });

  test("columns that tell the rows apart are no values, whether the label is there or not", async () => {
    const bare = await readSeriesSamples(await fileOf("i.csv", "id,t1,t2\n7,1,2\n"), { length: 2 });
    expect([isLabelled(bare), plain(bare)]).toEqual([false, [[[1, 2]]]]);
    const named = await readSeriesSamples(await fileOf("i.csv", "id,t1,t2\n7,1,2\n"), {
      label: "state",
      length: 2,
    });
    expect([isLabelled(named), plain(named)]).toEqual([false, [[[1, 2]]]]);
    const known = await readSeriesSamples(await fileOf("j.csv", "id,t1,t2,state\n7,1,2,on\n"), { length: 2 });
    expect([isLabelled(known), plain(known)]).toEqual([true, [[[1, 2]]]]);
  });
});

describe("labelled series in code", () => {
  test("classes are ordered by size where they are numbers", () => {
    const { classes, labels } = labelledSeries({ x: [[1], [2], [3]], labels: [10, 9, "10.0"] });
    expect(classes).toEqual(["9", "10"]);
    expect([...labels]).toEqual([1, 0, 1]);
  });

  test("parts, counts, and the classes of a model", () => {
    const data = labelledSeries({ x: [[1], [2], [3]], labels: ["b", "a", "b"] });
    expect([...classCounts(data)]).toEqual([1, 2]);
    expect([...takeSeries(data, [2, 0]).rows]).toEqual([3, 1]);
    expect([...withClasses(data, ["b", "c", "a"]).labels]).toEqual([0, 2, 0]);
    expect(() => withClasses(data, ["b", "c"])).toThrow(
      'the data, row 2: the label "a" is none of the classes trained on: b and c.',
    );
  });

  test("labels that are not as many as series", () => {
    expect(() => labelledSeries({ x: [[1], [2]], labels: ["a"] })).toThrow("there are 2 series and 1 labels");
  });
});
