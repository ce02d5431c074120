// CSV, TSV and their like as a table of texts: any quotation marks, line ends and lengths of lines.

import { isUtf8 } from "node:buffer";
import type { ByteReader } from "./byte-reader.ts";
import { partsOf } from "./column-names.ts";
import { type CutRow, cutRow, type TextDialect } from "./cut-rows.ts";
import { beginsWithHeader } from "./header.ts";
import { type SniffedDialect, sniffDialect } from "./sniff-dialect.ts";
import type { ReadTextsOptions } from "./text-options.ts";
import {
  invalidBytes,
  type RowFault,
  SAMPLE_CELL,
  SAMPLE_ROWS,
  type TableRow,
  type TextTable,
  wrongWidth,
} from "./text-table.ts";
import { invalidByte, REPLACEMENT, textOf } from "./utf8.ts";

const SAMPLE_BYTES = 2 ** 20;
/** A row at the beginning that is longer is looked at by its first part. */
const LONGEST_SAMPLE = 2 ** 26;
const LINE_FEED = 10;
/** Delimiters, for messages. */
const NAMES: Readonly<Record<string, string>> = { "\t": "tab", ",": "comma", ";": "semicolon", "|": "bar" };

/** The first bytes, up to the end of a row where there is one, and what they are written like. */
export async function sniffReader(
  reader: ByteReader,
  quoted: boolean | undefined,
): Promise<{ readonly head: Buffer; readonly dialect: SniffedDialect }> {
  let head = await reader.peek(SAMPLE_BYTES);
  while (!head.includes(LINE_FEED) && !reader.isEnded && head.length < LONGEST_SAMPLE)
    head = await reader.peek(4 * head.length);
  const isTab = /[.](?:tsv|tab)(?:[.]gz)?$/i.test(reader.name);
  return { head, dialect: sniffDialect(head, reader.isEnded, isTab, quoted) };
}

/** Opens a table; the reader is closed with it. */
export async function openDelimited(reader: ByteReader, options: ReadTextsOptions): Promise<TextTable> {
  const { head, dialect } = await sniffReader(reader, options.quoted);
  const rows = sampleRows(head, reader.isEnded, dialect);
  const hasHeader = options.header ?? beginsWithHeader(rows, askedNames(options));
  const [first = [], ...others] = rows;
  const names = hasHeader ? first.map((name) => name.trim()) : undefined;
  const width = hasHeader ? first.length : dialect.width;
  return {
    names,
    width,
    sample: hasHeader ? others : rows,
    rowWord: "row",
    read: (columns) => readRows(reader, dialect, { width, hasHeader, columns }),
    close: () => reader.close(),
  };
}

/** The names of columns among what was asked for. */
export function askedNames({ text, label, columns = [], prefer = {} }: ReadTextsOptions): readonly string[] {
  const texts = [text, prefer.text]
    .flat()
    .flatMap((ref) => (ref === undefined ? [] : [ref, ...partsOf(ref)]));
  const refs = [...texts, label === "none" ? undefined : label, ...columns, prefer.label];
  return refs.filter((ref) => typeof ref === "string").filter((ref) => !/^\d+$/.test(ref));
}

export function sampleRows(head: Buffer, isLast: boolean, dialect: TextDialect): string[][] {
  const rows: string[][] = [];
  for (let at = 0; at < head.length && rows.length < SAMPLE_ROWS; ) {
    // The header and the first row, however long.
    const row =
      cutRow(head, at, isLast, dialect) ?? (rows.length < 2 ? cutRow(head, at, true, dialect) : undefined);
    if (row === undefined) break;
    if (!isEmpty(row))
      rows.push(
        row.starts.map((start, i) => cellOf(head, row, i, Math.min(row.ends[i] ?? 0, start + SAMPLE_CELL))),
      );
    at = row.next;
  }
  return rows;
}

async function* readRows(
  reader: ByteReader,
  dialect: TextDialect,
  plan: { readonly width: number; readonly hasHeader: boolean; readonly columns: readonly number[] },
): AsyncGenerator<readonly TableRow[]> {
  let number = 1;
  let line = 1;
  let isHeader = plan.hasHeader;
  for (;;) {
    const { bytes, offset } = reader;
    const whole = reader.isEnded ? bytes.length : bytes.lastIndexOf(LINE_FEED) + 1;
    const isValid = reader.encoding.label === "utf-8" && isUtf8(bytes.subarray(0, whole));
    const rows: TableRow[] = [];
    let at = 0;
    while (at < bytes.length) {
      const row = cutRow(bytes, at, reader.isEnded, dialect);
      if (row === undefined) break;
      if (isHeader && !isEmpty(row)) isHeader = false;
      else if (!isEmpty(row)) {
        const cells = plan.columns.map((column) => cellOf(bytes, row, column));
        const fault =
          faultOf(bytes, row, plan, dialect) ??
          (isValid ? undefined : invalidCell(reader, bytes, offset, row, plan.columns, cells));
        rows.push({ row: number, line: line === number ? undefined : line, cells, fault });
      }
      number++;
      line += linesOf(bytes, row, at);
      at = row.next;
    }
    reader.skip(at);
    if (rows.length > 0) yield rows;
    if (reader.isEnded) return;
    if (at === 0) await reader.grow(`line ${line}`);
    else await reader.peek(2 ** 20);
  }
}

/** An empty line, or one of nothing but delimiters, as spreadsheets leave them. */
function isEmpty({ starts, ends, quoted }: CutRow): boolean {
  return starts.every((start, i) => start === ends[i]) && !quoted.includes(true);
}

function cellOf(
  bytes: Buffer,
  { starts, ends, quoted }: CutRow,
  column: number,
  end = ends[column] ?? 0,
): string {
  const text = textOf(bytes, starts[column] ?? 0, end);
  return quoted[column] === true && text.includes('"') ? text.replaceAll('""', '"') : text;
}

function linesOf(bytes: Buffer, { quoted, next }: CutRow, at: number): number {
  if (!quoted.includes(true)) return 1;
  let lines = 0;
  for (let i = bytes.indexOf(LINE_FEED, at); i >= 0 && i < next; i = bytes.indexOf(LINE_FEED, i + 1)) lines++;
  return Math.max(1, lines);
}

function faultOf(
  bytes: Buffer,
  { starts, ends, open }: CutRow,
  { width, hasHeader }: { readonly width: number; readonly hasHeader: boolean },
  { delimiter }: TextDialect,
): RowFault | undefined {
  if (open !== undefined) {
    return {
      code: "quote-open",
      what: `cell ${open + 1} begins with a quotation mark, and none closes it`,
      advice: "Close it, or say that marks are characters like others with --no-quotes.",
    };
  }
  // Spreadsheets leave empty cells at the end of rows.
  const isOver = starts.slice(width).some((start, i) => textOf(bytes, start, ends[width + i]).trim() !== "");
  if (!isOver && starts.length >= width) return undefined;
  return wrongWidth(
    starts.length,
    width,
    hasHeader,
    NAMES[String.fromCharCode(delimiter ?? 0)] ?? "delimiter",
  );
}

function invalidCell(
  reader: ByteReader,
  bytes: Buffer,
  offset: number,
  { starts, ends }: CutRow,
  columns: readonly number[],
  cells: readonly string[],
): RowFault | undefined {
  const { label } = reader.encoding;
  if (label !== "utf-8") {
    if (!cells.some((cell) => cell.includes(REPLACEMENT))) return undefined;
    return {
      code: "invalid-text",
      what: `it has bytes that are no text in the encoding ${label}`,
      isMended: true,
    };
  }
  for (const column of columns) {
    const start = starts[column] ?? 0;
    const at = invalidByte(bytes.subarray(start, ends[column]));
    if (at >= 0) return invalidBytes(offset + start + at, bytes[start + at] ?? 0, reader.isZipped);
  }
  return undefined;
}
