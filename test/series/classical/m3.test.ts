// The benchmarks over all of the M3 competition come out as published.

import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { competitions, readEntries, scoresOf } from "../../../bench/competition-data.ts";
import { naive, seasonalNaive } from "../../../src/series/classical/naive/naive.ts";
import { naive2 } from "../../../src/series/classical/naive/naive-2.ts";
import { theta } from "../../../src/series/classical/theta/theta.ts";
import type { LocalModel } from "../../../src/series/forecasters/local-model.ts";

const folder = process.env.RECURRA_DATA ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url));
const { m3 } = competitions;
const isThere = m3 !== undefined && existsSync(path.join(folder, m3.file));
if (!isThere) console.log(`skipped: there is no M3 data in ${folder}; RECURRA_DATA says where it is`);

const entries = m3 !== undefined && isThere ? readEntries(m3, folder, false) : [];

function scores(model: LocalModel) {
  const forecasts = entries.map(({ training, test: { length: horizon } }) => {
    const state = model.fit(training, { horizon, seed: 0 });
    return model.forecast(state, { horizon, levels: [], future: {} }).mean;
  });
  return scoresOf(forecasts, entries);
}

test.runIf(isThere)("3003 series with the horizons of the competition", () => {
  expect(entries).toHaveLength(3003);
  expect(new Set(entries.map(({ test: { length } }) => length))).toEqual(new Set([6, 8, 18]));
});

// sMAPE over all series. Naive 2 is 15.47 in Makridakis and Hibon 2000, whose seasonality test was another; with the decomposition and
// the test of the M4 competition's published code it is 14.70.
test.runIf(isThere).each([
  [naive(), 15.7],
  [seasonalNaive(), 15.19],
  [naive2(), 14.7],
] as [LocalModel, number][])("sMAPE of $name", (model, published) => {
  expect(Math.abs(scores(model).smape - published)).toBeLessThan(0.02);
});

test.runIf(isThere)(
  "Theta beats its published 13.01 (Makridakis and Hibon 2000) and 12.90 (Fiorucci et al. 2016)",
  () => {
    expect(scores(theta() as LocalModel).smape).toBeLessThan(12.5);
  },
);
