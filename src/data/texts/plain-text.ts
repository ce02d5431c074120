// Plain text: each line a text, or each paragraph, or the whole of a file.

import { isUtf8 } from "node:buffer";
import type { ByteReader } from "./byte-reader.ts";
import { invalidBytes, type RowFault, type TableRow } from "./text-table.ts";
import { invalidByte, REPLACEMENT, textOf } from "./utf8.ts";

const LINE_FEED = 10;
const RETURN = 13;
const PIECE = 2 ** 20;

/** What is one text. Of a file that is one, the line ends at its end are no part of it, unless it is taken as it is. */
export type TextUnit = "line" | "paragraph" | "whole" | "as-it-is";

/** Texts of a file in its order, some at a time. Empty lines are none; the reader is closed by whoever opened it. */
export async function* readPlain(reader: ByteReader, unit: TextUnit): AsyncGenerator<readonly TableRow[]> {
  if (unit === "whole" || unit === "as-it-is") {
    while (!reader.isEnded) await reader.grow("the text");
    const { bytes } = reader;
    const isEnd = (byte: number | undefined) => byte === LINE_FEED || byte === RETURN;
    let end = bytes.length;
    while (unit === "whole" && end > 0 && isEnd(bytes[end - 1])) end--;
    yield [textAt(reader, 0, end, 1, { isValid: false, isFile: true })];
    return;
  }
  let line = 1;
  for (;;) {
    const { bytes, isEnded } = reader;
    const isValid = reader.encoding.label === "utf-8" && isUtf8(wholeLines(bytes, isEnded));
    const rows: TableRow[] = [];
    let at = 0;
    while (at < bytes.length) {
      const found = unit === "line" ? lineAt(bytes, at, isEnded) : paragraphAt(bytes, at, isEnded);
      if (found === undefined) break;
      const { from, to, next, before, lines } = found;
      if (to > from) rows.push(textAt(reader, from, to, line + before, { isValid, isFile: false }));
      line += lines;
      at = next;
    }
    reader.skip(at);
    if (rows.length > 0) yield rows;
    if (isEnded) return;
    if (at === 0) await reader.grow(`${unit === "line" ? "line" : "the paragraph at line"} ${line}`);
    else await reader.peek(PIECE);
  }
}

/** A part of the bytes that is a text, empty where there is none. */
interface Part {
  readonly from: number;
  readonly to: number;
  readonly next: number;
  /** Lines before the text, and of all. */
  readonly before: number;
  readonly lines: number;
}

function lineAt(bytes: Buffer, at: number, isLast: boolean): Part | undefined {
  const found = bytes.indexOf(LINE_FEED, at);
  if (found < 0 && !isLast) return undefined;
  const end = found < 0 ? bytes.length : found;
  const to = end > at && bytes[end - 1] === RETURN ? end - 1 : end;
  const isBlank = isSpace(bytes, at, to);
  return { from: at, to: isBlank ? at : to, next: found < 0 ? end : end + 1, before: 0, lines: 1 };
}

/** Lines up to one that is empty; empty lines before them belong to it. */
function paragraphAt(bytes: Buffer, at: number, isLast: boolean): Part | undefined {
  let [from, to, before, lines] = [-1, at, 0, 0];
  for (let next = at; ; ) {
    const line = next < bytes.length ? lineAt(bytes, next, isLast) : undefined;
    if (line === undefined) {
      // The text may go on in what has not come yet.
      if (!isLast) return undefined;
      return { from: Math.max(from, at), to: from < 0 ? at : to, next, before, lines };
    }
    lines++;
    next = line.next;
    if (line.to > line.from) {
      if (from < 0) [from, before] = [line.from, lines - 1];
      to = line.to;
    } else if (from >= 0) return { from, to, next, before, lines };
  }
}

function isSpace(bytes: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if ((bytes[i] ?? 0) > 32) return false;
  return true;
}

/** All but what the next piece goes on with. */
function wholeLines(bytes: Buffer, isLast: boolean): Buffer {
  return isLast ? bytes : bytes.subarray(0, bytes.lastIndexOf(LINE_FEED) + 1);
}

/** @param about whether the bytes are known to be UTF-8, and are all of the file */
function textAt(
  reader: ByteReader,
  from: number,
  to: number,
  row: number,
  { isValid, isFile }: { readonly isValid: boolean; readonly isFile: boolean },
): TableRow {
  if (isValid) return { row, cells: [textOf(reader.bytes, from, to)] };
  const bytes = reader.bytes.subarray(from, to);
  return { row, cells: [textOf(bytes)], fault: faultOf(reader, bytes, from, isFile) };
}

function faultOf(reader: ByteReader, bytes: Buffer, from: number, isFile: boolean): RowFault | undefined {
  const { label } = reader.encoding;
  if (label !== "utf-8") {
    if (!textOf(bytes).includes(REPLACEMENT)) return undefined;
    return {
      code: "invalid-text",
      what: `it has bytes that are no text in the encoding ${label}`,
      isMended: true,
    };
  }
  if (isUtf8(bytes)) return undefined;
  const at = invalidByte(bytes);
  return invalidBytes(reader.offset + from + at, bytes[at] ?? 0, reader.isZipped, isFile ? "file" : "row");
}
