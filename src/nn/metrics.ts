// Metrics: chosen by name or config; exact over batches of any size.

import { cast } from "../graph/ops/arithmetic.ts";
import { RecurraError } from "../platform/error.ts";
import { configOf, describe } from "./choice.ts";
import { text } from "./layer-options.ts";
import { alignRanks } from "./losses/align.ts";
import { checkOptions } from "./losses/rule.ts";
import { lossRules } from "./losses/table.ts";
import { type LossConfig, type LossFunction, type LossOptions, loss } from "./losses.ts";
import { type Metric, meanMetric } from "./metrics/metric.ts";
import { type MetricRule, metricRules } from "./metrics/table.ts";

export type { Accumulator, Metric, Statistics } from "./metrics/metric.ts";

type OwnRules = typeof metricRules;
type LossRules = Omit<typeof lossRules, keyof OwnRules>;

/** The names of metrics: those with rules of their own, and those of all losses, whose mean they are. */
type Names = keyof OwnRules | keyof LossRules;

/** The options of a metric by its name. */
export type MetricOptions<Name extends Names> = (Name extends keyof OwnRules
  ? OwnRules[Name] extends MetricRule<infer Options>
    ? Options
    : never
  : Name extends keyof LossRules
    ? LossOptions<Name>
    : never) &
  LabelOption;

export interface LabelOption {
  /** What logs call it. Default its name. */
  readonly label?: string;
}

/** A metric with its options, as a saved model holds it. */
export type MetricConfig = { readonly [Name in Names]: { readonly name: Name } & MetricOptions<Name> }[Names];

/** Names of metrics all of whose options have defaults. */
type WithDefaults = {
  readonly [Name in Names]: Partial<MetricOptions<Name>> extends MetricOptions<Name> ? Name : never;
};

/** The metrics that may be chosen by name alone. */
export type MetricName = WithDefaults[Names];

/** What `compile` takes for a metric. A function gives values [B, ...], of which the metric is the mean. */
export type MetricChoice = MetricName | MetricConfig | Metric | LossFunction;

const names: readonly string[] = [...new Set([...Object.keys(metricRules), ...Object.keys(lossRules)])];

/**
 * The metric that a choice stands for. Its name in logs is the one that was chosen, unless it has a `label`.
 *
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`, `option-conflict`; `update` throws `loss-shape` or
 *   `metric-shape` for targets and predictions that do not go together
 */
export function metric(choice: MetricChoice): Metric {
  if (typeof choice === "function") {
    return meanMetric(choice.name || "metric", {
      values: (yTrue, yPred, context) => choice(...alignRanks(cast(yTrue, yPred.dtype), yPred), context),
    });
  }
  if (typeof choice === "object" && choice !== null && "update" in choice) return checkOwn(choice);
  const config = configOf("metric", choice, names) as MetricConfig;
  const { name, ...given } = config;
  const { label, ...options } = given;
  const own = (metricRules as Readonly<Record<string, unknown>>)[name] as MetricRule<object> | undefined;
  const { options: kinds, required } = own ?? lossRules[name as keyof LossRules];
  checkOptions(`metric ${name}`, given, { ...kinds, label: text }, required);
  if (own !== undefined) return own.make(label ?? name, options);
  const { call, mask } = loss({ name, ...options } as LossConfig);
  return meanMetric(label ?? name, { values: call, counts: mask });
}

/** A metric that the user made. */
function checkOwn(choice: Metric): Metric {
  const { name, update, begin } = choice;
  if (typeof name === "string" && typeof update === "function" && typeof begin === "function") return choice;
  throw new RecurraError(
    "option-value",
    `metric: one of your own has a name and the functions update and begin, got ${describe(Object.keys(choice))}`,
  );
}

/** Makes the config of a metric; the options may be left out where all have defaults. */
type Factory<Name extends Names> = (
  ...options: Partial<MetricOptions<Name>> extends MetricOptions<Name>
    ? [options?: MetricOptions<Name>]
    : [options: MetricOptions<Name>]
) => { readonly name: Name } & MetricOptions<Name>;

/**
 * Metrics with options, for `compile({ metrics: [metrics.auc({ curve: "PR" })] })`.
 */
export const metrics = Object.fromEntries(
  names.map((name) => [name, (options: object = {}) => ({ name, ...options })]),
) as unknown as { readonly [Name in Names]: Factory<Name> };
