// Explainers of models that read rows of numbers: by KernelSHAP, by the definition, by random orders, or by occlusion.

import { checkOptionNames } from "../nn/choice.ts";
import { checkCounts } from "../nn/option-checks.ts";
import type { RowData, WeightedRows } from "./background.ts";
import { exactShapley } from "./exact-shapley.ts";
import { checkFeatureCount, type FeatureCount } from "./feature-selection.ts";
import type { Game } from "./game.ts";
import { kernelShap } from "./kernel-shap.ts";
import { occlude } from "./occlusion.ts";
import { DEFAULT_ORDERS, permutationShapley } from "./permutation-shapley.ts";
import type { Predict } from "./predict.ts";
import { TableExplainer, type TableExplainerOptions } from "./table-explainer.ts";

export interface KernelExplainerOptions extends TableExplainerOptions {
  /** Coalitions of features that are looked at for a row; all 2^F - 2 where that is no more, and values are exact then. Default 2·F + 2048. */
  readonly samples?: number;
  /**
   * How many features of a row may have a value: k by least angle regression, or as many as an information criterion wants on the lasso's path;
   * shap's `l1_reg="num_features(k)"`, "aic" and "bic". Default: all, as with shap's `l1_reg=False`.
   */
  readonly features?: FeatureCount;
}

export interface OcclusionExplainerOptions extends TableExplainerOptions {
  /** Features hidden at once. Default 1. */
  readonly window?: number;
  /** Features from one window to the next. Default 1. */
  readonly stride?: number;
}

export interface PermutationExplainerOptions extends TableExplainerOptions {
  /** Random orders of the features, each walked both ways: 2·(F - 1) coalitions. Default 10. */
  readonly orders?: number;
}

const tableOptions: readonly (keyof TableExplainerOptions)[] = [
  "link",
  "seed",
  "batchSize",
  "names",
  "groups",
  "outputs",
  "backgroundDraws",
];

/**
 * Explains any model by KernelSHAP: contributions of features are Shapley values, estimated from predictions for mixtures of the row with
 * rows of a background.
 *
 *     const explainer = kernelExplainer(net, xTrain.rows(0, 100), { link: "logit" });
 *     const explanation = await explainer.explain(xTest.rows(0, 10));
 *
 * Source: Lundberg and Lee 2017, A unified approach to interpreting model predictions, NeurIPS.
 *
 * @param predict from rows [n, ...] to [n] or [n, outputs]; or a model with such a method
 * @param background [N, ...] rows that stand for what is not known, such as 100 of the training; see {@link sampleRows}, {@link kMeansBackground}
 * @throws RecurraError `unknown-option`, `option-value`, `no-rows`, `input-shape`, `weights`, `names`, `groups`
 */
export function kernelExplainer(
  predict: Predict,
  background: RowData | WeightedRows,
  options: KernelExplainerOptions = {},
): TableExplainer {
  const what = "kernelExplainer";
  checkOptionNames(what, options, [...tableOptions, "samples", "features"]);
  const { samples, features } = options;
  if (samples !== undefined) checkCounts(what, { samples });
  checkFeatureCount(what, features);
  return new TableExplainer(what, predict, background, options, (game, random) =>
    kernelShap(game, { samples, features, random }),
  );
}

/**
 * As {@link kernelExplainer}, by the definition of Shapley values: exact, for rows that differ from the background in at most 16 features.
 *
 * @throws RecurraError as {@link kernelExplainer}; explaining a row of more features `too-many-features`
 */
export function exactExplainer(
  predict: Predict,
  background: RowData | WeightedRows,
  options: TableExplainerOptions = {},
): TableExplainer {
  checkOptionNames("exactExplainer", options, tableOptions);
  return new TableExplainer("exactExplainer", predict, background, options, exactShapley);
}

/**
 * As {@link kernelExplainer}, by what features add in random orders: without bias, and with sums that are exact.
 *
 * @throws RecurraError as {@link kernelExplainer}
 */
export function permutationExplainer(
  predict: Predict,
  background: RowData | WeightedRows,
  options: PermutationExplainerOptions = {},
): TableExplainer {
  const what = "permutationExplainer";
  checkOptionNames(what, options, [...tableOptions, "orders"]);
  const { orders = DEFAULT_ORDERS } = options;
  checkCounts(what, { orders });
  return new TableExplainer(what, predict, background, options, (game, random) =>
    permutationShapley(game, orders, random),
  );
}

/**
 * As {@link kernelExplainer}, by occlusion: what a prediction loses when features are hidden, one or a window of neighbours at a time, and the
 * others stay. The values need not sum to the prediction. A background of one row, such as zeros, replaces what is hidden by that.
 *
 * Source: Zeiler and Fergus 2014, Visualizing and understanding convolutional networks, ECCV, section 4.2.
 *
 * @throws RecurraError as {@link kernelExplainer}
 */
export function occlusionExplainer(
  predict: Predict,
  background: RowData | WeightedRows,
  options: OcclusionExplainerOptions = {},
): TableExplainer {
  const what = "occlusionExplainer";
  checkOptionNames(what, options, [...tableOptions, "window", "stride"]);
  const { window = 1, stride = 1 } = options;
  checkCounts(what, { window, stride });
  const solve = (game: Game) => occlude(game, window, stride);
  return new TableExplainer(what, predict, background, options, solve, true);
}
