// Masks through whole models, compiled and run: what is padded counts for nothing.

import { describe, expect, test } from "vitest";
import { input, model } from "../../../src/index.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { type NdArray, ndarray } from "../../../src/tensor/nd-array.ts";

const ids = (rows: number[][]) => ndarray(rows, { dtype: "int32" });
const long = ids([
  [3, 1, 4, 0, 0],
  [1, 5, 0, 0, 0],
]);
const other = ids([
  [2, 2, 0, 0, 0],
  [4, 3, 5, 1, 0],
]);
const words = (steps: number) => input({ shape: [steps], dtype: "int32" });
const table = () => layers.embedding({ inputDim: 6, outputDim: 3, maskZero: true });

/** The steps that are real, as rows of the table. */
function rowsOf(embeddings: NdArray, array: NdArray, row: number): number[][] {
  const found: number[][] = [];
  for (let t = 0; t < (array.shape[1] ?? 0); t++) {
    const id = array.at(row, t);
    if (id !== 0) found.push([0, 1, 2].map((f) => embeddings.at(id, f)));
  }
  return found;
}

const meanOf = (rows: readonly number[][], f: number) =>
  rows.reduce((sum, row) => sum + (row[f] ?? Number.NaN), 0) / rows.length;

describe("a padded sequence", () => {
  test("gives what it does without its padding, through a convolutional network", async () => {
    const [padded, short] = [words(5), words(2)];
    const [embedding, tcn] = [table(), layers.tcn({ filters: 4, kernelSize: 2, dilations: [1, 2] })];
    const net = model({
      inputs: [padded, short],
      outputs: [padded, short].map((start) => tcn.apply(embedding.apply(start))),
    });
    const y = Object.values(
      await net.predictAll([
        long,
        ids([
          [0, 0],
          [1, 5],
        ]),
      ]),
    );
    for (let f = 0; f < 4; f++) expect(y[0]?.at(1, f)).toBeCloseTo(y[1]?.at(1, f) ?? Number.NaN, 6);
  });

  test("has the mean of its real steps, also after another", async () => {
    const [a, b] = [words(5), words(5)];
    const embedding = table();
    const [first, second] = [embedding.apply(a), embedding.apply(b)];
    const mean = layers.globalAveragePooling1D();
    const net = model({
      inputs: [a, b],
      outputs: [
        mean.apply(first),
        mean.apply(layers.concatenate({ axis: 1 }).apply([first, second])),
        mean.apply(layers.maximum().apply([first, second])),
        mean.apply(layers.multiply().apply([first, second])),
      ],
    });
    const [alone, both, largest, product] = Object.values(await net.predictAll([long, other]));
    const embeddings = net.weights[0]?.weight.value as NdArray;
    for (let row = 0; row < 2; row++) {
      const [left, right] = [rowsOf(embeddings, long, row), rowsOf(embeddings, other, row)];
      const steps = Array.from({ length: Math.max(left.length, right.length) }, (_, t) => [
        left[t],
        right[t],
      ]);
      const merged = (join: (x: number, y: number) => number) =>
        steps.map(([x, y]) => [0, 1, 2].map((f) => join(x?.[f] ?? Number.NaN, y?.[f] ?? Number.NaN)));
      const known = (x: number, y: number) => (Number.isNaN(x) ? y : x);
      for (let f = 0; f < 3; f++) {
        expect(alone?.at(row, f)).toBeCloseTo(meanOf(left, f), 6);
        expect(both?.at(row, f)).toBeCloseTo(meanOf([...left, ...right], f), 6);
        const greater = merged((x, y) => Math.max(known(x, y), known(y, x)));
        expect(largest?.at(row, f)).toBeCloseTo(meanOf(greater, f), 6);
        const times = merged((x, y) => (Number.isNaN(x) ? y : Number.isNaN(y) ? x : x * y));
        expect(product?.at(row, f)).toBeCloseTo(meanOf(times, f), 6);
      }
    }
  });

  test("counts for nothing in the statistics that batch normalisation keeps", async () => {
    const start = words(5);
    const embedding = table();
    const norm = layers.batchNormalization({ momentum: 0 });
    const y = layers.globalAveragePooling1D().apply(norm.apply(embedding.apply(start)));
    const net = model({ inputs: start, outputs: layers.dense({ units: 1 }).apply(y), seed: 1 });
    const before = net.weights[0]?.weight.value as NdArray;
    const real = [0, 1].flatMap((row) => rowsOf(before, long, row));
    net.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    await net.fit(long, ndarray([[1], [2]], { dtype: "float32" }), { epochs: 1, verbose: "silent" });
    const [, , mean, variance] = norm.weights.map(({ value }) => value);
    for (let f = 0; f < 3; f++) {
      const expected = meanOf(real, f);
      expect(mean?.at(f)).toBeCloseTo(expected, 6);
      const squares = real.map((row) => row.map((value) => (value - meanOf(real, f)) ** 2));
      expect(variance?.at(f)).toBeCloseTo(meanOf(squares, f), 6);
    }
  });
});

test("a masked sequence of numbers is read as far as it goes", async () => {
  const [start, short] = [input({ shape: [4, 2] }), input({ shape: [2, 2] })];
  const gru = layers.gru({ units: 3 });
  const net = model({
    inputs: [start, short],
    outputs: [gru.apply(layers.masking({ maskValue: -1 }).apply(start)), gru.apply(short)],
  });
  const steps = [
    [0.5, -1],
    [-1, 2],
  ];
  const padding = [-1, -1];
  const [masked, plain] = Object.values(
    await net.predictAll([
      ndarray([[...steps, padding, padding]], { dtype: "float32" }),
      ndarray([steps], { dtype: "float32" }),
    ]),
  );
  for (let unit = 0; unit < 3; unit++)
    expect(masked?.at(0, unit)).toBeCloseTo(plain?.at(0, unit) ?? Number.NaN, 6);
});
