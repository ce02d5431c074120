// A cheap forecaster in place of the networks, for tests of everything around them.

import type { Forecaster } from "../../src/series/forecasters/forecaster.ts";
import { LocalForecaster } from "../../src/series/forecasters/local-forecaster.ts";
import type { LocalModel } from "../../src/series/forecasters/local-model.ts";

interface GrowthState {
  readonly last: readonly number[];
  readonly growth: number;
  readonly spread: number;
}

/** The last season again, times its growth over the season before; intervals of ± the last season's growth. */
export function growthModel(name: string, lookback: number): LocalModel<GrowthState> {
  return {
    name,
    need: (_, { horizon }) => ({
      rows: lookback + horizon,
      because: `lookback ${lookback} + horizon ${horizon}`,
    }),
    fit({ values, season }) {
      const sum = (part: Float64Array) => part.reduce((total, value) => total + value, 0);
      const last = values.slice(-season);
      const before = values.slice(-2 * season, -season);
      const growth = before.length === season && sum(before) !== 0 ? sum(last) / sum(before) : 1;
      return { last: [...last], growth, spread: Math.abs(sum(last) - sum(before)) / season + 1 };
    },
    forecast({ last, growth, spread }, { horizon, levels }) {
      const mean = Float64Array.from(
        { length: horizon },
        (_, h) => (last[h % last.length] ?? Number.NaN) * growth,
      );
      return {
        mean,
        intervals: levels.map((level) => ({
          level,
          lower: mean.map((value) => value - (spread * level) / 80),
          upper: mean.map((value) => value + (spread * level) / 80),
        })),
      };
    },
    describe: ({ growth }) => ({ kind: name, lookback, growth }),
  };
}

export function growthStandIn(name = "lstm", lookback = 12): Forecaster {
  return new LocalForecaster(growthModel(name, lookback) as LocalModel, { name, lookback });
}
