// N-HiTS: blocks that each explain a part of the window, at their own resolution, and forecast what follows from it.

import type { LayerTensor } from "../../../nn/layer.ts";
import { count, wholeList } from "../../../nn/layer-options.ts";
import { layers } from "../../../nn/layers/index.ts";
import { Interpolation } from "./fixed-matrix.ts";
import { dropped, joined, type NetworkInputs, type NetworkKind, type NetworkTask } from "./network.ts";

export interface NhitsOptions {
  /** Width of the hidden layers. Default 128. */
  readonly units: number;
  /** Hidden layers of a block. Default 2. */
  readonly layers: number;
  /** Blocks of each stack. Default 1. */
  readonly blocks: number;
  /** For each stack, the steps over which its input is pooled. Default: from coarse to fine, by the lookback. */
  readonly pooling: readonly number[];
  /** For each stack, the steps of the forecast for which it gives one number. Default: likewise, by the horizon. */
  readonly frequency: readonly number[];
}

const stackSizes = wholeList("a list of positive whole numbers, one for each stack", (size) => size > 0);

/**
 * Challu et al., "N-HiTS: Neural Hierarchical Interpolation for Time Series Forecasting", AAAI 2023: every block pools what the blocks
 * before it have left of the window, gives by a multilayer perceptron a backcast, which is taken off the window, and a few points of a
 * forecast, between which it is interpolated; forecasts add up. With `pooling` and `frequency` of ones it is a generic N-BEATS.
 */
export const nhits: NetworkKind<NhitsOptions> = {
  name: "nhits",
  options: { units: count, layers: count, blocks: count, pooling: stackSizes, frequency: stackSizes },
  defaults: ({ lookback, steps }) => ({
    units: 128,
    layers: 2,
    blocks: 1,
    pooling: [
      Math.max(1, Math.min(8, Math.floor(lookback / 6))),
      Math.max(1, Math.min(4, Math.floor(lookback / 12))),
      1,
    ],
    frequency: [Math.max(1, Math.floor(steps / 3)), Math.max(1, Math.floor(steps / 6)), 1],
  }),
  build(inputs, task, options) {
    let left = inputs.values;
    const forecasts: LayerTensor[] = [];
    for (const [stack, pool] of options.pooling.entries()) {
      const points = Math.max(1, Math.round(task.steps / (options.frequency[stack] ?? 1)));
      for (let block = 0; block < options.blocks; block++) {
        const isLast = stack === options.pooling.length - 1 && block === options.blocks - 1;
        const hidden = perceptron(pooled(left, task.lookback, pool), inputs, task, options);
        forecasts.push(forecastOf(hidden, points, task));
        if (isLast) continue;
        const backcast = layers.dense({ units: task.lookback }).apply(hidden);
        left = layers.subtract().apply([left, backcast]);
      }
    }
    return forecasts.length === 1 ? (forecasts[0] as LayerTensor) : layers.add().apply(forecasts);
  },
};

/** The largest of every `pool` values: [L] -> [⌈L / pool⌉]. */
function pooled(window: LayerTensor, lookback: number, pool: number): LayerTensor {
  if (pool === 1) return window;
  const column = layers.reshape({ targetShape: [lookback, 1] }).apply(window);
  return layers.flatten().apply(layers.maxPooling1D({ poolSize: pool, padding: "same" }).apply(column));
}

function perceptron(
  window: LayerTensor,
  inputs: NetworkInputs,
  { dropout }: NetworkTask,
  options: NhitsOptions,
): LayerTensor {
  const beside = [inputs.past, inputs.future].map((part) =>
    part === undefined ? undefined : layers.flatten().apply(part),
  );
  let hidden = joined([window, ...beside, inputs.static]);
  for (let layer = 0; layer < options.layers; layer++)
    hidden = dropped(layers.dense({ units: options.units, activation: "relu" }).apply(hidden), dropout);
  return hidden;
}

/** [U] -> [H, Q], interpolated between so many points. */
function forecastOf(hidden: LayerTensor, points: number, { steps, outputs }: NetworkTask): LayerTensor {
  const given = layers.dense({ units: points * outputs, kernelInitializer: "zeros" }).apply(hidden);
  if (points >= steps) return layers.reshape({ targetShape: [steps, outputs] }).apply(given);
  const curves = new Interpolation({ steps }).apply(
    layers.reshape({ targetShape: [outputs, points] }).apply(given),
  );
  return layers.permute({ dims: [2, 1] }).apply(curves);
}
