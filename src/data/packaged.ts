// The data that comes with the package.

import { fileURLToPath } from "node:url";
import { readTable } from "./read-table.ts";
import type { Table } from "./table.ts";

/** Where the packaged airline passengers stand: the same place from the sources and from dist/. */
export const AIRLINE_PASSENGERS = fileURLToPath(new URL("../../data/airpassengers.csv", import.meta.url));

/**
 * Monthly international airline passengers in thousands, 1949 to 1960, 144 months (Box and Jenkins, Time Series Analysis,
 * 1970, series G): columns `month` and `passengers`.
 */
export function airlinePassengers(): Promise<Table> {
  return readTable(AIRLINE_PASSENGERS, { time: "month", target: "passengers" });
}
