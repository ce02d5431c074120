// The settings of a model of texts beside columns: their defaults, and what is wrong with those that make no sense.

import { count, flag, notNegative, type OptionKind, oneOf } from "../../nn/layer-options.ts";
import {
  type NetworkKind,
  type TextNetworkName,
  type TextNetworkOptions,
  textNetworks,
} from "../classify/networks.ts";
import {
  type NetworkSettings,
  networkSettings,
  type TrainingOptions,
  tokenizerKind,
  trainingDefaults,
  trainingKinds,
} from "../network-settings.ts";
import type { TokenizerConfig } from "../tokenizers/registry.ts";

/** What all models of texts beside columns take; the options of the network that reads the texts stand beside these. */
export interface TextTableOptions extends TrainingOptions {
  /** What tokens are. Default: the 10,000 most frequent words, and one for all others. */
  readonly tokenizer?: TokenizerConfig | undefined;
  /** Tokens of a text that are read. Default: as many as 95 of 100 texts have, at most 400. */
  readonly length?: number | undefined;
  /** Which part of a longer text is left out. Default: its end, "post", where descriptions say least. */
  readonly truncating?: "pre" | "post" | undefined;
  /** Width of the vectors of tokens. Default: 64. */
  readonly embedding?: number | undefined;
  /** Units of the layer over the columns, and of that over text and columns. Default: 64. */
  readonly hidden?: number | undefined;
  /** Times that a category comes in training before it has a vector of its own; what is rarer shares one with what is unknown. Default: 1. */
  readonly minCount?: number | undefined;
  /**
   * α: in training a category that comes n times is taken for an unknown one with probability α / (α + n), so that there is a vector for
   * categories never seen; 0 for none. After Kiperwasser & Goldberg, TACL 2016, who do it with words. Default: 0.25.
   */
  readonly categoryDropout?: number | undefined;
  /** Whether a target of positive numbers is learned as its logarithm: errors then count by their ratio. Default: false. */
  readonly log?: boolean | undefined;
  /** What is made small for a target of numbers, after scaling. Default: "meanSquaredError". */
  readonly loss?: "meanSquaredError" | "meanAbsoluteError" | undefined;
  /** Share dropped in training before each layer that brings text and columns together. Default: 0.3. */
  readonly dropout?: number | undefined;
  /** Rows in a step of training. Default: 32. */
  readonly batchSize?: number | undefined;
  /** Passes over the rows. Default: 50. */
  readonly epochs?: number | undefined;
  /** Default: 0.001. */
  readonly learningRate?: number | undefined;
  /** Epochs without a better validation after which training ends. Default: 5. */
  readonly patience?: number | undefined;
}

/** A config: the name of the network that reads the texts, the options. Plain JSON. */
export type TextTableConfig<Name extends TextNetworkName = TextNetworkName> = {
  readonly name: Name;
} & TextTableOptions &
  TextNetworkOptions<Name>;

const kinds: { readonly [Name in keyof TextTableOptions]-?: OptionKind } = {
  ...trainingKinds,
  tokenizer: tokenizerKind,
  length: count,
  truncating: oneOf("pre", "post"),
  embedding: count,
  hidden: count,
  minCount: count,
  categoryDropout: notNegative,
  log: flag,
  loss: oneOf("meanSquaredError", "meanAbsoluteError"),
};

const defaults = {
  ...trainingDefaults,
  tokenizer: { name: "words", numWords: 10_000, oovToken: "<unknown>", unicode: true } as TokenizerConfig,
  length: undefined as number | undefined,
  truncating: "post" as "pre" | "post",
  embedding: 64,
  hidden: 64,
  minCount: 1,
  categoryDropout: 0.25,
  log: false,
  loss: "meanSquaredError" as "meanSquaredError" | "meanAbsoluteError",
  dropout: 0.3,
  batchSize: 32,
  epochs: 50,
  learningRate: 0.001,
  patience: 5,
};

/** Options with their defaults, but for the length, which follows from the texts. */
export type TextTableSettings = NetworkSettings<
  Readonly<typeof defaults>,
  NetworkKind<object>,
  TextNetworkName
>;

/** Checks a config and fills in what it leaves open. @throws RecurraError `unknown-name`, `unknown-option`, `option-value` */
export function textTableSettings(config: TextTableConfig): TextTableSettings {
  return networkSettings("text table", config, textNetworks, kinds, () => defaults);
}
