// Optimisers: trajectories against Keras' formulas in plain loops, through the interpreter and through the kernel that training uses.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { interpret } from "../../src/graph/interpret.ts";
import { input } from "../../src/graph/ops/leaf.ts";
import { nodesOf } from "../../src/graph/rewrite.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import {
  type Optimizer,
  type OptimizerChoice,
  optimizer,
  optimizers,
} from "../../src/nn/optimizers/index.ts";
import { learningRateAt } from "../../src/nn/schedules.ts";
import { Arena } from "../../src/runtime/arena.ts";
import { Updater } from "../../src/runtime/updater.ts";
import { Random } from "../../src/tensor/random.ts";

/** A weight of some numbers, and its gradient at each step. */
interface Path {
  readonly start: readonly number[];
  readonly gradients: readonly (readonly number[])[];
}

const random = new Random(5);
const draw = (count: number) => Array.from(random.normal([count]).toFloat64());
const path: Path = { start: draw(6), gradients: Array.from({ length: 12 }, () => draw(6)) };

/** The weight after each step by a formula for one number; the formula keeps its state in an object of its own. */
type Formula = (w: number, g: number, t: number, state: Record<string, number>) => number;

function byFormula({ start, gradients }: Path, formula: Formula): number[][] {
  const states = start.map((): Record<string, number> => ({}));
  let weights = [...start];
  return gradients.map((gradient, step) => {
    weights = weights.map((w, i) => formula(w, gradient[i] ?? Number.NaN, step + 1, states[i] ?? {}));
    return weights;
  });
}

/** The scalars of a step, in the order in which the update takes them. */
function scalarsOf(rule: Optimizer, step: number, gradient: readonly number[]): Record<string, number> {
  const norm = Math.hypot(...gradient);
  const limit = rule.normLimit?.limit ?? Number.POSITIVE_INFINITY;
  return {
    gradientScale: limit === Number.POSITIVE_INFINITY ? 1 : limit / Math.max(norm, limit),
    ...rule.hyperparameters(step + 1, learningRateAt(rule.learningRate, step)),
  };
}

/** The same by the reference interpreter. */
function byInterpreter({ start, gradients }: Path, rule: Optimizer): number[][] {
  const shape = [start.length];
  let current: Record<string, readonly number[]> = {
    parameter: start,
    ...Object.fromEntries(rule.slots.map((slot) => [slot, start.map(() => 0)])),
  };
  return gradients.map((gradient, step) => {
    const scalars = scalarsOf(rule, step, gradient);
    const arrays = { ...current, gradient };
    const leaves: Record<string, Tensor> = {};
    const values = new Map<Tensor, { shape: readonly number[]; data: Float64Array }>();
    for (const [name, data] of Object.entries(arrays)) {
      const leaf = input(name, { dtype: "float64", shape });
      leaves[name] = leaf;
      values.set(leaf, { shape, data: Float64Array.from(data) });
    }
    for (const name of rule.scalars) {
      const leaf = input(name, { dtype: "float64", shape: [] });
      leaves[name] = leaf;
      values.set(leaf, { shape: [], data: Float64Array.of(scalars[name] ?? Number.NaN) });
    }
    const updated = rule.update(leaves);
    const results = interpret(Object.values(updated), values);
    current = Object.fromEntries(
      Object.keys(updated).map((name, i) => [name, Array.from(results[i]?.data ?? [])]),
    );
    return [...(current.parameter ?? [])];
  });
}

/** The same by the compiled kernel, in an arena. */
function byKernel({ start, gradients }: Path, rule: Optimizer): number[][] {
  const parameters = [{ name: "w", shape: [start.length], trainable: true }];
  const arena = new Arena({ parameters, slots: rule.slots.length });
  const updater = new Updater(arena, rule, [0]);
  (arena.parameter(0).data as Float32Array).set(start);
  return gradients.map((gradient, step) => {
    (arena.gradient(0).data as Float32Array).set(gradient);
    updater.apply(rule.hyperparameters(step + 1, learningRateAt(rule.learningRate, step)));
    return Array.from(arena.parameter(0).toFloat64());
  });
}

function expectNear(got: readonly number[][], wanted: readonly number[][], rtol: number, atol: number) {
  for (const [step, weights] of wanted.entries()) {
    for (const [i, b] of weights.entries()) {
      const a = got[step]?.[i] ?? Number.NaN;
      if (!(Math.abs(a - b) <= atol + rtol * Math.abs(b)))
        expect.fail(`step ${step + 1}, element ${i}: ${a}, wanted ${b}`);
    }
  }
}

const sgd =
  (lr: number, mu = 0, nesterov = false): Formula =>
  (w, g, _t, state) => {
    if (mu === 0) return w - lr * g;
    const m = mu * (state.m ?? 0) - lr * g;
    state.m = m;
    return nesterov ? w + mu * m - lr * g : w + m;
  };
const rmsprop =
  (lr: number, { rho = 0.9, mu = 0, eps = 1e-7, centered = false } = {}): Formula =>
  (w, g, _t, state) => {
    const v = rho * (state.v ?? 0) + (1 - rho) * g * g;
    const a = centered ? rho * (state.a ?? 0) + (1 - rho) * g : 0;
    const m = mu * (state.m ?? 0) + (lr * g) / Math.sqrt(v - a * a + eps);
    Object.assign(state, { v, a, m });
    return w - m;
  };
const adam =
  (lr: number, { b1 = 0.9, b2 = 0.999, eps = 1e-7, amsgrad = false } = {}): Formula =>
  (w, g, t, state) => {
    const m = b1 * (state.m ?? 0) + (1 - b1) * g;
    const v = b2 * (state.v ?? 0) + (1 - b2) * g * g;
    const top = amsgrad ? Math.max(state.top ?? 0, v) : v;
    Object.assign(state, { m, v, top });
    return w - (((lr * Math.sqrt(1 - b2 ** t)) / (1 - b1 ** t)) * m) / (Math.sqrt(top) + eps);
  };
const clipped =
  (limit: number, formula: Formula): Formula =>
  (w, g, t, state) =>
    formula(w, Math.min(Math.max(g, -limit), limit), t, state);
const decayed =
  (rate: number, formula: Formula): Formula =>
  (w, g, t, state) =>
    formula(w - rate * w, g, t, state);

const cases: readonly (readonly [OptimizerChoice, Formula])[] = [
  ["sgd", sgd(0.01)],
  [{ name: "sgd", learningRate: 0.1, momentum: 0.9 }, sgd(0.1, 0.9)],
  [{ name: "sgd", learningRate: 0.1, momentum: 0.8, nesterov: true }, sgd(0.1, 0.8, true)],
  ["rmsprop", rmsprop(0.001)],
  [
    { name: "rmsprop", learningRate: 0.01, rho: 0.8, momentum: 0.5, epsilon: 1e-4 },
    rmsprop(0.01, { rho: 0.8, mu: 0.5, eps: 1e-4 }),
  ],
  [{ name: "rmsprop", learningRate: 0.01, centered: true }, rmsprop(0.01, { centered: true })],
  ["adam", adam(0.001)],
  [
    { name: "adam", learningRate: 0.1, beta1: 0.5, beta2: 0.9, epsilon: 1e-3 },
    adam(0.1, { b1: 0.5, b2: 0.9, eps: 1e-3 }),
  ],
  [{ name: "adam", learningRate: 0.1, beta2: 0.7, amsgrad: true }, adam(0.1, { b2: 0.7, amsgrad: true })],
  ["adamw", decayed(0.001 * 0.004, adam(0.001))],
  [{ name: "adamw", learningRate: 0.05, weightDecay: 0.1 }, decayed(0.005, adam(0.05))],
  [{ name: "adamw", weightDecay: 0 }, adam(0.001)],
  [{ name: "sgd", learningRate: 0.1, clipvalue: 0.5 }, clipped(0.5, sgd(0.1))],
  [{ name: "adam", clipvalue: 0.1, weightDecay: 0.01 }, decayed(0.001 * 0.01, clipped(0.1, adam(0.001)))],
  [
    { name: "adam", learningRate: (step) => 0.1 / (1 + step) },
    (w, g, t, state) => adam(0.1 / t)(w, g, t, state),
  ],
];
const named = cases.map(
  ([choice, formula]) =>
    [typeof choice === "string" ? choice : JSON.stringify(choice), optimizer(choice), formula] as const,
);

describe("trajectories", () => {
  test.each(named)("%s by the interpreter", (_, rule, formula) => {
    expectNear(byInterpreter(path, rule), byFormula(path, formula), 1e-9, 1e-9);
  });

  test.each(named)("%s by the kernel, in float32", (_, rule, formula) => {
    expectNear(byKernel(path, rule), byFormula(path, formula), 1e-5, 5e-6);
  });

  test.each(["clipnorm", "globalClipnorm"] as const)("%s scales gradients that are longer", (option) => {
    const rule = optimizers.sgd({ learningRate: 0.1, [option]: 2.5 });
    const gradients = path.gradients.map((gradient) => {
      const scale = Math.min(1, 2.5 / Math.hypot(...gradient));
      return gradient.map((g) => g * scale);
    });
    expect(gradients.some((gradient, i) => gradient[0] === path.gradients[i]?.[0])).toBe(true); // some are short
    const wanted = byFormula({ ...path, gradients }, sgd(0.1));
    expectNear(byInterpreter(path, rule), wanted, 1e-9, 1e-9);
    expectNear(byKernel(path, rule), wanted, 1e-5, 5e-6);
  });
});

describe("the golden trajectories, by the interpreter", () => {
  const folder = join(process.env.RECURRA_SHARED ?? join(import.meta.dirname, "../../../shared"), "golden");
  test("adam", async ({ skip }) => {
    const file = join(folder, "optimizer_adam.safetensors");
    skip(!existsSync(file), `there is no ${file}; set RECURRA_SHARED to the folder that holds golden/`);
    const { decodeSafetensors } = await import("../../src/tensor/safetensors.ts");
    const { tensors } = decodeSafetensors(await readFile(file), file);
    const numbers = (name: string) => Array.from(tensors.get(name)?.toFloat64() ?? []);
    const start = numbers("w.b");
    const rows = (name: string) =>
      Array.from({ length: 10 }, (_, i) => numbers(name).slice(i * start.length, (i + 1) * start.length));
    expectNear(
      byInterpreter({ start, gradients: rows("g.b") }, optimizers.adam()),
      rows("w_steps.b"),
      1e-6,
      1e-7,
    );
  });
});

describe("what is not asked for is not computed", () => {
  const opsOf = (rule: Optimizer) => {
    const leaves = Object.fromEntries(
      ["parameter", "gradient", ...rule.slots, ...rule.scalars].map((name) => [
        name,
        input(name, { dtype: "float32", shape: rule.scalars.includes(name) ? [] : [4] }),
      ]),
    );
    return nodesOf(Object.values(rule.update(leaves))).map(({ op }) => op.name);
  };

  test("plain SGD is a product and a difference", () => {
    const rule = optimizers.sgd();
    expect(
      opsOf(rule)
        .filter((name) => name !== "input")
        .sort(),
    ).toEqual(["mul", "sub"]);
    expect(rule).toMatchObject({ slots: [], scalars: ["learningRate"], normLimit: undefined });
  });

  test("clipping and decay come as they are asked for", () => {
    expect(opsOf(optimizers.sgd({ clipvalue: 1 }))).toContain("minimum");
    expect(optimizers.sgd({ clipnorm: 1 })).toMatchObject({
      scalars: ["learningRate", "gradientScale"],
      normLimit: { scope: "each", limit: 1 },
    });
    expect(optimizers.adam({ globalClipnorm: 2 })).toMatchObject({
      scalars: ["stepSize", "gradientScale"],
      normLimit: { scope: "all", limit: 2 },
    });
    expect(optimizers.adamw().scalars).toEqual(["stepSize", "decay"]);
    expect(optimizers.adamw({ weightDecay: 0 }).scalars).toEqual(["stepSize"]);
  });
});

describe("choosing", () => {
  test("by name, by config, or an optimiser itself", () => {
    const own = optimizers.adam({ learningRate: 0.1 });
    expect(optimizer(own)).toBe(own);
    expect(optimizer({ name: "adam", learningRate: 0.1 }).config).toEqual({ learningRate: 0.1 });
    expect(optimizer("adamw")).toMatchObject({
      name: "adamw",
      learningRate: 0.001,
      config: { weightDecay: 0.004 },
    });
  });

  test.each([
    [
      "adma",
      "unknown-name",
      /there is no optimizer "adma"\. Did you mean "adam"\? There are sgd, rmsprop, adam, adamw/,
    ],
    [
      { name: "sgd", lr: 1 },
      "unknown-option",
      /optimizer sgd: there is no option "lr".*It takes learningRate, /,
    ],
    [
      { name: "sgd", learningRate: -1 },
      "option-value",
      /sgd: learningRate is to be a number from 0 up or a function, got -1/,
    ],
    [{ name: "adam", beta1: 1 }, "option-value", /adam: beta1 is to be a number in \[0, 1\), got 1/],
    [{ name: "adam", epsilon: 0 }, "option-value", /adam: epsilon is to be a positive number, got 0/],
    [
      { name: "rmsprop", rho: Number.NaN },
      "option-value",
      /rmsprop: rho is to be a number in \[0, 1\), got NaN/,
    ],
    [{ name: "sgd", clipnorm: 0 }, "option-value", /sgd: clipnorm is to be a positive number, got 0/],
    [
      { name: "adamw", weightDecay: -0.1 },
      "option-value",
      /adamw: weightDecay is to be a number from 0 up, got -0.1/,
    ],
    [
      { name: "adam", clipnorm: 1, clipvalue: 0.5 },
      "option-conflict",
      /adam: takes one of clipnorm, globalClipnorm and clipvalue, got clipnorm 1 and clipvalue 0.5/,
    ],
  ])("%j", (choice, code, message) => {
    expect(() => optimizer(choice as OptimizerChoice)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  test("a schedule that gives no learning rate", () => {
    expect(learningRateAt(0.5, 3)).toBe(0.5);
    expect(learningRateAt((step) => step / 2, 3)).toBe(1.5);
    expect(() => learningRateAt(() => Number.NaN, 3)).toThrow(
      "learning rate: wants a number from 0 up, got NaN from the schedule at step 3",
    );
  });
});
