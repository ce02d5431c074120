// Automatic ARIMA on samples of the competitions' series, against what published programs reach on all of them.

import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { competitions, readEntries, scoresOf } from "../../../../bench/competition-data.ts";
import { arima } from "../../../../src/series/classical/arima/arima.ts";

const folder =
  process.env.RECURRA_DATA ?? fileURLToPath(new URL("../../../../../shared/data", import.meta.url));

/** Every so many series of a competition, with forecasts of its horizon; undefined where its data are absent. */
function sampleOf(name: string, every: number) {
  const competition = competitions[name];
  if (competition === undefined || !existsSync(path.join(folder, competition.file))) return undefined;
  const entries = readEntries(competition, folder, false).filter((_, i) => i % every === 0);
  const model = arima();
  const forecasts = entries.map(({ training, test: { length: horizon } }) => {
    const state = model.fit(training, { horizon, seed: 0 });
    return model.forecast(state, { horizon, levels: [80, 95], future: {} });
  });
  return { entries, forecasts };
}

/** The share of the actual values within the intervals at a position. */
function coverageOf(
  { entries, forecasts }: NonNullable<ReturnType<typeof sampleOf>>,
  position: number,
): number {
  let [inside, all] = [0, 0];
  for (const [i, { test: actual }] of entries.entries()) {
    const interval = forecasts[i]?.intervals[position];
    for (const [h, value] of actual.entries()) {
      if (value >= (interval?.lower[h] ?? 0) && value <= (interval?.upper[h] ?? 0)) inside++;
      all++;
    }
  }
  return inside / all;
}

const m3 = sampleOf("m3", 20);
const hourly = sampleOf("m4-hourly", 60);
const weekly = sampleOf("m4-weekly", 20);
if (m3 === undefined)
  console.log(`skipped: there are no competitions in ${folder}; RECURRA_DATA says where they are`);

// Over all 3,003 series sMAPE is 13.26, below the 13.9 of R's auto.arima; this sample has harder ones.
test.runIf(m3 !== undefined)(
  "M3: sMAPE, and intervals that hold somewhat less than they say, as those of all such models do",
  () => {
    if (m3 === undefined) return;
    const { smape } = scoresOf(
      m3.forecasts.map(({ mean }) => mean),
      m3.entries,
    );
    expect(smape).toBeLessThan(15.6);
    expect(coverageOf(m3, 0)).toBeGreaterThan(0.68);
    expect(coverageOf(m3, 0)).toBeLessThan(0.85);
    expect(coverageOf(m3, 1)).toBeGreaterThan(0.84);
  },
);

// Over all 414 series 0.91; R's auto.arima has 1.02, statsforecast 0.92.
test.runIf(hourly !== undefined)("M4 hourly: MASE", () => {
  if (hourly === undefined) return;
  expect(
    scoresOf(
      hourly.forecasts.map(({ mean }) => mean),
      hourly.entries,
    ).mase,
  ).toBeLessThan(1);
});

// Over all 359 series 2.18; published are 2.34 to 2.58.
test.runIf(weekly !== undefined)("M4 weekly: MASE", () => {
  if (weekly === undefined) return;
  expect(
    scoresOf(
      weekly.forecasts.map(({ mean }) => mean),
      weekly.entries,
    ).mase,
  ).toBeLessThan(2.5);
});
