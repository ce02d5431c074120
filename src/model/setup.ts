// What a model is compiled for: loss, optimiser and metrics, checked and resolved.

import { checkedNumber, checkOptionNames, describe } from "../nn/choice.ts";
import { type Loss, type ResolvedLoss, loss as resolveLoss } from "../nn/losses.ts";
import { type Metric, type MetricChoice, metric as resolveMetric } from "../nn/metrics.ts";
import { type OptimizerChoice, optimizer as resolveOptimizer } from "../nn/optimizers/index.ts";
import type { Optimizer } from "../nn/optimizers/optimizer.ts";
import { RecurraError } from "../platform/error.ts";
import type { CompileOptions } from "../runtime/compile.ts";

export interface CompileModelOptions extends CompileOptions {
  /** Default "adam". */
  readonly optimizer?: OptimizerChoice;
  readonly loss: Loss;
  /** What is measured beside the loss, "accuracy" for instance. */
  readonly metrics?: readonly MetricChoice[];
}

/** What `compile` resolved. */
export interface TrainingSetup {
  readonly loss: ResolvedLoss;
  readonly optimizer: Optimizer;
  readonly metrics: readonly Metric[];
  readonly compile: CompileModelOptions;
}

const optionNames: readonly (keyof CompileModelOptions)[] = [
  "optimizer",
  "loss",
  "metrics",
  "device",
  "threads",
  "optimize",
  "label",
];

/** @throws RecurraError `unknown-option`, `unknown-name`, `option-value` */
export function resolveSetup(options: CompileModelOptions): TrainingSetup {
  checkOptionNames("compile", options, optionNames);
  const { loss, optimizer = "adam", metrics = [], device, threads = 1 } = options;
  if (!Array.isArray(metrics)) {
    throw new RecurraError(
      "option-value",
      `compile: metrics is to be a list, such as ["accuracy"], got ${describe(metrics)}`,
    );
  }
  checkedNumber(
    "compile: threads",
    threads,
    (count) => Number.isInteger(count) && count > 0,
    "a positive whole number",
  );
  if (device !== undefined && typeof device.load !== "function") {
    throw new RecurraError(
      "option-value",
      `compile: device is to be an object that loads models, got ${describe(device)}`,
    );
  }
  const resolved = metrics.map((metric: MetricChoice) => resolveMetric(metric));
  checkNames(["loss", ...resolved.map(({ name }) => name)]);
  return {
    loss: resolveLoss(loss),
    optimizer: resolveOptimizer(optimizer),
    metrics: resolved,
    compile: options,
  };
}

/** Fails where two logs would have one name. */
function checkNames(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return;
  throw new RecurraError("option-value", `compile: two of the logs ${names.join(", ")} are named ${twice}`);
}
