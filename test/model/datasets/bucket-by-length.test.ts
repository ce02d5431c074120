// bucketByLength: which sequences meet, how far they are padded, and a model that trains on them.

import { describe, expect, test } from "vitest";
import { type BucketOptions, bucketByLength } from "../../../src/model/datasets/bucket-by-length.ts";
import { padSequences } from "../../../src/model/datasets/pad-sequences.ts";
import { sequential } from "../../../src/model/sequential.ts";
import type { Dataset } from "../../../src/model/source.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import type { NdArray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import { SpyDevice } from "../support/spy-device.ts";

const nested = (data: unknown) => (data as NdArray).toNested();

function read(dataset: Dataset, epoch = 0) {
  return [...(dataset.batches(epoch) as Iterable<{ x: NdArray; y?: NdArray; sampleWeight?: NdArray }>)];
}

/** Sequences of the lengths given, all of whose steps hold the sequence's number, counted from 1. */
const sequencesOf = (lengths: readonly number[]) =>
  lengths.map((length, i) => new Array<number>(length).fill(i + 1));

/** The numbers of the sequences in a batch of such. */
const members = ({ x }: { x: NdArray }) => (nested(x) as number[][]).map((row) => Math.max(...row));

const lengths = Array.from(new Random(3).integers([100], 1, 41).data, Number);
const x = sequencesOf(lengths);

describe("buckets", () => {
  test("are cut at the boundaries; what is longer makes one more", () => {
    const dataset = bucketByLength({
      x: sequencesOf([1, 2, 3, 4, 9, 12]),
      boundaries: [2, 4],
      batchSize: 2,
      shuffle: false,
    });
    expect(dataset.steps).toBe(3);
    expect(read(dataset).map((batch) => [members(batch), batch.x.shape])).toEqual([
      [
        [1, 2],
        [2, 2],
      ],
      [
        [3, 4],
        [2, 4],
      ],
      [
        [5, 6],
        [2, 12],
      ],
    ]);
  });

  test("what makes no full batch goes up into the next bucket", () => {
    const dataset = bucketByLength({
      x: sequencesOf([1, 4, 1, 4, 1, 4, 4]),
      boundaries: [2, 4, 9],
      batchSize: 2,
      shuffle: false,
    });
    expect(read(dataset).map((batch) => [members(batch), batch.x.shape[1]])).toEqual([
      [[1, 3], 2],
      [[5, 2], 4],
      [[4, 6], 4],
      [[7], 4],
    ]);
  });

  test("without boundaries have about as many sequences each", () => {
    const dataset = bucketByLength({ x, bucketCount: 4, batchSize: 1, shuffle: false });
    const counts = new Map<number, number>();
    for (const batch of read(dataset))
      counts.set(batch.x.shape[1] ?? 0, (counts.get(batch.x.shape[1] ?? 0) ?? 0) + 1);
    expect(counts.size).toBe(4);
    for (const count of counts.values()) expect(Math.abs(count - 25)).toBeLessThanOrEqual(5);
    expect(Math.max(...counts.keys())).toBe(Math.max(...lengths));
  });

  test("padTo batch pads no further than the longest of a batch", () => {
    for (const batch of read(bucketByLength({ x, batchSize: 8, padTo: "batch" }))) {
      const longest = Math.max(...members(batch).map((member) => lengths[member - 1] ?? 0));
      expect(batch.x.shape[1]).toBe(longest);
    }
  });

  test("pad less than one array of all", () => {
    const sizes = read(bucketByLength({ x, batchSize: 8, bucketCount: 5 })).map(({ x: batch }) => batch.size);
    const real = lengths.reduce((sum, length) => sum + length);
    const padding = sizes.reduce((sum, size) => sum + size) - real;
    expect(padding).toBeLessThan(0.4 * (padSequences(x).size - real));
  });
});

describe("an epoch", () => {
  test("has each sequence once, whole, in full batches but one", () => {
    for (const epoch of [0, 1]) {
      const batches = read(bucketByLength({ x, batchSize: 8, boundaries: [10, 20, 30] }), epoch);
      expect(batches.flatMap(members).toSorted((a, b) => a - b)).toEqual(x.map((_, i) => i + 1));
      expect(batches.map(({ x: batch }) => batch.shape[0]).toSorted()).toEqual([4, ...new Array(12).fill(8)]);
      for (const { x: batch } of batches) {
        for (const row of nested(batch) as number[][]) {
          const member = Math.max(...row);
          expect(row.filter((value) => value === member).length).toBe(lengths[member - 1]);
          expect(row.at(-1)).toBe(member); // padded before
        }
      }
    }
  });

  test("follows from the seed and its number", () => {
    const order = (seed: number, epoch: number) =>
      read(bucketByLength({ x, batchSize: 8, seed }), epoch).map(members);
    expect(order(1, 0)).toEqual(order(1, 0));
    expect(order(1, 1)).not.toEqual(order(1, 0));
    expect(order(2, 0)).not.toEqual(order(1, 0));
  });

  test("does not run from short to long", () => {
    const steps = read(bucketByLength({ x, batchSize: 4 })).map(({ x: batch }) => batch.shape[1] ?? 0);
    expect(steps).not.toEqual(steps.toSorted((a, b) => a - b));
  });

  test("drops the smaller batch where asked to", () => {
    const dataset = bucketByLength({ x, batchSize: 8, dropRemainder: true });
    expect(dataset.steps).toBe(12);
    expect(read(dataset).map(({ x: batch }) => batch.shape[0])).toEqual(new Array(12).fill(8));
  });
});

describe("targets and weights", () => {
  test("go with their sequence", () => {
    const y = x.map((_, i) => i + 1);
    const dataset = bucketByLength({ x, y, sampleWeight: y.map((value) => value / 2), batchSize: 8 });
    for (const batch of read(dataset)) {
      expect(nested(batch.y)).toEqual(members(batch));
      expect(nested(batch.sampleWeight)).toEqual(members(batch).map((member) => member / 2));
    }
  });

  test("of each step are padded like the sequence", () => {
    const y = x.map((sequence) => sequence.map((value) => -value));
    const dataset = bucketByLength({
      x,
      y,
      targets: "step",
      targetValue: 7,
      targetDtype: "int32",
      padding: "post",
      batchSize: 8,
    });
    for (const batch of read(dataset)) {
      const wanted = (nested(batch.x) as number[][]).map((row) =>
        row.map((value) => (value === 0 ? 7 : -value)),
      );
      expect(batch.y?.dtype).toBe("int32");
      expect(nested(batch.y)).toEqual(wanted);
    }
  });

  test("sequences of vectors", () => {
    const dataset = bucketByLength({
      x: [
        [[1, 2]],
        [
          [3, 4],
          [5, 6],
        ],
      ],
      dtype: "float32",
      value: -1,
      shuffle: false,
      bucketCount: 1,
    });
    expect(nested(read(dataset)[0]?.x)).toEqual([
      [
        [-1, -1],
        [1, 2],
      ],
      [
        [3, 4],
        [5, 6],
      ],
    ]);
  });
});

test("a model of open length trains on them, compiled once for each bucket and the last batch", async () => {
  // Whether more than half of the ids are above 4: with the padding masked, the mean of a one-dimensional embedding says it.
  const random = new Random(5);
  const sentences = lengths.map((length) => Array.from(random.integers([length], 1, 9).data, Number));
  const y = sentences.map((ids) => (ids.filter((id) => id > 4).length > ids.length / 2 ? 1 : 0));
  const spy = new SpyDevice();
  const model = sequential([
    layers.embedding({ inputDim: 9, outputDim: 4, maskZero: true, inputShape: [null] }),
    layers.gru({ units: 8 }),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ]);
  model.compile({ optimizer: { name: "adam", learningRate: 0.03 }, loss: "binaryCrossentropy", device: spy });
  const train = bucketByLength({ x: sentences, y, batchSize: 16, boundaries: [10, 20, 30] });
  const { logs } = await model.fit(train, { epochs: 12, verbose: "silent" });
  expect(logs.loss?.at(-1)).toBeLessThan(0.6 * (logs.loss?.[0] ?? 0));
  expect(spy.loaded.length).toBe(5);
  expect(spy.steps.length).toBe(12 * 7);
});

test.each<[string, Partial<BucketOptions>, string]>([
  [
    "boundaries that fall",
    { boundaries: [4, 2] },
    "bucketByLength: boundaries is to be a list of ascending positive whole numbers, got [4,2]",
  ],
  [
    "boundaries and a count",
    { boundaries: [4], bucketCount: 2 },
    "bucketByLength: boundaries and bucketCount are given; wanted one of them",
  ],
  ["no count", { bucketCount: 0 }, "bucketByLength: bucketCount is to be a positive whole number, got 0"],
  ["no padTo", { padTo: "all" as never }, 'bucketByLength: padTo is to be "bucket" or "batch", got "all"'],
  [
    "no kind of targets",
    { y: [1, 2], targets: "all" as never },
    'bucketByLength: targets is to be "row" or "step", got "all"',
  ],
  ["no padding", { padding: "left" as never }, "bucketByLength: padding is to be one of pre, post"],
  ["fractions of ids", { x: [[0.5]] }, "x: sequence 0: ndarray: the value at [0] is 0.5; wanted int32"],
  ["no sequences", { x: [] }, "bucketByLength: 0 sequences make no batch of 32"],
  ["another number of targets", { y: [1] }, "y: wants 2 rows, as many as x, got [1]"],
  [
    "another number of target sequences",
    { y: [[1]], targets: "step" },
    "y: wants 2 sequences, as many as x, got 1",
  ],
  [
    "target sequences of another length",
    { y: [[1], [1]], targets: "step" },
    "y: sequence 1 has 1 steps, that of x has 2",
  ],
  ["an unknown option", { maxLength: 3 } as never, 'bucketByLength: there is no option "maxLength"'],
])("refuses %s", (_, options, message) => {
  expect(() => bucketByLength({ x: [[1], [2, 3]], ...options })).toThrow(message);
});
