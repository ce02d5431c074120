// Which features of a row get a value, where not all of them are to: a few, or as many as an information criterion wants.

import { describe } from "../nn/choice.ts";
import { RecurraError } from "../platform/error.ts";
import type { Coalitions } from "./coalitions.ts";
import { solvePositive } from "./constrained-least-squares.ts";
import { leastAnglePath, type SecondMoments } from "./least-angle.ts";

/** So many features, or as many as Akaike's or the Bayesian information criterion wants. */
export type FeatureCount = number | "aic" | "bic";

/** @throws RecurraError `option-value` for what is neither a count nor a criterion */
export function checkFeatureCount(what: string, features: unknown): void {
  const isCount = typeof features === "number" && Number.isInteger(features) && features > 0;
  if (features === undefined || isCount || features === "aic" || features === "bic") return;
  throw new RecurraError(
    "option-value",
    `${what}: features is to be a positive whole number, "aic" or "bic", got ${describe(features)}`,
  );
}

/** What one output of a game gives for a selection. */
export interface SelectionTask {
  readonly coalitions: Coalitions;
  readonly players: number;
  /** [S] What the coalitions are worth beyond nothing. */
  readonly worth: Float64Array;
  /** What there is to share. */
  readonly gain: number;
}

/**
 * The features that have a share, as Python's shap chooses them by its `l1_reg`: "num_features(k)" by least angle regression, "aic" and "bic"
 * by the lasso on scaled columns. Never none.
 */
export function selectFeatures(task: SelectionTask, features: FeatureCount): readonly number[] {
  const data = seenFromBothEnds(task);
  const chosen = typeof features === "number" ? byCount(data, features) : byCriterion(data, features);
  // Where coalitions are all worth nothing, but the whole is: everyone shares.
  return chosen.length === 0 ? Array.from({ length: task.players }, (_, i) => i) : chosen;
}

/** Moments of a regression of n rows, with what is needed to centre it. */
interface Augmented extends SecondMoments {
  readonly rows: number;
  /** [K] Sums of the columns. */
  readonly sums: Float64Array;
  readonly targetSum: number;
  readonly targetSquares: number;
}

/** Each coalition z twice: z against y with weight w·(M-|z|), and z - 1 against y - gain with weight w·|z|. */
function seenFromBothEnds({ coalitions, players, worth, gain }: SelectionTask): Augmented {
  const { masks, weights } = coalitions;
  const gram = new Float64Array(players * players);
  const correlations = new Float64Array(players);
  const sums = new Float64Array(players);
  let [targetSum, targetSquares] = [0, 0];
  for (let s = 0; s < weights.length; s++) {
    const mask = masks.subarray(s * players, (s + 1) * players);
    const size = mask.reduce((sum, member) => sum + member, 0);
    const inside = (weights[s] ?? 0) * (players - size);
    const outside = (weights[s] ?? 0) * size;
    const y = worth[s] ?? 0;
    targetSum += Math.sqrt(inside) * y + Math.sqrt(outside) * (y - gain);
    targetSquares += inside * y * y + outside * (y - gain) ** 2;
    for (let i = 0; i < players; i++) {
      const isIn = mask[i] === 1;
      correlations[i] = (correlations[i] ?? 0) + (isIn ? inside * y : outside * (gain - y));
      sums[i] = (sums[i] ?? 0) + (isIn ? Math.sqrt(inside) : -Math.sqrt(outside));
      const weight = isIn ? inside : outside;
      for (let j = 0; j < players; j++)
        if (mask[j] === mask[i]) gram[i * players + j] = (gram[i * players + j] ?? 0) + weight;
    }
  }
  return { gram, correlations, sums, targetSum, targetSquares, rows: 2 * weights.length };
}

function byCount(data: Augmented, features: number): readonly number[] {
  return leastAnglePath(data, { steps: features, lasso: false }).at(-1)?.columns ?? [];
}

/**
 * The step of the lasso's path with the least n·log(2πσ²) + RSS/σ² + c·df, where c is 2 or log n, σ² the variance that least squares leave,
 * and df the number of columns.
 *
 * Source: Zou, Hastie and Tibshirani 2007, On the degrees of freedom of the lasso, Annals of Statistics 35(5); `LassoLarsIC` of
 * scikit-learn after `StandardScaler(with_mean=False)`.
 */
function byCriterion(data: Augmented, criterion: "aic" | "bic"): readonly number[] {
  const { moments, squares } = standardized(data);
  const { gram, correlations } = moments;
  const count = correlations.length;
  const residual = (coefficients: Float64Array) => {
    let sum = squares;
    for (let i = 0; i < count; i++) {
      sum -= 2 * (coefficients[i] ?? 0) * (correlations[i] ?? 0);
      for (let j = 0; j < count; j++)
        sum += (coefficients[i] ?? 0) * (coefficients[j] ?? 0) * (gram[i * count + j] ?? 0);
    }
    return Math.max(sum, 0);
  };
  const trace = gram.reduce((sum, value, place) => sum + (place % (count + 1) === 0 ? value : 0), 0);
  const least = residual(solvePositive(gram, correlations, (1e-10 * trace) / count));
  // An exact fit leaves rounding alone: then every column that is in the sum counts.
  const variance = Math.max(least, 1e-14 * squares) / Math.max(1, data.rows - count - 1);
  const price = criterion === "aic" ? 2 : Math.log(data.rows);
  let best: { readonly columns: readonly number[]; readonly value: number } = {
    columns: [],
    value: squares / variance,
  };
  for (const { coefficients } of leastAnglePath(moments, { steps: 500, lasso: true })) {
    const columns = Array.from(coefficients.keys()).filter((i) => coefficients[i] !== 0);
    const value = residual(coefficients) / variance + price * columns.length;
    if (value < best.value) best = { columns, value };
  }
  return best.columns;
}

/** The columns divided by their standard deviations, they and the target centred. */
function standardized({ gram, correlations, sums, targetSum, targetSquares, rows }: Augmented) {
  const count = correlations.length;
  const deviations = sums.map((sum, i) => {
    const variance = (gram[i * count + i] ?? 0) / rows - (sum / rows) ** 2;
    return variance > 0 ? Math.sqrt(variance) : 1;
  });
  const scaled = new Float64Array(count * count);
  for (let i = 0; i < count; i++)
    for (let j = 0; j < count; j++) {
      const centred = (gram[i * count + j] ?? 0) - ((sums[i] ?? 0) * (sums[j] ?? 0)) / rows;
      scaled[i * count + j] = centred / ((deviations[i] ?? 1) * (deviations[j] ?? 1));
    }
  const moments: SecondMoments = {
    gram: scaled,
    correlations: correlations.map(
      (value, i) => (value - ((sums[i] ?? 0) * targetSum) / rows) / (deviations[i] ?? 1),
    ),
  };
  return { moments, squares: targetSquares - targetSum ** 2 / rows };
}
