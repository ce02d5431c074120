// Constraints: what weights are held to after each step. Names, defaults and formulas are Keras'.

import { axesOf, offsetsOf } from "../graph/ops/sum.ts";
import { RecurraError } from "../platform/error.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import { checkedConfig, checkedNumber, describe, type OptionNames } from "./choice.ts";
import { checkNotNegative } from "./option-checks.ts";

/** Along which axes norms are taken. */
export interface AxisOption {
  /**
   * One axis or several; negative ones count from the end. Default 0: the norm of the weights that lead to one unit, for a dense kernel
   * [inputs, units]. For a convolution's kernel [window, inputs, filters] that is [0, 1].
   */
  readonly axis?: number | readonly number[];
}

export interface MaxNormOptions extends AxisOption {
  /** Default 2. */
  readonly maxValue?: number;
}

export interface MinMaxNormOptions extends AxisOption {
  /** Default 0. */
  readonly minValue?: number;
  /** Default 1. */
  readonly maxValue?: number;
  /** How far a norm outside goes to the nearer bound at each step, from 0 to 1. Default 1: all the way. */
  readonly rate?: number;
}

/** A constraint with its options, as a saved model holds it. */
export type ConstraintConfig =
  | { readonly name: "nonNeg" }
  | ({ readonly name: "maxNorm" } & MaxNormOptions)
  | ({ readonly name: "unitNorm" } & AxisOption)
  | ({ readonly name: "minMaxNorm" } & MinMaxNormOptions);

export type ConstraintName = ConstraintConfig["name"];

/** Changes a weight in place. */
export type ConstraintFunction = (weight: NdArray) => void;

/** A name, a name with options (`{ name: "maxNorm", maxValue: 3 }`), or a function of one's own. */
export type Constraint = ConstraintName | ConstraintConfig | ConstraintFunction;

const optionNames = {
  nonNeg: [],
  maxNorm: ["maxValue", "axis"],
  unitNorm: ["axis"],
  minMaxNorm: ["minValue", "maxValue", "rate", "axis"],
} as const satisfies OptionNames & Record<ConstraintName, readonly string[]>;

/**
 * The function that a choice stands for: it changes a float32 array in place. With n the norm of a vector along the axes, and ε = 1e-7:
 *
 *     nonNeg      w ← max(w, 0)
 *     maxNorm     w ← w·min(n, maxValue) / (n + ε)
 *     unitNorm    w ← w / (n + ε)
 *     minMaxNorm  w ← w·(rate·clip(n, minValue, maxValue) + (1 - rate)·n) / (n + ε)
 *
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`, `option-conflict`; the function throws `axis` for a weight that
 *   lacks the axis
 */
export function constraint(choice: Constraint): ConstraintFunction {
  if (typeof choice === "function") return choice;
  const config = checkedConfig("constraint", choice, optionNames) as ConstraintConfig;
  const what = `constraint ${config.name}`;
  switch (config.name) {
    case "nonNeg":
      return (weight) => {
        const values = weight.data as Float32Array;
        for (let i = 0; i < values.length; i++) if ((values[i] ?? 0) < 0) values[i] = 0;
      };
    case "maxNorm": {
      const { maxValue = 2, axis = 0 } = config;
      checkNotNegative(what, { maxValue });
      return rescaling(what, axis, (norm) => Math.min(norm, maxValue));
    }
    case "unitNorm":
      return rescaling(what, config.axis ?? 0, () => 1);
    case "minMaxNorm": {
      const { minValue = 0, maxValue = 1, rate = 1, axis = 0 } = config;
      checkNotNegative(what, { minValue, maxValue });
      checkedNumber(`${what}: rate`, rate, (x) => x >= 0 && x <= 1, "a number from 0 to 1");
      if (minValue > maxValue) {
        throw new RecurraError(
          "option-conflict",
          `${what}: minValue is to be at most maxValue, got ${minValue} and ${maxValue}`,
        );
      }
      return rescaling(
        what,
        axis,
        (norm) => rate * Math.min(Math.max(norm, minValue), maxValue) + (1 - rate) * norm,
      );
    }
    default:
      throw new TypeError(`no constraint for ${describe(config satisfies never)}`);
  }
}

/** Keeps divisors away from 0: Keras' epsilon. */
const epsilon = 1e-7;

/** Gives each vector along some axes the norm that is desired for its norm. */
function rescaling(
  what: string,
  axis: number | readonly number[],
  desired: (norm: number) => number,
): ConstraintFunction {
  const isAxis = (value: unknown) => Number.isInteger(value);
  if (!(isAxis(axis) || (Array.isArray(axis) && axis.length > 0 && axis.every(isAxis)))) {
    throw new RecurraError(
      "option-value",
      `${what}: axis is to be a whole number or a list of them, got ${describe(axis)}`,
    );
  }
  let layout: NormLayout | undefined;
  return (weight) => {
    if (layout?.shape.join() !== weight.shape.join()) layout = normLayout(what, weight.shape, axis);
    rescale(weight.data as Float32Array, layout as NormLayout, desired);
  };
}

/** Which norm each number of an array counts towards. */
interface NormLayout {
  readonly shape: Shape;
  /** How many norms there are. */
  readonly count: number;
  /** The norm of the first number of each row; a row is what lies along the last axis. */
  readonly rows: Int32Array;
  readonly rowLength: number;
  /** From one number of a row to the next, 1 norm on, or none. */
  readonly stride: 0 | 1;
}

function normLayout(what: string, shape: Shape, axis: number | readonly number[]): NormLayout {
  const axes = axesOf(axis, shape.length, what);
  let count = 1;
  const strides = new Array<number>(shape.length).fill(0);
  for (let i = shape.length - 1; i >= 0; i--) {
    if (axes.includes(i)) continue;
    strides[i] = count;
    count *= shape[i] ?? 1;
  }
  return {
    shape,
    count: sizeOf(shape) === 0 ? 0 : count,
    rows: offsetsOf(shape.slice(0, -1), strides.slice(0, -1)),
    rowLength: shape.at(-1) ?? 1,
    stride: strides.at(-1) === 0 ? 0 : 1,
  };
}

function rescale(
  values: Float32Array,
  { count, rows, rowLength, stride }: NormLayout,
  desired: (norm: number) => number,
): void {
  const factors = new Float64Array(count); // sums of squares first
  for (let row = 0, place = 0; row < rows.length; row++, place += rowLength) {
    const first = rows[row] as number;
    if (stride === 1) {
      for (let i = 0; i < rowLength; i++) {
        const value = values[place + i] as number;
        factors[first + i] = (factors[first + i] as number) + value * value;
      }
    } else {
      let sum = 0; // not in memory, which would make each addition wait for the one before
      for (let i = 0; i < rowLength; i++) {
        const value = values[place + i] as number;
        sum += value * value;
      }
      factors[first] = (factors[first] as number) + sum;
    }
  }
  for (let i = 0; i < count; i++) {
    const norm = Math.sqrt(factors[i] as number);
    factors[i] = desired(norm) / (norm + epsilon);
  }
  for (let row = 0, place = 0; row < rows.length; row++, place += rowLength) {
    const first = rows[row] as number;
    for (let i = 0; i < rowLength; i++) {
      values[place + i] = (values[place + i] as number) * (factors[first + stride * i] as number);
    }
  }
}

/** Constraints with options, for `layers.dense({ units: 8, kernelConstraint: constraints.maxNorm({ maxValue: 3 }) })`. */
export const constraints = {
  nonNeg: (options: Readonly<Record<never, never>> = {}) => ({ name: "nonNeg", ...options }) as const,
  maxNorm: (options: MaxNormOptions = {}) => ({ name: "maxNorm", ...options }) as const,
  unitNorm: (options: AxisOption = {}) => ({ name: "unitNorm", ...options }) as const,
  minMaxNorm: (options: MinMaxNormOptions = {}) => ({ name: "minMaxNorm", ...options }) as const,
} satisfies Record<ConstraintName, (options: never) => ConstraintConfig>;
