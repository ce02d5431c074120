// Tests of the regularisers and constraints of layers' weights.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadModel, sequential } from "../../src/index.ts";
import type { Layer } from "../../src/nn/layer.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { NdArray, ndarray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import { evaluateOne } from "../support/check-op.ts";
import { layerGraph, numbers } from "./layers/layer-graph.ts";

const regularizers = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name, i) => [`${name}Regularizer`, { name: "l1", l1: i + 1 }]));
const constraints = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [`${name}Constraint`, "nonNeg"]));

/** The layer, what its options are for, the shape it reads, and which of them, counted from 1, each of its weights has. */
const cases: readonly (readonly [
  what: string,
  make: (options: object) => Layer,
  options: readonly string[],
  shape: Shape,
  weights: Readonly<Record<string, number>>,
])[] = [
  ["Dense", (o) => layers.dense({ units: 2, ...o }), ["kernel", "bias"], [2, 3], { kernel: 1, bias: 2 }],
  [
    "Embedding",
    (o) => layers.embedding({ inputDim: 3, outputDim: 2, ...o }),
    ["embeddings"],
    [2, 3],
    { embeddings: 1 },
  ],
  [
    "Conv1D",
    (o) => layers.conv1D({ filters: 2, kernelSize: 2, ...o }),
    ["kernel", "bias"],
    [2, 5, 3],
    { kernel: 1, bias: 2 },
  ],
  [
    "Conv1DTranspose",
    (o) => layers.conv1DTranspose({ filters: 2, kernelSize: 2, ...o }),
    ["kernel", "bias"],
    [2, 5, 3],
    { kernel: 1, bias: 2 },
  ],
  [
    "Conv2D",
    (o) => layers.conv2D({ filters: 2, kernelSize: 2, ...o }),
    ["kernel", "bias"],
    [2, 5, 5, 3],
    { kernel: 1, bias: 2 },
  ],
  [
    "DepthwiseConv1D",
    (o) => layers.depthwiseConv1D({ kernelSize: 2, ...o }),
    ["depthwise", "bias"],
    [2, 5, 3],
    { kernel: 1, bias: 2 },
  ],
  [
    "SeparableConv1D",
    (o) => layers.separableConv1D({ filters: 2, kernelSize: 2, ...o }),
    ["depthwise", "pointwise", "bias"],
    [2, 5, 3],
    { depthwise_kernel: 1, pointwise_kernel: 2, bias: 3 },
  ],
  [
    "LayerNormalization",
    (o) => layers.layerNormalization(o),
    ["gamma", "beta"],
    [2, 3],
    { gamma: 1, beta: 2 },
  ],
  [
    "BatchNormalization",
    (o) => layers.batchNormalization(o),
    ["gamma", "beta"],
    [2, 3],
    { gamma: 1, beta: 2, moving_mean: 0, moving_variance: 0 },
  ],
  [
    "GroupNormalization",
    (o) => layers.groupNormalization({ groups: 1, ...o }),
    ["gamma", "beta"],
    [2, 3],
    { gamma: 1, beta: 2 },
  ],
  ["PReLU", (o) => layers.prelu(o), ["alpha"], [2, 3], { alpha: 1 }],
  ...(["simpleRNN", "gru", "lstm"] as const).map(
    (name) =>
      [
        name,
        (o: object) => layers[name]({ units: 2, ...o }),
        ["kernel", "recurrent", "bias"],
        [2, 5, 3],
        { kernel: 1, recurrent_kernel: 2, bias: 3 },
      ] as const,
  ),
];

test.each(cases)(
  "%s: each weight has the regulariser and the constraint that its options say",
  (...given) => {
    const [, make, options, shape, wanted] = given;
    const layer = make({ ...regularizers(...options), ...constraints(...options) });
    layer.ensureBuilt({ dtype: layer.inputDtype, shape });
    const value = ndarray([0.5, -1.5], { dtype: "float64" });
    const found = layer.weights.map(({ name, penalty, constrain }) => {
      // l1·(0.5 + 1.5)
      const factor = penalty === undefined ? 0 : evaluateOne(penalty, value).at() / 2;
      const held = ndarray([0.5, -1.5]);
      constrain?.(held);
      return [name, { factor, isHeld: held.at(1) === 0 }] as const;
    });
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(
        Object.entries(wanted).map(([name, factor]) => [name, { factor, isHeld: factor > 0 }]),
      ),
    );
  },
);

test.each(cases)("%s: without them its weights have none", (_, make, __, shape) => {
  const layer = make({});
  layer.ensureBuilt({ dtype: layer.inputDtype, shape });
  for (const { penalty, constrain } of layer.weights)
    expect([penalty, constrain]).toEqual([undefined, undefined]);
});

test.each<[string, object, string]>([
  [
    "kernelRegularizer",
    { kernelRegularizer: "l3" },
    'Dense: kernelRegularizer: there is no regularizer "l3". Did you mean "l1"?',
  ],
  [
    "biasConstraint",
    { biasConstraint: { name: "maxNorm", maxValue: -1 } },
    "Dense: biasConstraint: constraint maxNorm: maxValue is to be a number from 0 up, got -1",
  ],
  [
    "activityRegularizer",
    { activityRegularizer: { name: "l2", l1: 1 } },
    'Dense: activityRegularizer: regularizer l2: there is no option "l1"',
  ],
])("%s is checked", (_, options, message) => {
  expect(() => layers.dense({ units: 1, ...options })).toThrow(message);
});

describe("in a model", () => {
  const x = new Random(1).normal([12, 3]).astype("float32");
  const y = new Random(2).normal([12, 1]).astype("float32");
  const made = () =>
    sequential(
      [
        layers.dense({
          units: 4,
          kernelRegularizer: { name: "l2", l2: 0.3 },
          kernelConstraint: { name: "maxNorm", maxValue: 0.4 },
          biasRegularizer: "l1",
          activation: "tanh",
          inputShape: [3],
        }),
        layers.dense({ units: 1, kernelConstraint: "nonNeg" }),
      ],
      { seed: 2 },
    );

  const weightOf = (model: ReturnType<typeof made>, name: string) =>
    model.weights.find((entry) => entry.name === name)?.weight.value ?? NdArray.zeros([0]);

  test("penalties are part of the loss", async () => {
    const model = made();
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const { loss } = await model.evaluate(x, y);
    const predicted = await model.predict(x);
    const squares = (array: NdArray) => array.toFloat64().reduce((sum, value) => sum + value ** 2, 0);
    let error = 0;
    for (let row = 0; row < 12; row++) error += (predicted.at(row, 0) - y.at(row, 0)) ** 2 / 12;
    const [kernel] = model.weights.map(({ weight }) => weight.value);
    expect(loss).toBeCloseTo(error + 0.3 * squares(kernel as NdArray), 5);
  });

  test("constraints hold after training, also in a model that came back from a file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "recurra-constraints-"));
    try {
      const model = made();
      await model.save(join(folder, "model"));
      for (const one of [model, await loadModel(join(folder, "model"))]) {
        one.compile({ optimizer: { name: "sgd", learningRate: 0.5 }, loss: "meanSquaredError" });
        await one.fit(x, y, { epochs: 2, batchSize: 4, verbose: "silent" });
        const [first, second] = one.weights.filter(({ name }) => name.endsWith("kernel"));
        const kernel = weightOf(one as typeof model, first?.name ?? "");
        for (let unit = 0; unit < 4; unit++) {
          const norm = Math.hypot(kernel.at(0, unit), kernel.at(1, unit), kernel.at(2, unit));
          expect(norm).toBeLessThanOrEqual(0.4 + 1e-6);
        }
        const last = [...weightOf(one as typeof model, second?.name ?? "").toFloat64()];
        expect(Math.min(...last)).toBeGreaterThanOrEqual(0);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

test("a penalty on a table moves the rows that were not read, too", async () => {
  const model = sequential(
    [
      layers.embedding({
        inputDim: 4,
        outputDim: 2,
        embeddingsRegularizer: { name: "l2", l2: 0.25 },
        inputShape: [2],
      }),
      layers.flatten(),
      layers.dense({ units: 1 }),
    ],
    { seed: 3 },
  );
  const [table] = model.weights.map(({ weight }) => weight);
  const before = table?.value.toNested() as number[][];
  model.compile({ optimizer: { name: "sgd", learningRate: 0.1 }, loss: "meanSquaredError" });
  const ids = ndarray([[1, 1]], { dtype: "int32" });
  await model.fit(ids, ndarray([[1]], { dtype: "float32" }), { epochs: 1, verbose: "silent" });
  for (const row of [0, 2, 3])
    for (const column of [0, 1]) {
      // w - 0.1·2·0.25·w
      const wanted = 0.95 * (before[row]?.[column] ?? Number.NaN);
      expect(table?.value.at(row, column)).toBeCloseTo(wanted, 6);
    }
  expect(table?.value.at(1, 0)).not.toBeCloseTo(0.95 * (before[1]?.[0] ?? Number.NaN), 6);
});

test("a regulariser costs nothing in a call", () => {
  const layer = layers.dense({ units: 2, kernelRegularizer: "l2" });
  expect(layerGraph(layer, numbers([2, 3])).more.outputs).toEqual([]);
});
