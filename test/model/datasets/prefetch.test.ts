// prefetch: the same batches, asked for ahead of the steps, and given back where reading ends early.

import { expect, test } from "vitest";
import { prefetch } from "../../../src/model/datasets/prefetch.ts";
import { sequential } from "../../../src/model/sequential.ts";
import type { Batch, Dataset } from "../../../src/model/source.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { ndarray } from "../../../src/tensor/nd-array.ts";
import { readBatches } from "../support/read-batches.ts";

const batch = (i: number): Batch => ({ x: ndarray([[i]]), y: ndarray([[i]]) });
const numberOf = ({ x }: Batch) => (x as { item(): number }).item();

/** `count` batches; says how many were asked for, and whether it was closed. */
function counted(count: number, failAt = -1) {
  const seen = { asked: 0, closed: false };
  const dataset: Dataset = {
    steps: count,
    async *batches() {
      try {
        for (let i = 0; i < count; i++) {
          seen.asked++;
          if (i === failAt) throw new Error("the disk is gone");
          yield batch(i);
        }
      } finally {
        seen.closed = true;
      }
    },
  };
  return { dataset, seen };
}

/** Lets all that waits for nothing go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("gives the same batches in the same order, and tells how many", async () => {
  const { dataset, seen } = counted(5);
  const ahead = prefetch(dataset, { ahead: 3 });
  expect(ahead.steps).toBe(5);
  expect((await readBatches(ahead.batches(0))).map(numberOf)).toEqual([0, 1, 2, 3, 4]);
  expect(seen).toEqual({ asked: 5, closed: true });
});

test.each([1, 2, 4])("while a batch is used, %i more are made", async (ahead) => {
  const { dataset, seen } = counted(10);
  const asked: number[] = [];
  for await (const _ of prefetch(dataset, { ahead }).batches(0)) {
    await settle();
    asked.push(seen.asked);
  }
  expect(asked).toEqual(Array.from({ length: 10 }, (_, i) => Math.min(10, i + 1 + ahead)));
});

test("a reader that stops early closes what it reads from", async () => {
  const { dataset, seen } = counted(10);
  for await (const _ of prefetch(dataset).batches(0)) break;
  expect(seen.closed).toBe(true);
  expect(seen.asked).toBeLessThanOrEqual(3);
});

test("a reader that throws does, too", async () => {
  const { dataset, seen } = counted(10);
  const reading = async () => {
    for await (const _ of prefetch(dataset).batches(0)) throw new Error("no more");
  };
  await expect(reading()).rejects.toThrow("no more");
  expect(seen.closed).toBe(true);
});

test("an error comes where the batch would have come", async () => {
  const seen: number[] = [];
  const reading = async () => {
    for await (const given of prefetch(counted(5, 2).dataset, { ahead: 4 }).batches(0))
      seen.push(numberOf(given));
  };
  await expect(reading()).rejects.toThrow("the disk is gone");
  expect(seen).toEqual([0, 1]);
});

test("an iterator is asked again only when it has answered", async () => {
  let running = 0;
  const slow: AsyncIterable<Batch> = {
    [Symbol.asyncIterator]: () => {
      let i = 0;
      return {
        async next() {
          expect(++running).toBe(1);
          await settle();
          running--;
          return i < 4 ? { done: false, value: batch(i++) } : { done: true, value: undefined };
        },
      };
    },
  };
  expect((await readBatches(prefetch(slow))).map(numberOf)).toEqual([0, 1, 2, 3]);
});

test("functions and plain iterables serve as well, in fit", async () => {
  const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
  model.compile({ loss: "mse" });
  const epochs: number[] = [];
  const data = prefetch((epoch: number) => {
    epochs.push(epoch);
    return [batch(1), batch(2)];
  });
  const { logs } = await model.fit(data, { epochs: 2, verbose: "silent" });
  expect(logs.loss?.length).toBe(2);
  expect(epochs).toEqual([0, 1]);
});

test("batches that are read once go on from epoch to epoch", async () => {
  const model = sequential([layers.dense({ units: 1, inputShape: [1] })]);
  model.compile({ loss: "mse" });
  const { dataset } = counted(6);
  const once = prefetch(dataset.batches(0) as AsyncIterable<Batch>);
  const { epochs } = await model.fit(once, { epochs: 3, stepsPerEpoch: 2, verbose: "silent" });
  expect(epochs).toEqual([0, 1, 2]);
});

test.each<[string, () => unknown, string]>([
  [
    "nothing ahead",
    () => prefetch(counted(1).dataset, { ahead: 0 }),
    "prefetch: ahead is to be a positive whole number, got 0",
  ],
  [
    "an unknown option",
    () => prefetch(counted(1).dataset, { count: 2 } as never),
    'prefetch: there is no option "count"',
  ],
])("refuses %s", (_, make, message) => {
  expect(make).toThrow(message);
});
