// Reading files of word vectors: word2vec's text and binary form, GloVe's, fastText's .vec.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { checkCounts } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import { ByteStream } from "./byte-stream.ts";
import { readNumber } from "./number-text.ts";
import { WordVectors } from "./word-vectors.ts";

/**
 * "text": a line `words width`, then a word and its numbers a line (word2vec's text form, fastText's .vec); "glove": the same without the
 * first line; "binary": word2vec's binary form.
 */
export type VectorsFormat = "text" | "binary" | "glove";

export interface ReadVectorsOptions {
  /** Default: found out from the beginning of the file. */
  readonly format?: VectorsFormat | undefined;
  /** Read at most so many vectors: the first ones, which are those of the most frequent words as a rule. Default: all. */
  readonly limit?: number | undefined;
  /** Read the vectors of these words alone; the file is gone through until all are found. Default: of all words. */
  readonly only?: Iterable<string> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a file of word vectors piece by piece, so that with `limit` or `only` it takes no more memory than the vectors that are kept.
 * Files that are packed with gzip are unpacked on the way. Of a word that comes twice the first vector stays.
 *
 * @throws RecurraError `vectors-file` with the row and what is wrong: a width that differs, what is no number, a file that is cut short;
 *   `no-vectors` where none of the words is in it; `unknown-option`, `option-value`; and what files bring, such as `file-not-found`
 */
export async function readVectors(path: string, options: ReadVectorsOptions = {}): Promise<WordVectors> {
  checkOptionNames("readVectors", options, ["format", "limit", "only", "signal"]);
  const { format, limit = Infinity, signal } = options;
  if (limit !== Infinity) checkCounts("readVectors", { limit });
  if (format !== undefined && !["text", "binary", "glove"].includes(format))
    throw new RecurraError(
      "option-value",
      `readVectors: format is ${describe(format)}; wanted "text", "binary" or "glove".`,
    );
  if (typeof options.only === "string")
    throw new RecurraError(
      "option-value",
      `readVectors: only is ${describe(options.only)}; wanted a list of words.`,
    );
  const only = options.only === undefined ? undefined : new Set(options.only);
  const stream = await ByteStream.open(path);
  try {
    const header = await readHeader(stream, format);
    const kept = new Kept(path, limit, only, only === undefined ? likelyRows(header, stream.size) : 0);
    if (header.format === "binary") await readBinary(stream, header, kept, signal);
    else await readLines(stream, header, kept, signal);
    return kept.vectors();
  } finally {
    await stream.close();
  }
}

/** Longer words and lines are taken for a file of another kind. */
const LONGEST_WORD = 10_000;
const LONGEST_LINE = 10 * 2 ** 20;
const [SPACE, NEWLINE, RETURN, TAB] = [32, 10, 13, 9];
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** A byte order mark is no part of the first word. */
const BYTE_ORDER_MARK = "\ufeff";

interface Header {
  readonly format: VectorsFormat;
  /** What the first line says: vectors in the file, and their width. */
  readonly rows: number | undefined;
  readonly width: number | undefined;
}

/** Reads the line `words width`, where there is one, and finds out which form the vectors have. */
async function readHeader(stream: ByteStream, wanted: VectorsFormat | undefined): Promise<Header> {
  const start = await stream.peek(4096);
  if (start.length === 0) throw fileError(stream.path, "it is empty");
  const end = start.indexOf(NEWLINE);
  const line = decoder.decode(start.subarray(0, Math.max(0, end))).replace(BYTE_ORDER_MARK, "");
  const match = /^\s*(\d+)[ \t]+(\d+)\s*$/.exec(line);
  // GloVe of one dimension is no use to anyone: two whole numbers are a header.
  if (wanted === "glove" || (match === null && wanted === undefined))
    return { format: "glove", rows: undefined, width: undefined };
  const [rows, width] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || width === 0 || rows === 0)
    throw fileError(
      stream.path,
      `its first line is ${describe(line)}; wanted the number of words and their width, such as "3000000 300". Where the file has no such line, read it with format "glove"`,
    );
  stream.skip(end + 1);
  const format = wanted ?? (isText(await stream.peek(4096)) ? "text" : "binary");
  return { format, rows, width };
}

/** Rows to make room for: what the first line says, unless the file is too small to have so many, even packed. */
function likelyRows({ rows = 0, width = 1 }: Header, bytes: number): number {
  return Math.min(rows, Math.ceil((8 * bytes) / width));
}

/** Whether what follows the first word looks like decimal numbers. */
function isText(start: Uint8Array): boolean {
  const space = start.indexOf(SPACE);
  const end = start.indexOf(NEWLINE);
  const numbers = start.subarray(space + 1, Math.min(space + 200, end < 0 ? start.length : end));
  return numbers.every((byte) =>
    byte <= 57
      ? byte >= 43 || byte === SPACE || byte === TAB || byte === RETURN
      : byte === 69 || byte === 101 || byte === 110 || byte === 97 || byte === 78,
  );
}

/** Lines of a word and its numbers. What stands before the last `width` numbers is the word: some have spaces in them. */
async function readLines(
  stream: ByteStream,
  header: Header,
  kept: Kept,
  signal: AbortSignal | undefined,
): Promise<void> {
  let { width } = header;
  let row = 0;
  for (; !kept.isFull && row < (header.rows ?? Infinity); row++) {
    if (row % 10_000 === 0) signal?.throwIfAborted();
    const line = await stream.until(NEWLINE, LONGEST_LINE, `row ${row + 1}`);
    if (line === undefined) break;
    const fields = fieldEnds(line);
    if (fields.length === 0) {
      if (header.rows === undefined) {
        row--;
        continue; // an empty line at the end
      }
      throw fileError(stream.path, `row ${row + 1} is empty; wanted a word and ${width} numbers`);
    }
    width ??= fields.length - 1;
    const first = fields.length - width;
    if (first < 1 || width < 1)
      throw fileError(
        stream.path,
        `row ${row + 1}, "${start(line)}", has ${fields.length - 1} numbers; wanted ${width === 0 ? "a word and at least one number" : width}`,
      );
    const word = decoder.decode(line.subarray(fields[0]?.from, fields[first - 1]?.to));
    const target = kept.add(
      row === 0 && header.rows === undefined ? word.replace(BYTE_ORDER_MARK, "") : word,
      width,
    );
    if (target === undefined) continue;
    for (let i = 0; i < width; i++) {
      const field = fields[first + i];
      const value = field === undefined ? Number.NaN : readNumber(line, field.from, field.to);
      if (Number.isNaN(value))
        throw fileError(
          stream.path,
          `row ${row + 1}, "${start(line)}", has ${describe(decoder.decode(line.subarray(field?.from, field?.to)))} where number ${i + 1} of ${width} should be`,
        );
      target[i] = value;
    }
  }
  if (!kept.isFull && header.rows !== undefined && row < header.rows)
    throw cutShort(stream.path, row, header.rows);
}

interface Field {
  readonly from: number;
  readonly to: number;
}

/** The fields of a line between spaces and tabs. Other white space, such as no-break spaces, is part of words. */
function fieldEnds(line: Uint8Array): Field[] {
  const fields: Field[] = [];
  let from = -1;
  for (let at = 0; at <= line.length; at++) {
    const byte = line[at];
    const isGap = byte === undefined || byte === SPACE || byte === TAB || byte === RETURN;
    if (!isGap && from < 0) from = at;
    if (isGap && from >= 0) {
      fields.push({ from, to: at });
      from = -1;
    }
  }
  return fields;
}

/** A word, a space, and `width` float32 numbers, the lowest byte first; some writers end each with a line feed. */
async function readBinary(
  stream: ByteStream,
  { rows = 0, width = 0 }: Header,
  kept: Kept,
  signal: AbortSignal | undefined,
): Promise<void> {
  const bytes = 4 * width;
  for (let row = 0; row < rows && !kept.isFull; row++) {
    if (row % 10_000 === 0) signal?.throwIfAborted();
    while ((await stream.peek(1))[0] === NEWLINE) stream.skip(1);
    const spelt = await stream.until(SPACE, LONGEST_WORD, `the word of row ${row + 1}`);
    const word = spelt && decoder.decode(spelt);
    const numbers = await stream.peek(bytes);
    if (word === undefined || numbers.length < bytes) throw cutShort(stream.path, row, rows);
    const target = kept.add(word, width);
    if (target !== undefined) {
      const view = new DataView(numbers.buffer, numbers.byteOffset, bytes);
      for (let i = 0; i < width; i++) target[i] = view.getFloat32(4 * i, true);
      const odd = target.findIndex((value) => !Number.isFinite(value));
      if (odd >= 0)
        throw fileError(
          stream.path,
          `row ${row + 1}, "${word}", has ${target[odd]} as number ${odd + 1} of ${width}; wanted finite numbers. The file may be damaged, or be no binary file of word2vec`,
        );
    }
    stream.skip(bytes);
  }
}

/** The vectors that are wanted, as they come. */
class Kept {
  readonly #path: string;
  readonly #limit: number;
  readonly #only: ReadonlySet<string> | undefined;
  readonly #words = new Map<string, number>();
  readonly #likely: number;
  #matrix = new Float32Array(0);
  #width = 0;

  /** @param likely rows to make room for at once */
  constructor(path: string, limit: number, only: ReadonlySet<string> | undefined, likely: number) {
    this.#path = path;
    this.#likely = Math.min(likely, limit);
    this.#limit = Math.min(limit, only?.size ?? Infinity);
    this.#only = only;
  }

  get isFull(): boolean {
    return this.#words.size >= this.#limit;
  }

  /** Where the numbers of a word go; undefined where it is not wanted, or has come before. */
  add(word: string, width: number): Float32Array | undefined {
    if (this.#words.has(word) || (this.#only !== undefined && !this.#only.has(word))) return undefined;
    this.#width = width;
    const row = this.#words.size;
    const end = (row + 1) * width;
    if (end > this.#matrix.length) {
      const doubled = Math.min(2 * this.#matrix.length, this.#limit * width);
      const larger = new Float32Array(Math.max(end, doubled, this.#likely * width));
      larger.set(this.#matrix);
      this.#matrix = larger;
    }
    this.#words.set(word, row);
    return this.#matrix.subarray(end - width, end);
  }

  vectors(): WordVectors {
    if (this.#words.size === 0) {
      const wanted =
        this.#only === undefined
          ? "it has no vectors"
          : `none of the ${this.#only.size} words asked for is in it`;
      throw new RecurraError("no-vectors", `Cannot read "${this.#path}": ${wanted}.`);
    }
    const used = this.#words.size * this.#width;
    const matrix = used === this.#matrix.length ? this.#matrix : this.#matrix.slice(0, used);
    return new WordVectors([...this.#words.keys()], matrix);
  }
}

function start(line: Uint8Array): string {
  const text = decoder.decode(line.subarray(0, 40));
  return line.length > 40 ? `${text}…` : text;
}

function cutShort(path: string, row: number, rows: number): RecurraError {
  return fileError(
    path,
    `it ends in row ${row + 1}, and its first line promises ${rows} rows. It was cut short: fetch it again, or read what there is with limit: ${Math.max(1, row)}`,
  );
}

function fileError(path: string, problem: string): RecurraError {
  return new RecurraError("vectors-file", `Cannot read "${path}": ${problem}.`);
}
