// Which models with multiplicative errors are no candidates, although their likelihood may be the greatest.

import type { Estimate } from "./estimate.ts";

/**
 * Standard deviations of relative errors from which a model with a trend, and any model, is none. Errors that are normal and relative
 * make values of 0 or less likely when they are large, and the likelihood then prefers slopes that lead away from the values.
 */
const LARGEST_ERROR = { withTrend: 0.15, any: 0.5 } as const;
/** How much greater the sum of squared errors may be than that of the same model with additive errors. */
const LARGEST_RATIO = 1.15;
/** Mean squares below this are rounding, for values of about 1. */
const ROUNDING = 1e-20;

/**
 * The estimates without those whose multiplicative errors are implausible: too large for normal ones, or of a model that forecasts the
 * values themselves worse than its additive counterpart. Both limits were set on held-out ends of the training series of M3 and of some
 * of M4's hourly and weekly ones, where they take 1 % off the sMAPE of M3 and a third off that of the hourly series.
 *
 * @param observed how many values the estimates are of
 */
export function plausible(estimates: readonly Estimate[], observed: number): readonly Estimate[] {
  const kept = estimates.filter((one) => {
    const { form, squares, relativeSquares } = one;
    if (form.error === "A") return true;
    const limit = form.trend === "N" ? LARGEST_ERROR.any : LARGEST_ERROR.withTrend;
    if (relativeSquares > observed * limit * limit) return false;
    const counterpart = estimates.find(
      (other) =>
        other.form.error === "A" &&
        other.form.trend === form.trend &&
        (other.form.season === "N") === (form.season === "N"),
    );
    return counterpart === undefined || squares <= LARGEST_RATIO * counterpart.squares + observed * ROUNDING;
  });
  return kept.length > 0 ? kept : estimates;
}
