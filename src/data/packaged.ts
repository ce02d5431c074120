// The data that comes with the package.

import { fileURLToPath } from "node:url";
import { type ReadTableOptions, readTable } from "./read-table.ts";
import type { Table } from "./table.ts";

/** What the packaged table is called in the names of files. */
export const AIRLINE_NAME = "airpassengers";

/**
 * Monthly international airline passengers in thousands, 1949 to 1960, 144 months (Box and Jenkins, Time Series Analysis,
 * 1970, series G): columns `month` and `passengers`.
 *
 * @param options As for `readTable`.
 */
export function airlinePassengers(options: ReadTableOptions = {}): Promise<Table> {
  // The same place from the sources and from dist/.
  const path = fileURLToPath(new URL(`../../data/${AIRLINE_NAME}.csv`, import.meta.url));
  return readTable(path, {
    ...options,
    // A query may give other columns.
    ...(options.sql === undefined
      ? { time: options.time ?? "month", target: options.target ?? "passengers" }
      : {}),
    source: options.source ?? "monthly airline passengers, 1949 to 1960 (packaged)",
  });
}
