// The options of networks that classify series, and what stands for those that are left open.

import { checkedNumber, checkOptionNames } from "../../nn/choice.ts";
import { checkCounts, checkFlags, checkPositive } from "../../nn/option-checks.ts";
import { longestOf, type Samples } from "./method.ts";
import type { NetworkShape } from "./networks.ts";

/** How a network is trained. */
export interface NetworkTrainingConfig {
  /** The most passes over the training series. Default: as many as make about 1,500 steps, 30 to 300. */
  readonly epochs?: number | undefined;
  /** Series in a step. Default: a tenth of the training series, 8 to 32. */
  readonly batchSize?: number | undefined;
  /** Of Adam at the beginning; halved when no epoch gets better. Default 0.001, of recurrent networks 0.003. */
  readonly learningRate?: number | undefined;
  /**
   * The share of the training series, of each class alike, on whose loss the best epoch is chosen. 0 chooses by the training loss, as
   * Wang et al. do. Default: 0.2 from 200 training series on, else 0.
   */
  readonly validationShare?: number | undefined;
  /** Epochs without a better loss after which training ends. Default: a fifth of the epochs, 10 at least. */
  readonly patience?: number | undefined;
}

export interface ConvConfig extends NetworkTrainingConfig {
  /** Default 64. */
  readonly filters?: number | undefined;
  /** Default [8, 5, 3]. */
  readonly kernelSizes?: readonly number[] | undefined;
}

export interface RecurrentClassifierConfig extends NetworkTrainingConfig {
  /** Default 64. */
  readonly units?: number | undefined;
  /** Recurrent layers on each other. Default 1. */
  readonly layers?: number | undefined;
  /** Read from both ends. Default true. */
  readonly bidirectional?: boolean | undefined;
  /** What is told of a series: the last state, or the mean of all. Default "mean". */
  readonly pooling?: "last" | "mean" | undefined;
  /** The share of the summary that is dropped in training. Default 0. */
  readonly dropout?: number | undefined;
  /** Steps that are read at once. Default: as many as leave 128 readings at most. */
  readonly patch?: number | undefined;
}

export interface TransformerClassifierConfig extends NetworkTrainingConfig {
  /** The width of a step's vector. Default 64. */
  readonly width?: number | undefined;
  /** Default 4. */
  readonly heads?: number | undefined;
  /** Default 2. */
  readonly blocks?: number | undefined;
  /** Default 0.1. */
  readonly dropout?: number | undefined;
  /** Steps that are read at once. Default: as many as leave 128 readings at most. */
  readonly patch?: number | undefined;
}

/** Everything that is settled of a network before it is trained. */
export interface NetworkSettings {
  readonly shape: NetworkShape;
  readonly patch: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly validationShare: number;
  readonly patience: number;
}

const trainingNames: readonly (keyof NetworkTrainingConfig)[] = [
  "epochs",
  "batchSize",
  "learningRate",
  "validationShare",
  "patience",
];

/** From how many training series on some are held out. */
const HELD_OUT_FROM = 200;

const MOST_READINGS = 128;

/** @throws RecurraError `unknown-option`, `option-value` */
export function convSettings(config: ConvConfig): (samples: Samples) => NetworkSettings {
  checkOptionNames("conv", config, [...trainingNames, "filters", "kernelSizes"]);
  checkTraining("conv", config);
  const { filters = 64, kernelSizes = [8, 5, 3] } = config;
  checkCounts("conv", {
    filters,
    ...Object.fromEntries(kernelSizes.map((size, i) => [`kernelSizes[${i}]`, size])),
  });
  return (samples) => settings({ kind: "conv", filters, kernelSizes }, 1, samples, config);
}

/** @throws RecurraError `unknown-option`, `option-value` */
export function recurrentSettings(
  kind: "lstm" | "gru",
  config: RecurrentClassifierConfig,
): (samples: Samples) => NetworkSettings {
  checkOptionNames(kind, config, [
    ...trainingNames,
    "units",
    "layers",
    "bidirectional",
    "pooling",
    "dropout",
    "patch",
  ]);
  checkTraining(kind, config);
  const { units = 64, layers = 1, bidirectional = true, pooling = "mean", dropout = 0, patch } = config;
  checkCounts(kind, { units, layers, ...(patch === undefined ? {} : { patch }) });
  checkFlags(kind, { bidirectional });
  checkDropout(kind, dropout);
  const shape = { kind, units, layers, bidirectional, pooling, dropout } as const;
  return (samples) => settings(shape, patch ?? patchFor(samples), samples, { learningRate: 3e-3, ...config });
}

/** @throws RecurraError `unknown-option`, `option-value` */
export function transformerSettings(
  config: TransformerClassifierConfig,
): (samples: Samples) => NetworkSettings {
  checkOptionNames("transformer", config, [...trainingNames, "width", "heads", "blocks", "dropout", "patch"]);
  checkTraining("transformer", config);
  const { width = 64, heads = 4, blocks = 2, dropout = 0.1, patch } = config;
  checkCounts("transformer", { width, heads, blocks, ...(patch === undefined ? {} : { patch }) });
  checkDropout("transformer", dropout);
  const shape = { kind: "transformer", width, heads, blocks, dropout } as const;
  return (samples) => settings(shape, patch ?? patchFor(samples), samples, config);
}

function settings(
  shape: NetworkShape,
  patch: number,
  { x }: Samples,
  config: NetworkTrainingConfig,
): NetworkSettings {
  const { batchSize = Math.min(Math.max(Math.floor(x.length / 10), 8), 32), learningRate = 1e-3 } = config;
  const stepsPerEpoch = Math.ceil(x.length / batchSize);
  const { epochs = Math.min(Math.max(Math.ceil(1500 / stepsPerEpoch), 30), 300) } = config;
  const { patience = Math.max(10, Math.ceil(epochs / 5)) } = config;
  const { validationShare = x.length >= HELD_OUT_FROM ? 0.2 : 0 } = config;
  return { shape, patch, epochs, batchSize, learningRate, validationShare, patience };
}

function patchFor({ x }: Samples): number {
  return Math.max(1, Math.ceil(longestOf(x) / MOST_READINGS));
}

function checkTraining(what: string, config: NetworkTrainingConfig): void {
  const { epochs = 1, batchSize = 1, patience = 1, learningRate = 1, validationShare = 0 } = config;
  checkCounts(what, { epochs, batchSize, patience });
  checkPositive(what, { learningRate });
  checkedNumber(
    `${what}: validationShare`,
    validationShare,
    (share) => share >= 0 && share < 1,
    "a share from 0 to below 1",
  );
}

function checkDropout(what: string, dropout: number): void {
  checkedNumber(`${what}: dropout`, dropout, (rate) => rate >= 0 && rate < 1, "a share from 0 to below 1");
}
