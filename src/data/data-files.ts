// From what a person gives as paths to the files they stand for: files, patterns such as data/*.csv, and folders.

import { readdir } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { RecurraError } from "../platform/error.ts";
import { type DataFile, inspectFile } from "./data-file.ts";
import { type DuckDBConnection, rowsOf, sqlText } from "./duckdb.ts";
import { fewOf } from "./row-names.ts";

export const TABLE_NAMES = /[.](?:csv|tsv|tab|json|jsonl|ndjson|parquet|pq)(?:[.]gz)?$/i;

/** part-2 before part-10. */
export const BY_NAME = new Intl.Collator("en", { numeric: true });

/**
 * Finds the files of paths and looks at what they are.
 *
 * @param paths Each a file; a pattern with `*`, `?`, `[…]` or `**` (any folders); or a folder, which stands for the tables in it.
 * @returns What is known of them together. Their rows follow each other in the order of their names.
 * @throws RecurraError `file-not-found`, `not-a-file` for a folder without tables, `file-format` for files of several kinds, and
 * what `inspectFile` throws.
 */
export async function findFiles(
  connection: DuckDBConnection,
  paths: string | readonly string[],
): Promise<DataFile> {
  const given = typeof paths === "string" ? [paths] : paths;
  const [only = ""] = given;
  if (given.length < 2) {
    const found = await standingFor(connection, only);
    return "format" in found ? found : together(only, found);
  }
  const all: string[] = [];
  for (const path of given) {
    const found = await standingFor(connection, path);
    all.push(...("format" in found ? found.paths : found));
  }
  return together(nameOfFiles(given), [...new Set(all)]);
}

/** What messages call files: `a.csv`, `a.csv and 2 more`. */
export function nameOfFiles(paths: string | readonly string[]): string {
  return typeof paths === "string" ? paths : fewOf(paths, 1);
}

/** What a path stands for: a file, which has been looked at, or the paths of several. */
async function standingFor(
  connection: DuckDBConnection,
  path: string,
): Promise<DataFile | readonly string[]> {
  try {
    return await inspectFile(path);
  } catch (error) {
    if (!(error instanceof RecurraError)) throw error;
    if (error.code === "file-not-found" && /[*?[]/.test(path)) return matching(connection, path);
    if (error.code === "not-a-file") return tablesIn(path, error);
    throw error;
  }
}

/** The files of a pattern. @throws RecurraError `file-not-found` */
export async function matching(connection: DuckDBConnection, pattern: string): Promise<string[]> {
  const rows = await rowsOf(connection, `SELECT file FROM glob(${sqlText(pattern)})`);
  const paths = rows.map(({ file }) => String(file));
  const shown = isHidden(pattern) ? paths : paths.filter((path) => !isHidden(basename(path)));
  if (shown.length === 0) {
    throw new RecurraError(
      "file-not-found",
      `Cannot read "${pattern}": no file has a name of this pattern. Check the path; quote the pattern where a shell would read it.`,
    );
  }
  return shown;
}

/** The tables of a folder and of the folders in it, such as `store=1/part-0.parquet`. */
async function tablesIn(folder: string, notAFile: RecurraError): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => {
    throw notAFile;
  });
  const tables = entries
    .filter((entry) => entry.isFile() && TABLE_NAMES.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !isHidden(relative(folder, path)));
  if (tables.length > 0) return tables;
  throw new RecurraError(
    "not-a-file",
    `Cannot read "${folder}": it is a folder without tables. Wanted a file, or a folder of CSV, TSV, JSON or Parquet files.`,
  );
}

/** Whether a file, or a folder on the way to it, is none to be seen: `.part.csv`, `_temporary/0.parquet`. */
export function isHidden(path: string): boolean {
  return path.split(/[\\/]/).some((part) => /^[._][^./\\]/.test(part));
}

/** Several files as one: they have to be of one kind and encoding. */
async function together(path: string, paths: readonly string[]): Promise<DataFile> {
  const sorted = [...paths].sort(BY_NAME.compare);
  const files: DataFile[] = [];
  for (const one of sorted) files.push(await inspectFile(one));
  const [first] = files;
  if (first === undefined)
    throw new RecurraError("file-not-found", `Cannot read "${path}": there is no file.`);
  const odd = files.find((file) => file.format !== first.format || file.zipped !== first.zipped);
  if (odd !== undefined) {
    throw new RecurraError(
      "file-format",
      `Cannot read "${path}": "${basename(first.path)}" is ${kindOf(first)}, "${basename(odd.path)}" is ${kindOf(odd)}. Wanted files of one kind: give a pattern that only they match.`,
    );
  }
  const encodings = [...new Set(files.map(({ encoding }) => encoding ?? "UTF-8"))];
  const latin = files.every(({ encoding, beginning }) => encoding === "latin-1" || isAscii(beginning));
  if (encodings.length > 1 && !latin) {
    throw new RecurraError(
      "file-format",
      `Cannot read "${path}": the files have several encodings, ${fewOf(encodings)}. Save all of them as UTF-8.`,
    );
  }
  const encoding = files.find((file) => file.encoding !== undefined)?.encoding;
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const shared = encoding === undefined ? {} : { encoding };
  const parts = files.map((file) => ({ ...file, ...shared }));
  return { ...first, ...shared, path, paths: sorted, parts, size };
}

function kindOf({ format, zipped }: DataFile): string {
  const name = { csv: "a text table", json: "JSON", parquet: "Parquet", tsf: ".tsf" }[format];
  return zipped ? `${name} packed with gzip` : name;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}
