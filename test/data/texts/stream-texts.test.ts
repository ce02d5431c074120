// Texts one after the other.

import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readTexts } from "../../../src/data/texts/read-texts.ts";
import { streamTexts } from "../../../src/data/texts/stream-texts.ts";
import type { SkippedText, StreamTextsOptions, TextSource } from "../../../src/data/texts/text-options.ts";
import { temporaryFolder } from "./support.ts";

const folder = temporaryFolder();

async function all(source: TextSource, options: StreamTextsOptions = {}): Promise<string[]> {
  const texts: string[] = [];
  for await (const text of streamTexts(source, options)) texts.push(text);
  return texts;
}

test("lines, paragraphs and wholes of plain text, packed or not", async () => {
  const path = await folder.file("a.txt", "One.\nTwo.\n\nThree.\n");
  const packed = await folder.file("b.txt.gz", gzipSync("Four."));
  expect(await all([path, packed])).toEqual(["One.", "Two.", "Three.", "Four."]);
  expect(await all(path, { paragraphs: true })).toEqual(["One.\nTwo.", "Three."]);
  expect(await all(path, { whole: true })).toEqual(["One.\nTwo.\n\nThree.\n"]);
  expect(await all(path, { limit: 2 })).toEqual(["One.", "Two."]);
});

test("a column of a table, more than once", async () => {
  const notes: string[] = [];
  const path = await folder.file("c.tsv", "0\tThis is what I saw.\n1\tAnd this I did not.\n0\tNor that.\n");
  const texts = streamTexts(path, { onNote: (note) => notes.push(note) });
  for (let pass = 0; pass < 2; pass++) {
    const seen: string[] = [];
    for await (const text of texts) seen.push(text);
    expect(seen).toEqual(["This is what I saw.", "And this I did not.", "Nor that."]);
  }
  expect(notes[0]).toBe("c.tsv has no header: the texts are column 2.");
});

test("a corpus of plain text and tables", async () => {
  const paths = [
    await folder.file("mixed/1.txt", "A line.\n"),
    await folder.file("mixed/2.tsv", "0\tThis is what I saw.\n1\tAnd this I did not.\n"),
    await folder.file("mixed/3.txt", "Another line.\n"),
    await folder.file("mixed/4.tsv", "1\tThat as well.\n"),
  ];
  const notes: string[] = [];
  expect(await all(paths, { onNote: (note) => notes.push(note) })).toEqual([
    "A line.",
    "This is what I saw.",
    "And this I did not.",
    "Another line.",
    "That as well.",
  ]);
  expect(notes).toEqual(["2.tsv has no header: the texts are column 2."]);
});

test("a corpus of tables that differ", async () => {
  const paths = [
    await folder.file("differ/1.tsv", "0\tThis is what I saw.\n1\tAnd this I did not.\n"),
    await folder.file("differ/2.tsv", "stars\tdate\ttext\n5\t2011-01-26\tMy wife took me here.\n"),
  ];
  expect(await all(paths)).toEqual(["This is what I saw.", "And this I did not.", "My wife took me here."]);
  await expect(readTexts(paths)).rejects.toThrow(
    'Cannot read 1.tsv and 1 more: "2.tsv" has a header, and "1.tsv" has none. Give both one, or read them one by one.',
  );
});

test("the files of a folder, whatever it says of labels", async () => {
  await folder.file("acl/pos/1.txt", "Good.\n");
  await folder.file("acl/neg/1.txt", "Bad.\nBad!\n");
  const notes: string[] = [];
  expect(await all(folder.path("acl"), { onNote: (note) => notes.push(note) })).toEqual([
    "Bad.\nBad!",
    "Good.",
  ]);
  expect(await all(folder.path("acl"), { whole: false })).toEqual(["Bad.", "Bad!", "Good."]);
  expect(notes).toEqual([]);
});

test("what is left out is told of", async () => {
  const path = await folder.file("d.txt", Buffer.from("One\nn\u00e9e\nTwo\n", "latin1"));
  await expect(all(path)).rejects.toThrow("d.txt, line 2: byte 5 (0xe9) is not UTF-8.");
  const skipped: SkippedText[] = [];
  expect(await all(path, { onError: "skip", onSkip: (one) => skipped.push(one) })).toEqual(["One", "Two"]);
  expect(skipped.map(({ row }) => row)).toEqual([2]);
});

test("a corpus is not held in memory", async () => {
  // 40 MB in lines; what is held at a time is less than a tenth of it.
  async function* bytes(): AsyncGenerator<Uint8Array> {
    const piece = Buffer.from("the quick brown fox jumps over the lazy dog\n".repeat(10_000));
    for (let i = 0; i < 90; i++) {
      ahead++;
      yield piece;
    }
  }
  let ahead = 0;
  let most = 0;
  let count = 0;
  for await (const text of streamTexts({ bytes: bytes() })) {
    if (count % 10_000 === 0) most = Math.max(most, ahead - count / 10_000);
    count += text === "" ? 0 : 1;
  }
  expect(count).toBe(900_000);
  expect(most).toBeLessThan(9);
});

test("who stops early leaves no file open", async () => {
  let isClosed = false;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.from("a line\n".repeat(1000));
    } finally {
      isClosed = true;
    }
  }
  for await (const text of streamTexts({ bytes: bytes() })) {
    expect(text).toBe("a line");
    break;
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect(isClosed).toBe(true);
});
