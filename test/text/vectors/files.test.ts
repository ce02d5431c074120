// Tests of files of word vectors: round trips, the forms other programs write, and odd files.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Random } from "../../../src/tensor/random.ts";
import { readNumber, writeNumber } from "../../../src/text/vectors/number-text.ts";
import { type ReadVectorsOptions, readVectors } from "../../../src/text/vectors/read-vectors.ts";
import { loadVectors, openVectors, saveVectors } from "../../../src/text/vectors/saved-vectors.ts";
import { Subwords } from "../../../src/text/vectors/subwords.ts";
import { WordVectors } from "../../../src/text/vectors/word-vectors.ts";
import { writeVectors } from "../../../src/text/vectors/write-vectors.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vectors-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
/** A new file with this content. */
function file(content: string | Uint8Array): string {
  const path = join(folder, `file-${files++}`);
  writeFileSync(path, content);
  return path;
}
const read = (content: string | Uint8Array, options: ReadVectorsOptions = {}) =>
  readVectors(file(content), options);

const words = ["the", "Straße", "don't", "北京", "a_b", "3.14", "naïve"];
const vectors = new WordVectors(
  words,
  Float32Array.from(new Random(1).normal([words.length, 5]).data as Float32Array, (value, i) =>
    i === 3 ? 1e-30 : i === 4 ? -123456.78 : i === 5 ? 0 : value,
  ),
);

describe("round trips, to the bit", () => {
  test.each(["text", "binary", "glove"] as const)("%s", async (format) => {
    const path = join(folder, `round-${format}`);
    await writeVectors(path, vectors, { format });
    const found = await readVectors(path); // the form is found out
    expect(found.words).toEqual(words);
    expect(found.matrix).toEqual(vectors.matrix);
    expect((await readVectors(path, { format })).matrix).toEqual(vectors.matrix);
  });

  test("packed with gzip", async () => {
    const path = join(folder, "to-pack");
    await writeVectors(path, vectors, { format: "binary" });
    expect((await read(gzipSync(readFileSync(path)))).matrix).toEqual(vectors.matrix);
  });

  test("a folder, with subwords", async () => {
    const grams = new Subwords(
      { minLength: 3, maxLength: 4, buckets: 100 },
      Int32Array.of(3, 50, 99),
      Float32Array.from({ length: 15 }, (_, i) => i / 7),
      5,
    );
    const path = join(folder, "saved");
    await saveVectors(new WordVectors(words, vectors.matrix, { subwords: grams }), path);
    const loaded = await loadVectors(path);
    expect(loaded.words).toEqual(words);
    expect(loaded.matrix).toEqual(vectors.matrix);
    expect(loaded.subwords).toEqual(grams);
    expect(JSON.parse(readFileSync(join(path, "words.json"), "utf8"))).toEqual(words);
    expect((await openVectors(path)).matrix).toEqual(vectors.matrix);
    expect((await openVectors(file("a 1 2\n"))).words).toEqual(["a"]);
  });

  test("files of more than one piece", async () => {
    const rows = 40_000;
    const large = new WordVectors(
      Array.from({ length: rows }, (_, i) => `word${i}`),
      new Random(2).normal([rows, 40]).data as Float32Array,
    );
    const path = join(folder, "large");
    await writeVectors(path, large, { format: "binary" }); // 6.8 MB
    const found = await readVectors(path);
    expect(found.matrix.every((value, i) => value === large.matrix[i])).toBe(true);
    expect(found.words.at(-1)).toBe("word39999");
  });
});

describe("what other programs write", () => {
  test("word2vec.c: a space at the end of each line", async () => {
    const found = await read("2 3\n</s> 0.004003 0.004419 -0.003830 \nthe -0.1 0.2 1e-3 \n");
    expect(found.words).toEqual(["</s>", "the"]);
    expect(Array.from(found.matrix)).toEqual(
      [0.004003, 0.004419, -0.00383, -0.1, 0.2, 0.001].map(Math.fround),
    );
  });

  test("word2vec.c, binary: a line feed after each vector, and gensim's: none", async () => {
    const bytes = (...numbers: number[]) => new Uint8Array(Float32Array.from(numbers).buffer);
    for (const end of ["\n", ""]) {
      const found = await read(
        Buffer.concat([
          Buffer.from("2 2\nthe "),
          bytes(1.5, -2),
          Buffer.from(`${end}of `),
          bytes(3, 4),
          Buffer.from(end),
        ]),
      );
      expect(found.words).toEqual(["the", "of"]);
      expect(Array.from(found.matrix)).toEqual([1.5, -2, 3, 4]);
    }
  });

  test("GloVe: no first line; words with spaces in them (glove.840B has some)", async () => {
    const found = await read(", 0.1 0.2\n. . . 0.3 0.4\nat name@domain.com 0.5 0.6\n");
    expect(found.words).toEqual([",", ". . .", "at name@domain.com"]);
    expect(found.width).toBe(2);
    expect(Array.from(found.matrix.subarray(2, 4))).toEqual([0.3, 0.4].map(Math.fround));
  });

  test("fastText .vec: words with no-break spaces", async () => {
    const found = await read("2 2\n10\u00a0000 1 2\nx 3 4\n");
    expect(found.words).toEqual(["10\u00a0000", "x"]);
  });

  test("Windows' line ends, and a byte order mark", async () => {
    expect((await read("\ufeff2 2\r\na 1 2\r\nb 3 4\r\n")).words).toEqual(["a", "b"]);
    expect((await read("\ufeffa 1 2\r\nb 3 4")).words).toEqual(["a", "b"]);
  });

  test("a word that comes twice keeps its first vector", async () => {
    const found = await read("a 1 2\nb 3 4\na 5 6\n");
    expect(Array.from(found.matrix)).toEqual([1, 2, 3, 4]);
  });
});

describe("part of a file", () => {
  const content = `5 2\n${["a", "b", "c", "d", "e"].map((word, i) => `${word} ${i} ${-i}`).join("\n")}\n`;

  test("the first vectors: what follows is not read", async () => {
    const found = await read(content.replace("d 3 -3", "d oops"), { limit: 3 });
    expect(found.words).toEqual(["a", "b", "c"]);
  });

  test("some words alone, in the order of the file", async () => {
    const found = await read(content, { only: ["d", "b", "zebra"] });
    expect(found.words).toEqual(["b", "d"]);
    expect(Array.from(found.matrix)).toEqual([1, -1, 3, -3]);
    await expect(read(content, { only: ["zebra"] })).rejects.toThrow(
      "none of the 1 words asked for is in it",
    );
  });

  test("an abort", async () => {
    await expect(read(content, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  });
});

describe("odd files", () => {
  const bytes = (rows: number) =>
    Buffer.concat([
      Buffer.from("3 2\n"),
      ...Array.from({ length: rows }, (_, i) =>
        Buffer.concat([Buffer.from(`w${i} `), Buffer.from(Float32Array.of(1.1, 2.2).buffer)]),
      ),
    ]);
  test.each<[string, string | Uint8Array, ReadVectorsOptions, RegExp]>([
    ["nothing", "", {}, /it is empty/],
    [
      "only a first line",
      "3 2\n",
      { format: "text" },
      /it ends in row 1, and its first line promises 3 rows/,
    ],
    ["too few rows", "3 2\na 1 2\nb 3 4\n", {}, /it ends in row 3, .* with limit: 2/],
    ["a row that is too short", "2 3\na 1 2 3\nb 1 2\n", {}, /row 2, "b 1 2", has 2 numbers; wanted 3/],
    ["the same without a first line", "a 1 2 3\nb 1 2\n", {}, /row 2, "b 1 2", has 2 numbers; wanted 3/],
    [
      "what is no number",
      "a 1 2\nb 1 two\n",
      {},
      /row 2, "b 1 two", has "two" where number 2 of 2 should be/,
    ],
    ["a lone word", "a\nb\n", {}, /row 1, "a", has 0 numbers; wanted a word and at least one number/],
    [
      "no first line, though it is promised",
      "a 1 2\n",
      { format: "text" },
      /its first line is "a 1 2"; wanted the number of words and their width/,
    ],
    ["a binary file cut short", bytes(2).subarray(0, -1), {}, /it ends in row 2/],
    ["a binary file with too few rows", bytes(2), {}, /it ends in row 3/],
    [
      "a text read as binary",
      "2 3\na 1 2 3\nb 1 2 3\n",
      { format: "binary" },
      /it ends in row|wanted finite numbers/,
    ],
    [
      "gzip data that is cut short",
      gzipSync(Buffer.alloc(100_000, "a 1 2\n")).subarray(0, 60),
      {},
      /its gzip data is broken or cut short/,
    ],
  ])("%s", async (_, content, options, message) => {
    const reading = read(content, options);
    await expect(reading).rejects.toMatchObject({ name: "RecurraError", code: "vectors-file" });
    await expect(reading).rejects.toThrow(message);
  });

  test("numbers that are none, in a binary file", async () => {
    const content = Buffer.concat([
      Buffer.from("1 2\na "),
      Buffer.from(Float32Array.of(1, Number.NaN).buffer),
    ]);
    await expect(read(content, { format: "binary" })).rejects.toThrow(/row 1, "a", has NaN as number 2 of 2/);
  });

  test("no file, and bad options", async () => {
    await expect(readVectors(join(folder, "none"))).rejects.toMatchObject({ code: "file-not-found" });
    await expect(read("a 1\n", { limit: 0 })).rejects.toThrow(
      /readVectors: limit is to be a positive whole number/,
    );
    await expect(read("a 1\n", { format: "vec" as "text" })).rejects.toThrow(
      /format is "vec"; wanted "text", "binary" or "glove"/,
    );
    await expect(read("a 1\n", { only: "a" })).rejects.toThrow(/only is "a"; wanted a list of words/);
    await expect(read("a 1\n", { words: 3 } as ReadVectorsOptions)).rejects.toThrow(
      /there is no option "words"/,
    );
  });

  test("words that such files cannot hold", async () => {
    const odd = new WordVectors(["New York"], Float32Array.of(1));
    const path = join(folder, "not-written");
    await expect(writeVectors(path, odd)).rejects.toThrow(
      /the word "New York" is empty or has white space in it/,
    );
    await expect(readVectors(path)).rejects.toMatchObject({ code: "file-not-found" });
  });

  test("a folder whose files do not belong together", async () => {
    const path = join(folder, "mixed");
    await saveVectors(vectors, path);
    writeFileSync(join(path, "words.json"), '["a","b"]');
    await expect(loadVectors(path)).rejects.toThrow(/vectors.json says 7 words of width 5, words.json has 2/);
    writeFileSync(join(path, "words.json"), '["a",3]');
    await expect(loadVectors(path)).rejects.toThrow(/words.json: 1: /);
    writeFileSync(join(path, "words.json"), '["a"');
    await expect(loadVectors(path)).rejects.toThrow(/words.json is no JSON/);
  });
});

describe("numbers as text", () => {
  const parse = (text: string) => {
    const bytes = new TextEncoder().encode(`xx${text}xx`);
    return readNumber(bytes, 2, bytes.length - 2);
  };

  test("as Number reads them", () => {
    const texts = [
      "0",
      "-0.5",
      "+3",
      ".5",
      "5.",
      "1e5",
      "1E-7",
      "-1.25e+3",
      "0.004003",
      "123456789012345678",
      "1e300",
      "4.9e-324",
      "00012.50",
      "0e9",
    ];
    for (const text of texts) expect(parse(text)).toBe(Number(text));
    for (const value of new Random(3).normal([2000]).data) {
      const text = (Number(value) * 10 ** (Number(value) * 5)).toPrecision(12);
      expect(parse(text)).toBe(Number(text));
    }
  });

  test("what is none is NaN", () => {
    for (const text of [
      "",
      "-",
      ".",
      "e5",
      "1e",
      "1e+",
      "1.2.3",
      "0x10",
      "nan",
      "Infinity",
      "1,5",
      "--1",
      "1_000",
    ])
      expect(parse(text)).toBeNaN();
  });

  test("written so that they read back the same", () => {
    expect([0.1, 1, -0.25, 1e-30, 16777216].map((value) => writeNumber(Math.fround(value)))).toEqual([
      "0.1",
      "1",
      "-0.25",
      "1e-30",
      "16777216",
    ]);
    const bits = new Uint32Array(new Random(4).bits(3000));
    for (const value of new Float32Array(bits.buffer))
      if (Number.isFinite(value)) expect(Math.fround(Number(writeNumber(value)))).toBe(value);
  });
});
