// Integrated gradients and gradient × input: polynomials whose integrals are known, models with closed forms, and trained ones that add up.

import { beforeAll, describe, expect, test } from "vitest";
import {
  gradientTimesInput,
  integratedGradients,
} from "../../../src/explain/gradients/gradient-explainer.ts";
import { mul } from "../../../src/graph/ops/arithmetic.ts";
import { slice } from "../../../src/graph/ops/layout.ts";
import { sum } from "../../../src/graph/ops/sum.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { model } from "../../../src/model/functional.ts";
import { type Sequential, sequential } from "../../../src/model/sequential.ts";
import { input } from "../../../src/nn/input.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { ndarray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";

function expectClose(got: ArrayLike<number>, wanted: readonly number[], digits = 5) {
  expect(got.length).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, digits);
}

const column = (x: Tensor, i: number) => slice(x, 1, i, i + 1);

describe("functions", () => {
  // x²y from (0, 0): ∂/∂x gives ∫ 2α²x·y dα · x = ⅔x²y, ∂/∂y gives ⅓x²y.
  const cubic = (x: Tensor) => mul(mul(column(x, 0), column(x, 0)), column(x, 1));

  test("a polynomial: the integral by hand, from zeros and from another row", async () => {
    const rows = [
      [3, 2],
      [-1, 4],
    ];
    const explanation = await integratedGradients(cubic, { steps: 3 }).explain(rows);
    expectClose(explanation.values.toArray(), [12, 6, 8 / 3, 4 / 3]);
    expectClose(explanation.predictions.toArray(), [18, 4]);
    expectClose(explanation.errors, [0, 0]);
    // From (1, 1) to (3, 2): x = 1 + 2α, y = 1 + α; 2·∫ 2xy dα = 2·(2 + 3 + 4/3) = 38/3, ∫ x² dα = 1 + 2 + 4/3 = 13/3; together 17 = 18 - 1.
    const other = await integratedGradients(cubic, { steps: 3, baseline: [1, 1] }).explain(rows.slice(0, 1));
    expectClose(other.values.toArray(), [38 / 3, 13 / 3]);
    expect(other.baseValue).toBeCloseTo(1, 6);
  });

  test("gradient × input: 2x²y and x²y; what does not add up is told", async () => {
    const explanation = await gradientTimesInput(cubic).explain([[3, 2]]);
    expectClose(explanation.values.toArray(), [36, 18]);
    expectClose(explanation.errors, [18 - 54]);
  });

  test("too few steps are told by the errors", async () => {
    const steep = (x: Tensor) => sum(mul(mul(x, x), mul(x, x)), 1);
    const few = await integratedGradients(steep, { steps: 1, tolerance: Infinity }).explain([[2, 1]]);
    // One node in the middle: 4·(x/2)³·x = x⁴/2
    expectClose(few.values.toArray(), [8, 0.5]);
    expectClose(few.errors, [8.5]);
    expectClose((await integratedGradients(steep, { steps: 2 }).explain([[2, 1]])).errors, [0]);
  });
});

describe("ids", () => {
  const ids = new Random(5).integers([6, 4], 1, 10);

  test("a linear model over an embedding: (E[id] - E[0])·w, and E[id]·w from zeros", async () => {
    const net = sequential([
      layers.embedding({ inputDim: 10, outputDim: 3, inputShape: [4] }),
      layers.flatten(),
      layers.dense({ units: 1 }),
    ]);
    const [table, kernel, bias] = net.weights.map(({ weight }) => weight.value.data as Float32Array);
    bias?.fill(0.25);
    const score = (id: number, t: number) => {
      let total = 0;
      for (let e = 0; e < 3; e++) total += (table?.[3 * id + e] ?? 0) * (kernel?.[3 * t + e] ?? 0);
      return total;
    };
    const scores = Array.from(ids.data as Int32Array, (id, i) => score(id, i % 4));
    const padding = Array.from({ length: 24 }, (_, i) => score(0, i % 4));
    const fromPadding = await integratedGradients(net, { steps: 2 }).explain(ids);
    expectClose(
      fromPadding.values.toArray(),
      scores.map((value, i) => value - (padding[i] ?? 0)),
      6,
    );
    expectClose(fromPadding.predictions.toArray(), (await net.predict(ids)).toArray(), 6);
    const fromZeros = await integratedGradients(net, { steps: 2, baseline: "zeros" }).explain(ids);
    expectClose(fromZeros.values.toArray(), scores, 6);
    expect(fromZeros.baseValue).toBeCloseTo(0.25, 6);
    const times = await gradientTimesInput(net).explain(ids);
    expectClose(times.values.toArray(), scores, 6);
    expectClose(times.errors, [0, 0, 0, 0, 0, 0], 6);
    // Ids of one's own as the baseline.
    const own = await integratedGradients(net, { steps: 2, baseline: [1, 2, 3, 4] }).explain(ids);
    expectClose(
      own.values.toArray(),
      scores.map((value, i) => value - score((i % 4) + 1, i % 4)),
      6,
    );
  });
});

describe.each([false, true])("a trained embedding and LSTM, padding masked: %s", (maskZero) => {
  const random = new Random(2);
  const rows = random.integers([256, 12], 1, 30);
  // Rows begin with padding; id 7 makes a row positive.
  for (let n = 0; n < 256; n++) (rows.data as Int32Array).fill(0, 12 * n, 12 * n + (n % 5));
  const labels = Float32Array.from({ length: 256 }, (_, n) =>
    rows.data.subarray(12 * n, 12 * n + 12).includes(7 as never) ? 1 : 0,
  );
  let net: Sequential;

  beforeAll(async () => {
    net = sequential([
      layers.embedding({ inputDim: 30, outputDim: 8, inputShape: [12], maskZero }),
      layers.lstm({ units: 12 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ]);
    net.compile({ optimizer: { name: "adam", learningRate: 0.02 }, loss: "binaryCrossentropy" });
    await net.fit(rows, labels, { epochs: 12, verbose: "silent" });
  });

  test("the values of a row sum to its prediction, and the deciding id has the largest", async () => {
    const positive = Array.from(labels.keys())
      .filter((n) => labels[n] === 1)
      .slice(0, 6);
    const chosen = rows.takeRows(positive);
    const explanation = await integratedGradients(net, { tolerance: 1e-4 }).explain(chosen);
    expectClose(explanation.predictions.toArray(), (await net.predict(chosen)).toArray(), 5);
    for (const error of explanation.errors) expect(Math.abs(error)).toBeLessThan(3e-4);
    for (const n of positive.keys()) {
      const row = explanation.row(n);
      const total = row.features.reduce((all, { value }) => all + value, row.baseValue);
      expect(total).toBeCloseTo(row.prediction, 3);
      const best = row.features.reduce((a, b) => (b.value > a.value ? b : a));
      expect(best.data).toBe("7");
      // What is masked has no gradient.
      if (maskZero) for (const { data, value } of row.features) if (data === "0") expect(value).toBe(0);
    }
    if (maskZero)
      expect(new Set([...explanation.starts].map((start) => start.toFixed(4))).size).toBeGreaterThan(1);
    else
      expect(explanation.baseValue).toBeCloseTo(
        (await net.predict(ndarray([new Array(12).fill(0)], { dtype: "int32" }))).item(),
        5,
      );
  });

  test("weights that change are seen, and batches of any size give the same", async () => {
    const few = rows.rows(0, 3);
    const explainer = integratedGradients(net, { steps: 8, batchSize: 7, tolerance: Infinity });
    const before = (await explainer.explain(few)).values.toArray();
    expectClose(
      (await integratedGradients(net, { steps: 8, tolerance: Infinity }).explain(few)).values.toArray(),
      before,
      5,
    );
    const bias = net.weights.at(-1)?.weight;
    if (bias === undefined) throw new Error("there is a bias");
    const [old = 0] = bias.value.data as Float32Array;
    (bias.value.data as Float32Array)[0] = old + 3;
    expect((await explainer.explain(few)).predictions.toArray()).not.toEqual(before);
    expectClose((await explainer.explain(few)).predictions.toArray(), (await net.predict(few)).toArray(), 5);
    (bias.value.data as Float32Array)[0] = old;
  });
});

test("a model of ids and numbers: all inputs on the way together, with values for each", async () => {
  const text = input({ shape: [5], dtype: "int32", name: "text" });
  const price = input({ shape: [2], name: "price" });
  const h = layers.gru({ units: 6 }).apply(layers.embedding({ inputDim: 12, outputDim: 4 }).apply(text));
  const both = layers.concatenate().apply([h, layers.dense({ units: 4, activation: "tanh" }).apply(price)]);
  const net = model({
    inputs: { text, price },
    outputs: layers.dense({ units: 3, activation: "softmax" }).apply(both),
  });
  const random = new Random(3);
  const x = { text: random.integers([3, 5], 0, 12), price: random.normal([3, 2]) };
  const explanation = await integratedGradients(net, { output: 1, baseline: { price: [0.5, 0.5] } }).explain(
    x,
  );
  expect(explanation.values.shape).toEqual([3, 7]);
  expect(explanation.names).toEqual([
    ...[0, 1, 2, 3, 4].map((t) => `text: feature ${t}`),
    "price: feature 0",
    "price: feature 1",
  ]);
  const predicted = (await net.predict(x)).toNested() as number[][];
  expectClose(
    explanation.predictions.toArray(),
    predicted.map((row) => row[1] ?? 0),
  );
  for (const error of explanation.errors) expect(Math.abs(error)).toBeLessThan(1e-5);
  expect(() => integratedGradients(net)).toThrow(
    "integratedGradients: the model gives 3 numbers a row; say which is explained: { output: 0 } to { output: 2 }",
  );
  await expect(integratedGradients(net, { output: 3 }).explain(x)).rejects.toThrow(
    "there is no output 3 among the 3 of a row; they are 0 to 2",
  );
  expect(() => integratedGradients(net, { output: 0, head: "label" })).toThrow(
    'integratedGradients: the model has no output "label"; there are',
  );
});

const embedding = (options = {}) =>
  layers.embedding({ inputDim: 20, outputDim: 8, inputShape: [10], ...options });

const nets: Readonly<Record<string, () => Sequential>> = {
  "both ways": () =>
    sequential([
      embedding({ maskZero: true }),
      layers.bidirectional({ layer: layers.gru({ units: 3 }) }),
      layers.dense({ units: 1 }),
    ]),
  "a mean of what is not masked": () =>
    sequential([embedding({ maskZero: true }), layers.globalAveragePooling1D(), layers.dense({ units: 1 })]),
  attention: () =>
    sequential([
      embedding({ maskZero: true }),
      layers.positionEmbedding({ sequenceLength: 10 }),
      layers.transformerEncoder({ intermediateDim: 16, numHeads: 2 }),
      layers.globalAveragePooling1D(),
      layers.dense({ units: 1 }),
    ]),
  "a network within": () =>
    sequential([sequential([embedding(), layers.simpleRNN({ units: 4 })]), layers.dense({ units: 1 })]),
  "a length left open": () =>
    sequential([
      embedding({ inputShape: [null] }),
      layers.conv1D({ filters: 3, kernelSize: 3 }),
      layers.lstm({ units: 3 }),
      layers.dense({ units: 1 }),
    ]),
};

test.each(Object.entries(nets))("networks: %s", async (_, make) => {
  const net = make();
  const ids = new Random(1).integers([3, 10], 1, 20);
  (ids.data as Int32Array).fill(0, 0, 4);
  const explanation = await integratedGradients(net).explain(ids);
  expectClose(explanation.predictions.toArray(), (await net.predict(ids)).toArray());
  for (const [n, error] of explanation.errors.entries()) {
    const sizes = (explanation.values.toNested() as number[][])[n]?.map(Math.abs) ?? [];
    expect(Math.abs(error)).toBeLessThan(0.002 * sizes.reduce((a, b) => a + b, 0));
    expect(Math.max(...sizes)).toBeGreaterThan(1e-4);
  }
});

test("bad input is named", async () => {
  const net = sequential([layers.dense({ units: 1, inputShape: [2] })]);
  await expect(integratedGradients(net).explain([[1, 2, 3]])).rejects.toThrow(
    "wants [samples, 2], got [1, 3]",
  );
  await expect(integratedGradients(net).explain([])).rejects.toThrow(
    "integratedGradients: there are no rows",
  );
  await expect(integratedGradients(net, { baseline: [1] }).explain([[1, 2]])).rejects.toThrow(
    "integratedGradients: baseline has the shape [1], a row [2]; wanted the same",
  );
  await expect(integratedGradients(net, { names: ["a"] }).explain([[1, 2]])).rejects.toThrow(
    "integratedGradients: names has 1 for 2 features; wanted one for each",
  );
  const counts = sequential([
    layers.categoryEncoding({ numTokens: 5, inputShape: [3] }),
    layers.dense({ units: 1 }),
  ]);
  await expect(integratedGradients(counts).explain(ndarray([[1, 2, 3]], { dtype: "int32" }))).rejects.toThrow(
    "sequential: its ids are not read by an embedding, so there is nothing to differentiate; explain it with kernelExplainer",
  );
  expect(() => integratedGradients(net, { tolerance: 0 })).toThrow(
    "integratedGradients: tolerance is to be a positive number, got 0",
  );
  expect(() => integratedGradients(net, { steps: 0 })).toThrow(
    "integratedGradients: steps is to be a positive whole number, got 0",
  );
  expect(() => gradientTimesInput(net, { steps: 5 } as never)).toThrow(
    'gradientTimesInput: there is no option "steps"',
  );
  expect(() => integratedGradients("net" as never)).toThrow(
    'integratedGradients: wants a model or a function on tensors, got "net"',
  );
});
