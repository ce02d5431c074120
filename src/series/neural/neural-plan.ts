// What a fit will do, settled by the data: the lookback, the windows, the steps of training.

import type { Series } from "../observed/series.ts";
import type { NetworkName } from "./networks/table.ts";
import type { PreparedSeries } from "./prepared-series.ts";
import type { NeuralSettings } from "./settings.ts";
import type { WindowShape } from "./window-batch.ts";
import type { WindowRange } from "./window-dataset.ts";

const leastLookback = 8;
const manySeries = 20;
/** A series of so many lookbacks is long. */
const longSeries = 12;
/** For long series, the lookback in horizons: what networks do best with on hourly series (ETTh1, M4's training parts). */
const horizonsBack = 3.5;
/** Networks that go through a window step by step, and take as long. */
const stepwise: readonly NetworkName[] = ["rnn", "lstm", "gru", "encoder-decoder", "transformer"];

/**
 * The lookback where none is given: two seasons, the horizon or eight values, whichever is most; three and a half horizons where series
 * are long, and the network does not go through them step by step.
 */
export function defaultLookback(name: NetworkName, training: readonly Series[], horizon: number): number {
  let [longest, season] = [1, 1];
  for (const series of training) {
    longest = Math.max(longest, series.values.length);
    season = Math.max(season, series.season);
  }
  const least = Math.max(2 * season, horizon, leastLookback);
  const isLong = longest >= longSeries * least && !stepwise.includes(name);
  const wanted = isLong ? Math.max(least, Math.ceil(horizonsBack * horizon)) : least;
  // Many series make up for windows that begin before some of them do.
  const most = training.length >= manySeries ? longest - horizon : Math.floor((longest - horizon) / 2);
  return Math.max(1, Math.min(wanted, most));
}

/** How many values a window of a series must have seen at least: all, but where the series is too short for a few such windows. */
export function leastHistory(end: number, { lookback, steps, lead }: WindowShape): number {
  const horizon = steps + lead;
  if (end >= lookback + 2 * horizon) return lookback;
  return Math.max(1, Math.min(lookback, Math.floor((end - horizon) / 2)));
}

/** The windows of a series to train on: all of their targets that count are before `end`. */
export function trainingRange({ source }: PreparedSeries, end: number, shape: WindowShape): WindowRange {
  return { source, first: leastHistory(end, shape) - 1, last: end - 2 - shape.lead, end };
}

/** The windows of a series to choose the best epoch by: all of their targets are from `start` on. */
export function validationRange({ source }: PreparedSeries, start: number, shape: WindowShape): WindowRange {
  const end = source.values.length;
  const first = start - 1 - shape.lead;
  return { source, first, last: Math.max(first, end - 1 - shape.lead - shape.steps), end };
}

/** Windows in a step of training, and steps in all, where they are not given. */
export function trainingLength(
  windows: number,
  { batchSize, steps, epochs }: Pick<NeuralSettings, "batchSize" | "steps" | "epochs">,
): { readonly batchSize: number; readonly steps: number } {
  const batch =
    batchSize ?? Math.min(512, Math.max(16, 2 ** Math.floor(Math.log2(Math.max(1, windows / 30)))));
  const perEpoch = Math.max(1, Math.floor(windows / Math.min(batch, Math.max(1, windows))));
  const wanted =
    epochs === undefined ? (steps ?? Math.min(2000, Math.max(200, 10 * perEpoch))) : epochs * perEpoch;
  return { batchSize: batch, steps: wanted };
}
