// Which weights an optimiser treats apart: groups with a rate and a decay of their own, and weights that do not decay.

import { RecurraError } from "../../platform/error.ts";
import { checkedNumber, checkOptionNames, describe } from "../choice.ts";
import { checkCounts, checkNotNegative } from "../option-checks.ts";
import { type LearningRate, learningRateAt, schedule, schedules } from "../schedules.ts";

/**
 * Which weights are meant, by names such as "dense_1/kernel": a text that stands in the name ("bias"), or a regular expression between
 * slashes ("/^dense_1\//").
 */
export type WeightPattern = string;

/** Weights with a rate and a decay of their own. */
export interface ParameterGroup {
  /** A weight belongs to the first group of which a pattern fits its name. */
  readonly match: readonly WeightPattern[];
  /**
   * The optimiser's learning rate is multiplied by this: a number, or a schedule of numbers. At 0 the weights stay as they are, though
   * they cost as much as others; weights that are never to change are better frozen by their layer. Default 1.
   */
  readonly learningRateFactor?: LearningRate;
  /** Default: the optimiser's. */
  readonly weightDecay?: number;
}

/** Options that tell weights apart. */
export interface GroupOptions {
  /** Before each step a weight w loses learningRate·weightDecay·w. */
  readonly weightDecay?: number;
  /** Weights that do not decay, whatever group they belong to: ["bias", "gamma", "beta"], for instance. */
  readonly excludeFromWeightDecay?: readonly WeightPattern[];
  /** Weights with a rate and a decay of their own. */
  readonly groups?: readonly ParameterGroup[];
}

/** Weights that are treated alike. */
export interface WeightGroup {
  /** Its name in the arena; "" for weights that nothing sets apart. */
  readonly name: string;
  /** What its learning rate is multiplied by at a step, counted from 0. */
  factor(step: number): number;
  readonly weightDecay: number;
}

/** How an optimiser's options divide the weights. */
export interface WeightGroups {
  /** The group "", then the others. */
  readonly all: readonly WeightGroup[];
  /** See {@link Optimizer.groupsOf}. */
  groupsOf(weights: readonly string[]): readonly string[];
}

/**
 * The groups that an optimiser's options make.
 *
 * @param what names the optimiser in messages
 * @throws RecurraError `unknown-option`, `option-value`, `option-conflict`
 */
export function weightGroups(what: string, options: GroupOptions): WeightGroups {
  const { weightDecay = 0, excludeFromWeightDecay = [], groups = [] } = options;
  checkNotNegative(what, { weightDecay });
  const isExcluded = matcher(`${what}: excludeFromWeightDecay`, excludeFromWeightDecay);
  if (!Array.isArray(groups) || !groups.every((group) => typeof group === "object" && group !== null)) {
    throw new RecurraError(
      "option-value",
      `${what}: groups is to be a list of { match, learningRateFactor, weightDecay }, got ${describe(groups)}`,
    );
  }
  const matchers = groups.map(({ match }: ParameterGroup, i) =>
    matcher(`${what}: groups[${i}].match`, match),
  );
  const own = groups.map((group: ParameterGroup, i) => ownGroup(what, group, i, weightDecay));
  const bases: readonly WeightGroup[] = [{ name: "", factor: () => 1, weightDecay }, ...own];
  const excludes = excludeFromWeightDecay.length > 0;
  if (excludes && options.weightDecay === undefined && !own.some(decays)) {
    throw new RecurraError(
      "option-conflict",
      `${what}: excludeFromWeightDecay is given, but no weightDecay that weights could be excluded from`,
    );
  }
  return {
    all: bases.flatMap((base) => (excludes && decays(base) ? [base, withoutDecay(base)] : [base])),
    groupsOf(weights) {
      const idle = matchers.findIndex((matches) => weights.length > 0 && !weights.some(matches));
      if (idle >= 0) {
        const names = weights.slice(0, 20).join(", ") + (weights.length > 20 ? ", …" : "");
        throw new RecurraError(
          "optimizer-group",
          `${what}: groups[${idle}] has no weights: its match ${describe(groups[idle]?.match)} fits none of ${names}`,
        );
      }
      return weights.map((weight) => {
        const base = bases[matchers.findIndex((matches) => matches(weight)) + 1] as WeightGroup;
        return (decays(base) && isExcluded(weight) ? withoutDecay(base) : base).name;
      });
    },
  };
}

function ownGroup(what: string, group: ParameterGroup, index: number, weightDecay: number): WeightGroup {
  const name = `groups[${index}]`;
  const place = `${what}: ${name}`;
  checkOptionNames(place, group, ["match", "learningRateFactor", "weightDecay"]);
  const { learningRateFactor = 1, weightDecay: ownDecay = weightDecay } = group;
  schedule(learningRateFactor, `${place}: learningRateFactor`); // fails for what is none
  checkNotNegative(place, { weightDecay: ownDecay });
  return { name, factor: (step) => learningRateAt(learningRateFactor, step), weightDecay: ownDecay };
}

const decays = ({ weightDecay }: WeightGroup): boolean => weightDecay > 0;

const withoutDecay = (group: WeightGroup): WeightGroup => ({
  ...group,
  name: `${group.name} without decay`.trim(),
  weightDecay: 0,
});

/** A test for whether a name fits one of some patterns. */
function matcher(what: string, patterns: unknown): (name: string) => boolean {
  if (
    !Array.isArray(patterns) ||
    !patterns.every((pattern) => typeof pattern === "string" && pattern !== "")
  ) {
    throw new RecurraError(
      "option-value",
      `${what} is to be a list of parts of weights' names or of regular expressions as "/^dense_/", got ${describe(patterns)}`,
    );
  }
  const tests = patterns.map((pattern: WeightPattern) => {
    const [, source, flags] = /^\/(.+)\/([imsuv]*)$/s.exec(pattern) ?? [];
    if (source === undefined) return (name: string) => name.includes(pattern);
    const expression = expressionOf(what, pattern, source, flags);
    return (name: string) => expression.test(name);
  });
  return (name) => tests.some((test) => test(name));
}

function expressionOf(what: string, pattern: string, source: string, flags: string | undefined): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (cause) {
    throw new RecurraError("option-value", `${what}: ${pattern} is no regular expression`, { cause });
  }
}

/** Names of layers that have weights, from the input's side to the output's; a list stands for layers of one depth. */
export type LayerNames = readonly (string | readonly string[])[];

/**
 * Groups in which each layer learns slower than the one after it: the rate of the k-th layer from the end is multiplied by decayᵏ.
 *
 *     optimizers.adamw({ groups: layerwiseDecay(["embedding", ["lstm", "lstm_1"], "dense"], 0.8) })
 *
 * Source: Howard & Ruder, "Universal Language Model Fine-tuning", 2018, section 3.2 (discriminative fine-tuning; there 1 / 2.6).
 *
 * @param decay in (0, 1]
 * @throws RecurraError `option-value`
 */
export function layerwiseDecay(layers: LayerNames, decay: number): readonly ParameterGroup[] {
  checkedNumber("layerwiseDecay: decay", decay, (x) => x > 0 && x <= 1, "a number in (0, 1]");
  return groupsByDepth("layerwiseDecay", layers, (depth) => decay ** depth);
}

/**
 * Groups in which layers begin to learn one after the other: the last at once, the one before it `every` steps later, and so on.
 *
 * Source: Howard & Ruder, "Universal Language Model Fine-tuning", 2018, section 3.3 (gradual unfreezing).
 *
 * @param every steps, a positive whole number
 * @throws RecurraError `option-value`
 */
export function gradualUnfreezing(layers: LayerNames, every: number): readonly ParameterGroup[] {
  checkCounts("gradualUnfreezing", { every });
  return groupsByDepth("gradualUnfreezing", layers, (depth) =>
    depth === 0 ? 1 : schedules.piecewiseConstantDecay({ boundaries: [depth * every - 1], values: [0, 1] }),
  );
}

/** A group for each layer; the last has depth 0. */
function groupsByDepth(
  what: string,
  layers: LayerNames,
  factorOf: (depth: number) => LearningRate,
): readonly ParameterGroup[] {
  const isName = (name: unknown) => typeof name === "string" && name !== "";
  if (!Array.isArray(layers) || layers.length === 0 || !layers.flat().every(isName)) {
    throw new RecurraError(
      "option-value",
      `${what}: layers is to be a list of layers' names, got ${describe(layers)}`,
    );
  }
  return layers.map((names: string | readonly string[], i) => ({
    match: [names].flat().map((name) => `/^${name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}\\//`),
    learningRateFactor: factorOf(layers.length - 1 - i),
  }));
}
