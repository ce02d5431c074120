// What separates the cells of a delimited text, and whether they stand in quotation marks: by its first rows.

import { cutRow, type TextDialect } from "./cut-rows.ts";

/** What is found out from the first bytes. */
export interface SniffedDialect extends TextDialect {
  /** The share of the rows that have as many cells as most. */
  readonly consistency: number;
  /** Cells of most rows. */
  readonly width: number;
  /** Rows that were looked at, but for empty ones. */
  readonly rows: number;
}

const TAB = 9;
const QUOTE = 34;
const byteOf = (character: string) => character.charCodeAt(0);
const OTHERS = [",", ";", "|"].map(byteOf);
const MOST_ROWS = 2000;
/** Share of the rows from which on a delimiter that comes first in order is taken. */
const USUAL = 0.9;

/** Share of cells with marks from which on they are taken for characters. */
const MOST_ODD = 0.02;

/** @param isTab whether the name of the file says that cells are separated by tabs @param quoted as it was asked for */
export function sniffDialect(
  head: Buffer,
  isLast: boolean,
  isTab: boolean,
  quoted: boolean | undefined,
): SniffedDialect {
  const start = head.findIndex((byte) => byte !== 10 && byte !== 13);
  const end = head.indexOf(10, Math.max(0, start));
  const line = head.subarray(Math.max(0, start), end < 0 ? head.length : end);
  const candidates =
    isTab && line.includes(TAB) ? [TAB] : [TAB, ...OTHERS].filter((byte) => line.includes(byte));
  const sniffed = candidates.map((delimiter) => withQuotes(head, isLast, delimiter, quoted));
  const usual = sniffed.find(({ consistency, width }) => consistency >= USUAL && width > 1);
  const best = sniffed
    .filter(({ width }) => width > 1)
    .reduce<SniffedDialect | undefined>(
      (a, b) => (a !== undefined && a.consistency >= b.consistency ? a : b),
      undefined,
    );
  const found = usual ?? best;
  // Of a header with a comma above texts with any number of them, the comma separates; of a text with one, it does not.
  if (found !== undefined && (found.consistency >= 0.5 || found.rows < 2)) return found;
  return found ?? withQuotes(head, isLast, undefined, quoted);
}

function withQuotes(
  head: Buffer,
  isLast: boolean,
  delimiter: number | undefined,
  quoted: boolean | undefined,
): SniffedDialect {
  if (quoted !== undefined) return trial(head, isLast, { delimiter, quoted });
  const plain = trial(head, isLast, { delimiter, quoted: false });
  const marked = trial(head, isLast, { delimiter, quoted: true });
  // A mark that is not closed takes what follows it for one cell.
  if (marked.rows < plain.rows / 20 && plain.rows > 100) return plain;
  // Those who quote as RFC 4180 wants it quote each cell that has a mark in it; in texts with tabs marks are most often just marks.
  if (delimiter === TAB) {
    const isMarked = marked.enclosed > 0 && !marked.open && marked.odd <= MOST_ODD * marked.enclosed;
    return isMarked && marked.consistency >= plain.consistency ? marked : plain;
  }
  return marked.consistency >= plain.consistency || marked.consistency >= USUAL ? marked : plain;
}

/** The first rows, cut as in a dialect. */
function trial(head: Buffer, isLast: boolean, dialect: TextDialect) {
  const widths = new Map<number, number>();
  let [rows, enclosed, odd, open] = [0, 0, 0, false];
  for (let at = 0; at < head.length && rows < MOST_ROWS; ) {
    const row = cutRow(head, at, isLast, dialect);
    // A row that is longer than what is looked at is one all the same.
    if (row === undefined && rows > 0) break;
    const { starts, ends, quoted, next } = row ??
      cutRow(head, at, true, dialect) ?? { starts: [], ends: [], quoted: [], next: head.length };
    open ||= row?.open !== undefined;
    at = next;
    if (starts.length === 1 && starts[0] === ends[0]) continue;
    rows++;
    widths.set(starts.length, (widths.get(starts.length) ?? 0) + 1);
    for (const [i, isQuoted] of quoted.entries()) {
      const marks = head.subarray(starts[i], ends[i]);
      if (isQuoted) enclosed++;
      if (isQuoted ? !isDoubled(marks) : marks.includes(QUOTE)) odd++;
    }
  }
  const [width, most] = [...widths].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
  return { ...dialect, rows, enclosed, odd, open, width, consistency: rows === 0 ? 0 : most / rows };
}

/** Whether each mark in a cell stands twice. */
function isDoubled(cell: Buffer): boolean {
  for (let at = cell.indexOf(QUOTE); at >= 0; at = cell.indexOf(QUOTE, at + 2))
    if (cell[at + 1] !== QUOTE) return false;
  return true;
}
