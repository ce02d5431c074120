// Gradient accumulation, and the moving average of the weights, in fit.

import { describe, expect, test } from "vitest";
import {
  type CompileModelOptions,
  input,
  layers,
  model,
  NdArray,
  type Sequential,
  sequential,
} from "../../src/index.ts";
import { normal, weightsOf } from "./support/data.ts";

const quiet = { verbose: "silent", shuffle: false } as const;
const [x, y] = [normal([12, 4, 2]), normal([12, 1], 2)];

function network(compile: CompileModelOptions): Sequential {
  const net = sequential([
    layers.lstm({ units: 3, inputShape: [4, 2] }),
    layers.dense({ units: 2, activation: "tanh" }),
    layers.dense({ units: 1 }),
  ]);
  net.compile({ loss: "mse", ...compile });
  return net;
}

function expectSame(one: Sequential, other: Sequential): void {
  const wanted = weightsOf(other);
  for (const [i, value] of weightsOf(one).entries()) expect(value).toBeCloseTo(wanted[i] ?? Number.NaN, 5);
}

describe("gradientAccumulationSteps", () => {
  test.each<[string, CompileModelOptions["optimizer"]]>([
    ["sgd", { name: "sgd", learningRate: 0.1 }],
    ["sgd with momentum", { name: "sgd", learningRate: 0.05, momentum: 0.9 }],
    ["adam", { name: "adam", learningRate: 0.01 }],
    ["adam with clipping", { name: "adam", learningRate: 0.01, globalClipnorm: 0.1 }],
  ])("of equal batches are the large batch: %s", async (_, optimizer) => {
    const compile = optimizer === undefined ? {} : { optimizer };
    const [large, small] = [network(compile), network({ ...compile, gradientAccumulationSteps: 3 })];
    for (let i = 0; i < 4; i++) {
      await large.fit(x, y, { batchSize: 6, ...quiet });
      await small.fit(x, y, { batchSize: 2, ...quiet });
    }
    expectSame(small, large);
  });

  test("weights change at every third step alone, and not before", async () => {
    const net = network({ optimizer: "adam", gradientAccumulationSteps: 3 });
    const seen: boolean[] = [];
    let before = weightsOf(net);
    await net.fit(x, y, {
      batchSize: 2,
      callbacks: [
        {
          onBatchEnd() {
            const now = weightsOf(net);
            seen.push(now.some((value, i) => value !== before[i]));
            before = now;
          },
        },
      ],
      ...quiet,
    });
    expect(seen).toEqual([false, false, true, false, false, true]);
    expect(net.trainer().steps).toBe(2);
  });

  test("go on over the end of an epoch", async () => {
    // Three epochs of one batch each are one step on the batch three times, as is one step on it.
    const [whole, parts] = [
      network({ optimizer: "sgd" }),
      network({ optimizer: "sgd", gradientAccumulationSteps: 3 }),
    ];
    await whole.fit(x, y, { batchSize: 12, ...quiet });
    const before = weightsOf(parts);
    await parts.fit(x, y, { batchSize: 12, epochs: 2, ...quiet });
    expect(weightsOf(parts)).toEqual(before);
    await parts.fit(x, y, { batchSize: 12, ...quiet });
    expectSame(parts, whole);
  });

  test("leave nothing of one group of batches to the next", async () => {
    const net = network({ optimizer: { name: "sgd", learningRate: 1 }, gradientAccumulationSteps: 2 });
    const other = network({ optimizer: { name: "sgd", learningRate: 1 } });
    const [first, second] = [x.rows(0, 6), x.rows(6, 12)];
    for (let i = 0; i < 2; i++) await net.trainOnBatch(first, y.rows(0, 6));
    await other.trainOnBatch(first, y.rows(0, 6));
    for (let i = 0; i < 2; i++) await net.trainOnBatch(second, y.rows(6, 12));
    await other.trainOnBatch(second, y.rows(6, 12));
    expectSame(net, other);
  });

  test("add up rows of a table, whichever each batch reads", async () => {
    const make = (steps: number) => {
      const net = sequential([
        layers.embedding({ inputDim: 40, outputDim: 2, inputShape: [2] }),
        layers.flatten(),
        layers.dense({ units: 1 }),
      ]);
      net.compile({ optimizer: "sgd", loss: "mse", gradientAccumulationSteps: steps });
      return net;
    };
    const ids = NdArray.zeros([6, 2], "int32");
    (ids.data as Int32Array).set([1, 2, 3, 1, 39, 1, 0, 5, 5, 5, 2, 3]);
    const target = normal([6, 1]);
    const [large, small] = [make(1), make(3)];
    for (let i = 0; i < 3; i++) {
      await large.fit(ids, target, { batchSize: 6, ...quiet });
      await small.fit(ids, target, { batchSize: 2, ...quiet });
    }
    expectSame(small, large);
  });

  test("take the learning rate of the step that they make", async () => {
    const rates: number[] = [];
    const net = network({
      optimizer: { name: "sgd", learningRate: (step) => 0.1 / (step + 1) },
      gradientAccumulationSteps: 2,
    });
    await net.fit(x, y, {
      batchSize: 3,
      callbacks: [{ onBatchEnd: (_, __, { learningRate }) => void rates.push(learningRate) }],
      ...quiet,
    });
    expect(rates).toEqual([0.1, 0.05, 0.05, 0.1 / 3]);
  });

  test("work for several outputs", async () => {
    const make = (steps: number) => {
      const start = input({ shape: [4, 2] });
      const h = layers.lstm({ units: 3 }).apply(start);
      const net = model({
        inputs: start,
        outputs: [layers.dense({ units: 1 }).apply(h), layers.dense({ units: 1 }).apply(h)],
      });
      net.compile({
        optimizer: "sgd",
        loss: ["mse", "mae"],
        lossWeights: [1, 0.5],
        gradientAccumulationSteps: steps,
      });
      return net;
    };
    const [large, small] = [make(1), make(2)];
    const targets = [y, normal([12, 1], 3)];
    await large.fit(x, targets, { batchSize: 12, ...quiet });
    await small.fit(x, targets, { batchSize: 6, ...quiet });
    for (const [i, value] of weightsOf(small).entries())
      expect(value).toBeCloseTo(weightsOf(large)[i] ?? Number.NaN, 5);
  });
});

describe("useEma", () => {
  // Source: Keras' `use_ema`: the average starts at the weights after the first step, and takes their place at the end of fit.
  const momentum = 0.8;
  const average = { name: "sgd", learningRate: 0.1, useEma: true, emaMomentum: momentum } as const;

  /** The weights after each step without the average. */
  async function path(steps: number): Promise<readonly (readonly number[])[]> {
    const net = network({ optimizer: { name: "sgd", learningRate: 0.1 } });
    const seen: number[][] = [];
    for (let i = 0; i < steps; i++) {
      await net.trainOnBatch(x, y);
      seen.push(weightsOf(net));
    }
    return seen;
  }

  /** w₁, then μ·average + (1 - μ)·wₜ. */
  function averageOf(seen: readonly (readonly number[])[]): readonly number[] {
    const [first = [], ...rest] = seen;
    return rest.reduce<readonly number[]>(
      (mean, now) => mean.map((value, i) => momentum * value + (1 - momentum) * (now[i] ?? Number.NaN)),
      first,
    );
  }

  test("puts the average in the weights' place at the end of fit, and not before", async () => {
    const net = network({ optimizer: average });
    const during: number[][] = [];
    await net.fit(x, y, {
      batchSize: 12,
      epochs: 5,
      callbacks: [{ onBatchEnd: () => void during.push(weightsOf(net)) }],
      ...quiet,
    });
    const plain = await path(5);
    for (const [step, weights] of during.entries()) {
      for (const [i, value] of weights.entries())
        expect(value).toBeCloseTo(plain[step]?.[i] ?? Number.NaN, 6);
    }
    const wanted = averageOf(plain);
    for (const [i, value] of weightsOf(net).entries()) expect(value).toBeCloseTo(wanted[i] ?? Number.NaN, 5);
    expect(weightsOf(net)).not.toEqual(during.at(-1));
  });

  test("is what predict and evaluate see after fit", async () => {
    const net = network({ optimizer: average });
    const before = await net.predict(x);
    await net.predict(x); // whose graph holds the weights
    await net.fit(x, y, { batchSize: 12, epochs: 5, ...quiet });
    const other = network({});
    other.restoreWeights(net.snapshotWeights());
    const wanted = await other.predict(x);
    for (const [i, value] of (await net.predict(x)).toArray().entries())
      expect(value).toBeCloseTo(wanted.toArray()[i] ?? Number.NaN, 6);
    expect(wanted.toArray()).not.toEqual(before.toArray());
    expect((await net.evaluate(x, y)).loss).toBeCloseTo((await other.evaluate(x, y)).loss ?? Number.NaN, 6);
  });

  test("counts the steps in which the weights change, not the batches", async () => {
    const net = network({ optimizer: average, gradientAccumulationSteps: 2 });
    await net.fit(x, y, { batchSize: 6, epochs: 3, ...quiet });
    const wanted = averageOf(await path(3));
    for (const [i, value] of weightsOf(net).entries()) expect(value).toBeCloseTo(wanted[i] ?? Number.NaN, 5);
  });

  test("leaves frozen weights alone", async () => {
    const net = network({ optimizer: average });
    (net.layers[0] as { trainable: boolean }).trainable = false;
    net.compile({ optimizer: average, loss: "mse" });
    const frozen = net.weights
      .filter(({ trainable }) => !trainable)
      .map(({ weight }) => weight.value.toArray());
    await net.fit(x, y, { batchSize: 12, epochs: 3, ...quiet });
    expect(
      net.weights.filter(({ trainable }) => !trainable).map(({ weight }) => weight.value.toArray()),
    ).toEqual(frozen);
  });

  test("leaves the weights alone where no step was taken", async () => {
    const net = network({ optimizer: average, gradientAccumulationSteps: 5 });
    const before = weightsOf(net);
    await net.fit(x, y, { batchSize: 12, epochs: 3, ...quiet });
    expect(weightsOf(net)).toEqual(before);
  });
});
