// predict follows the weights, however they change, and may be called at any time: before, during and beside a training.

import { describe, expect, test } from "vitest";
import {
  input,
  layers,
  model,
  type NdArray,
  ndarray,
  Random,
  type Sequential,
  sequential,
} from "../../src/index.ts";
import { expectClose, normal, weightsOf } from "./support/data.ts";
import { SpyDevice } from "./support/spy-device.ts";

const quiet = { verbose: "silent", shuffle: false } as const;
const [x, y] = [normal([6, 5, 2]), normal([6, 1], 2)];

function network(device?: SpyDevice): Sequential {
  const net = sequential([layers.lstm({ units: 4, inputShape: [5, 2] }), layers.dense({ units: 1 })]);
  net.compile({
    optimizer: { name: "sgd", learningRate: 0.3 },
    loss: "mse",
    ...(device === undefined ? {} : { device }),
  });
  return net;
}

const reference = network();

/** What another model of the weights as they are predicts, in whose graph they are inputs. */
async function fresh(net: Sequential): Promise<NdArray> {
  for (const [i, { weight }] of reference.weights.entries())
    weight.assign(net.weights[i]?.weight.peek() as NdArray);
  return reference.predict(x);
}

const largestGap = (a: NdArray, b: NdArray) =>
  Math.max(...a.toArray().map((value, i) => Math.abs(value - (b.toArray()[i] ?? 0))));

/** Every way in which weights change. */
const changes: Readonly<Record<string, (net: Sequential) => unknown>> = {
  fit: (net) => net.fit(x, y, quiet),
  trainOnBatch: (net) => net.trainOnBatch(x, y),
  assign: (net) => net.weights[0]?.weight.assign(normal([2, 16], 7)),
  "numbers written into value": (net) => net.weights[4]?.weight.value.data.fill(3 as never),
  restoreWeights: (net) =>
    net.restoreWeights(net.snapshotWeights().map((copy) => copy.map((value) => value + 0.3))),
  reinitialize: (net) => net.reinitialize(77),
  "initialize of one weight": (net) => net.weights[0]?.weight.initialize(new Random(5)),
  "training another model that shares a layer": async (net) => {
    const [lstm] = net.layers;
    if (lstm === undefined) throw new TypeError("there is a layer");
    const start = input({ shape: [5, 2] });
    const other = model({ inputs: start, outputs: layers.dense({ units: 3 }).apply(lstm.apply(start)) });
    other.compile({ optimizer: { name: "sgd", learningRate: 1 }, loss: "mse" });
    await other.fit(x, normal([6, 3], 4), quiet);
  },
  "the average of the weights at the end of fit": async (net) => {
    net.compile({
      optimizer: { name: "sgd", learningRate: 0.3, useEma: true, emaMomentum: 0.5 },
      loss: "mse",
    });
    await net.fit(x, y, { epochs: 3, ...quiet });
  },
};

describe("predict sees weights that were changed by", () => {
  test.each(Object.entries(changes))("%s", async (_, change) => {
    const net = network();
    // Its graph has the weights as inputs at the first call, and holds them from the second one on.
    const before = [await net.predict(x), await net.predict(x), await net.predict(x)];
    await change(net);
    for (const given of [await net.predict(x), await net.predict(x), await net.predict(x)]) {
      expectClose(given, await fresh(net));
      expect(largestGap(given, before[0] as NdArray)).toBeGreaterThan(1e-3);
    }
    await change(net);
    expectClose(await net.predict(x), await fresh(net));
  });

  test("one after the other, in any order", async () => {
    const net = network();
    const all = Object.values(changes);
    for (let i = 0; i < 16; i++) {
      await all[(i * 7) % all.length]?.(net);
      for (let calls = 0; calls <= i % 3; calls++) expectClose(await net.predict(x), await fresh(net), 4);
    }
  });

  test("evaluation, which changes none, leaves the graph as it is", async () => {
    const device = new SpyDevice();
    const net = network(device);
    for (let i = 0; i < 4; i++) {
      await net.predict(x);
      await net.evaluate(x, y);
    }
    // With the weights as inputs, with the weights inside, and the evaluation.
    expect(device.loaded.filter((label) => label === "sequential").length).toBe(2);
    expect(device.loaded.length).toBe(3);
  });

  test("training between calls does not compile a graph each time", async () => {
    const device = new SpyDevice();
    const net = network(device);
    for (let i = 0; i < 5; i++) {
      await net.predict(x);
      await net.trainOnBatch(x, y);
    }
    expect(device.loaded.filter((label) => label === "sequential").length).toBe(1);
  });
});

describe("at the same time", () => {
  test("many calls, of all sizes, give what each gives alone", async () => {
    const net = network();
    const wanted = await net.predict(x);
    const given = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        net.predict(x.rows(i % 3, 6 - (i % 2)), { batchSize: 1 + (i % 4) }),
      ),
    );
    for (const [i, one] of given.entries()) expectClose(one, wanted.rows(i % 3, 6 - (i % 2)));
  });

  test("a training goes on as if nobody had looked, and who looks sees the weights between two steps", async () => {
    const [alone, watched] = [network(), network()];
    const states: NdArray[] = [await fresh(watched)];
    await alone.fit(x, y, {
      batchSize: 3,
      epochs: 4,
      callbacks: [{ onBatchEnd: async () => void states.push(await fresh(alone)) }],
      ...quiet,
    });
    const looks: Promise<NdArray>[] = [];
    const look = () => void looks.push(watched.predict(x), watched.predict(x));
    look();
    await watched.fit(x, y, {
      batchSize: 3,
      epochs: 4,
      callbacks: [{ onBatchBegin: look, onBatchEnd: look }],
      ...quiet,
    });
    look();
    expect(weightsOf(watched)).toEqual(weightsOf(alone));
    for (const given of await Promise.all(looks)) {
      const gaps = states.map((state) => largestGap(given, state));
      expect(Math.min(...gaps)).toBeLessThan(1e-5);
    }
    expectClose((await Promise.all(looks)).at(-1), states.at(-1));
  });

  test("two trainings, evaluations and predictions of one model wait for each other", async () => {
    const net = network();
    const [history, other, evaluation, prediction] = await Promise.all([
      net.fit(x, y, { epochs: 3, batchSize: 2, ...quiet }),
      net.fit(x, y, { epochs: 3, batchSize: 3, ...quiet }),
      net.evaluate(x, y),
      net.predict(x),
    ]);
    expect(history.logs.loss?.length).toBe(3);
    expect(other.logs.loss?.length).toBe(3);
    expect(evaluation.loss).toBeGreaterThan(0);
    expect(prediction.shape).toEqual([6, 1]);
    expect(net.trainer().steps).toBe(3 * 3 + 3 * 2);
    expectClose(await net.predict(x), await fresh(net));
  });
});

describe("of odd data", () => {
  test("a NaN spoils its own row alone, whether the graph holds the weights or not", async () => {
    const net = network();
    const spoilt = ndarray(
      (x.toNested() as number[][][]).map((rows, i) => (i === 2 ? [[Number.NaN, 0], ...rows.slice(1)] : rows)),
    );
    const wanted = await net.predict(x);
    for (let call = 0; call < 3; call++) {
      const given = await net.predict(spoilt);
      for (let i = 0; i < 6; i++) {
        if (i === 2) expect(given.at(i, 0)).toBeNaN();
        else expect(given.at(i, 0)).toBeCloseTo(wanted.at(i, 0), 5);
      }
    }
  });

  test("a single row is what it is among others", async () => {
    const net = network();
    const wanted = await net.predict(x);
    for (let i = 0; i < 6; i++)
      expect((await net.predict(x.rows(i, i + 1))).at(0, 0)).toBeCloseTo(wanted.at(i, 0), 5);
  });
});
