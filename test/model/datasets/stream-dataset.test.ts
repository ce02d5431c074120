// streamDataset: how a stream is cut, and that a state carried on reaches further than a window.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Callback } from "../../../src/model/callbacks.ts";
import { prefetch } from "../../../src/model/datasets/prefetch.ts";
import { type StreamOptions, streamDataset } from "../../../src/model/datasets/stream-dataset.ts";
import type { FitOptions } from "../../../src/model/fit.ts";
import { sequential } from "../../../src/model/sequential.ts";
import type { Dataset } from "../../../src/model/source.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { type NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { weightsOf } from "../support/data.ts";
import { SpyDevice } from "../support/spy-device.ts";

const count = (n: number) => Int32Array.from({ length: n }, (_, i) => i);

function read(dataset: Dataset) {
  const batches = [...(dataset.batches(0) as Iterable<{ x: NdArray; y: NdArray }>)];
  return batches.map(({ x, y }) => ({ x: x.toNested(), y: y.toNested() }));
}

describe("the stream is cut into rows, the rows into windows", () => {
  test("each window goes on where the one before ended; targets are the next ids", () => {
    const dataset = streamDataset(count(14), { batchSize: 2, window: 3 });
    expect(dataset).toMatchObject({ steps: 2, resetStates: "epoch" });
    expect(read(dataset)).toEqual([
      {
        x: [
          [0, 1, 2],
          [6, 7, 8],
        ],
        y: [
          [1, 2, 3],
          [7, 8, 9],
        ],
      },
      {
        x: [
          [3, 4, 5],
          [9, 10, 11],
        ],
        y: [
          [4, 5, 6],
          [10, 11, 12],
        ],
      },
    ]);
  });

  test("the last target further ahead, without the axis of steps", () => {
    const dataset = streamDataset(count(12), { batchSize: 2, window: 2, ahead: 2, targets: "last" });
    expect(read(dataset)).toEqual([
      {
        x: [
          [0, 1],
          [5, 6],
        ],
        y: [3, 8],
      },
      {
        x: [
          [2, 3],
          [7, 8],
        ],
        y: [5, 10],
      },
    ]);
  });

  test("windows that overlap are none of one another's continuation", () => {
    const dataset = streamDataset(count(6), { batchSize: 1, window: 3, stride: 1 });
    expect(dataset).toMatchObject({ steps: 3, resetStates: "batch" });
    expect(read(dataset).map(({ x }) => x)).toEqual([[[0, 1, 2]], [[1, 2, 3]], [[2, 3, 4]]]);
  });

  test("numbers have an axis of features", () => {
    expect(read(streamDataset([0.5, 1.5, 2.5], { batchSize: 1, window: 2 }))).toEqual([
      { x: [[[0.5], [1.5]]], y: [[[1.5], [2.5]]] },
    ]);
    const vectors = ndarray([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(read(streamDataset(vectors, { batchSize: 1, window: 1, targets: "last" }))).toEqual([
      { x: [[[1, 2]]], y: [[3, 4]] },
      { x: [[[3, 4]]], y: [[5, 6]] },
    ]);
  });

  test("targets of their own, at the same step", () => {
    const dataset = streamDataset([0, 1, 2, 3], { batchSize: 2, window: 2, y: count(4), dtype: "int32" });
    expect(read(dataset)).toEqual([
      {
        x: [
          [0, 1],
          [2, 3],
        ],
        y: [
          [0, 1],
          [2, 3],
        ],
      },
    ]);
  });
});

/** Five 0 and a 1, over and over: whether a 1 comes next cannot be told from the last three steps. */
const pulses = Float32Array.from({ length: 6 * 40 + 1 }, (_, i) => (i % 6 === 5 ? 1 : 0));

async function lossOnPulses(stateful: boolean): Promise<number> {
  const model = sequential(
    [
      layers.lstm({ units: 16, returnSequences: true, stateful, inputShape: [3, 1] }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed: 2 },
  );
  model.compile({ optimizer: { name: "adam", learningRate: 0.03 }, loss: "binaryCrossentropy" });
  const stream = streamDataset(pulses, { batchSize: 4, window: 3 });
  const { logs } = await model.fit(stream, { epochs: 60, verbose: "silent" });
  return logs.loss?.at(-1) ?? Number.NaN;
}

test("a state carried on learns what lies further back than a window; without it, it cannot be learned", async () => {
  // Windows hold 0, 0, 0 or 0, 0, 1. After 0, 0 comes a 1 half of the time: without a state the loss is at least ln(2) at the second
  // step of three, 0.2310 in the mean.
  expect(await lossOnPulses(false)).toBeGreaterThan(Math.log(2) / 3);
  expect(await lossOnPulses(true)).toBeLessThan(0.05);
});

describe("states", () => {
  const numbers = Float32Array.from({ length: 13 }, (_, i) => i + 1);
  const make = (device: SpyDevice) => {
    const model = sequential([
      layers.gru({ units: 2, stateful: true, returnSequences: true, inputShape: [2, 1] }),
      layers.dense({ units: 1 }),
    ]);
    model.compile({ loss: "mse", device });
    return model;
  };
  const isZero = ({ steps }: SpyDevice) =>
    steps.map(({ feeds }) =>
      feeds
        .get("state0")
        ?.toArray()
        .every((value) => value === 0),
    );

  test("are zero where an epoch begins, and carried within it, also ahead of the steps", async () => {
    for (const wrap of [(data: Dataset) => data, (data: Dataset) => prefetch(data)]) {
      const spy = new SpyDevice();
      const stream = wrap(streamDataset(numbers, { batchSize: 2, window: 2 }));
      await make(spy).fit(stream, { epochs: 2, verbose: "silent" });
      expect(isZero(spy)).toEqual([true, false, false, true, false, false]);
    }
  });

  test("are zero in every window where windows overlap", async () => {
    const spy = new SpyDevice();
    await make(spy).fit(streamDataset(numbers.subarray(0, 9), { batchSize: 1, window: 2, stride: 1 }), {
      verbose: "silent",
    });
    expect(isZero(spy)).toEqual(new Array(7).fill(true));
  });

  test("are those of the checkpoint where a training goes on in the middle of an epoch", async () => {
    const root = await mkdtemp(join(tmpdir(), "recurra-stream-"));
    const stream = streamDataset(numbers, { batchSize: 2, window: 2 });
    const train = async (options: FitOptions) => {
      const model = make(new SpyDevice());
      const { logs } = await model.fit(stream, { epochs: 2, verbose: "silent", ...options });
      return [logs, weightsOf(model)];
    };
    const checkpoint = { path: join(root, "checkpoint"), everySteps: 1 };
    let left = 4;
    const fail: Callback = {
      onBatchBegin() {
        if (left-- === 0) throw new RangeError("cut short");
      },
    };
    await expect(train({ checkpoint, callbacks: [fail] })).rejects.toThrow("cut short");
    expect(await train({ checkpoint })).toEqual(await train({}));
    await rm(root, { recursive: true });
  });

  test("are zero where an evaluation begins, in fit and by itself", async () => {
    const spy = new SpyDevice();
    const model = make(spy);
    const stream = streamDataset(numbers, { batchSize: 2, window: 2 });
    const { logs } = await model.fit(stream, { validationData: stream, verbose: "silent" });
    const { loss } = await model.evaluate(stream);
    expect(loss).toBe(logs.val_loss?.[0]);
  });
});

test.each<[string, () => unknown, string]>([
  [
    "a window longer than a row",
    () => streamDataset(count(9), { batchSize: 4, window: 3 }),
    "streamDataset: a stream of 9 steps gives 4 rows of 2, too short for a window of 3",
  ],
  [
    "an empty stream",
    () => streamDataset([], { batchSize: 1, window: 1 }),
    "streamDataset: a stream of 0 steps gives 1 rows of 0",
  ],
  [
    "no window",
    () => streamDataset(count(9), { batchSize: 1 } as StreamOptions),
    "streamDataset: window is to be a positive whole number, got undefined",
  ],
  [
    "no stride",
    () => streamDataset(count(9), { batchSize: 1, window: 1, stride: 0 }),
    "streamDataset: stride is to be a positive whole number, got 0",
  ],
  [
    "targets behind",
    () => streamDataset(count(9), { batchSize: 1, window: 1, ahead: -1 }),
    "streamDataset: ahead is to be a whole number from 0 up, got -1",
  ],
  [
    "no kind of targets",
    () => streamDataset(count(9), { batchSize: 1, window: 1, targets: "all" as never }),
    'streamDataset: targets is to be "step" or "last", got "all"',
  ],
  [
    "three axes",
    () => streamDataset([[[1]]], { batchSize: 1, window: 1 }),
    "streamDataset: the stream is to be [steps] or [steps, features], got [1, 1, 1]",
  ],
  [
    "targets of another length",
    () => streamDataset(count(9), { batchSize: 1, window: 1, y: count(8) }),
    "streamDataset: y: wants 9 rows, as many as the stream, got [8]",
  ],
  [
    "fractions of ids",
    () => streamDataset([0.5, 1], { batchSize: 1, window: 1, dtype: "int32" }),
    "streamDataset: the stream: ndarray: the value at [0] is 0.5",
  ],
  [
    "an unknown option",
    () => streamDataset(count(9), { batchSize: 1, windows: 1 } as never),
    'streamDataset: there is no option "windows". Did you mean "window"?',
  ],
])("refuses %s", (_, make, message) => {
  expect(make).toThrow(message);
});
