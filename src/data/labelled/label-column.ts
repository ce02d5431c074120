// Which column of a delimited text holds the labels, which hold values, and whether the first row is a header.

import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import { fewOf, listOf } from "../row-names.ts";
import { numberOf } from "./cells.ts";
import type { ParseOptions, Row } from "./parsed.ts";
import { checkWide, rowColumns } from "./row-columns.ts";

/** How the columns of a text are used. */
export interface Columns {
  readonly hasHeader: boolean;
  /** Undefined without a header. */
  readonly names: readonly string[] | undefined;
  /** The column of the labels; undefined where there is none. */
  readonly label: number | undefined;
  /** The columns of the values, in order of time. */
  readonly values: readonly number[];
  readonly notes: readonly string[];
}

const LABEL_NAMES = /^(?:label|labels|class|classes|class_?label|target|category|y)$/i;

/** Finds out how the columns are used. @throws RecurraError `unknown-column`, `column-not-given`, `file-format` */
export function columnsOf(rows: readonly Row[], options: ParseOptions): Columns {
  const first = rows[0]?.cells ?? [];
  const hasHeader = isHeader(rows);
  const names = hasHeader ? first.map((name) => name.trim()) : undefined;
  const data = hasHeader ? rows.slice(1) : rows;
  const { source } = options;
  const width = first.length;
  const dropped = options.drop.map((name) => findColumn(name, names, width, source, "--drop"));
  // Without a header, rows of numbers alone are a label and values.
  const mayHold = names !== undefined || first.some((cell) => numberOf(cell) === undefined);
  const ofRows = mayHold ? rowColumns(data, names, width).filter((column) => !dropped.includes(column)) : [];
  const said = saidLabel(options, names, width, [...dropped, ...ofRows]);
  const left = ofRows.filter((column) => column !== said);
  const drop = [...dropped, ...left];
  const [label, note] = said === undefined ? foundLabel(data, width, names, drop, options) : [said];
  const values = first
    .map((_, column) => column)
    .filter((column) => column !== label && !drop.includes(column));
  checkWide(values, names, source);
  const leftOut = left.map((column) => leftOutNote(column, names, source));
  return {
    hasHeader,
    names,
    label: label === "none" ? undefined : label,
    values,
    notes: [...(note === undefined ? [] : [note]), ...leftOut],
  };
}

/**
 * A first row is a header when several of its cells are no numbers, or one that is called label; or when they count the columns (0, 1,
 * 2, …), beside a cell that no other row has in its place.
 */
function isHeader(rows: readonly Row[]): boolean {
  const cells = rows[0]?.cells ?? [];
  const words = cells.flatMap((cell, column) => (numberOf(cell) === undefined ? [column] : []));
  if (words.length > 1) return true;
  const [word] = words;
  if (word !== undefined && LABEL_NAMES.test(cells[word]?.trim() ?? "")) return true;
  const numbers = cells.filter((_, column) => column !== word).map(Number);
  const [start] = numbers;
  const areCounted = numbers.length > 2 && numbers.every((number, i) => number === (start ?? 0) + i);
  if (word === undefined) return areCounted && start === 0 && numbers.length > 4;
  return (
    areCounted &&
    (start === 0 || start === 1) &&
    rows.slice(1).every((row) => row.cells[word] !== cells[word])
  );
}

/**
 * The column that `label` says, "none" where there is none; undefined where nothing is said. A file to classify need not have it.
 *
 * @param drop columns that are neither label nor values, unless they are said to be the label
 */
function saidLabel(
  { label, labelsOptional, length, source }: ParseOptions,
  names: readonly string[] | undefined,
  width: number,
  drop: readonly number[],
): number | "none" | undefined {
  if (label === undefined) return undefined;
  const named = names?.indexOf(label) ?? -1;
  if (named >= 0) return named;
  if (label === "none") return "none";
  if (label === "first") return 0;
  if (label === "last") return width - 1;
  if (labelsOptional && names !== undefined && width - drop.length === length) return "none";
  return findColumn(label, names, width, source, "--label");
}

/** The column of the labels as it is found out, and a note of it. */
function foundLabel(
  data: readonly Row[],
  width: number,
  names: readonly string[] | undefined,
  drop: readonly number[],
  options: ParseOptions,
): readonly [column: number | "none", note?: string] {
  const { labelsOptional, length, source } = options;
  const free = Array.from({ length: width }, (_, column) => column).filter(
    (column) => !drop.includes(column),
  );
  const called = free.filter((column) => LABEL_NAMES.test(names?.[column] ?? ""));
  if (labelsOptional && called.length === 0 && free.length === length) return ["none"];
  const texts = free.filter((column) =>
    data.some(({ cells }) => numberOf(cells[column] ?? "") === undefined),
  );
  const [only, second] = called.length > 0 ? called : texts;
  if (only !== undefined && second === undefined) return [only, noteOf(only, names, source)];
  if (only === undefined && names === undefined)
    return [0, `${source} has no header: the first value of each row is taken for its label.`];
  if (only === undefined && labelsOptional) return ["none"];
  const shown = (columns: readonly number[]) =>
    columns.map((column) => names?.[column] ?? `column ${column + 1}`);
  const found =
    only === undefined
      ? "None is called label or class, and all hold numbers"
      : `It could be ${listOf(shown(called.length > 0 ? called : texts), "or")}`;
  throw new RecurraError(
    "column-not-given",
    `${source}: which column is the label? ${found}. Name it with --label, and columns that are no values with --drop. The columns are ${fewOf(shown(free), 12)}.`,
  );
}

function noteOf(column: number, names: readonly string[] | undefined, source: string): string {
  const name = names?.[column];
  return name === undefined
    ? `The label of ${source} is value ${column + 1} of each row.`
    : `The label of ${source} is column "${name}".`;
}

function leftOutNote(column: number, names: readonly string[] | undefined, source: string): string {
  const name = names?.[column];
  const what = name === undefined || name === "" ? `Column ${column + 1}` : `Column "${name}"`;
  return `${what} of ${source} is left out: it tells the rows apart, and is no value.`;
}

/** A column by its name, or by its number from 1 on where there is no header. */
function findColumn(
  name: string,
  names: readonly string[] | undefined,
  width: number,
  source: string,
  option: string,
): number {
  const named = names?.indexOf(name) ?? -1;
  if (named >= 0) return named;
  const number = Number(name);
  if (names === undefined && Number.isInteger(number) && number >= 1 && number <= width) return number - 1;
  const have =
    names === undefined
      ? `It has no header: name the column by its number, 1 to ${width}, or say first or last.`
      : `${suggestion(name, names)}The columns are ${fewOf(names, 12)}.`;
  throw new RecurraError("unknown-column", `There is no column "${name}" (${option}) in ${source}. ${have}`);
}
