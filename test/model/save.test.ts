// save and load: what comes back, what the files hold, and that other tools read them.

import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Tensor } from "../../src/graph/tensor.ts";
import {
  type CallContext,
  Layer,
  type LayerConfig,
  layers,
  loadModel,
  losses,
  ndarray,
  optimizers,
  Random,
  type Sequential,
  sequential,
} from "../../src/index.ts";
import { loadModelFolder } from "../../src/model/load.ts";
import { NdArray } from "../../src/tensor/nd-array.ts";
import { decodeSafetensors } from "../../src/tensor/safetensors.ts";
import { filled, linearData, normal, setWeights, weightsOf } from "./support/data.ts";

const quiet = { verbose: "silent" } as const;

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "recurra-save-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const files = ["config.json", "model.onnx", "training.json", "weights.safetensors"];
const names = async (folder: string) => (await readdir(folder)).toSorted();
const json = async (...path: string[]) => JSON.parse(await readFile(join(...path), "utf8"));

const hash = ({ data }: NdArray) => createHash("sha256").update(data).digest("hex");

function small(): Sequential {
  const model = sequential([
    layers.dense({ units: 2, activation: "tanh", inputShape: [2] }),
    layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  return model;
}

const stacks: Readonly<
  Record<string, { readonly make: () => readonly Layer[]; readonly x: (batch: number) => NdArray }>
> = {
  dense: {
    make: () => [
      layers.dense({ units: 4, activation: "swish", inputShape: [3] }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 2, activation: "softmax", useBias: false }),
    ],
    x: (batch) => normal([batch, 3]),
  },
  "recurrent layers of each kind": {
    make: () => [
      layers.lstm({
        units: 4,
        returnSequences: true,
        dropout: 0.1,
        recurrentDropout: 0.1,
        inputShape: [6, 2],
      }),
      layers.gru({ units: 3, returnSequences: true, goBackwards: true }),
      layers.gru({ units: 3, returnSequences: true, resetAfter: false, recurrentActivation: "hardSigmoid" }),
      layers.simpleRNN({ units: 2, activation: "relu" }),
    ],
    x: (batch) => normal([batch, 6, 2]),
  },
  "a masked embedding": {
    make: () => [
      layers.embedding({ inputDim: 9, outputDim: 4, maskZero: true, inputShape: [5] }),
      layers.lstm({ units: 3, returnSequences: true }),
      layers.lstm({ units: 3 }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    x: (batch) => new Random(batch).integers([batch, 5], 0, 9),
  },
  "layers within layers, and shapes": {
    make: () => [
      layers.reshape({ targetShape: [4, 3], inputShape: [12] }),
      layers.timeDistributed({ layer: layers.dense({ units: 2, activation: "relu", trainable: false }) }),
      layers.activation({ activation: { name: "leakyRelu", negativeSlope: 0.2 }, name: "leak" }),
      layers.flatten(),
      layers.dense({ units: 1, kernelInitializer: { name: "randomNormal", stddev: 0.3 } }),
    ],
    x: (batch) => normal([batch, 12]),
  },
};

describe.each(Object.entries(stacks))("%s", (name, { make, x }) => {
  const folder = () => join(root, name);

  test("come back to the last bit", async () => {
    const model = sequential(make(), { name: "mine", seed: 9 });
    await model.save(folder());
    const loaded = await loadModel(folder());
    expect(loaded.summary()).toBe(model.summary());
    expect([loaded.name, loaded.seed]).toEqual(["mine", 9]);
    expect(weightsOf(loaded)).toEqual(weightsOf(model));
    expect((await loaded.predict(x(8))).toArray()).toEqual((await model.predict(x(8))).toArray());
    // And once more, to the very bytes.
    await loaded.save(`${folder()} again`);
    for (const file of files) {
      expect(await readFile(join(`${folder()} again`, file), "utf8"), file).toBe(
        await readFile(join(folder(), file), "utf8"),
      );
    }
  });

  test("are read by ONNX Runtime, at any batch size", async () => {
    const model = sequential(make(), { name: "mine", seed: 9 });
    const session = await InferenceSession.create(join(root, name, "model.onnx"), { logSeverityLevel: 4 });
    expect([session.inputNames, session.outputNames]).toEqual([["x"], ["y"]]);
    for (const batch of [1, 3, 7]) {
      const rows = x(batch);
      const fed =
        rows.dtype === "int32"
          ? new OrtTensor("int32", rows.data as Int32Array, rows.shape)
          : new OrtTensor("float32", rows.data as Float32Array, rows.shape);
      const { y } = await session.run({ x: fed });
      const wanted = await model.predict(rows);
      expect(y?.dims).toEqual(wanted.shape);
      const got = Array.from(y?.data as Float32Array);
      for (const [i, value] of wanted.toArray().entries())
        expect(Math.abs((got[i] ?? Number.NaN) - value)).toBeLessThan(1e-5);
    }
    await session.release();
  });
});

describe("the folder", () => {
  test("holds four files: the architecture, the weights, the graph and the history", async () => {
    const folder = join(root, "contents");
    const model = sequential([layers.lstm({ units: 2, inputShape: [3, 1] }), layers.dense({ units: 1 })], {
      seed: 4,
    });
    model.compile({
      optimizer: optimizers.adam({ learningRate: 0.01, clipnorm: 1 }),
      loss: losses.huber({ delta: 2 }),
      metrics: ["mae"],
    });
    const history = await model.fit(normal([8, 3, 1]), normal([8, 1]), { epochs: 2, ...quiet });
    await model.save(folder);
    expect(await names(folder)).toEqual(files);

    const config = await json(folder, "config.json");
    expect(config).toMatchObject({
      format: "recurra-model",
      version: 1,
      className: "Sequential",
      name: "sequential",
      seed: 4,
      layers: [
        { className: "LSTM", config: { units: 2, inputShape: [3, 1], name: "lstm" } },
        { className: "Dense", config: { units: 1, name: "dense" } },
      ],
      compile: {
        optimizer: { name: "adam", learningRate: 0.01, clipnorm: 1 },
        loss: { name: "huber", delta: 2 },
        metrics: ["mae"],
      },
    });
    for (const file of files.slice(1)) {
      expect(config.files[file].bytes).toBe((await stat(join(folder, file))).size);
      expect(config.files[file].sha256).toMatch(/^[0-9a-f]{64}$/);
    }

    const training = await json(folder, "training.json");
    expect(training.history).toEqual(history);
    expect(training.metrics).toEqual({ loss: history.logs.loss?.[1], mae: history.logs.mae?.[1] });
    expect(training.data).toEqual({
      x: [{ dtype: "float32", shape: [8, 3, 1], sha256: hash(normal([8, 3, 1])) }],
      y: [{ dtype: "float32", shape: [8, 1], sha256: hash(normal([8, 1])) }],
    });
    expect(training.seed).toBe(4);
    expect(training.versions.node).toBe(process.versions.node);

    const { tensors } = decodeSafetensors(await readFile(join(folder, "weights.safetensors")), "the file");
    expect([...tensors].map(([name, { shape }]) => [name, shape])).toEqual([
      ["lstm/kernel", [1, 8]],
      ["lstm/recurrent_kernel", [2, 8]],
      ["lstm/bias", [8]],
      ["dense/kernel", [2, 1]],
      ["dense/bias", [1]],
    ]);
    expect([...tensors.values()].flatMap((array) => array.toArray())).toEqual(weightsOf(model));
  });

  test("carries what is given along for preprocessing", async () => {
    const preprocessing = {
      scaler: { mean: [1.5, -2], deviation: [1e-3, 7] },
      vocabulary: ["ä", "\u2028", "z"],
      none: null,
    };
    await small().save(join(root, "preprocessing"), { preprocessing });
    expect((await loadModelFolder(join(root, "preprocessing"))).preprocessing).toEqual(preprocessing);
    await small().save(join(root, "none"));
    expect((await loadModelFolder(join(root, "none"))).preprocessing).toBeUndefined();
  });

  test("says what the model was trained on, and not what was held out", async () => {
    const model = small();
    const { x, y } = linearData(10);
    const prints: unknown[] = [];
    for (const [options, value] of [
      [{ validationSplit: 0.2 }, undefined],
      [{ validationSplit: 0.2, sampleWeight: filled([10], () => 1) }, undefined],
      [{ validationSplit: 0.2 }, 5],
    ] as const) {
      if (value !== undefined) x.data[0] = value;
      await model.fit(x, y, { ...options, ...quiet });
      prints.push(model.data);
    }
    expect(prints[0]).toMatchObject({ x: [{ shape: [8, 2] }], y: [{ shape: [8, 1] }] });
    expect(prints[1]).toMatchObject({ ...(prints[0] as object), sampleWeight: [{ shape: [8] }] });
    expect(prints[2]).toMatchObject({ y: model.data?.y });
    expect(prints[2]).not.toEqual(prints[0]);
    await model.save(join(root, "fingerprint"));
    expect((await loadModel(join(root, "fingerprint"))).data).toEqual(prints[2]);
  });

  test("has the same fingerprint of the same numbers, wherever they lie in memory", async () => {
    const { x, y } = linearData(10);
    const model = small();
    await model.fit(x.rows(4, 10), y.rows(4, 10), quiet);
    const part = (array: NdArray) =>
      new NdArray(array.rows(4, 10).data.slice(), [6, ...array.shape.slice(1)]);
    expect(model.data).toMatchObject({ x: [{ sha256: hash(part(x)) }], y: [{ sha256: hash(part(y)) }] });
  });

  test("keeps a loss that was no number", async () => {
    const model = small();
    model.history = { epochs: [0, 1], logs: { loss: [1, Number.NaN] }, interrupted: true };
    await model.save(join(root, "nan"));
    expect((await loadModel(join(root, "nan"))).history).toEqual(model.history);
  });

  test("is replaced whole, and made with its parents", async () => {
    const folder = join(root, "deep", "er", "model");
    const model = small();
    await model.save(folder);
    setWeights(model, [[1, 2, 3, 4], [5, 6], [7, 8], [9]]);
    await model.save(folder);
    expect(weightsOf(await loadModel(folder))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await names(folder)).toEqual(files);
    expect(await names(join(root, "deep", "er"))).toEqual(["model"]);
  });
});

describe("a loaded model", () => {
  test("goes on training as the saved one would, with a fresh optimiser", async () => {
    const { x, y } = linearData(40, 0.1);
    const make = () => {
      const model = sequential(
        [
          layers.dense({ units: 3, activation: "tanh", inputShape: [2] }),
          layers.dropout({ rate: 0.2 }),
          layers.dense({ units: 1 }),
        ],
        { seed: 2 },
      );
      // Without momentum, so that there is nothing of the optimiser's to be lost.
      model.compile({ optimizer: optimizers.sgd({ learningRate: 0.05 }), loss: "mse", metrics: ["mae"] });
      return model;
    };
    const folder = join(root, "continued");
    const whole = make();
    await whole.fit(x, y, { epochs: 2, ...quiet });
    await whole.save(folder);
    const loaded = await loadModel(folder);
    expect(loaded.history).toEqual(whole.history);
    expect(await loaded.evaluate(x, y)).toEqual(await whole.evaluate(x, y));
    // Dropout is drawn by the step, which starts anew; evaluation is not.
    const history = await loaded.fit(x, y, { epochs: 4, initialEpoch: 2, ...quiet });
    expect(history.epochs).toEqual([2, 3]);
    expect(Object.keys(history.logs)).toEqual(["loss", "mae"]);
    expect((await loaded.evaluate(x, y)).loss).toBeLessThan((await whole.evaluate(x, y)).loss ?? 0);
  });

  test.each<[string, Parameters<Sequential["compile"]>[0]]>([
    ["names", { optimizer: "rmsprop", loss: "mae", metrics: ["mse", "r2"] }],
    [
      "a made optimiser",
      { optimizer: optimizers.sgd({ momentum: 0.9, nesterov: true, learningRate: 0.02 }), loss: "mse" },
    ],
    ["configs", { optimizer: { name: "adamw", weightDecay: 0.1 }, loss: { name: "huber", delta: 3 } }],
    ["the default optimiser", { loss: "mse" }],
  ])("is compiled as it was: %s", async (name, compile) => {
    const { x, y } = linearData(12);
    const model = small();
    model.compile(compile);
    await model.save(join(root, `compiled ${name}`));
    const loaded = await loadModel(join(root, `compiled ${name}`));
    expect(await loaded.trainOnBatch(x, y)).toEqual(await model.trainOnBatch(x, y));
    await loaded.trainOnBatch(x, y);
    await model.trainOnBatch(x, y);
    expect(weightsOf(loaded)).toEqual(weightsOf(model));
  });

  test.each<[string, Parameters<Sequential["compile"]>[0]]>([
    ["a schedule", { optimizer: optimizers.adam({ learningRate: (step) => 1 / (1 + step) }), loss: "mse" }],
    ["a loss of one's own", { loss: (a, b) => a.sub(b).square() }],
    ["a metric of one's own", { loss: "mse", metrics: ["mae", (a, b) => a.sub(b).abs()] }],
  ])("has to be compiled anew where that was done with code: %s", async (name, compile) => {
    const { x, y } = linearData(12);
    const model = small();
    model.compile(compile);
    await model.fit(x, y, quiet);
    await model.save(join(root, `code ${name}`));
    const loaded = await loadModel(join(root, `code ${name}`));
    expect((await loaded.predict(x)).toArray()).toEqual((await model.predict(x)).toArray());
    await expect(loaded.fit(x, y, quiet)).rejects.toThrow(
      "sequential: call compile({ optimizer, loss }) before training or evaluating",
    );
    loaded.compile(compile);
    await loaded.fit(x, y, quiet);
  });

  test("has the layers frozen that were frozen since they were made", async () => {
    const model = small();
    const [first, second] = model.layers;
    if (first === undefined || second === undefined) throw new TypeError("there are two layers");
    first.trainable = false;
    await model.save(join(root, "frozen"));
    const loaded = await loadModel(join(root, "frozen"));
    expect(loaded.layers.map(({ trainable }) => trainable)).toEqual([false, true]);
    expect(loaded.summary()).toContain("Non-trainable params: 6");
  });

  test("can have layers that another model shares", async () => {
    const base = small();
    await base.predict([[1, 2]]);
    const head = sequential([layers.dense({ units: 2, inputShape: [3] }), ...base.layers.slice(1)]);
    for (const [name, model, row] of [
      ["base", base, [1, 2]],
      ["head", head, [1, 2, 3]],
    ] as const) {
      await model.save(join(root, `shared ${name}`));
      const loaded = await loadModel(join(root, `shared ${name}`));
      expect((await loaded.predict([row])).toArray()).toEqual((await model.predict([row])).toArray());
    }
  });
});

test("a layer of one's own class comes back where the class is given", async () => {
  class Mine extends Layer {
    readonly className = "Mine";
    override call(x: Tensor): Tensor {
      return x.mul(2);
    }
  }
  const model = sequential([new Mine({ inputShape: [1] })]);
  const folder = join(root, "mine");
  await model.save(folder);
  await expect(loadModel(folder)).rejects.toThrow('there is no layer class "Mine". There are');
  const again = await loadModel(folder, { layers: { Mine } });
  expect((await again.predict([[3]])).item()).toBe(6);
});

describe("what cannot be saved", () => {
  const nothing = async (folder: string) => expect(await names(root)).not.toContain(folder);

  test("is named, and nothing is written: an activation that is a function", async () => {
    const model = sequential([layers.lstm({ units: 2, activation: (x) => x.tanh(), inputShape: [3, 1] })]);
    await expect(model.save(join(root, "function"))).rejects.toThrow(
      "save: layer lstm.activation is a function, which cannot be written to a file; name it, or save the weights alone",
    );
    await nothing("function");
  });

  test("within a layer: an initialiser that is a function", async () => {
    const inner = layers.dense({ units: 1, kernelInitializer: (shape) => NdArray.zeros(shape) });
    const model = sequential([layers.timeDistributed({ layer: inner, inputShape: [3, 1] })]);
    await expect(model.save(join(root, "inner"))).rejects.toThrow(
      "save: layer Dense.kernelInitializer is a function",
    );
    await nothing("inner");
  });

  test("weights that two layers share without a word in their options", async () => {
    const inner = layers.dense({ units: 2, name: "inner" });
    class Silent extends Layer {
      readonly className = "Silent";
      readonly #inner = this.child("inner", inner);

      override call(x: Tensor, context: CallContext): Tensor {
        return this.#inner.compute(x, context);
      }
    }
    const model = sequential([new Silent({ inputShape: [3, 2] }), layers.timeDistributed({ layer: inner })]);
    await expect(model.save(join(root, "tied"))).rejects.toThrow(
      "save: layer time_distributed and layer silent share the weights of layer inner, and the options of layer silent do not hold",
    );
    await nothing("tied");
  });

  test.each<[string, unknown, string]>([
    [
      "an array",
      normal([2]),
      "save: layer own.extra is an instance of NdArray, which cannot be written to a file; save the weights",
    ],
    ["a map", new Map([[1, 2]]), "save: layer own.extra is an instance of Map, which"],
    [
      "a number that JSON does not have",
      { top: [1, Infinity] },
      "save: layer own.extra.top[1] is Infinity, which",
    ],
    ["a bigint", 3n, "save: layer own.extra is a bigint, which"],
  ])("%s among a layer's options", async (_, extra, message) => {
    class Own extends Layer {
      readonly className = "Own";

      override call(x: Tensor): Tensor {
        return x;
      }
    }
    const model = sequential([new Own({ inputShape: [2], extra } as LayerConfig)]);
    await expect(model.save(join(root, "odd"))).rejects.toThrow(message);
    await nothing("odd");
  });

  test("leaves a model that was there as it was", async () => {
    const folder = join(root, "kept");
    await small().save(folder);
    const before = await readFile(join(folder, "config.json"), "utf8");
    const model = sequential([layers.dense({ units: 1, activation: (x) => x, inputShape: [1] })]);
    await expect(model.save(folder)).rejects.toThrow("is a function");
    expect(await readFile(join(folder, "config.json"), "utf8")).toBe(before);
    expect(await names(folder)).toEqual(files);
  });
});

describe("where a model cannot be saved", () => {
  test("a file of that name", async () => {
    const path = join(root, "file");
    await writeFile(path, "precious");
    await expect(small().save(path)).rejects.toThrow(
      "it is a file, and a folder is to be written. Choose another name.",
    );
    expect(await readFile(path, "utf8")).toBe("precious");
  });

  test("a folder with other files in it, which stay", async () => {
    const folder = join(root, "mixed");
    await mkdir(folder);
    await writeFile(join(folder, "thesis.txt"), "precious");
    const faulty = small().save(folder);
    await expect(faulty).rejects.toThrow(
      "the folder would be replaced, and it holds other files (thesis.txt)",
    );
    expect(await names(folder)).toEqual(["thesis.txt"]);
  });

  test.skipIf(process.getuid?.() === 0)("a folder that may not be written to", async () => {
    const parent = join(root, "locked");
    await mkdir(parent);
    await chmod(parent, 0o500);
    await expect(small().save(join(parent, "model"))).rejects.toThrow("this user may not write there");
    await chmod(parent, 0o700);
    expect(await names(parent)).toEqual([]);
  });

  test("below a file", async () => {
    await writeFile(join(root, "stone"), "");
    await expect(small().save(join(root, "stone", "model"))).rejects.toThrow(
      "a part of this path is a file, not a folder",
    );
  });
});

test("ids of a saved classifier are checked as before", async () => {
  const model = sequential([
    layers.embedding({ inputDim: 4, outputDim: 2, inputShape: [2] }),
    layers.flatten(),
    layers.dense({ units: 1 }),
  ]);
  await model.save(join(root, "ids"));
  const loaded = await loadModel(join(root, "ids"));
  await expect(loaded.predict(ndarray([[1, 4]]))).rejects.toThrow(
    "x: id 4 in row 0, at [0, 1], is outside the table of layer embedding: ids run from 0 to 3",
  );
  expect((await loaded.predict(filled([2, 2], (i) => i))).shape).toEqual([2, 1]);
});
