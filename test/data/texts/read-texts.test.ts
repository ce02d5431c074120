// Reading texts and labels from files of many kinds.

import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { sqlText, withDuckdb } from "../../../src/data/duckdb.ts";
import { readTexts } from "../../../src/data/texts/read-texts.ts";
import type { ReadTextsOptions } from "../../../src/data/texts/text-options.ts";
import { pieces, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();

async function read(name: string, content: string | Uint8Array, options: ReadTextsOptions = {}) {
  const { texts, labels, rows, notes } = await readTexts(await folder.file(name, content), options);
  return { texts, labels, rows: [...rows], notes };
}

const TEXTS = [
  "A film of quiet power.",
  "Two hours I shall not get back.",
  "Wer das gesehen hat, lächelt: schön.",
];
const LABELS = ["pos", "neg", "pos"];
const TSV = ["text\tlabel", ...TEXTS.map((text, i) => `${text}\t${LABELS[i]}`), ""].join("\n");
const CSV = ["text,label", ...TEXTS.map((text, i) => `"${text}",${LABELS[i]}`), ""].join("\n");
const RECORDS = TEXTS.map((text, i) => ({ id: i, text, label: LABELS[i] }));
const lines = (records: readonly unknown[]) => records.map((record) => JSON.stringify(record)).join("\n");

describe("kinds of files", () => {
  test.each<[string, string, string | Uint8Array, number]>([
    ["TSV", "a.tsv", TSV, 2],
    ["CSV", "a.csv", CSV, 2],
    ["semicolons", "b.csv", CSV.replaceAll(/,(?=label|neg|pos)/g, ";"), 2],
    ["Windows line ends", "c.tsv", TSV.replaceAll("\n", "\r\n"), 2],
    ["line ends of old Macs", "d.tsv", TSV.replaceAll("\n", "\r"), 2],
    ["no line end at the end", "e.tsv", TSV.trimEnd(), 2],
    ["a byte order mark", "f.tsv", `\ufeff${TSV}`, 2],
    ["gzip", "g.tsv.gz", gzipSync(TSV), 2],
    ["gzip of another name", "h.tsv", gzipSync(TSV), 2],
    [
      "two gzip files, one after the other",
      "i.tsv.gz",
      Buffer.concat([gzipSync(TSV.slice(0, 40)), gzipSync(TSV.slice(40))]),
      2,
    ],
    ["UTF-16, little end first, with its mark", "j.tsv", Buffer.from(`\ufeff${TSV}`, "utf16le"), 2],
    ["UTF-16, big end first, without", "k.tsv", Buffer.from(TSV, "utf16le").swap16(), 2],
    ["UTF-16 packed with gzip", "l.tsv.gz", gzipSync(Buffer.from(`\ufeff${TSV}`, "utf16le")), 2],
    ["a table in a .txt", "m.txt", TSV, 2],
    ["a table without an ending", "n", TSV, 2],
    ["JSON lines", "a.jsonl", lines(RECORDS), 1],
    ["JSON lines of another name", "a.dat", lines(RECORDS), 1],
    ["a list in JSON", "a.json", JSON.stringify(RECORDS), 1],
    ["a list in JSON over many lines", "b.json", JSON.stringify(RECORDS, null, 2), 1],
    ["records within an object", "c.json", JSON.stringify({ version: 2, data: RECORDS }), 1],
    ["columns of lists in JSON", "d.json", JSON.stringify({ text: TEXTS, label: LABELS }), 1],
    [
      "columns by row numbers, as pandas writes JSON",
      "e.json",
      JSON.stringify({ text: { ...TEXTS }, label: { ...LABELS } }),
      1,
    ],
    ["JSON lines packed with gzip", "f.jsonl.gz", gzipSync(lines(RECORDS)), 1],
  ])("%s", async (_, name, content, firstRow) => {
    const { texts, labels, rows } = await read(name, content);
    expect(texts).toEqual(TEXTS);
    expect(labels).toEqual(LABELS);
    expect(rows).toEqual([0, 1, 2].map((i) => i + firstRow));
  });

  test("Parquet, also with lists of labels", async () => {
    const path = folder.path("a.parquet");
    await withDuckdb(async (connection) => {
      const rows = TEXTS.map((text, i) => `(${sqlText(text)}, ${i}, ['${LABELS[i]}', 'all'])`).join(", ");
      await connection.run(
        `COPY (SELECT * FROM (VALUES ${rows}) t(review, stars, topics)) TO ${sqlText(path)}`,
      );
    });
    expect((await readTexts(path)).texts).toEqual(TEXTS);
    expect((await readTexts(path)).labels).toEqual(["0", "1", "2"]);
    const topics = await readTexts(path, { label: "topics", columns: ["stars"], where: "stars > 0" });
    expect(topics.labels).toEqual([
      ["neg", "all"],
      ["pos", "all"],
    ]);
    expect(topics.columns).toEqual({ stars: ["1", "2"] });
    expect([...topics.rows]).toEqual([2, 3]);
    expect(topics.rowName(0)).toBe("record 2");
  });

  test.each([1, 3, 7, 1000])("the same from bytes that come %i at a time", async (size) => {
    for (const content of [TSV, CSV, lines(RECORDS), JSON.stringify(RECORDS), gzipSync(TSV)]) {
      const { texts, labels, source } = await readTexts({ bytes: pieces(content, size) });
      expect({ texts, labels, source }).toEqual({ texts: TEXTS, labels: LABELS, source: "the input" });
    }
  });

  test("plain text: a line each, or a paragraph, or the whole", async () => {
    const poem = "\n\nRoses are red,\r\nviolets are blue.\r\n\r\n \r\nSugar is sweet.\r\n";
    expect(await read("p.txt", poem)).toMatchObject({
      texts: ["Roses are red,", "violets are blue.", "Sugar is sweet."],
      labels: undefined,
      rows: [3, 4, 7],
    });
    expect(await read("p.txt", poem, { paragraphs: true })).toMatchObject({
      texts: ["Roses are red,\r\nviolets are blue.", "Sugar is sweet."],
      rows: [3, 7],
    });
    expect(await read("p.txt", poem, { whole: true })).toMatchObject({ texts: [poem], rows: [1] });
    // Prose with commas is no table.
    expect((await read("q.txt", "Yes, I see.\nNo, I do not.\n")).texts).toEqual([
      "Yes, I see.",
      "No, I do not.",
    ]);
  });

  test("paragraphs and lines from bytes that come a few at a time", async () => {
    const poem = "Roses are red,\nviolets are blue.\n\n\nSugar is sweet.";
    for (const size of [1, 2, 5]) {
      const { texts, rows } = await readTexts({ bytes: pieces(poem, size) }, { paragraphs: true });
      expect(texts).toEqual(["Roses are red,\nviolets are blue.", "Sugar is sweet."]);
      expect([...rows]).toEqual([1, 5]);
      expect((await readTexts({ bytes: pieces(poem, size) })).texts).toHaveLength(3);
    }
  });
});

describe("several files", () => {
  test("a pattern, a list and a folder: columns as in the first file, by name", async () => {
    await folder.file("many/part-10.tsv", "label\ttext\nneg\tThe last of them all.\n");
    await folder.file("many/part-2.tsv", TSV);
    await folder.file("many/.hidden.tsv", "text\tlabel\nno\tno\n");
    const inOrder = [...TEXTS, "The last of them all."];
    for (const source of [
      folder.path("many"),
      folder.path("many/*.tsv"),
      [folder.path("many/part-2.tsv"), folder.path("many/part-10.tsv")],
    ]) {
      const data = await readTexts(source);
      expect(data.texts).toEqual(inOrder);
      expect(data.labels).toEqual([...LABELS, "neg"]);
      expect(data.rowName(3)).toBe("row 2 of part-10.tsv");
      expect(data.notes).toHaveLength(1);
    }
    expect((await readTexts(folder.path("many"), { limit: 2 })).texts).toEqual(TEXTS.slice(0, 2));
  });

  test("of different kinds, where the columns are the same", async () => {
    await folder.file("kinds/1.tsv", TSV);
    await folder.file("kinds/2.jsonl", lines(RECORDS));
    expect((await readTexts(folder.path("kinds"))).texts).toEqual([...TEXTS, ...TEXTS]);
    await folder.file("odd/1.tsv", TSV);
    await folder.file("odd/2.tsv", "review\tlabel\nFine by me, I must say.\tpos\n");
    await expect(readTexts(folder.path("odd"))).rejects.toThrow(
      'There is no column "text" (--text) in 2.tsv. The columns are review and label.',
    );
  });

  test("a folder of .txt with a sub-folder for each label: a file is a text", async () => {
    await folder.file("acl/pos/0_9.txt", "Great.\nReally great.\n");
    await folder.file("acl/pos/10_8.txt", "Good <br />fun.");
    await folder.file("acl/neg/0_2.txt", '"Bad"');
    await folder.file("acl/urls_pos.txt", "http://…");
    const data = await readTexts(folder.path("acl"));
    expect(data.texts).toEqual(['"Bad"', "Great.\nReally great.", "Good <br />fun."]);
    expect(data.labels).toEqual(["neg", "pos", "pos"]);
    expect(data.rowName(2).replace("\\", "/")).toBe("pos/10_8.txt");
    expect(data.notes).toEqual([
      "1 .txt file that no sub-folder of acl holds is left out.",
      "The labels are the folders that the files of acl stand in: neg and pos.",
    ]);
    const unlabelled = await readTexts(folder.path("acl"), { label: "none", whole: false });
    expect(unlabelled.labels).toBeUndefined();
    expect(unlabelled.texts).toEqual(['"Bad"', "Great.", "Really great.", "Good <br />fun."]);
  });

  test("several folders of .txt: each is a label", async () => {
    await folder.file("three/pos/1.txt", "Great.\nReally.");
    await folder.file("three/neg/1.txt", "Bad.");
    await folder.file("three/unsup/1.txt", "Who knows.");
    const data = await readTexts([folder.path("three/pos"), folder.path("three/neg")]);
    expect(data.texts).toEqual(["Great.\nReally.", "Bad."]);
    expect(data.labels).toEqual(["pos", "neg"]);
    expect(data.notes).toEqual(["The labels are the folders that the files stand in: pos and neg."]);
    const all = await readTexts([folder.path("three")]);
    expect(all.labels).toEqual(["neg", "pos", "unsup"]);
  });

  test("parts of a data set that are read together are told of", async () => {
    await folder.file("parts/train/pos/1.txt", "Great.");
    await folder.file("parts/test/pos/1.txt", "Bad.");
    expect((await readTexts(folder.path("parts"))).notes[0]).toBe(
      "The texts of test and train are read together; give one of these folders to keep them apart.",
    );
  });

  test.skipIf(process.platform === "win32")("what another program writes", async () => {
    execFileSync("mkfifo", [folder.path("pipe")]);
    const [data] = await Promise.all([readTexts(folder.path("pipe")), writeFile(folder.path("pipe"), TSV)]);
    expect(data.labels).toEqual(LABELS);
  });

  test("a folder of .txt without sub-folders: lines", async () => {
    await folder.file("flat/a.txt", "One.\nTwo.\n");
    await folder.file("flat/b.txt", "Three.\n");
    expect((await readTexts(folder.path("flat"))).texts).toEqual(["One.", "Two.", "Three."]);
    expect((await readTexts(folder.path("flat"), { whole: true })).texts).toEqual([
      "One.\nTwo.\n",
      "Three.\n",
    ]);
  });
});

describe("labels", () => {
  test("at the beginnings of lines, as fastText takes them", async () => {
    const content = "__label__chess Who won?\n\n__label__food __label__sports What to eat before a race\n";
    const data = await read("ft.txt", content);
    expect(data.texts).toEqual(["Who won?", "What to eat before a race"]);
    expect(data.labels).toEqual([["chess"], ["food", "sports"]]);
    expect(data.rows).toEqual([1, 3]);
    expect(data.notes[0]).toBe("The lines of ft.txt begin with their labels (__label__…).");
    expect((await read("ft.txt", content, { limit: 1, where: "label = 'chess'" })).labels).toEqual(["chess"]);
    await expect(read("ft.txt", "__label__a Good\n__label__b\n")).rejects.toThrow(
      "ft.txt, line 2: the text is empty",
    );
  });

  test("several in a cell", async () => {
    const tsv = "text\ttopics\nA heist in space\tcrime| space\nA quiet farm\t\nA ship\tspace\n";
    expect((await read("multi.tsv", tsv, { label: "topics", labelSeparator: "|" })).labels).toEqual([
      ["crime", "space"],
      [],
      ["space"],
    ]);
  });

  test("lists and numbers in JSON", async () => {
    const records = [
      { text: "One", label: ["a", "b"] },
      { text: "Two", label: "a" },
      { text: ["Three", "words"], label: [] },
    ];
    const { texts, labels } = await read("lists.jsonl", lines(records));
    expect(texts).toEqual(["One", "Two", "Three words"]);
    expect(labels).toEqual([["a", "b"], ["a"], []]);
    const numbers = [
      { text: "One", label: 1 },
      { text: "Two", label: true },
    ];
    expect((await read("numbers.jsonl", lines(numbers))).labels).toEqual(["1", "true"]);
  });

  test("a list of bare texts in JSON", async () => {
    const { texts, labels } = await read("bare.json", JSON.stringify(TEXTS));
    expect(texts).toEqual(TEXTS);
    expect(labels).toBeUndefined();
  });
});

test("further columns, a condition and a limit", async () => {
  const csv =
    'text,price,split,label\nA lamp of steel,9.5,train,a\n"A table, oak",120,test,b\nA chair,,train,a\n';
  const all = await readTexts(await folder.file("more.csv", csv), { columns: ["price", "split"] });
  expect(all.columns).toEqual({ price: ["9.5", "120", ""], split: ["train", "test", "train"] });
  expect(all.taken).toEqual({ text: "text", label: "label" });
  const train = await readTexts(folder.path("more.csv"), { where: "split = 'train'", columns: ["price"] });
  expect(train.texts).toEqual(["A lamp of steel", "A chair"]);
  expect([...train.rows]).toEqual([2, 4]);
  expect(train.columns).toEqual({ price: ["9.5", ""] });
  expect((await readTexts(folder.path("more.csv"), { where: "price > 10" })).texts).toEqual(["A table, oak"]);
  expect((await readTexts(folder.path("more.csv"), { limit: 1 })).texts).toEqual(["A lamp of steel"]);
});

test("reading stops when it is aborted", async () => {
  const path = await folder.file("abort.tsv", TSV);
  await expect(readTexts(path, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
});
