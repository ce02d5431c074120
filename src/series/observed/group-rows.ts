// The rows of a table by series and in order of time, as positions in typed arrays.

import { NO_SERIES, type Table } from "../../data/table.ts";

/** Where the rows of each series are. */
export interface RowGroups {
  /** [rows] Positions in the table, series after series, each in order of time; undefined where the table stands so already. */
  readonly order: Uint32Array | undefined;
  /** [series + 1] Where each series begins in that order. */
  readonly starts: Uint32Array;
  /** Whether rows of a series stood out of order in the table. */
  readonly unsorted: boolean;
}

/** Rows of equal times keep the order of the table. */
export function groupRows({ seriesOf, times, names }: Table): RowGroups {
  const { starts, isGrouped } = count(seriesOf, names.length);
  const order = isGrouped ? undefined : positionsBySeries(seriesOf, starts);
  const unsorted: number[] = [];
  for (let series = 0; series < names.length; series++) {
    if (!isSorted(times, order, starts[series] ?? 0, starts[series + 1] ?? 0)) unsorted.push(series);
  }
  if (unsorted.length === 0) return { order, starts, unsorted: false };
  const sorted = order ?? Uint32Array.from({ length: seriesOf.length }, (_, row) => row);
  for (const series of unsorted) {
    sorted
      .subarray(starts[series], starts[series + 1])
      .sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
  }
  return { order: sorted, starts, unsorted: true };
}

/**
 * The values of a column in the order of the groups. Shares memory with the column where the table stands in that order.
 *
 * @param column [rows] or, of a table with several targets, what is there once for all of them
 * @returns what `partOf` takes
 */
export function inOrder(column: Float64Array, { order }: RowGroups): Float64Array {
  if (order === undefined) return column;
  const ordered = new Float64Array(order.length);
  const { length } = column;
  for (let i = 0; i < order.length; i++) ordered[i] = column[(order[i] ?? 0) % length] ?? Number.NaN;
  return ordered;
}

/** The part of a column that is one series', sharing memory. @param ordered what `inOrder` gives */
export function partOf(ordered: Float64Array, { starts }: RowGroups, series: number): Float64Array {
  const [start = 0, end = 0] = starts.subarray(series, series + 2);
  const from = start % Math.max(1, ordered.length);
  return ordered.subarray(from, from + end - start);
}

/** Where a row of a series stands in the table. @param t its place in order of time */
export function positionOf({ order, starts }: RowGroups, series: number, t: number): number {
  const i = (starts[series] ?? 0) + t;
  return order === undefined ? i : (order[i] ?? 0);
}

/** How many rows each series has, and whether they stand together, one series after the other. */
function count(seriesOf: Uint32Array, series: number): { starts: Uint32Array; isGrouped: boolean } {
  const starts = new Uint32Array(series + 1);
  let isGrouped = true;
  let before = 0;
  for (const one of seriesOf) {
    if (one === NO_SERIES || one < before) isGrouped = false;
    if (one === NO_SERIES) continue;
    starts[one + 1] = (starts[one + 1] ?? 0) + 1;
    before = one;
  }
  for (let i = 0; i < series; i++) starts[i + 1] = (starts[i + 1] ?? 0) + (starts[i] ?? 0);
  return { starts, isGrouped };
}

/** A counting sort: stable, and as fast for one series as for many. */
function positionsBySeries(seriesOf: Uint32Array, starts: Uint32Array): Uint32Array {
  const order = new Uint32Array(starts.at(-1) ?? 0);
  const next = starts.slice();
  for (let row = 0; row < seriesOf.length; row++) {
    const series = seriesOf[row] ?? 0;
    if (series === NO_SERIES) continue;
    const place = next[series] ?? 0;
    order[place] = row;
    next[series] = place + 1;
  }
  return order;
}

function isSorted(times: Float64Array, order: Uint32Array | undefined, start: number, end: number): boolean {
  for (let i = start + 1; i < end; i++) {
    const [a, b] = order === undefined ? [i - 1, i] : [order[i - 1] ?? 0, order[i] ?? 0];
    if ((times[a] ?? 0) > (times[b] ?? 0)) return false;
  }
  return true;
}
