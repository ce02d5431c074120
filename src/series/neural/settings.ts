// The settings of a neural forecaster: their defaults, and what is wrong with those that make no sense.

import { checkedNumber, checkOptionNames, describe } from "../../nn/choice.ts";
import {
  count,
  countOrZero,
  either,
  flag,
  kind,
  type OptionKind,
  oneOf,
  positive,
  rate,
} from "../../nn/layer-options.ts";
import { RecurraError } from "../../platform/error.ts";
import { type HeadName, headNames } from "./heads.ts";
import { type NetworkName, type NetworkOptions, networkNames, networks } from "./networks/table.ts";
import { type NetworkSeasonality, networkSeasonalities } from "./preparation.ts";
import { type LossUnit, lossUnits, type WindowScaling, windowScalings } from "./window-batch.ts";

/** What all neural forecasters take; a network's own options stand beside these. */
export interface NeuralOptions {
  /** Values that the network sees. Default: by season, horizon and the length of the series. */
  readonly lookback?: number | undefined;
  /**
   * How several steps come about: `direct`: one network gives all of them; `recursive`: a network gives one, which it then reads as
   * though it were known; `per-step`: a network for each. Default: `direct`.
   */
  readonly strategy?: Strategy | undefined;
  /** Logarithms of the values. Default: `auto`, where all are positive and the spread grows with the level. */
  readonly log?: boolean | "auto" | undefined;
  /** How the season is found that is taken off before and put back after. Default: `detected`. */
  readonly seasonality?: NetworkSeasonality | undefined;
  /** What windows are measured by. Default: `last`; `window` for patchtst. */
  readonly scaling?: WindowScaling | undefined;
  /** What is learned of each step. Default: `point`. */
  readonly head?: HeadName | undefined;
  /** The quantiles of the head `quantiles`, between 0 and 1. Default: 0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975. */
  readonly quantiles?: readonly number[] | undefined;
  /** What errors of the head `point` cost. Default: `mae`. */
  readonly loss?: PointLoss | undefined;
  /** The unit in which errors cost: see {@link LossUnit}. Default: `series`. */
  readonly lossUnit?: LossUnit | undefined;
  /** Share dropped in training. Default: 0; 0.1 for transformer and patchtst. */
  readonly dropout?: number | undefined;
  /** Forward passes with dropout from which intervals of the head `point` are worked out; 0 for none. Default: 0. */
  readonly monteCarloDropout?: number | undefined;
  /** Networks of different seeds whose forecasts are averaged. Default: 1. */
  readonly ensembleSize?: number | undefined;
  /** A network for each series, instead of one for all. Default: false. */
  readonly perSeries?: boolean | undefined;
  /** Windows in a step of training. Default: by their number, 32 to 512. */
  readonly batchSize?: number | undefined;
  /** Steps of training in all. Default: by the number of windows. */
  readonly steps?: number | undefined;
  /** Passes over the windows, in place of `steps`. */
  readonly epochs?: number | undefined;
  /** Windows drawn for an epoch where there are more; reports and early stopping go by epochs. Default: all. */
  readonly windowsPerEpoch?: number | undefined;
  /** Default: 0.002; 0.001 for transformer and patchtst. */
  readonly learningRate?: number | undefined;
  /** What becomes of the learning rate over the training. Default: `cosine`, which ends at 0. */
  readonly schedule?: LearningSchedule | undefined;
  /** Share of a weight taken off in a step, times the learning rate (AdamW). Default: 0.0001. */
  readonly weightDecay?: number | undefined;
  /** Values at the end of each series that are held out of the training, by which the best epoch is chosen; 0 for none. Default: 0. */
  readonly validation?: number | undefined;
  /** Epochs without a better validation after which training ends. Default: 5. */
  readonly patience?: number | undefined;
  /** Threads of an operation. Default: 1. */
  readonly threads?: number | undefined;
}

export const strategies = ["direct", "recursive", "per-step"] as const;
export type Strategy = (typeof strategies)[number];
export const pointLosses = ["mae", "mse", "huber"] as const;
export type PointLoss = (typeof pointLosses)[number];
export const schedules = ["cosine", "linear", "constant"] as const;
export type LearningSchedule = (typeof schedules)[number];

/** A neural forecaster's config: the name of its network, its options, the network's own. Plain JSON. */
export type NeuralConfig<Name extends NetworkName = NetworkName> = { readonly name: Name } & NeuralOptions &
  NetworkOptions<Name>;

const levels: OptionKind = kind(
  "a list of numbers between 0 and 1",
  (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((level) => typeof level === "number" && level > 0 && level < 1),
);

const kinds: { readonly [Name in keyof NeuralOptions]-?: OptionKind } = {
  lookback: count,
  strategy: oneOf(...strategies),
  log: either('true, false or "auto"', flag, oneOf("auto")),
  seasonality: oneOf(...networkSeasonalities),
  scaling: oneOf(...windowScalings),
  head: oneOf(...headNames),
  quantiles: levels,
  loss: oneOf(...pointLosses),
  lossUnit: oneOf(...lossUnits),
  dropout: rate,
  monteCarloDropout: countOrZero,
  ensembleSize: count,
  perSeries: flag,
  batchSize: count,
  steps: count,
  epochs: count,
  windowsPerEpoch: count,
  learningRate: positive,
  schedule: oneOf(...schedules),
  weightDecay: kind("a number from 0 up", (value) => typeof value === "number" && value >= 0),
  validation: countOrZero,
  patience: count,
  threads: count,
};

/** The names of the options that all neural forecasters take. */
export const neuralOptionNames = Object.keys(kinds) as readonly (keyof NeuralOptions)[];

/** Options with their defaults, but for those that follow from the data. */
export interface NeuralSettings
  extends Required<
    Omit<
      { readonly [Name in keyof NeuralOptions]-?: Exclude<NeuralOptions[Name], undefined> },
      "lookback" | "batchSize" | "steps" | "epochs" | "windowsPerEpoch"
    >
  > {
  readonly name: NetworkName;
  readonly lookback: number | undefined;
  readonly batchSize: number | undefined;
  readonly steps: number | undefined;
  readonly epochs: number | undefined;
  readonly windowsPerEpoch: number | undefined;
  /** The network's own options that were given. */
  readonly network: Readonly<Record<string, unknown>>;
}

/**
 * Checks a config and fills in what it leaves open.
 *
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`
 */
export function neuralSettings(config: NeuralConfig): NeuralSettings {
  const { name, ...options } = config;
  if (!networkNames.includes(name)) {
    throw new RecurraError(
      "unknown-name",
      `there is no network ${describe(name)}. There are ${networkNames.join(", ")}`,
    );
  }
  const own: Readonly<Record<string, OptionKind>> = networks[name].options;
  const all: Readonly<Record<string, OptionKind>> = { ...kinds, ...own };
  checkOptionNames(`forecaster ${name}`, options, Object.keys(all));
  for (const [option, value] of Object.entries(options)) {
    const wanted = value === undefined ? undefined : all[option]?.(value);
    if (wanted === undefined) continue;
    throw new RecurraError(
      "option-value",
      `forecaster ${name}: ${option} is to be ${wanted}, got ${describe(value)}`,
    );
  }
  const given: NeuralOptions = options;
  const isAttention = name === "transformer" || name === "patchtst";
  const settings: NeuralSettings = {
    name,
    lookback: given.lookback,
    strategy: given.strategy ?? "direct",
    log: given.log ?? "auto",
    seasonality: given.seasonality ?? "detected",
    scaling: given.scaling ?? (name === "patchtst" ? "window" : "last"),
    head: given.head ?? "point",
    quantiles: [...(given.quantiles ?? [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])].sort((a, b) => a - b),
    loss: given.loss ?? "mae",
    lossUnit: given.lossUnit ?? "series",
    dropout: given.dropout ?? (isAttention ? 0.1 : 0),
    monteCarloDropout: given.monteCarloDropout ?? 0,
    ensembleSize: given.ensembleSize ?? 1,
    perSeries: given.perSeries ?? false,
    batchSize: given.batchSize,
    steps: given.steps,
    epochs: given.epochs,
    windowsPerEpoch: given.windowsPerEpoch,
    learningRate: given.learningRate ?? (isAttention ? 0.001 : 0.002),
    schedule: given.schedule ?? "cosine",
    weightDecay: given.weightDecay ?? 1e-4,
    validation: given.validation ?? 0,
    patience: given.patience ?? 5,
    threads: given.threads ?? 1,
    network: Object.fromEntries(
      Object.entries(options).filter(([option, value]) => Object.hasOwn(own, option) && value !== undefined),
    ),
  };
  checkTogether(settings, given);
  return settings;
}

/** Fails for options that do not go together. */
function checkTogether(settings: NeuralSettings, given: NeuralOptions): void {
  const { name, head, dropout, monteCarloDropout, strategy } = settings;
  const fault = (why: string) => new RecurraError("option-value", `forecaster ${name}: ${why}`);
  if (given.loss !== undefined && head !== "point")
    throw fault(`loss is for the head "point"; the head "${head}" has its own`);
  if (given.quantiles !== undefined && head !== "quantiles")
    throw fault(`quantiles are for the head "quantiles", got the head "${head}"`);
  if (monteCarloDropout > 0 && (dropout === 0 || head !== "point" || strategy !== "direct"))
    throw fault('monteCarloDropout is for the head "point", the strategy "direct" and a dropout above 0');
  if (monteCarloDropout === 1)
    throw fault("monteCarloDropout of 1 gives no spread; wanted 2 passes or more, 0 for none");
  if (given.steps !== undefined && given.epochs !== undefined)
    throw fault("steps and epochs are two ways to say one thing; give one of them");
  checkedNumber(`forecaster ${name}: patience`, settings.patience, (value) => value >= 1, "1 or more");
}
