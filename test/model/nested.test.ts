// Models within models: their names, weights and masks, what they share, and what comes back from a file.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Functional,
  input,
  type Layer,
  layers,
  loadModel,
  type Model,
  model,
  type NdArray,
  ndarray,
  type Sequential,
  sequential,
} from "../../src/index.ts";
import { normal, setWeights, weightsOf } from "./support/data.ts";
import { bits, checkGradients } from "./support/gradient-check.ts";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "recurra-nested-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const dense = (units: number, more = {}) => layers.dense({ units, ...more });
const names = (net: Model) => net.weights.map(({ name }) => name);

/** [2] -> [3] */
function encoder(name?: string): Sequential {
  const stack = [dense(4, { activation: "tanh", inputShape: [2] }), dense(3)];
  return sequential(stack, name === undefined ? {} : { name });
}

/** Expects that a model that was saved and read gives the very same outputs, table, and names of weights. */
async function expectBack(net: Model, x: NdArray | readonly NdArray[]): Promise<Model> {
  const folder = await mkdtemp(join(root, "model-"));
  await net.save(folder);
  const back = await loadModel(folder);
  expect(names(back)).toEqual(names(net));
  expect(back.summary()).toBe(net.summary());
  const [before, after] = [await net.predictAll(x), await back.predictAll(x)];
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const [name, array] of Object.entries(before))
    expect(bits(after[name] as NdArray)).toEqual(bits(array));
  return back;
}

const x = normal([5, 2]);

describe("a stack in a functional model", () => {
  const whole = (name?: string): Functional => {
    const start = input({ shape: [2] });
    return model({ inputs: start, outputs: dense(1).apply(encoder(name).apply(start)) });
  };

  test("is a layer of its name, or one named after its class", () => {
    expect(whole("encoder").layers.map((layer) => layer.name)).toEqual(["encoder", "dense"]);
    expect(whole().layers.map((layer) => layer.name)).toEqual(["sequential", "dense"]);
    expect(names(whole("encoder"))).toEqual([
      "encoder/dense/kernel",
      "encoder/dense/bias",
      "encoder/dense_1/kernel",
      "encoder/dense_1/bias",
      "dense/kernel",
      "dense/bias",
    ]);
    const start = input({ shape: [2] });
    const two = model({
      inputs: start,
      outputs: layers.add().apply([encoder().apply(start), encoder().apply(start)]),
    });
    expect(two.layers.map((layer) => layer.name)).toEqual(["sequential", "sequential_1", "add"]);
  });

  test("computes as its layers would outside", async () => {
    const net = whole("encoder");
    const flat = sequential([dense(4, { activation: "tanh", inputShape: [2] }), dense(3), dense(1)]);
    setWeights(
      flat,
      net.weights.map(({ weight }) => weight.value.toArray()),
    );
    expect((await flat.predict(x)).toArray()).toEqual((await net.predict(x)).toArray());
  });

  test("has gradients as those outside", async () => {
    await checkGradients(whole("encoder"), [x, normal([5, 1], 2)], { loss: "mse" });
  });

  test("is shown as one row", () => {
    const rows = whole("encoder").summary().split("\n").slice(4, 6);
    expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
      ["encoder (Sequential)", "(None, 3)", "27"],
      ["dense (Dense)", "(None, 1)", "4"],
    ]);
  });

  test("comes back from a file", async () => {
    const back = await expectBack(whole("encoder"), x);
    expect(back.layers[0]?.name).toBe("encoder");
  });
});

describe("a model in a stack", () => {
  test("may stand first, and says what the stack reads", async () => {
    const start = input({ shape: [4], dtype: "int32" });
    const words = model({
      inputs: start,
      outputs: layers.embedding({ inputDim: 9, outputDim: 2 }).apply(start),
      name: "words",
    });
    const net = sequential([words, layers.lstm({ units: 3 }), dense(1)]);
    expect(net.inputs).toMatchObject([{ shape: [4], dtype: "int32", reader: "words" }]);
    await expect(net.predict(ndarray([[1, 2, 3, 9]]))).rejects.toThrow("ids run from 0 to 8");
    await expectBack(net, ndarray([[1, 2, 3, 8]], { dtype: "int32" }));
  });

  test("may stand last, or alone", async () => {
    await expectBack(sequential([dense(2, { inputShape: [2] }), encoder()]), x);
    await expectBack(sequential([encoder("only")]), x);
  });

  test("of several inputs or outputs does not fit", () => {
    const [a, b] = [input({ shape: [2] }), input({ shape: [2] })];
    const joined = model({ inputs: [a, b], outputs: layers.add().apply([a, b]), name: "joined" });
    expect(() => sequential([joined]).outputShape).toThrow("layer joined (Functional) wants 2 inputs, got 1");
    const split = model({ inputs: a, outputs: [dense(1).apply(a), dense(1).apply(a)], name: "split" });
    expect(() => sequential([split]).outputShape).toThrow(
      "sequential: layer split gives 2 outputs; a stack carries one",
    );
  });
});

describe("a model that is called twice", () => {
  const twins = (): Functional => {
    const [a, b] = [input({ shape: [2] }), input({ shape: [2] })];
    const shared = encoder("encoder");
    const both = layers.concatenate().apply([shared.apply(a), shared.apply(b)]);
    return model({ inputs: [a, b], outputs: dense(1).apply(both) });
  };

  test("has its weights once, and the gradients of both calls", async () => {
    expect(twins().countParams()).toBe(4 * 3 + 3 * 5 + 7);
    await checkGradients(twins(), [[x, normal([5, 2], 2)], normal([5, 1], 3)], { loss: "mse" });
  });

  test("comes back as one", async () => {
    const back = await expectBack(twins(), [x, normal([5, 2], 2)]);
    expect(back.countParams()).toBe(twins().countParams());
    expect(back.layers.map((layer) => layer.name)).toEqual(["encoder", "concatenate", "dense"]);
  });

  test("may read what it gave", async () => {
    const step = sequential([dense(2, { activation: "tanh", inputShape: [2] })], { name: "step" });
    const start = input({ shape: [2] });
    const net = model({ inputs: start, outputs: step.apply(step.apply(start)) });
    expect(net.countParams()).toBe(6);
    await checkGradients(net, [x, normal([5, 2], 2)], { loss: "mse" });
    await expectBack(net, x);
  });
});

describe("a model of several inputs and outputs", () => {
  /** (a, b) -> (sum, product) */
  const arithmetic = (): Functional => {
    const [a, b] = [input({ shape: [2], name: "a" }), input({ shape: [2], name: "b" })];
    return model({
      inputs: { a, b },
      outputs: { sum: layers.add().apply([a, b]), product: layers.multiply().apply([a, dense(2).apply(b)]) },
      name: "arithmetic",
    });
  };

  test("is called by applyAll, in the order of its inputs", async () => {
    const [u, v] = [input({ shape: [2] }), input({ shape: [2] })];
    const inner = arithmetic();
    setWeights(inner, [
      [1, 0, 0, 1],
      [0, 0],
    ]);
    const [sum = u, product = u] = inner.applyAll([u, v]);
    const net = model({ inputs: [u, v], outputs: layers.subtract().apply([sum, product]) });
    const [a, b] = [ndarray([[2, 3]]), ndarray([[5, -1]])];
    expect((await net.predict([a, b])).toArray()).toEqual([2 + 5 - 2 * 5, 3 - 1 + 3]);
    await expectBack(net, [a, b]);
    expect(() => inner.apply([u, v])).toThrow("gives 2 outputs where one is wanted; use applyAll");
    expect(() => inner.applyAll(u)).toThrow("layer arithmetic (Functional) wants 2 inputs, got 1");
  });

  test("names what it was to read", () => {
    const [u, v] = [input({ shape: [2] }), input({ shape: [3] })];
    expect(() => arithmetic().applyAll([u, v])).toThrow(
      "layer arithmetic (Functional) wants float32 [batch, 2] as b, got float32 [batch, 3]",
    );
    expect(() => arithmetic().applyAll([u, input({ shape: [2], dtype: "int32" })])).toThrow(
      "wants float32 [batch, 2] as b, got int32 [batch, 2]",
    );
  });
});

describe("three deep", () => {
  /** A stack of a stack of a stack. */
  const deep = (): Functional => {
    const inner = sequential([dense(3, { inputShape: [2] })], { name: "inner" });
    const middle = sequential([inner, dense(2)], { name: "middle" });
    const start = input({ shape: [2] });
    return model({ inputs: start, outputs: dense(1).apply(middle.apply(start)), name: "outer" });
  };

  test("weights are named by their way", () => {
    expect(names(deep())).toEqual([
      "middle/inner/dense/kernel",
      "middle/inner/dense/bias",
      "middle/dense/kernel",
      "middle/dense/bias",
      "dense/kernel",
      "dense/bias",
    ]);
  });

  test("everything is found, trained and read back", async () => {
    const net = deep();
    await checkGradients(net, [x, normal([5, 1], 2)], { loss: "mse" });
    await expectBack(net, x);
  });
});

describe("the mask of a nested model", () => {
  const ids = ndarray(
    [
      [1, 2, 0, 0],
      [3, 1, 2, 0],
    ],
    { dtype: "int32" },
  );

  /** Ids to the mean of an LSTM's outputs at the real steps, the embedding with its mask in a model of its own, or not. */
  const tagger = (isNested: boolean): Functional => {
    const table = layers.embedding({ inputDim: 4, outputDim: 3, maskZero: true });
    const start = input({ shape: [4], dtype: "int32" });
    const inner = input({ shape: [4], dtype: "int32" });
    const embed = model({ inputs: inner, outputs: table.apply(inner), name: "embed" });
    const read = alone(layers.lstm({ units: 2, returnSequences: true }), [4, 3], "read");
    const embedded = isNested ? embed.apply(start) : table.apply(start);
    const sequence = isNested ? read.apply(embedded) : (read.layers[0] as Layer).apply(embedded);
    return model({ inputs: start, outputs: dense(1).apply(sequence) });
  };
  function alone(layer: Layer, shape: readonly number[], name: string): Functional {
    const start = input({ shape });
    return model({ inputs: start, outputs: layer.apply(start), name });
  }

  test("leaves it, and enters the next", async () => {
    const [nested, plain] = [tagger(true), tagger(false)];
    setWeights(
      plain,
      nested.weights.map(({ weight }) => weight.value.toArray()),
    );
    expect((await nested.predict(ids)).toArray()).toEqual((await plain.predict(ids)).toArray());
    // Masked steps repeat the output before.
    const y = await nested.predict(ids);
    expect(y.at(0, 2, 0)).toBe(y.at(0, 1, 0));
    expect(y.at(1, 2, 0)).not.toBe(y.at(1, 1, 0));
  });

  test("reaches the loss", async () => {
    const net = tagger(true);
    net.compile({ loss: "mse" });
    const y = normal([2, 4, 1]);
    const given = await net.predict(ids);
    const real = [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
      [1, 2],
    ] as const;
    const sum = real.reduce(
      (total, [row, step]) => total + (given.at(row, step, 0) - y.at(row, step, 0)) ** 2,
      0,
    );
    expect((await net.evaluate(ids, y)).loss).toBeCloseTo(sum / real.length, 5);
  });

  test("of each call is its own", async () => {
    const pass = sequential([layers.activation({ activation: "linear", inputShape: [3, 2] })], {
      name: "pass",
    });
    const last = layers.gru({ units: 2 });
    const x = input({ shape: [3, 2] });
    const ends = [layers.masking().apply(x), x].map((h) => last.apply(pass.apply(h)));
    const net = model({ inputs: x, outputs: ends });
    const data = ndarray([
      [
        [1, 2],
        [3, 1],
        [0, 0],
      ],
    ]);
    const [masked, bare] = Object.values(await net.predictAll(data));
    const short = input({ shape: [2, 2] });
    const two = await model({ inputs: short, outputs: last.apply(short) }).predict(
      ndarray([
        [
          [1, 2],
          [3, 1],
        ],
      ]),
    );
    // The zeros at the end are left out where they are masked, and read where they are not.
    for (const [i, value] of two.toArray().entries()) {
      expect(masked?.toArray()[i]).toBeCloseTo(value, 6);
      expect(bare?.toArray()[i]).not.toBeCloseTo(value, 3);
    }
  });
});

describe("what models share", () => {
  test("a layer inside a model and beside it is one, also when it is read back", async () => {
    const shared = dense(2, { inputShape: [2], name: "shared" });
    const inner = sequential([shared, dense(2)], { name: "inner" });
    const start = input({ shape: [2] });
    const net = model({
      inputs: start,
      outputs: layers.add().apply([inner.apply(start), shared.apply(start)]),
    });
    expect(net.countParams()).toBe(6 + 6);
    await checkGradients(net, [x, normal([5, 2], 2)], { loss: "mse" });
    const back = await expectBack(net, x);
    back.compile({ optimizer: "sgd", loss: "mse" });
    await back.fit(x, normal([5, 2], 2), { verbose: "silent" });
    expect(back.countParams()).toBe(12);
  });

  test("a model inside two others is one, also when it is read back", async () => {
    const shared = encoder("shared");
    const heads = ["first", "second"].map((name) => sequential([shared, dense(1)], { name }));
    const start = input({ shape: [2] });
    const net = model({ inputs: start, outputs: heads.map((head) => head.apply(start)) });
    expect(net.outputNames).toEqual(["first", "second"]);
    expect(net.countParams()).toBe(27 + 4 + 4);
    await checkGradients(net, [x, [normal([5, 1], 2), normal([5, 1], 3)]], { loss: ["mse", "mse"] });
    await expectBack(net, x);
  });

  test("a layer inside two TimeDistributed is one, also when it is read back", async () => {
    const inner = dense(2);
    const net = sequential([
      layers.timeDistributed({ layer: inner, inputShape: [3, 2] }),
      layers.timeDistributed({ layer: inner }),
    ]);
    expect(net.countParams()).toBe(6);
    await expectBack(net, normal([4, 3, 2]));
  });

  test("a model inside a TimeDistributed comes back", async () => {
    const net = sequential([
      layers.timeDistributed({ layer: encoder("each").asLayer(), inputShape: [3, 2] }),
    ]);
    expect(names(net)[0]).toBe("time_distributed/layer/dense/kernel");
    await expectBack(net, normal([4, 3, 2]));
  });

  test("is trained wherever it is trained", async () => {
    const shared = encoder("shared");
    const start = input({ shape: [2] });
    const net = model({ inputs: start, outputs: dense(1).apply(shared.apply(start)) });
    const before = weightsOf(shared);
    net.compile({ optimizer: "sgd", loss: "mse" });
    await net.fit(x, normal([5, 1], 2), { verbose: "silent" });
    expect(weightsOf(shared)).not.toEqual(before);
    expect(weightsOf(net).slice(0, before.length)).toEqual(weightsOf(shared));
    shared.compile({ optimizer: "sgd", loss: "mse" });
    await shared.fit(x, normal([5, 3], 3), { verbose: "silent" });
    expect(weightsOf(net).slice(0, before.length)).toEqual(weightsOf(shared));
    const inside = await net.predict(x);
    const [kernel, bias] = net.weights.slice(-2).map(({ weight }) => weight.value);
    const h = await shared.predict(x);
    for (let i = 0; i < 5; i++) {
      const y = [0, 1, 2].reduce((sum, k) => sum + h.at(i, k) * (kernel?.at(k, 0) ?? 0), bias?.at(0) ?? 0);
      expect(inside.at(i, 0)).toBeCloseTo(y, 5);
    }
  });

  test("what a model has learned stays when it is put into another", async () => {
    const trained = encoder();
    const before = weightsOf(trained);
    const net = sequential([trained, dense(1)], { seed: 9 });
    expect(weightsOf(net).slice(0, before.length)).toEqual(before);
  });
});
