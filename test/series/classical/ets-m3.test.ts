// Automatic exponential smoothing on every fifth series of the M3 competition, from the shared data.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { competitions, readEntries, scoresOf } from "../../../bench/competition-data.ts";
import { ets } from "../../../src/series/classical/ets/ets.ts";

const folder = process.env.RECURRA_DATA ?? join(import.meta.dirname, "../../../../shared/data");
const { m3 } = competitions;
const isThere = m3 !== undefined && existsSync(join(folder, m3.file));
if (!isThere) console.log(`skipped: there is no M3 data in ${folder}; RECURRA_DATA says where it is`);

test.runIf(isThere)("sMAPE of every fifth series of M3", () => {
  const entries = m3 === undefined ? [] : readEntries(m3, folder, false).filter((_, i) => i % 5 === 0);
  const model = ets();
  const forecasts = entries.map(({ training, test: { length: horizon } }) => {
    const state = model.fit(training, { horizon, seed: 0 });
    return model.forecast(state, { horizon, levels: [], future: {} }).mean;
  });
  expect(forecasts).toHaveLength(601);
  // On all 3,003 series R's ets has about 13.1 and this 12.78; on these 601 this has 12.64.
  expect(scoresOf(forecasts, entries).smape).toBeLessThan(12.8);
});
