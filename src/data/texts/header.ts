// Whether the first row of a delimited text names its columns.

import { isLabelName, isTextName } from "./column-names.ts";

const LONGEST_NAME = 40;
/** In fewer rows nothing is said by what recurs. */
const FEW = 10;
const isNumber = (cell: string) => cell.trim() !== "" && Number.isFinite(Number(cell));
const isShort = (cell: string) => cell.length <= LONGEST_NAME && cell.trim().split(/\s+/).length <= 4;

/**
 * A first row is a header where a cell of it is one of the names that were asked for, or a usual one; else where it does not look like the
 * rows below: its cells are short, different, no numbers, and none comes again in its column. Of names with spaces, which might be texts, a
 * column must tell: one whose few values recur, or one of texts that are far longer.
 *
 * @param names those that were asked for
 */
export function beginsWithHeader(rows: readonly (readonly string[])[], names: readonly string[]): boolean {
  const [first = [], ...others] = rows;
  const cells = first.map((cell) => cell.trim());
  if (cells.some((cell) => names.includes(cell))) return true;
  const isNames = cells.every((cell) => isShort(cell) && !isNumber(cell));
  if (isNames && cells.some((cell) => isTextName(cell) || isLabelName(cell))) return true;
  const filled = cells.filter((cell) => cell !== "");
  if (!isNames || others.length === 0 || new Set(filled).size < filled.length) return false;
  const columns = cells.map((_, column) => others.map((row) => row[column]?.trim() ?? ""));
  if (cells.some((cell, column) => cell !== "" && columns[column]?.includes(cell))) return false;
  const spaced = cells.filter((cell) => /\s/.test(cell));
  if (spaced.length === 0 || columns.some((below, column) => cells[column] !== "" && recur(below)))
    return true;
  const lengths = columns.map(middleLength);
  const longest = Math.max(...lengths);
  return [cells[lengths.indexOf(longest)] ?? "", ...spaced].every((cell) => cell.length < longest / 2);
}

/** Whether values are few, and most of them come more than once. */
function recur(values: readonly string[]): boolean {
  const counts = new Map<string, number>();
  const filled = values.filter((value) => value !== "");
  for (const value of filled) counts.set(value, (counts.get(value) ?? 0) + 1);
  const lone = [...counts.values()].filter((count) => count === 1).length;
  return filled.length >= FEW && counts.size <= filled.length / 2 && lone < counts.size / 2;
}

/** The median. */
function middleLength(values: readonly string[]): number {
  const lengths = values.map((value) => value.length).sort((a, b) => a - b);
  return lengths[lengths.length >> 1] ?? 0;
}
