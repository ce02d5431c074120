// From the last windows of series to forecasts: the networks are run, their steps put together, scales and transforms undone.

import type { Functional } from "../../model/functional.ts";
import type { WeightsSnapshot } from "../../model/weights.ts";
import { normalQuantile } from "../../numeric/distributions.ts";
import type { Forecast } from "../forecasters/local-model.ts";
import type { Head } from "./heads.ts";
import { restored } from "./preparation.ts";
import type { PreparedSeries } from "./prepared-series.ts";
import { StochasticForward } from "./stochastic-forward.ts";
import { WindowBatch, type WindowShape } from "./window-batch.ts";
import { extensible, type WindowSource } from "./window-source.ts";

/** Networks that together forecast. */
export interface Networks {
  readonly model: Functional;
  /** For each step that has its own (else one), for each member of the ensemble. */
  readonly weights: readonly (readonly WeightsSnapshot[])[];
  readonly shape: WindowShape;
  readonly head: Head;
  /** Passes with dropout; 0 for none. */
  readonly passes: number;
  /** [H] The standard deviation of the errors, which intervals from dropout take in. */
  readonly noise: readonly number[];
  readonly seed: number;
}

/** Series that are forecast at once. */
const rowsAtOnce = 2048;

/** Forecasts of series from their ends. Intervals come where the head has them, for the steps that a network gives at once. */
export async function forecastWindows(
  networks: Networks,
  series: readonly PreparedSeries[],
  horizon: number,
  levels: readonly number[],
): Promise<readonly Forecast[]> {
  const forecasts: Forecast[] = [];
  for (let from = 0; from < series.length; from += rowsAtOnce) {
    const part = series.slice(from, from + rowsAtOnce);
    const columns = await columnsOf(networks, part, horizon, levels);
    for (const [row, { length, transform }] of part.entries()) {
      const undone = (values: Float64Array) =>
        restored(values.slice(row * horizon, (row + 1) * horizon), transform, length);
      forecasts.push({
        mean: undone(columns.middle),
        intervals: columns.intervals.map(({ level, lower, upper }) => ({
          level,
          lower: undone(lower),
          upper: undone(upper),
        })),
      });
    }
  }
  return forecasts;
}

/** [N · H] each, in the units of the transformed series. */
interface Columns {
  readonly middle: Float64Array;
  readonly intervals: readonly {
    readonly level: number;
    readonly lower: Float64Array;
    readonly upper: Float64Array;
  }[];
}

async function columnsOf(
  networks: Networks,
  series: readonly PreparedSeries[],
  horizon: number,
  levels: readonly number[],
): Promise<Columns> {
  const { shape, weights } = networks;
  const size = series.length * horizon;
  const sources = series.map(({ source }) => source);
  const perStep = weights.length > 1;
  if (shape.steps < horizon && !perStep) {
    return { middle: await recursive(networks, sources, horizon), intervals: [] };
  }
  const probabilities = levels.flatMap((level) => [0.5 - level / 200, 0.5 + level / 200]);
  const quantiles = probabilities.map(() => new Float64Array(size));
  const middle = new Float64Array(size);
  for (let lead = 0; lead < (perStep ? horizon : 1); lead++) {
    const batch = windowsAt({ ...shape, lead }, sources);
    const steps = perStep ? 1 : horizon;
    await addOutputs(networks, weights[lead] ?? [], batch, probabilities, (row, h, m, q) => {
      if (h >= steps) return;
      const at = row * horizon + lead + h;
      middle[at] = m;
      for (const [i, value] of q.entries()) (quantiles[i] ?? middle)[at] = value;
    });
  }
  const intervals = levels.flatMap((level, i) => {
    const [lower, upper] = [quantiles[2 * i], quantiles[2 * i + 1]];
    if (lower === undefined || upper === undefined) return [];
    return lower.some(Number.isNaN) || upper.some(Number.isNaN) ? [] : [{ level, lower, upper }];
  });
  return { middle, intervals };
}

/** The windows at the ends of series. */
function windowsAt(shape: WindowShape, sources: readonly WindowSource[]): WindowBatch {
  const batch = new WindowBatch(shape, sources.length);
  for (const [row, source] of sources.entries()) batch.cut(row, source, source.values.length - 1);
  return batch;
}

/** Runs every member on a batch and gives, for each row and step, the means over them of middle and quantiles, unscaled. */
async function addOutputs(
  { model, shape, head, passes, noise, seed }: Networks,
  members: readonly WeightsSnapshot[],
  batch: WindowBatch,
  probabilities: readonly number[],
  give: (row: number, h: number, middle: number, quantiles: readonly number[]) => void,
): Promise<void> {
  const outputs: Float32Array[] = [];
  const spreads: Float64Array[] = [];
  for (const weights of members) {
    model.restoreWeights(weights);
    outputs.push((await model.predict(batch.inputs, { batchSize: rowsAtOnce })).data as Float32Array);
    if (passes > 0) spreads.push(await spreadOf(model, batch, passes, seed));
  }
  const { steps } = shape;
  const quantiles = probabilities.map(() => 0);
  for (let row = 0; row < batch.locations.length; row++) {
    const location = batch.locations[row] ?? 0;
    const scale = batch.scales[row] ?? 1;
    for (let h = 0; h < steps; h++) {
      const at = (row * steps + h) * head.outputs;
      let middle = 0;
      quantiles.fill(0);
      for (const [member, data] of outputs.entries()) {
        const own = head.middle(data, at);
        middle += own / members.length;
        const dropped = spreads[member]?.[row * steps + h];
        const spread = dropped === undefined ? undefined : Math.hypot(dropped, noise[h] ?? 0);
        for (const [i, probability] of probabilities.entries()) {
          const value =
            spread === undefined
              ? (head.quantile?.(data, at, probability) ?? Number.NaN)
              : own + spread * normalQuantile(probability);
          quantiles[i] = (quantiles[i] ?? 0) + value / members.length;
        }
      }
      give(
        row,
        h,
        location + scale * middle,
        quantiles.map((value) => location + scale * value),
      );
    }
  }
}

/** [N · H] The standard deviation over passes with dropout. */
async function spreadOf(
  model: Functional,
  batch: WindowBatch,
  passes: number,
  seed: number,
): Promise<Float64Array> {
  const forward = new StochasticForward(model, batch.locations.length);
  let sums = new Float64Array();
  let squares = new Float64Array();
  for (let pass = 0; pass < passes; pass++) {
    const data = await forward.run(batch.inputs, seed, pass);
    if (pass === 0) {
      sums = new Float64Array(data.length);
      squares = new Float64Array(data.length);
    }
    for (let i = 0; i < data.length; i++) {
      const value = data[i] ?? 0;
      sums[i] = (sums[i] ?? 0) + value;
      squares[i] = (squares[i] ?? 0) + value * value;
    }
  }
  await forward.release();
  return sums.map((sum, i) =>
    Math.sqrt(Math.max(0, ((squares[i] ?? 0) - (sum * sum) / passes) / (passes - 1))),
  );
}

/** Step by step: what was forecast is read as though it were known. */
async function recursive(
  networks: Networks,
  sources: readonly WindowSource[],
  horizon: number,
): Promise<Float64Array> {
  const { shape, weights } = networks;
  const { lookback, steps } = shape;
  const longer = sources.map((source) => extensible(source, lookback, horizon));
  const starts = longer.map(({ values }) => values.length - horizon);
  const middle = new Float64Array(sources.length * horizon);
  const batch = new WindowBatch(shape, sources.length);
  for (let done = 0; done < horizon; done += steps) {
    for (const [row, source] of longer.entries()) batch.cut(row, source, (starts[row] ?? 0) + done - 1);
    await addOutputs(networks, weights[0] ?? [], batch, [], (row, h, value) => {
      if (done + h >= horizon) return;
      middle[row * horizon + done + h] = value;
      const known = longer[row]?.values;
      if (known !== undefined) known[(starts[row] ?? 0) + done + h] = value;
    });
  }
  return middle;
}
