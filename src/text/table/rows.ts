// Rows of a table with texts: columns by name, and what is wrong with those that do not fit together.

import { RecurraError } from "../../platform/error.ts";

/** Rows of a table: what a value is told from. */
export interface TextTableRows {
  /** [N] A text for each row. May be missing where a model has none. */
  readonly texts?: readonly string[] | undefined;
  /** Columns of numbers, [N] each, by name; NaN where a value is missing. */
  readonly numbers?: Readonly<Record<string, Float64Array | readonly number[]>> | undefined;
  /** Columns of categories, [N] each, by name; an empty text where one is missing. */
  readonly categories?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** Names of a model's columns, and whether it reads texts. */
export interface RowPlan {
  readonly hasTexts: boolean;
  readonly numbers: readonly string[];
  readonly categories: readonly string[];
}

/** What rows have. */
export function planOf({ texts, numbers = {}, categories = {} }: TextTableRows): RowPlan {
  return {
    hasTexts: texts !== undefined,
    numbers: Object.keys(numbers),
    categories: Object.keys(categories),
  };
}

/**
 * The number of rows.
 *
 * @throws RecurraError `no-columns` where there is nothing to tell from, `row-count` for columns of different lengths, `column-type`
 */
export function countRows(what: string, rows: TextTableRows): number {
  const { texts, numbers = {}, categories = {} } = rows;
  const columns: (readonly [string, { readonly length: number }])[] = [
    ...(texts === undefined ? [] : [["texts", texts] as const]),
    ...Object.entries(numbers).map(([name, column]) => [`the column "${name}"`, column] as const),
    ...Object.entries(categories).map(([name, column]) => [`the column "${name}"`, column] as const),
  ];
  const [first] = columns;
  if (first === undefined)
    throw new RecurraError(
      "no-columns",
      `${what}: there are neither texts nor columns; give texts, numbers or categories to tell from`,
    );
  for (const [name, column] of columns) {
    if (column.length !== first[1].length)
      throw new RecurraError(
        "row-count",
        `${what}: ${first[0]} has ${first[1].length} rows and ${name} has ${column.length}; wanted a value in each row, NaN or "" where there is none`,
      );
  }
  const both = Object.keys(numbers).find((name) => Object.hasOwn(categories, name));
  if (both !== undefined)
    throw new RecurraError(
      "column-type",
      `${what}: the column "${both}" stands among the numbers and among the categories; wanted one of them`,
    );
  for (const [name, column] of Object.entries(numbers)) {
    const odd = column.findIndex((value) => typeof value !== "number" || Math.abs(value) === Infinity);
    if (odd >= 0)
      throw new RecurraError(
        "column-type",
        `${what}: row ${odd} of the column "${name}" is ${String(column[odd])}; wanted a finite number, or NaN where it is missing`,
      );
  }
  for (const [name, column] of [...Object.entries(categories), ["texts", texts ?? []] as const]) {
    const odd = column.findIndex((value) => typeof value !== "string");
    if (odd >= 0)
      throw new RecurraError(
        "column-type",
        `${what}: row ${odd} of ${name === "texts" ? "the texts" : `the column "${name}"`} is ${String(column[odd])}; wanted text`,
      );
  }
  return first[1].length;
}

/** Fails where rows have other columns than a model. @throws RecurraError `unknown-column`, `column-missing` */
export function checkColumns(what: string, rows: TextTableRows, wanted: RowPlan): void {
  const given = planOf(rows);
  for (const kind of ["numbers", "categories"] as const) {
    const odd = given[kind].find((name) => !wanted[kind].includes(name));
    if (odd !== undefined)
      throw new RecurraError(
        "unknown-column",
        `${what}: the model does not know the column "${odd}" of ${kind}; it was trained with ${wanted[kind].join(", ") || "none"}. Leave it out.`,
      );
    const missing = wanted[kind].find((name) => !given[kind].includes(name));
    if (missing !== undefined)
      throw new RecurraError(
        "column-missing",
        `${what}: the column "${missing}" of ${kind} is missing; the model was trained with it. Give it, with ${kind === "numbers" ? "NaN" : '""'} where a value is not known.`,
      );
  }
  if (given.hasTexts !== wanted.hasTexts)
    throw new RecurraError(
      wanted.hasTexts ? "column-missing" : "unknown-column",
      wanted.hasTexts
        ? `${what}: there are no texts; the model was trained with them. Give an empty text where there is none.`
        : `${what}: there are texts, and the model was trained without. Leave them out.`,
    );
}

/** Some of the rows. */
export function takeRows(rows: TextTableRows, chosen: Int32Array): TextTableRows {
  const { texts, numbers, categories } = rows;
  const each = <T>(columns: Readonly<Record<string, T>>, take: (column: T) => T) =>
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, take(column)]));
  const listed = (column: readonly string[]) => Array.from(chosen, (row) => column[row] ?? "");
  return {
    ...(texts !== undefined && { texts: listed(texts) }),
    ...(numbers !== undefined && {
      numbers: each<Float64Array | readonly number[]>(numbers, (column) =>
        Float64Array.from(chosen, (row) => column[row] ?? Number.NaN),
      ),
    }),
    ...(categories !== undefined && { categories: each(categories, listed) }),
  };
}

/** @throws RecurraError `no-rows`, `row-count`, `target` for a value that is missing */
export function checkTarget(
  what: string,
  target: Float64Array | readonly number[] | readonly string[],
  count: number,
): void {
  if (count === 0) throw new RecurraError("no-rows", `${what}: there are no rows`);
  if (target.length !== count)
    throw new RecurraError(
      "row-count",
      `${what}: there are ${count} rows and ${target.length} values of the target; wanted one for each row`,
    );
  const wanted = typeof target[0];
  const odd = Array.from<unknown>(target).findIndex(
    (value) => typeof value !== wanted || value === "" || (wanted === "number" && !Number.isFinite(value)),
  );
  if (odd >= 0)
    throw new RecurraError(
      "target",
      `${what}: the target of row ${odd} is ${JSON.stringify(target[odd]) ?? "missing"}; wanted a finite number in each row, or a text in each. Leave rows without a target out.`,
    );
}
