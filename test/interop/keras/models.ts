// Models of all kinds with inputs for them: what is written to Keras' formats and read back.

import { kerasOptions } from "../../../src/interop/keras/layer-classes.ts";
import { model } from "../../../src/model/functional.ts";
import type { Model } from "../../../src/model/model.ts";
import { sequential } from "../../../src/model/sequential.ts";
import { input } from "../../../src/nn/input.ts";
import type { Layer } from "../../../src/nn/layer.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import { examples, type LayerExample } from "../../nn/layers/examples.ts";

/** By name. Each call makes the model anew, with the same weights. */
export const models: Readonly<Record<string, () => Model>> = {
  recurrent: () =>
    sequential(
      [
        layers.lstm({ units: 3, returnSequences: true, unitForgetBias: false, inputShape: [5, 2] }),
        layers.gru({ units: 3, returnSequences: true, resetAfter: false, kernelRegularizer: "l2" }),
        layers.bidirectional({ layer: layers.gru({ units: 2, returnSequences: true }), mergeMode: "sum" }),
        layers.rnn({
          cell: [layers.lstmCell({ units: 3 }), layers.lstmCell({ units: 2 }), layers.gruCell({ units: 2 })],
          returnSequences: true,
        }),
        layers.simpleRNN({
          units: 2,
          goBackwards: true,
          activation: { name: "leakyRelu", negativeSlope: 0.1 },
        }),
        layers.dropout({ rate: 0.2 }),
        layers.dense({
          units: 2,
          kernelInitializer: { name: "varianceScaling", scale: 2, mode: "fanOut" },
          kernelConstraint: { name: "maxNorm", maxValue: 3 },
          biasRegularizer: { name: "l1l2", l1: 0.1, l2: 0.2 },
        }),
      ],
      { name: "recurrent", seed: 1 },
    ),
  tagger: () =>
    sequential(
      [
        layers.embedding({ inputDim: 9, outputDim: 3, maskZero: true, inputShape: [null] }),
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
  convolutions: () =>
    sequential(
      [
        layers.zeroPadding1D({ padding: [1, 2], inputShape: [12, 3] }),
        layers.conv1D({ filters: 4, kernelSize: 3, padding: "causal", dilationRate: 2, activation: "relu" }),
        layers.batchNormalization({ momentum: 0.9 }),
        layers.separableConv1D({ filters: 4, kernelSize: 3, padding: "same", depthMultiplier: 2 }),
        layers.maxPooling1D({ poolSize: 2 }),
        layers.depthwiseConv1D({ kernelSize: 3, depthMultiplier: 2 }),
        layers.upSampling1D({ size: 2 }),
        layers.conv1DTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: "same" }),
        layers.averagePooling1D({}),
        layers.cropping1D({ cropping: [1, 1] }),
        layers.groupNormalization({ groups: 2 }),
        layers.prelu({ sharedAxes: [1] }),
        layers.globalAveragePooling1D(),
        layers.dense({ units: 2 }),
      ],
      { name: "convolutions", seed: 4 },
    ),
  image: () =>
    sequential(
      [
        layers.conv2D({
          filters: 3,
          kernelSize: [3, 2],
          strides: 2,
          activation: "relu",
          inputShape: [8, 8, 2],
        }),
        layers.maxPooling2D({ poolSize: 2 }),
        layers.globalAveragePooling2D(),
        layers.dense({ units: 2 }),
      ],
      { name: "image", seed: 5 },
    ),
  attention: () => {
    const x = input({ shape: [6, 4], name: "x" });
    const memory = input({ shape: [7, 3], name: "memory" });
    const own = layers
      .multiHeadAttention({ numHeads: 2, keyDim: 3, useBias: false })
      .apply(x, { useCausalMask: true });
    const h = layers.layerNormalization({ epsilon: 1e-5 }).apply(layers.add().apply([x, own]));
    const crossing = layers.multiHeadAttention({ numHeads: 2, keyDim: 3, valueDim: 5, outputShape: 3 });
    const cross = crossing.applyAll([h, memory], { returnAttentionScores: true });
    const [attended, scores] = cross;
    if (attended === undefined || scores === undefined) throw new TypeError("scores were asked for");
    const dot = layers.attention({ useScale: true }).apply([attended, memory]);
    const additive = layers.additiveAttention().apply([attended, memory]);
    const both = layers.rmsNormalization().apply(layers.concatenate().apply([dot, additive]));
    const pooled = layers.globalMaxPooling1D().apply(both);
    return model({
      inputs: [x, memory],
      outputs: [layers.dense({ units: 2 }).apply(pooled), layers.flatten().apply(scores)],
      name: "attention",
      seed: 6,
    });
  },
  shared: () => {
    const left = input({ shape: [6, 3], name: "left" });
    const right = input({ shape: [6, 3], name: "right" });
    const inside = input({ shape: [6, 3], name: "inside" });
    const conv = layers.conv1D({ filters: 4, kernelSize: 2 });
    const encoder = model({
      inputs: inside,
      outputs: layers.globalMaxPooling1D().apply(conv.apply(inside)),
      name: "encoder",
      seed: 7,
    });
    const stack = sequential(
      [layers.dense({ units: 3, activation: "tanh", inputShape: [4] }), layers.dense({ units: 3 })],
      { name: "stack", seed: 8 },
    );
    const a = encoder.apply(left);
    const b = encoder.apply(right);
    const outside = layers.globalAveragePooling1D().apply(conv.apply(left));
    return model({
      inputs: [left, right],
      outputs: [
        layers.dense({ units: 1 }).apply(layers.subtract().apply([stack.apply(a), stack.apply(b)])),
        layers.dense({ units: 2 }).apply(layers.multiply().apply([a, b])),
        outside,
      ],
      name: "shared",
      seed: 9,
    });
  },
  wrapped: () => {
    const step = sequential([layers.dense({ units: 3, inputShape: [4] }), layers.dense({ units: 2 })], {
      seed: 11,
    });
    const twin = sequential([layers.dense({ units: 2, inputShape: [5, 2] })], { seed: 12 });
    const x = input({ shape: [5, 4] });
    const y = layers.timeDistributed({ layer: step.asLayer() }).apply(x);
    return model({ inputs: x, outputs: twin.apply(y), name: "wrapped", seed: 13 });
  },
  merges: () => {
    const a = input({ shape: [4, 3], name: "a" });
    const b = input({ shape: [4, 3], name: "b" });
    const x = layers.add().apply([a, b]);
    const y = layers.average().apply([a, b, x]);
    const z = layers.maximum().apply([x, layers.minimum().apply([a, y])]);
    const turned = layers.permute({ dims: [2, 1] }).apply(z);
    const dot = layers.dot({ axes: [2, 1], normalize: true }).apply([z, turned]);
    const again = layers.repeatVector({ n: 2 }).apply(layers.flatten().apply(dot));
    const shaped = layers.reshape({ targetShape: [4, 8] }).apply(again);
    const noisy = layers
      .gaussianNoise({ stddev: 0.1 })
      .apply(layers.spatialDropout1D({ rate: 0.1 }).apply(shaped));
    return model({
      inputs: [a, b],
      outputs: layers.activation({ activation: "gelu" }).apply(noisy),
      name: "merges",
      seed: 10,
    });
  },
};

/** Models of one layer each: the examples that there are of every class but cells. */
export const layerModels: Readonly<
  Record<string, { readonly make: () => Model; readonly isOfKeras: boolean }>
> = Object.fromEntries(
  Object.entries(examples)
    .filter(([name]) => !/Cells?$/.test(name))
    .flatMap(([name, list]) =>
      list.map((example, i) => {
        const isOfKeras = Object.hasOwn(kerasOptions, name) && !hasOwnOption(example.make());
        return [`${name}-${i}`, { make: () => modelOf(example), isOfKeras }] as const;
      }),
    ),
);

/** Whether Recurra alone has what a layer is made with. */
function hasOwnOption({ className, config }: Layer): boolean {
  const { rotary, padding } = { rotary: false, padding: "valid", ...config };
  return rotary || (padding === "causal" && className !== "Conv1D");
}

function modelOf({ make, inputs, options, ids }: LayerExample): Model {
  const dtype = ids === undefined ? "float32" : "int32";
  const starts = inputs.map((shape, i) => input({ shape, dtype, name: `in_${i}` }));
  return model({ inputs: starts, outputs: [...make().applyAll(starts, options)] });
}

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
