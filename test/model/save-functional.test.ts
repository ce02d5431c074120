// Functional models in files: what comes back, goes on training as it would have, and runs elsewhere as ONNX.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CompileModelOptions,
  type Functional,
  input,
  type LayerTensor,
  layers,
  loadModel,
  model,
  type NdArray,
  ndarray,
  sequential,
} from "../../src/index.ts";
import { configChecksum } from "../../src/model/files.ts";
import { normal, weightsOf } from "./support/data.ts";
import { bits } from "./support/gradient-check.ts";

const quiet = { verbose: "silent" } as const;

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "recurra-functional-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

interface Case {
  readonly make: () => Functional;
  readonly x: (rows: number) => Readonly<Record<string, NdArray>>;
}

const ids = (rows: number, length: number) =>
  ndarray(
    Array.from({ length: rows }, (_, i) => Array.from({ length }, (__, t) => (3 * i + 2 * t + 1) % 7)),
    { dtype: "int32" },
  );
const dense = (units: number, more = {}) => layers.dense({ units, ...more });

const cases: Readonly<Record<string, Case>> = {
  "two inputs, two outputs": {
    make() {
      const [series, static_] = [
        input({ shape: [5, 2], name: "series" }),
        input({ shape: [3], name: "static" }),
      ];
      const h = layers.concatenate().apply([layers.gru({ units: 4 }).apply(series), dense(2).apply(static_)]);
      return model({
        inputs: [series, static_],
        outputs: { mean: dense(1).apply(h), spread: dense(1, { activation: "softplus" }).apply(h) },
        name: "forecaster",
        seed: 5,
      });
    },
    x: (rows) => ({ series: normal([rows, 5, 2]), static: normal([rows, 3], 2) }),
  },
  "a shared embedding": {
    make() {
      const [title, body] = ["title", "body"].map((name) => input({ shape: [4], dtype: "int32", name })) as [
        LayerTensor,
        LayerTensor,
      ];
      const table = layers.embedding({ inputDim: 7, outputDim: 3, maskZero: true, name: "words" });
      const read = (words: LayerTensor) => layers.lstm({ units: 3 }).apply(table.apply(words));
      return model({
        inputs: { title, body },
        outputs: dense(2, { activation: "softmax" }).apply(layers.add().apply([read(title), read(body)])),
      });
    },
    x: (rows) => ({ title: ids(rows, 4), body: ids(rows + 1, 4).rows(1, rows + 1) }),
  },
  "an encoder and a decoder with attention": {
    make() {
      const [source, target] = ["source", "target"].map((name) =>
        input({ shape: [5], dtype: "int32", name }),
      ) as [LayerTensor, LayerTensor];
      const embed = (x: LayerTensor) => layers.embedding({ inputDim: 7, outputDim: 4 }).apply(x);
      const [states = source, h = source, c = source] = layers
        .lstm({ units: 4, returnSequences: true, returnState: true, name: "encoder" })
        .applyAll(embed(source));
      const decoded = layers
        .lstm({ units: 4, returnSequences: true, name: "decoder" })
        .apply(embed(target), { initialState: [h, c] });
      const context = layers.attention().apply([decoded, states]);
      const joined = layers.concatenate().apply([decoded, context]);
      return model({
        inputs: { source, target },
        outputs: layers.timeDistributed({ layer: dense(7, { activation: "softmax" }) }).apply(joined),
      });
    },
    x: (rows) => ({ source: ids(rows, 5), target: ids(rows, 5) }),
  },
  "attention whose scores are an output": {
    make() {
      const x = input({ shape: [4, 4], name: "x" });
      const [y = x, scores = x] = layers
        .multiHeadAttention({ numHeads: 2, keyDim: 2 })
        .applyAll([x, x], { useCausalMask: true, returnAttentionScores: true });
      return model({ inputs: x, outputs: { y, scores } });
    },
    x: (rows) => ({ x: normal([rows, 4, 4]) }),
  },
  "models in models": {
    make() {
      const block = (name: string) => {
        const x = input({ shape: [6, 4] });
        const h = layers
          .conv1D({ filters: 4, kernelSize: 3, padding: "causal", activation: "relu" })
          .apply(x);
        return model({
          inputs: x,
          outputs: layers.layerNormalization().apply(layers.add().apply([x, h])),
          name,
        });
      };
      const [first, second] = [block("first"), block("second")];
      const x = input({ shape: [6, 4], name: "x" });
      const h = second.apply(first.apply(first.apply(x)));
      return model({ inputs: x, outputs: dense(1).apply(layers.globalAveragePooling1D().apply(h)) });
    },
    x: (rows) => ({ x: normal([rows, 6, 4]) }),
  },
  "an input that is an output, and a tensor that is two": {
    make() {
      const x = input({ shape: [2], name: "x" });
      const h = dense(3).apply(x);
      return model({ inputs: x, outputs: { same: x, h, again: h } });
    },
    x: (rows) => ({ x: normal([rows, 2]) }),
  },
  "an input and nothing else": {
    make() {
      const x = input({ shape: [2], name: "x" });
      return model({ inputs: x, outputs: x });
    },
    x: (rows) => ({ x: normal([rows, 2]) }),
  },
  "inputs, layers and outputs whose names are numbers": {
    make() {
      const [a, b] = ["10", "9"].map((name) => input({ shape: [2], name })) as [LayerTensor, LayerTensor];
      return model({
        inputs: [a, b],
        outputs: [dense(1, { name: "2" }).apply(a), dense(2, { name: "1" }).apply(b)],
      });
    },
    x: (rows) => ({ 10: normal([rows, 2]), 9: normal([rows, 2], 2) }),
  },
  "layers that are called again on what they gave": {
    make() {
      const x = input({ shape: [3], name: "x" });
      const step = dense(3, { activation: "tanh", name: "step" });
      return model({ inputs: x, outputs: step.apply(layers.dropout({ rate: 0.5 }).apply(step.apply(x))) });
    },
    x: (rows) => ({ x: normal([rows, 3]) }),
  },
};

type Outputs = Readonly<Record<string, NdArray>>;

function expectSameBits(given: Outputs, wanted: Outputs): void {
  expect(Object.keys(given)).toEqual(Object.keys(wanted));
  for (const [name, array] of Object.entries(wanted))
    expect(bits(given[name] as NdArray), name).toEqual(bits(array));
}

describe.each(Object.entries(cases))("%s", (name, { make, x }) => {
  test("comes back: structure, names, weights and outputs", async () => {
    const net = make();
    const folder = join(root, name);
    await net.save(folder);
    const back = await loadModel(folder);
    expect(back.constructor).toBe(net.constructor);
    expect([back.name, back.seed, back.summary()]).toEqual([net.name, net.seed, net.summary()]);
    const facts = (one: typeof back) =>
      one.inputs.map((given) => [given.name, given.shape, given.dtype, given.reader]);
    expect(facts(back)).toEqual(facts(net));
    expect(back.outputs).toEqual(net.outputs);
    expect(back.weights.map((weight) => weight.name)).toEqual(net.weights.map((weight) => weight.name));
    const wanted = await net.predictAll(x(4));
    expectSameBits(await back.predictAll(x(4)), wanted);
    // And once more, from the one that was read.
    await back.save(`${folder} again`);
    expectSameBits(await (await loadModel(`${folder} again`)).predictAll(x(4)), wanted);
    const config = async (path: string) => JSON.parse(await readFile(join(path, "config.json"), "utf8"));
    expect((await config(`${folder} again`)).layers).toEqual((await config(folder)).layers);
  });

  test("runs as ONNX under its own names, for any number of rows", async () => {
    const net = make();
    const folder = join(root, `${name} onnx`);
    await net.save(folder);
    const session = await InferenceSession.create(join(folder, "model.onnx"));
    expect(session.inputNames).toEqual(net.inputs.map((given) => given.name));
    expect(session.outputNames).toEqual(net.outputNames);
    for (const rows of [1, 3]) {
      const feeds = Object.entries(x(rows)).map(
        ([key, { dtype, data, shape }]) =>
          [key, new OrtTensor(dtype as "float32", data as Float32Array, [...shape])] as const,
      );
      const results = await session.run(Object.fromEntries(feeds));
      for (const [key, wanted] of Object.entries(await net.predictAll(x(rows)))) {
        expect(results[key]?.dims).toEqual(wanted.shape);
        for (const [i, value] of wanted.toArray().entries())
          expect(Number(results[key]?.data[i])).toBeCloseTo(value, 5);
      }
    }
    await session.release();
  });
});

describe("a compiled model of several outputs", () => {
  const [data, targets] = [
    cases["two inputs, two outputs"]?.x(8) ?? {},
    { mean: normal([8, 1], 3), spread: normal([8, 1], 4) },
  ];

  test.each<[string, CompileModelOptions]>([
    [
      "by name",
      {
        loss: { mean: "mse", spread: { name: "huber", delta: 2 } },
        lossWeights: { spread: 0.3 },
        metrics: { mean: ["mae"] },
      },
    ],
    ["in order", { loss: ["mse", "mae"], lossWeights: [2, 1], gradientAccumulationSteps: 2 }],
  ])("goes on training as it would have: %s", async (name, compile) => {
    const net = (cases["two inputs, two outputs"] as Case).make();
    net.compile({ optimizer: { name: "sgd", learningRate: 0.1 }, ...compile });
    const folder = join(root, `trained ${name}`);
    await net.save(folder);
    const back = await loadModel(folder);
    expect(back.compiled).toMatchObject(compile);
    const history = await net.fit(data, targets, { epochs: 2, batchSize: 3, ...quiet });
    expect(await back.fit(data, targets, { epochs: 2, batchSize: 3, ...quiet })).toEqual(history);
    expect(weightsOf(back)).toEqual(weightsOf(net));
  });

  test("keeps what was recorded, under all names", async () => {
    const net = (cases["two inputs, two outputs"] as Case).make();
    net.compile({ optimizer: "sgd", loss: ["mse", "mse"], metrics: { spread: ["mae"] } });
    await net.fit(data, targets, quiet);
    await net.save(join(root, "history"));
    const back = await loadModel(join(root, "history"));
    expect(back.history).toEqual(net.history);
    expect(Object.keys(back.history?.logs ?? {})).toEqual(["loss", "mean_loss", "spread_loss", "spread_mae"]);
    expect(back.data?.x.length).toBe(2);
  });

  test("whose loss of one output is a function is compiled anew", async () => {
    const net = (cases["two inputs, two outputs"] as Case).make();
    net.compile({ loss: { mean: "mse", spread: (yTrue, yPred) => yPred.sub(yTrue).abs() } });
    await net.save(join(root, "own loss"));
    await expect((await loadModel(join(root, "own loss"))).fit(data, targets, quiet)).rejects.toThrow(
      "call compile(",
    );
  });
});

describe("config.json of a functional model that was altered", () => {
  type Config = Record<string, unknown> & {
    calls: { layer: number; inputs: unknown[]; options?: object }[];
    inputs: { name: string; shape: number[] }[];
    outputs: { name: string; tensor: object }[];
    layers: { className: string; config: Record<string, unknown>; same?: number }[];
  };

  test.each<[string, (config: Config) => unknown, RegExp]>([
    [
      "a call of a layer that is not there",
      ({ calls }) => Object.assign(calls[0] as object, { layer: 9 }),
      /call 0 is of a layer 9 that is not there/,
    ],
    [
      "a call that reads what comes later",
      ({ calls }) => Object.assign(calls[0] as object, { inputs: [{ call: 3, output: 0 }] }),
      /there is no tensor \{"call":3,"output":0\} where it is read/,
    ],
    [
      "an input that is not there",
      ({ calls }) => Object.assign(calls[0] as object, { inputs: [{ input: 5 }] }),
      /there is no tensor \{"input":5\}/,
    ],
    [
      "an output of a layer that has not so many",
      ({ outputs }) => Object.assign(outputs[0] as object, { tensor: { call: 0, output: 3 } }),
      /there is no tensor \{"call":0,"output":3\}/,
    ],
    [
      "an input of another shape",
      ({ inputs }) => Object.assign(inputs[0] as object, { shape: [5, 3] }),
      /weights.safetensors does not fit the model:\n {2}gru\/kernel: wanted \[3, 12\], got \[2, 12\]/,
    ],
    [
      "a shape that is none",
      ({ inputs }) => Object.assign(inputs[0] as object, { shape: [-1] }),
      /input: shape: wants positive whole numbers/,
    ],
    [
      "a place that is no number",
      ({ calls }) => Object.assign(calls[0] as object, { layer: -1 }),
      /does not describe a Recurra model: calls.0.layer/,
    ],
    [
      "a tensor that is none",
      ({ calls }) => Object.assign(calls[0] as object, { inputs: [{ in: 0 }] }),
      /does not describe a Recurra model: calls.0.inputs.0/,
    ],
    [
      "a layer that is the same as none",
      ({ layers: [first] }) => Object.assign(first as object, { same: 4 }),
      /layer 0: there is no GRU 4 that this layer could be the same as/,
    ],
    ["an output less", ({ outputs }) => outputs.pop(), /dense_2\/kernel: not wanted/],
    ["no outputs", (config) => Object.assign(config, { outputs: [] }), /outputs is empty/],
    [
      "a model class that there is not",
      (config) => Object.assign(config, { className: "Subclassed" }),
      /there is no model class "Subclassed". There are Sequential and Functional/,
    ],
  ])("%s", async (name, change, message) => {
    const folder = join(root, `altered ${name}`);
    await (cases["two inputs, two outputs"] as Case).make().save(folder);
    const path = join(folder, "config.json");
    const config = JSON.parse(await readFile(path, "utf8"));
    change(config);
    await writeFile(path, JSON.stringify({ ...config, checksum: await configChecksum(config) }));
    await expect(loadModel(folder)).rejects.toThrow(message);
  });
});

test("a stack of one nested model comes back with both names", async () => {
  const inner = sequential([dense(2, { inputShape: [2] })], { name: "inner" });
  await sequential([inner], { name: "outer" }).save(join(root, "names"));
  const back = await loadModel(join(root, "names"));
  expect([back.name, back.layers[0]?.name, back.weights[0]?.name]).toEqual([
    "outer",
    "inner",
    "inner/dense/kernel",
  ]);
});
