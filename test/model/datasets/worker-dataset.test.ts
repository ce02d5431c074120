// workerDataset: batches cross from another thread, which works while this one does not, waits when it is ahead, and always ends.

import type { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Callback } from "../../../src/model/callbacks.ts";
import { prefetch } from "../../../src/model/datasets/prefetch.ts";
import { workerDataset } from "../../../src/model/datasets/worker-dataset.ts";
import { sequential } from "../../../src/model/sequential.ts";
import type { Dataset } from "../../../src/model/source.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { batches as batchesHere, type ThreadArgs } from "../support/batches-on-thread.ts";
import { weightsOf } from "../support/data.ts";
import { readBatches } from "../support/read-batches.ts";

const module = new URL("../support/batches-on-thread.ts", import.meta.url);
const make = (args: ThreadArgs, ahead = 2) => workerDataset(module, { args, ahead });
const read = (dataset: Dataset, epoch = 0) => readBatches(dataset.batches(epoch));

/** All threads that this file starts. */
const threads: Worker[] = [];
const onWorker = (worker: Worker) => void threads.push(worker);
beforeAll(() => void process.on("worker", onWorker));
afterAll(() => void process.off("worker", onWorker));
/** Node gives a thread that has ended the id -1. */
const running = () => threads.filter(({ threadId }) => threadId !== -1).length;

describe("batches come as they were made", () => {
  test.each<[ThreadArgs["form"], unknown]>([
    ["arrays", new NdArray(Float32Array.of(300, 300.5), [2, 1])],
    ["typed", new NdArray(Float32Array.of(300, 300.5), [2])],
    ["lists", [[300], [300.5]]],
    [
      "named",
      { a: new NdArray(Float32Array.of(300, 300.5), [2, 1]), b: new NdArray(Int32Array.of(300, 300), [2]) },
    ],
    [
      "several",
      [new NdArray(Float32Array.of(300, 300.5), [2, 1]), new NdArray(Float32Array.of(300, 300.5), [2, 1])],
    ],
    ["parts", new NdArray(Float32Array.of(300, 300.5), [2, 1])],
  ])("%s", async (form, wanted) => {
    const [first, second, ...more] = await read(make({ count: 2, form }), 3);
    expect(first).toEqual({ x: wanted, y: new NdArray(Float32Array.of(0, 0), [2]), sampleWeight: undefined });
    expect(second?.y).toEqual(new NdArray(Float32Array.of(1, 1), [2]));
    expect(more).toEqual([]);
  });

  test("a model trains on them as on the same batches made here", async () => {
    const trainOn = async (data: Dataset) => {
      const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
      model.compile({ loss: "mse" });
      const { logs } = await model.fit(data, { epochs: 2, verbose: "silent" });
      return [logs, weightsOf(model)];
    };
    const args: ThreadArgs = { count: 5 };
    const here: Dataset = {
      batches: (epoch) => batchesHere(epoch, args) as ReturnType<Dataset["batches"]>,
    };
    expect(await trainOn(make(args))).toEqual(await trainOn(here));
    expect(await trainOn(prefetch(make(args)))).toEqual(await trainOn(here));
  });
});

describe("the thread", () => {
  test.each([1, 3])("makes %i batches ahead while this thread is blocked, and no more", async (ahead) => {
    const made = new Int32Array(new SharedArrayBuffer(4));
    let taken = 0;
    for await (const _ of make({ count: 12, made }, ahead).batches(0)) {
      taken++;
      const wanted = Math.min(12, taken + ahead);
      // This thread stands still: only another one can count on.
      for (let seen = Atomics.load(made, 0); seen < wanted; seen = Atomics.load(made, 0)) {
        if (Atomics.wait(made, 0, seen, 30_000) === "timed-out") expect.fail("the thread makes nothing");
      }
      expect(Atomics.load(made, 0)).toBe(wanted);
    }
    expect(taken).toBe(12);
  });

  test("ends with the epoch, where reading breaks off, and where the reader throws", async () => {
    const dataset = make({ count: 3 });
    const before = threads.length;
    await read(dataset);
    for await (const _ of dataset.batches(1)) break;
    const reading = async () => {
      for await (const _ of dataset.batches(2)) throw new Error("no more");
    };
    await expect(reading()).rejects.toThrow("no more");
    expect(threads.length - before).toBe(3);
    expect(running()).toBe(0);
  });

  test("ends where training is stopped", async () => {
    const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    model.compile({ loss: "mse" });
    const stop: Callback = {
      onBatchEnd(step, _, state) {
        state.stop = step === 1;
      },
    };
    await model.fit(make({ count: 1_000_000 }), { epochs: 3, callbacks: [stop], verbose: "silent" });
    expect(running()).toBe(0);
  });
});

describe("errors", () => {
  const inline = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;

  test("of the module come with their message and place, after the batches before", async () => {
    const seen: unknown[] = [];
    const reading = async () => {
      for await (const batch of make({ count: 5, failAt: 2 }).batches(0)) seen.push(batch);
    };
    await expect(reading()).rejects.toMatchObject({
      code: "worker-failed",
      message: `workerDataset: ${module}: batch 2 is lost`,
      cause: { stack: expect.stringContaining("batches-on-thread.ts") },
    });
    expect(seen.length).toBe(2);
    expect(running()).toBe(0);
  });

  test("reach fit", async () => {
    const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    model.compile({ loss: "mse" });
    await expect(model.fit(make({ count: 5, failAt: 2 }), { verbose: "silent" })).rejects.toThrow(
      "batch 2 is lost",
    );
    expect(running()).toBe(0);
  });

  test.each<[string, string, string]>([
    ["a module that is not there", "file:///no/such/batches.ts", "Cannot find module"],
    ["a module that fails while it loads", inline("throw new Error('no disk')"), "no disk"],
    [
      "a module without batches",
      inline("export const rows = 1"),
      "the module is to export a function batches(epoch, args) that gives batches; it exports rows",
    ],
    [
      "batches that are none",
      inline("export const batches = () => 3"),
      "batches(epoch, args) is to give something that can be iterated over, got 3",
    ],
    [
      "a thread that ends by itself",
      inline("export const batches = () => process.exit(3)"),
      "the thread ended by itself, with code 3",
    ],
    [
      "an error outside of the batches",
      inline(
        "export async function* batches() { setTimeout(() => { throw new Error('late') }); await new Promise(() => {}) }",
      ),
      "late",
    ],
    ["what is no Error", inline("export function* batches() { throw 'text' }"), '"text"'],
  ])("%s", async (_, address, message) => {
    await expect(read(workerDataset(address))).rejects.toThrow(message);
    expect(running()).toBe(0);
  });

  test.each<[ThreadArgs["form"], string]>([
    ["none", "batch 0 is to be { x, y, sampleWeight? }, got 0"],
    ["same", "batch 1 of epoch 1: x: the array was part of an earlier batch, and its memory has moved"],
    ["code", "could not be cloned"],
  ])("a batch of %s", async (form, message) => {
    await expect(read(make({ count: 3, form }))).rejects.toThrow(message);
  });

  test("args that cannot be copied", async () => {
    await expect(read(workerDataset(module, { args: { log() {} } }))).rejects.toMatchObject({
      code: "option-value",
      message: expect.stringContaining("workerDataset: args cannot be copied to another thread"),
    });
    expect(running()).toBe(0);
  });

  test.each<[string, () => unknown, string]>([
    [
      "an address that is none",
      () => workerDataset("./batches.ts"),
      'workerDataset: wants the address of a module, such as new URL("./batches.ts", import.meta.url), got "./batches.ts"',
    ],
    [
      "nothing ahead",
      () => workerDataset(module, { ahead: 0 }),
      "workerDataset: ahead is to be a positive whole number, got 0",
    ],
    [
      "no steps",
      () => workerDataset(module, { steps: 0 }),
      "workerDataset: steps is to be a positive whole number, got 0",
    ],
    [
      "an unknown option",
      () => workerDataset(module, { threads: 2 } as never),
      'workerDataset: there is no option "threads"',
    ],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});
