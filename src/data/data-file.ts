// Looking at a data file before it is read: what kind it is, and whether it is one that can be read at all.

import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { constants, gunzipSync } from "node:zlib";
import { openBytes } from "#platform";
import { RecurraError } from "../platform/error.ts";
import { suggestion } from "../platform/nearest.ts";

export interface DataFile {
  /** What messages call it: the path that was given, which may stand for several files. */
  readonly path: string;
  /** The files, in the order of their rows. */
  readonly paths: readonly string[];
  /** Where there are several: each of them by itself. */
  readonly parts?: readonly DataFile[];
  /** Whether they are packed with gzip. */
  readonly zipped: boolean;
  readonly format: "csv" | "json" | "parquet" | "tsf";
  /** Bytes on disk, of all files. */
  readonly size: number;
  /** DuckDB's name of a text file's encoding, where it is not UTF-8. */
  readonly encoding?: "utf-16" | "latin-1";
  /** The text that a text file begins with, some 60,000 characters; of several files the first one's. */
  readonly beginning: string;
}

/** Beginnings of files that are no tables, and what to tell of them. */
const FOREIGN: readonly { readonly begins: readonly number[] | string; readonly what: string }[] = [
  { begins: "PK\u0003\u0004", what: "a zip file or an Excel workbook. Save the sheet as CSV" },
  { begins: [0xd0, 0xcf, 0x11, 0xe0], what: "an old Excel workbook. Save the sheet as CSV" },
  { begins: "%PDF", what: "a PDF. Give the table as CSV, JSON or Parquet" },
  { begins: "SQLite format 3", what: "an SQLite database. Export the table as CSV" },
  { begins: "<!doctype", what: "a web page. Download the table itself" },
  { begins: "<html", what: "a web page. Download the table itself" },
];

const HEAD_BYTES = 1 << 16;

/**
 * Finds out what a file is by its beginning, whatever its name says.
 *
 * @throws RecurraError `file-not-found`, `not-a-file`, `permission-denied`, `empty-file`, `file-format`.
 */
export async function inspectFile(path: string): Promise<DataFile> {
  const { size, head: raw } = await readHead(path);
  const zipped = raw[0] === 0x1f && raw[1] === 0x8b;
  const head = zipped ? unzipHead(raw, path) : raw;
  if (asLatin1(head).trim() === "") {
    throw new RecurraError(
      "empty-file",
      `Cannot read "${path}": the file is empty. Wanted a header and rows.`,
    );
  }
  const format = formatOf(head, path);
  if (format === "parquet") {
    if (zipped) throw unreadable(path, "a Parquet file within gzip. Unpack it first");
    return { path, paths: [path], zipped, format, size, beginning: "" };
  }
  const encoding = encodingOf(head, path);
  const beginning = new TextDecoder(encoding === "latin-1" ? "latin1" : encoding).decode(head);
  const about = {
    path,
    paths: [path],
    zipped,
    format: format === "csv" && isTsf(beginning) ? ("tsf" as const) : format,
    size,
    beginning,
  };
  return encoding === undefined ? about : { ...about, encoding };
}

/** The first bytes of a file, and its size. @throws RecurraError `file-not-found` with the nearest name, `not-a-file`, `permission-denied` */
export async function readHead(path: string): Promise<{ size: number; head: Uint8Array }> {
  try {
    const source = await openBytes(path);
    try {
      return { size: source.size, head: await source.read(0, Math.min(source.size, HEAD_BYTES)) };
    } finally {
      await source.close();
    }
  } catch (error) {
    if (!(error instanceof RecurraError) || error.code !== "file-not-found") throw error;
    const near = suggestion(basename(path), await namesBeside(path)).trim();
    throw new RecurraError(error.code, near === "" ? error.message : `${error.message} ${near}`, {
      cause: error,
    });
  }
}

async function namesBeside(path: string): Promise<string[]> {
  try {
    const entries = await readdir(dirname(path), { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  } catch {
    return [];
  }
}

function unzipHead(bytes: Uint8Array, path: string): Uint8Array {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    throw new RecurraError("file-format", `Cannot read "${path}": it is a damaged gzip file. Get it anew.`, {
      cause: error,
    });
  }
}

/** The kind of a file by its first bytes. @throws RecurraError `file-format` for what holds no table */
export function formatOf(head: Uint8Array, path: string): "csv" | "json" | "parquet" {
  const begins = (wanted: readonly number[] | string) =>
    typeof wanted === "string"
      ? asLatin1(head.subarray(0, wanted.length)).toLowerCase() === wanted.toLowerCase()
      : wanted.every((byte, i) => head[i] === byte);
  if (begins("PAR1")) return "parquet";
  const foreign = FOREIGN.find((kind) => begins(kind.begins));
  if (foreign !== undefined) throw unreadable(path, foreign.what);
  const first = asLatin1(head)
    .replace(/^\u00ef\u00bb\u00bf/, "")
    .trimStart()[0];
  return first === "{" || first === "[" ? "json" : "csv";
}

/** Whether a text begins as a file of the Monash forecasting archive does: with attributes, and what it says of its series. */
function isTsf(beginning: string): boolean {
  const first = beginning.split(/\r?\n/).find((line) => !/^\s*(?:#|$)/.test(line));
  return (
    first?.startsWith("@") === true &&
    /^@attribute\s+\S+\s+(?:string|date|numeric)\s*$/im.test(beginning) &&
    /^@(?:frequency|horizon|missing|equallength)\s/im.test(beginning)
  );
}

function encodingOf(head: Uint8Array, path: string): DataFile["encoding"] {
  const mark = `${head[0]},${head[1]}`;
  if (mark === "255,254" || mark === "254,255") return "utf-16";
  const controls = head.filter((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13).length;
  if (controls > 0) throw unreadable(path, "a binary file. Wanted CSV, TSV, JSON, JSON lines or Parquet");
  try {
    // The last character may be cut: a stream decoder waits for the rest.
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return undefined;
  } catch {
    return "latin-1";
  }
}

function asLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function unreadable(path: string, what: string): RecurraError {
  return new RecurraError("file-format", `Cannot read "${path}": it is ${what}.`);
}
