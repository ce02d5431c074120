// Ridge regression on the classes: a linear classifier for many more features than series, its penalty chosen by leaving one out.

import { dot } from "../../numeric/matrix.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { Random } from "../../tensor/random.ts";
import { addRows, solveBySteps } from "./conjugate-gradients.ts";
import { factorOf, gramOf, solve } from "./gram-system.ts";
import { choosePenalty, withoutDirection, withoutPart } from "./leave-one-out.ts";
import { sharpnessOf, softmaxOf } from "./sharpness.ts";
import { standardize } from "./standardize.ts";

/** A linear classifier of features. */
export interface RidgeClassifier {
  /** [F] What is taken off each feature. */
  readonly means: Float32Array;
  /** [S, F] Weights of the features less their means, for each score. */
  readonly weights: Float32Array;
  /** [S] */
  readonly intercepts: Float64Array;
  /** What scores are multiplied by before the softmax. */
  readonly sharpness: number;
  /** The penalty that was chosen, in units of a feature's variance times the number of features. */
  readonly penalty: number;
}

export interface RidgeOptions {
  /** K */
  readonly classes: number;
  /** [K] */
  readonly classWeight: Float64Array;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/** The penalty is chosen on at most so many series: the work grows with their cube. */
const CHOSEN_ON = 1000;

/** Up to so many series the equations are solved at once; of more, by steps. */
const SOLVED_AT_ONCE = 3000;

/**
 * Fits scores of +1 for a series' class and -1 for the others (one score for two classes) to standardised features, by least squares with
 * a penalty on the weights. The penalty is the one with the least squared error of each series by the others (Golub, Heath and Wahba
 * 1979); scores become probabilities by a softmax, as sharp as fits those same held-out scores best.
 *
 * @param features [N, F], written over
 * @param labels [N]
 */
export async function fitRidge(
  features: Float32Array,
  labels: Int32Array,
  options: RidgeOptions,
): Promise<RidgeClassifier> {
  const { classes, classWeight, seed, signal } = options;
  const count = labels.length;
  const width = features.length / count;
  const weights = Float64Array.from(labels, (label) => classWeight[label] ?? 1);
  const { means, factors } = standardize(features, weights);
  const targets = targetsOf(labels, classes);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const intercepts = Float64Array.from(targets, (target) => dot(target, weights) / total);
  const centred = targets.map((target, s) =>
    target.map((y, n) => Math.sqrt(weights[n] ?? 1) * (y - (intercepts[s] ?? 0))),
  );

  const z = new NdArray(features, [count, width]);
  const some =
    count <= CHOSEN_ON ? undefined : new Random(seed).fold(2).permutation(count).subarray(0, CHOSEN_ON);
  const take = (values: Float64Array) =>
    some === undefined ? values : Float64Array.from(some, (n) => values[n] ?? 0);
  const ownWeights = take(weights);
  const intercept = unit(ownWeights.map(Math.sqrt));
  const matrix = withoutDirection(await gramOf(some === undefined ? z : z.takeRows(some)), intercept);
  const chosen = await choosePenalty(
    matrix,
    centred.map((target) => withoutPart(take(target), intercept)),
    intercept,
    signal,
  );
  const sharpness = sharpnessOf(
    chosen.heldOut.map((values, s) =>
      values.map((value, i) => value / Math.sqrt(ownWeights[i] ?? 1) + (intercepts[s] ?? 0)),
    ),
    some === undefined ? labels : Int32Array.from(some, (n) => labels[n] ?? 0),
    classes,
  );
  const duals = some === undefined ? chosen.duals : await solveAll(z, centred, chosen.penalty, signal);
  const own = new Float32Array(targets.length * width);
  for (const [s, dual] of duals.entries()) addRows(own.subarray(s * width, (s + 1) * width), features, dual);
  // Standardised features were z = (f - mean) · factor.
  for (let i = 0; i < own.length; i++) own[i] = (own[i] ?? 0) * (factors[i % width] ?? 0);
  return { means, weights: own, intercepts, sharpness, penalty: chosen.penalty };
}

/** [N, K] Probabilities of rows of features. @param features [N, F] */
export function ridgeProbabilities(
  model: RidgeClassifier,
  features: Float32Array,
  classes: number,
): Float64Array {
  const width = model.means.length;
  const count = features.length / width;
  const scores = model.intercepts.length;
  const result = new Float64Array(count * classes);
  const own = new Float64Array(scores);
  for (let n = 0; n < count; n++) {
    for (let s = 0; s < scores; s++) {
      let sum = model.intercepts[s] ?? 0;
      for (let f = 0; f < width; f++)
        sum += ((features[n * width + f] ?? 0) - (model.means[f] ?? 0)) * (model.weights[s * width + f] ?? 0);
      own[s] = sum;
    }
    result.set(softmaxOf(own, model.sharpness, classes), n * classes);
  }
  return result;
}

/** [S][N] +1 for a series of the class that a score is of, -1 for the others. One score for two classes, that of the second. */
function targetsOf(labels: Int32Array, classes: number): readonly Float64Array[] {
  const scored = classes === 2 ? [1] : Array.from({ length: classes }, (_, k) => k);
  return scored.map((k) => Float64Array.from(labels, (label) => (label === k ? 1 : -1)));
}

/** [S][N] The solutions of (Z·Zᵀ + λI)·c = y for all series. @param z [N, F] @param targets [S][N] */
async function solveAll(
  z: NdArray,
  targets: readonly Float64Array[],
  penalty: number,
  signal: AbortSignal | undefined,
): Promise<readonly Float64Array[]> {
  if ((z.shape[0] ?? 0) > SOLVED_AT_ONCE) {
    const duals: Float64Array[] = [];
    for (const target of targets)
      duals.push(await solveBySteps(z.data as Float32Array, target, penalty, signal));
    return duals;
  }
  const factor = factorOf(await gramOf(z), penalty);
  // With a penalty it is positive definite, beyond any rounding.
  if (factor === undefined) throw new TypeError("a Gram matrix has a factor");
  return targets.map((target) => solve(factor, target));
}

/** Of length 1. */
function unit(values: Float64Array): Float64Array {
  const length = Math.sqrt(dot(values, values));
  return values.map((value) => value / length);
}
