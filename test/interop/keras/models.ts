// Models of all kinds with inputs for them: what is written to Keras' formats and read back.

import { model } from "../../../src/model/functional.ts";
import type { Model } from "../../../src/model/model.ts";
import { sequential } from "../../../src/model/sequential.ts";
import { input } from "../../../src/nn/input.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";

/** By name. Each call makes the model anew, with the same weights. */
export const models: Readonly<Record<string, () => Model>> = {
  recurrent: () =>
    sequential(
      [
        layers.lstm({ units: 3, returnSequences: true, unitForgetBias: false, inputShape: [5, 2] }),
        layers.gru({ units: 3, returnSequences: true, resetAfter: false }),
        layers.bidirectional({ layer: layers.gru({ units: 2, returnSequences: true }), mergeMode: "sum" }),
        layers.rnn({
          cell: [layers.lstmCell({ units: 3 }), layers.gruCell({ units: 2 })],
          returnSequences: true,
        }),
        layers.simpleRNN({
          units: 2,
          goBackwards: true,
          activation: { name: "leakyRelu", negativeSlope: 0.1 },
        }),
        layers.dropout({ rate: 0.2 }),
        layers.dense({ units: 2, kernelInitializer: { name: "varianceScaling", scale: 2, mode: "fanOut" } }),
      ],
      { name: "recurrent", seed: 1 },
    ),
  tagger: () =>
    sequential(
      [
        layers.embedding({ inputDim: 9, outputDim: 3, maskZero: true, inputShape: [6] }),
        layers.bidirectional({ layer: layers.lstm({ units: 2, returnSequences: true }) }),
        layers.timeDistributed({ layer: layers.dense({ units: 4, activation: "softmax" }) }),
      ],
      { name: "tagger", seed: 2 },
    ),
  translator: () => {
    const source = input({ shape: [5], dtype: "int32", name: "source" });
    const target = input({ shape: [4], dtype: "int32", name: "target" });
    const words = layers.embedding({ inputDim: 8, outputDim: 3, maskZero: true });
    const encoder = layers.lstm({ units: 4, returnState: true });
    const [, h, c] = encoder.applyAll(words.apply(source));
    if (h === undefined || c === undefined) throw new TypeError("an LSTM has two states");
    const decoded = layers
      .lstm({ units: 4, returnSequences: true })
      .apply(words.apply(target), { initialState: [h, c] });
    return model({
      inputs: [source, target],
      outputs: {
        next: layers.dense({ units: 8 }).apply(decoded),
        state: layers.dense({ units: 2 }).apply(c),
      },
      name: "translator",
      seed: 3,
    });
  },
};

/** Two samples for a model, the same each time: ids with padding at their end, or normal numbers. */
export function inputsFor({ inputs }: Model): Readonly<Record<string, NdArray>> {
  return Object.fromEntries(
    inputs.map(({ name, shape, dtype, ids }, i) => {
      const random = new Random(11 + i);
      const full = [2, ...shape.map((dimension) => dimension ?? 5)];
      if (dtype !== "int32") return [name, random.normal(full, 0, 1)];
      const numbers = Int32Array.from(random.uniform(full, 1, ids?.count ?? 2).toFloat64());
      numbers[numbers.length - 1] = 0; // padding at the end of the second sample
      return [name, new NdArray(numbers, full)];
    }),
  );
}

/** The outputs of a model by name. */
export function outputsOf(
  network: Model,
  inputs: Readonly<Record<string, NdArray>>,
): Promise<Readonly<Record<string, NdArray>>> {
  const [only] = Object.values(inputs);
  const isOne = network.inputs.length === 1 && only !== undefined;
  return network.predictAll(isOne ? only : inputs);
}
