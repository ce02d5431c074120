// Weights over some steps: by a formula for one number in plain float64, by the reference interpreter, and by the kernel that training uses.

import { expect } from "vitest";
import { interpret } from "../../../src/graph/interpret.ts";
import { input } from "../../../src/graph/ops/leaf.ts";
import type { Tensor, Value } from "../../../src/graph/tensor.ts";
import type { Optimizer } from "../../../src/nn/optimizers/index.ts";
import { learningRateAt } from "../../../src/nn/schedules.ts";
import { Arena } from "../../../src/runtime/arena.ts";
import { Updater } from "../../../src/runtime/updater.ts";
import { Random } from "../../../src/tensor/random.ts";

/** Numbers of each weight, by its name. */
export type Weights = Readonly<Record<string, readonly number[]>>;

/** Weights and their gradients at each step. */
export interface Path {
  readonly start: Weights;
  readonly gradients: readonly Weights[];
}

/** A path of standard normal numbers. */
export function randomPath(sizes: Readonly<Record<string, number>>, steps: number, seed = 5): Path {
  const random = new Random(seed);
  const draw = (): Weights =>
    Object.fromEntries(
      Object.entries(sizes).map(([name, size]) => [name, Array.from(random.normal([size]).toFloat64())]),
    );
  return { start: draw(), gradients: Array.from({ length: steps }, draw) };
}

/** The next value of a number w, given its gradient and the step, counted from 1; what it keeps from step to step is in an object of its own. */
export type Formula = (w: number, g: number, t: number, state: Record<string, number>) => number;

/** The weights after each step, by a formula for each weight. */
export function byFormula({ start, gradients }: Path, formulaOf: (name: string) => Formula): Weights[] {
  const states = new Map<string, Record<string, number>[]>();
  let weights = start;
  return gradients.map((gradient, step) => {
    weights = Object.fromEntries(
      Object.entries(weights).map(([name, values]) => {
        const state = states.get(name) ?? values.map(() => ({}));
        states.set(name, state);
        const formula = formulaOf(name);
        const next = values.map((w, i) =>
          formula(w, gradient[name]?.[i] ?? Number.NaN, step + 1, state[i] ?? {}),
        );
        return [name, next];
      }),
    );
    return weights;
  });
}

/** What the gradients of a step are multiplied by, for one weight. */
function gradientScale({ normLimit }: Optimizer, gradients: Weights, name: string): number {
  if (normLimit === undefined) return 1;
  const norm = Math.hypot(
    ...(normLimit.scope === "all" ? Object.values(gradients).flat() : (gradients[name] ?? [])),
  );
  return normLimit.limit / Math.max(norm, normLimit.limit);
}

/** The gradients of each step, scaled as an optimiser's limit of the norm wants it. */
export function limited({ start, gradients }: Path, rule: Optimizer): Path {
  const scaled = gradients.map((step) =>
    Object.fromEntries(
      Object.entries(step).map(([name, g]) => {
        const scale = gradientScale(rule, step, name);
        return [name, g.map((value) => value * scale)];
      }),
    ),
  );
  return { start, gradients: scaled };
}

/** The weights after each step by the reference interpreter, in float64. */
export function byInterpreter({ start, gradients }: Path, rule: Optimizer): Weights[] {
  const names = Object.keys(start);
  const groups = rule.groupsOf(names);
  const states = new Map(
    names.map((name) => [
      name,
      Object.fromEntries([
        ["parameter", start[name] ?? []],
        ...rule.slots.map((slot) => [slot, (start[name] ?? []).map(() => rule.slotStarts[slot] ?? 0)]),
      ]) as Weights,
    ]),
  );
  return gradients.map((step, t) => {
    const scalars = rule.hyperparameters(t + 1, learningRateAt(rule.learningRate, t));
    for (const [i, name] of names.entries()) {
      const given = { gradientScale: gradientScale(rule, step, name), ...scalars[groups[i] ?? ""] };
      states.set(name, updated(rule, { ...states.get(name), gradient: step[name] ?? [] }, given));
    }
    return Object.fromEntries(names.map((name) => [name, states.get(name)?.parameter ?? []]));
  });
}

/** New values of a weight and its slots, given those, the gradient and the scalars. */
function updated(rule: Optimizer, arrays: Weights, scalars: Readonly<Record<string, number>>): Weights {
  const leaves: Record<string, Tensor> = {};
  const values = new Map<Tensor, Value>();
  const feed = (name: string, shape: readonly number[], data: Float64Array) => {
    const leaf = input(name, { dtype: "float64", shape });
    leaves[name] = leaf;
    values.set(leaf, { shape, data });
  };
  for (const [name, data] of Object.entries(arrays)) feed(name, [data.length], Float64Array.from(data));
  for (const name of rule.scalars) feed(name, [], Float64Array.of(scalars[name] ?? Number.NaN));
  const results = rule.update(leaves);
  const computed = interpret(Object.values(results), values);
  return Object.fromEntries(
    Object.keys(results).map((name, i) => [name, Array.from(computed[i]?.data ?? [])]),
  );
}

/** Weights in an arena, as a trainer lays them out. */
export function arenaOf(start: Weights, rule: Optimizer) {
  const names = Object.keys(start);
  const groups = rule.groupsOf(names);
  const arena = new Arena({
    parameters: names.map((name, i) => ({
      name,
      shape: [start[name]?.length ?? 0],
      trainable: true,
      group: groups[i] ?? "",
    })),
    slots: rule.slots.length,
  });
  const updater = new Updater(arena, rule, [...names.keys()]);
  for (const [i, name] of names.entries()) (arena.parameter(i).data as Float32Array).set(start[name] ?? []);
  const read = (array: (index: number) => { toFloat64(): Float64Array }): Weights =>
    Object.fromEntries(names.map((name, i) => [name, Array.from(array(i).toFloat64())]));
  return {
    arena,
    updater,
    /** Takes step t, counted from 0. */
    step(gradients: Weights, t: number): void {
      for (const [i, name] of names.entries())
        (arena.gradient(i).data as Float32Array).set(gradients[name] ?? []);
      updater.apply(rule.hyperparameters(t + 1, learningRateAt(rule.learningRate, t)));
    },
    weights: () => read((i) => arena.parameter(i)),
    slot: (name: string) => read((i) => arena.slot(rule.slots.indexOf(name), i)),
  };
}

/** The weights after each step by the compiled kernel, in an arena. */
export function byKernel({ start, gradients }: Path, rule: Optimizer): Weights[] {
  const { step, weights } = arenaOf(start, rule);
  return gradients.map((gradient, t) => {
    step(gradient, t);
    return weights();
  });
}

/** Fails unless |got - wanted| <= atol + rtol·|wanted| everywhere. */
export function expectNear(
  got: readonly Weights[],
  wanted: readonly Weights[],
  rtol: number,
  atol: number,
): void {
  expect(got.length).toBe(wanted.length);
  for (const [step, weights] of wanted.entries()) {
    for (const [name, values] of Object.entries(weights)) {
      for (const [i, b] of values.entries()) {
        const a = got[step]?.[name]?.[i] ?? Number.NaN;
        if (!(Math.abs(a - b) <= atol + rtol * Math.abs(b)))
          expect.fail(`step ${step + 1}, ${name}[${i}]: ${a}, wanted ${b}`);
      }
    }
  }
}
