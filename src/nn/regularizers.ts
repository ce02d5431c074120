// Regularisers: penalties on weights that are added to the loss. Names, defaults and formulas are Keras'.

import { add, div, maximum, mul, sub } from "../graph/ops/arithmetic.ts";
import { abs, sqrt, square } from "../graph/ops/functions.ts";
import { scalar } from "../graph/ops/leaf.ts";
import { matmul } from "../graph/ops/matmul.ts";
import { sum } from "../graph/ops/sum.ts";
import { formatType, Tensor } from "../graph/tensor.ts";
import { RecurraError } from "../platform/error.ts";
import { checkedConfig, describe, type OptionNames } from "./choice.ts";
import { checkNotNegative } from "./option-checks.ts";

export interface L1Options {
  /** Default 0.01. */
  readonly l1?: number;
}

export interface L2Options {
  /** Default 0.01. */
  readonly l2?: number;
}

/** Default 0.01 each; where one is given, the other is 0. */
export interface L1L2Options {
  readonly l1?: number;
  readonly l2?: number;
}

export interface OrthogonalOptions {
  /** Default 0.01. */
  readonly factor?: number;
  /** What is to be orthogonal. Default "rows". */
  readonly mode?: "rows" | "columns";
}

/** A regulariser with its options, as a saved model holds it. */
export type RegularizerConfig =
  | ({ readonly name: "l1" } & L1Options)
  | ({ readonly name: "l2" } & L2Options)
  | ({ readonly name: "l1l2" } & L1L2Options)
  | ({ readonly name: "orthogonal" } & OrthogonalOptions);

export type RegularizerName = RegularizerConfig["name"];

/** From a tensor of any shape to its penalty, of shape []. */
export type RegularizerFunction = (weight: Tensor) => Tensor;

/** A name, a name with options (`{ name: "l2", l2: 0.001 }`), or a function of one's own. */
export type Regularizer = RegularizerName | RegularizerConfig | RegularizerFunction;

const optionNames = {
  l1: ["l1"],
  l2: ["l2"],
  l1l2: ["l1", "l2"],
  orthogonal: ["factor", "mode"],
} as const satisfies OptionNames & Record<RegularizerName, readonly string[]>;

/**
 * The penalty that a choice stands for:
 *
 *     l1          l1·Σ|w|
 *     l2          l2·Σw²
 *     l1l2        l1·Σ|w| + l2·Σw²
 *     orthogonal  factor·mean |cos| over the pairs of different rows, or columns, of a matrix
 *
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`; the function throws `regularizer-shape` for a weight that it does
 *   not fit, and where a function of one's own gives anything but one number
 */
export function regularizer(choice: Regularizer): RegularizerFunction {
  if (typeof choice === "function") return (weight) => onlyNumber(choice(weight), choice.name);
  const config = checkedConfig("regularizer", choice, optionNames) as RegularizerConfig;
  const what = `regularizer ${config.name}`;
  switch (config.name) {
    case "l1": {
      const { l1 = 0.01 } = config;
      checkNotNegative(what, { l1 });
      return (weight) => mul(sum(abs(weight)), l1);
    }
    case "l2": {
      const { l2 = 0.01 } = config;
      checkNotNegative(what, { l2 });
      return (weight) => mul(sum(square(weight)), l2);
    }
    case "l1l2": {
      const isBare = config.l1 === undefined && config.l2 === undefined;
      const { l1 = isBare ? 0.01 : 0, l2 = isBare ? 0.01 : 0 } = config;
      checkNotNegative(what, { l1, l2 });
      return (weight) => add(mul(sum(abs(weight)), l1), mul(sum(square(weight)), l2));
    }
    case "orthogonal": {
      const { factor = 0.01, mode = "rows" } = config;
      checkNotNegative(what, { factor });
      if (mode !== "rows" && mode !== "columns") {
        throw new RecurraError(
          "option-value",
          `${what}: mode is to be "rows" or "columns", got ${describe(mode)}`,
        );
      }
      return (weight) => orthogonal(weight, factor, mode);
    }
    default:
      throw new TypeError(`no regularizer for ${describe(config satisfies never)}`);
  }
}

/** A row shorter than this is divided by this, not by its length. */
const shortest = 1e-7;

function orthogonal(weight: Tensor, factor: number, mode: "rows" | "columns"): Tensor {
  const [rows, columns] = weight.shape;
  if (weight.rank !== 2 || rows === undefined || columns === undefined) {
    throw new RecurraError(
      "regularizer-shape",
      `regularizer orthogonal: wants a matrix, got ${formatType(weight)}`,
    );
  }
  const axis = mode === "rows" ? 1 : 0;
  const count = mode === "rows" ? rows : columns;
  if (count < 2) return scalar(0, weight.dtype);
  // The bound stands inside the root, so that the gradient of a row of zeros is 0 and not NaN.
  const squares = sum(square(weight), axis, { keepDims: true });
  const unit = div(weight, sqrt(maximum(squares, shortest ** 2)));
  const cosines = matmul(unit, unit, mode === "rows" ? { transposeB: true } : { transposeA: true });
  // Those of rows with themselves, |u·u|, are taken off the sum.
  const own = sum(square(unit));
  return mul(sub(sum(abs(cosines)), own), factor / (count * (count - 1)));
}

function onlyNumber(penalty: unknown, name: string): Tensor {
  if (penalty instanceof Tensor && penalty.rank === 0) return penalty;
  throw new RecurraError(
    "regularizer-shape",
    `regularizer ${name || "function"}: is to give one number, of shape [], got ${penalty instanceof Tensor ? formatType(penalty) : describe(penalty)}`,
  );
}

/** Regularisers with options, for `layers.dense({ units: 8, kernelRegularizer: regularizers.l2({ l2: 1e-4 }) })`. */
export const regularizers = {
  l1: (options: L1Options = {}) => ({ name: "l1", ...options }) as const,
  l2: (options: L2Options = {}) => ({ name: "l2", ...options }) as const,
  l1l2: (options: L1L2Options = {}) => ({ name: "l1l2", ...options }) as const,
  orthogonal: (options: OrthogonalOptions = {}) => ({ name: "orthogonal", ...options }) as const,
} satisfies Record<RegularizerName, (options: never) => RegularizerConfig>;
