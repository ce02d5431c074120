// A user's own layers: weights, children, updates, losses, several inputs and outputs, what is saved, and what is refused.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  add,
  concat,
  logicalAnd,
  matmul,
  mean,
  mul,
  select,
  sigmoid,
  square,
  sub,
  sum,
  type Tensor,
  type TensorType,
  tanh,
} from "../../src/entry/graph.ts";
import {
  type CallContext,
  input,
  Layer,
  type LayerConfig,
  type LayerTensor,
  layers,
  loadModel,
  type Model,
  model,
  type NdArray,
  ndarray,
  RecurraError,
  sequential,
  Weight,
} from "../../src/index.ts";
import type { Mask } from "../../src/nn/layer.ts";
import { expectClose, filled, normal, setWeights, weightsOf } from "./support/data.ts";
import { bits, checkGradients } from "./support/gradient-check.ts";

const quiet = { verbose: "silent", shuffle: false } as const;

/** What a caller without types might pass. */
const wrong = <T>(value: unknown): T => value as T;

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "recurra-custom-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

type Own = NonNullable<NonNullable<Parameters<typeof loadModel>[1]>["layers"]>;

/** Expects that a saved model comes back, to the bit, with layer classes of one's own. */
async function expectBack(net: Model, x: NdArray | readonly NdArray[], own: Own): Promise<Model> {
  const folder = await mkdtemp(join(root, "model-"));
  await net.save(folder);
  const back = await loadModel(folder, { layers: own });
  expect(back.summary()).toBe(net.summary());
  const [before, after] = [await net.predictAll(x), await back.predictAll(x)];
  for (const [name, array] of Object.entries(before))
    expect(bits(after[name] as NdArray)).toEqual(bits(array));
  return back;
}

interface ScaleConfig extends LayerConfig {
  readonly power?: number;
}

/** y = x^power · w, feature by feature. */
class Scale extends Layer {
  readonly className = "Scale";
  override readonly config: ScaleConfig;
  #w: Weight | undefined;

  constructor(config: ScaleConfig = {}) {
    super(config);
    this.config = config;
  }

  protected override build(x: TensorType): void {
    this.#w = this.addWeight("w", [x.shape.at(-1) ?? 1], "ones");
  }

  override call(x: Tensor, { value }: CallContext): Tensor {
    if (this.#w === undefined) throw this.fault("is not built");
    return mul(this.config.power === 2 ? square(x) : x, value(this.#w));
  }
}

describe("a layer with build and call", () => {
  test("makes its weights for the input that it meets, and learns", async () => {
    const net = sequential([new Scale({ inputShape: [3], power: 2 }), layers.dense({ units: 1 })]);
    expect(net.weights.map(({ name, weight }) => [name, weight.shape])).toEqual([
      ["scale/w", [3]],
      ["dense/kernel", [3, 1]],
      ["dense/bias", [1]],
    ]);
    expect(net.summary()).toContain(" scale (Scale)  (None, 3)             3\n");
    await checkGradients(net, [normal([4, 3]), normal([4, 1], 2)], { loss: "mse" });
  });

  test("works in a stack, in a functional model, and at every step", async () => {
    const x = ndarray([[1, 2, 3]]);
    const stack = sequential([new Scale({ inputShape: [3] })]);
    const start = input({ shape: [3] });
    const net = model({ inputs: start, outputs: new Scale({ name: "own" }).apply(start) });
    const steps = sequential([layers.timeDistributed({ layer: new Scale(), inputShape: [1, 3] })]);
    for (const one of [stack, net, steps]) setWeights(one, [[2, 0.5, -1]]);
    expect((await stack.predict(x)).toArray()).toEqual([2, 1, -3]);
    expect((await net.predict(x)).toArray()).toEqual([2, 1, -3]);
    expect((await steps.predict(x.reshape([1, 1, 3]))).toArray()).toEqual([2, 1, -3]);
  });

  test("comes back with the options that it was made with", async () => {
    const net = sequential([new Scale({ inputShape: [3], power: 2, name: "squares" })]);
    setWeights(net, [[1, 2, 3]]);
    const back = await expectBack(net, normal([2, 3]), { Scale });
    expect(back.getLayer("squares")).toBeInstanceOf(Scale);
    expect((back.getLayer("squares") as Scale).config.power).toBe(2);
    await expectBack(
      sequential([layers.timeDistributed({ layer: new Scale({ power: 2 }), inputShape: [2, 3] })]),
      normal([2, 2, 3]),
      { Scale },
    );
  });

  test("an option may be called as it likes, even `network`", async () => {
    class Named extends Layer {
      readonly className = "Named";
      override readonly config: LayerConfig & { readonly network?: string; readonly tensor?: object };
      constructor(config: LayerConfig & { readonly network?: string; readonly tensor?: object }) {
        super(config);
        this.config = config;
      }
      override call(x: Tensor): Tensor {
        return this.config.network === "twice" ? mul(x, 2) : x;
      }
    }
    const net = sequential([new Named({ inputShape: [2], network: "twice", tensor: { call: 3 } })]);
    const back = await expectBack(net, normal([2, 2]), { Named });
    expect((back.layers[0] as Named).config).toMatchObject({ network: "twice", tensor: { call: 3 } });
  });

  test("that loadModel is not given is named", async () => {
    const folder = join(root, "unknown");
    await sequential([new Scale({ inputShape: [2] })]).save(folder);
    await expect(loadModel(folder)).rejects.toThrow(
      /layer 0: there is no layer class "Scale".*given to loadModel as \{ layers: \{ Scale \} \}$/,
    );
    class Other extends Layer {
      readonly className = "Scale";
      override call(x: Tensor): Tensor {
        return x;
      }
    }
    await expect(loadModel(folder, { layers: { Scale: Other } })).rejects.toThrow(
      "scale/w: not wanted, got [2]",
    );
  });
});

/** σ(g(x)) ∘ f(x) + (1 - σ(g(x))) ∘ x, with two layers inside. Source: Srivastava et al., Highway Networks (2015). */
class Highway extends Layer {
  readonly className = "Highway";
  #gate: Layer | undefined;
  #transform: Layer | undefined;

  protected override build(x: TensorType): void {
    const units = x.shape.at(-1) ?? 1;
    this.#gate = this.child("gate", layers.dense({ units, activation: "sigmoid" }));
    this.#transform = this.child("transform", layers.dense({ units, activation: "tanh" }));
  }

  override call(x: Tensor, context: CallContext): Tensor {
    if (this.#gate === undefined || this.#transform === undefined) throw this.fault("is not built");
    const gate = this.#gate.compute(x, context);
    return add(mul(gate, this.#transform.compute(x, context)), mul(sub(1, gate), x));
  }
}

describe("a layer with layers inside", () => {
  const net = () => sequential([new Highway({ inputShape: [3] }), new Highway(), layers.dense({ units: 1 })]);

  test("has their weights under their names", () => {
    expect(
      net()
        .weights.slice(4, 8)
        .map(({ name }) => name),
    ).toEqual([
      "highway_1/gate/kernel",
      "highway_1/gate/bias",
      "highway_1/transform/kernel",
      "highway_1/transform/bias",
    ]);
    expect(net().countParams()).toBe(2 * 2 * (9 + 3) + 4);
  });

  test("learns through them, and comes back", async () => {
    await checkGradients(net(), [normal([4, 3]), normal([4, 1], 2)], { loss: "mse" });
    await expectBack(net(), normal([4, 3]), { Highway });
  });

  test("freezes them with itself", () => {
    const [first] = net().layers as [Layer];
    first.ensureBuilt({ dtype: "float32", shape: [1, 3] });
    first.trainable = false;
    expect(first.children.map(({ layer }) => layer.trainable)).toEqual([false, false]);
    const frozen = new Highway({ trainable: false });
    frozen.ensureBuilt({ dtype: "float32", shape: [1, 3] });
    expect(frozen.children.map(({ layer }) => layer.trainable)).toEqual([false, false]);
    expect(frozen.trainableWeights).toEqual([]);
  });

  test("hands a layer of the user's on through its options", async () => {
    class Residual extends Layer {
      readonly className = "Residual";
      override readonly config: LayerConfig & { readonly inner: Layer };
      constructor(config: LayerConfig & { readonly inner: Layer }) {
        super(config);
        this.config = config;
        this.child("inner", config.inner);
      }
      override call(x: Tensor, context: CallContext): Tensor {
        return add(x, this.config.inner.compute(x, context));
      }
    }
    const stack = sequential([new Residual({ inner: new Highway({ name: "way" }), inputShape: [3] })]);
    expect(stack.weights[0]?.name).toBe("residual/inner/gate/kernel");
    await checkGradients(stack, [normal([4, 3]), normal([4, 3], 2)], { loss: "mse" });
    await expectBack(stack, normal([4, 3]), { Residual, Highway });
  });
});

/** The output of a table: x · Eᵀ, with the rows of an embedding that stands elsewhere in the model. */
class Tied extends Layer {
  readonly className = "Tied";
  override readonly config: LayerConfig & { readonly table: Layer };

  constructor(config: LayerConfig & { readonly table: Layer }) {
    super(config);
    this.config = config;
    this.child("table", config.table);
  }

  override call(x: Tensor, { value }: CallContext): Tensor {
    const [table] = this.config.table.weights;
    if (table === undefined) throw this.fault("has a table that is not built");
    return matmul(x, value(table), { transposeB: true });
  }
}

describe("tied weights", () => {
  const tied = () => {
    const table = layers.embedding({ inputDim: 6, outputDim: 3, name: "words" });
    const ids = input({ shape: [2], dtype: "int32" });
    return model({
      inputs: ids,
      outputs: new Tied({ table }).apply(
        layers.flatten().apply(layers.globalAveragePooling1D().apply(table.apply(ids))),
      ),
    });
  };
  const ids = ndarray(
    [
      [1, 2],
      [5, 0],
      [3, 3],
    ],
    { dtype: "int32" },
  );

  test("count once, and get the gradients of both uses", async () => {
    const net = tied();
    expect(net.weights.map(({ name }) => name)).toEqual(["words/embeddings"]);
    expect(net.countParams()).toBe(18);
    await checkGradients(net, [ids, normal([3, 6], 2)], { loss: "mse" });
  });

  test("come back tied", async () => {
    const back = await expectBack(tied(), ids, { Tied });
    back.compile({ optimizer: "sgd", loss: "mse" });
    await back.fit(ids, normal([3, 6], 2), quiet);
    expect((back.getLayer("tied") as Tied).config.table).toBe(back.getLayer("words"));
  });
});

/** Divides by a running mean of absolute values: m ← 0.9·m + 0.1·mean|x| while training. */
class RunningScale extends Layer {
  readonly className = "RunningScale";
  #m: Weight | undefined;

  protected override build(): void {
    this.#m = this.addWeight("m", [], "ones", { trainable: false });
  }

  override call(x: Tensor, { training, value, update }: CallContext): Tensor {
    if (this.#m === undefined) throw this.fault("is not built");
    const m = value(this.#m);
    const now = add(mul(m, 0.9), mul(mean(x.abs()), 0.1));
    update(this.#m, now);
    return x.div(training ? now : m);
  }
}

describe("a layer that keeps statistics", () => {
  const make = () => {
    const net = sequential([
      new RunningScale({ inputShape: [1] }),
      layers.dense({ units: 1, kernelInitializer: "ones" }),
    ]);
    net.compile({ optimizer: { name: "sgd", learningRate: 0 }, loss: "mse" });
    return net;
  };
  const kept = (net: Model) => net.weights[0]?.weight.value.at() ?? Number.NaN;
  const [x, y] = [ndarray([[3], [-5]]), ndarray([[0], [0]])];

  test("moves them by training alone, step by step", async () => {
    const net = make();
    await net.evaluate(x, y);
    await net.predict(x);
    expect(kept(net)).toBe(1);
    await net.trainOnBatch(x, y);
    expect(kept(net)).toBeCloseTo(0.9 + 0.1 * 4, 6);
    await net.fit(x, y, { epochs: 2, ...quiet });
    expect(kept(net)).toBeCloseTo(0.9 * (0.9 * (0.9 + 0.4) + 0.4) + 0.4, 6);
  });

  test("uses them where it does not train, also after they have moved", async () => {
    const net = make();
    expect((await net.predict(x)).toArray()).toEqual([3, -5]);
    expect((await net.predict(x)).toArray()).toEqual([3, -5]);
    const { loss } = await net.trainOnBatch(x, y);
    const m = kept(net);
    expect(loss).toBeCloseTo((9 + 25) / 2 / m ** 2, 5);
    expectClose(await net.predict(x), ndarray([[3 / m], [-5 / m]]));
    expect((await net.evaluate(x, y)).loss).toBeCloseTo((9 + 25) / 2 / m ** 2, 5);
  });

  test("composes the updates of two calls", async () => {
    const shared = new RunningScale({ name: "shared" });
    const [a, b] = [input({ shape: [1] }), input({ shape: [1] })];
    const net = model({ inputs: [a, b], outputs: layers.add().apply([shared.apply(a), shared.apply(b)]) });
    net.compile({ optimizer: "sgd", loss: "mse" });
    await net.trainOnBatch([ndarray([[2]]), ndarray([[6]])], ndarray([[0]]));
    expect(kept(net)).toBeCloseTo(0.9 * (0.9 + 0.2) + 0.6, 6);
  });

  test("counts them as not trained, saves them, and puts them back", async () => {
    const net = make();
    await net.trainOnBatch(x, y);
    expect(net.summary()).toContain("Trainable params: 2\nNon-trainable params: 1");
    const back = await expectBack(net, x, { RunningScale });
    expect(kept(back)).toBe(kept(net));
    const snapshot = net.snapshotWeights();
    const before = await net.predict(x);
    await net.trainOnBatch(x, y);
    net.restoreWeights(snapshot);
    expectClose(await net.predict(x), before);
  });
});

/** Adds rate · mean(x²) to the loss. */
class Energy extends Layer {
  readonly className = "Energy";
  override readonly config: LayerConfig & { readonly rate: number };

  constructor(config: LayerConfig & { readonly rate: number }) {
    super(config);
    this.config = config;
  }

  override call(x: Tensor, { addLoss }: CallContext): Tensor {
    addLoss(mul(mean(square(x)), this.config.rate));
    return x;
  }
}

describe("a layer that adds a loss", () => {
  const x = ndarray([[1], [3]]);
  const line = (...more: readonly Layer[]) =>
    sequential([layers.dense({ units: 1, kernelInitializer: "ones", inputShape: [1] }), ...more]);

  test("counts in the total, in training and evaluation, beside the model's", async () => {
    const net = line(new Energy({ rate: 0.5 }));
    net.compile({ optimizer: { name: "sgd", learningRate: 0 }, loss: "mse", metrics: ["mse"] });
    const wanted = (1 + 9) / 2 + 0.5 * 5;
    for (const logs of [await net.trainOnBatch(x, [[0], [0]]), await net.evaluate(x, [[0], [0]])]) {
      expect(logs.loss).toBeCloseTo(wanted, 6);
      expect(Object.entries(logs).filter(([name]) => name !== "loss")[0]?.[1]).toBeCloseTo(5, 6);
    }
  });

  test("has a gradient, also nested and in two calls", async () => {
    const shared = sequential([layers.dense({ units: 2, inputShape: [2] }), new Energy({ rate: 0.3 })], {
      name: "shared",
    });
    const start = input({ shape: [2] });
    const net = model({
      inputs: start,
      outputs: layers.dense({ units: 1 }).apply(shared.apply(shared.apply(start))),
    });
    const logs = await checkGradients(net, [normal([3, 2]), normal([3, 1], 2)], { loss: "mse" });
    expect(Object.keys(logs)).toEqual(["loss"]);
    await expectBack(net, normal([3, 2]), { Energy });
  });

  test("may be all the loss there is, without targets", async () => {
    const net = line(new Energy({ rate: 1 }));
    net.compile({ optimizer: { name: "sgd", learningRate: 0.1 } });
    const { logs } = await net.fit(x, undefined, { epochs: 30, ...quiet });
    expect(logs.loss?.[0]).toBeCloseTo(5, 5);
    expect(logs.loss?.at(-1)).toBeLessThan(0.1);
    expect(await net.evaluate(x)).toEqual({ loss: expect.closeTo(logs.loss?.at(-1) ?? 0, 1) });
    await expect(net.fit(x, [[0], [0]], quiet)).rejects.toThrow(
      "y: the model has no loss that reads targets",
    );
    const batches = async function* () {
      yield { x };
    };
    expect((await net.fit(batches(), { verbose: "silent" })).epochs).toEqual([0]);
  });

  test("leaves the outputs of other layers and predictions alone", async () => {
    const [plain, loud] = [line(), line(new Energy({ rate: 9 }))];
    expect((await loud.predict(x)).toArray()).toEqual((await plain.predict(x)).toArray());
  });

  test("stands beside penalties on weights and outputs", async () => {
    const net = sequential([
      layers.dense({
        units: 1,
        kernelInitializer: "ones",
        kernelRegularizer: { name: "l2", l2: 0.1 },
        activityRegularizer: { name: "l1", l1: 0.01 },
        inputShape: [1],
      }),
      new Energy({ rate: 0.5 }),
    ]);
    net.compile({ loss: "mse" });
    // mse + l2·w² + l1·Σ|y| / batch + energy
    const wanted = 5 + 0.1 + (0.01 * 4) / 2 + 0.5 * 5;
    expect((await net.evaluate(x, [[0], [0]])).loss).toBeCloseTo(wanted, 5);
    await checkGradients(net, [normal([3, 1]), normal([3, 1], 2)], { loss: "mse" });
  });
});

/** (a, b, …) -> (σ(Σ) , tanh(Σ)), weighed by a number each; its first output is masked where any input is. */
class Fan extends Layer {
  readonly className = "Fan";
  readonly #weights: Weight[] = [];

  override get inputCount(): readonly [number, number] {
    return [2, 3];
  }

  override get callOptions(): readonly string[] {
    return ["scale", "bias"];
  }

  protected override build(...inputs: readonly TensorType[]): void {
    for (const [i] of inputs.entries()) this.#weights.push(this.addWeight(`w${i}`, [], "ones"));
  }

  override call(inputs: readonly Tensor[], { value, options }: CallContext): readonly Tensor[] {
    const { scale = 1, bias } = options as { readonly scale?: number; readonly bias?: Tensor };
    const weighed = inputs.map((x, i) => mul(x, value(this.#weights[i] as Weight)));
    const total = mul(
      weighed.reduce((a, b) => add(a, b)),
      scale,
    );
    const shifted = bias === undefined ? total : add(total, bias);
    return [sigmoid(shifted), tanh(shifted)];
  }

  override computeMask(_inputs: readonly Tensor[], masks: readonly Mask[]): readonly Mask[] {
    const given = masks.filter((mask) => mask !== undefined);
    return [given.length === 0 ? undefined : given.reduce((a, b) => logicalAnd(a, b)), undefined];
  }
}

describe("a layer of several inputs and outputs", () => {
  const fan = (options = {}) => {
    const [a, b] = [input({ shape: [2], name: "a" }), input({ shape: [2], name: "b" })];
    const [up = a, down = a] = new Fan().applyAll([a, b], options);
    return model({ inputs: [a, b], outputs: { up, down } });
  };
  const [a, b] = [normal([3, 2]), normal([3, 2], 2)];

  test("gives each output its value", async () => {
    const net = fan({ scale: 0.5 });
    setWeights(net, [[2], [-1]]);
    const { up, down } = await net.predictAll({ a, b });
    for (let i = 0; i < 6; i++) {
      const total = 0.5 * (2 * Number(a.data[i]) - Number(b.data[i]));
      expect(Number(up?.data[i])).toBeCloseTo(1 / (1 + Math.exp(-total)), 5);
      expect(Number(down?.data[i])).toBeCloseTo(Math.tanh(total), 5);
    }
  });

  test("learns from both, and comes back with the options of its call", async () => {
    await checkGradients(
      fan(),
      [
        [a, b],
        [normal([3, 2], 3), normal([3, 2], 4)],
      ],
      { loss: ["mse", "mse"] },
    );
    await expectBack(fan({ scale: 0.25 }), [a, b], { Fan });
  });

  test("takes tensors as options, which lead to inputs too", async () => {
    const [x, z, shift] = ["x", "z", "shift"].map((name) => input({ shape: [2], name })) as [
      LayerTensor,
      LayerTensor,
      LayerTensor,
    ];
    const [up = x] = new Fan().applyAll([x, z], { bias: layers.dense({ units: 2 }).apply(shift), scale: 2 });
    const net = model({ inputs: [x, z, shift], outputs: up });
    expect(net.layers.map(({ name }) => name)).toEqual(["dense", "fan"]);
    await checkGradients(net, [[a, b, normal([3, 2], 5)], normal([3, 2], 6)], { loss: "mse" });
    await expectBack(net, [a, b, normal([3, 2], 5)], { Fan });
  });

  test.each<[string, (xs: readonly LayerTensor[]) => unknown, string]>([
    [
      "one input",
      ([x]) => new Fan({ name: "f" }).applyAll(x as LayerTensor),
      "layer f (Fan) wants 2 to 3 inputs, got 1",
    ],
    [
      "four inputs",
      ([x]) => new Fan({ name: "f" }).applyAll(new Array<LayerTensor>(4).fill(x as LayerTensor)),
      "layer f (Fan) wants 2 to 3 inputs, got 4",
    ],
    [
      "one output where it has two",
      (xs) => new Fan({ name: "f" }).apply(xs),
      "layer f (Fan) gives 2 outputs where one is wanted; use applyAll",
    ],
    [
      "an option that it does not take",
      (xs) => new Fan({ name: "f" }).applyAll(xs, { scales: 2 }),
      'layer f: there is no option "scales". Did you mean "scale"? It takes scale, bias',
    ],
  ])("refuses %s", (_, work, message) => {
    expect(() => work([input({ shape: [2] }), input({ shape: [2] })])).toThrow(message);
  });

  test("a function as option cannot be saved", async () => {
    const [p, q] = [input({ shape: [2] }), input({ shape: [2] })];
    const net = model({ inputs: [p, q], outputs: new Fan().applyAll([p, q], { scale: 1, bias: undefined }) });
    await expectBack(net, [a, b], { Fan });
    class Free extends Layer {
      readonly className = "Free";
      override get callOptions(): readonly string[] {
        return ["how"];
      }
      override call(x: Tensor, { options }: CallContext): Tensor {
        return (options.how as (x: Tensor) => Tensor)(x);
      }
    }
    const free = model({ inputs: p, outputs: new Free().apply(p, { how: (x: Tensor) => square(x) }) });
    expect((await free.predict(ndarray([[2, 3]]))).toArray()).toEqual([4, 9]);
    await expect(free.save(join(root, "free"))).rejects.toThrow(
      "save: the call of layer free.how is a function",
    );
  });
});

/** The sum of all steps before each, as a state that goes on with the next batch. */
class RunningSum extends Layer {
  readonly className = "RunningSum";
  #total = this.addState("total", [1]);

  override call(x: Tensor, { state, update }: CallContext): Tensor {
    const [batch = 0] = x.shape;
    const total = add(state(this.#total, batch), sum(x, 1, { keepDims: true }));
    update(this.#total, total);
    return total;
  }
}

test("a layer may carry a state from batch to batch", async () => {
  const net = sequential([new RunningSum({ inputShape: [2] })]);
  const x = ndarray([
    [1, 2],
    [10, 20],
  ]);
  const sums = [];
  for (let i = 0; i < 3; i++) sums.push((await net.predict(x)).toArray());
  expect(sums).toEqual([
    [3, 30],
    [6, 60],
    [9, 90],
  ]);
  net.resetStates();
  expect((await net.predict(x)).toArray()).toEqual([3, 30]);
});

/** Leaves out what is below a limit, and hands a mask on. */
class Above extends Layer {
  readonly className = "Above";

  override call(x: Tensor): Tensor {
    return select(x.greater(0), x, 0);
  }

  override computeMask(x: Tensor): Mask {
    return mean(x, -1).greater(0);
  }
}

test("a layer may make a mask of its own, which the layers after it and the loss obey", async () => {
  const net = sequential([
    new Above({ inputShape: [3, 1] }),
    layers.gru({ units: 2, returnSequences: true }),
  ]);
  net.compile({ loss: "mse" });
  const x = ndarray([[[1], [-1], [2]]]);
  const given = await net.predict(x);
  expect([given.at(0, 1, 0), given.at(0, 1, 1)]).toEqual([given.at(0, 0, 0), given.at(0, 0, 1)]);
  const y = filled([1, 3, 2], () => 0.3);
  const error = (t: number) => ((given.at(0, t, 0) - 0.3) ** 2 + (given.at(0, t, 1) - 0.3) ** 2) / 2;
  expect((await net.evaluate(x, y)).loss).toBeCloseTo((error(0) + error(2)) / 2, 5);
});

describe("errors name the layer", () => {
  /** A layer that does what it is told. */
  const own = (parts: {
    build?(this: Bad, x: TensorType): void;
    call?(this: Bad, x: Tensor, context: CallContext): unknown;
  }) => new Bad(parts);
  class Bad extends Layer {
    readonly className = "Bad";
    w: Weight | undefined;
    readonly #parts: Parameters<typeof own>[0];
    constructor(parts: Parameters<typeof own>[0]) {
      super({ inputShape: [2], name: "bad" });
      this.#parts = parts;
    }
    protected override build(x: TensorType): void {
      this.#parts.build?.call(this, x);
    }
    override call(x: Tensor, context: CallContext): Tensor {
      return (this.#parts.call?.call(this, x, context) ?? x) as Tensor;
    }
    make(shape: readonly number[], more = {}): void {
      this.w = this.addWeight("w", shape, "zeros", more);
    }
  }
  const kept = { trainable: false };

  test.each<[string, Parameters<typeof own>[0], string]>([
    [
      "gives a number",
      { call: () => 3 },
      "layer bad (Bad) wants its call to give a tensor or a list of tensors, got 3",
    ],
    ["gives an empty list", { call: () => [] }, "got []"],
    ["gives a promise", { call: async (x) => x }, "got an instance of Promise"],
    [
      "gives two outputs in a stack",
      { call: (x) => [x, x] },
      "sequential: layer bad gives 2 outputs; a stack carries one",
    ],
    [
      "adds a loss for each row",
      { call: (x, { addLoss }) => addLoss(mean(x, -1)) },
      "layer bad (Bad) adds a loss, which is to be a scalar, got float32 [batch]",
    ],
    [
      "adds a number",
      { call: (_, { addLoss }) => addLoss(wrong(3)) },
      "layer bad (Bad) adds a loss, which is to be a scalar, got 3",
    ],
    [
      "updates with another shape",
      {
        build() {
          this.make([2], kept);
        },
        call(x, { update }) {
          update(this.w as Weight, mean(x));
        },
      },
      "layer bad (Bad) updates w, which wants [2], by float32 []",
    ],
    [
      "updates with a number",
      {
        build() {
          this.make([], kept);
        },
        call(_, { update }) {
          update(this.w as Weight, wrong(1));
        },
      },
      "layer bad (Bad) updates w, which wants [], by 1",
    ],
    [
      "updates nothing",
      { call: (x, { update }) => update(wrong(undefined), x) },
      "layer bad (Bad) updates what is to be a weight or a state, got undefined",
    ],
    [
      "makes a weight of the whole input's shape",
      {
        build(x) {
          this.make(x.shape);
        },
      },
      "layer bad (Bad) makes the weight w, whose shape is to be whole numbers from 1 up, got [batch, 2]",
    ],
    [
      "makes a weight of half a row",
      {
        build() {
          this.make([2.5]);
        },
      },
      "got [2.5]",
    ],
    [
      "makes a weight of no shape",
      {
        build() {
          this.make(wrong(3));
        },
      },
      "got 3",
    ],
    ["mixes up shapes", { call: (x) => concat([x, mean(x)], 1) }, "concat"],
  ])("that %s", (_, parts, message) => {
    const net = sequential([own(parts)]);
    for (let i = 0; i < 2; i++) {
      expect(() => net.weights).toThrow(RecurraError); // the second time as the first
      expect(() => net.weights).toThrow(message);
    }
    const start = input({ shape: [2] });
    const apply = () => own(parts).applyAll(start);
    if (!message.startsWith("sequential")) expect(apply).toThrow(message);
  });

  test("that reads or updates a weight which it did not add", async () => {
    const foreign = new Weight("foreign", [2], "zeros", kept);
    foreign.assign(ndarray([0, 0]));
    for (const parts of [
      { call: (x: Tensor, { value }: CallContext) => add(x, value(foreign)) },
      { call: (x: Tensor, { update }: CallContext) => update(foreign, mean(x, 0)) },
    ]) {
      const net = sequential([own(parts)]);
      net.compile({ loss: "mse" });
      await expect(net.fit(normal([2, 2]), normal([2, 2]), quiet)).rejects.toThrow(
        "weight foreign is not among those of sequential",
      );
    }
  });

  test("an error of its own comes through as it is, and nothing is left of a build that failed", () => {
    let attempts = 0;
    const bad = own({
      build() {
        this.make([2]);
        attempts++;
        if (attempts < 3) throw new TypeError("not yet");
      },
    });
    const net = sequential([bad]);
    for (let i = 0; i < 2; i++) expect(() => net.weights).toThrow(new TypeError("not yet"));
    expect(net.weights.map(({ name }) => name)).toEqual(["bad/w"]);
    expect(weightsOf(net)).toEqual([0, 0]);
  });

  test.each<[string, unknown, string]>([
    ["options that are none", 3, "Scale: wants options as an object, got 3"],
    ["a name with a slash", { name: "a/b" }, 'name: wants text without slashes, got "a/b"'],
    ["a name that is none", { name: 7 }, "name: wants text without slashes, got 7"],
    ["trainable that is none", { trainable: "no" }, 'trainable: wants true or false, got "no"'],
    ["a shape that is none", { inputShape: 3 }, "inputShape: wants positive whole numbers"],
  ])("%s", (_, config, message) => {
    expect(() => new Scale(wrong(config))).toThrow(message);
  });
});
