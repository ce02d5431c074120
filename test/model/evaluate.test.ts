// evaluate and predict: numbers by hand, batches of any size, no rows at all.

import { describe, expect, test } from "vitest";
import { layers, NdArray, sequential } from "../../src/index.ts";
import { filled, normal, setWeights, weightsOf } from "./support/data.ts";
import { SpyDevice } from "./support/spy-device.ts";

describe("evaluate", () => {
  // y = x, so that a prediction is what is fed.
  const identity = (metrics: readonly ("mae" | "rmse" | "r2" | "accuracy")[], device?: SpyDevice) => {
    const model = sequential([layers.dense({ units: 1, useBias: false, inputShape: [1] })]);
    model.compile({ loss: "mse", metrics, ...(device === undefined ? {} : { device }) });
    setWeights(model, [[1]]);
    return model;
  };
  const predicted = [[1], [2], [3], [4], [10]];
  const targets = [1.5, 2, 1, 4, 7];
  // Errors -0.5, 0, 2, 0, 3: squares 0.25, 0, 4, 0, 9. Mean of the targets 3.1, their squares about it 24.2.
  const byHand = { loss: 13.25 / 5, mae: 5.5 / 5, rmse: Math.sqrt(13.25 / 5), r2: 1 - 13.25 / 24.2 };

  test.each([1, 2, 3, 4, 5, 32])("is exact over batches of %i rows", async (batchSize) => {
    const result = await identity(["mae", "rmse", "r2"]).evaluate(predicted, targets, { batchSize });
    expect(Object.keys(result)).toEqual(["loss", "mae", "rmse", "r2"]);
    for (const [name, value] of Object.entries(byHand)) expect(result[name], name).toBeCloseTo(value, 5);
  });

  test("takes 32 rows at once unless said otherwise", async () => {
    const spy = new SpyDevice();
    await identity([], spy).evaluate(
      filled([70, 1], (i) => i),
      filled([70], (i) => i),
    );
    expect(spy.runs.map(({ feeds }) => feeds.get("x")?.shape[0])).toEqual([32, 32, 6]);
  });

  test("counts right answers: by threshold, by label, by one-hot row", async () => {
    const binary = identity(["accuracy"]);
    const rows = [[0.4], [0.6], [0.51], [0.5]];
    expect((await binary.evaluate(rows, [0, 1, 0, 0], { batchSize: 3 })).accuracy).toBe(0.75);

    const scores = [
      [3, 1, 0],
      [0, 2, 1],
      [0, 1, 5],
    ];
    for (const [loss, y] of [
      ["sparseCategoricalCrossentropy", [0, 1, 1]],
      [
        "categoricalCrossentropy",
        [
          [1, 0, 0],
          [0, 1, 0],
          [0, 1, 0],
        ],
      ],
    ] as const) {
      const model = sequential([layers.activation({ activation: "softmax", inputShape: [3] })]);
      model.compile({ loss, metrics: ["accuracy"] });
      const result = await model.evaluate(scores, y, { batchSize: 2 });
      expect(result.accuracy).toBeCloseTo(2 / 3, 12);
      // -log of the softmax at the label: log Σ eˢ - s.
      const logSum = (row: readonly number[]) =>
        Math.log(row.reduce((sum, score) => sum + Math.exp(score), 0));
      const losses = scores.map((row, i) => logSum(row) - (row[[0, 1, 1][i] ?? 0] ?? 0));
      expect(result.loss).toBeCloseTo(losses.reduce((a, b) => a + b) / 3, 5);
    }
  });

  test("does not train", async () => {
    const model = sequential([
      layers.dense({ units: 2, inputShape: [3] }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 1 }),
    ]);
    model.compile({ loss: "mse" });
    const before = weightsOf(model);
    const [x, y] = [normal([8, 3]), normal([8, 1])];
    const first = await model.evaluate(x, y);
    expect(await model.evaluate(x, y)).toEqual(first);
    expect(weightsOf(model)).toEqual(before);
  });
});

describe("predict", () => {
  const model = sequential([
    layers.lstm({ units: 3, inputShape: [4, 2] }),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 2 }),
  ]);
  const x = normal([11, 4, 2]);

  test.each([1, 2, 5, 10, 11, 12, 256])("gives a row for each row, in batches of %i", async (batchSize) => {
    const y = await model.predict(x, { batchSize });
    expect(y.shape).toEqual([11, 2]);
    expect(y.dtype).toBe("float32");
    for (let i = 0; i < 11; i++) {
      const alone = await model.predict(x.rows(i, i + 1));
      for (const k of [0, 1]) expect(y.at(i, k)).toBeCloseTo(alone.at(0, k), 6);
    }
  });

  test("takes 256 rows at once unless said otherwise", async () => {
    const spy = new SpyDevice();
    const wide = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    wide.compile({ loss: "mse", device: spy });
    await wide.predict(normal([600, 1]));
    expect(spy.runs.map(({ feeds }) => feeds.get("x")?.shape[0])).toEqual([256, 256, 88]);
    expect(spy.loaded.length).toBe(2); // the weights as inputs, then inside the graph
  });

  test("of no rows is an array without rows", async () => {
    for (const none of [NdArray.zeros([0, 4, 2]), []]) {
      const y = await model.predict(none);
      expect(y.shape).toEqual([0, 2]);
      expect(y.size).toBe(0);
    }
  });

  test("leaves dropout off, and gives the same each time", async () => {
    const first = (await model.predict(x)).toArray();
    expect((await model.predict(x)).toArray()).toEqual(first);
    expect(first.some((value) => value === 0)).toBe(false);
  });

  test("takes what was trained since the last call", async () => {
    const line = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    setWeights(line, [[2], [1]]);
    expect((await line.predict([[3]])).toArray()).toEqual([7]);
    line.compile({ optimizer: "sgd", loss: "mse" });
    await line.trainOnBatch([[1]], [13]); // error -10, so w and b rise by 0.01·2·10
    expect((await line.predict([[3]])).item()).toBeCloseTo(2.2 * 3 + 1.2, 5);
  });

  test("lets a NaN through to its own row only", async () => {
    const rows = normal([3, 4, 2]);
    rows.data[9] = Number.NaN;
    const y = await model.predict(rows);
    expect(y.toArray().map(Number.isNaN)).toEqual([false, false, true, true, false, false]);
  });

  test("works before compile and at the same time as training", async () => {
    const line = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    await line.predict([[1]]);
    line.compile({ loss: "mse" });
    const [history, y] = await Promise.all([
      line.fit(normal([64, 1]), normal([64, 1]), { epochs: 2, verbose: "silent" }),
      line.predict(normal([300, 1])),
    ]);
    expect(history.epochs).toEqual([0, 1]);
    expect(y.toArray().every(Number.isFinite)).toBe(true);
  });
});
