// Linear networks: NLinear, a linear map from the window to the steps ahead, and DLinear, one for its trend and one for the rest.

import { count } from "../../../nn/layer-options.ts";
import { layers } from "../../../nn/layers/index.ts";
import { MovingAverage } from "./fixed-matrix.ts";
import { type NetworkInputs, type NetworkKind, type NetworkTask, projected } from "./network.ts";

/** Covariates enter linearly: [P·L + F·H + S] -> [H, Q]. */
function withCovariates(base: ReturnType<typeof projected>, inputs: NetworkInputs, task: NetworkTask) {
  const parts = [inputs.past, inputs.future].flatMap((part) =>
    part === undefined ? [] : [layers.flatten().apply(part)],
  );
  const all = [...parts, ...(inputs.static === undefined ? [] : [inputs.static])];
  if (all.length === 0) return base;
  return layers.add().apply([base, ...all.map((part) => projected(part, task))]);
}

/**
 * One linear layer (Zeng et al., "Are Transformers Effective for Time Series Forecasting?", AAAI 2023). Taking the last value off and
 * putting it on again is done by the scaling "last".
 */
export const nlinear: NetworkKind<Record<never, never>> = {
  name: "nlinear",
  options: {},
  defaults: () => ({}),
  build: (inputs, task) => withCovariates(projected(inputs.values, task), inputs, task),
};

export interface DlinearOptions {
  /** Steps of the moving average that is the trend. Default 25, or about half of a short window. */
  readonly kernelSize: number;
}

/** One linear layer for the moving average of the window, and one for what is left of it (the same paper). */
export const dlinear: NetworkKind<DlinearOptions> = {
  name: "dlinear",
  options: { kernelSize: count },
  defaults: ({ lookback }) => ({ kernelSize: Math.min(25, 2 * Math.floor(lookback / 4) + 1) }),
  build(inputs, task, { kernelSize }) {
    const trend = new MovingAverage({ kernelSize }).apply(inputs.values);
    const rest = layers.subtract().apply([inputs.values, trend]);
    const base = layers.add().apply([projected(trend, task), projected(rest, task)]);
    return withCovariates(base, inputs, task);
  },
};
