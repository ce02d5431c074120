// The covariates of a series from the rows of a table: complete as far as they are needed, and the same all along where they are static.

import type { CodedTexts } from "../../data/raw-column.ts";
import { quoted } from "../../data/row-names.ts";
import type { Table } from "../../data/table.ts";
import { RecurraError } from "../../platform/error.ts";
import { columnOf, type Draft, type DraftColumn, rowAndTime } from "./draft.ts";
import { fillMissing } from "./fill.ts";
import { positionOf, type RowGroups } from "./group-rows.ts";
import type { MissingValues } from "./missing.ts";
import type { Covariates } from "./series.ts";

/**
 * The covariates of numbers: past ones up to the last value, future ones as far as they are known. Where missing values are filled, so
 * are theirs: in line for `linear` and `seasonal`, else with the value before.
 *
 * @param end The place after the last value of the series.
 * @param horizon How many steps ahead future covariates have to be known.
 * @throws RecurraError `covariate-missing`, `covariate-short` naming series, column and row
 */
export function numbersBeside(
  draft: Draft,
  end: number,
  how: MissingValues,
  horizon: number,
  table: Table,
): Pick<Covariates, "past" | "future"> {
  const past: Record<string, Float64Array> = {};
  const future: Record<string, Float64Array> = {};
  for (const column of draft.columns) {
    if (column.role === "past") past[column.name] = known(draft, column, end, how, table);
    else future[column.name] = knownAhead(draft, column, end, how, horizon, table);
  }
  return { past, future };
}

function knownAhead(
  draft: Draft,
  column: DraftColumn,
  end: number,
  how: MissingValues,
  horizon: number,
  table: Table,
): Float64Array {
  const last = column.values.findLastIndex((value) => !Number.isNaN(value));
  const until = Math.max(end, last + 1);
  const ahead = until - end;
  if (ahead < horizon) {
    throw new RecurraError(
      "covariate-short",
      `${columnOf(draft, column.name, table)}: it is known up to ${rowAndTime(draft, until - 1, table)}, ${ahead} ${ahead === 1 ? "step" : "steps"} after the last value of the series; the horizon of ${horizon} needs ${horizon - ahead} more. Add rows with the times to come, the target left empty, or take the column as --past.`,
    );
  }
  return known(draft, column, until, how, table);
}

/** The values of a covariate up to `end`. */
function known(
  draft: Draft,
  { name, role, values }: DraftColumn,
  end: number,
  how: MissingValues,
  table: Table,
): Float64Array {
  const part = values.subarray(0, end);
  const missing = part.findIndex(Number.isNaN);
  if (missing === -1 || how === "keep") return part;
  if (how === "error" || part.every(Number.isNaN)) {
    throw new RecurraError(
      "covariate-missing",
      `${columnOf(draft, name, table)}: ${rowAndTime(draft, missing, table)} is empty. A ${role} covariate needs a number in every row${role === "past" ? " of the series" : " up to the last one it is known in"}: fill it in, or have it filled with --missing.`,
    );
  }
  return fillMissing(part, how === "linear" || how === "seasonal" ? "linear" : "forward");
}

/**
 * What is known of a series as a whole; empty places do not count.
 *
 * @throws RecurraError `static-changes`, `covariate-missing` naming series, column and rows
 */
export function staticsOf(
  name: string,
  series: number,
  groups: RowGroups,
  table: Table,
): Readonly<Record<string, number | string>> {
  const [start = 0, end = 0] = groups.starts.subarray(series, series + 2);
  const statics: Record<string, number | string> = {};
  for (const [column, values] of Object.entries(table.covariates?.static ?? {})) {
    let found: { readonly value: number | string; readonly position: number } | undefined;
    for (let t = 0; t < end - start; t++) {
      const position = positionOf(groups, series, t);
      const value = staticAt(values, position);
      if (value === undefined || value === found?.value) continue;
      if (found !== undefined) {
        const show = (one: number | string) => (typeof one === "number" ? String(one) : quoted(one));
        throw new RecurraError(
          "static-changes",
          `${columnOf({ name }, column, table)}: ${show(found.value)} in ${table.rowName(found.position)}, ${show(value)} in ${table.rowName(position)}. A static covariate is the same in all rows of a series: correct it, or take the column as --past or --future.`,
        );
      }
      found = { value, position };
    }
    if (found === undefined) {
      throw new RecurraError(
        "covariate-missing",
        `${columnOf({ name }, column, table)}: it is empty in all rows of the series. Wanted a number or a category.`,
      );
    }
    statics[column] = found.value;
  }
  return statics;
}

function staticAt(values: Float64Array | CodedTexts, position: number): number | string | undefined {
  if (values instanceof Float64Array) {
    const value = values[position % values.length] ?? Number.NaN;
    return Number.isNaN(value) ? undefined : value;
  }
  const text = values.texts[values.codes[position % values.codes.length] ?? -1]?.trim();
  return text === "" ? undefined : text;
}
