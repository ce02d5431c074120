// From the cells of a table to rows that a model learns from, and rows that it is to tell a value for.

import { errorOf } from "../../../data/faults.ts";
import { looksLikeNumbers } from "../../../data/number-text.ts";
import { readNumbers } from "../../../data/read-columns.ts";
import { countOf, fewOf, listOf, quoted } from "../../../data/row-names.ts";
import { RecurraError } from "../../../platform/error.ts";
import type { ReportedColumn } from "../../../text/report/table-columns.ts";
import { type TextTableRows, takeRows } from "../../../text/table/rows.ts";
import { hasLeadingZeros, type TableCells, type TableColumn } from "./cells.ts";

/** What a command can do about cells that cannot be used, in sentences for the user. */
export interface TableAdvice {
  /** About a column in which a number is none. */
  readonly number: (name: string) => string;
  /** About the target. */
  readonly target: string;
  readonly text: string;
}

const SKIP = "leave out such rows with --on-error skip.";
/** What the options of training can do. */
export const TRAINING_ADVICE: TableAdvice = {
  number: (name) =>
    `Or read it as categories with --categories ${name}, leave it out with --drop ${name}, or ${SKIP}`,
  target: `Or ${SKIP.slice(0, -1)}; where the values are classes, say --task classification.`,
  text: "Name another column with --text, or say --text none.",
};
/** What can be done with a trained model. */
export const PREDICTION_ADVICE: TableAdvice = {
  number: () => `Or ${SKIP}`,
  target: "Correct it, or leave it empty.",
  text: "The model reads texts: fill some in.",
};

/** Which columns a model reads. */
export interface TablePlan {
  /** Their cells are joined to one text. */
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
  readonly categories: readonly string[];
}

/** Rows, with what they were read from. */
export interface TableRows {
  readonly rows: TextTableRows;
  /** [N] The number of each in the cells. */
  readonly places: Int32Array;
  /** In sentences for the user. */
  readonly notes: readonly string[];
}

export interface TargetRows extends TableRows {
  /** [N] */
  readonly target: Float64Array | readonly string[];
}

/** The plan that follows from the columns. */
export function planOfColumns(columns: readonly ReportedColumn[]): TablePlan {
  const named = (kind: ReportedColumn["kind"]) =>
    columns.filter((column) => column.kind === kind).map(({ name }) => name);
  return { texts: named("text"), numbers: named("number"), categories: named("category") };
}

/** Whether a target is numbers, of which a model tells others; a few different whole numbers may be classes as well. */
export function isNumberTarget(column: TableColumn): boolean {
  if (hasLeadingZeros(column)) return false;
  if (column.kind === "number")
    return new Set(column.values.filter((value) => !Number.isNaN(value))).size > 2;
  // Row by row: a single cell that is none makes no classes of prices.
  const cells = textsOf(column).filter((text) => text !== "");
  return new Set(cells).size > 2 && looksLikeNumbers(cells);
}

/** [rows] The cells of a column as texts, "" where there is none. */
export function textsOf(column: TableColumn): readonly string[] {
  if (column.kind === "number")
    return Array.from(column.values, (value) => (Number.isNaN(value) ? "" : String(value)));
  const trimmed = column.texts.map((text) => text.trim());
  return Array.from(column.codes, (code) => trimmed[code] ?? "");
}

/**
 * All rows, as a model reads them.
 *
 * @param skips whether rows with a cell that is no number are left out; else they fail
 * @throws RecurraError `covariate-not-a-number`, `number-ambiguous`, `text-missing` where no row has a text
 */
export function modelRows(
  cells: TableCells,
  plan: TablePlan,
  skips: boolean,
  advice = TRAINING_ADVICE,
): TableRows {
  const bad = new Map<number, string>();
  const notes: string[] = [];
  const numbers = plan.numbers.map((name) => {
    const read = readNumbers(columnOf(cells, name), name, "covariate", cells.rowName, cells.delimiter);
    if (read.note !== undefined) notes.push(read.note);
    for (const fault of read.faults ?? []) {
      const error = errorOf(fault, cells.rowName);
      if (!skips) throw new RecurraError(error.code, `${error.message} ${advice.number(name)}`);
      for (const row of fault.rows) bad.set(row, fault.error([row], [cells.rowName(row)]).message);
    }
    return [name, read.values] as const;
  });
  const categories = plan.categories.map((name) => [name, textsOf(columnOf(cells, name))] as const);
  const parts = plan.texts.map((name) => textsOf(columnOf(cells, name)));
  const texts = parts[0]?.map((_, row) =>
    parts
      .map((part) => part[row] ?? "")
      .filter((part) => part !== "")
      .join(" "),
  );
  if (texts?.every((text) => text === "") === true)
    throw new RecurraError(
      "text-missing",
      `${cells.source}: ${plan.texts.length === 1 ? `column "${plan.texts[0]}" has` : `the columns ${listOf(plan.texts)} have`} no text in any row. ${advice.text}`,
    );
  return chosenRows(cells, bad, notes, {
    ...(texts !== undefined && { texts }),
    ...(numbers.length > 0 && { numbers: Object.fromEntries(numbers) }),
    ...(categories.length > 0 && { categories: Object.fromEntries(categories) }),
  });
}

/**
 * The target of rows. Rows without one fail, or are left out.
 *
 * @throws RecurraError `target-missing`, `target-not-a-number`, `one-class` for one that is the same in all rows, `no-rows`
 */
export function withTarget(
  cells: TableCells,
  { rows, places, notes }: TableRows,
  name: string,
  isNumber: boolean,
  skips: boolean,
  advice = TRAINING_ADVICE,
): TargetRows {
  const column = columnOf(cells, name);
  const bad = new Map<number, string>();
  let values: Float64Array | readonly string[];
  const told = [...notes];
  if (isNumber) {
    const read = readNumbers(column, name, "target", cells.rowName, cells.delimiter);
    if (read.note !== undefined) told.push(read.note);
    const isWrong = new Set<number>();
    for (const fault of read.faults ?? []) {
      const error = errorOf(fault, cells.rowName);
      if (!skips) throw new RecurraError(error.code, `${error.message} ${advice.target}`);
      for (const row of fault.rows) {
        isWrong.add(row);
        bad.set(row, fault.error([row], [cells.rowName(row)]).message);
      }
    }
    values = read.values;
    for (const row of places)
      if (Number.isNaN(read.values[row]) && !isWrong.has(row)) bad.set(row, missingIn(name, cells, [row]));
  } else {
    const texts = textsOf(column);
    values = texts;
    for (const row of places) if (texts[row] === "") bad.set(row, missingIn(name, cells, [row]));
  }
  const missing = Array.from(places).filter((row) => bad.has(row));
  if (missing.length > 0 && !skips)
    throw new RecurraError(
      "target-missing",
      `${missingIn(name, cells, missing)} Fill it in, or leave out such rows with --on-error skip.`,
    );
  if (missing.length === places.length)
    throw new RecurraError(
      "no-rows",
      `${cells.source}: no row has a value in column "${name}" (--target). Name another column.`,
    );
  const kept = Array.from(places.keys()).filter((n) => !bad.has(places[n] ?? 0));
  const at = (n: number) => values[places[n] ?? 0];
  if (missing.length > 0)
    told.push(
      `${countOf(missing.length, "row")} of ${cells.source} left out; the first is ${bad.get(missing[0] ?? 0)}`,
    );
  return {
    rows: takeRows(rows, Int32Array.from(kept)),
    places: Int32Array.from(kept, (n) => places[n] ?? 0),
    notes: told,
    target: isNumber ? Float64Array.from(kept, (n) => Number(at(n))) : kept.map((n) => String(at(n))),
  };
}

/** Fails for a target of which there is nothing to learn. @throws RecurraError `target-constant`, `one-class`, `too-many-classes` */
export function checkTargetValues(target: TargetRows["target"], name: string, source: string): void {
  const found = new Map<string | number, number>();
  for (const value of target) found.set(value, (found.get(value) ?? 0) + 1);
  const [only] = found.keys();
  if (found.size === 1)
    throw new RecurraError(
      "target-constant",
      `${source}: the target "${name}" is ${typeof only === "string" ? quoted(only) : only} in all ${countOf(target.length, "row")}: there is nothing to learn. Check which column is the target.`,
    );
  if (typeof target[0] === "string" && target.length >= 10 && found.size > 0.5 * target.length)
    throw new RecurraError(
      "too-many-classes",
      `${source}: the target "${name}" has ${found.size.toLocaleString("en-US")} different values in ${countOf(target.length, "row")}: these are no classes. Check which column is the target; name a column of numbers or of classes that recur.`,
    );
}

/** A sentence about classes that a single row has; undefined where there is none. */
export function loneClassesNote(target: TargetRows["target"]): string | undefined {
  if (target instanceof Float64Array) return undefined;
  const counts = new Map<string, number>();
  for (const label of target) counts.set(label, (counts.get(label) ?? 0) + 1);
  const lone = [...counts].filter(([, count]) => count === 1).map(([label]) => quoted(label));
  if (lone.length === 0) return undefined;
  const [classes, them] = lone.length === 1 ? ["The class", "it"] : ["Each of the classes", "them"];
  return `${classes} ${fewOf(lone)} has one row: too few to learn ${them}.`;
}

function missingIn(name: string, { rowName }: TableCells, rows: readonly number[]): string {
  return `Column "${name}" (--target) has no value in ${fewOf(rows.map(rowName))}.`;
}

function columnOf(cells: TableCells, name: string): TableColumn {
  const column = cells.columns.get(name);
  if (column === undefined) throw new TypeError(`the column ${name} was not read`);
  return column;
}

function chosenRows(
  cells: TableCells,
  bad: ReadonlyMap<number, string>,
  notes: readonly string[],
  rows: TextTableRows,
): TableRows {
  const kept = Array.from({ length: cells.rows }, (_, row) => row).filter((row) => !bad.has(row));
  const [first] = bad.values();
  if (kept.length === 0)
    throw new RecurraError(
      "no-rows",
      `${cells.source}: all ${countOf(cells.rows, "row")} are left out; the first is ${first}`,
    );
  return {
    rows: bad.size === 0 ? rows : takeRows(rows, Int32Array.from(kept)),
    places: Int32Array.from(kept),
    notes:
      bad.size === 0
        ? notes
        : [...notes, `${countOf(bad.size, "row")} of ${cells.source} left out; the first is ${first}`],
  };
}
