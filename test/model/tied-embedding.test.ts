// A table of vectors that is read at both ends of a model: weights shared by calling one layer twice.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { input, layers, loadModel, model, ndarray } from "../../src/index.ts";

function languageModel() {
  const ids = input({ shape: [4], dtype: "int32" });
  const table = layers.embedding({ inputDim: 7, outputDim: 5, maskZero: true });
  const h = layers.lstm({ units: 5, returnSequences: true }).apply(table.apply(ids));
  return model({ inputs: ids, outputs: table.apply(h, { reverse: true }), seed: 2 });
}

const x = ndarray(
  [
    [1, 2, 3, 4],
    [4, 5, 6, 0],
  ],
  { dtype: "int32" },
);
const y = ndarray(
  [
    [2, 3, 4, 5],
    [5, 6, 1, 1],
  ],
  { dtype: "int32" },
);

test("has one table, whose gradient is that of both ends", async () => {
  const net = languageModel();
  expect(net.weights.map(({ name }) => name)).toEqual([
    "embedding/embeddings",
    "lstm/kernel",
    "lstm/recurrent_kernel",
    "lstm/bias",
  ]);
  const rate = 1e-2;
  net.compile({
    optimizer: { name: "sgd", learningRate: rate },
    loss: { name: "sparseCategoricalCrossentropy", fromLogits: true },
  });
  const table = net.weights[0]?.weight;
  const before = table?.value.toFloat64() ?? new Float64Array();
  const lossAt = async (place: number, shift: number) => {
    const moved = Float32Array.from(before);
    moved[place] = (before[place] ?? 0) + shift;
    table?.assign(ndarray(moved, { shape: [7, 5] }));
    return (await net.evaluate(x, y)).loss ?? Number.NaN;
  };
  const places = [0, 7, 12, 34];
  const wanted: number[] = [];
  for (const place of places)
    wanted.push(((await lossAt(place, 1e-2)) - (await lossAt(place, -1e-2))) / 2e-2);
  table?.assign(ndarray(Float32Array.from(before), { shape: [7, 5] }));
  await net.trainOnBatch(x, y);
  const after = table?.value.toFloat64() ?? new Float64Array();
  for (const [i, place] of places.entries()) {
    const gradient = ((before[place] ?? 0) - (after[place] ?? 0)) / rate;
    expect(Math.abs(gradient - (wanted[i] ?? 0))).toBeLessThan(1e-4);
  }
});

test("comes back from a file with one table", async () => {
  const folder = await mkdtemp(join(tmpdir(), "recurra-tied-"));
  try {
    const net = languageModel();
    const logits = await net.predict(x);
    await net.save(join(folder, "net"));
    const again = await loadModel(join(folder, "net"));
    expect(again.weights.length).toBe(4);
    expect((await again.predict(x)).data).toEqual(logits.data);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("says what it wants in reverse", () => {
  const table = layers.embedding({ inputDim: 7, outputDim: 5 });
  expect(() => table.apply(input({ shape: [4, 6] }), { reverse: true })).toThrow(
    "layer Embedding (Embedding) wants [batch, ..., 5] to read in reverse, got float32 [batch, 4, 6]",
  );
});
