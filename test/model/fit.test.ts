// fit: what is learned, in which batches and epochs, and what the history says of it.

import { describe, expect, test } from "vitest";
import {
  type Callback,
  type FitOptions,
  layers,
  NdArray,
  ndarray,
  optimizers,
  Random,
  sequential,
} from "../../src/index.ts";
import { filled, linearData, normal, setWeights, weightsOf } from "./support/data.ts";
import { SpyDevice } from "./support/spy-device.ts";

const quiet = { verbose: "silent" } as const;

/** One weight and one bias, which start from 0. */
function line(device?: SpyDevice) {
  const model = sequential([layers.dense({ units: 1, kernelInitializer: "zeros", inputShape: [1] })]);
  model.compile({
    optimizer: optimizers.sgd({ learningRate: 0.1 }),
    loss: "mse",
    ...(device === undefined ? {} : { device }),
  });
  return model;
}

/** x = 0, 1, … in rows of one feature, y = 10·x. */
const counting = (rows: number) => ({ x: filled([rows, 1], (i) => i), y: filled([rows, 1], (i) => 10 * i) });

/** The rows of x that each training step was fed. */
const batchesOf = ({ steps }: SpyDevice) => steps.map(({ feeds }) => feeds.get("x")?.toArray());

/** Solves A·w = b for a small matrix, by elimination. */
function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i] ?? 0]);
  for (const [i, pivot] of rows.entries()) {
    for (const [j, row] of rows.entries()) {
      if (i === j) continue;
      const factor = (row[i] ?? 0) / (pivot[i] ?? 1);
      for (const k of row.keys()) row[k] = (row[k] ?? 0) - factor * (pivot[k] ?? 0);
    }
  }
  return rows.map((row, i) => (row[b.length] ?? 0) / (row[i] ?? 1));
}

describe("what is learned", () => {
  test("linear regression reaches the closed form", async () => {
    const { x, y } = linearData(64, 0.5);
    const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: "mse" });
    const { logs } = await model.fit(x, y, { epochs: 300, batchSize: 64, ...quiet });

    // The normal equations: (XᵀX)·w = Xᵀy, X having a column of ones for the bias.
    const rows = Array.from({ length: 64 }, (_, i) => [x.at(i, 0), x.at(i, 1), 1]);
    const products = (f: (row: number[], i: number) => number) =>
      rows.reduce((sum, row, i) => sum + f(row, i), 0);
    const at = (row: readonly number[], k: number) => row[k] ?? 0;
    const gram = [0, 1, 2].map((j) => [0, 1, 2].map((k) => products((row) => at(row, j) * at(row, k))));
    const exact = solve(
      gram,
      [0, 1, 2].map((j) => products((row, i) => at(row, j) * y.at(i, 0))),
    );
    for (const [i, weight] of weightsOf(model).entries()) expect(weight).toBeCloseTo(exact[i] ?? 0, 5);

    const loss =
      products((row, i) => (row.reduce((sum, value, k) => sum + value * at(exact, k), 0) - y.at(i, 0)) ** 2) /
      64;
    expect(logs.loss?.at(-1)).toBeCloseTo(loss, 5);
    expect(logs.loss?.[0]).toBeGreaterThan(1);
  });

  test("XOR by a hidden layer", async () => {
    const model = sequential([
      layers.dense({ units: 8, activation: "tanh", inputShape: [2] }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ]);
    model.compile({
      optimizer: optimizers.adam({ learningRate: 0.05 }),
      loss: "binaryCrossentropy",
      metrics: ["accuracy"],
    });
    const x = [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ];
    const { logs } = await model.fit(x, [0, 1, 1, 0], { epochs: 400, ...quiet });
    expect(logs.loss?.at(-1)).toBeLessThan(0.01);
    expect(logs.accuracy?.at(-1)).toBe(1);
    const y = (await model.predict(x)).toArray();
    expect(y.map(Math.round)).toEqual([0, 1, 1, 0]);
  });

  test("the next value of a sine by an LSTM", async () => {
    const [rows, steps] = [240, 16];
    const wave = (t: number) => Math.sin(0.3 * t);
    const x = filled([rows, steps, 1], (i) => wave(Math.floor(i / steps) + (i % steps)));
    const y = filled([rows], (i) => wave(i + steps));
    const model = sequential([
      layers.lstm({ units: 12, inputShape: [steps, 1] }),
      layers.dense({ units: 1 }),
    ]);
    model.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: "mse", threads: 1 });
    const { logs } = await model.fit(x, y, { epochs: 40, validationSplit: 0.25, ...quiet });
    expect(logs.loss?.at(-1)).toBeLessThan(2e-3);
    expect(logs.val_loss?.at(-1)).toBeLessThan(2e-3);
  });

  test("which token decides the class, by an embedding", async () => {
    // Of 20 tokens, 1, 2 and 3 name the class; each row has one of them, at a random place.
    const [rows, steps] = [300, 6];
    const random = new Random(3);
    const noise = random.integers([rows, steps], 4, 20);
    const label = random.integers([rows], 0, 3);
    const place = random.integers([rows], 0, steps);
    const ids = new NdArray(noise.data.slice(), [rows, steps]);
    for (let i = 0; i < rows; i++) (ids.data as Int32Array)[i * steps + place.at(i)] = 1 + label.at(i);
    const model = sequential([
      layers.embedding({ inputDim: 20, outputDim: 8, inputShape: [steps] }),
      layers.gru({ units: 8 }),
      layers.dense({ units: 3, activation: "softmax" }),
    ]);
    model.compile({
      optimizer: optimizers.adam({ learningRate: 0.02 }),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
      threads: 1,
    });
    const { logs } = await model.fit(ids, label, { epochs: 20, validationSplit: 0.2, ...quiet });
    expect(logs.val_accuracy?.at(-1)).toBe(1);
    expect(logs.val_loss?.at(-1)).toBeLessThan(0.1);
  });
});

describe("batches", () => {
  test("cover all rows once an epoch, the last one smaller", async () => {
    const spy = new SpyDevice();
    const { x, y } = counting(10);
    await line(spy).fit(x, y, { batchSize: 4, shuffle: false, ...quiet });
    expect(batchesOf(spy)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
  });

  test("targets and weights go with their rows when those are shuffled", async () => {
    const spy = new SpyDevice();
    const { x, y } = counting(10);
    await line(spy).fit(x, y, { batchSize: 4, sampleWeight: filled([10], (i) => 100 * i), ...quiet });
    for (const { feeds } of spy.steps) {
      const rows = feeds.get("x")?.toArray() ?? [];
      expect(feeds.get("y")?.toArray()).toEqual(rows.map((row) => 10 * row));
      expect(feeds.get("sampleWeight")?.toArray()).toEqual(rows.map((row) => 100 * row));
    }
    expect(
      batchesOf(spy)
        .flat()
        .toSorted((a, b) => Number(a) - Number(b)),
    ).toEqual(x.toArray());
    expect(batchesOf(spy).flat()).not.toEqual(x.toArray());
  });

  test("larger than the data are as large as the data", async () => {
    const spy = new SpyDevice();
    const { x, y } = counting(3);
    await line(spy).fit(x, y, { batchSize: 1000, shuffle: false, ...quiet });
    expect(batchesOf(spy)).toEqual([[0, 1, 2]]);
  });

  test("are of 32 rows unless said otherwise", async () => {
    const spy = new SpyDevice();
    const { x, y } = counting(70);
    await line(spy).fit(x, y, quiet);
    expect(batchesOf(spy).map((rows) => rows?.length)).toEqual([32, 32, 6]);
  });

  test("leave the user's arrays as they are", async () => {
    const { x, y } = linearData(10);
    const [before, targets] = [x.toArray(), y.toArray()];
    const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
    model.compile({ loss: "mse" });
    await model.fit(x, y, { epochs: 2, batchSize: 4, ...quiet });
    expect(x.toArray()).toEqual(before);
    expect(y.toArray()).toEqual(targets);
  });
});

describe("shuffling", () => {
  async function orders(options: FitOptions, seed?: number) {
    const spy = new SpyDevice();
    const model = sequential(
      [layers.dense({ units: 1, inputShape: [1] })],
      seed === undefined ? {} : { seed },
    );
    model.compile({ loss: "mse", device: spy });
    const { x, y } = counting(40);
    await model.fit(x, y, { batchSize: 40, ...quiet, ...options });
    return batchesOf(spy);
  }

  test("draws another order each epoch, the same ones from the same seed", async () => {
    const [first, second, third] = await orders({ epochs: 3 }, 5);
    expect(second).not.toEqual(first);
    expect(third).not.toEqual(second);
    expect(await orders({ epochs: 3 }, 5)).toEqual([first, second, third]);
    expect((await orders({ epochs: 1 }, 6))[0]).not.toEqual(first);
  });

  test("goes on with the orders of the later epochs where initialEpoch says so", async () => {
    const [, , third, fourth] = await orders({ epochs: 4 });
    expect(await orders({ epochs: 4, initialEpoch: 2 })).toEqual([third, fourth]);
  });

  test("can be switched off", async () => {
    const [first, second] = await orders({ epochs: 2, shuffle: false });
    expect(first).toEqual(counting(40).x.toArray());
    expect(second).toEqual(first);
  });
});

describe("epochs and the history", () => {
  test("hold what each epoch gave, as the callbacks saw it", async () => {
    const { x, y } = linearData(20, 0.1);
    const seen: unknown[] = [];
    const watcher: Callback = { onEpochEnd: (epoch, logs) => void seen.push([epoch, logs]) };
    const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
    model.compile({ loss: "mse", metrics: ["mae", "r2"] });
    const history = await model.fit(x, y, {
      epochs: 3,
      validationSplit: 0.2,
      callbacks: [watcher],
      ...quiet,
    });
    expect(history.epochs).toEqual([0, 1, 2]);
    expect(history.interrupted).toBe(false);
    expect(Object.keys(history.logs)).toEqual(["loss", "mae", "r2", "val_loss", "val_mae", "val_r2"]);
    const { logs } = history;
    const row = (i: number) =>
      Object.fromEntries(Object.entries(logs).map(([name, values]) => [name, values[i]]));
    expect(seen).toEqual([0, 1, 2].map((i) => [i, row(i)]));
    expect(model.history).toBe(history);
  });

  test("the loss of an epoch is the mean over its rows, not over its batches", async () => {
    const spy = new SpyDevice();
    const { x, y } = counting(5);
    const model = line(spy);
    const { logs } = await model.fit(x, y, { batchSize: 4, shuffle: false, ...quiet });
    const [first, second] = spy.steps.map(({ outputs }) => outputs.get("loss")?.item() ?? Number.NaN);
    expect(logs.loss?.[0]).toBeCloseTo((4 * Number(first) + Number(second)) / 5, 4);
    // By hand: w = b = 0, targets 0, 10, 20, 30; then a step along the gradients -2·mean(x·y) = -70 and -2·mean(y) = -30 with 0.1.
    expect(first).toBeCloseTo(350, 3);
    expect(second).toBeCloseTo((7 * 4 + 3 - 40) ** 2, 3);
  });

  test("training goes on where it ended, with initialEpoch", async () => {
    const { x, y } = linearData(32, 0.1);
    const make = () => {
      const model = sequential([
        layers.dense({ units: 4, activation: "tanh", inputShape: [2] }),
        layers.dropout({ rate: 0.3 }),
        layers.dense({ units: 1 }),
      ]);
      model.compile({ loss: "mse" });
      return model;
    };
    const [whole, parts] = [make(), make()];
    const all = await whole.fit(x, y, { epochs: 5, batchSize: 8, ...quiet });
    const first = await parts.fit(x, y, { epochs: 2, batchSize: 8, ...quiet });
    const rest = await parts.fit(x, y, { epochs: 5, initialEpoch: 2, batchSize: 8, ...quiet });
    expect(rest.epochs).toEqual([2, 3, 4]);
    expect([...(first.logs.loss ?? []), ...(rest.logs.loss ?? [])]).toEqual(all.logs.loss);
    expect(weightsOf(parts)).toEqual(weightsOf(whole));
  });

  test("nothing is left to do from the last epoch on", async () => {
    const { x, y } = counting(4);
    const model = line();
    const history = await model.fit(x, y, { epochs: 3, initialEpoch: 3, ...quiet });
    expect(history).toEqual({ epochs: [], logs: {}, interrupted: false });
    expect(weightsOf(model)).toEqual([0, 0]);
  });
});

describe("validation", () => {
  test("validationSplit holds out the last rows, before shuffling", async () => {
    const spy = new SpyDevice();
    const { x, y } = counting(10);
    await line(spy).fit(x, y, { epochs: 2, validationSplit: 0.3, ...quiet });
    for (const rows of batchesOf(spy)) expect(rows?.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const held = spy.runs.filter(({ label }) => label.includes("evaluation"));
    expect(held.map(({ feeds }) => feeds.get("x")?.toArray())).toEqual([
      [7, 8, 9],
      [7, 8, 9],
    ]);
  });

  test("is what evaluate gives after each epoch", async () => {
    const { x, y } = linearData(20);
    const [vx, vy] = [normal([9, 2], 5), normal([9, 1], 6)];
    const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
    model.compile({ loss: "mse", metrics: ["mae"] });
    const after: unknown[] = [];
    const watcher: Callback = {
      onEpochEnd: async (_epoch, logs) => {
        const { loss, mae } = await model.evaluate(vx, vy, { batchSize: 4 });
        after.push([loss, mae]);
        expect([logs.val_loss, logs.val_mae]).toEqual([loss, mae]);
      },
    };
    const options = { epochs: 2, batchSize: 4, callbacks: [watcher], ...quiet };
    // validationData goes before validationSplit.
    await model.fit(x, y, { validationData: [vx, vy], validationSplit: 0.5, ...options });
    expect(after.length).toBe(2);
  });

  test("weighs held-out rows where weights are given with them", async () => {
    const model = line();
    const { x, y } = counting(4);
    const validationData = [
      [[1], [2]],
      [[1], [0]],
      [3, 1],
    ] as const;
    const { logs } = await model.fit(x, y, { validationData, ...quiet });
    const [w = 0, b = 0] = weightsOf(model);
    const errors = [(w + b - 1) ** 2, (2 * w + b) ** 2] as const;
    expect(logs.val_loss?.[0]).toBeCloseTo((3 * errors[0] + errors[1]) / 2, 2);
  });

  test("runs without dropout and without training", async () => {
    const { x, y } = linearData(16);
    const model = sequential([layers.dropout({ rate: 0.9, inputShape: [2] }), layers.dense({ units: 1 })]);
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: "mse" });
    const { logs } = await model.fit(x, y, { epochs: 2, validationData: [x, y], ...quiet });
    expect(logs.val_loss?.[0]).toBe(logs.val_loss?.[1]);
    expect(logs.loss?.[0]).not.toBe(logs.loss?.[1]);
  });
});

describe("single steps", () => {
  test("trainOnBatch is a step of fit", async () => {
    const { x, y } = linearData(6);
    const weights = filled([6], (i) => i + 1);
    const make = () => {
      const model = sequential([
        layers.dense({ units: 3, activation: "tanh", inputShape: [2] }),
        layers.dropout({ rate: 0.5 }),
        layers.dense({ units: 1 }),
      ]);
      model.compile({ loss: "mse", metrics: ["mae"] });
      return model;
    };
    const [one, other] = [make(), make()];
    const { logs } = await one.fit(x, y, {
      epochs: 3,
      batchSize: 6,
      shuffle: false,
      sampleWeight: weights,
      ...quiet,
    });
    for (let step = 0; step < 3; step++) {
      const { loss, mae } = await other.trainOnBatch(x, y, weights);
      expect([loss, mae]).toEqual([logs.loss?.[step], logs.mae?.[step]]);
    }
    expect(weightsOf(other)).toEqual(weightsOf(one));
  });

  test("steps that are not waited for come one after the other", async () => {
    const { x, y } = linearData(6);
    const make = () => {
      const model = sequential([layers.dropout({ rate: 0.5, inputShape: [2] }), layers.dense({ units: 1 })]);
      model.compile({ loss: "mse" });
      return model;
    };
    const [waiting, hasty] = [make(), make()];
    const losses: unknown[] = [];
    for (let step = 0; step < 4; step++) losses.push((await waiting.trainOnBatch(x, y)).loss);
    const results = await Promise.all([0, 1, 2, 3].map(() => hasty.trainOnBatch(x, y)));
    expect(results.map(({ loss }) => loss)).toEqual(losses);
    expect(weightsOf(hasty)).toEqual(weightsOf(waiting));
  });
});

describe("what data may look like", () => {
  test("lists, typed arrays and arrays of other dtypes are the same to it", async () => {
    const rows = [
      [1, 2],
      [3, 5],
      [-1, 0.5],
    ];
    const targets = [1, -2, 0.25];
    const given: readonly (readonly [
      Parameters<ReturnType<typeof line>["fit"]>[0],
      Parameters<ReturnType<typeof line>["fit"]>[1],
    ])[] = [
      [rows, targets],
      [rows, targets.map((value) => [value])],
      [ndarray(rows, { dtype: "float64" }), Float32Array.from(targets)],
      [ndarray(Float32Array.from(rows.flat()), { shape: [3, 2] }), Float64Array.from(targets)],
    ];
    const results: number[][] = [];
    for (const [x, y] of given) {
      const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
      model.compile({ optimizer: "sgd", loss: "mse" });
      await model.fit(x, y, { epochs: 3, ...quiet });
      results.push(weightsOf(model));
    }
    for (const result of results) expect(result).toEqual(results[0]);
  });

  test("ids come as any whole numbers, and keep their value beyond 2^24", async () => {
    const model = sequential([layers.embedding({ inputDim: 5, outputDim: 2, inputShape: [3] })]);
    const rows = [
      [0, 1, 2],
      [4, 4, 3],
    ];
    const wanted = (await model.predict(rows)).toArray();
    const table = model.weights[0]?.weight.value.toArray() ?? [];
    expect(wanted).toEqual(rows.flat().flatMap((id) => table.slice(2 * id, 2 * id + 2)));
    for (const dtype of ["float32", "float64", "int64", "int32"] as const) {
      expect((await model.predict(ndarray(rows, { dtype }))).toArray()).toEqual(wanted);
    }
    // 16777217 = 2^24 + 1 is no float32.
    await expect(model.predict([[16777217, 0, 0]])).rejects.toThrow("id 16777217 in row 0");
  });

  test("a single id for each row", async () => {
    const model = sequential([
      layers.embedding({ inputDim: 3, outputDim: 2, inputShape: [] }),
      layers.dense({ units: 1 }),
    ]);
    model.compile({ optimizer: optimizers.adam({ learningRate: 0.1 }), loss: "mse" });
    await model.fit([0, 1, 2], [5, -1, 2], { epochs: 200, ...quiet });
    const y = (await model.predict([2, 0])).toArray();
    for (const [i, value] of [2, 5].entries()) expect(y[i]).toBeCloseTo(value, 1);
  });

  test("sequences of targets, with an axis of length 1 or without", async () => {
    const x = normal([4, 5, 1]);
    const y = normal([4, 5, 1], 2);
    const results: number[][] = [];
    for (const targets of [y, y.reshape([4, 5])]) {
      const model = sequential([
        layers.simpleRNN({ units: 2, returnSequences: true, inputShape: [5, 1] }),
        layers.timeDistributed({ layer: layers.dense({ units: 1 }) }),
      ]);
      model.compile({ loss: "mse", metrics: ["mae"] });
      await model.fit(x, targets, { epochs: 2, ...quiet });
      results.push(weightsOf(model));
    }
    expect(results[1]).toEqual(results[0]);
  });

  test("a model goes on with weights that were set by hand", async () => {
    const model = line();
    const { x, y } = counting(2);
    await model.trainOnBatch(x, y);
    setWeights(model, [[10], [0]]);
    expect((await model.trainOnBatch(x, y)).loss).toBe(0);
    expect((await model.predict(x)).toArray()).toEqual([0, 10]);
  });
});
