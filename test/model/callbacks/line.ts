// A model of one weight whose loss is known by hand, and its data.

import { layers, optimizers, sequential } from "../../../src/index.ts";
import { filled, setWeights } from "../support/data.ts";

/** y = w·x, w being 0 at first; on the data below the loss is 7.5·(w - 3)². */
export function line(learningRate: number | ((step: number) => number) = 0.01) {
  const model = sequential([layers.dense({ units: 1, useBias: false, inputShape: [1] })]);
  model.compile({ optimizer: optimizers.sgd({ learningRate }), loss: "mse", metrics: ["mae"] });
  setWeights(model, [[0]]);
  return model;
}

export const x = filled([4, 1], (i) => i + 1);
export const y = filled([4, 1], (i) => 3 * (i + 1));

export const quiet = { verbose: "silent" } as const;
