// The activations that ONNX's recurrent operators take: each as a formula, as tensor code, and under its ONNX name.

import { RecurraError } from "../../platform/error.ts";
import type { AttributeValue, Tensor } from "../tensor.ts";
import { add, clip, div, greater, mul, select, sub } from "./arithmetic.ts";
import { abs, exp, relu, sigmoid, tanh } from "./functions.ts";

/** The names there are: Keras' ones, as far as ONNX Runtime computes them within its recurrent operators. */
export type CellActivationName =
  | "linear"
  | "relu"
  | "leakyRelu"
  | "elu"
  | "sigmoid"
  | "hardSigmoid"
  | "tanh"
  | "softsign";

/** An activation within a recurrent operator. */
export interface CellActivation {
  readonly name: CellActivationName;
  /** The slope of leakyRelu below 0, the bound of elu; 0 for the others. */
  readonly parameter: number;
}

interface Rules {
  /** The option that is the parameter, and its default. */
  readonly option?: readonly [name: string, value: number];
  readonly formula: (x: number, parameter: number) => number;
  readonly apply: (x: Tensor, parameter: number) => Tensor;
  /** ONNX's name, and the values for those of its alpha and beta that it has. */
  readonly onnx: (parameter: number) => readonly [name: string, ...alphaBeta: number[]];
}

const rules: Readonly<Record<CellActivationName, Rules>> = {
  linear: { formula: (x) => x, apply: (x) => x, onnx: () => ["Affine", 1, 0] },
  relu: { formula: (x) => Math.max(x, 0), apply: relu, onnx: () => ["Relu"] },
  leakyRelu: {
    option: ["negativeSlope", 0.2],
    formula: (x, slope) => (x > 0 ? x : slope * x),
    apply: (x, slope) => select(greater(x, 0), x, mul(x, slope)),
    onnx: (slope) => ["LeakyRelu", slope],
  },
  elu: {
    option: ["alpha", 1],
    formula: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)),
    // The branch that is not taken must stay finite, or its gradient would be 0·∞.
    apply: (x, alpha) => {
      const positive = greater(x, 0);
      return select(positive, x, mul(sub(exp(select(positive, 0, x)), 1), alpha));
    },
    onnx: (alpha) => ["Elu", alpha],
  },
  sigmoid: { formula: (x) => 1 / (1 + Math.exp(-x)), apply: sigmoid, onnx: () => ["Sigmoid"] },
  hardSigmoid: {
    formula: (x) => Math.min(Math.max(x / 6 + 0.5, 0), 1),
    apply: (x) => clip(add(mul(x, 1 / 6), 0.5), 0, 1),
    onnx: () => ["HardSigmoid", 1 / 6, 0.5],
  },
  tanh: { formula: Math.tanh, apply: tanh, onnx: () => ["Tanh"] },
  softsign: {
    formula: (x) => x / (1 + Math.abs(x)),
    apply: (x) => div(x, add(abs(x), 1)),
    onnx: () => ["Softsign"],
  },
};

/**
 * The activation that a choice stands for: a name, or `{ name, …options }`, as layers take it. `undefined` for any other, which a
 * recurrent operator cannot compute: another name, or a function.
 */
export function cellActivation(choice: unknown): CellActivation | undefined {
  const config = typeof choice === "string" ? { name: choice } : choice;
  if (config === null || typeof config !== "object" || !("name" in config)) return undefined;
  const { name, ...options } = config as { readonly name: unknown } & Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || !Object.hasOwn(rules, name)) return undefined;
  const [option, value] = rules[name as CellActivationName].option ?? ["", 0];
  const parameter = options[option] ?? value;
  const known = Object.keys(options).every((key) => key === option);
  return known && typeof parameter === "number" ? { name: name as CellActivationName, parameter } : undefined;
}

/**
 * As {@link cellActivation}, for gates: sigmoid, hardSigmoid and tanh. Gates without bounds, or that come near them slowly, make a cell so
 * ill-conditioned that ONNX Runtime's other order of sums shows.
 */
export function gateActivation(choice: unknown): CellActivation | undefined {
  const found = cellActivation(choice);
  return found !== undefined && gates.includes(found.name) ? found : undefined;
}

const gates: readonly CellActivationName[] = ["sigmoid", "hardSigmoid", "tanh"];

/** The activation that was found for a choice. @throws RecurraError `cell-activation` where none was */
export function checkedActivation(
  what: string,
  choice: unknown,
  find: (choice: unknown) => CellActivation | undefined,
): CellActivation {
  const found = find(choice);
  if (found !== undefined) return found;
  const known = Object.keys(rules).filter((name) => find(name) !== undefined);
  const shown = typeof choice === "function" ? "a function" : JSON.stringify(choice);
  throw new RecurraError(
    "cell-activation",
    `${what} is one of ${known.join(", ")}, got ${shown}; a scan over the cell takes any`,
  );
}

/** The activation as a function on numbers. */
export function activationFormula({ name, parameter }: CellActivation): (x: number) => number {
  const { formula } = rules[name];
  return (x) => formula(x, parameter);
}

/** The activation as a function on tensors. */
export function activationFunction({ name, parameter }: CellActivation): (x: Tensor) => Tensor {
  const { apply } = rules[name];
  return (x) => apply(x, parameter);
}

/** The attributes that tell a recurrent ONNX operator its activations; alphas and betas stand in the order of those that have one. */
export function activationAttributes(
  activations: readonly CellActivation[],
): Readonly<Record<string, AttributeValue>> {
  const lowered = activations.map(({ name, parameter }) => rules[name].onnx(parameter));
  const numbers = (place: number) => lowered.flatMap((one) => one.slice(place, place + 1)) as number[];
  const [alphas, betas] = [numbers(1), numbers(2)];
  return {
    activations: lowered.map(([name]) => name),
    ...(alphas.length > 0 ? { activation_alpha: { floats: alphas } } : {}),
    ...(betas.length > 0 ? { activation_beta: { floats: betas } } : {}),
  };
}
