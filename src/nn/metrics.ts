// Metrics: chosen by name or config; exact over batches of any size.

import { cast, sub } from "../graph/ops/arithmetic.ts";
import { square } from "../graph/ops/functions.ts";
import type { Tensor } from "../graph/tensor.ts";
import { checkedConfig, checkedNumber, describe, type OptionNames } from "./choice.ts";
import { alignRanks, expectSameShape } from "./losses/align.ts";
import { type LossConfig, type LossFunction, loss } from "./losses.ts";
import {
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  sparseTopKAccuracy,
  topKAccuracy,
} from "./metrics/accuracy.ts";
import { type Metric, meanMetric } from "./metrics/metric.ts";
import { r2 } from "./metrics/r2.ts";

export type { Metric, Statistics } from "./metrics/metric.ts";

/** Losses that are metrics as well: their mean. */
type LossMetricName =
  | "meanSquaredError"
  | "mse"
  | "meanAbsoluteError"
  | "mae"
  | "meanAbsolutePercentageError"
  | "mape"
  | "meanSquaredLogarithmicError"
  | "msle"
  | "logCosh"
  | "poisson"
  | "klDivergence"
  | "binaryCrossentropy"
  | "categoricalCrossentropy"
  | "sparseCategoricalCrossentropy";

export interface ThresholdOption {
  /** Probabilities above it count as 1. Default 0.5. */
  readonly threshold?: number;
}

export interface TopKOption {
  /** How many classes may be named. Default 5. */
  readonly k?: number;
}

export interface LogitsOption {
  /** The predictions are logits and not probabilities. Default false. */
  readonly fromLogits?: boolean;
}

/** A metric with its options, as a saved model holds it. */
export type MetricConfig =
  | { readonly name: "accuracy" | "categoricalAccuracy" | "sparseCategoricalAccuracy" }
  | ({ readonly name: "binaryAccuracy" } & ThresholdOption)
  | ({ readonly name: "topKCategoricalAccuracy" | "sparseTopKCategoricalAccuracy" } & TopKOption)
  | { readonly name: "rootMeanSquaredError" | "rmse" | "r2" }
  | { readonly name: Exclude<LossMetricName, CrossentropyName> }
  | ({ readonly name: CrossentropyName } & LogitsOption);

type CrossentropyName = "binaryCrossentropy" | "categoricalCrossentropy" | "sparseCategoricalCrossentropy";

export type MetricName = MetricConfig["name"];

/** What `compile` takes for a metric. A function gives values [B, ...], of which the metric is the mean. */
export type MetricChoice = MetricName | MetricConfig | Metric | LossFunction;

const optionNames = {
  accuracy: [],
  binaryAccuracy: ["threshold"],
  categoricalAccuracy: [],
  sparseCategoricalAccuracy: [],
  topKCategoricalAccuracy: ["k"],
  sparseTopKCategoricalAccuracy: ["k"],
  meanSquaredError: [],
  mse: [],
  meanAbsoluteError: [],
  mae: [],
  rootMeanSquaredError: [],
  rmse: [],
  meanAbsolutePercentageError: [],
  mape: [],
  meanSquaredLogarithmicError: [],
  msle: [],
  r2: [],
  logCosh: [],
  poisson: [],
  klDivergence: [],
  binaryCrossentropy: ["fromLogits"],
  categoricalCrossentropy: ["fromLogits"],
  sparseCategoricalCrossentropy: ["fromLogits"],
} as const satisfies OptionNames & Record<MetricName, readonly string[]>;

/**
 * The metric that a choice stands for. Its name in logs is the one that was chosen.
 *
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`; `update` throws `loss-shape` for targets and predictions that
 *   do not go together
 */
export function metric(choice: MetricChoice): Metric {
  if (typeof choice === "function") {
    return meanMetric(choice.name || "metric", (yTrue, yPred) =>
      choice(...alignRanks(cast(yTrue, yPred.dtype), yPred)),
    );
  }
  if (typeof choice === "object" && choice !== null && "update" in choice) return choice;
  const config = checkedConfig("metric", choice, optionNames) as MetricConfig;
  const { name } = config;
  const what = (option: string) => `metric ${name}: ${option}`;
  switch (config.name) {
    case "accuracy":
      return meanMetric(name, accuracy);
    case "categoricalAccuracy":
      return meanMetric(name, categoricalAccuracy);
    case "sparseCategoricalAccuracy":
      return meanMetric(name, sparseCategoricalAccuracy);
    case "binaryAccuracy": {
      const threshold = checkedNumber(
        what("threshold"),
        config.threshold ?? 0.5,
        Number.isFinite,
        "a number",
      );
      return meanMetric(name, (yTrue, yPred) => binaryAccuracy(yTrue, yPred, threshold));
    }
    case "topKCategoricalAccuracy":
    case "sparseTopKCategoricalAccuracy": {
      const positive = (value: number) => Number.isInteger(value) && value > 0;
      const k = checkedNumber(what("k"), config.k ?? 5, positive, "a positive whole number");
      const rule = name === "topKCategoricalAccuracy" ? topKAccuracy : sparseTopKAccuracy;
      return meanMetric(name, (yTrue, yPred) => rule(yTrue, yPred, k));
    }
    case "rootMeanSquaredError":
    case "rmse":
      return meanMetric(name, squaredErrors, Math.sqrt);
    case "r2":
      return r2(name);
    case "meanSquaredError":
    case "mse":
    case "meanAbsoluteError":
    case "mae":
    case "meanAbsolutePercentageError":
    case "mape":
    case "meanSquaredLogarithmicError":
    case "msle":
    case "logCosh":
    case "poisson":
    case "klDivergence":
    case "binaryCrossentropy":
    case "categoricalCrossentropy":
    case "sparseCategoricalCrossentropy":
      return meanMetric(name, loss(config as LossConfig).call);
    default:
      throw new TypeError(`no metric for ${describe(config satisfies never)}`);
  }
}

/** (yTrue - yPred)², element by element. */
function squaredErrors(yTrue: Tensor, yPred: Tensor): Tensor {
  const [target, predicted] = alignRanks(cast(yTrue, yPred.dtype), yPred);
  expectSameShape("metric rootMeanSquaredError", target, predicted);
  return square(sub(predicted, target));
}
