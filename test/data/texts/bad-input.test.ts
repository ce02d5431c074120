// What cannot be read: each with a message that says what to do.

import { mkdir } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readTexts } from "../../../src/data/texts/read-texts.ts";
import { streamTexts } from "../../../src/data/texts/stream-texts.ts";
import type { ReadTextsOptions } from "../../../src/data/texts/text-options.ts";
import { pieces, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const read = async (name: string, content: string | Uint8Array, options: ReadTextsOptions = {}) =>
  readTexts(await folder.file(name, content), options);

const TSV = "text\tlabel\nA film of quiet power.\tpos\nTwo hours of nothing.\tneg\n";

describe("files", () => {
  test.each<[string, string, string | Uint8Array, string, string]>([
    ["nothing in it", "a.tsv", "", "empty-file", "the file is empty. Wanted texts."],
    ["white space only", "b.tsv", " \n\n", "empty-file", "the file is empty. Wanted texts."],
    [
      "a header only",
      "c.tsv",
      "text\tlabel\n",
      "no-rows",
      "Cannot read c.tsv: it has a header (text and label) and no rows.",
    ],
    [
      "a picture",
      "d.tsv",
      Buffer.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 1, 2, 3]),
      "file-format",
      "it is a binary file. Wanted text: CSV, TSV, JSON, JSON lines, plain text, or Parquet.",
    ],
    ["a workbook", "e.csv", "PK\u0003\u0004\u0014\u0000\u0000", "file-format", "Save the sheet as CSV."],
    [
      "a web page",
      "f.txt",
      "<!DOCTYPE html><p>",
      "file-format",
      "it is a web page. Download the table itself.",
    ],
    [
      "a gzip file that is cut short",
      "g.tsv.gz",
      gzipSync(TSV.repeat(50)).subarray(0, 60),
      "file-format",
      "it is a damaged gzip file, or cut short. Get it anew.",
    ],
    ["JSON that is none", "h.json", '{"text": "A", label}', "file-format", "record 1: it is no JSON object"],
    [
      "a list that ends too early",
      "i.json",
      '[{"text": "One"}, {"text": "Tw',
      "file-format",
      "i.json, record 2: the file ends within it. The file is cut short",
    ],
  ])("%s", async (_, name, content, code, message) => {
    await expect(read(name, content)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  test("that are not there, with the nearest name", async () => {
    await folder.file("reviews.tsv", TSV);
    await expect(readTexts(folder.path("review.tsv"))).rejects.toThrow('Did you mean "reviews.tsv"?');
    await expect(readTexts(folder.path("no*.tsv"))).rejects.toThrow("no file has a name of this pattern");
  });

  test("a folder without texts", async () => {
    await mkdir(folder.path("bare"), { recursive: true });
    await expect(readTexts(folder.path("bare"))).rejects.toThrow(
      "it is a folder without texts. Wanted .txt files, in a sub-folder for each label where they have labels, or CSV, TSV, JSON or Parquet files.",
    );
  });

  test("an empty one among many", async () => {
    await folder.file("some/pos/1.txt", "Good.");
    await folder.file("some/pos/2.txt", "");
    await folder.file("some/neg/1.txt", "Bad.");
    await expect(readTexts(folder.path("some"))).rejects.toThrow(
      /2[.]txt": the file is empty[.].+--on-error skip[.]$/,
    );
    const { texts, skipped } = await readTexts(folder.path("some"), { onError: "skip" });
    expect(texts).toEqual(["Bad.", "Good."]);
    expect(skipped).toMatchObject([{ row: 1, file: expect.stringMatching(/pos.2[.]txt/) }]);
  });

  test("tables beside plain text in a list", async () => {
    const paths = [await folder.file("mixed.tsv", TSV), await folder.file("mixed.txt", "One line.\n")];
    await expect(readTexts(paths)).rejects.toThrow(
      'Cannot read mixed.tsv and 1 more: "mixed.txt" is plain text, and a file before it is a table. Wanted files of one kind.',
    );
  });
});

describe("columns", () => {
  test("that are not there", async () => {
    await expect(read("a.tsv", TSV, { text: "txt" })).rejects.toMatchObject({
      code: "unknown-column",
      message:
        'There is no column "txt" (--text) in a.tsv. Did you mean "text"? The columns are text and label.',
    });
    await expect(read("a.tsv", TSV, { label: "stars" })).rejects.toThrow(
      'There is no column "stars" (--label)',
    );
    const latin = Buffer.from("texte,\xe9tiquette\nbon,1\n", "latin1");
    await expect(read("latin.csv", latin, { label: "étiquette" })).rejects.toThrow(
      "these names are not UTF-8. Save the file as UTF-8, or name its encoding (--encoding windows-1252, …).",
    );
    await expect(read("a.tsv", TSV, { columns: ["price"] })).rejects.toThrow('no column "price" (columns)');
    await expect(read("a.tsv", TSV, { header: false, text: 3 })).rejects.toThrow(
      'There is no column "3" (--text) in a.tsv. It has no header: name the column by its number, 1 to 2.',
    );
    await expect(read("b.txt", "Just a line.\n", { paragraphs: true, label: "stars" })).rejects.toThrow(
      'There is no column "stars" in b.txt: it is plain text, without columns.',
    );
  });

  test("that are asked for twice", async () => {
    await expect(read("a.tsv", TSV, { text: "text", label: "text" })).rejects.toThrow(
      'a.tsv: column "text" is asked for as the text and as the label. Name two columns.',
    );
  });

  test("of which none, or several, could hold the texts", async () => {
    await expect(read("c.csv", "a,b,c\n1,2,x\n3,4,x\n")).resolves.toMatchObject({ texts: ["x", "x"] });
    await expect(read("d.csv", "a,b\n1,2\n3,4\n")).rejects.toMatchObject({
      code: "column-not-given",
      message:
        "d.csv: which column holds the texts? None has long texts. Name it with --text. The columns are a and b.",
    });
    await expect(
      read(
        "e.csv",
        "first,second\nhow do you do this evening,fine thank you very much\nwhere is it now my friend,over there on the left my dear\n",
      ),
    ).rejects.toThrow(
      'It could be column "first" or column "second". Name it with --text. The columns are first and second.',
    );
  });

  test("that are preferred are taken where they are, and not missed where they are not", async () => {
    const prefer = { text: "review", label: "mood" };
    const known = "review\ttext\tmood\tlabel\nthis\tthat\tgood\t1\n";
    expect(await read("f.tsv", known, { prefer })).toMatchObject({ texts: ["this"], labels: ["good"] });
    // Labels of another column are of no use to who knows those of one.
    expect((await read("a.tsv", TSV, { prefer })).labels).toBeUndefined();
    expect((await read("a.tsv", TSV, { prefer: { text: "review" } })).labels).toEqual(["pos", "neg"]);
    const numbered = { text: "2", label: "1" };
    expect((await read("a.tsv", TSV, { prefer: numbered })).texts[0]).toBe("A film of quiet power.");
    expect((await read("h.tsv", "pos\tWhat fun it is\npos\tOh well\n", { prefer: numbered })).labels).toEqual(
      ["pos", "pos"],
    );
    expect((await read("h.csv", "What fun it is\nOh well\n", { prefer: numbered })).texts).toHaveLength(2);
    expect((await read("g.txt", "A line.\nAnother.\n", { prefer })).texts).toEqual(["A line.", "Another."]);
  });
});

describe("rows", () => {
  const ROWS = "text\tlabel\nGood film\tpos\n  \tneg\nBad film\t\nOne\ttwo\tthree\nAlone\nFine\tpos\n";

  test.each([
    [
      ROWS,
      'a.tsv, row 3: the text is empty (column "text"). Fill it in, or leave such rows out with --on-error skip.',
    ],
    [
      ROWS.replace("  \tneg\n", ""),
      'a.tsv, row 3: the label is missing (column "label"). Give each text its label, or leave such rows out with --on-error skip.',
    ],
    [
      ROWS.replace("  \tneg\nBad film\t\n", ""),
      "a.tsv, row 3: it has 3 cells, and the header has 2. Put a cell that has a tab in it into double quotes, or leave such rows out with --on-error skip.",
    ],
    [
      ROWS.replace("  \tneg\nBad film\t\nOne\ttwo\tthree\n", ""),
      "a.tsv, row 3: it has 1 cell, and the header has 2.",
    ],
  ])("that lack something: %#", async (content, message) => {
    await expect(read("a.tsv", content)).rejects.toThrow(message);
  });

  test.each(["skip", "replace"] as const)("that lack something are left out: %s", async (onError) => {
    const { texts, rows, skipped } = await read("a.tsv", ROWS, { onError });
    expect(texts).toEqual(["Good film", "Fine"]);
    expect([...rows]).toEqual([2, 7]);
    expect(skipped).toEqual([
      { row: 3, code: "text-missing", reason: 'row 3: the text is empty (column "text").' },
      { row: 4, code: "label-missing", reason: 'row 4: the label is missing (column "label").' },
      { row: 5, code: "row-length", reason: "row 5: it has 3 cells, and the header has 2." },
      { row: 6, code: "row-length", reason: "row 6: it has 1 cell, and the header has 2." },
    ]);
  });

  test("beyond the limit are not read", async () => {
    expect((await read("a.tsv", ROWS, { limit: 1 })).texts).toEqual(["Good film"]);
  });

  test("all left out", async () => {
    await expect(read("b.tsv", "text\tlabel\n\tpos\n", { onError: "skip" })).rejects.toMatchObject({
      code: "no-rows",
      message: 'Cannot read b.tsv: the only row is left out: row 2: the text is empty (column "text").',
    });
    await expect(read("c.tsv", "text\tlabel\n\tpos\n\tneg\n", { onError: "skip" })).rejects.toThrow(
      "all 2 rows are left out; the first is row 2: the text is empty",
    );
  });

  test("a line that is no JSON", async () => {
    const content = '{"text": "One"}\nnonsense\n{"text": "Three"}\n';
    await expect(read("c.jsonl", content)).rejects.toThrow(
      'c.jsonl, line 2: it is no JSON object: "nonsense". Wanted records such as',
    );
    expect((await read("c.jsonl", content, { onError: "skip" })).texts).toEqual(["One", "Three"]);
  });
});

describe("bytes that are no UTF-8", () => {
  const latin = (text: string) => Buffer.from(text, "latin1");
  const CONTENT = latin("text\tlabel\nGood\tpos\ncaf\u00e9 au lait\tneg\nFine\tpos\n");
  const ADVICE =
    "Save the file as UTF-8, name its encoding (--encoding windows-1252, …), leave such rows out with --on-error skip, or put a mark in place of such bytes with --on-error replace.";

  test("are named by their place", async () => {
    // 11 bytes of the header, 9 of the first row, 3 of caf.
    await expect(read("a.tsv", CONTENT)).rejects.toMatchObject({
      code: "invalid-utf8",
      message: `a.tsv, row 3: byte 23 (0xe9) is not UTF-8. ${ADVICE}`,
    });
    expect(CONTENT[23]).toBe(0xe9);
    await expect(read("a.tsv.gz", gzipSync(CONTENT))).rejects.toThrow(
      "byte 23 of the unpacked file (0xe9) is not",
    );
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), CONTENT]);
    await expect(read("b.tsv", marked)).rejects.toThrow("byte 26 (0xe9)");
    await expect(readTexts({ bytes: pieces(CONTENT, 5) }, { text: "text" })).rejects.toThrow(
      "the input, row 3: byte 23",
    );
  });

  test("far into a file", async () => {
    const many = Buffer.concat([
      latin("text\n"),
      Buffer.from("Ein schöner Tag\n".repeat(200_000)),
      latin("caf\u00e9\n"),
    ]);
    await expect(read("far.csv", many)).rejects.toThrow(
      `far.csv, row 200002: byte ${many.length - 2} (0xe9)`,
    );
  });

  test("in plain text and JSON", async () => {
    await expect(read("a.txt", latin("One\ncaf\u00e9\n"))).rejects.toThrow("a.txt, line 2: byte 7 (0xe9)");
    await expect(read("a.jsonl", latin('{"text": "a"}\n{"text": "\u00e9"}\n'))).rejects.toThrow(
      "line 2: byte 24 (0xe9)",
    );
    expect((await read("a.txt", latin("One\ncaf\u00e9\n"), { onError: "skip" })).texts).toEqual(["One"]);
  });

  test("are left out, replaced, or read in their own encoding", async () => {
    const skipping = await read("a.tsv", CONTENT, { onError: "skip" });
    expect(skipping.texts).toEqual(["Good", "Fine"]);
    expect(skipping.skipped).toEqual([
      { row: 3, code: "invalid-utf8", reason: "row 3: byte 23 (0xe9) is not UTF-8." },
    ]);
    const mended = await read("a.tsv", CONTENT, { onError: "replace" });
    expect(mended.texts[1]).toBe("caf\ufffd au lait");
    expect(mended.notes.at(-1)).toBe("Invalid bytes are replaced by U+FFFD in row 3.");
    expect((await read("a.tsv", CONTENT, { encoding: "windows-1252" })).texts[1]).toBe("café au lait");
  });

  test("in columns that are not read do no harm", async () => {
    expect(
      (await read("c.tsv", latin("text\tplace\nGood\tCaf\u00e9\nBad\tBar\n"), { text: "text" })).texts,
    ).toEqual(["Good", "Bad"]);
  });

  test("half a character of UTF-16", async () => {
    const bytes = Buffer.from("\ufefftext\tlabel\nGood\tpos\nBad \ud83d\tneg\n", "utf16le");
    await expect(read("d.tsv", bytes)).rejects.toMatchObject({
      code: "invalid-text",
      message: expect.stringContaining(
        "d.tsv, row 3: it has bytes that are no text in the encoding utf-16le.",
      ),
    });
    expect((await read("d.tsv", bytes, { onError: "replace" })).texts[1]).toBe("Bad \ufffd");
  });
});

describe("conditions", () => {
  test.each([
    [
      "lable = 'pos'",
      'There is no column "lable". Did you mean "label"? The columns are text and label; text stands in single quotes.',
    ],
    ["label =", 'Cannot tell which rows of a.tsv meet "label =": '],
    ["label = 'other'", "Cannot read a.tsv: no row meets the condition label = 'other'."],
  ])("%s", async (where, message) => {
    await expect(read("a.tsv", TSV, { where })).rejects.toThrow(message);
  });

  test("on numbers that are none later on", async () => {
    const csv = `text,price\n${"A chair of oak,10\n".repeat(1200)}A table of oak,dear\n`;
    await expect(read("b.csv", csv, { where: "price > 5" })).rejects.toThrow(
      'b.csv, row 1202: column "price" has "dear", and the condition asks for numbers as the first rows have them. Correct the row.',
    );
  });
});

describe("options", () => {
  test.each<[object, string]>([
    [{ lable: "x" }, 'readTexts: there is no option "lable". Did you mean "label"?'],
    [{ onError: "ignore" }, 'readTexts: onError is to be one of "throw", "skip", "replace", got "ignore"'],
    [{ limit: 0 }, "readTexts: limit is to be a positive whole number, got 0"],
    [
      { text: 0 },
      "readTexts: text is to be the name of a column, its number from 1 on, or a list of them, got 0",
    ],
    [
      { encoding: "klingon" },
      'encoding is to be the name of an encoding, such as utf-8 or windows-1252, got "klingon"',
    ],
    [{ whole: true, paragraphs: true }, "texts are whole files or paragraphs, and both are asked for"],
  ])("%j", async (options, message) => {
    await expect(read("a.tsv", TSV, options as ReadTextsOptions)).rejects.toThrow(message);
  });

  test("sources that are none", async () => {
    for (const source of ["", [], 7, {}])
      await expect(readTexts(source as string)).rejects.toThrow(
        "readTexts: wants the path of a file or a folder, or several, or { bytes }, got",
      );
    expect(() => streamTexts("a.txt", { lmit: 3 } as object)).toThrow(
      'streamTexts: there is no option "lmit"',
    );
  });
});
