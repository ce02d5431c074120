// What a model is compiled for: losses, optimiser and metrics, checked and resolved.

import { checkedNumber, checkOptionNames, describe } from "../nn/choice.ts";
import { type Loss, type ResolvedLoss, loss as resolveLoss } from "../nn/losses.ts";
import { type Metric, type MetricChoice, metric as resolveMetric } from "../nn/metrics.ts";
import { type OptimizerChoice, optimizer as resolveOptimizer } from "../nn/optimizers/index.ts";
import type { Optimizer } from "../nn/optimizers/optimizer.ts";
import { RecurraError } from "../platform/error.ts";
import { suggestion } from "../platform/nearest.ts";
import type { CompileOptions } from "../runtime/compile.ts";
import { Meter } from "./meter.ts";
import { isPlainObject } from "./model-data.ts";

/** Something for each output: in order, or by name; an output that is not named has none. */
export type PerOutput<T> = readonly T[] | Readonly<Record<string, T>>;

export interface CompileModelOptions extends CompileOptions {
  /** Default "adam". */
  readonly optimizer?: OptimizerChoice;
  /** The loss, or one for each output. It may be left out where layers add losses of their own. */
  readonly loss?: Loss | PerOutput<Loss>;
  /** What the loss of each output counts in the total. Default 1. */
  readonly lossWeights?: PerOutput<number>;
  /** What is measured beside the loss, "accuracy" for instance; for several outputs, lists by their names. */
  readonly metrics?: readonly MetricChoice[] | Readonly<Record<string, readonly MetricChoice[]>>;
  /** Steps whose gradients are averaged before the weights change: a larger batch in less memory. Default 1. */
  readonly gradientAccumulationSteps?: number;
}

/** What is asked of one output. */
export interface Head {
  /** Its place among the outputs of the model. */
  readonly output: number;
  readonly name: string;
  /** What stands before the names of its metrics in logs: nothing where the model has one output. */
  readonly prefix: string;
  readonly loss: ResolvedLoss;
  readonly lossWeight: number;
  readonly metrics: readonly Metric[];
}

/** What `compile` resolved. */
export interface TrainingSetup {
  /** The outputs that have a loss. */
  readonly heads: readonly Head[];
  readonly optimizer: Optimizer;
  readonly accumulate: number;
  readonly compile: CompileModelOptions;
}

const optionNames: readonly (keyof CompileModelOptions)[] = [
  "optimizer",
  "loss",
  "lossWeights",
  "metrics",
  "gradientAccumulationSteps",
  "device",
  "threads",
  "optimize",
  "label",
];

/**
 * @param outputs names of the model's outputs
 * @throws RecurraError `unknown-option`, `unknown-name`, `option-value`
 */
export function resolveSetup(options: CompileModelOptions, outputs: readonly string[]): TrainingSetup {
  checkOptionNames("compile", options, optionNames);
  const { loss, lossWeights, optimizer = "adam", metrics = [], device, threads = 1 } = options;
  const { gradientAccumulationSteps = 1 } = options;
  const isCount = (count: number) => Number.isInteger(count) && count > 0;
  checkedNumber("compile: threads", threads, isCount, "a positive whole number");
  checkedNumber(
    "compile: gradientAccumulationSteps",
    gradientAccumulationSteps,
    isCount,
    "a positive whole number",
  );
  if (device !== undefined && typeof device.load !== "function") {
    throw new RecurraError(
      "option-value",
      `compile: device is to be an object that loads models, got ${describe(device)}`,
    );
  }
  const losses = lossFor(loss, outputs);
  const weights = lossWeights === undefined ? [] : perOutput<number>("lossWeights", lossWeights, outputs);
  const measured = metricsFor(metrics, outputs);
  const heads = outputs.flatMap((name, output): Head[] => {
    const choice = losses[output];
    const chosen = measured[output] ?? [];
    if (choice === undefined) {
      const given =
        chosen.length > 0 ? "metrics" : weights[output] === undefined ? undefined : "a loss weight";
      if (given !== undefined)
        throw new RecurraError("option-value", `compile: the output ${name} has ${given} but no loss`);
      return [];
    }
    const lossWeight = checkedNumber(
      `compile: lossWeights.${name}`,
      weights[output] ?? 1,
      Number.isFinite,
      "a number",
    );
    return [
      {
        output,
        name,
        prefix: outputs.length > 1 ? `${name}_` : "",
        loss: resolveLoss(choice),
        lossWeight,
        metrics: chosen.map((one) => resolveMetric(one)),
      },
    ];
  });
  checkNames(new Meter(heads).names);
  return {
    heads,
    optimizer: resolveOptimizer(optimizer),
    accumulate: gradientAccumulationSteps,
    compile: options,
  };
}

/** The loss of each output. */
function lossFor(
  loss: CompileModelOptions["loss"],
  outputs: readonly string[],
): readonly (Loss | undefined)[] {
  if (loss === undefined) return [];
  if (Array.isArray(loss) || (isPlainObject(loss) && typeof loss.name !== "string"))
    return perOutput<Loss>("loss", loss as PerOutput<Loss>, outputs);
  if (outputs.length > 1) {
    throw new RecurraError(
      "option-value",
      `compile: loss is one, the model has the outputs ${outputs.join(", ")}: give each its loss, in a list or by name`,
    );
  }
  return [loss as Loss];
}

function metricsFor(
  metrics: NonNullable<CompileModelOptions["metrics"]>,
  outputs: readonly string[],
): readonly (readonly MetricChoice[] | undefined)[] {
  const isList = Array.isArray(metrics);
  if (isList && (outputs.length === 1 || metrics.length === 0)) return [metrics as readonly MetricChoice[]];
  const lists = isPlainObject(metrics)
    ? perOutput<readonly MetricChoice[]>("metrics", metrics as PerOutput<readonly MetricChoice[]>, outputs)
    : [];
  if (isList || !isPlainObject(metrics) || lists.some((list) => list !== undefined && !Array.isArray(list))) {
    const wanted =
      outputs.length === 1 ? 'a list, such as ["accuracy"]' : `lists by the names ${outputs.join(", ")}`;
    throw new RecurraError("option-value", `compile: metrics is to be ${wanted}, got ${describe(metrics)}`);
  }
  return lists;
}

/** What each output is given, in order or by name. */
function perOutput<T>(
  option: string,
  given: PerOutput<T>,
  outputs: readonly string[],
): readonly (T | undefined)[] {
  if (Array.isArray(given)) {
    if (given.length === outputs.length) return given as readonly T[];
    throw new RecurraError(
      "option-value",
      `compile: ${option} is for ${outputs.length} outputs (${outputs.join(", ")}), got a list of ${given.length}`,
    );
  }
  if (!isPlainObject(given))
    throw new RecurraError(
      "option-value",
      `compile: ${option} is to be a list or an object, got ${describe(given)}`,
    );
  const odd = Object.keys(given).find((name) => !outputs.includes(name));
  if (odd !== undefined) {
    throw new RecurraError(
      "option-value",
      `compile: ${option}: there is no output "${odd}". ${suggestion(odd, outputs)}There are ${outputs.join(", ")}`,
    );
  }
  return outputs.map((name) => (given as Readonly<Record<string, T>>)[name]);
}

/** Fails where two logs would have one name. */
function checkNames(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return;
  throw new RecurraError("option-value", `compile: two of the logs ${names.join(", ")} are named ${twice}`);
}
