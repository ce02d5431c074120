// Training keeps nothing: memory and compiled graphs stay as they are however long it goes on.

import { describe, expect, test } from "vitest";
import { allowed, excess, growth, memoryNow } from "../../bench/growth.ts";
import { layers, Random, type Sequential, sequential } from "../../src/index.ts";
import type { Device } from "../../src/runtime/device.ts";
import { SpyDevice } from "./support/spy-device.ts";

const random = new Random(1);
const x = random.integers([16, 6], 0, 50);
const y = random.normal([16, 1]);

/** One of each: an embedding, a loop, dropout, and an optimiser with slots. */
function make(device?: SpyDevice): Sequential {
  const model = sequential([
    layers.embedding({ inputDim: 50, outputDim: 4, inputShape: [6] }),
    layers.gru({ units: 4, dropout: 0.1 }),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: 1 }),
  ]);
  model.compile({ loss: "mse", metrics: ["mae"], threads: 1, ...(device === undefined ? {} : { device }) });
  return model;
}

describe("memory does not grow, once warm,", () => {
  const limits = { ...allowed, rss: 4 };

  /** V8 and the allocators may take another page at any time; a leak grows in every round. */
  async function repeat(work: () => Promise<unknown>, times: number): Promise<void> {
    let faults: string[] = [];
    for (let round = 0; round < 5; round++) {
      const before = await memoryNow();
      for (let i = 0; i < times; i++) await work();
      faults = excess(growth(before, await memoryNow()), limits);
      if (faults.length === 0 && round > 0) return;
    }
    expect(faults).toEqual([]);
  }

  test("over single steps", async () => {
    const model = make();
    await repeat(() => model.trainOnBatch(x, y), 3000);
  });

  test("over epochs with validation", async () => {
    const model = make();
    await repeat(
      () => model.fit(x, y, { epochs: 100, batchSize: 8, validationSplit: 0.25, verbose: "silent" }),
      10,
    );
  });

  test("over predictions and evaluations", async () => {
    const model = make();
    const both = async () => {
      await model.predict(x);
      await model.evaluate(x, y);
    };
    await repeat(both, 1500);
  });
});

describe("graphs are compiled once for each shape of batch", () => {
  test("in fits that come again", async () => {
    const spy = new SpyDevice();
    const model = make(spy);
    for (let i = 0; i < 5; i++)
      await model.fit(x, y, { epochs: 2, batchSize: 6, validationSplit: 0.5, verbose: "silent" });
    // 8 rows to train on: batches of 6 and 2. The same sizes to validate on.
    expect(spy.loaded.toSorted()).toEqual([
      "sequential's evaluation step",
      "sequential's evaluation step",
      "sequential's training step",
      "sequential's training step",
    ]);
    await model.trainOnBatch(x.rows(0, 6), y.rows(0, 6));
    await model.evaluate(x.rows(0, 2), y.rows(0, 2));
    expect(spy.loaded.length).toBe(4);
    await model.predict(x);
    for (let i = 0; i < 3; i++) await model.predict(x.rows(0, 3));
    expect(spy.loaded.length).toBe(6); // the weights as inputs, then inside the graph
  });

  test("and given back where shapes are ever other ones", async () => {
    const spy = new SpyDevice();
    const { load } = spy;
    let held = 0;
    const device: Device = {
      name: "counting",
      async load(...given) {
        const executable = await load(...given);
        held++;
        const release = async () => {
          held--;
          await executable.release();
        };
        return { ...executable, release };
      },
    };
    const model = make();
    model.compile({ loss: "mse", device });
    const all = random.integers([40, 6], 0, 50);
    const targets = random.normal([40, 1]);
    for (let rows = 1; rows <= 40; rows++) await model.trainOnBatch(all.rows(0, rows), targets.rows(0, rows));
    expect(held).toBe(16);
    // Many at once, before any is done.
    const sizes = Array.from({ length: 40 }, (_, i) => i + 1);
    const losses = await Promise.all(
      sizes.map((rows) => model.evaluate(all.rows(0, rows), targets.rows(0, rows))),
    );
    expect(held).toBe(16);
    for (const [i, { loss }] of losses.entries()) {
      expect(loss).toBe((await model.evaluate(all.rows(0, i + 1), targets.rows(0, i + 1))).loss);
    }
  });

  test("and of those the one that was not used for longest goes first", async () => {
    const spy = new SpyDevice();
    const model = make(spy);
    const step = (rows: number) => model.trainOnBatch(x.rows(0, rows), y.rows(0, rows));
    for (let rows = 1; rows <= 16; rows++) await step(rows);
    await step(1);
    const more = random.integers([17, 6], 0, 50);
    await model.trainOnBatch(more, random.normal([17, 1]));
    expect(spy.loaded.length).toBe(17);
    await step(1);
    expect(spy.loaded.length).toBe(17);
    await step(2);
    expect(spy.loaded.length).toBe(18);
  });

  test("and again after compile, on the device that it names", async () => {
    const [first, second] = [new SpyDevice(), new SpyDevice()];
    const model = make(first);
    await model.trainOnBatch(x, y);
    await model.predict(x);
    expect(first.loaded.length).toBe(2);
    model.compile({ loss: "mse", device: second });
    await model.trainOnBatch(x, y);
    await model.predict(x);
    expect([first.loaded.length, second.loaded.length]).toEqual([2, 2]);
  });

  test("and again after a failure of the device", async () => {
    const spy = new SpyDevice();
    const { load } = spy;
    let failing = true;
    const model = make();
    const device = {
      name: "flaky",
      load: (...given: Parameters<typeof load>) =>
        failing ? Promise.reject(new Error("out of memory")) : load(...given),
    };
    model.compile({ loss: "mse", device });
    await expect(model.trainOnBatch(x, y)).rejects.toThrow("out of memory");
    await expect(model.predict(x)).rejects.toThrow("out of memory");
    failing = false;
    await model.trainOnBatch(x, y);
    await model.predict(x);
  });
});
