// CSV and TSV as people write them: quotation marks, long fields, headers that are none.

import { describe, expect, test } from "vitest";
import { readTexts } from "../../../src/data/texts/read-texts.ts";
import type { ReadTextsOptions } from "../../../src/data/texts/text-options.ts";
import { Random } from "../../../src/tensor/random.ts";
import { pieces, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const read = async (name: string, content: string, options: ReadTextsOptions = {}) =>
  readTexts(await folder.file(name, content), options);

describe("quotation marks", () => {
  test("of TSV are characters, where they are not those of RFC 4180", async () => {
    const texts = [
      'A "must see", they said.',
      '"Brilliant" is what he called it.',
      '"An opening without an end',
      'An end without an opening"',
      'He said ""no"".',
      '"All of it is quoted."',
      "5' 11\" tall",
    ];
    const tsv = texts.map((text, i) => `${i % 2}\t${text}\n`).join("");
    expect((await read("stray.tsv", tsv)).texts).toEqual(texts);
  });

  test("of TSV that a spreadsheet wrote hold tabs, line ends and marks", async () => {
    const tsv = 'label\ttext\nneg\t"He said ""no"".\nTwice.\t"\npos\tPlain and simple\n';
    const { texts, labels, rows } = await read("sheet.tsv", tsv);
    expect(texts).toEqual(['He said "no".\nTwice.\t', "Plain and simple"]);
    expect(labels).toEqual(["neg", "pos"]);
    // The header is row 1; the row that begins on line 2 ends on line 3.
    expect([...rows]).toEqual([2, 3]);
    await expect(read("sheet.tsv", `${tsv}neg\t\n`)).rejects.toThrow(
      "sheet.tsv, row 4 (line 5): the text is empty",
    );
  });

  test("of CSV that somebody forgot to double", async () => {
    const csv = 'text,label\n"He said "no" and left, twice",neg\n"Fine",pos\n5" pipes,pos\n';
    expect((await read("forgot.csv", csv)).texts).toEqual([
      'He said "no" and left, twice',
      "Fine",
      '5" pipes',
    ]);
  });

  test("of CSV that open a cell and close none of it", async () => {
    const csv = 'text,label\n"Fine, so far",pos\n"Great" movie,pos\nGood,pos\n';
    expect((await read("opened.csv", csv)).texts).toEqual(["Fine, so far", '"Great" movie', "Good"]);
  });

  test("are what is asked for", async () => {
    const tsv = 'neg\t"Bad"\npos\t"Good"\nneg\t"Worse"\n';
    expect((await read("asked.tsv", tsv, { quoted: false, text: 2 })).texts).toEqual([
      '"Bad"',
      '"Good"',
      '"Worse"',
    ]);
    expect((await read("asked.tsv", tsv, { quoted: true, text: 2 })).texts).toEqual(["Bad", "Good", "Worse"]);
  });

  test("that stand open are named", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `"Text, number ${i}",pos`);
    const csv = `text,label\n${rows.join("\n")}\n"Open,pos\nNext,neg\n`;
    const path = await folder.file("open.csv", csv);
    await expect(readTexts(path)).rejects.toMatchObject({
      code: "quote-open",
      message:
        "open.csv, row 42: cell 1 begins with a quotation mark, and none closes it. Close it, or say that marks are characters like others with --no-quotes.",
    });
    const { texts, skipped } = await readTexts(path, { onError: "skip" });
    expect(texts).toHaveLength(41);
    expect(skipped.map(({ row }) => row)).toEqual([42]);
  });
});

test("what is written as RFC 4180 wants it comes back as it was, however it is cut into pieces", async () => {
  const random = new Random(7);
  const below = (limit: number) => (random.bits(1)[0] ?? 0) % limit;
  const alphabet = ["a", "b", " ", '"', ",", "\t", "\n", "\r\n", "é", "日本", "😀", "'", ";", "<br />"];
  const word = () => Array.from({ length: 1 + below(12) }, () => alphabet[below(alphabet.length)]).join("");
  for (let round = 0; round < 30; round++) {
    const delimiter = round % 2 === 0 ? "," : "\t";
    const cells = Array.from({ length: 30 }, () => [`x${word()}`, `y${below(3)}`, word()]);
    // A writer that quotes what has to be.
    const write = (cell = "") =>
      /["\n\r]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell;
    const rows = [["text", "label", "more"], ...cells].map((row) => row.map(write).join(delimiter));
    const content = rows.join(round % 3 === 0 ? "\r\n" : "\n");
    const bytes = pieces(content, 1 + below(200));
    const data = await readTexts(
      { bytes, name: round % 2 === 0 ? "r.csv" : "r.tsv" },
      { columns: ["more"], quoted: true },
    );
    expect(data.texts).toEqual(cells.map(([text]) => text));
    expect(data.labels).toEqual(cells.map(([, label]) => label));
    expect(data.columns.more).toEqual(cells.map(([, , more]) => more));
  }
});

describe("headers", () => {
  const lines = (rows: readonly (readonly string[])[]) => rows.map((row) => row.join("\t")).join("\n");
  const REVIEW = "An hour and a half of nothing at all, and then it ends.";

  test.each<[string, string[][], boolean]>([
    [
      "a number beside a text",
      [
        ["0", REVIEW],
        ["1", "A joy."],
      ],
      false,
    ],
    [
      "a label that comes again",
      [
        ["pos", "Fine."],
        ["neg", REVIEW],
        ["pos", "A joy to see."],
      ],
      false,
    ],
    [
      "a text as long as the others",
      [
        ["pos", "great film"],
        ["neg", "bad film"],
      ],
      false,
    ],
    [
      "a text that is longer than a name",
      [
        ["pos", REVIEW],
        ["neg", "Bad."],
      ],
      false,
    ],
    [
      "usual names",
      [
        ["label", "text"],
        ["pos", REVIEW],
      ],
      true,
    ],
    [
      "usual names in capitals",
      [
        ["Review", "Stars"],
        [REVIEW, "3"],
      ],
      true,
    ],
    [
      "other names, above longer texts",
      [
        ["mood", "what was said"],
        ["pos", REVIEW],
        ["neg", REVIEW],
      ],
      true,
    ],
    [
      "names of one word",
      [
        ["en", "mood"],
        [REVIEW, "3"],
        [REVIEW, "4"],
      ],
      true,
    ],
  ])("%s", async (_, rows, isHeader) => {
    const data = await read("header.tsv", lines(rows), {});
    expect(data.texts).toHaveLength(isHeader ? rows.length - 1 : rows.length);
  });

  test("are what is asked for, and columns may be named by number", async () => {
    const rows = [
      ["pos", "ugly words"],
      ["neg", "more of them"],
    ];
    expect((await read("asked.tsv", lines(rows), { header: true })).texts).toEqual(["more of them"]);
    const data = await read("asked.tsv", lines(rows), { header: false, text: 2, label: "1" });
    expect(data.texts).toEqual(["ugly words", "more of them"]);
    expect(data.labels).toEqual(["pos", "neg"]);
    expect(data.taken).toEqual({ text: "2", label: "1" });
    expect(data.notes).toEqual([]);
  });

  test("that are asked for by a name in them", async () => {
    const rows = [
      ["what he said", "mood"],
      ["this he said", "good"],
    ];
    const data = await read("named.tsv", lines(rows), { text: "what he said", label: "mood" });
    expect([data.texts, data.labels]).toEqual([["this he said"], ["good"]]);
  });
});

test("a header that ends in empty cells, and labels of another name beside the only text", async () => {
  const csv = "v1,v2,,,\nham,Are you there yet?,,,\nspam,You have won a prize!,,,\nham,On my way now.,,,\n";
  const data = await read("spam.csv", csv);
  expect(data.labels).toEqual(["ham", "spam", "ham"]);
  expect(data.notes).toEqual(['The texts of spam.csv are column "v2", the labels column "v1".']);
});

test("one column of texts with commas, under a heading", async () => {
  const { texts, labels } = await read("one.csv", "review\nGood, really\nBad, bad, bad\nSo, so\n");
  expect(texts).toEqual(["Good, really", "Bad, bad, bad", "So, so"]);
  expect(labels).toBeUndefined();
});

test("empty lines are no rows, and empty cells at the end of a row no cells", async () => {
  const csv = "\ntext,label\n\nGood,pos,,\n,,\nBad,neg\n,\n";
  const { texts, rows } = await read("gaps.csv", csv);
  expect(texts).toEqual(["Good", "Bad"]);
  expect([...rows]).toEqual([4, 6]);
});

test("a line of 50 MB", async () => {
  const long = "word ".repeat(10_000_000);
  const tsv = `label\ttext\n0\tshort\n1\t${long}\n0\tshort again\n`;
  const { texts, notes } = await read("long.tsv", tsv);
  expect(texts.map(({ length }) => length)).toEqual([5, 50_000_000, 11]);
  expect(notes.at(-1)).toBe("The text of row 3 has 50,000,000 characters. Are line ends missing?");
  const first = await read("long-first.tsv", `1\t${long}`);
  expect(first.texts[0]?.length).toBe(50_000_000);
  const quoted = await read("long.csv", `label,text\n1,"${long}""yes"""\n`);
  expect(quoted.texts[0]?.slice(-10)).toBe('word "yes"');
}, 30_000);
