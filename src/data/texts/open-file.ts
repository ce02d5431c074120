// Opening a file of texts: what it is, by its name and its beginning, and the table or the plain text that it holds.

import { RecurraError } from "../../platform/error.ts";
import { formatOf, readHead } from "../data-file.ts";
import { countOf } from "../row-names.ts";
import { ByteReader } from "./byte-reader.ts";
import { isLabelName, isTextName } from "./column-names.ts";
import { askedNames, openDelimited, sampleRows, sniffReader } from "./delimited-table.ts";
import { beginsAsJson, openJson } from "./json-table.ts";
import { haveLabels, openLabelLines } from "./label-lines.ts";
import { openParquet } from "./parquet-table.ts";
import { isPlainName, isTableName, type TextFile } from "./text-files.ts";
import type { ReadTextsOptions } from "./text-options.ts";
import type { TextTable } from "./text-table.ts";

/** A file, opened: a table, or plain text. */
export type OpenFile =
  | { readonly kind: "table"; readonly table: TextTable; readonly note?: string }
  | { readonly kind: "plain"; readonly reader: ByteReader };

/**
 * Opens a file. Who opens it closes it.
 *
 * @throws RecurraError `file-not-found`, `not-a-file`, `permission-denied`, `empty-file`, `file-format`
 */
export async function openFile(file: TextFile, options: ReadTextsOptions): Promise<OpenFile> {
  const { source } = file;
  // Plain texts may be many, and are looked at once.
  if (typeof source === "string" && (options.whole !== true || isTableName(source))) {
    const { head, size } = await readHead(source);
    const isZipped = head[0] === 0x1f && head[1] === 0x8b;
    if (!isZipped && formatOf(head, source) === "parquet")
      return { kind: "table", table: await openParquet(source, size) };
  }
  const reader = await ByteReader.open(source, options.encoding);
  try {
    return await openText(reader, options);
  } catch (error) {
    reader.close();
    throw error;
  }
}

async function openText(reader: ByteReader, options: ReadTextsOptions): Promise<OpenFile> {
  const { name } = reader;
  const isPlain = options.whole === true || options.paragraphs === true;
  if (isPlain && !isTableName(name)) return { kind: "plain", reader };
  const head = await reader.peek(2 ** 16);
  const form = formatOf(head.subarray(0, 2 ** 16), name);
  if (form === "parquet")
    throw new RecurraError(
      "file-format",
      `Cannot read "${name}": Parquet is read from a file that is not packed, and not from standard input. Save it as a file.`,
    );
  if (beginsAsJson(head, name)) return { kind: "table", table: await openJson(reader, options) };
  if (haveLabels(head)) {
    const note = `The lines of ${baseOf(name)} begin with their labels (__label__…).`;
    return { kind: "table", table: openLabelLines(reader, head), note };
  }
  if (isTableName(name)) return { kind: "table", table: await openDelimited(reader, options) };
  const looks = await looksLikeTable(reader, options);
  if (looks === "no") return { kind: "plain", reader };
  const table = await openDelimited(reader, options);
  if (looks === "asked") return { kind: "table", table };
  const note = `${baseOf(name)} is read as a table of ${countOf(table.width, "column")}.`;
  return { kind: "table", table, note };
}

/** Whether a text of another name is a table: since columns of it are asked for, or all of its rows have tabs, or its header tells. */
async function looksLikeTable(
  reader: ByteReader,
  options: ReadTextsOptions,
): Promise<"no" | "looks" | "asked"> {
  const { text, label, columns = [], header, where } = options;
  const isAsked = text !== undefined || (label !== undefined && label !== "none") || columns.length > 0;
  if (isAsked || header !== undefined || where !== undefined) return "asked";
  const { head, dialect } = await sniffReader(reader, options.quoted);
  if (dialect.width < 2 || dialect.consistency < 0.98) return "no";
  const [first = []] = sampleRows(head, reader.isEnded, dialect);
  const asked = askedNames(options);
  const isNamed = first.some((cell) => asked.includes(cell.trim()));
  const isUsual =
    first.length === dialect.width && first.some((cell) => isTextName(cell) || isLabelName(cell));
  if (isNamed || (isUsual && first.every((cell) => cell.length < 40))) return "looks";
  return dialect.delimiter === 9 && !(isPlainName(reader.name) && dialect.rows < 2) ? "looks" : "no";
}

const baseOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;
