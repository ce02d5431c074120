// What the columns of a table are good for: texts to read, numbers, categories; and which tell nothing.

import { looksLikeNumbers } from "../../../data/number-text.ts";
import { looksLikeTimes } from "../../../data/time-text.ts";
import type { ReportedColumn } from "../../../text/report/table-columns.ts";
import { hasLeadingZeros, type TableColumn } from "./cells.ts";

/** Texts have so many letters on average, at least; and so many words, where they recur as names do. */
const FEWEST = { letters: 12, words: 4 };
/** Of texts so many are different ones, at least; of categories so many at most. */
const KINDS = { texts: 0.2, textsOfFew: 0.3, categories: 0.5 };
/** Below so many rows shares say little. */
const FEW = 20;
const UNSPACED = /[\u0e00-\u0eff\u3040-\u9fff\uac00-\ud7af]/g;
/** Cells that are looked at. */
const SAMPLE = 2000;

const ID_NAMES =
  /^(?:.*[_\s.-])?(?:id|uuid|guid|key|index|idx|no|nr|#|row.?(?:number|no|name)s?|unnamed.*)$|^.*[a-z]Id$|^(?:column0|unnamed.*)$/i;

/** What was said of a column; else it is found out. */
export type SaidKind = "text" | "number" | "category" | "dropped" | undefined;

/** What a column is taken for. @param wantsTexts whether columns of long texts are looked for */
export function kindOfColumn(
  name: string,
  column: TableColumn,
  said: SaidKind,
  wantsTexts: boolean,
): ReportedColumn {
  const { rows, missing, distinct, cells } = about(column);
  const base = { name, missing, distinct };
  const leftOut = (why: string): ReportedColumn => ({ ...base, kind: "left out", why });
  if (said === "dropped") return leftOut("as asked");
  if (said !== undefined) return { ...base, kind: said };
  if (missing === rows) return leftOut("it has no value");
  if (distinct === 1 && missing === 0) return leftOut("it is the same in all rows");
  const present = rows - missing;
  const share = distinct / present;
  const isUnique = share > KINDS.categories && present >= FEW;
  if (column.kind === "number" || looksLikeNumbers(cells)) {
    const isNumbering = isUnique && cells.every((cell) => /^\d+$/.test(cell));
    const isId = isNumbering && (ID_NAMES.test(name) || counts(cells));
    if (isId) return leftOut("it numbers the rows");
    if (!hasLeadingZeros(column)) return { ...base, kind: "number" };
  }
  if (looksLikeTimes(cells)) return leftOut("it holds dates");
  const meanOf = (count: (cell: string) => number) =>
    cells.reduce((sum, cell) => sum + count(cell), 0) / cells.length;
  const letters = meanOf((cell) => cell.match(/\p{L}/gu)?.length ?? 0);
  // Chinese, Japanese, Thai and their like are written without spaces.
  const words = meanOf((cell) => cell.split(/\s+/).length + (cell.match(UNSPACED)?.length ?? 0) / 2);
  const isLong = letters >= FEWEST.letters || (words >= FEWEST.words && letters >= FEWEST.words);
  const least = share > KINDS.categories ? 2 : FEWEST.words;
  const isText = isLong && words >= least && share > (present < FEW ? KINDS.textsOfFew : KINDS.texts);
  if (isText && wantsTexts) return { ...base, kind: "text" };
  if (share <= KINDS.categories || present < FEW) return { ...base, kind: "category" };
  return leftOut(isText ? "it is not named with --text" : "nearly every row has one of its own");
}

/** How a column looks. */
function about(column: TableColumn) {
  if (column.kind === "number") {
    const there = column.values.filter((value) => !Number.isNaN(value));
    return {
      rows: column.values.length,
      missing: column.values.length - there.length,
      distinct: new Set(there).size,
      cells: Array.from(there.subarray(0, SAMPLE), String),
    };
  }
  const isBlank = column.texts.map((text) => text.trim() === "");
  let missing = 0;
  const used = new Set<number>();
  const cells: string[] = [];
  for (const code of column.codes) {
    if (code < 0 || isBlank[code] === true) {
      missing++;
      continue;
    }
    used.add(code);
    if (cells.length < SAMPLE) cells.push((column.texts[code] ?? "").trim());
  }
  return { rows: column.codes.length, missing, distinct: used.size, cells };
}

/** Whether cells count up one by one. */
function counts(cells: readonly string[]): boolean {
  return cells.every((cell, i) => Number(cell) === Number(cells[0]) + i);
}
