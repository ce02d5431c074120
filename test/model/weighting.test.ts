// Weights of rows and of classes: the loss and the step that they lead to, against the formulas by hand.

import { describe, expect, test } from "vitest";
import { layers, type NdArray, ndarray, optimizers, sequential } from "../../src/index.ts";
import { setWeights, weightsOf } from "./support/data.ts";
import { SpyDevice } from "./support/spy-device.ts";

const quiet = { verbose: "silent", shuffle: false } as const;
const rate = 0.1;

/** y = w·x + b, one number in and out. */
function line(device?: SpyDevice) {
  const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
  model.compile({
    optimizer: optimizers.sgd({ learningRate: rate }),
    loss: "mse",
    ...(device === undefined ? {} : { device }),
  });
  setWeights(model, [[0.5], [-0.25]]);
  return model;
}

const x = [[1], [-2], [3]];
const y = [2, 1, 0.5];

/** A step of gradient descent on Σ weight·(w·x + b - y)² / n. */
function handStep(
  [w = 0, b = 0]: readonly number[],
  rows: readonly (readonly [x: number, y: number, weight: number])[],
) {
  const n = rows.length;
  const errors = rows.map(([x, y]) => w * x + b - y);
  const sum = (f: (i: number) => number) => rows.reduce((total, _, i) => total + f(i), 0);
  const at = (i: number) => rows[i] ?? ([0, 0, 0] as const);
  return {
    loss: sum((i) => at(i)[2] * (errors[i] ?? 0) ** 2) / n,
    weights: [
      w - rate * (2 / n) * sum((i) => at(i)[2] * (errors[i] ?? 0) * at(i)[0]),
      b - rate * (2 / n) * sum((i) => at(i)[2] * (errors[i] ?? 0)),
    ],
  };
}

function expectNear(got: readonly number[], wanted: readonly number[]): void {
  expect(got.length).toBe(wanted.length);
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i] ?? Number.NaN, 5);
}

describe("sampleWeight", () => {
  const weights = [1, 0.5, 4];
  const rows = y.map((target, i) => [x[i]?.[0] ?? 0, target, weights[i] ?? 0] as const);

  test("weighs the losses, whose sum is divided by the number of rows", async () => {
    const model = line();
    const { logs } = await model.fit(x, y, { sampleWeight: weights, ...quiet });
    const wanted = handStep([0.5, -0.25], rows);
    expect(logs.loss?.[0]).toBeCloseTo(wanted.loss, 5);
    expectNear(weightsOf(model), wanted.weights);
  });

  test("holds in a last, smaller batch as in any", async () => {
    const model = line();
    const { logs } = await model.fit(x, y, { sampleWeight: weights, batchSize: 2, ...quiet });
    const first = handStep([0.5, -0.25], rows.slice(0, 2));
    const second = handStep(first.weights, rows.slice(2));
    expect(logs.loss?.[0]).toBeCloseTo((2 * first.loss + second.loss) / 3, 5);
    expectNear(weightsOf(model), second.weights);
  });

  test("of 0 takes a row out of the gradient", async () => {
    const [weighed, short] = [line(), line()];
    await weighed.fit(x, y, { sampleWeight: [3, 3, 0], ...quiet });
    await short.fit(x.slice(0, 2), y.slice(0, 2), { sampleWeight: [2, 2], ...quiet });
    expectNear(weightsOf(weighed), weightsOf(short));
  });

  test("weighs the steps of a sequence one by one, or each sequence whole", async () => {
    const make = () => {
      const model = sequential([
        layers.timeDistributed({ layer: layers.dense({ units: 1 }), inputShape: [3, 1] }),
      ]);
      model.compile({ optimizer: "sgd", loss: "mse" });
      setWeights(model, [[0], [0]]);
      return model;
    };
    const sequences = [
      [[0], [0], [0]],
      [[0], [0], [0]],
    ];
    const targets = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    // Mean over rows and steps of weight · target².
    const each = await make().evaluate(sequences, targets, {
      sampleWeight: [
        [1, 0, 2],
        [0, 0.5, 1],
      ],
    });
    expect(each.loss).toBeCloseTo((1 + 0 + 18 + 0 + 12.5 + 36) / 6, 5);
    const whole = await make().evaluate(sequences, targets, { sampleWeight: [2, 1] });
    expect(whole.loss).toBeCloseTo((2 * (1 + 4 + 9) + 16 + 25 + 36) / 6, 5);
  });

  test("does not weigh the metrics, as in Keras", async () => {
    const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    model.compile({ optimizer: "sgd", loss: "mse", metrics: ["mse"] });
    setWeights(model, [[0], [0]]);
    const { loss, mse } = await model.evaluate(x, y, { sampleWeight: weights });
    expect(loss).toBeCloseTo((4 + 0.5 + 4 * 0.25) / 3, 5);
    expect(mse).toBeCloseTo((4 + 1 + 0.25) / 3, 5);
  });
});

describe("classWeight", () => {
  const features = [[1], [2], [3], [4]];

  async function weightsFed(
    targets: Parameters<ReturnType<typeof line>["fit"]>[1],
    options: object,
    units = 1,
  ): Promise<(number[] | undefined)[]> {
    const spy = new SpyDevice();
    const model = sequential([
      layers.dense({ units, activation: units === 1 ? "sigmoid" : "softmax", inputShape: [1] }),
    ]);
    const isOneHot = Array.isArray(targets) && Array.isArray(targets[0]);
    const loss =
      units === 1
        ? "binaryCrossentropy"
        : isOneHot
          ? "categoricalCrossentropy"
          : "sparseCategoricalCrossentropy";
    model.compile({ optimizer: "sgd", loss, device: spy });
    await model.fit(features, targets, { ...quiet, ...options });
    return spy.runs.map(({ feeds }) => feeds.get("sampleWeight")?.toArray());
  }

  test("weighs each row by its class: 0 and 1, labels, one-hot rows", async () => {
    const classWeight = { 0: 1, 1: 5, 2: 0.5 };
    expect(await weightsFed([0, 1, 1, 0], { classWeight })).toEqual([[1, 5, 5, 1]]);
    expect(await weightsFed([0, 1, 2, 1], { classWeight }, 3)).toEqual([[1, 5, 0.5, 5]]);
    const oneHot = [
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
      [1, 0, 0],
    ];
    expect(await weightsFed(oneHot, { classWeight }, 3)).toEqual([[1, 0.5, 5, 1]]);
  });

  test("takes a class that is not named for 1, as Keras does", async () => {
    expect(await weightsFed([0, 1, 1, 0], { classWeight: { 1: 10 } })).toEqual([[1, 10, 10, 1]]);
  });

  test("multiplies the weights of rows", async () => {
    const options = { classWeight: { 1: 10 }, sampleWeight: [1, 2, 3, 4] };
    expect(await weightsFed([0, 1, 1, 0], options)).toEqual([[1, 20, 30, 4]]);
  });

  test("is for training: held-out rows count as they are, with their own weights", async () => {
    const options = { classWeight: { 0: 7, 1: 10 }, validationSplit: 0.5 };
    expect(await weightsFed([0, 1, 1, 0], options)).toEqual([[7, 10], undefined]);
    const weighed = { ...options, sampleWeight: [1, 2, 3, 4] };
    expect(await weightsFed([0, 1, 1, 0], weighed)).toEqual([
      [7, 20],
      [3, 4],
    ]);
  });

  test("weighs the cross-entropy and its gradient", async () => {
    const model = sequential([layers.dense({ units: 1, activation: "sigmoid", inputShape: [1] })]);
    model.compile({ optimizer: optimizers.sgd({ learningRate: rate }), loss: "binaryCrossentropy" });
    setWeights(model, [[0.3], [0.1]]);
    const targets = [0, 1, 1, 0];
    const { logs } = await model.fit(features, targets, { classWeight: { 0: 1, 1: 3 }, ...quiet });
    let [loss, dw, db] = [0, 0, 0];
    for (const [i, target] of targets.entries()) {
      const value = features[i]?.[0] ?? 0;
      const p = 1 / (1 + Math.exp(-(0.3 * value + 0.1)));
      const weight = target === 1 ? 3 : 1;
      loss -= (weight * Math.log(target === 1 ? p : 1 - p)) / 4;
      dw += (weight * (p - target) * value) / 4;
      db += (weight * (p - target)) / 4;
    }
    expect(logs.loss?.[0]).toBeCloseTo(loss, 5);
    expectNear(weightsOf(model), [0.3 - rate * dw, 0.1 - rate * db]);
  });

  test.each<[string, unknown, string]>([
    [
      "a weight that is no number",
      { 0: "a" },
      'fit: classWeight wants a number from 0 up for each class number, such as { 0: 1, 1: 5 }, got "a" for 0',
    ],
    ["a negative weight", { 1: -1 }, "got -1 for 1"],
    ["a class that is no number", { cat: 1 }, "got 1 for cat"],
  ])("refuses %s", async (_, classWeight, message) => {
    await expect(weightsFed([0, 1, 1, 0], { classWeight })).rejects.toThrow(message);
  });

  test("refuses targets that have no one class a row", async () => {
    const model = sequential([
      layers.simpleRNN({ units: 2, activation: "softmax", returnSequences: true, inputShape: [3, 1] }),
    ]);
    model.compile({ loss: "sparseCategoricalCrossentropy" });
    const sequences: NdArray = ndarray([[[1], [2], [3]]]);
    await expect(model.fit(sequences, [[0, 1, 1]], { classWeight: { 1: 2 }, ...quiet })).rejects.toThrow(
      "fit: classWeight wants one class for each row, y is [1, 3]",
    );
  });
});
