// arrayDataset: the batches that fit makes of arrays by itself, in every form that arrays are given in.

import { describe, expect, test } from "vitest";
import { arrayDataset } from "../../../src/model/datasets/array-dataset.ts";
import { sequential } from "../../../src/model/sequential.ts";
import type { Batch, Dataset } from "../../../src/model/source.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { type NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { linearData, weightsOf } from "../support/data.ts";
import { readBatches } from "../support/read-batches.ts";

const nested = (data: unknown) => (data as NdArray).toNested();

async function read(dataset: Dataset, epoch = 0): Promise<Batch[]> {
  return readBatches(dataset.batches(epoch));
}

test("rows in order, with their targets and weights; the last batch is smaller", async () => {
  const dataset = arrayDataset(
    [
      [1, 10],
      [2, 20],
      [3, 30],
    ],
    [1, 2, 3],
    { batchSize: 2, shuffle: false, sampleWeight: [0.1, 0.2, 0.3] },
  );
  expect(dataset.steps).toBe(2);
  const [first, last] = await read(dataset);
  expect(nested(first?.x)).toEqual([
    [1, 10],
    [2, 20],
  ]);
  expect(nested(first?.y)).toEqual([1, 2]);
  expect(nested(last?.x)).toEqual([[3, 30]]);
  expect(nested(last?.sampleWeight)).toEqual([0.3]);
});

test("dropRemainder leaves the smaller batch out", async () => {
  const dataset = arrayDataset([1, 2, 3, 4, 5], undefined, { batchSize: 2, dropRemainder: true });
  expect(dataset.steps).toBe(2);
  expect((await read(dataset)).map(({ x, y }) => [(x as NdArray).size, y])).toEqual([
    [2, undefined],
    [2, undefined],
  ]);
});

describe("shuffling", () => {
  const x = Int32Array.from({ length: 50 }, (_, i) => i);
  const orderOf = async (seed: number, epoch: number) =>
    (await read(arrayDataset(x, x, { batchSize: 8, seed }), epoch)).flatMap(({ x: part, y }) => {
      expect(nested(part)).toEqual(nested(y));
      return nested(part) as number[];
    });

  test("follows from the seed and the epoch, and keeps every row", async () => {
    const orders = await Promise.all([orderOf(1, 0), orderOf(1, 0), orderOf(1, 1), orderOf(2, 0)]);
    expect(orders[1]).toEqual(orders[0]);
    expect(orders[2]).not.toEqual(orders[0]);
    expect(orders[3]).not.toEqual(orders[0]);
    for (const order of orders) expect(order.toSorted((a, b) => a - b)).toEqual([...x]);
  });

  test("is that of fit: a model trains to the same weights", async () => {
    const data = linearData(50);
    const make = () => {
      const model = sequential([layers.dense({ units: 1, inputShape: [2] })], { seed: 4 });
      model.compile({ optimizer: "sgd", loss: "mse" });
      return model;
    };
    const [a, b] = [make(), make()];
    const options = { epochs: 2, verbose: "silent" } as const;
    const one = await a.fit(data.x, data.y, { batchSize: 8, ...options });
    const other = await b.fit(arrayDataset(data.x, data.y, { batchSize: 8, seed: 4 }), options);
    expect(weightsOf(b)).toEqual(weightsOf(a));
    expect(other).toEqual(one);
  });
});

test("fit weighs its classes as it does those of arrays", async () => {
  const data = linearData(20);
  const y = Int32Array.from({ length: 20 }, (_, i) => i % 3);
  const make = () => {
    const model = sequential([layers.dense({ units: 3, inputShape: [2] })]);
    model.compile({ loss: { name: "sparseCategoricalCrossentropy", fromLogits: true } });
    return model;
  };
  const options = { classWeight: { 0: 5, 2: 0.5 }, verbose: "silent" } as const;
  const sampleWeight = Float32Array.from({ length: 20 }, (_, i) => 1 + i / 10);
  const one = await make().fit(data.x, y, { ...options, sampleWeight });
  const batches = arrayDataset(data.x, y, { sampleWeight });
  expect(await make().fit(batches, options)).toEqual(one);
  const plain = await make().fit(batches, { verbose: "silent" });
  expect(plain.logs.loss).not.toEqual(one.logs.loss);
});

test("several inputs, in a list or by name, come back in that form", async () => {
  const [a, b] = [ndarray([1, 2]), new Float32Array([3, 4])];
  const [list] = await read(arrayDataset([a, b], { out: [5, 6] }, { shuffle: false }));
  expect((list!.x as NdArray[]).map(nested)).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(nested((list!.y as Record<string, NdArray>).out)).toEqual([5, 6]);
  const [named] = await read(arrayDataset({ a, b }, undefined, { shuffle: false }));
  expect(Object.keys(named?.x ?? {})).toEqual(["a", "b"]);
});

test("numbers in lists are not rounded before the model reads them", async () => {
  const [batch] = await read(arrayDataset([[2 ** 24 + 1]]));
  expect(nested(batch?.x)).toEqual([[2 ** 24 + 1]]);
});

test("each batch has arrays of its own", async () => {
  const [first, second] = await read(arrayDataset([1, 2], undefined, { batchSize: 1, shuffle: false }));
  expect([nested(first?.x), nested(second?.x)]).toEqual([[1], [2]]);
});

test.each<[string, () => unknown, string]>([
  ["another number of targets", () => arrayDataset([1, 2], [1]), "y: wants 2 rows, as many as x, got [1]"],
  [
    "another number of weights",
    () => arrayDataset([1, 2], [1, 2], { sampleWeight: [1, 2, 3] }),
    "sampleWeight: wants 2 rows, as many as x, got [3]",
  ],
  [
    "inputs of several lengths",
    () => arrayDataset({ a: [1], b: [1, 2] }),
    "x.b: wants 1 rows, as many as x.a, got [2]",
  ],
  ["ragged rows", () => arrayDataset([[1], [1, 2]]), "x: ndarray: the value at [1] has length 2"],
  ["no rows", () => arrayDataset([]), "arrayDataset: 0 rows make no batch of 32"],
  [
    "too few rows",
    () => arrayDataset([1], undefined, { dropRemainder: true }),
    "arrayDataset: 1 rows make no batch of 32",
  ],
  [
    "an unknown option",
    () => arrayDataset([1], undefined, { batch: 2 } as never),
    'arrayDataset: there is no option "batch". Did you mean "batchSize"?',
  ],
  [
    "no batch size",
    () => arrayDataset([1], undefined, { batchSize: 0.5 }),
    "arrayDataset: batchSize is to be a positive whole number, got 0.5",
  ],
  [
    "no flag",
    () => arrayDataset([1], undefined, { shuffle: 1 as never }),
    "arrayDataset: shuffle is to be true or false, got 1",
  ],
  ["no seed", () => arrayDataset([1], undefined, { seed: -1 }), "seed"],
])("refuses %s", (_, make, message) => {
  expect(make).toThrow(message);
});
