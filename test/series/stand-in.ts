// A cheap forecaster in place of the networks, for tests of everything around them.

import { joinPath, writeFileAtomic, writeFolderAtomic } from "#platform";
import type { Forecaster } from "../../src/series/forecaster.ts";

/** The last season again, times its growth over the season before. It pretends to train for three epochs. */
export function growthStandIn(name = "lstm", lookback = 12): Forecaster {
  return {
    name,
    rowsNeeded: ({ horizon }) => ({
      rows: lookback + horizon,
      because: `lookback ${lookback} + horizon ${horizon}`,
    }),
    async fit({ values }, { season, signal, onEpoch }) {
      for (let epoch = 1; epoch <= 3; epoch++) {
        signal?.throwIfAborted();
        onEpoch?.({ epoch, epochs: 3, loss: 1 / epoch });
      }
      const sum = (part: Float64Array) => part.reduce((total, value) => total + value, 0);
      const last = values.slice(-season);
      const before = values.slice(-2 * season, -season);
      const growth = before.length === season && sum(before) !== 0 ? sum(last) / sum(before) : 1;
      return {
        predict: (horizon) =>
          Float64Array.from({ length: horizon }, (_, h) => (last[h % season] ?? Number.NaN) * growth),
        describe: () => ({ kind: name, lookback, growth }),
        save: (folder) =>
          writeFolderAtomic(folder, (into) =>
            writeFileAtomic(joinPath(into, "stand-in.json"), (sink) =>
              sink.write(new TextEncoder().encode(JSON.stringify({ growth }))),
            ),
          ),
      };
    },
  };
}
