// Models whose number of time steps is open: what is shown of them, every length they compute, and what depends on one length.

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { model } from "../../src/model/functional.ts";
import { inferenceModel } from "../../src/model/inference.ts";
import { loadModel } from "../../src/model/load.ts";
import { sequential } from "../../src/model/sequential.ts";
import { input } from "../../src/nn/input.ts";
import { layers } from "../../src/nn/layers/index.ts";
import type { InputShape } from "../../src/nn/open-length.ts";
import { ndarray } from "../../src/tensor/nd-array.ts";
import { normal, setWeights, weightsOf } from "./support/data.ts";
import { SpyDevice } from "./support/spy-device.ts";

/** An LSTM with an output for each step. */
const tagger = (inputShape: InputShape = [null, 2]) =>
  sequential([
    layers.lstm({ units: 4, returnSequences: true, inputShape }),
    layers.dense({ units: 3 }),
    layers.timeDistributed({ layer: layers.dense({ units: 1 }) }),
  ]);

describe("what is seen of it", () => {
  test("a stack shows the open axis as it shows the batch", () => {
    const net = tagger();
    expect(net.outputShape).toEqual([null, 1]);
    expect(net.inputs[0]?.shape).toEqual([null, 2]);
    expect(net.summary()).toContain("lstm (LSTM)                         (None, None, 4)        112");
    // 4·4·(2 + 4 + 1) + (4 + 1)·3 + (3 + 1)·1, as with any number of steps
    expect(net.countParams()).toBe(112 + 15 + 4);
    expect(net.countParams()).toBe(tagger([7, 2]).countParams());
  });

  test("symbolic tensors show it, and lose it where a layer sums the steps up", () => {
    const ids = input({ shape: [null], dtype: "int32" });
    const vectors = layers.embedding({ inputDim: 10, outputDim: 3 }).apply(ids);
    const last = layers.gru({ units: 2 }).apply(vectors);
    expect(String(ids)).toBe("SymbolicTensor(int32 [batch, steps])");
    expect(vectors.shape).toEqual([null, 3]);
    expect(last.shape).toEqual([2]);
    const net = model({ inputs: ids, outputs: { vectors, last } });
    expect(net.outputs.map(({ shape }) => shape)).toEqual([[null, 3], [2]]);
  });
});

describe("computes batches of any length", () => {
  test("with the weights of a model of that length it gives the same", async () => {
    const open = tagger();
    for (const steps of [1, 5, 30]) {
      const fixed = tagger([steps, 2]);
      setWeights(
        fixed,
        open.weights.map(({ weight }) => weight.value.toArray()),
      );
      const x = normal([3, steps, 2], steps);
      expect(await open.predict(x, { batchSize: 2 })).toEqual(await fixed.predict(x, { batchSize: 2 }));
    }
  });

  test("takes the same training steps as models of those lengths, one after the other", async () => {
    const batches = [4, 9, 4].map(
      (steps) => [normal([2, steps, 2], steps), normal([2, steps, 1], 50 + steps)] as const,
    );
    const open = tagger();
    open.compile({ optimizer: "sgd", loss: "mse" });
    let numbers = open.weights.map(({ weight }) => weight.value.toArray());
    for (const [x, y] of batches) {
      const fixed = tagger([x.shape[1] ?? 0, 2]);
      fixed.compile({ optimizer: "sgd", loss: "mse" });
      setWeights(fixed, numbers);
      expect(await open.trainOnBatch(x, y)).toEqual(await fixed.trainOnBatch(x, y));
      numbers = fixed.weights.map(({ weight }) => weight.value.toArray());
    }
    expect(weightsOf(open)).toEqual(numbers.flat());
  });

  test("each length is compiled once", async () => {
    const spy = new SpyDevice();
    const net = tagger();
    net.compile({ loss: "mse", device: spy });
    for (const steps of [4, 9, 4, 9, 4]) await net.trainOnBatch(normal([2, steps, 2]), normal([2, steps, 1]));
    expect(spy.loaded.length).toBe(2);
    expect(spy.steps.length).toBe(5);
  });

  test("two inputs may have lengths of their own", async () => {
    const [a, b] = [input({ shape: [null, 2], name: "a" }), input({ shape: [null, 3], name: "b" })];
    const ends = [a, b].map((x) => layers.gru({ units: 2 }).apply(x));
    const net = model({ inputs: [a, b], outputs: ends });
    const found = await net.predictAll({ a: normal([2, 4, 2]), b: normal([2, 6, 3]) });
    expect(Object.values(found).map(({ shape }) => shape)).toEqual([
      [2, 2],
      [2, 2],
    ]);
  });

  test("as a layer of another model", async () => {
    const net = sequential([layers.dense({ units: 2, inputShape: [null, 5] }), tagger()]);
    expect(net.outputShape).toEqual([null, 1]);
    expect((await net.predict(normal([2, 6, 5]))).shape).toEqual([2, 6, 1]);
    const fixed = sequential([layers.dense({ units: 2, inputShape: [6, 5] }), tagger()]);
    expect(fixed.outputShape).toEqual([6, 1]);
  });

  test("also where only long sequences pass, or only short ones", async () => {
    const positions = sequential([layers.positionEmbedding({ sequenceLength: 6, inputShape: [null, 2] })]);
    expect(positions.outputShape).toEqual([null, 2]);
    expect((await positions.predict(normal([1, 5, 2]))).shape).toEqual([1, 5, 2]);
    await expect(positions.predict(normal([1, 7, 2]))).rejects.toThrow(
      "has 6 positions, got float32 [batch, 7, 2]",
    );
  });
});

describe("what depends on one length", () => {
  const openError =
    /an input leaves its number of steps open \(null\), and a layer depends on it: layer dense \(Dense\) was built for/;

  test("weights, in a stack", () => {
    const net = sequential([
      layers.flatten({ inputShape: [null, 2] }),
      layers.dense({ units: 2, name: "dense" }),
    ]);
    expect(() => net.weights).toThrow(openError);
  });

  test("weights, when the layer is applied", () => {
    const flat = layers.flatten().apply(input({ shape: [null, 2] }));
    expect(() => layers.dense({ units: 2, name: "dense" }).apply(flat)).toThrow(openError);
  });

  test("an error that has nothing to do with the length stays what it is", () => {
    const net = sequential([layers.lstm({ units: 2, inputShape: [null] })]);
    expect(() => net.weights).toThrow(
      "wants [batch, steps, features], got float32 [batch, 24] (24 steps stand here for the open number",
    );
  });

  test.each<[string, InputShape]>([
    ["another axis", [4, null]],
    ["two axes", [null, null]],
  ])("%s cannot be open", (_, shape) => {
    expect(() => layers.dense({ units: 1, inputShape: shape })).toThrow(
      "inputShape: wants positive whole numbers without the batch axis",
    );
    expect(() => input({ shape })).toThrow("the first, the number of steps, may be null");
  });

  test("inputs and targets are held against the batch's own length", async () => {
    const net = tagger();
    net.compile({ loss: "mse" });
    await expect(net.predict(normal([3, 7, 3]))).rejects.toThrow(
      "x: layer lstm wants [samples, steps, 2], got [3, 7, 3]",
    );
    await expect(net.trainOnBatch(normal([3, 7, 2]), normal([3, 6, 1]))).rejects.toThrow(
      "the targets are to be [samples, 7, 1], got [3, 6, 1]",
    );
    expect((await net.predict(ndarray([]))).shape).toEqual([0, 1, 1]);
  });

  test("an ONNX file", () => {
    expect(() => inferenceModel(tagger())).toThrow("the input x leaves its number of steps open (null)");
  });
});

test("is saved without an ONNX file, and comes back", async () => {
  const root = await mkdtemp(join(tmpdir(), "recurra-open-"));
  const folder = join(root, "model");
  const ids = input({ shape: [null], dtype: "int32" });
  const vectors = layers.embedding({ inputDim: 10, outputDim: 3 }).apply(ids);
  for (const net of [tagger(), model({ inputs: ids, outputs: layers.gru({ units: 2 }).apply(vectors) })]) {
    await net.save(folder);
    expect((await readdir(folder)).toSorted()).toEqual([
      "config.json",
      "training.json",
      "weights.safetensors",
    ]);
    const loaded = await loadModel(folder);
    expect(loaded.inputs).toEqual(net.inputs);
    const x = net.inputs[0]?.dtype === "int32" ? ndarray([[1, 2, 3]]) : normal([1, 3, 2]);
    expect(await loaded.predict(x)).toEqual(await net.predict(x));
  }
  await rm(root, { recursive: true });
});
