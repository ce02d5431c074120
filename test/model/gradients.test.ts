// The gradients of a training step, read off a step of plain gradient descent, against differences of the loss in float64.

import { describe, expect, test } from "vitest";
import { interpret } from "../../src/graph/interpret.ts";
import { isOp, item } from "../../src/graph/op.ts";
import { gather } from "../../src/graph/ops/gather.ts";
import { reverse, transpose } from "../../src/graph/ops/layout.ts";
import { input, randomOp } from "../../src/graph/ops/leaf.ts";
import { matmul } from "../../src/graph/ops/matmul.ts";
import { mean } from "../../src/graph/ops/reduce.ts";
import { nodesOf } from "../../src/graph/rewrite.ts";
import type { Tensor, TensorType, Value } from "../../src/graph/tensor.ts";
import {
  type CallContext,
  Layer,
  type LayerConfig,
  type Loss,
  layers,
  ndarray,
  optimizers,
  Random,
  sequential,
  type Weight,
} from "../../src/index.ts";
import type { Model } from "../../src/model/model.ts";
import { callContext } from "../../src/nn/layer.ts";
import { reduceLoss, loss as resolveLoss } from "../../src/nn/losses.ts";
import { NdArray } from "../../src/tensor/nd-array.ts";
import { sameShape } from "../../src/tensor/shape.ts";
import { filled, normal } from "./support/data.ts";
import { type Run, SpyDevice } from "./support/spy-device.ts";

interface Problem {
  readonly make: () => readonly Layer[];
  readonly loss?: Loss;
  readonly x: NdArray;
  readonly y: NdArray;
  readonly sampleWeight?: NdArray;
}

/** A step of size 1 along the gradients: what each weight lost is its gradient. */
async function trainedGradients({ make, loss = "mse", x, y, sampleWeight }: Problem, optimize = true) {
  const device = new SpyDevice();
  const model = sequential(make());
  model.compile({ optimizer: optimizers.sgd({ learningRate: 1 }), loss, device, optimize });
  // Away from the zeros of a fresh bias.
  for (const [i, { weight }] of model.weights.entries()) {
    const moved = new Random(i).uniform(weight.shape, -0.3, 0.3).toFloat64();
    weight.assign(
      new NdArray(
        weight.value.toFloat64().map((value, k) => value + (moved[k] ?? 0)),
        weight.shape,
      ),
    );
  }
  const before = model.weights.map(({ weight }) => weight.value.toFloat64());
  const result = await model.trainOnBatch(x, y, sampleWeight);
  const gradients = model.weights.map(({ weight }, i) => {
    const after = weight.value.toFloat64();
    return (before[i] ?? new Float64Array()).map((value, k) => value - (after[k] ?? 0));
  });
  return { model, before, gradients, loss: result.loss ?? Number.NaN, run: device.steps[0] };
}

/** The loss as a function of the weights, in the interpreter, with the random numbers that a run was fed. */
function lossOf(model: Model, { loss: choice = "mse", x, y, sampleWeight }: Problem, run: Run | undefined) {
  const leaves = new Map<Tensor, Value>();
  const leaf = (name: string, array: NdArray) => {
    const tensor = input(name, array);
    leaves.set(tensor, { shape: array.shape, data: array.toFloat64() });
    return tensor;
  };
  const weights = model.weights.map(({ name, weight }) => input(name, weight.value));
  const bound = new Map<Weight, Tensor | undefined>(
    model.weights.map(({ weight }, i) => [weight, weights[i]]),
  );
  const value: CallContext["value"] = (weight) =>
    bound.get(weight) ?? input("unknown", { dtype: "float32", shape: weight.shape });
  const loss = resolveLoss(choice);
  const { outputs } = model.trace([leaf("x", x)], [], callContext({ training: true, value }));
  const predicted = item(outputs);
  const target = leaf("y", loss.targets === "labels" ? y.astype("int32") : y);
  const total = reduceLoss(loss.call(target, predicted), {
    sampleWeight: sampleWeight === undefined ? undefined : leaf("sampleWeight", sampleWeight),
    mask: loss.mask?.(target, predicted),
  });
  const random = nodesOf([total]).filter((node) => isOp(node, randomOp));
  for (const [i, { outputs }] of random.entries()) {
    const drawn = run?.feeds.get(`random${i}`);
    const [tensor] = outputs;
    if (tensor !== undefined && drawn !== undefined)
      leaves.set(tensor, { shape: drawn.shape, data: drawn.toFloat64() });
  }
  return (values: readonly Float64Array[]): number => {
    const given = weights.map(
      (tensor, i) => [tensor, { shape: tensor.shape, data: values[i] ?? new Float64Array() }] as const,
    );
    return interpret([total], new Map([...leaves, ...given]))[0]?.data[0] ?? Number.NaN;
  };
}

/** Central differences with one step of Richardson's extrapolation: the error is of order step⁴. */
function differences(
  f: (values: readonly Float64Array[]) => number,
  point: readonly Float64Array[],
): Float64Array[] {
  const step = 4e-3;
  return point.map((values, i) =>
    values.map((value, k) => {
      const moved = (by: number) => f(point.with(i, values.with(k, value + by)));
      const central = (h: number) => (moved(h) - moved(-h)) / (2 * h);
      return (4 * central(step / 2) - central(step)) / 3;
    }),
  );
}

async function check(problem: Problem, optimize = true) {
  const trained = await trainedGradients(problem, optimize);
  const f = lossOf(trained.model, problem, trained.run);
  expect(trained.loss).toBeCloseTo(f(trained.before), 5);
  const wanted = differences(f, trained.before);
  for (const [i, gradient] of trained.gradients.entries()) {
    const name = trained.model.weights[i]?.name ?? "";
    const largest = Math.max(...(wanted[i] ?? []).map(Math.abs));
    expect(largest, `${name}: the largest element`).toBeGreaterThan(1e-4);
    for (const [k, value] of gradient.entries()) {
      const off = Math.abs(value - (wanted[i]?.[k] ?? Number.NaN));
      // A weight near 1 is exact to 6e-8 before and after.
      if (!(off < 1e-6 + 1e-5 * largest))
        expect.fail(`${name}, element ${k}: the step takes ${value}, differences say ${wanted[i]?.[k]}`);
    }
  }
  return trained;
}

const series = normal([4, 5, 2]);
const column = normal([4, 1], 2);
const ids = ndarray(
  [
    [1, 2, 2],
    [0, 5, 2],
    [2, 2, 2],
    [4, 1, 0],
  ],
  { dtype: "int32" },
);
const labels = ndarray([0, 2, 1, 2]);

const stacks: Readonly<Record<string, Problem>> = {
  dense: {
    make: () => [
      layers.dense({ units: 4, activation: "tanh", inputShape: [3] }),
      layers.dense({ units: 3, activation: "softplus" }),
      layers.dense({ units: 1, useBias: false }),
    ],
    x: normal([5, 3]),
    y: normal([5, 1], 2),
  },
  "softmax and labels": {
    make: () => [
      layers.dense({ units: 4, activation: "sigmoid", inputShape: [3] }),
      layers.dense({ units: 3, activation: "softmax" }),
    ],
    loss: "sparseCategoricalCrossentropy",
    x: normal([4, 3]),
    y: labels,
  },
  "sigmoid and weighed rows": {
    make: () => [
      layers.dense({ units: 3, activation: "tanh", inputShape: [3] }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    loss: "binaryCrossentropy",
    x: normal([4, 3]),
    y: filled([4, 1], (i) => i % 2),
    sampleWeight: filled([4], (i) => i + 0.5),
  },
  "two LSTMs": {
    make: () => [
      layers.lstm({ units: 3, returnSequences: true, inputShape: [5, 2] }),
      layers.lstm({ units: 2 }),
      layers.dense({ units: 1 }),
    ],
    x: series,
    y: column,
  },
  "an LSTM that reads backwards": {
    make: () => [
      layers.lstm({ units: 3, goBackwards: true, inputShape: [5, 2] }),
      layers.dense({ units: 1 }),
    ],
    x: series,
    y: column,
  },
  "a GRU": {
    make: () => [layers.gru({ units: 3, inputShape: [5, 2] }), layers.dense({ units: 1 })],
    x: series,
    y: column,
  },
  "a GRU with the reset before": {
    make: () => [layers.gru({ units: 3, resetAfter: false, inputShape: [5, 2] }), layers.dense({ units: 1 })],
    x: series,
    y: column,
  },
  "a simple RNN and a dense layer at each step": {
    make: () => [
      layers.simpleRNN({ units: 3, returnSequences: true, inputShape: [5, 2] }),
      layers.timeDistributed({ layer: layers.dense({ units: 1 }) }),
    ],
    x: series,
    y: normal([4, 5, 1], 2),
  },
  "dropout within and between": {
    make: () => [
      layers.dropout({ rate: 0.2, inputShape: [5, 2] }),
      layers.lstm({ units: 4, dropout: 0.3, recurrentDropout: 0.3, returnSequences: true }),
      layers.dropout({ rate: 0.4 }),
      layers.gru({ units: 3, recurrentDropout: 0.25 }),
      layers.dense({ units: 1 }),
    ],
    x: series,
    y: column,
  },
  "an embedding with ids that come again": {
    make: () => [
      layers.embedding({ inputDim: 30, outputDim: 2, inputShape: [3] }),
      layers.lstm({ units: 2 }),
      layers.dense({ units: 1 }),
    ],
    x: ids,
    y: column,
  },
  "an embedding whose zeros are masked": {
    make: () => [
      layers.embedding({ inputDim: 30, outputDim: 2, maskZero: true, inputShape: [3] }),
      layers.gru({ units: 2 }),
      layers.dense({ units: 1 }),
    ],
    x: ids,
    y: column,
  },
  "a small embedding, most of which is read": {
    make: () => [
      layers.embedding({ inputDim: 6, outputDim: 2, inputShape: [3] }),
      layers.flatten(),
      layers.dense({ units: 1 }),
    ],
    x: ids,
    y: column,
  },
  "labels of which some are ignored": {
    make: () => [
      layers.simpleRNN({ units: 3, returnSequences: true, activation: "softmax", inputShape: [5, 2] }),
    ],
    loss: { name: "sparseCategoricalCrossentropy", ignoreClass: -1 },
    x: series,
    y: filled([4, 5], (i) => (i % 4) - 1),
  },
};

describe("the gradients of a step", () => {
  test.each(Object.entries(stacks))("%s", async (_, problem) => {
    await check(problem);
  });

  test("are the same without the passes over the graph", async () => {
    for (const name of ["two LSTMs", "dropout within and between", "an embedding with ids that come again"]) {
      const problem = stacks[name];
      if (problem === undefined) throw new TypeError(`no stack ${name}`);
      const [one, other] = [await trainedGradients(problem), await trainedGradients(problem, false)];
      for (const [i, gradient] of one.gradients.entries()) {
        for (const [k, value] of gradient.entries())
          expect(value).toBeCloseTo(other.gradients[i]?.[k] ?? Number.NaN, 6);
      }
    }
  });
});

/** A table that is read twice, forwards and backwards, and whose transpose gives the output, or one of these alone. */
class Tied extends Layer {
  readonly className = "Tied";
  readonly #uses: readonly ("read" | "readBackwards" | "output")[];
  readonly #rows: number;
  #table: Weight | undefined;

  constructor(rows: number, uses: readonly ("read" | "readBackwards" | "output")[], config: LayerConfig) {
    super(config);
    this.#rows = rows;
    this.#uses = uses;
  }

  override get inputDtype() {
    return "int32" as const;
  }

  protected override build(_input: TensorType): void {
    this.#table = this.addWeight("table", [this.#rows, 2], "glorotUniform");
  }

  override call(ids: Tensor, { value }: CallContext): Tensor {
    if (this.#table === undefined) throw this.fault("is not built");
    const table = value(this.#table);
    const rows = gather(table, ids); // [B, T, 2]
    const both = this.#uses.includes("readBackwards")
      ? rows.mul(gather(table, reverse(ids, 1)).add(1))
      : rows;
    const vector = mean(both, 1); // [B, 2]
    return this.#uses.includes("output") ? matmul(vector, transpose(table)) : vector;
  }
}

describe("a table's gradient", () => {
  /** How many of the graph's outputs are as large as the table. */
  const tablesIn = ({ run }: { readonly run: Run | undefined }, rows: number) =>
    [...(run?.outputs.values() ?? [])].filter(({ shape }) => sameShape(shape, [rows, 2])).length;

  test("leaves the graph as rows where few are read, whole where most are", async () => {
    const tall = stacks["an embedding with ids that come again"];
    const small = stacks["a small embedding, most of which is read"];
    if (tall === undefined || small === undefined) throw new TypeError("the stacks are there");
    expect(tablesIn(await trainedGradients(tall), 30)).toBe(0);
    expect(tablesIn(await trainedGradients(small), 6)).toBe(1);
  });

  test.each<[string, ConstructorParameters<typeof Tied>[1], number]>([
    ["read twice", ["read", "readBackwards"], 0],
    ["read and used whole", ["read", "output"], 1],
    ["read twice and used whole", ["read", "readBackwards", "output"], 1],
  ])("adds up its uses: %s", async (_, uses, dense) => {
    const y = uses.includes("output") ? normal([4, 40], 2) : normal([4, 2], 2);
    const problem = { make: () => [new Tied(40, uses, { inputShape: [3] })], x: ids, y };
    expect(tablesIn(await check(problem), 40)).toBe(dense);
  });

  test("counts negative ids from the end", async () => {
    const x = ndarray(
      [
        [1, -1, 2],
        [0, -40, -1],
      ],
      { dtype: "int32" },
    );
    await check({ make: () => [new Tied(40, ["read"], { inputShape: [3] })], x, y: normal([2, 2], 2) });
  });

  test("adds up its uses where most rows are read", async () => {
    await check({
      make: () => [new Tied(6, ["read", "readBackwards", "output"], { inputShape: [3] })],
      x: ids,
      y: normal([4, 6], 2),
    });
  });

  test("of a larger table is made of its rows, however often they are read", async () => {
    const x = ndarray(
      Int32Array.from({ length: 300 }, (_, i) => (i * 7) % 130),
      { shape: [4, 75] },
    );
    const problem = {
      make: () => [new Tied(130, ["read", "readBackwards"], { inputShape: [75] })],
      x,
      y: normal([4, 2], 2),
    };
    expect(tablesIn(await check(problem), 130)).toBe(0);
  });

  test("gives the same weights each time", async () => {
    const trained = async (inputDim: number) => {
      const model = sequential(
        [
          layers.embedding({ inputDim, outputDim: 32, inputShape: [50] }),
          layers.globalAveragePooling1D(),
          layers.dense({ units: 1 }),
        ],
        { seed: 0 },
      );
      model.compile({ optimizer: "adam", loss: "mse" });
      const batch = ndarray(
        Int32Array.from({ length: 3200 }, (_, i) => (i * i) % inputDim),
        { shape: [64, 50] },
      );
      for (let step = 0; step < 5; step++) await model.trainOnBatch(batch, normal([64, 1], 3));
      return model.weights[0]?.weight.value.toArray();
    };
    for (const rows of [40, 400]) {
      const first = await trained(rows);
      for (let again = 0; again < 3; again++) expect(await trained(rows)).toEqual(first);
    }
  });

  test("of one step leaves nothing behind for the next", async () => {
    const model = sequential([
      layers.embedding({ inputDim: 30, outputDim: 2, inputShape: [3] }),
      layers.flatten(),
      layers.dense({ units: 1 }),
    ]);
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.5 }), loss: "mse" });
    const table = () => model.weights[0]?.weight.value.toArray() ?? [];
    const changed = (before: readonly number[]) => [
      ...new Set(table().flatMap((value, i) => (value === before[i] ? [] : [Math.floor(i / 2)]))),
    ];
    const first = table();
    await model.trainOnBatch([[1, 2, 2]], [1]);
    expect(changed(first)).toEqual([1, 2]);
    const second = table();
    await model.trainOnBatch([[7, 2, 9]], [1]);
    expect(changed(second)).toEqual([2, 7, 9]);
  });
});
