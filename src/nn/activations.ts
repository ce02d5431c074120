// Activation functions, element by element except softmax and its logarithm.

import { add, clip, div, greater, greaterEqual, mul, neg, select, sub } from "../graph/ops/arithmetic.ts";
import {
  abs,
  gelu as exactGelu,
  exp,
  relu,
  sigmoid,
  softplus,
  square,
  tanh,
} from "../graph/ops/functions.ts";
import { logSoftmax, softmax } from "../graph/ops/reduce.ts";
import { Tensor } from "../graph/tensor.ts";
import { RecurraError } from "../platform/error.ts";
import { checkedConfig, describe, type OptionNames } from "./choice.ts";

/** The activations there are, under Keras' names. */
export type ActivationName =
  | "linear"
  | "relu"
  | "relu6"
  | "leakyRelu"
  | "elu"
  | "selu"
  | "gelu"
  | "sigmoid"
  | "hardSigmoid"
  | "logSigmoid"
  | "silu"
  | "swish"
  | "hardSilu"
  | "mish"
  | "tanh"
  | "hardTanh"
  | "softmax"
  | "logSoftmax"
  | "softplus"
  | "softsign"
  | "exponential";

/** An activation with its options, as a saved model holds it. */
export type ActivationConfig =
  | { readonly name: Exclude<ActivationName, "leakyRelu" | "elu" | "gelu" | "softmax" | "logSoftmax"> }
  | ({ readonly name: "leakyRelu" } & LeakyReluOptions)
  | ({ readonly name: "elu" } & EluOptions)
  | ({ readonly name: "gelu" } & GeluOptions)
  | ({ readonly name: "softmax" | "logSoftmax" } & SoftmaxOptions);

/** A name, a name with options (`{ name: "leakyRelu", negativeSlope: 0.1 }`), or a function of one's own. */
export type Activation = ActivationName | ActivationConfig | ((x: Tensor) => Tensor);

export interface LeakyReluOptions {
  /** Slope for x < 0. Default 0.2. */
  readonly negativeSlope?: number;
}

export interface EluOptions {
  /** What it tends to, negated, for x -> -∞. Default 1. */
  readonly alpha?: number;
}

export interface GeluOptions {
  /** Use the tanh formula instead of the error function. Default false. */
  readonly approximate?: boolean;
}

export interface SoftmaxOptions {
  /** The axis that sums to 1. Default -1, the last. */
  readonly axis?: number;
}

const optionNames = {
  linear: [],
  relu: [],
  relu6: [],
  leakyRelu: ["negativeSlope"],
  elu: ["alpha"],
  selu: [],
  gelu: ["approximate"],
  sigmoid: [],
  hardSigmoid: [],
  logSigmoid: [],
  silu: [],
  swish: [],
  hardSilu: [],
  mish: [],
  tanh: [],
  hardTanh: [],
  softmax: ["axis"],
  logSoftmax: ["axis"],
  softplus: [],
  softsign: [],
  exponential: [],
} as const satisfies OptionNames & Record<ActivationName, readonly string[]>;

/** Fails where a function of a user's own gave anything else. */
function onlyTensor(y: unknown): Tensor {
  if (y instanceof Tensor) return y;
  throw new RecurraError("activation", `activation: the function is to give a tensor, got ${describe(y)}`);
}

/**
 * The function that a choice stands for. `undefined` is "linear", the identity.
 *
 * @throws RecurraError `unknown-name`, `unknown-option`
 */
export function activation(choice: Activation | undefined): (x: Tensor) => Tensor {
  if (choice === undefined) return linear;
  if (typeof choice === "function") return (x) => onlyTensor(choice(x));
  const config = checkedConfig("activation", choice, optionNames) as ActivationConfig;
  switch (config.name) {
    case "linear":
      return linear;
    case "relu":
      return relu;
    case "relu6":
      return relu6;
    case "leakyRelu":
      return (x) => leakyRelu(x, config);
    case "elu":
      return (x) => elu(x, config);
    case "selu":
      return selu;
    case "gelu":
      return (x) => gelu(x, config);
    case "sigmoid":
      return sigmoid;
    case "hardSigmoid":
      return hardSigmoid;
    case "logSigmoid":
      return logSigmoid;
    case "silu":
    case "swish":
      return silu;
    case "hardSilu":
      return hardSilu;
    case "mish":
      return mish;
    case "tanh":
      return tanh;
    case "hardTanh":
      return hardTanh;
    case "softmax":
      return (x) => softmax(x, config.axis);
    case "logSoftmax":
      return (x) => logSoftmax(x, config.axis);
    case "softplus":
      return softplus;
    case "softsign":
      return softsign;
    case "exponential":
      return exp;
    default:
      throw new TypeError(`no activation for ${describe(config satisfies never)}`);
  }
}

export { exp as exponential, logSoftmax, relu, sigmoid, softmax, softplus, tanh };

/** x itself. */
export function linear(x: Tensor): Tensor {
  return x;
}

/** min(max(x, 0), 6); its gradient is 0 at both ends. */
export function relu6(x: Tensor): Tensor {
  return select(greaterEqual(x, 6), 6, relu(x));
}

/** x for x > 0, else `negativeSlope`·x. Source: Maas et al., ICML 2013. */
export function leakyRelu(x: Tensor, { negativeSlope = 0.2 }: LeakyReluOptions = {}): Tensor {
  return select(greater(x, 0), x, mul(x, negativeSlope));
}

/** x for x > 0, else `alpha`·(exp x - 1). Source: Clevert et al., ICLR 2016. */
export function elu(x: Tensor, { alpha = 1 }: EluOptions = {}): Tensor {
  const positive = greater(x, 0);
  // The branch that is not taken must stay finite, or its gradient would be 0·∞.
  const decay = sub(exp(select(positive, 0, x)), 1);
  return select(positive, x, alpha === 1 ? decay : mul(decay, alpha));
}

/** 1.0507·elu(x) with alpha 1.6733, which keeps mean 0 and variance 1 from layer to layer. Source: Klambauer et al., NIPS 2017. */
export function selu(x: Tensor): Tensor {
  return mul(elu(x, { alpha: 1.6732632423543772 }), 1.0507009873554805);
}

/**
 * x·Φ(x), Φ being the normal distribution function: x/2·(1 + erf(x/√2)), or approximately x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
 * Source: Hendrycks & Gimpel, 2016.
 */
export function gelu(x: Tensor, { approximate = false }: GeluOptions = {}): Tensor {
  if (!approximate) return exactGelu(x);
  const share = tanh(mul(mul(x, add(mul(square(x), 0.044715), 1)), Math.sqrt(2 / Math.PI)));
  return mul(mul(x, 0.5), add(share, 1));
}

/** relu6(x + 3) / 6 */
export function hardSigmoid(x: Tensor): Tensor {
  return mul(relu6(add(x, 3)), 1 / 6);
}

/** log sigmoid x = -softplus(-x), without overflow. */
export function logSigmoid(x: Tensor): Tensor {
  return neg(softplus(neg(x)));
}

/** x·sigmoid(x), also called swish. Source: Ramachandran et al., 2017. */
export function silu(x: Tensor): Tensor {
  return mul(x, sigmoid(x));
}

/** x·relu6(x + 3) / 6. Source: Howard et al., ICCV 2019. */
export function hardSilu(x: Tensor): Tensor {
  return mul(x, hardSigmoid(x));
}

/** x·tanh(softplus x). Source: Misra, BMVC 2020. */
export function mish(x: Tensor): Tensor {
  return mul(x, tanh(softplus(x)));
}

/** x held within [-1, 1]. */
export function hardTanh(x: Tensor): Tensor {
  return clip(x, -1, 1);
}

/** x / (1 + |x|) */
export function softsign(x: Tensor): Tensor {
  return div(x, add(abs(x), 1));
}
