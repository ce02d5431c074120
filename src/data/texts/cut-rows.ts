// Bytes of delimited text cut into rows and cells: with quotation marks as RFC 4180 has them, or with none.

/** How a delimited text is written. */
export interface TextDialect {
  /** The byte between cells; undefined where a row is one cell. */
  readonly delimiter: number | undefined;
  /** Whether cells may stand in double quotes. */
  readonly quoted: boolean;
}

/** A row by the places of its cells in the bytes it was cut from. */
export interface CutRow {
  /** [cells] Where each begins. */
  readonly starts: readonly number[];
  /** [cells] Where each ends. */
  readonly ends: readonly number[];
  /** [cells] Whether each stands in quotation marks. */
  readonly quoted: readonly boolean[];
  /** Where the next row begins. */
  readonly next: number;
  /** The cell whose quotation mark is not closed. */
  readonly open: number | undefined;
}

const QUOTE = 34;
const LINE_FEED = 10;
const RETURN = 13;

/**
 * Cuts the row that begins at `at`.
 *
 * A quotation mark that begins a cell is closed by one before a delimiter or a line end; two stand for one. Where another follows it first,
 * the cell goes on to the mark at an end of a cell in the same line, or else the mark is a character like others.
 *
 * @param isLast whether the bytes are the last of the file, so that their end ends a row
 * @returns undefined where the row is not whole yet
 */
export function cutRow(
  bytes: Buffer,
  at: number,
  isLast: boolean,
  { delimiter, quoted }: TextDialect,
): CutRow | undefined {
  let line = lineEnd(bytes, at, isLast);
  if (line < 0) return undefined;
  const row = { starts: [] as number[], ends: [] as number[], quoted: [] as boolean[] };
  const put = (start: number, end: number, isQuoted: boolean) => {
    row.starts.push(start);
    row.ends.push(end);
    row.quoted.push(isQuoted);
  };
  let open: number | undefined;
  for (let from = at; ; ) {
    let end: number | undefined;
    if (quoted && bytes[from] === QUOTE) {
      const close = closingQuote(bytes, from + 1, isLast, delimiter);
      if (close === "unknown") return undefined;
      if (close === "never") open ??= row.starts.length;
      if (typeof close === "number") {
        put(from + 1, close, true);
        end = close + 1;
        if (end > line) line = lineEnd(bytes, end, isLast);
        if (line < 0) return undefined;
      }
    }
    if (end === undefined) {
      const found = delimiter === undefined ? -1 : bytes.indexOf(delimiter, from);
      end = found < 0 || found > line ? line : found;
      const isReturn = end === line && end > from && bytes[end - 1] === RETURN;
      put(from, isReturn ? end - 1 : end, false);
    }
    if (end < line && bytes[end] === delimiter) from = end + 1;
    else return { ...row, next: Math.min(line + 1, bytes.length), open };
  }
}

/** Where the line ends, -1 where it does not yet. */
function lineEnd(bytes: Buffer, from: number, isLast: boolean): number {
  const end = bytes.indexOf(LINE_FEED, from);
  return end < 0 && isLast ? bytes.length : end;
}

/** "none": the mark that opens the cell is a character like others. */
function closingQuote(
  bytes: Buffer,
  from: number,
  isLast: boolean,
  delimiter: number | undefined,
): number | "unknown" | "never" | "none" {
  for (let i = from; ; ) {
    const at = bytes.indexOf(QUOTE, i);
    if (at < 0) return isLast ? "never" : "unknown";
    if (at + 1 >= bytes.length && !isLast) return "unknown";
    if (bytes[at + 1] === QUOTE) {
      i = at + 2;
      continue;
    }
    if (endsCell(bytes, at + 1, delimiter)) return at;
    const line = lineEnd(bytes, at, isLast);
    if (line < 0) return "unknown";
    for (let later = at + 1; ; later++) {
      later = bytes.indexOf(QUOTE, later);
      if (later < 0 || later > line) return "none";
      if (endsCell(bytes, later + 1, delimiter)) return later;
    }
  }
}

function endsCell(bytes: Buffer, at: number, delimiter: number | undefined): boolean {
  const byte = bytes[at];
  return (
    byte === undefined ||
    byte === delimiter ||
    byte === LINE_FEED ||
    (byte === RETURN && (bytes[at + 1] === LINE_FEED || at + 1 >= bytes.length))
  );
}
