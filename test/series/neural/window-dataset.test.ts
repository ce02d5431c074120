// Batches of windows: every window once, in an order of the seed; nothing of what comes later.

import { expect, test } from "vitest";
import type { Batch } from "../../../src/model/source.ts";
import type { WindowShape } from "../../../src/series/neural/window-batch.ts";
import { WindowDataset, type WindowRange } from "../../../src/series/neural/window-dataset.ts";
import type { NdArray } from "../../../src/tensor/nd-array.ts";
import { noise, plainShape, sourceOf } from "./sources.ts";

const series = [noise(1, 20), noise(2, 9), noise(3, 31)].map((values, i) =>
  sourceOf(values.map((value) => value + 100 * i)),
);
const ranges: WindowRange[] = series.map((source) => ({
  source,
  first: 3,
  last: source.values.length - 3,
  end: source.values.length,
}));

interface Rows {
  readonly values: readonly number[];
  readonly targets: readonly number[];
  readonly weights: readonly number[];
}

/** The rows of all batches of an epoch, copied before the next batch overwrites them. */
function rowsOf(dataset: WindowDataset, epoch: number, lookback = 4, steps = 2): Rows[] {
  const rows: Rows[] = [];
  for (const { x, y, sampleWeight } of dataset.batches(epoch) as Iterable<Batch>) {
    const list = (array: unknown, row: number, width: number) =>
      Array.from((array as NdArray).data.slice(row * width, (row + 1) * width), Number);
    const { values } = x as { readonly values: NdArray };
    for (let row = 0; row < dataset.batchSize; row++)
      rows.push({
        values: list(values, row, lookback),
        targets: list(y, row, steps),
        weights: list(sampleWeight, row, steps),
      });
  }
  return rows;
}

test("an epoch takes every window once, as slices of its series", () => {
  const dataset = new WindowDataset(plainShape, ranges, { batchSize: 1, seed: 5 });
  const naive = series.flatMap(({ values }) =>
    Array.from({ length: values.length - 5 }, (_, i) =>
      Array.from(Float32Array.from(values.slice(i, i + 6))),
    ),
  );
  expect(dataset.count).toBe(naive.length);
  const drawn = rowsOf(dataset, 0).map(({ values, targets }) => [...values, ...targets]);
  const sorted = (rows: readonly (readonly number[])[]) => rows.map(String).sort();
  expect(sorted(drawn)).toEqual(sorted(naive));
  expect(drawn).not.toEqual(naive);
});

test("the order follows from seed and epoch", () => {
  const make = (seed: number | undefined) => new WindowDataset(plainShape, ranges, { batchSize: 8, seed });
  expect(rowsOf(make(1), 0)).toEqual(rowsOf(make(1), 0));
  expect(rowsOf(make(1), 0)).not.toEqual(rowsOf(make(1), 1));
  expect(rowsOf(make(1), 0)).not.toEqual(rowsOf(make(2), 0));
  expect(rowsOf(make(undefined), 0)).toEqual(rowsOf(make(undefined), 7));
});

test("fewer steps than windows take draw some at random, without a seed evenly spread", () => {
  const few = new WindowDataset(plainShape, ranges, { batchSize: 8, steps: 2, seed: 1 });
  expect([few.steps, rowsOf(few, 0).length]).toEqual([2, 16]);
  const even = new WindowDataset(plainShape, ranges, { batchSize: 3, steps: 1, seed: undefined });
  const [first, , last] = rowsOf(even, 0);
  expect(first?.values[0]).toBe(Math.fround(series[0]?.values[0] ?? 0));
  expect(last?.values[0]).toBeGreaterThan(150);
});

test("a batch is no larger than there are windows", () => {
  const dataset = new WindowDataset(plainShape, ranges.slice(1, 2), { batchSize: 512, seed: 1 });
  expect([dataset.batchSize, dataset.steps, dataset.count]).toEqual([4, 1, 4]);
});

test("changing values after the end of the training changes no batch", () => {
  const end = 20;
  for (const scaling of ["none", "standard", "last", "window"] as const) {
    const shape: WindowShape = { ...plainShape, scaling, lossUnit: "series" };
    const batches = (future: number) => {
      const values = noise(3, 31);
      values.fill(future, end);
      const source = { ...sourceOf(values), location: 1, scale: 2 };
      return rowsOf(
        new WindowDataset(shape, [{ source, first: 1, last: end - 2, end }], { batchSize: 4, seed: 9 }),
        0,
      );
    };
    expect(batches(1e9)).toEqual(batches(Number.NaN));
  }
});

test("changing values after an origin changes nothing that the network sees there", () => {
  const inputs = (change: number) => {
    const values = noise(3, 31);
    values[15] = change;
    const source = sourceOf(values);
    const dataset = new WindowDataset(
      { ...plainShape, scaling: "window" },
      [{ source, first: 3, last: 29, end: 31 }],
      { batchSize: 1, seed: undefined },
    );
    return rowsOf(dataset, 0).map(({ values: seen }) => seen);
  };
  const [before, after] = [inputs(0), inputs(50)];
  expect(after.slice(0, 12)).toEqual(before.slice(0, 12)); // origins 3 to 14
  expect(after[12]).not.toEqual(before[12]);
});
