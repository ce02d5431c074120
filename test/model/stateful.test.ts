// Stateful layers: what one batch leaves is what the next one starts from, in predict, fit and evaluate.

import { describe, expect, test } from "vitest";
import {
  input,
  layers,
  model,
  NdArray,
  ndarray,
  Random,
  type Sequential,
  sequential,
} from "../../src/index.ts";
import { expectClose, normal, setWeights, weightsOf } from "./support/data.ts";

const quiet = { verbose: "silent", shuffle: false } as const;
const [steps, features, batch] = [8, 2, 3];
const x = normal([batch, steps, features]);

/** Steps from one to another of every sequence: [batch, to - from, features]. */
function window(from: number, to: number): NdArray {
  const parts = Array.from({ length: batch }, (_, i) =>
    (x.data as Float32Array).slice((i * steps + from) * features, (i * steps + to) * features),
  );
  return new NdArray(Float32Array.from(parts.flatMap((part) => [...part])), [batch, to - from, features]);
}

const recurrent = {
  lstm: (more: object) => layers.lstm({ units: 4, ...more }),
  gru: (more: object) => layers.gru({ units: 4, ...more }),
  simpleRNN: (more: object) => layers.simpleRNN({ units: 4, ...more }),
  "two cells": (more: object) =>
    layers.rnn({ cell: [layers.lstmCell({ units: 3 }), layers.gruCell({ units: 4 })], ...more }),
  bidirectional: (more: object) => layers.bidirectional({ layer: layers.gru({ units: 2, ...more }) }),
};

/** Fails where two arrays are the same up to rounding. */
function expectApart(given: NdArray, wanted: NdArray): void {
  const numbers = wanted.toArray();
  expect(Math.max(...given.toArray().map((value, i) => Math.abs(value - (numbers[i] ?? 0))))).toBeGreaterThan(
    1e-3,
  );
}

type Kind = keyof typeof recurrent;
const kinds = Object.keys(recurrent) as readonly Kind[];

function make(kind: Kind, length: number, stateful = true): Sequential {
  const net = sequential([
    layers.dense({ units: 3, inputShape: [length, features] }),
    recurrent[kind]({ stateful, returnSequences: true }),
    layers.dense({ units: 1 }),
  ]);
  for (const [i, { weight }] of net.weights.entries())
    weight.assign(new Random(i).uniform(weight.shape, -1, 1));
  return net;
}

describe("predict", () => {
  // Backward in time there is nothing to go on from: the parts of a Bidirectional are no whole.
  test.each(kinds.filter((kind) => kind !== "bidirectional"))(
    "%s: parts of sequences, one after the other, are the whole",
    async (kind) => {
      const whole = await make(kind, steps, false).predict(x);
      const net = make(kind, 2);
      // The first call has the weights as inputs of its graph, the ones that follow inside it.
      for (const from of [0, 2, 4, 6]) {
        const part = await net.predict(window(from, from + 2));
        for (let i = 0; i < batch; i++) {
          for (const t of [0, 1]) expect(part.at(i, t, 0)).toBeCloseTo(whole.at(i, from + t, 0), 5);
        }
      }
    },
  );

  test.each(kinds)("%s: resetStates begins anew", async (kind) => {
    const net = make(kind, steps);
    const [first, second] = [await net.predict(x), await net.predict(x)];
    expectApart(second, first);
    net.resetStates();
    expectClose(await net.predict(x), first);
    expectClose(await net.predict(x), second);
    for (const layer of net.layers) layer.resetStates();
    expectClose(await net.predict(x), first);
  });

  test("a layer that is not stateful starts at zero each time", async () => {
    const net = make("lstm", steps, false);
    const first = await net.predict(x);
    expectClose(await net.predict(x), first);
    expect(net.states).toEqual([]);
  });

  test("calls that are not waited for come one after the other", async () => {
    const net = make("lstm", steps);
    const wanted = [await net.predict(x), await net.predict(x), await net.predict(x)];
    net.resetStates();
    const given = await Promise.all([net.predict(x), net.predict(x), net.predict(x)]);
    for (const [i, one] of given.entries()) expectClose(one, wanted[i]);
    expectApart(given[1] as NdArray, given[0] as NdArray);
  });

  test("a call that fails leaves the ones after it alone", async () => {
    const net = make("lstm", steps);
    await net.predict(x);
    const failing = net.predict(normal([2, steps, features]));
    const next = net.predict(x);
    await expect(failing).rejects.toThrow(
      "the state state_0 was left by a batch of 3 sequences, this batch has 2",
    );
    expect((await next).shape).toEqual([batch, steps, 1]);
  });

  test("rows are sequences that go on in the next batch", async () => {
    const net = make("gru", steps);
    const twice = ndarray([...(x.toNested() as number[][][]), ...(x.toNested() as number[][][])]);
    const both = await net.predict(twice, { batchSize: batch });
    net.resetStates();
    expectClose(both.rows(0, batch), await net.predict(x));
    expectClose(both.rows(batch, 2 * batch), await net.predict(x));
  });

  test("the state is there to be read and set", async () => {
    const net = make("lstm", steps);
    await net.predict(x);
    expect(net.states.map(({ name, shape, value }) => [name, shape, value?.shape])).toEqual([
      ["state_0", [4], [batch, 4]],
      ["state_1", [4], [batch, 4]],
    ]);
    const kept = net.states.map(({ value }) => value);
    const second = await net.predict(x);
    for (const [i, state] of net.states.entries()) state.value = kept[i];
    expectClose(await net.predict(x), second);
  });

  test("an initial state that is given goes before what the batch before left", async () => {
    const start = input({ shape: [2, features] });
    const h = input({ shape: [4] });
    const layer = layers.gru({ units: 4, stateful: true });
    const net = model({ inputs: [start, h], outputs: layer.apply(start, { initialState: [h] }) });
    const zero = NdArray.zeros([batch, 4]);
    const first = await net.predict([window(0, 2), zero]);
    expectClose(await net.predict([window(0, 2), zero]), first);
  });

  test("masked steps leave the state as it is", async () => {
    const net = sequential([
      layers.masking({ inputShape: [4, features] }),
      layers.lstm({ units: 4, stateful: true }),
    ]);
    setWeights(
      net,
      make("lstm", 4)
        .weights.slice(2, 5)
        .map(({ weight }, i) => weight.value.toArray().slice(0, [features * 16, 64, 16][i])),
    );
    const padded = ndarray(
      (window(0, 2).toNested() as number[][][]).map((rows) => [...rows, [0, 0], [0, 0]]),
    );
    const [first, second] = [
      await net.predict(padded),
      await net.predict(NdArray.zeros([batch, 4, features])),
    ];
    expectClose(second, first);
  });
});

describe("a batch of another size", () => {
  const message =
    "sequential: the state state_0 was left by a batch of 3 sequences, this batch has 2. A stateful model reads batches of one size; " +
    "call resetStates() to begin anew";
  const [short, shortY] = [normal([2, steps, features]), normal([2, steps, 1])];

  test("is refused everywhere, until the states are reset", async () => {
    const net = make("lstm", steps);
    net.compile({ optimizer: "sgd", loss: "mse" });
    await net.predict(x);
    for (const work of [
      () => net.predict(short),
      () => net.evaluate(short, shortY),
      () => net.trainOnBatch(short, shortY),
      () => net.fit(short, shortY, quiet),
    ])
      await expect(work).rejects.toThrow(message);
    net.resetStates();
    expect((await net.predict(short)).shape).toEqual([2, steps, 1]);
  });

  test("at the end of an epoch is one too", async () => {
    const net = make("lstm", steps);
    net.compile({ optimizer: "sgd", loss: "mse" });
    await expect(
      net.fit(normal([5, steps, features]), normal([5, steps, 1]), { batchSize: 3, ...quiet }),
    ).rejects.toThrow(message);
  });
});

describe("training", () => {
  const y = normal([batch, steps, 1], 9);

  test("a batch starts from what the one before left, and no gradient flows back to it", async () => {
    // One step on the second half after a prediction of the first, against a model that is given the state as data.
    const net = make("gru", 4);
    net.compile({ optimizer: { name: "sgd", learningRate: 0.1 }, loss: "mse" });
    await net.predict(window(0, 4));
    const state = net.states[0]?.value as NdArray;

    const [start, h] = [input({ shape: [4, features] }), input({ shape: [4] })];
    const plain = layers.gru({ units: 4, returnSequences: true });
    const hidden = plain.apply(layers.dense({ units: 3 }).apply(start), { initialState: [h] });
    const other = model({ inputs: [start, h], outputs: layers.dense({ units: 1 }).apply(hidden) });
    setWeights(
      other,
      net.weights.map(({ weight }) => weight.value.toArray()),
    );
    other.compile({ optimizer: { name: "sgd", learningRate: 0.1 }, loss: "mse" });

    const target = normal([batch, 4, 1], 5);
    const wanted = await other.trainOnBatch([window(4, 8), state.astype("float32")], target);
    const given = await net.trainOnBatch(window(4, 8), target);
    expect(given.loss).toBeCloseTo(wanted.loss ?? Number.NaN, 5);
    for (const [i, value] of weightsOf(net).entries())
      expect(value).toBeCloseTo(weightsOf(other)[i] ?? Number.NaN, 5);
  });

  test("fit carries the state from batch to batch and from epoch to epoch, evaluate as well", async () => {
    const still = { optimizer: { name: "sgd", learningRate: 0 }, loss: "mse" } as const;
    const net = make("lstm", steps);
    net.compile(still);
    const losses = [];
    for (let i = 0; i < 4; i++) losses.push((await net.trainOnBatch(x, y)).loss ?? Number.NaN);
    net.resetStates();
    const two = (array: NdArray) =>
      ndarray([...(array.toNested() as number[][][]), ...(array.toNested() as number[][][])]);
    const { logs } = await net.fit(two(x), two(y), { batchSize: batch, epochs: 2, ...quiet });
    const [a = 0, b = 0, c = 0, d = 0] = losses;
    expect(a).not.toBe(b);
    expect(logs.loss?.[0]).toBeCloseTo((a + b) / 2, 6);
    expect(logs.loss?.[1]).toBeCloseTo((c + d) / 2, 6);
    net.resetStates();
    expect((await net.evaluate(two(x), two(y), { batchSize: batch })).loss).toBeCloseTo((a + b) / 2, 6);
    expect((await net.evaluate(x, y)).loss).toBeCloseTo(c, 6);
  });

  test("a callback may reset between epochs", async () => {
    const net = make("lstm", steps);
    net.compile({ optimizer: { name: "sgd", learningRate: 0 }, loss: "mse" });
    const { logs } = await net.fit(x, y, {
      batchSize: batch,
      epochs: 3,
      callbacks: [{ onEpochBegin: () => net.resetStates() }],
      ...quiet,
    });
    expect(new Set(logs.loss).size).toBe(1);
  });

  test("learns what lies in the batch before", async () => {
    // The target is the mean of the first half, of which only the second half's batch is told nothing.
    const net = sequential(
      [layers.gru({ units: 8, stateful: true, inputShape: [1, 1] }), layers.dense({ units: 1 })],
      { seed: 2 },
    );
    net.compile({ optimizer: { name: "adam", learningRate: 0.02 }, loss: "mse" });
    const signal = normal([16, 1, 1], 4);
    const silence = NdArray.zeros([16, 1, 1]);
    const target = signal.reshape([16, 1]);
    const lossOf = async (train: boolean) => {
      net.resetStates();
      await net.predict(signal);
      return (
        (train ? await net.trainOnBatch(silence, target) : await net.evaluate(silence, target)).loss ??
        Number.NaN
      );
    };
    const before = await lossOf(false);
    for (let i = 0; i < 60; i++) await lossOf(true);
    expect(await lossOf(false)).toBeLessThan(0.5 * before);
  });

  test("reinitialize begins anew", async () => {
    const net = make("lstm", steps);
    net.reinitialize(4);
    const first = await net.predict(x);
    net.reinitialize(4);
    expectClose(await net.predict(x), first);
  });

  test("states of a nested model are those of the model", async () => {
    const inner = make("lstm", steps);
    const net = sequential([inner, layers.dense({ units: 1 })]);
    expect(net.states).toEqual(inner.states);
    const first = await net.predict(x);
    expectApart(await net.predict(x), first);
    net.resetStates();
    expect(inner.states.every(({ value }) => value === undefined)).toBe(true);
    expectClose(await net.predict(x), first);
  });

  test("a stateful layer that is called twice reads in its second call what the first one left", async () => {
    const [a, b] = [input({ shape: [2, features] }), input({ shape: [2, features] })];
    const shared = layers.gru({ units: 3, stateful: true });
    const net = model({ inputs: [a, b], outputs: [shared.apply(a), shared.apply(b)] });
    const start = input({ shape: [4, features] });
    const one = layers.gru({ units: 3 });
    const whole = model({ inputs: start, outputs: one.apply(start) });
    setWeights(
      whole,
      net.weights.map(({ weight }) => weight.value.toArray()),
    );
    const [, second] = Object.values(await net.predictAll([window(0, 2), window(2, 4)]));
    const wanted = (await whole.predict(window(0, 4))).toArray();
    for (const [i, value] of (second?.toArray() ?? []).entries())
      expect(value).toBeCloseTo(wanted[i] ?? Number.NaN, 5);
  });
});
