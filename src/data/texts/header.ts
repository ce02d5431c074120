// Whether the first row of a delimited text names its columns.

import { isLabelName, isTextName } from "./column-names.ts";

const LONGEST_NAME = 40;
const isNumber = (cell: string) => cell.trim() !== "" && Number.isFinite(Number(cell));
const isShort = (cell: string) => cell.length <= LONGEST_NAME && cell.trim().split(/\s+/).length <= 4;

/**
 * A first row is a header where a cell of it is one of the names that were asked for, or a usual one; else where it does not look like the
 * rows below: its cells are short, different, no numbers, and none comes again in its column or is about as long as those below.
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
  return cells.every((cell, column) => {
    const below = others.map((row) => row[column]?.trim() ?? "");
    if (cell !== "" && below.includes(cell)) return false;
    if (!/\s/.test(cell)) return true;
    const lengths = below.map((one) => one.length).sort((a, b) => a - b);
    return cell.length < (lengths[lengths.length >> 1] ?? 0) / 2;
  });
}
