// Ridge regression on the classes: a linear classifier for many more features than series, its penalty chosen by leaving one out.

import { transpose } from "../../graph/ops/layout.ts";
import { matmul } from "../../graph/ops/matmul.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { jit } from "../../runtime/jit.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { Random } from "../../tensor/random.ts";
import { choleskyOf, diagonalOfInverse, solveCholesky } from "./cholesky.ts";

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

/** 1e-5 to 1, evenly by the logarithm. */
const PENALTIES = Array.from({ length: 10 }, (_, i) => 10 ** (-5 + (5 * i) / 9));

/** The penalty is chosen on at most so many series: the work grows with their cube. */
const CHOSEN_ON = 1000;

/** Up to so many series the equations are solved at once; of more, by steps. */
const SOLVED_AT_ONCE = 3000;

const gram = (z: Tensor) => matmul(z, transpose(z, [1, 0]));

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
  const scales = standardize(features, weights);
  const scores = classes === 2 ? 1 : classes;
  const targets = Array.from({ length: scores }, (_, s) =>
    Float64Array.from(labels, (label) => (label === (classes === 2 ? 1 : s) ? 1 : -1)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const intercepts = Float64Array.from(targets, (target) => weightedSum(target, weights) / total);
  const centred = targets.map((target, s) =>
    target.map((y, n) => Math.sqrt(weights[n] ?? 1) * (y - (intercepts[s] ?? 0))),
  );

  const rows =
    count <= CHOSEN_ON ? undefined : new Random(seed).fold(2).permutation(count).subarray(0, CHOSEN_ON);
  const take = (values: Float64Array) =>
    rows === undefined ? values : Float64Array.from(rows, (n) => values[n] ?? 0);
  const all = new NdArray(features, [count, width]);
  const intercept = unit(take(weights).map(Math.sqrt));
  const matrix = withoutDirection(await gramOf(rows === undefined ? all : all.takeRows(rows)), intercept);
  signal?.throwIfAborted();
  const chosen = choosePenalty(
    matrix,
    centred.map((target) => withoutPart(take(target), intercept)),
    intercept,
    signal,
  );
  const sharpness = sharpnessOf(
    chosen.heldOut.map((values, s) =>
      values.map((value, i) => value / Math.sqrt(take(weights)[i] ?? 1) + (intercepts[s] ?? 0)),
    ),
    rows === undefined ? labels : Int32Array.from(rows, (n) => labels[n] ?? 0),
    classes,
  );
  const duals =
    rows === undefined
      ? chosen.duals
      : count <= SOLVED_AT_ONCE
        ? solveAll(await gramOf(all), centred, chosen.penalty)
        : centred.map((target) => solveBySteps(features, target, chosen.penalty, signal));
  const own = new Float32Array(scores * width);
  for (const [s, dual] of duals.entries()) addRows(own.subarray(s * width, (s + 1) * width), features, dual);
  // Standardised features were z = (f - mean) · scale.
  for (let i = 0; i < own.length; i++) own[i] = (own[i] ?? 0) * (scales.factors[i % width] ?? 0);
  return { means: scales.means, weights: own, intercepts, sharpness, penalty: chosen.penalty };
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

/**
 * Brings features to mean 0 and variance 1 / F, so that the sum of a row's squares is about 1, and weighs the rows by the roots of their
 * weights. Features that are the same in all series become 0.
 */
function standardize(
  features: Float32Array,
  weights: Float64Array,
): { readonly means: Float32Array; readonly factors: Float64Array } {
  const count = weights.length;
  const width = features.length / count;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sums = new Float64Array(width);
  for (let n = 0; n < count; n++) {
    const weight = weights[n] ?? 0;
    for (let f = 0; f < width; f++) sums[f] = (sums[f] ?? 0) + weight * (features[n * width + f] ?? 0);
  }
  const means = Float32Array.from(sums, (sum) => sum / total);
  const squares = new Float64Array(width);
  for (let n = 0; n < count; n++) {
    const weight = weights[n] ?? 0;
    for (let f = 0; f < width; f++) {
      const deviation = (features[n * width + f] ?? 0) - (means[f] ?? 0);
      squares[f] = (squares[f] ?? 0) + weight * deviation * deviation;
    }
  }
  const factors = squares.map((square) =>
    square / total > 1e-12 ? 1 / Math.sqrt((square / total) * width) : 0,
  );
  for (let n = 0; n < count; n++) {
    const root = Math.sqrt(weights[n] ?? 1);
    for (let f = 0; f < width; f++) {
      const place = n * width + f;
      features[place] = root * ((features[place] ?? 0) - (means[f] ?? 0)) * (factors[f] ?? 0);
    }
  }
  return { means, factors };
}

/** [N, N] Z·Zᵀ */
async function gramOf(z: NdArray): Promise<Float64Array> {
  const product = await jit(gram)(z);
  return (product as NdArray).toFloat64();
}

/** (I - u·uᵀ)·K·(I - u·uᵀ), in place: rounding, and rows that are some of all, leave a part along u. */
function withoutDirection(matrix: Float64Array, u: Float64Array): Float64Array {
  const size = u.length;
  const product = Float64Array.from(u, (_, i) => dot(matrix.subarray(i * size, (i + 1) * size), u));
  const both = dot(product, u);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const part =
        (u[i] ?? 0) * (product[j] ?? 0) + (product[i] ?? 0) * (u[j] ?? 0) - both * (u[i] ?? 0) * (u[j] ?? 0);
      matrix[i * size + j] = (matrix[i * size + j] ?? 0) - part;
    }
  }
  return matrix;
}

function withoutPart(values: Float64Array, u: Float64Array): Float64Array {
  const part = dot(values, u);
  return values.map((value, i) => value - part * (u[i] ?? 0));
}

function unit(values: Float64Array): Float64Array {
  const length = Math.sqrt(dot(values, values));
  return values.map((value) => value / length);
}

interface Chosen {
  readonly penalty: number;
  /** [S][N] */
  readonly duals: readonly Float64Array[];
  /** [S][N] What each row would have been without itself. */
  readonly heldOut: readonly Float64Array[];
}

/**
 * With G = (K + λI)⁻¹ and c = G·y, the error of a row by the others is c_i / (G_ii - u_i² / λ), u being the direction of the intercept,
 * which is not held back by the penalty: K·u = 0.
 */
/** Exported for its test. */
export function choosePenalty(
  matrix: Float64Array,
  targets: readonly Float64Array[],
  intercept: Float64Array,
  signal: AbortSignal | undefined,
): Chosen {
  let best: (Chosen & { readonly error: number }) | undefined;
  for (const penalty of PENALTIES) {
    signal?.throwIfAborted();
    const factor = choleskyOf(matrix, penalty);
    if (factor === undefined) continue;
    const diagonal = diagonalOfInverse(factor).map((value, i) => value - (intercept[i] ?? 0) ** 2 / penalty);
    const duals = targets.map((target) => solveCholesky(factor, target));
    const errors = duals.map((dual) => dual.map((value, i) => value / (diagonal[i] ?? 1)));
    const error = errors.reduce(
      (sum, one) => sum + one.reduce((total, value) => total + value * value, 0),
      0,
    );
    if (best !== undefined && error >= best.error) continue;
    const heldOut = targets.map((target, s) => target.map((y, i) => y - (errors[s]?.[i] ?? 0)));
    best = { penalty, duals, heldOut, error };
  }
  // With the greatest penalty, the matrix is positive definite beyond any rounding.
  if (best === undefined) throw new TypeError("a Gram matrix has a factor");
  return best;
}

function solveAll(
  matrix: Float64Array,
  targets: readonly Float64Array[],
  penalty: number,
): readonly Float64Array[] {
  const factor = choleskyOf(matrix, penalty);
  if (factor === undefined) throw new TypeError("a Gram matrix has a factor");
  return targets.map((target) => solveCholesky(factor, target));
}

/** (Z·Zᵀ + λI)·c = y by conjugate gradients (Hestenes and Stiefel 1952), without the product. @param z [N, F] */
function solveBySteps(
  z: Float32Array,
  y: Float64Array,
  penalty: number,
  signal: AbortSignal | undefined,
): Float64Array {
  const width = z.length / y.length;
  const solution = new Float64Array(y.length);
  const residual = Float64Array.from(y);
  const direction = Float64Array.from(y);
  const wide = new Float64Array(width);
  let square = dot(residual, residual);
  const enough = 1e-10 * square;
  for (let step = 0; step < 300 && square > enough; step++) {
    signal?.throwIfAborted();
    wide.fill(0);
    addRows(wide, z, direction);
    const product = direction.map((value, n) => penalty * value + rowDot(z, n, wide));
    const stride = square / dot(direction, product);
    for (let n = 0; n < y.length; n++) {
      solution[n] = (solution[n] ?? 0) + stride * (direction[n] ?? 0);
      residual[n] = (residual[n] ?? 0) - stride * (product[n] ?? 0);
    }
    const next = dot(residual, residual);
    for (let n = 0; n < y.length; n++)
      direction[n] = (residual[n] ?? 0) + (next / square) * (direction[n] ?? 0);
    square = next;
  }
  return solution;
}

/** Adds Zᵀ·c. @param sum [F] @param z [N, F] @param c [N] */
function addRows(sum: Float32Array | Float64Array, z: Float32Array, c: Float64Array): void {
  const width = sum.length;
  for (let n = 0; n < c.length; n++) {
    const factor = c[n] ?? 0;
    for (let f = 0; f < width; f++) sum[f] = (sum[f] ?? 0) + factor * (z[n * width + f] ?? 0);
  }
}

function rowDot(z: Float32Array, n: number, wide: Float64Array): number {
  let sum = 0;
  for (let f = 0; f < wide.length; f++) sum += (z[n * wide.length + f] ?? 0) * (wide[f] ?? 0);
  return sum;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let n = 0; n < a.length; n++) sum += (a[n] ?? 0) * (b[n] ?? 0);
  return sum;
}

function weightedSum(values: Float64Array, weights: Float64Array): number {
  return values.reduce((sum, value, n) => sum + value * (weights[n] ?? 0), 0);
}

/**
 * The factor of the scores with the least log loss, by golden-section search of its logarithm. The true class is meant to get a little less
 * than 1, (N_k + 1) / (N_k + 2), so that scores without an error do not become certainties (Platt 1999).
 *
 * @param scores [S][N]
 */
function sharpnessOf(scores: readonly Float64Array[], labels: Int32Array, classes: number): number {
  const own = new Float64Array(scores.length);
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const lossOf = (sharpness: number) => {
    let sum = 0;
    for (const [n, label] of labels.entries()) {
      for (let s = 0; s < own.length; s++) own[s] = scores[s]?.[n] ?? 0;
      const aim = ((counts[label] ?? 0) + 1) / ((counts[label] ?? 0) + 2);
      for (const [k, share] of softmaxOf(own, sharpness, classes).entries())
        sum -= (k === label ? aim : (1 - aim) / (classes - 1)) * Math.log(Math.max(share, 1e-15));
    }
    return sum;
  };
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(0.05), Math.log(50)];
  for (let i = 0; i < 40; i++) {
    const [left, right] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (lossOf(Math.exp(left)) < lossOf(Math.exp(right))) high = right;
    else low = left;
  }
  return Math.exp((low + high) / 2);
}

/** Probabilities of scores; one score is the second of two classes', the first one's is its negative. */
function softmaxOf(scores: Float64Array, sharpness: number, classes: number): Float64Array {
  const all = classes === 2 ? Float64Array.of(-(scores[0] ?? 0), scores[0] ?? 0) : scores;
  const most = Math.max(...all);
  const exponentials = all.map((score) => Math.exp(sharpness * (score - most)));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}
