// Tests of Dense, Embedding and TimeDistributed, and of how layers name what is wrong.

import { describe, expect, test } from "vitest";
import { anyBatch } from "../../../src/graph/batch.ts";
import { input } from "../../../src/graph/ops/leaf.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { sequential } from "../../../src/model/sequential.ts";
import { callContext, type Layer } from "../../../src/nn/layer.ts";
import { Dense } from "../../../src/nn/layers/dense.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import { evaluateOne, expectClose } from "../../support/check-op.ts";
import { elementwise, product } from "../../support/naive.ts";
import { layerGraph, numbers, outputOf, parameterCount, weightList } from "./layer-graph.ts";

const float = (value: Parameters<typeof ndarray>[0]) => ndarray(value, { dtype: "float64" });

describe("dense", () => {
  const x = numbers([2, 3]);
  const weights = { kernel: numbers([3, 4]), bias: numbers([4]) };
  const affine = elementwise((a, b) => a + b)(product(x, weights.kernel), weights.bias);

  test("is x·kernel + bias, and the activation of it", () => {
    expectClose(outputOf(layers.dense({ units: 4 }), x, { weights }), affine, "linear");
    const squashed = outputOf(layers.dense({ units: 4, activation: "tanh" }), x, { weights });
    expectClose(squashed, elementwise(Math.tanh)(affine), "tanh");
    const own = outputOf(layers.dense({ units: 4, activation: (z) => z }), x, { weights });
    expectClose(own, affine, "a function of one's own");
  });

  test("without bias", () => {
    const layer = layers.dense({ units: 4, useBias: false });
    expectClose(outputOf(layer, x, { weights }), product(x, weights.kernel), "output");
    expect(weightList(layer, [1, 3])).toEqual(["kernel [3, 4]"]);
  });

  test("applies to the last axis of any", () => {
    expect(outputOf(layers.dense({ units: 5 }), numbers([2, 3, 4])).shape).toEqual([2, 3, 5]);
    expect(outputOf(layers.dense({ units: 5 }), numbers([2, 3, 4, 6])).shape).toEqual([2, 3, 4, 5]);
  });

  test("weights, their order and number", () => {
    const layer = layers.dense({ units: 4 });
    expect(weightList(layer, [7, 3])).toEqual(["kernel [3, 4]", "bias [4]"]);
    expect(parameterCount(layer, [7, 3])).toBe(16);
  });

  test("starts from its initialisers", () => {
    const layer = layers.dense({
      units: 2,
      kernelInitializer: "ones",
      biasInitializer: { name: "constant", value: 0.5 },
    });
    layer.ensureBuilt({ dtype: "float32", shape: [1, 2] });
    for (const weight of layer.weights) weight.initialize(new Random(1));
    expect(layer.weights.map(({ value }) => value.toNested())).toEqual([
      [
        [1, 1],
        [1, 1],
      ],
      [0.5, 0.5],
    ]);
  });

  test("hands a mask on", () => {
    const mask = input("mask", { dtype: "bool", shape: [2, 3] });
    expect(layers.dense({ units: 2 }).computeMask(input("x", x), mask)).toBe(mask);
  });
});

describe("category encoding", () => {
  // The examples of Keras' documentation of CategoryEncoding (keras.io/api/layers/preprocessing_layers/categorical/category_encoding).
  const ids = ndarray(
    [
      [0, 1],
      [0, 0],
      [1, 2],
      [3, 1],
    ],
    { dtype: "int32" },
  );
  const encoded = (outputMode?: "oneHot" | "multiHot" | "count") =>
    outputOf(layers.categoryEncoding({ numTokens: 4, ...(outputMode && { outputMode }) }), ids).toNested();

  test("says which ids there are, or how often", () => {
    expect(encoded()).toEqual([
      [1, 1, 0, 0],
      [1, 0, 0, 0],
      [0, 1, 1, 0],
      [0, 1, 0, 1],
    ]);
    expect(encoded("count")).toEqual([
      [1, 1, 0, 0],
      [2, 0, 0, 0],
      [0, 1, 1, 0],
      [0, 1, 0, 1],
    ]);
  });

  test("makes a vector of each id", () => {
    const [first] = encoded("oneHot") as unknown as readonly (readonly (readonly number[])[])[];
    expect(first).toEqual([
      [1, 0, 0, 0],
      [0, 1, 0, 0],
    ]);
  });
});

describe("embedding", () => {
  const ids = ndarray(
    [
      [2, 0],
      [1, 2],
    ],
    { dtype: "int32" },
  );
  const embeddings = float([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);

  test("is a row of the table for each id", () => {
    const layer = layers.embedding({ inputDim: 3, outputDim: 2 });
    expect(outputOf(layer, ids, { weights: { embeddings } }).toNested()).toEqual([
      [
        [5, 6],
        [1, 2],
      ],
      [
        [3, 4],
        [5, 6],
      ],
    ]);
    expect(weightList(layer, [1, 2])).toEqual(["embeddings [3, 2]"]);
  });

  test("begins with a table that is given, keeps it where it is not trained, and has it in a saved model", async () => {
    const weights = ndarray([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const table = layers.embedding({ inputDim: 3, outputDim: 2, weights, trainable: false, inputShape: [2] });
    expect(table.config).toEqual({ inputDim: 3, outputDim: 2, trainable: false, inputShape: [2] });
    const net = sequential([table, layers.flatten(), layers.dense({ units: 1 })]);
    net.compile({ loss: "meanSquaredError" });
    await net.fit(ids, ndarray([[1], [2]]), { verbose: "silent" });
    expect(net.snapshotWeights()[0]).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
    expect(() => layers.embedding({ inputDim: 4, outputDim: 2, weights })).toThrow(
      "wants weights [4, 2], got [3, 2]",
    );
  });

  test("takes ids of any shape, and int64", () => {
    const layer = layers.embedding({ inputDim: 3, outputDim: 2 });
    expect(outputOf(layer, ndarray([1], { dtype: "int32" })).shape).toEqual([1, 2]);
    expect(outputOf(layer, ids.astype("int64")).shape).toEqual([2, 2, 2]);
    expect(outputOf(layer, ndarray([[[0]]], { dtype: "int32" })).shape).toEqual([1, 1, 1, 2]);
  });

  test("of sequences of one length serves those of another", () => {
    const layer = layers.embedding({ inputDim: 3, outputDim: 2 });
    layer.ensureBuilt({ dtype: "int32", shape: [anyBatch, 80] });
    expect(() => layer.ensureBuilt({ dtype: "int32", shape: [anyBatch, 100] })).not.toThrow();
    const steps = layers.timeDistributed({ layer });
    steps.ensureBuilt({ dtype: "int32", shape: [anyBatch, 3, 80] });
    expect(() => steps.ensureBuilt({ dtype: "int32", shape: [anyBatch, 4, 100] })).not.toThrow();
  });

  test("maskZero: 0 is padding", () => {
    const mask = (maskZero: boolean | undefined) => {
      const layer = layers.embedding({
        inputDim: 3,
        outputDim: 2,
        ...(maskZero === undefined ? {} : { maskZero }),
      });
      return layer.computeMask(input("ids", ids), undefined);
    };
    expect([mask(undefined), mask(false)]).toEqual([undefined, undefined]);
    const layer = layers.embedding({ inputDim: 3, outputDim: 2, maskZero: true });
    const shown = evaluateOne((tensor: Tensor) => layer.computeMask(tensor, undefined) ?? tensor, ids);
    expect(shown.toNested()).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  test("rows start within ±0.05", () => {
    const layer = layers.embedding({ inputDim: 100, outputDim: 8 });
    layer.ensureBuilt({ dtype: "int32", shape: [1, 2] });
    for (const weight of layer.weights) weight.initialize(new Random(1));
    const [table] = layer.weights.map(({ value }) => value.toFloat64());
    const largest = table?.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeLessThanOrEqual(0.05);
    expect(largest).toBeGreaterThan(0.049);
  });

  test("reads integers, and says so", () => {
    const layer = layers.embedding({ inputDim: 3, outputDim: 2, name: "words" });
    expect(layer.inputDtype).toBe("int32");
    expect(() => outputOf(layer, numbers([1, 2]))).toThrow(
      "layer words (Embedding) wants ids as int32, got float64",
    );
  });
});

describe("time-distributed", () => {
  const x = numbers([2, 3, 4]);

  test("is the inner layer at each step", () => {
    const inner = layers.dense({ units: 2, activation: "tanh" });
    const weights = { kernel: numbers([4, 2]), bias: numbers([2]) };
    const outputs = outputOf(layers.timeDistributed({ layer: inner }), x, { weights });
    for (let t = 0; t < 3; t++) {
      const step = float(
        Array.from({ length: 2 }, (_, b) => Array.from({ length: 4 }, (_, f) => x.at(b, t, f))),
      );
      const wanted = outputOf(layers.dense({ units: 2, activation: "tanh" }), step, { weights });
      for (let b = 0; b < 2; b++) expect(outputs.at(b, t, 0)).toBeCloseTo(wanted.at(b, 0), 12);
    }
  });

  test("of a recurrent layer reads a sequence at each step", () => {
    const layer = layers.timeDistributed({ layer: layers.lstm({ units: 5 }) });
    expect(outputOf(layer, numbers([2, 3, 4, 6])).shape).toEqual([2, 3, 5]);
    expect(weightList(layers.timeDistributed({ layer: layers.lstm({ units: 5 }) }), [2, 3, 4, 6])).toEqual([
      "kernel [6, 20]",
      "recurrent_kernel [5, 20]",
      "bias [20]",
    ]);
  });

  test("of an embedding reads integers", () => {
    const layer = layers.timeDistributed({ layer: layers.embedding({ inputDim: 3, outputDim: 2 }) });
    expect(layer.inputDtype).toBe("int32");
    expect(outputOf(layer, NdArray.zeros([2, 3, 4], "int32")).shape).toEqual([2, 3, 4, 2]);
  });

  test("checks later inputs as the inner layer does", () => {
    const layer = layers.timeDistributed({ layer: layers.dense({ units: 2 }) });
    layer.ensureBuilt({ dtype: "float32", shape: [2, 3, 4] });
    layer.ensureBuilt({ dtype: "float32", shape: [5, 7, 4] });
    expect(() => layer.ensureBuilt({ dtype: "float32", shape: [2, 3, 5] })).toThrow(
      "layer Dense (Dense) was built for float32 [batch, 4], got float32 [batch, 5]",
    );
  });

  test("of dropout draws a mask for each step", () => {
    const layer = layers.timeDistributed({ layer: layers.dropout({ rate: 0.5 }) });
    expect(layerGraph(layer, x, { training: true }).drawnShapes).toEqual([[6, 4]]);
  });

  test("trains nothing where either of the two layers is frozen", () => {
    const frozen = (outer: boolean, inner: boolean) => {
      const layer = layers.timeDistributed({
        layer: layers.dense({ units: 2, trainable: !inner }),
        trainable: !outer,
      });
      layer.ensureBuilt({ dtype: "float32", shape: [2, 3, 4] });
      return layer.trainableWeights.length;
    };
    expect([frozen(false, false), frozen(true, false), frozen(false, true)]).toEqual([2, 0, 0]);
  });

  test("hands the mask of its input on", () => {
    const mask = input("mask", { dtype: "bool", shape: [2, 3] });
    const layer = layers.timeDistributed({ layer: layers.dense({ units: 2 }) });
    expect(layer.computeMask(input("x", x), mask)).toBe(mask);
  });

  test("wants a layer, and three axes", () => {
    expect(() => layers.timeDistributed({ layer: "dense" as unknown as Layer })).toThrow(
      'TimeDistributed: layer is the layer to apply at each step, got "dense"',
    );
    const layer = layers.timeDistributed({ layer: layers.dense({ units: 2 }), name: "steps" });
    expect(() => layer.ensureBuilt({ dtype: "float32", shape: [2, 3] })).toThrow(
      "layer steps (TimeDistributed) wants [batch, steps, ...], got float32 [batch, 3]",
    );
    const several = layers.timeDistributed({ layer: layers.lstm({ units: 2, returnState: true }) });
    expect(() => outputOf(several, numbers([2, 3, 4, 5]))).toThrow("gives 3 outputs where one is wanted");
  });
});

describe("errors name the layer and the option", () => {
  test.each<[string, () => unknown, string]>([
    ["units", () => layers.dense({ units: -1 }), "Dense: units is a positive whole number, got -1"],
    [
      "inputDim",
      () => layers.embedding({ inputDim: 0, outputDim: 1 }),
      "Embedding: inputDim is a positive whole number, got 0",
    ],
    [
      "outputDim",
      () => layers.embedding({ inputDim: 1, outputDim: 1.5 }),
      "Embedding: outputDim is a positive whole number, got 1.5",
    ],
    ["rate", () => layers.dropout({ rate: 1 }), "Dropout: rate is in [0, 1), got 1"],
    ["rate", () => layers.dropout({} as { rate: number }), "Dropout: rate is in [0, 1), got undefined"],
    [
      "an unknown one",
      () => layers.dense({ units: 1, unit: 2 } as { units: number }),
      'Dense: there is no option "unit". Did you mean "units"? It takes name, inputShape, trainable, units, activation, useBias, kernelInitializer, kernelRegularizer, kernelConstraint, biasInitializer, biasRegularizer, biasConstraint, activityRegularizer',
    ],
    [
      "one of another layer",
      () => layers.flatten({ units: 1 } as object),
      'Flatten: there is no option "units". It takes name, inputShape, trainable',
    ],
    [
      "activation",
      () => layers.activation({ activation: "rellu" as "relu" }),
      'there is no activation "rellu". Did you mean "relu"?',
    ],
    [
      "inputShape",
      () => layers.dense({ units: 1, inputShape: [3, 0] }),
      "inputShape: wants positive whole numbers without the batch axis, got [3, 0]",
    ],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });

  test("a dense layer wants features", () => {
    expect(() =>
      layers.dense({ units: 1, name: "head" }).ensureBuilt({ dtype: "float32", shape: [3] }),
    ).toThrow("layer head (Dense) wants [batch, ..., features], got float32 [batch]");
  });

  test("a dense layer wants the features that it was built for", () => {
    const layer = layers.dense({ units: 1, name: "head" });
    layer.ensureBuilt({ dtype: "float32", shape: [anyBatch, 4] });
    expect(() => layer.ensureBuilt({ dtype: "float32", shape: [anyBatch, 5] })).toThrow(
      "layer head (Dense) was built for float32 [batch, 4], got float32 [batch, 5]",
    );
  });

  test("a call before it is built", () => {
    const x = input("x", { dtype: "float32", shape: [2, 3] });
    const context = callContext({ training: false, value: () => x });
    expect(() => new Dense({ units: 1 }).call(x, context)).toThrow(
      "layer Dense (Dense) was called before it was built",
    );
  });

  test("a weight that has no numbers yet, or is given another shape", () => {
    const layer = layers.dense({ units: 2 });
    layer.ensureBuilt({ dtype: "float32", shape: [1, 3] });
    const [kernel] = layer.weights;
    expect(() => kernel?.value).toThrow("weight kernel [3, 2] has not been initialised yet");
    expect(() => kernel?.assign(NdArray.zeros([2, 3]))).toThrow(
      "weight kernel wants shape [3, 2], got [2, 3]",
    );
  });
});
