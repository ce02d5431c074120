// JSON as a table of texts: one record a line, a list of records, or one object that holds them.

import { isUtf8 } from "node:buffer";
import { RecurraError } from "../../platform/error.ts";
import { quoted } from "../row-names.ts";
import type { ByteReader } from "./byte-reader.ts";
import { askedNames } from "./delimited-table.ts";
import { skipSpace, valueEnd } from "./json-values.ts";
import type { ReadTextsOptions } from "./text-options.ts";
import {
  type Cell,
  invalidBytes,
  type RowFault,
  SAMPLE_CELL,
  SAMPLE_ROWS,
  type TableRow,
  type TextTable,
} from "./text-table.ts";
import { invalidByte, REPLACEMENT, textOf } from "./utf8.ts";

const SAMPLE_BYTES = 2 ** 20;
const LIST = 91;
const LIST_END = 93;
const LINE_FEED = 10;
/** The column of a list of bare texts. */
const ONLY = "text";

type JsonRecord = Readonly<Record<string, unknown>>;

/** How records follow each other. */
type Layout = "lines" | "list" | "one object";

/** What a record is, or why it is none. */
interface ReadRecord {
  readonly row: number;
  readonly record: JsonRecord | undefined;
  readonly fault: RowFault | undefined;
}

/** Whether a text begins as JSON does, whatever its name. */
export function beginsAsJson(head: Buffer, name: string): boolean {
  const start = head.toString("latin1", 0, 1000);
  if (/[.](?:json|jsonl|ndjson)(?:[.]gz)?$/i.test(name)) return /^\s*[[{"]/.test(start);
  return /^\s*(?:\{\s*"|\[\s*\{\s*")/.test(start);
}

/** Opens JSON; the reader is closed with it. @throws RecurraError `file-format` for what holds no records */
export async function openJson(reader: ByteReader, options: ReadTextsOptions): Promise<TextTable> {
  const layout = await layoutOf(reader);
  const held = layout === "one object" ? await heldRecords(reader) : undefined;
  const sample: JsonRecord[] = [];
  let wrong: ReadRecord | undefined;
  for (const one of held ?? recordsIn(reader, layout, { row: 1, at: 0 }, SAMPLE_ROWS).records) {
    if (one.record === undefined) wrong ??= one;
    else if (sample.push(one.record) === SAMPLE_ROWS) break;
  }
  if (sample.length === 0) throw noRecords(reader.name, wrong);
  // A field that was asked for may come late.
  const names = [...new Set(sample.flatMap((record) => Object.keys(record)))];
  const rest = askedNames(options).filter((name) => !names.includes(name) && !name.includes(","));
  const later = rest.length > 0 && sample.length >= SAMPLE_ROWS ? rest : [];
  const all = [...names, ...later];
  return {
    names: all,
    width: all.length,
    sample: sample.map((record) => all.map((name) => shown(record[name]))),
    rowWord: layout === "lines" ? "line" : "record",
    read: (columns) =>
      readRecords(
        reader,
        layout,
        held,
        columns.map((column) => all[column] ?? ""),
      ),
    close: () => reader.close(),
  };
}

function noRecords(name: string, wrong: ReadRecord | undefined): RecurraError {
  const { what = "it holds no records", advice = "" } = wrong?.fault ?? {};
  const where = wrong === undefined ? "" : `record ${wrong.row}: `;
  return new RecurraError(
    wrong === undefined ? "no-rows" : "file-format",
    `Cannot read "${name}": ${where}${what}. ${advice}`.trim(),
  );
}

async function layoutOf(reader: ByteReader): Promise<Layout> {
  let head = await reader.peek(SAMPLE_BYTES);
  const start = skipSpace(head, 0);
  if (head[start] === LIST) return "list";
  for (;;) {
    const line = head.indexOf(LINE_FEED, start);
    const end = line < 0 && reader.isEnded ? head.length : line;
    if (end >= 0) {
      const isOnly = reader.isEnded && skipSpace(head, end) === head.length;
      if (recordOf(head.subarray(start, end)) !== undefined) return isOnly ? "one object" : "lines";
      // A value of several lines; or a first line that is damaged.
      const stop = valueEnd(head, start, reader.isEnded);
      return stop >= 0 && stop <= end ? "lines" : "one object";
    }
    await reader.grow("line 1");
    head = reader.bytes;
  }
}

async function* readRecords(
  reader: ByteReader,
  layout: Layout,
  held: readonly ReadRecord[] | undefined,
  names: readonly string[],
): AsyncGenerator<readonly TableRow[]> {
  const rowOf = ({ row, record, fault }: ReadRecord): TableRow => ({
    row,
    cells: names.map((name) => cellOf(record?.[name])),
    fault,
  });
  if (held !== undefined) {
    yield held.map(rowOf);
    return;
  }
  let row = 1;
  for (let isFirst = true; ; isFirst = false) {
    const at = isFirst && layout === "list" ? skipSpace(reader.bytes, 0) + 1 : 0;
    const { records, next, after, isOver } = recordsIn(reader, layout, { row, at });
    reader.skip(next);
    row = after;
    if (records.length > 0) yield records.map(rowOf);
    if (isOver || reader.isEnded) return;
    if (next === 0) await reader.grow(`${layout === "lines" ? "line" : "record"} ${row}`);
    else await reader.peek(SAMPLE_BYTES);
  }
}

/** The whole records among the bytes that have come. @param from where they begin, and the number of the first */
function recordsIn(
  reader: ByteReader,
  layout: Layout,
  from: { readonly row: number; readonly at: number },
  most = Infinity,
): {
  readonly records: readonly ReadRecord[];
  readonly next: number;
  readonly after: number;
  readonly isOver: boolean;
} {
  const { bytes, isEnded } = reader;
  const records: ReadRecord[] = [];
  let { row, at } = from;
  const isList = layout === "list";
  if (isList && at === 0 && bytes[skipSpace(bytes, 0)] === LIST) at = skipSpace(bytes, 0) + 1;
  while (records.length < most) {
    if (isList) at = skipSpace(bytes, at, true);
    if (isList && bytes[at] === LIST_END) return { records, next: at, after: row, isOver: true };
    const end = isList ? valueEnd(bytes, at, isEnded) : lineEnd(bytes, at, isEnded);
    if (at >= bytes.length || end < 0) {
      if (isList && isEnded) records.push({ row, record: undefined, fault: cutShort });
      break;
    }
    if (skipSpace(bytes, at) < end) records.push(read(reader, bytes, at, end, row));
    row++;
    at = isList ? end : Math.min(end + 1, bytes.length);
  }
  return { records, next: at, after: row, isOver: false };
}

function lineEnd(bytes: Buffer, at: number, isLast: boolean): number {
  const end = bytes.indexOf(LINE_FEED, at);
  return end < 0 && isLast ? bytes.length : end;
}

const cutShort: RowFault = {
  code: "file-format",
  what: "the file ends within it",
  advice: "The file is cut short: get it anew, or leave the record out with --on-error skip.",
};

function read(reader: ByteReader, bytes: Buffer, from: number, to: number, row: number): ReadRecord {
  const slice = bytes.subarray(from, to);
  const record = recordOf(slice);
  if (record === undefined) {
    const start = quoted(textOf(slice, 0, 200).trim());
    return {
      row,
      record: undefined,
      fault: {
        code: "file-format",
        what: `it is no JSON object: ${start}`,
        advice: `Wanted records such as {"text": "…", "label": "…"}. Correct it, or leave it out with --on-error skip.`,
      },
    };
  }
  if (reader.encoding.label !== "utf-8") {
    const isLost = slice.includes(REPLACEMENT);
    const what = `it has bytes that are no text in the encoding ${reader.encoding.label}`;
    return { row, record, fault: isLost ? { code: "invalid-text", what, isMended: true } : undefined };
  }
  if (isUtf8(slice)) return { row, record, fault: undefined };
  const at = invalidByte(slice);
  return { row, record, fault: invalidBytes(reader.offset + from + at, slice[at] ?? 0, reader.isZipped) };
}

function recordOf(bytes: Buffer): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(textOf(bytes));
    if (typeof value === "string") return { [ONLY]: value };
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The records of an object that is the whole file: those of its only list of records; those of columns that are lists, or objects by the
 * number of the row (as pandas writes them); or the object itself.
 */
async function heldRecords(reader: ByteReader): Promise<readonly ReadRecord[]> {
  while (!reader.isEnded) await reader.grow("record 1");
  const { bytes } = reader;
  const { record, fault } = read(reader, bytes, skipSpace(bytes, 0), bytes.length, 1);
  if (record === undefined) {
    throw new RecurraError(
      "file-format",
      `Cannot read "${reader.name}": it is no JSON (${jsonFault(bytes)}). Wanted a list of records, or one record a line: {"text": "…", "label": "…"}.`,
    );
  }
  const values = Object.values(record);
  const lists = values.filter((value) => Array.isArray(value) && value.length > 0 && value.every(isRecord));
  const [list, second] = lists as (readonly JsonRecord[])[];
  const found = list !== undefined && second === undefined ? list : (turned(record) ?? [record]);
  return found.map((one, i) => ({ row: i + 1, record: one, fault: i === 0 ? fault : undefined }));
}

/** Columns as records: undefined where they are none. */
function turned(record: JsonRecord): readonly JsonRecord[] | undefined {
  const columns = Object.entries(record).map(
    ([name, value]) =>
      [name, Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : []] as const,
  );
  const length = columns[0]?.[1].length ?? 0;
  if (length === 0 || columns.some(([, values]) => values.length !== length)) return undefined;
  return Array.from({ length }, (_, i) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[i]])),
  );
}

function jsonFault(bytes: Buffer): string {
  try {
    JSON.parse(textOf(bytes));
    return "it is no object";
  } catch (error) {
    return (error as Error).message;
  }
}

function cellOf(value: unknown): Cell {
  if (Array.isArray(value) && value.every((part) => typeof part !== "object")) return value.map(String);
  return shown(value, Infinity);
}

function shown(value: unknown, most = SAMPLE_CELL): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value.length > most ? value.slice(0, most) : value;
  if (Array.isArray(value) && value.every((part) => typeof part === "string"))
    return value.join(" ").slice(0, most);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
