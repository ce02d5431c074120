// From what a person gives as sources of texts to the files they stand for, with the labels that folders give them.

import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { RecurraError } from "../../platform/error.ts";
import { BY_NAME, isHidden, matching, nameOfFiles, TABLE_NAMES } from "../data-files.ts";
import { withDuckdb } from "../duckdb.ts";
import { countOf, fewOf, listOf } from "../row-names.ts";
import type { TextBytes, TextSource } from "./text-options.ts";

/** A file of texts. */
export interface TextFile {
  readonly source: string | TextBytes;
  /** What its rows are named with: `b.tsv`, `pos/3_7.txt`. */
  readonly name: string;
  /** The sub-folder that it stands in, where that is its label. */
  readonly label?: string;
}

export interface TextFiles {
  /** What messages and reports call them together. */
  readonly name: string;
  readonly files: readonly TextFile[];
  readonly notes: readonly string[];
  /** What is said of labels where folders are. */
  readonly labelNote?: string | undefined;
  /** Whether they are the plain texts of a folder without sub-folders. */
  readonly isFlat?: boolean;
}

const PLAIN_NAMES = /[.](?:txt|text|md)(?:[.]gz)?$/i;

export const isPlainName = (name: string): boolean => PLAIN_NAMES.test(name);
export const isTableName = (name: string): boolean => TABLE_NAMES.test(name);

/**
 * Finds the files of a source. Those of a folder follow each other in the order of their names, numbers by size.
 *
 * @throws RecurraError `not-a-file` for a folder without texts, `file-not-found`
 */
export async function findTextFiles(source: TextSource): Promise<TextFiles> {
  if (typeof source === "object" && "bytes" in source) {
    const name = source.name ?? "the input";
    return { name, files: [{ source, name }], notes: [] };
  }
  const paths = typeof source === "string" ? [source] : source;
  if (paths.length === 1 && paths[0] === "-") {
    const name = "standard input";
    return { name, files: [{ source: { bytes: process.stdin, name }, name }], notes: [] };
  }
  const found: TextFiles[] = [];
  for (const path of paths) found.push(await standingFor(path));
  if (found.length > 1 && found.every((one) => one.isFlat)) return labelled(nameOf(paths), found);
  const files = found.flatMap((one) => one.files);
  const notes = found.flatMap((one) => one.notes);
  const labelNote = found.find((one) => one.labelNote !== undefined)?.labelNote;
  return { name: nameOf(paths), files, notes, labelNote };
}

function nameOf(paths: readonly string[]): string {
  const name = basename(nameOfFiles(paths.length === 1 ? (paths[0] ?? "") : paths));
  return /^[.]*$/.test(name) ? "the folder" : name;
}

/** Several folders of .txt: each is the label of its files. */
function labelled(name: string, folders: readonly TextFiles[]): TextFiles {
  const labels = folders.map((folder) => basename(folder.name));
  const files = folders.flatMap((folder, i) => {
    const label = labels[i] ?? "";
    return folder.files.map((file) => ({ ...file, name: join(label, file.name), label }));
  });
  const labelNote = `The labels are the folders that the files stand in: ${fewOf(labels, 8)}.`;
  return { name, files, notes: folders.flatMap((folder) => folder.notes), labelNote };
}

async function standingFor(path: string): Promise<TextFiles> {
  const status = await stat(path).catch(() => undefined);
  if (status?.isDirectory()) return filesIn(path);
  // What other programs write to is read once, as it comes.
  if (status !== undefined && !status.isFile())
    return {
      name: path,
      files: [{ source: { bytes: createReadStream(path), name: path }, name: path }],
      notes: [],
    };
  const fileOf = (one: string) => ({ source: one, name: basename(one) });
  if (status !== undefined || !/[*?[]/.test(path)) return { name: path, files: [fileOf(path)], notes: [] };
  const paths = await withDuckdb((connection) => matching(connection, path));
  return { name: path, files: [...paths].sort(BY_NAME.compare).map(fileOf), notes: [] };
}

async function filesIn(folder: string): Promise<TextFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause) => {
    throw new RecurraError(
      "permission-denied",
      `Cannot read the folder "${folder}": ${(cause as Error).message}. Check its permissions.`,
      { cause },
    );
  });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !isHidden(path))
    .sort(BY_NAME.compare);
  const plain = paths.filter(isPlainName);
  const tables = paths.filter(isTableName);
  const within = plain.filter((path) => folderOf(path) !== "");
  const fileOf = (path: string): TextFile => ({ source: join(folder, path), name: path });
  const leftOut = (count: number, where: string) =>
    count === 0 ? [] : [`${countOf(count, ".txt file")} ${where} ${count === 1 ? "is" : "are"} left out.`];
  if (tables.length > 0 && within.length === 0)
    return {
      name: folder,
      files: tables.map(fileOf),
      notes: leftOut(plain.length, `beside the tables of ${basename(folder)}`),
    };
  if (within.length > 0) {
    const labels = [...new Set(within.map(folderOf))].sort(BY_NAME.compare);
    const parts = [...new Set(within.map((path) => path.split(/[\\/]/).slice(0, -2).join("/")))].sort(
      BY_NAME.compare,
    );
    const together = `The texts of ${listOf(parts.map((part) => part || "."))} are read together; give one of these folders to keep them apart.`;
    return {
      name: folder,
      files: within.map((path) => ({ ...fileOf(path), label: folderOf(path) })),
      notes: [
        ...(parts.length > 1 ? [together] : []),
        ...leftOut(plain.length - within.length, `that no sub-folder of ${basename(folder)} holds`),
      ],
      labelNote: `The labels are the folders that the files of ${basename(folder)} stand in: ${fewOf(labels, 8)}.`,
    };
  }
  if (plain.length > 0) return { name: folder, files: plain.map(fileOf), notes: [], isFlat: true };
  throw new RecurraError(
    "not-a-file",
    `Cannot read "${folder}": it is a folder without texts. Wanted .txt files, in a sub-folder for each label where they have labels, or CSV, TSV, JSON or Parquet files.`,
  );
}

/** The folder that a file stands in, empty at the top. */
function folderOf(path: string): string {
  return path.split(/[\\/]/).at(-2) ?? "";
}
