// From a file to series in one step.

import { type ReadTableOptions, readTable, readTableOptionNames } from "../../data/read-table.ts";
import type { TableSource } from "../../data/table-source.ts";
import { checkOptionNames } from "../../nn/choice.ts";
import { type SeriesSet, type SeriesSetOptions, seriesOf, seriesSetOptionNames } from "./from-table.ts";

export interface ReadSeriesOptions extends ReadTableOptions, SeriesSetOptions {}

/**
 * Reads the series of a table: `readTable`, then `seriesOf`. The notes say what was guessed and settled in both.
 *
 *     const { series } = await readSeries("sales/*.csv", { series: "store", future: "price", missing: "linear" });
 *
 * @param source as for `readTable`
 * @throws RecurraError as they do
 */
export async function readSeries(source: TableSource, options: ReadSeriesOptions = {}): Promise<SeriesSet> {
  checkOptionNames("readSeries", options, [...new Set([...readTableOptionNames, ...seriesSetOptionNames])]);
  const table = await readTable(source, pick(options, readTableOptionNames));
  const set = seriesOf(table, pick(options, seriesSetOptionNames));
  return { ...set, notes: [...table.notes, ...set.notes] };
}

function pick<T extends object, K extends keyof T>(options: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(
    names.flatMap((name) => (name in options ? [[name, options[name]]] : [])),
  ) as Pick<T, K>;
}
