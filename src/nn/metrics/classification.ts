// Precision, recall, F-scores and Matthews' correlation, from exact counts of what was there, what was predicted, and both.

import { cast, equal, greater, mul, select } from "../../graph/ops/arithmetic.ts";
import { scatterAdd } from "../../graph/ops/gather.ts";
import { scalar } from "../../graph/ops/leaf.ts";
import { argmax } from "../../graph/ops/reduce.ts";
import { broadcastTo, reshape, sum } from "../../graph/ops/sum.ts";
import { formatType, type Tensor } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import { alignRanks, expectSameShape } from "../losses/align.ts";
import { type IgnoreClass, labelsOf } from "../losses/crossentropy.ts";
import type { LossWeights } from "../losses.ts";
import { checkClasses, checkConflict, countedLabels, hasOneOutput, holdsLabels } from "./classes.ts";
import { factorOf, type Metric, type Statistics, sums } from "./metric.ts";

/** How the scores of several classes become one. */
export type Average = "micro" | "macro" | "weighted";

export interface DecisionOptions extends IgnoreClass {
  /**
   * How predictions become decisions. A number: an output above it says yes, each output by itself. "argmax": the largest output says which
   * class it is. Where the targets are labels it is "argmax"; for one output, and by default, it is 0.5.
   */
  readonly threshold?: number | "argmax";
}

export interface ClassScoreOptions extends DecisionOptions {
  /**
   * "micro": one score from the counts of all classes. "macro": the mean of the classes' scores; classes that are neither there nor
   * predicted are left out. "weighted": the same mean, weighed by how often the classes are there. Default "micro" for outputs that decide
   * by themselves, "macro" for classes of which one is right.
   */
  readonly average?: Average;
  /** Score this class alone. */
  readonly classId?: number;
}

export interface FScoreOptions extends ClassScoreOptions {
  /** How much more recall counts than precision. Default 1. */
  readonly beta?: number;
}

/** What a class's score is made of: the weights of samples where it is there and predicted, predicted, and there. */
export interface ClassCounts {
  readonly hits: number;
  readonly predicted: number;
  readonly actual: number;
}

/** A metric from the counts of each class. */
export function classMetric(
  name: string,
  options: ClassScoreOptions,
  score: (counts: ClassCounts) => number,
): Metric {
  const { classId, average } = options;
  checkConflict(name, { classId, average });
  return {
    name,
    update(yTrue, yPred, weights = {}) {
      const { counts, byArgmax } = countDecisions(name, yTrue, yPred, options, weights);
      checkClasses(name, options, yPred);
      return { ...counts, byArgmax: scalar(Number(byArgmax), yPred.dtype) };
    },
    begin: (saved) =>
      sums(saved, (totals) => {
        if (totals.total?.[0] === 0) return Number.NaN;
        const classes = classesOf(totals);
        const one = classId === undefined ? undefined : classes[classId];
        if (one !== undefined) return score(one);
        return averaged(classes, average ?? (totals.byArgmax?.[0] === 0 ? "micro" : "macro"), score);
      }),
  };
}

/** hits / predicted; 0 where nothing was predicted. */
export const precisionOf = ({ hits, predicted }: ClassCounts): number => ratio(hits, predicted);

/** hits / actual; 0 where there was nothing to find. */
export const recallOf = ({ hits, actual }: ClassCounts): number => ratio(hits, actual);

/** (1 + β²)·hits / (β²·actual + predicted), the weighted harmonic mean of recall and precision. */
export const fScoreOf =
  (beta: number) =>
  ({ hits, predicted, actual }: ClassCounts): number =>
    ratio((1 + beta ** 2) * hits, beta ** 2 * actual + predicted);

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** One score for several classes. */
export function averaged(
  classes: readonly ClassCounts[],
  average: Average,
  score: (counts: ClassCounts) => number,
): number {
  if (average === "micro") return score(classes.reduce(added));
  const present = classes.filter(({ predicted, actual }) => predicted + actual > 0);
  const weights = present.map(({ actual }) => (average === "macro" ? 1 : actual));
  const all = weights.reduce((total, weight) => total + weight, 0);
  return ratio(
    present.reduce((total, counts, i) => total + (weights[i] ?? 0) * score(counts), 0),
    all,
  );
}

const added = (a: ClassCounts, b: ClassCounts): ClassCounts => ({
  hits: a.hits + b.hits,
  predicted: a.predicted + b.predicted,
  actual: a.actual + b.actual,
});

/**
 * Matthews' correlation of decisions and truth: 1 all right, 0 no better than chance, -1 all wrong; for several classes
 *
 *     (c·s - Σ p_k·t_k) / √((s² - Σ p_k²)·(s² - Σ t_k²))
 *
 * with c right ones of s, class k being predicted p_k and there t_k times. 0 where one of them is always the same class.
 *
 * Source: Matthews, Biochim. Biophys. Acta 405 (1975); for several classes Gorodkin, Comput. Biol. Chem. 28 (2004).
 */
export function matthewsCorrelation(name: string, options: DecisionOptions): Metric {
  return {
    name,
    update(yTrue, yPred, weights = {}) {
      const threshold = options.threshold ?? (hasOneOutput(yPred) ? 0.5 : "argmax");
      const { counts } = countDecisions(name, yTrue, yPred, { ...options, threshold }, weights);
      if (threshold === "argmax" || counts.actual.size === 1) return counts;
      throw new RecurraError(
        "metric-shape",
        `metric ${name}: a threshold tells two classes apart, the predictions ${formatType(yPred)} have ${counts.actual.size}`,
      );
    },
    begin: (saved) =>
      sums(saved, (totals) => {
        const total = totals.total?.[0] ?? 0;
        return total === 0 ? Number.NaN : correlation(classesOf(totals), total);
      }),
  };
}

function correlation(classes: readonly ClassCounts[], total: number): number {
  const [only] = classes;
  // One output stands for two classes: what it does not say yes to, it says no to.
  const all =
    classes.length === 1 && only !== undefined
      ? [
          only,
          {
            hits: total - only.predicted - only.actual + only.hits,
            predicted: total - only.predicted,
            actual: total - only.actual,
          },
        ]
      : classes;
  const sumOf = (term: (counts: ClassCounts) => number) => all.reduce((sum, counts) => sum + term(counts), 0);
  const shared = sumOf(({ predicted, actual }) => predicted * actual);
  const spread = (term: (counts: ClassCounts) => number) => total ** 2 - sumOf((counts) => term(counts) ** 2);
  const scale = Math.sqrt(spread(({ predicted }) => predicted) * spread(({ actual }) => actual));
  return ratio(sumOf(({ hits }) => hits) * total - shared, scale);
}

/** Statistics of a batch: for each class, and the weight of all samples, or, where outputs decide by themselves, of all outputs. */
type CountTensors = Readonly<Record<"hits" | "predicted" | "actual" | "total", Tensor>>;

function countDecisions(
  name: string,
  yTrue: Tensor,
  yPred: Tensor,
  options: DecisionOptions,
  weights: LossWeights,
): { readonly counts: CountTensors; readonly byArgmax: boolean } {
  const { threshold } = options;
  if (hasOneOutput(yPred)) {
    if (threshold !== "argmax")
      return { counts: eachOutput(name, yTrue, yPred, threshold, weights), byArgmax: false };
    throw new RecurraError(
      "metric-shape",
      `metric ${name}: threshold "argmax" chooses one of several classes, the predictions ${formatType(yPred)} have one output`,
    );
  }
  if (holdsLabels(yTrue, yPred)) {
    if (typeof threshold !== "number")
      return { counts: byLabel(yTrue, yPred, options, weights), byArgmax: true };
    throw new RecurraError(
      "metric-shape",
      `metric ${name}: threshold ${threshold} decides on each output by itself, the targets ${formatType(yTrue)} are labels; ` +
        'give one-hot targets, or leave it at "argmax"',
    );
  }
  if (threshold !== "argmax")
    return { counts: eachOutput(name, yTrue, yPred, threshold, weights), byArgmax: false };
  expectSameShape(`metric ${name}`, yTrue, yPred);
  return { counts: byLabel(argmax(yTrue), yPred, {}, weights), byArgmax: true };
}

/** Counts where each output is a yes or a no: [..., C] -> [C]. */
function eachOutput(
  name: string,
  yTrue: Tensor,
  yPred: Tensor,
  threshold = 0.5,
  weights: LossWeights = {},
): CountTensors {
  const [target, predicted] = alignRanks(cast(yTrue, yPred.dtype), yPred);
  expectSameShape(`metric ${name}`, target, predicted);
  const factor = factorOf(predicted, weights) ?? broadcastTo(scalar(1, predicted.dtype), predicted.shape);
  const columns = hasOneOutput(yPred) ? 1 : (yPred.shape.at(-1) ?? 1);
  const total = (x: Tensor) => sum(reshape(x, [-1, columns]), 0);
  const actual = mul(factor, cast(greater(target, 0.5), factor.dtype));
  const says = cast(greater(predicted, threshold), factor.dtype);
  return {
    hits: total(mul(actual, says)),
    predicted: total(mul(factor, says)),
    actual: total(actual),
    total: sum(factor),
  };
}

/** Counts where one class is right: labels [...], predictions [..., C] -> [C]. */
function byLabel(yTrue: Tensor, yPred: Tensor, ignore: IgnoreClass, weights: LossWeights): CountTensors {
  const classes = yPred.shape.at(-1) ?? 1;
  const counts = countedLabels(ignore)?.(yTrue, yPred);
  const given = labelsOf(yTrue, yPred);
  const labels = counts === undefined ? given : select(counts, given, 0);
  const chosen = cast(argmax(yPred), labels.dtype);
  const right = cast(equal(labels, chosen), yPred.dtype);
  const factor = factorOf(right, weights, counts) ?? broadcastTo(scalar(1, right.dtype), right.shape);
  return {
    hits: scatterAdd(classes, labels, mul(factor, right)),
    predicted: scatterAdd(classes, chosen, factor),
    actual: scatterAdd(classes, labels, factor),
    total: sum(factor),
  };
}

function classesOf({ hits, predicted, actual = new Float64Array() }: Statistics): ClassCounts[] {
  return Array.from(actual, (count, i) => ({
    hits: hits?.[i] ?? Number.NaN,
    predicted: predicted?.[i] ?? Number.NaN,
    actual: count,
  }));
}
