// The data of forecasting competitions in their official splits, and how forecasts of them are scored.

import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { naiveScale } from "../src/series/evaluate/metrics.ts";
import { type Series, timeSeries } from "../src/series/observed/series.ts";

/** One series of a competition, split. */
export interface Entry {
  readonly group: string;
  readonly training: Series;
  readonly test: Float64Array;
}

export interface Competition {
  readonly file: string;
  /** The season that the competition goes by, where that is not what the file's period column says. */
  readonly season?: number;
}

export const competitions: Readonly<Record<string, Competition>> = {
  m3: { file: "m3_competition.csv.gz" },
  "m4-hourly": { file: "m4_hourly.csv.gz" },
  "m4-weekly": { file: "m4_weekly.csv.gz", season: 1 },
};

export function readEntries({ file, season }: Competition, folder: string, holdout: boolean): Entry[] {
  const bytes = readFileSync(path.resolve(folder, file));
  const [header = "", ...rows] = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes)
    .toString("utf8")
    .trim()
    .split("\n");
  const columns = header.split(",");
  return rows.map((row) => {
    const cells = row.split(",");
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? "";
    const numbers = (name: string): number[] => cell(name).split(" ").map(Number);
    const [train, test] = [numbers("train"), numbers("test")];
    const horizon = test.length;
    const values = holdout ? train.slice(0, -horizon) : train;
    return {
      group: columns.includes("frequency") ? cell("frequency").toLowerCase() : "all",
      training: timeSeries(values, { name: cell("id"), season: season ?? Number(cell("period")) }),
      test: Float64Array.from(holdout ? train.slice(-horizon) : test),
    };
  });
}

export interface Scores {
  readonly smape: number;
  readonly mase: number;
}

/** sMAPE in percent and MASE, as means over the series that have a forecast; a series without a scale is left out of MASE. */
export function scoresOf(
  forecasts: readonly (Float64Array | undefined)[],
  entries: readonly Entry[],
  group?: string,
): Scores {
  const sums = { smape: 0, series: 0, mase: 0, scaled: 0 };
  for (const [i, { training, test, ...entry }] of entries.entries()) {
    const forecast = forecasts[i];
    if (forecast === undefined || (group !== undefined && entry.group !== group)) continue;
    let [symmetric, absolute] = [0, 0];
    for (const [h, value] of test.entries()) {
      const expected = forecast[h] ?? Number.NaN;
      const error = Math.abs(value - expected);
      absolute += error / test.length;
      symmetric += error === 0 ? 0 : (200 * error) / (Math.abs(value) + Math.abs(expected)) / test.length;
    }
    sums.smape += symmetric;
    sums.series++;
    const scale = naiveScale(training.values, training.season).absolute;
    if (!(scale > 0)) continue;
    sums.mase += absolute / scale;
    sums.scaled++;
  }
  return { smape: sums.smape / sums.series, mase: sums.mase / sums.scaled };
}
