// Functional models: layers called on inputs and on each other, seen from outside.

import { describe, expect, test } from "vitest";
import {
  type Functional,
  input,
  type LayerTensor,
  layers,
  model,
  ndarray,
  RecurraError,
  sequential,
} from "../../src/index.ts";
import { filled, normal, setWeights } from "./support/data.ts";
import { bits, checkGradients } from "./support/gradient-check.ts";

/** What a caller without types might pass. */
const wrong = <T>(value: unknown): T => value as T;
const dense = (units: number, name?: string) =>
  layers.dense({ units, ...(name === undefined ? {} : { name }) });

/** p = 2·a₀ - a₁ + 3·b + 0.5, from two inputs. */
function plane(): Functional {
  const a = input({ shape: [2], name: "a" });
  const b = input({ shape: [1], name: "b" });
  const p = layers.add().apply([dense(1, "ofA").apply(a), dense(1, "ofB").apply(b)]);
  const net = model({ inputs: [a, b], outputs: p, name: "plane" });
  setWeights(net, [[2, -1], [0.5], [3], [0]]);
  return net;
}
const a = ndarray([
  [1, 2],
  [0, -1],
  [3, 0.5],
]);
const b = ndarray([[1], [-2], [0]]);
/** By hand: 2·1 - 2 + 3·1 + 0.5, and so on. */
const planeValues = [3.5, -4.5, 6];

describe("a model of two inputs", () => {
  test("computes what its layers say", async () => {
    expect((await plane().predict([a, b])).toArray()).toEqual(planeValues);
    expect((await plane().predict([a, b])).shape).toEqual([3, 1]);
  });

  test("takes its inputs in order or by name, as arrays or lists", async () => {
    const net = plane();
    for (const x of [
      { a, b },
      { b, a },
      [a.toNested(), b],
      {
        a: [
          [1, 2],
          [0, -1],
          [3, 0.5],
        ],
        b: new Float32Array([1, -2, 0]),
      },
    ]) {
      const { b: given } = x as { readonly b?: unknown };
      const data = given instanceof Float32Array ? { ...x, b: ndarray([[1], [-2], [0]]) } : x;
      expect((await net.predict(wrong(data))).toArray()).toEqual(planeValues);
    }
  });

  test("gives the same in batches as at once", async () => {
    const [wide, narrow] = [normal([7, 2]), normal([7, 1], 2)];
    const net = plane();
    const whole = await net.predict([wide, narrow]);
    const parts = await net.predict([wide, narrow], { batchSize: 3 });
    for (const [i, value] of whole.toArray().entries()) expect(parts.toArray()[i]).toBeCloseTo(value, 6);
    expect((await net.predict([a.rows(0, 0), b.rows(0, 0)])).shape).toEqual([0, 1]);
  });

  test("names inputs, outputs and layers", () => {
    const net = plane();
    expect(net.inputs.map(({ name, shape }) => [name, shape])).toEqual([
      ["a", [2]],
      ["b", [1]],
    ]);
    expect(net.outputs).toEqual([{ name: "add", shape: [1], layer: "add" }]);
    expect(net.layers.map(({ name }) => name)).toEqual(["ofA", "ofB", "add"]);
    expect(net.getLayer("ofB")).toBe(net.layers[1]);
    expect(net.weights.map(({ name }) => name)).toEqual(["ofA/kernel", "ofA/bias", "ofB/kernel", "ofB/bias"]);
  });

  test("learns what a line can", async () => {
    const net = plane();
    net.reinitialize(3);
    net.compile({ optimizer: { name: "adam", learningRate: 0.1 }, loss: "mse" });
    const [x0, x1] = [normal([64, 2]), normal([64, 1], 2)];
    const y = filled([64, 1], (i) => 2 * x0.at(i, 0) - x0.at(i, 1) + 3 * x1.at(i, 0) + 0.5);
    await net.fit({ a: x0, b: x1 }, y, { epochs: 60, batchSize: 16, verbose: "silent" });
    const [kernelA, biasA, kernelB, biasB] = net.weights.map(({ weight }) => weight.value.toArray());
    expect(kernelA?.[0]).toBeCloseTo(2, 2);
    expect(kernelA?.[1]).toBeCloseTo(-1, 2);
    expect(kernelB?.[0]).toBeCloseTo(3, 2);
    expect((biasA?.[0] ?? 0) + (biasB?.[0] ?? 0)).toBeCloseTo(0.5, 2);
  });
});

describe("how a model is put together", () => {
  test("inputs and outputs may be objects, whose names they then have", async () => {
    const [x, z] = [input({ shape: [2], name: "unused" }), input({ shape: [2] })];
    const sum = layers.add().apply([x, z]);
    const net = model({ inputs: { left: x, right: z }, outputs: { total: sum, twice: dense(2).apply(sum) } });
    expect(net.inputs.map(({ name }) => name)).toEqual(["left", "right"]);
    expect(net.outputNames).toEqual(["total", "twice"]);
    const { total } = await net.predictAll({ right: a, left: a });
    expect(total?.toArray()).toEqual(a.toArray().map((value) => 2 * value));
  });

  test("inputs without a name are numbered past those that have one", () => {
    const xs = ["input", undefined, undefined].map((name) =>
      input({ shape: [1], ...(name === undefined ? {} : { name }) }),
    );
    const net = model({ inputs: xs, outputs: layers.add().apply(xs) });
    expect(net.inputs.map(({ name }) => name)).toEqual(["input", "input_1", "input_2"]);
  });

  test("is the stack that it is called as", async () => {
    const make = () => [layers.lstm({ units: 3, returnSequences: true }), layers.gru({ units: 2 }), dense(1)];
    const [first, ...rest] = make();
    const x = input({ shape: [4, 2] });
    const net = model({
      inputs: x,
      outputs: rest.reduce((h, layer) => layer.apply(h), first?.apply(x) as LayerTensor),
    });
    const stack = sequential([
      layers.lstm({ units: 3, returnSequences: true, inputShape: [4, 2] }),
      ...make().slice(1),
    ]);
    const data = normal([5, 4, 2]);
    expect(net.weights.map(({ name }) => name)).toEqual(stack.weights.map(({ name }) => name));
    expect(bits(await net.predict(data))).toEqual(bits(await stack.predict(data)));
    for (const one of [net, stack]) one.compile({ optimizer: "adam", loss: "mse" });
    const y = normal([5, 1], 3);
    expect(await net.fit(data, y, { epochs: 2, verbose: "silent" })).toEqual(
      await stack.fit(data, y, { epochs: 2, verbose: "silent" }),
    );
  });

  test("layers that do not lead to an output are no part of it", () => {
    const x = input({ shape: [2] });
    const h = dense(3, "hidden").apply(x);
    dense(9, "aside").apply(h);
    const net = model({ inputs: x, outputs: dense(1, "last").apply(h) });
    expect(net.layers.map(({ name }) => name)).toEqual(["hidden", "last"]);
    expect(model({ inputs: x, outputs: h }).layers.map(({ name }) => name)).toEqual(["hidden"]);
  });

  test("two models of the same tensors share the layers and what they learn", async () => {
    const x = input({ shape: [2] });
    const h = dense(3).apply(x);
    const whole = model({ inputs: x, outputs: dense(1).apply(h) });
    const features = model({ inputs: x, outputs: h });
    const before = await features.predict(a);
    whole.compile({ optimizer: "sgd", loss: "mse" });
    await whole.fit(a, normal([3, 1]), { verbose: "silent" });
    const after = await features.predict(a);
    expect(after.toArray()).not.toEqual(before.toArray());
    const [kernel, bias] = whole.weights.map(({ weight }) => weight.value);
    for (const [row, column] of [
      [0, 0],
      [2, 1],
    ] as const) {
      const product =
        a.at(row, 0) * (kernel?.at(0, column) ?? 0) + a.at(row, 1) * (kernel?.at(1, column) ?? 0);
      expect(after.at(row, column)).toBeCloseTo(product + (bias?.at(column) ?? 0), 5);
    }
  });

  test("an input may be an output, and a tensor two outputs", async () => {
    const x = input({ shape: [2] });
    const h = dense(1).apply(x);
    const net = model({ inputs: x, outputs: [x, h, h] });
    expect(net.outputNames).toEqual(["y", "dense", "dense_1"]);
    const { y, dense: one, dense_1: other } = await net.predictAll(a);
    expect(y?.toArray()).toEqual(a.toArray());
    expect(one?.toArray()).toEqual(other?.toArray());
  });

  test("a model of an input alone gives it back", async () => {
    const x = input({ shape: [2] });
    const net = model({ inputs: x, outputs: x });
    expect((await net.predict(a)).toArray()).toEqual(a.toArray());
    expect(net.countParams()).toBe(0);
  });

  test("keeps what a layer was called on, whatever becomes of the caller's lists", async () => {
    const x = input({ shape: [2] });
    const all = [x];
    for (let i = 0; i < 3; i++) {
      const sum = all.length === 1 ? x : layers.add().apply(all);
      all.push(dense(2).apply(sum)); // as in a DenseNet
    }
    const net = model({ inputs: x, outputs: layers.concatenate().apply(all) });
    expect(net.outputShape).toEqual([8]);
    const state = [input({ shape: [2] })];
    const h = layers
      .gru({ units: 2 })
      .apply(layers.reshape({ targetShape: [1, 2] }).apply(x), { initialState: state });
    const [first = x] = state.splice(0, 1, x);
    expect((await model({ inputs: [x, first], outputs: h }).predict([a, a])).shape).toEqual([3, 2]);
  });

  test("may be thousands of layers deep", () => {
    const x = input({ shape: [2] });
    let h = x;
    for (let i = 0; i < 3000; i++) h = layers.activation({ activation: "linear" }).apply(h);
    const net = model({ inputs: x, outputs: h });
    expect(net.layers.length).toBe(3000);
    expect(net.layers.at(-1)?.name).toBe("activation_2999");
    expect(net.outputShape).toEqual([2]);
  });

  test("ids are held against the table that reads them, through whichever input", async () => {
    const [words, tags] = [
      input({ shape: [3], dtype: "int32", name: "words" }),
      input({ shape: [3], dtype: "int32", name: "tags" }),
    ];
    const joined = layers
      .concatenate()
      .apply([
        layers.embedding({ inputDim: 10, outputDim: 2 }).apply(words),
        layers.embedding({ inputDim: 4, outputDim: 2 }).apply(tags),
      ]);
    const net = model({ inputs: [words, tags], outputs: joined });
    const small = ndarray([[0, 3, 1]]);
    await expect(net.predict({ words: ndarray([[9, 1, 2]]), tags: ndarray([[0, 4, 1]]) })).rejects.toThrow(
      "x.tags: id 4 in row 0, at [0, 1], is outside the table of layer embedding_1: ids run from 0 to 3",
    );
    expect((await net.predict({ words: ndarray([[9, 1, 2]]), tags: small })).shape).toEqual([1, 3, 4]);
  });

  test("an input that two tables read holds ids of the smaller one", async () => {
    const x = input({ shape: [2], dtype: "int32" });
    const tables = [7, 5].map((inputDim) => layers.embedding({ inputDim, outputDim: 2 }).apply(x));
    const net = model({ inputs: x, outputs: layers.add().apply(tables) });
    await expect(net.predict(ndarray([[1, 5]]))).rejects.toThrow("ids run from 0 to 4");
  });
});

describe("a layer that is called twice", () => {
  /** y = f(x₀) + 2·f(x₁), with f one layer. */
  const siamese = () => {
    const [x0, x1] = [input({ shape: [3] }), input({ shape: [3] })];
    const shared = layers.dense({ units: 2, activation: "tanh", name: "shared" });
    const twice = layers.concatenate().apply([shared.apply(x0), shared.apply(x1)]);
    return model({ inputs: [x0, x1], outputs: dense(1, "out").apply(twice) });
  };

  test("has its weights once", () => {
    const net = siamese();
    expect(net.layers.map(({ name }) => name)).toEqual(["shared", "concatenate", "out"]);
    expect(net.countParams()).toBe(3 * 2 + 2 + (4 + 1));
  });

  test("computes both calls with them", async () => {
    const net = siamese();
    setWeights(net, [[1, 0, 0, 1, 0, 0], [0, 0], [1, 0, 2, 0], [0]]);
    const [x0, x1] = [normal([4, 3]), normal([4, 3], 2)];
    const y = await net.predict([x0, x1]);
    for (let i = 0; i < 4; i++)
      expect(y.at(i, 0)).toBeCloseTo(Math.tanh(x0.at(i, 0)) + 2 * Math.tanh(x1.at(i, 0)), 5);
  });

  test("gets the gradients of both added up", async () => {
    await checkGradients(siamese(), [[normal([4, 3]), normal([4, 3], 2)], normal([4, 1], 3)], {
      loss: "mse",
    });
  });

  test("by hand: w·x + w·z has the gradient of x + z", async () => {
    const [x, z] = [input({ shape: [1] }), input({ shape: [1] })];
    const shared = layers.dense({ units: 1, useBias: false, kernelInitializer: "ones" });
    const net = model({ inputs: [x, z], outputs: layers.add().apply([shared.apply(x), shared.apply(z)]) });
    net.compile({ optimizer: { name: "sgd", learningRate: 0.5 }, loss: (_, yPred) => yPred.mean(-1) });
    await net.trainOnBatch([[[2]], [[5]]], [[0]]);
    expect(net.weights[0]?.weight.value.toArray()).toEqual([1 - 0.5 * 7]);
  });

  test("may read what it gave before", async () => {
    const x = input({ shape: [2] });
    const step = layers.dense({ units: 2, activation: "tanh", name: "step" });
    const net = model({ inputs: x, outputs: step.apply(step.apply(step.apply(x))) });
    expect(net.countParams()).toBe(6);
    await checkGradients(net, [normal([3, 2]), normal([3, 2], 2)], { loss: "mse" });
  });

  test("a table that two inputs read gets the rows of both", async () => {
    const [x0, x1] = [2, 3].map((length) => input({ shape: [length], dtype: "int32" })) as [
      LayerTensor,
      LayerTensor,
    ];
    const table = layers.embedding({ inputDim: 20, outputDim: 2 });
    const joined = layers.concatenate({ axis: 1 }).apply([table.apply(x0), table.apply(x1)]);
    const net = model({ inputs: [x0, x1], outputs: dense(1).apply(layers.flatten().apply(joined)) });
    const ids = [ndarray([[1, 7]], { dtype: "int32" }), ndarray([[7, 2, 2]], { dtype: "int32" })];
    await checkGradients(net, [ids, [[1]]], { loss: "mse" });
  });

  test("keeps to the features that it was built for", () => {
    const shared = dense(2, "shared");
    shared.apply(input({ shape: [3] }));
    expect(shared.apply(input({ shape: [5, 3] })).shape).toEqual([5, 2]); // other axes may differ
    expect(() => shared.apply(input({ shape: [4] }))).toThrow(
      "layer shared (Dense) was built for float32 [batch, 3], got float32 [batch, 4]",
    );
  });
});

describe("gradients", () => {
  test("around a skip connection", async () => {
    const x = input({ shape: [3] });
    const h = layers.dense({ units: 3, activation: "sigmoid" }).apply(x);
    const net = model({
      inputs: x,
      outputs: dense(1).apply(layers.multiply().apply([x, layers.add().apply([x, h])])),
    });
    await checkGradients(net, [normal([4, 3]), normal([4, 1], 2)], { loss: "mse" });
  });

  test("through the state that one recurrent layer hands to another", async () => {
    const [source, target] = [
      input({ shape: [4, 2], name: "source" }),
      input({ shape: [3, 2], name: "target" }),
    ];
    const [, h, c] = layers.lstm({ units: 3, returnState: true, name: "encoder" }).applyAll(source);
    const decoded = layers
      .lstm({ units: 3, returnSequences: true, name: "decoder" })
      .apply(target, { initialState: [h, c] });
    const net = model({ inputs: { source, target }, outputs: dense(1).apply(decoded) });
    expect(net.layers.map(({ name }) => name)).toEqual(["encoder", "decoder", "dense"]);
    await checkGradients(net, [[normal([2, 4, 2]), normal([2, 3, 2], 2)], normal([2, 3, 1], 3)], {
      loss: "mse",
    });
  });

  test("through both outputs of attention", async () => {
    const x = input({ shape: [3, 2] });
    const queries = dense(2, "queries").apply(x);
    const [attended, scores] = layers.attention().applyAll([queries, x], { returnAttentionScores: true });
    const net = model({
      inputs: x,
      outputs: { attended: attended as LayerTensor, scores: scores as LayerTensor },
    });
    await checkGradients(net, [normal([2, 3, 2]), [normal([2, 3, 2], 2), normal([2, 3, 3], 3)]], {
      loss: ["mse", "mse"],
    });
  });
});

describe("summary", () => {
  test("of a line of layers is that of a stack", () => {
    const x = input({ shape: [30, 1] });
    const net = model({ inputs: x, outputs: dense(1).apply(layers.lstm({ units: 50 }).apply(x)) });
    expect(net.summary()).toBe(`\
Model: "functional"
_______________________________________
 Layer (type)   Output Shape    Param #
=======================================
 lstm (LSTM)    (None, 50)       10,400
 dense (Dense)  (None, 1)            51
=======================================
Total params: 10,451
Trainable params: 10,451
Non-trainable params: 0`);
  });

  test("of what is no stack says what each layer reads: layer[call][output], as Keras writes it", () => {
    const [left, right] = [input({ shape: [5, 2], name: "left" }), input({ shape: [5, 2], name: "right" })];
    const shared = layers.lstm({ units: 4, returnState: true, name: "shared" });
    const [l = left, h = left, c = left] = shared.applyAll(left);
    const [r = right] = shared.applyAll(right);
    const again = layers.lstm({ units: 4, trainable: false }).apply(left, { initialState: [h, c] });
    const net = model({
      inputs: [left, right],
      outputs: layers.concatenate().apply([l, r, again]),
      name: "pair",
    });
    // LSTM: 4·(2 + 4 + 1)·4 weights.
    expect(net.summary()).toBe(`\
Model: "pair"
__________________________________________________________________________________________________________________
 Layer (type)               Output Shape                         Param #  Connected to
==================================================================================================================
 left (Input)               (None, 5, 2)                               0  -
 right (Input)              (None, 5, 2)                               0  -
 shared (LSTM)              [(None, 4), (None, 4), (None, 4)]        112  left[0][0], right[0][0]
 lstm (LSTM)                (None, 4)                                112  left[0][0], shared[0][1], shared[0][2]
 concatenate (Concatenate)  (None, 12)                                 0  shared[0][0], shared[1][0], lstm[0][0]
==================================================================================================================
Total params: 224
Trainable params: 112
Non-trainable params: 112`);
  });

  test("counts a layer as shared that reads itself", () => {
    const x = input({ shape: [2] });
    const step = dense(2, "step");
    const net = model({ inputs: x, outputs: step.apply(step.apply(x)) });
    const rows = net.summary().split("\n").slice(4, 6);
    expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
      ["input (Input)", "(None, 2)", "0", "-"],
      ["step (Dense)", "(None, 2)", "6", "input[0][0], step[0][0]"],
    ]);
  });
});

describe("refuses", () => {
  const x = input({ shape: [2], name: "x" });
  const z = input({ shape: [2], name: "z" });
  const h = dense(1, "h").apply(x);
  const twins = () => {
    const both = [x, input({ shape: [2], name: "x" })];
    return model({ inputs: both, outputs: layers.add().apply(both) });
  };

  test.each<[string, () => unknown, string]>([
    [
      "no config",
      () => model(wrong(undefined)),
      "model: inputs is to be what input() or a layer gave, got undefined",
    ],
    ["no inputs", () => model({ inputs: [], outputs: h }), "model: inputs is empty"],
    ["no outputs", () => model({ inputs: x, outputs: {} }), "model: outputs is empty"],
    [
      "a layer as output",
      () => model({ inputs: x, outputs: wrong(dense(1)) }),
      "model: outputs is to be what input() or a layer gave, got an instance of Dense",
    ],
    [
      "data as input",
      () => model({ inputs: wrong(a), outputs: h }),
      "model: inputs is to be what input() or a layer gave, got an instance of NdArray",
    ],
    [
      "a list within the list",
      () => model({ inputs: wrong([[x]]), outputs: h }),
      "model: inputs[0] is to be what input() or a layer gave",
    ],
    [
      "a hole in the object",
      () => model({ inputs: x, outputs: { p: h, q: wrong(undefined) } }),
      "model: outputs.q is to be what input() or a layer gave, got undefined",
    ],
    [
      "a name with a slash",
      () => model({ inputs: x, outputs: { "p/q": h } }),
      'model: a name among the outputs is to be text without slashes, got "p/q"',
    ],
    [
      "an empty name",
      () => model({ inputs: { "": x }, outputs: h }),
      'model: a name among the inputs is to be text without slashes, got ""',
    ],
    [
      "what a layer gave as input",
      () => model({ inputs: h, outputs: dense(1).apply(h) }),
      "model: inputs[0] was given by layer h; the inputs of a model come from input()",
    ],
    [
      "an input that is missing",
      () => model({ inputs: x, outputs: layers.add().apply([x, z]) }),
      "rests on the input z, which is not among the inputs",
    ],
    [
      "an input that is missing among options",
      () =>
        model({
          inputs: z,
          outputs: layers
            .lstm({ units: 2 })
            .apply(layers.reshape({ targetShape: [1, 2] }).apply(z), { initialState: [x, x] }),
        }),
      "rests on the input x, which is not among the inputs",
    ],
    [
      "an input that nothing reads",
      () => model({ inputs: [x, z], outputs: h }),
      "model: inputs[1] is read by no layer on the way to the outputs",
    ],
    [
      "an input twice",
      () => model({ inputs: [x, x], outputs: h }),
      "model: an input stands in the list twice",
    ],
    ["two inputs of one name", () => twins(), 'model: two inputs are named "x"'],
    [
      "an input and a layer of one name",
      () => model({ inputs: x, outputs: dense(1, "x").apply(x) }),
      'model: an input and a layer are named "x"; give one of them a name of its own',
    ],
    [
      "two layers of one name",
      () => model({ inputs: x, outputs: dense(1, "h").apply(h) }),
      'model: two layers are named "h"',
    ],
    [
      "an unknown option",
      () => model(wrong({ inputs: x, outputs: h, names: "n" })),
      'model: there is no option "names". Did you mean "name"? It takes name, seed',
    ],
    [
      "a name of another kind",
      () => model({ inputs: x, outputs: h, name: wrong(3) }),
      "model: name is to be text without slashes, got 3",
    ],
    ["a seed that is none", () => model({ inputs: x, outputs: h, seed: -1 }), "seed -1"],
  ])("%s", (_, work, message) => {
    expect(work).toThrow(RecurraError);
    expect(work).toThrow(message);
  });

  test.each<[string, unknown, string]>([
    ["nothing", undefined, "input: options are to be an object, got undefined"],
    ["a shape alone", [3, 2], "input: options are to be an object, got [3,2]"],
    ["no shape", {}, "input: shape: wants positive whole numbers without the batch axis"],
    ["a number as shape", { shape: 3 }, "got 3"],
    ["a zero", { shape: [0] }, "got [0]"],
    [
      "a batch size as in Keras",
      { shape: [3], batchSize: 2 },
      'input: there is no option "batchSize". It takes shape, dtype, name',
    ],
    [
      "a dtype that no layer reads",
      { shape: [3], dtype: "float64" },
      'input: dtype is to be one of float32, int32, bool, got "float64"',
    ],
    [
      "a name with a slash",
      { shape: [3], name: "a/b" },
      'input: name is to be text without slashes, got "a/b"',
    ],
    ["an empty name", { shape: [3], name: "" }, 'input: name is to be text without slashes, got ""'],
  ])("input: %s", (_, config, message) => {
    expect(() => input(wrong(config))).toThrow(message);
  });

  test.each<[string, () => unknown, string]>([
    [
      "nothing",
      () => dense(1, "d").apply(wrong(undefined)),
      "layer d (Dense) is applied to what input() or another layer gave, got undefined",
    ],
    ["an empty list", () => dense(1, "d").apply([]), "got an empty list"],
    [
      "a hole in the list",
      () => layers.add().apply([x, wrong(undefined)]),
      "layer Add (Add) is applied to what input() or another layer gave, got undefined",
    ],
    ["data", () => dense(1, "d").apply(wrong(a)), "got an instance of NdArray"],
    ["a model", () => dense(1, "d").apply(wrong(plane())), "got an instance of Functional"],
    ["too many inputs", () => dense(1, "d").apply([x, z]), "layer d (Dense) wants 1 input, got 2"],
    [
      "too few inputs",
      () => layers.add({ name: "sum" }).apply(x),
      "layer sum (Add) wants at least 2 inputs, got 1",
    ],
    [
      "an unknown option",
      () => layers.lstm({ units: 2, name: "l" }).apply(input({ shape: [3, 2] }), { initialStates: [x, x] }),
      'layer l: there is no option "initialStates". Did you mean "initialState"? It takes initialState',
    ],
    [
      "a state where options stand",
      () => layers.lstm({ units: 2, name: "l" }).apply(input({ shape: [3, 2] }), wrong([x, x])),
      'layer l: options are to be an object, got ["SymbolicTensor","SymbolicTensor"]',
    ],
    [
      "a state of another width",
      () => layers.lstm({ units: 3, name: "l" }).apply(input({ shape: [3, 2] }), { initialState: [x, x] }),
      "layer l (LSTM) wants an initial state of",
    ],
    [
      "one output of several",
      () => layers.lstm({ units: 3, name: "l", returnState: true }).apply(input({ shape: [3, 2] })),
      "layer l (LSTM) gives 3 outputs where one is wanted; use applyAll",
    ],
    [
      "shapes that do not go together",
      () => layers.add({ name: "sum" }).apply([x, input({ shape: [3] })]),
      "layer sum (Add) wants inputs whose shapes broadcast, got float32 [batch, 2] and float32 [batch, 3]",
    ],
    [
      "another rank",
      () => layers.lstm({ units: 3, name: "l" }).apply(x),
      "layer l (LSTM) wants [batch, steps, features], got float32 [batch, 2]",
    ],
  ])("apply: %s", (_, work, message) => {
    expect(work).toThrow(RecurraError);
    expect(work).toThrow(message);
  });

  test.each<[string, (net: Functional) => unknown, string]>([
    [
      "one array for two inputs",
      (net) => net.predict(a),
      "x: wants 2 arrays, for a, b, in a list or under their names, got one array",
    ],
    [
      "three arrays",
      (net) => net.predict([a, b, b]),
      "x: wants 2 arrays, for a, b, in a list or under their names, got a list of 3",
    ],
    ["nothing", (net) => net.predict(wrong(null)), "got null"],
    ["a name that there is not", (net) => net.predict({ a, c: b }), 'x: there is no "c"'],
    ["a name that is missing", (net) => net.predict({ a }), 'x: "b" is missing; wanted are a, b'],
    [
      "inputs in the wrong order",
      (net) => net.predict([b, a]),
      "x.a: layer ofA wants [samples, 2], got [3, 1]",
    ],
    [
      "fewer rows in one",
      (net) => net.predict([a, b.rows(0, 2)]),
      "x.b: wants 3 rows, as many as x.a, got [2, 1]",
    ],
    [
      "a layer that there is not",
      async (net) => net.getLayer("ofC"),
      'plane: there is no layer "ofC"; there are ofA, ofB, add',
    ],
    [
      "a snapshot of another model",
      async (net) =>
        net.restoreWeights(sequential([layers.dense({ units: 1, inputShape: [1] })]).snapshotWeights()),
      "plane: the weights to restore hold [1, 1] numbers, the model's [2, 1, 1, 1]",
    ],
  ])("data: %s", async (_, work, message) => {
    await expect(async () => work(plane())).rejects.toThrow(message);
  });
});
