// Negative log-likelihoods of distributions whose parameters the model gives along its last axis: Gaussian, student-t and negative
// binomial.

import { add, div, log, maximum, mul, sub } from "../../graph/ops/arithmetic.ts";
import { exp, softplus, square } from "../../graph/ops/functions.ts";
import { scalar } from "../../graph/ops/leaf.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { alignParameters } from "./align.ts";
import { logGamma } from "./gamma.ts";
import { epsilon } from "./regression.ts";

export interface GaussianNllOptions {
  /**
   * What stands beside the mean: the variance, its root, or its logarithm. Variances and sigmas below 1e-7 count as 1e-7, and have no
   * gradient there, so that the layer before is to give positive numbers (softplus); a logarithm may be any number. Default
   * "logVariance".
   */
  readonly parameter?: "variance" | "sigma" | "logVariance";
  /** Whether the constant log(2π)/2 is added. Default false. */
  readonly full?: boolean;
}

export interface StudentTNllOptions {
  /**
   * What stands beside the location: the scale σ (held at or above 1e-7), or its logarithm. Degrees of freedom that the model gives
   * come in the same form. Default "logSigma".
   */
  readonly parameter?: "sigma" | "logSigma";
  /** The degrees of freedom ν, above 0. By default the model gives them, as a third number. */
  readonly degreesOfFreedom?: number;
}

export interface NegativeBinomialNllOptions {
  /** How the model gives the mean μ and the shape r: as they are (held at or above 1e-7), or as logarithms. Default "logMean". */
  readonly parameter?: "mean" | "logMean";
}

/** At the exponents of float32, exp(-log σ²) overflows below -88. */
const lowestLog = -80;

/**
 * ½·(log σ² + (y - μ)²/σ²), and ½·log 2π where it is asked for.
 *
 * @param yTrue [...]
 * @param yPred [..., 2], the mean μ and what the option `parameter` says
 * @returns [...]
 */
export function gaussianNll(
  yTrue: Tensor,
  yPred: Tensor,
  { parameter = "logVariance", full = false }: GaussianNllOptions = {},
): Tensor {
  const { target, parts } = alignParameters("loss gaussianNll", yTrue, yPred, 2);
  const [mean, spread] = parts as [Tensor, Tensor];
  const squared = square(sub(target, mean));
  const { logVariance, distance } = gaussianParts(squared, spread, parameter);
  const loss = mul(add(logVariance, distance), 0.5);
  return full ? add(loss, 0.5 * Math.log(2 * Math.PI)) : loss;
}

/** log σ² and (y - μ)²/σ². */
function gaussianParts(squared: Tensor, spread: Tensor, parameter: "variance" | "sigma" | "logVariance") {
  if (parameter === "logVariance") {
    const logVariance = maximum(spread, lowestLog);
    return { logVariance, distance: mul(squared, exp(mul(logVariance, -1))) };
  }
  const positive = maximum(spread, epsilon);
  if (parameter === "variance") return { logVariance: log(positive), distance: div(squared, positive) };
  return { logVariance: mul(log(positive), 2), distance: div(squared, square(positive)) };
}

/**
 * log Γ(ν/2) - log Γ((ν+1)/2) + ½·log νπ + log σ + (ν+1)/2 · log(1 + ((y - μ)/σ)²/ν): outliers cost little.
 *
 * Source: Lange, Little & Taylor, "Robust Statistical Modeling Using the t Distribution", JASA 84 (1989).
 *
 * @param yTrue [...]
 * @param yPred [..., 3], location μ, scale σ and degrees of freedom ν; [..., 2] where the option `degreesOfFreedom` gives ν
 * @returns [...]
 */
export function studentTNll(
  yTrue: Tensor,
  yPred: Tensor,
  { parameter = "logSigma", degreesOfFreedom }: StudentTNllOptions = {},
): Tensor {
  const count = degreesOfFreedom === undefined ? 3 : 2;
  const { target, parts } = alignParameters("loss studentTNll", yTrue, yPred, count);
  const [location, spread, freedom] = parts as [Tensor, Tensor, Tensor | undefined];
  const sigma = positiveOf(spread, parameter === "logSigma");
  const nu =
    freedom === undefined
      ? scalar(degreesOfFreedom ?? Number.NaN, yPred.dtype)
      : positiveOf(freedom, parameter === "logSigma").value;
  const half = mul(nu, 0.5);
  const upper = add(half, 0.5);
  const constants = add(sub(logGamma(half), logGamma(upper)), mul(log(mul(nu, Math.PI)), 0.5));
  const distance = div(square(div(sub(target, location), sigma.value)), nu);
  return add(add(constants, sigma.log), mul(upper, log(add(distance, 1))));
}

/**
 * The negative log-probability of a count y ≥ 0 whose mean is μ and variance μ + μ²/r:
 *
 *     log Γ(r) + log Γ(y+1) - log Γ(y+r) + r·log((r+μ)/r) + y·log((r+μ)/μ)
 *
 * In float32 it is good to four digits for r up to some thousands; above, the distribution is Poisson's.
 *
 * Source: Salinas et al., "DeepAR", Int. J. Forecasting 36 (2020), with r = 1/α.
 *
 * @param yTrue counts [...]
 * @param yPred [..., 2], mean μ and shape r
 * @returns [...]
 */
export function negativeBinomialNll(
  yTrue: Tensor,
  yPred: Tensor,
  { parameter = "logMean" }: NegativeBinomialNllOptions = {},
): Tensor {
  const { target, parts } = alignParameters("loss negativeBinomialNll", yTrue, yPred, 2);
  const [mean, shape] = parts.map((part) => positiveOf(part, parameter === "logMean")) as [
    Positive,
    Positive,
  ];
  const choose = sub(
    add(logGamma(shape.value), logGamma(add(target, 1))),
    logGamma(add(target, shape.value)),
  );
  const ratio = sub(mean.log, shape.log);
  const odds = add(mul(shape.value, softplus(ratio)), mul(target, softplus(mul(ratio, -1))));
  return add(choose, odds);
}

interface Positive {
  readonly value: Tensor;
  readonly log: Tensor;
}

/** A positive number, given as it is or as its logarithm, in both forms. */
function positiveOf(given: Tensor, isLog: boolean): Positive {
  if (isLog) {
    const logarithm = maximum(given, lowestLog / 2);
    return { value: exp(logarithm), log: logarithm };
  }
  const value = maximum(given, epsilon);
  return { value, log: log(value) };
}
