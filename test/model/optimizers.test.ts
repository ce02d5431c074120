// Ten steps of each optimiser, with each way of clipping and with decay, against a plain reimplementation in float64.

import { describe, expect, test } from "vitest";
import { layers, optimizers, sequential } from "../../src/index.ts";
import type { OptimizerConfig } from "../../src/nn/optimizers/index.ts";
import { setWeights, weightsOf } from "./support/data.ts";

type Options = Readonly<Record<string, number | boolean | ((step: number) => number)>>;

/** The weights of a step as lists: a kernel of 3, a bias of 1. */
type Weights = readonly (readonly number[])[];

const x = [
  [1, -2, 0.5],
  [0.25, 1, -1],
  [-1.5, 0.5, 2],
  [2, 1, 1],
];
const y = [12, -7, 3, 20];
const start: Weights = [[0.5, -0.25, 0.75], [0.1]];

/** The gradient of the mean squared error of x·kernel + bias. */
function gradientOf([kernel = [], bias = []]: Weights): number[][] {
  const errors = x.map(
    (row, i) => row.reduce((sum, value, k) => sum + value * (kernel[k] ?? 0), bias[0] ?? 0) - (y[i] ?? 0),
  );
  const sum = (f: (error: number, i: number) => number) =>
    errors.reduce((total, error, i) => total + f(error, i), 0);
  const slope = (k: number) => (2 / x.length) * sum((error, i) => error * (x[i]?.[k] ?? 0));
  return [[0, 1, 2].map(slope), [(2 / x.length) * sum((error) => error)]];
}

const norm = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** Gradients as the options clip them. */
function clipped(
  gradients: readonly (readonly number[])[],
  { clipnorm, globalClipnorm, clipvalue }: Options,
): number[][] {
  const all = norm(gradients.flat());
  return gradients.map((gradient) =>
    gradient.map((g) => {
      if (typeof clipvalue === "number") return Math.min(Math.max(g, -clipvalue), clipvalue);
      if (typeof clipnorm === "number") return (g * clipnorm) / Math.max(norm(gradient), clipnorm);
      if (typeof globalClipnorm === "number") return (g * globalClipnorm) / Math.max(all, globalClipnorm);
      return g;
    }),
  );
}

interface Cell {
  /** The state of one number. */
  m: number;
  v: number;
  a: number;
}

/** How one number w moves, by the formulas of Keras' documentation. */
const rules: Record<string, (g: number, rate: number, step: number, cell: Cell, options: Options) => number> =
  {
    sgd(g, rate, _step, cell, { momentum = 0, nesterov = false }) {
      if (momentum === 0) return -rate * g;
      cell.m = Number(momentum) * cell.m - rate * g;
      return nesterov === true ? Number(momentum) * cell.m - rate * g : cell.m;
    },
    rmsprop(g, rate, _step, cell, { rho = 0.9, momentum = 0, centered = false, epsilon = 1e-7 }) {
      cell.v = Number(rho) * cell.v + (1 - Number(rho)) * g * g;
      cell.a = Number(rho) * cell.a + (1 - Number(rho)) * g;
      const spread = cell.v - (centered === true ? cell.a ** 2 : 0);
      cell.m = Number(momentum) * cell.m + (rate * g) / Math.sqrt(spread + Number(epsilon));
      return -cell.m;
    },
    adam(g, rate, step, cell, { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, amsgrad = false }) {
      cell.m = Number(beta1) * cell.m + (1 - Number(beta1)) * g;
      cell.v = Number(beta2) * cell.v + (1 - Number(beta2)) * g * g;
      cell.a = amsgrad === true ? Math.max(cell.a, cell.v) : cell.v;
      const mean = cell.m / (1 - Number(beta1) ** step);
      const square = cell.a / (1 - Number(beta2) ** step);
      return (-rate * mean) / (Math.sqrt(square) + Number(epsilon) / Math.sqrt(1 - Number(beta2) ** step));
    },
  };

/** The weights after ten steps. */
function reference(name: string, options: Options): number[] {
  const rule = rules[name === "adamw" ? "adam" : name];
  if (rule === undefined) throw new TypeError(`no rule for ${name}`);
  const cells = start.map((values) => values.map((): Cell => ({ m: 0, v: 0, a: 0 })));
  const { learningRate = name === "sgd" ? 0.01 : 0.001, weightDecay = name === "adamw" ? 0.004 : 0 } =
    options;
  let weights: number[][] = start.map((values) => [...values]);
  for (let step = 1; step <= 10; step++) {
    const rate = typeof learningRate === "function" ? learningRate(step - 1) : Number(learningRate);
    const gradients = clipped(gradientOf(weights), options);
    weights = weights.map((values, i) =>
      values.map((value, k) => {
        const cell = cells[i]?.[k] ?? { m: 0, v: 0, a: 0 };
        return (
          value - rate * Number(weightDecay) * value + rule(gradients[i]?.[k] ?? 0, rate, step, cell, options)
        );
      }),
    );
  }
  return weights.flat();
}

async function trained(optimizer: OptimizerConfig): Promise<number[]> {
  const model = sequential([layers.dense({ units: 1, inputShape: [3] })]);
  model.compile({ optimizer, loss: "mse" });
  setWeights(model, start);
  for (let step = 0; step < 10; step++) await model.trainOnBatch(x, y);
  return weightsOf(model);
}

const kinds: readonly (readonly [string, Options])[] = [
  ["sgd", {}],
  ["sgd", { learningRate: 0.05, momentum: 0.9 }],
  ["sgd", { learningRate: 0.05, momentum: 0.8, nesterov: true }],
  ["rmsprop", { learningRate: 0.1 }],
  ["rmsprop", { learningRate: 0.1, rho: 0.7, momentum: 0.5 }],
  ["rmsprop", { learningRate: 0.1, centered: true, epsilon: 1e-3 }],
  ["adam", { learningRate: 0.5 }],
  ["adam", { learningRate: 0.5, beta1: 0.5, beta2: 0.9, epsilon: 1e-2 }],
  ["adam", { learningRate: 0.5, beta2: 0.5, amsgrad: true }],
  ["adamw", { learningRate: 0.5 }],
];

// The gradients' norms run from some 10 to 30, so each of these limits holds them.
const limits: readonly Options[] = [
  {},
  { clipnorm: 2 },
  { globalClipnorm: 3 },
  { clipvalue: 1.5 },
  { clipnorm: 1e6 },
  { weightDecay: 0.1 },
];

describe.each(kinds)("%s %o", (name, options) => {
  test.each(limits)("%o", async (limit) => {
    const config = { ...options, ...limit };
    const wanted = reference(name, config);
    const got = await trained({ name, ...config } as OptimizerConfig);
    for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i] ?? Number.NaN, 4);
    const unclipped = reference(name, options);
    const bites = Object.keys(limit).length > 0 && limit.clipnorm !== 1e6;
    if (bites) expect(norm(wanted.map((value, i) => value - (unclipped[i] ?? 0)))).toBeGreaterThan(1e-3);
  });
});

test("an optimiser is chosen by name, by config, or made: all the same", async () => {
  const results = [
    await trained("rmsprop" as unknown as OptimizerConfig),
    await trained({ name: "rmsprop" }),
    await trained(optimizers.rmsprop() as unknown as OptimizerConfig),
  ];
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});

describe("a schedule", () => {
  const halving = (step: number) => 0.1 / 2 ** step;

  test("gives the rate of each step, counted from 0 and over the epochs", async () => {
    const asked: number[] = [];
    const learningRate = (step: number) => {
      asked.push(step);
      return halving(step);
    };
    const model = sequential([layers.dense({ units: 1, inputShape: [3] })]);
    model.compile({ optimizer: optimizers.sgd({ learningRate }), loss: "mse" });
    setWeights(model, start);
    await model.fit(x, y, { epochs: 2, batchSize: 1, shuffle: false, verbose: "silent" });
    await model.fit(x, y, { epochs: 2, batchSize: 4, verbose: "silent" });
    expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("is what the step takes", async () => {
    const wanted = reference("sgd", { learningRate: halving });
    const got = await trained({ name: "sgd", learningRate: halving });
    for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i] ?? Number.NaN, 4);
  });

  test("that gives no number is named, and the weights stay", async () => {
    const model = sequential([layers.dense({ units: 1, inputShape: [3] })]);
    model.compile({
      optimizer: optimizers.sgd({ learningRate: (step) => (step < 1 ? 0.1 : Number.NaN) }),
      loss: "mse",
    });
    await model.trainOnBatch(x, y);
    const before = weightsOf(model);
    await expect(model.trainOnBatch(x, y)).rejects.toThrow(
      "learning rate: wants a number from 0 up, got NaN from the schedule at step 1",
    );
    expect(weightsOf(model)).toEqual(before);
  });
});

test("compiling again starts the optimiser afresh and keeps the weights", async () => {
  const model = sequential([layers.dense({ units: 1, inputShape: [3] })]);
  const compile = () => model.compile({ optimizer: optimizers.adam({ learningRate: 0.5 }), loss: "mse" });
  compile();
  setWeights(model, start);
  await model.trainOnBatch(x, y);
  const after = weightsOf(model);
  compile();
  expect(weightsOf(model)).toEqual(after);
  setWeights(model, start);
  await model.trainOnBatch(x, y);
  expect(weightsOf(model)).toEqual(after);
});

test("reinitialize draws the weights of a seed and starts the optimiser afresh", async () => {
  const make = (seed: number) => {
    const model = sequential([layers.dense({ units: 1, inputShape: [3] }), layers.dropout({ rate: 0.5 })], {
      seed,
    });
    model.compile({ loss: "mse" });
    return model;
  };
  const [one, other] = [make(3), make(4)];
  await one.fit(x, y, { epochs: 3, verbose: "silent" });
  await other.fit(x, y, { epochs: 3, verbose: "silent" });
  const learned = weightsOf(one);
  expect(weightsOf(other)).not.toEqual(learned);
  other.reinitialize(3);
  expect(other.history).toBeUndefined();
  await other.fit(x, y, { epochs: 3, verbose: "silent" });
  expect(weightsOf(other)).toEqual(learned);
});
