// Features of a table: each column by itself, or groups of columns that are known or unknown together.

import { checkOptionNames, describe } from "../nn/choice.ts";
import { RecurraError } from "../platform/error.ts";
import type { TypedArray } from "../tensor/dtype.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import { widthOf } from "./background.ts";

/** Columns that are explained as one feature. */
export interface FeatureGroup {
  readonly name: string;
  /** Places within a row, from 0; in rows [T, F] step t has the places t·F to t·F + F - 1. */
  readonly columns: readonly number[];
}

/** The features of rows. */
export interface Features {
  readonly names: readonly string[];
  readonly columns: readonly Int32Array[];
}

/**
 * The features of rows like these: as grouped, or each column.
 *
 * @throws RecurraError `names`, `groups` where a column is in no group or in two
 */
export function featuresOf(
  what: string,
  rows: NdArray,
  groups: readonly FeatureGroup[] | undefined,
  names: readonly string[] | undefined,
): Features {
  const width = widthOf(rows);
  if (groups === undefined) {
    if (names !== undefined && names.length !== width)
      throw new RecurraError(
        "names",
        `${what}: names has ${names.length} for ${width} features; wanted one for each`,
      );
    return {
      names: names ?? Array.from({ length: width }, (_, i) => columnName(rows, i)),
      columns: Array.from({ length: width }, (_, i) => Int32Array.of(i)),
    };
  }
  if (names !== undefined)
    throw new RecurraError("names", `${what}: groups have names of their own; leave names out`);
  if (!Array.isArray(groups) || groups.length === 0)
    throw new RecurraError(
      "groups",
      `${what}: groups is to be a list of { name, columns }, got ${describe(groups)}`,
    );
  const owner = new Map<number, string>();
  for (const group of groups as readonly FeatureGroup[]) {
    checkOptionNames(`${what}: groups`, group, ["name", "columns"]);
    const { name, columns } = group;
    if (typeof name !== "string" || !Array.isArray(columns) || columns.length === 0)
      throw new RecurraError(
        "groups",
        `${what}: a group is to be { name, columns } with a column at least, got ${describe(group)}`,
      );
    for (const column of columns as readonly number[]) {
      if (!Number.isInteger(column) || column < 0 || column >= width)
        throw new RecurraError(
          "groups",
          `${what}: group "${name}" names column ${describe(column)}; columns are 0 to ${width - 1}`,
        );
      const other = owner.get(column);
      if (other !== undefined)
        throw new RecurraError("groups", `${what}: column ${column} is in "${other}" and in "${name}"`);
      owner.set(column, name);
    }
  }
  for (let column = 0; column < width; column++) {
    if (!owner.has(column))
      throw new RecurraError(
        "groups",
        `${what}: column ${column} is in no group; each column wants one, if need be by itself`,
      );
  }
  return {
    names: groups.map(({ name }) => name),
    columns: groups.map(({ columns }) => Int32Array.from(columns)),
  };
}

/** Groups of rows [T, F] that take each time step as one feature, the last one named `t`, those before it `t-1`, `t-2`, … */
export function stepGroups(steps: number, features: number): readonly FeatureGroup[] {
  return Array.from({ length: steps }, (_, t) => ({
    name: t === steps - 1 ? "t" : `t-${steps - 1 - t}`,
    columns: Array.from({ length: features }, (_, f) => t * features + f),
  }));
}

/** What a column is called that has no name: its number, or its place in rows of several axes. */
function columnName(rows: NdArray, column: number): string {
  if (rows.rank === 2) return `feature ${column}`;
  const place: number[] = [];
  let rest = column;
  for (const extent of rows.shape.slice(1).toReversed()) {
    place.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return `[${place.join(", ")}]`;
}

/** Whether a row differs from some row of the background in one of the columns: otherwise they cannot matter. */
export function varies(row: TypedArray, background: NdArray, columns: Int32Array): boolean {
  const width = row.length;
  const data = background.data as Float64Array;
  for (let at = 0; at < data.length; at += width) {
    for (const column of columns) {
      const a = (row as Float64Array)[column] ?? 0;
      const b = data[at + column] ?? 0;
      if (a !== b && !(Number.isNaN(a) && Number.isNaN(b))) return true;
    }
  }
  return false;
}
