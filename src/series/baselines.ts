// The forecasts that any model has to beat: the last value, and the last season.

import type { Forecaster } from "./forecaster.ts";

/** Every step like the last value (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., section 5.2). */
export const naive: Forecaster = {
  name: "naive",
  rowsNeeded: () => ({ rows: 1, because: "the last value" }),
  async fit(training) {
    const last = training.values.at(-1) ?? Number.NaN;
    return { predict: (horizon) => new Float64Array(horizon).fill(last) };
  },
};

/** Every step like the one a season before, the last season over and over (the same book, section 5.2). */
export const seasonalNaive: Forecaster = {
  name: "seasonal-naive",
  rowsNeeded: ({ season }) => ({ rows: season, because: `one season of ${season}` }),
  async fit(training, { season }) {
    const lastSeason = training.values.slice(-season);
    return {
      predict: (horizon) =>
        Float64Array.from({ length: horizon }, (_, h) => lastSeason[h % season] ?? Number.NaN),
    };
  },
};
