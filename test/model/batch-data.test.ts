// Training on data that comes in batches: functions, generators and data sets, against the same rows as arrays.

import { describe, expect, test } from "vitest";
import { input, layers, model, NdArray, ndarray, type Sequential, sequential } from "../../src/index.ts";
import type { Batch, BatchData, Dataset } from "../../src/model/source.ts";
import { linearData, normal, weightsOf } from "./support/data.ts";

const quiet = { verbose: "silent", shuffle: false } as const;
const silent = { verbose: "silent" } as const;

/** What a caller without types might pass. */
const wrong = <T>(value: unknown): T => value as T;

const { x, y } = linearData(10);

function line(): Sequential {
  const net = sequential([layers.dense({ units: 1, inputShape: [2] })]);
  net.compile({ optimizer: { name: "adam", learningRate: 0.1 }, loss: "mse", metrics: ["mae"] });
  return net;
}

/** The rows as batches of four, four and two. */
function* inFours(): Generator<Batch> {
  for (let start = 0; start < 10; start += 4) {
    const end = Math.min(start + 4, 10);
    yield { x: x.rows(start, end), y: y.rows(start, end) };
  }
}

async function* later(batches: Iterable<Batch>): AsyncGenerator<Batch> {
  for (const batch of batches) {
    await Promise.resolve();
    yield batch;
  }
}

/** Batches without end: the ten rows again and again. */
async function* endless(): AsyncGenerator<Batch> {
  for (;;) yield* inFours();
}

class Fours implements Dataset {
  readonly steps = 3;
  readonly epochs: number[] = [];

  batches(epoch: number): Iterable<Batch> {
    this.epochs.push(epoch);
    return inFours();
  }
}

describe("fit", () => {
  test.each<[string, () => BatchData]>([
    ["a function that gives a generator", () => inFours],
    ["a function that gives an asynchronous generator", () => () => later(inFours())],
    ["a function that gives a list", () => () => [...inFours()]],
    ["a data set", () => new Fours()],
    ["a data set of unknown length", () => ({ batches: () => later(inFours()) })],
  ])("takes the same steps on %s as on arrays", async (_, data) => {
    const [fromArrays, fromBatches] = [line(), line()];
    const wanted = await fromArrays.fit(x, y, { batchSize: 4, epochs: 3, ...quiet });
    const given = await fromBatches.fit(data(), { epochs: 3, ...silent });
    expect(given).toEqual(wanted);
    expect(weightsOf(fromBatches)).toEqual(weightsOf(fromArrays));
  });

  test("reads batches that can be read once to their end, in one epoch", async () => {
    const [fromArrays, fromBatches] = [line(), line()];
    await fromArrays.fit(x, y, { batchSize: 4, ...quiet });
    await fromBatches.fit(later(inFours()), silent);
    expect(weightsOf(fromBatches)).toEqual(weightsOf(fromArrays));
    await expect(line().fit(later(inFours()), { epochs: 2, ...silent })).rejects.toThrow(
      "x: there are no batches in epoch 2; batches that are read once end after an epoch: give a function, or stepsPerEpoch",
    );
  });

  test("cuts what has no end into epochs by stepsPerEpoch, without losing a batch", async () => {
    const [fromArrays, fromBatches] = [line(), line()];
    await fromArrays.fit(x, y, { batchSize: 4, epochs: 2, ...quiet });
    const { epochs } = await fromBatches.fit(endless(), { epochs: 3, stepsPerEpoch: 2, ...silent });
    expect(epochs).toEqual([0, 1, 2]);
    expect(weightsOf(fromBatches)).toEqual(weightsOf(fromArrays)); // six steps in both
  });

  test("asks a function anew for each epoch, and takes no more than stepsPerEpoch of it", async () => {
    const asked: number[] = [];
    let read = 0;
    const data = (epoch: number) => {
      asked.push(epoch);
      return (function* () {
        for (const batch of inFours()) {
          read++;
          yield batch;
        }
      })();
    };
    await line().fit(data, { epochs: 4, initialEpoch: 2, stepsPerEpoch: 2, ...silent });
    expect(asked).toEqual([2, 3]);
    expect(read).toBe(4);
  });

  test("closes what it does not read to the end", async () => {
    let closed = 0;
    const data = () =>
      (function* () {
        try {
          yield* inFours();
        } finally {
          closed++;
        }
      })();
    await line().fit(data, { stepsPerEpoch: 1, ...silent });
    expect(closed).toBe(1);
    const stop = {
      onBatchEnd: () => {
        throw new TypeError("enough");
      },
    };
    await expect(line().fit(data, { callbacks: [stop], ...silent })).rejects.toThrow("enough");
    expect(closed).toBe(2);
  });

  test("an epoch that has fewer batches than stepsPerEpoch ends with them", async () => {
    const steps: number[] = [];
    const { epochs } = await line().fit(inFours, {
      epochs: 2,
      stepsPerEpoch: 5,
      callbacks: [{ onBatchEnd: (step) => void steps.push(step) }],
      ...silent,
    });
    expect(epochs).toEqual([0, 1]);
    expect(steps).toEqual([0, 1, 2, 0, 1, 2]);
  });

  test("weighs rows by weights that come with them", async () => {
    const weight = (i: number) => 0.5 * i;
    const [fromArrays, fromBatches] = [line(), line()];
    const all = Array.from({ length: 10 }, (_, i) => weight(i));
    await fromArrays.fit(x, y, { batchSize: 4, sampleWeight: all, ...quiet });
    await fromBatches.fit(function* () {
      let start = 0;
      for (const batch of inFours()) {
        const rows = (batch.x as NdArray).shape[0] ?? 0;
        yield { ...batch, sampleWeight: all.slice(start, start + rows) };
        start += rows;
      }
    }, silent);
    expect(weightsOf(fromBatches)).toEqual(weightsOf(fromArrays));
  });

  test("batches may be of several inputs and outputs, in lists or by name, and of lists of numbers", async () => {
    const make = () => {
      const [a, b] = [input({ shape: [1], name: "a" }), input({ shape: [1], name: "b" })];
      const h = layers.concatenate().apply([a, b]);
      const net = model({
        inputs: [a, b],
        outputs: { p: layers.dense({ units: 1 }).apply(h), q: layers.dense({ units: 1 }).apply(h) },
      });
      net.compile({ optimizer: "sgd", loss: ["mse", "mae"] });
      return net;
    };
    const [one, other] = [make(), make()];
    const [a, b, p, q] = [1, 2, 3, 4].map((seed) => normal([4, 1], seed)) as [
      NdArray,
      NdArray,
      NdArray,
      NdArray,
    ];
    await one.fit([a, b], [p, q], quiet);
    await other.fit(() => [{ x: { b, a }, y: { q: q.toNested() as number[][], p } }], silent);
    expect(weightsOf(other)).toEqual(weightsOf(one));
  });
});

describe("held-out batches", () => {
  test("are what arrays are, after every epoch", async () => {
    const [fromArrays, fromBatches] = [line(), line()];
    const wanted = await fromArrays.fit(x, y, { batchSize: 4, epochs: 2, validationData: [x, y], ...quiet });
    const given = await fromBatches.fit(x, y, {
      batchSize: 4,
      epochs: 2,
      validationData: new Fours(),
      ...quiet,
    });
    expect(given.logs).toEqual(wanted.logs);
    expect(Object.keys(given.logs)).toEqual(["loss", "mae", "val_loss", "val_mae"]);
  });

  test("go with batches to train on, and with arrays", async () => {
    const { logs } = await line().fit(inFours, {
      epochs: 2,
      validationData: () => later(inFours()),
      ...silent,
    });
    expect(logs.val_loss?.length).toBe(2);
    const mixed = await line().fit(inFours, { epochs: 2, validationData: [x, y], ...silent });
    expect(mixed.logs.val_loss?.[1]).toBeCloseTo(logs.val_loss?.[1] ?? Number.NaN, 6);
  });

  test("are named in messages", async () => {
    await expect(
      line().fit(x, y, { validationData: () => [{ x, y: normal([3, 1]) }], ...quiet }),
    ).rejects.toThrow("validationData[1]: wants 10 rows, as many as validationData[0], got [3, 1]");
    await expect(line().fit(x, y, { validationData: () => [], ...quiet })).rejects.toThrow(
      "validationData: there are no batches in epoch 1",
    );
  });
});

describe("evaluate", () => {
  test("gives what it gives for the arrays", async () => {
    const net = line();
    const wanted = await net.evaluate(x, y);
    for (const data of [inFours, () => later(inFours()), new Fours(), later(inFours())]) {
      const given = await net.evaluate(wrong<Dataset>(data));
      expect(given.loss).toBeCloseTo(wanted.loss ?? Number.NaN, 5);
      expect(given.mae).toBeCloseTo(wanted.mae ?? Number.NaN, 5);
    }
  });
});

describe("refuses", () => {
  test.each<[string, object, string]>([
    [
      "targets beside batches",
      { sampleWeight: [1] },
      "fit: sampleWeight is for arrays; data that come in batches have it within them",
    ],
    ["a split of batches", { validationSplit: 0.2 }, "fit: validationSplit is for arrays"],
    ["shuffling", { shuffle: true }, "fit: shuffle is for arrays"],
    ["no steps", { stepsPerEpoch: 0 }, "fit: stepsPerEpoch is to be a positive whole number, got 0"],
    ["half a step", { stepsPerEpoch: 1.5 }, "fit: stepsPerEpoch is to be a positive whole number, got 1.5"],
    ["an option that there is not", { steps: 2 }, 'fit: there is no option "steps"'],
  ])("%s", async (_, options, message) => {
    await expect(line().fit(inFours, wrong({ ...options, ...silent }))).rejects.toThrow(message);
  });

  test.each<[string, unknown, string]>([
    [
      "a batch that is a list",
      [[x, y]],
      'x: batch 0 of epoch 1 is to be { x, y, sampleWeight? }, got ["NdArray","NdArray"]',
    ],
    [
      "a batch that is an array",
      [x],
      "x: batch 0 of epoch 1 is to be { x, y, sampleWeight? }, got an instance of NdArray",
    ],
    ["no batch", [undefined], "x: batch 0 of epoch 1 is to be { x, y, sampleWeight? }, got undefined"],
    ["a batch without targets", [{ x }], "y: the targets are missing"],
    [
      "a batch without rows",
      [{ x: NdArray.zeros([0, 2]), y: NdArray.zeros([0, 1]) }],
      "x: there are no rows",
    ],
    [
      "a batch of another width",
      [{ x: normal([4, 3]), y: y.rows(0, 4) }],
      "x: layer dense wants [samples, 2], got [4, 3]",
    ],
    [
      "a NaN in the second batch",
      [
        { x, y },
        { x: ndarray([[1, Number.NaN]]), y: [[1]] },
      ],
      "x: row 0, at [0, 1], is NaN",
    ],
    ["no batches at all", [], "x: there are no batches in epoch 1"],
    [
      "what cannot be gone through",
      3,
      "x: the batches of epoch 1 are to be a list, a generator or the like, got 3",
    ],
    [
      "nothing",
      undefined,
      "x: the batches of epoch 1 are to be a list, a generator or the like, got undefined",
    ],
  ])("%s", async (_, batches, message) => {
    await expect(line().fit(() => wrong<Batch[]>(batches), silent)).rejects.toThrow(message);
    await expect(line().evaluate(() => wrong<Batch[]>(batches))).rejects.toThrow(message);
  });

  test("stepsPerEpoch with arrays", async () => {
    await expect(line().fit(x, y, { stepsPerEpoch: 2, ...quiet })).rejects.toThrow(
      "fit: stepsPerEpoch is for data that come in batches; x is arrays",
    );
  });

  test("an error within the data comes through as it is", async () => {
    const broken = () =>
      later(
        (function* () {
          yield* inFours();
          throw new RangeError("the file is gone");
        })(),
      );
    await expect(line().fit(broken, silent)).rejects.toThrow(new RangeError("the file is gone"));
  });

  test.each<[string, unknown]>([
    ["a list of batches", [...inFours()]],
    ["a generator", inFours()],
  ])("%s where a function is wanted", async (_, data) => {
    await expect(line().fit(wrong(data), undefined, silent)).rejects.toThrow(
      "batches come from a function that gives those of an epoch, an asynchronous generator, or a data set",
    );
  });
});
