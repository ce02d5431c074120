// Which column names the series of a row, where none was named: one of names, if times come more than once without it.

import type { Column } from "./column.ts";
import { isWholeNumber } from "./columns.ts";
import { looksLikeNumbers } from "./number-text.ts";
import { type CodedTexts, numbersOf, type RawColumn } from "./raw-column.ts";
import { looksLikeTimes } from "./time-text.ts";

/** Longer texts are prose. */
const LONGEST_NAME = 100;

/** Columns of names: texts that are neither times nor numbers nor prose. */
export function namesAmong(columns: readonly Column[]): readonly Column[] {
  return columns.filter(
    ({ type, sample }) =>
      (type === "VARCHAR" || type.startsWith("ENUM")) &&
      sample.length > 0 &&
      sample.every((text) => text.length <= LONGEST_NAME) &&
      !looksLikeTimes(sample) &&
      !looksLikeNumbers(sample),
  );
}

/** Columns that may name series, for hints: names, and whole numbers, which may be keys. */
export function keysAmong(columns: readonly Column[]): readonly string[] {
  const names = namesAmong(columns);
  return columns
    .filter((column) => names.includes(column) || isWholeNumber(column.type))
    .map(({ name }) => name);
}

/**
 * The columns that name the series: the first of the candidates for each name of which times come once, or else all of them together.
 *
 * @returns undefined where times come once in the table, or more than once for all that the candidates say
 */
export function guessSeries(
  time: RawColumn,
  candidates: readonly (readonly [name: string, column: RawColumn])[],
): { columns: readonly string[]; series: CodedTexts } | undefined {
  const times = timeKeys(time);
  if (candidates.length === 0 || times === undefined || !hasTwins(times.slice())) return undefined;
  const named = candidates.flatMap(([name, column]) =>
    column.kind === "coded" ? [{ columns: [name], series: column as CodedTexts }] : [],
  );
  const single = named.find(({ series }) => tellsApart(times, series));
  if (single !== undefined || named.length < 2) return single;
  const together = named.reduce((a, b) => ({
    columns: [...a.columns, ...b.columns],
    series: joinedTexts(a.series, b.series),
  }));
  return tellsApart(times, together.series) ? together : undefined;
}

/** Two texts as one, joined by a stroke. */
function joinedTexts(a: CodedTexts, b: CodedTexts): CodedTexts {
  const pairs = new Map<number, number>();
  const texts: string[] = [];
  const codes = a.codes.map((first, row) => {
    const second = b.codes[row] ?? -1;
    if (first === -1 || second === -1) return -1;
    const pair = first * b.texts.length + second;
    const known = pairs.get(pair);
    if (known !== undefined) return known;
    pairs.set(pair, texts.length);
    return texts.push(`${a.texts[first]}/${b.texts[second]}`) - 1;
  });
  return { texts, codes };
}

/** Whether each time comes once for each name. */
function tellsApart(times: Float64Array, { texts, codes }: CodedTexts): boolean {
  const rows = codes.length;
  if (texts.length < 2 || texts.length > rows / 2 || codes.includes(-1)) return false;
  const starts = new Uint32Array(texts.length + 1);
  for (const code of codes) starts[code + 1] = (starts[code + 1] ?? 0) + 1;
  for (let i = 0; i < texts.length; i++) starts[i + 1] = (starts[i + 1] ?? 0) + (starts[i] ?? 0);
  const next = starts.slice();
  const grouped = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const code = codes[row] ?? 0;
    const place = next[code] ?? 0;
    grouped[place] = times[row] ?? Number.NaN;
    next[code] = place + 1;
  }
  return texts.every((_, code) => !hasTwins(grouped.subarray(starts[code], starts[code + 1])));
}

/** [rows] What is equal where times are. */
function timeKeys(time: RawColumn): Float64Array | undefined {
  switch (time.kind) {
    case "coded":
      return Float64Array.from(time.codes);
    case "number":
    case "instant":
      return numbersOf(time.values);
    case "text":
      return undefined;
  }
}

/** Whether a value comes twice. The values are sorted on the way. */
function hasTwins(values: Float64Array): boolean {
  values.sort();
  for (let i = 1; i < values.length; i++) if (values[i] === values[i - 1]) return true;
  return false;
}
