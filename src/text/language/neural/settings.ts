// The settings of a neural language model: their defaults, and what each may be.

import { count, notNegative, type OptionKind, oneOf } from "../../../nn/layer-options.ts";
import { RecurraError } from "../../../platform/error.ts";
import {
  type NetworkSettings,
  networkSettings,
  type TrainingOptions,
  tokenizerKind,
  trainingDefaults,
  trainingKinds,
} from "../../network-settings.ts";
import type { TokenizerConfig } from "../../tokenizers/registry.ts";
import type { NetworkKind } from "./network.ts";
import { type LanguageNetworkName, type LanguageNetworkOptions, languageNetworks } from "./table.ts";

/** What all neural language models take; a network's own options stand beside these. */
export interface LanguageModelOptions extends TrainingOptions {
  /** What tokens are. Default: characters. */
  readonly tokenizer?: TokenizerConfig | undefined;
  /**
   * Tokens that are read at a time in training: how far back gradients reach in a stream (truncated backpropagation through time), how
   * far back a block or a window sees. Default: 100 for rnn, lstm and gru, 64 for gpt, 5 for bengio.
   */
  readonly context?: number | undefined;
  /** Tokens from one window to the next, for networks that read windows. Default: 1. */
  readonly stride?: number | undefined;
  /** Share dropped in training. Default: 0.1 for rnn, lstm and gru, otherwise 0. */
  readonly dropout?: number | undefined;
  /** Rows in a step of training. Default: 32, of a short stream fewer; 12 for gpt, 128 for bengio. */
  readonly batchSize?: number | undefined;
  /** Passes over the text. Default: 20, of a short text up to 150; 5 for networks that read windows. */
  readonly epochs?: number | undefined;
  /** Steps of training in all, in place of `epochs`; to whole passes where a stream is longer than that. */
  readonly steps?: number | undefined;
  /** Default: "adam". */
  readonly optimizer?: "adam" | "rmsprop" | "sgd" | undefined;
  /** The highest learning rate. Default: 0.002; 0.001 for bengio. */
  readonly learningRate?: number | undefined;
  /** What becomes of the learning rate: after a short warm-up half a cosine down to a fiftieth, or always the same. Default: "cosine". */
  readonly schedule?: "cosine" | "constant" | undefined;
  /** The longest a gradient may be (its global norm); longer ones are cut down to it. 0 for any. Default: 1. */
  readonly clip?: number | undefined;
  /** Share of a weight taken off in a step, times the learning rate (AdamW). Default: 0. */
  readonly weightDecay?: number | undefined;
  /** Epochs without a better validation after which training ends. Default: 5, more where they make fewer than 250 steps. */
  readonly patience?: number | undefined;
}

/** A language model's config: the name of its network, its options, the network's own. Plain JSON. */
export type LanguageModelConfig<Name extends LanguageNetworkName = LanguageNetworkName> = {
  readonly name: Name;
} & LanguageModelOptions &
  LanguageNetworkOptions<Name>;

const kinds: { readonly [Name in keyof LanguageModelOptions]-?: OptionKind } = {
  ...trainingKinds,
  tokenizer: tokenizerKind,
  context: count,
  stride: count,
  steps: count,
  optimizer: oneOf("adam", "rmsprop", "sgd"),
  schedule: oneOf("cosine", "constant"),
  clip: notNegative,
  weightDecay: notNegative,
};

const defaults = ({ recipe }: NetworkKind<object>) => ({
  ...trainingDefaults,
  ...recipe,
  tokenizer: { name: "characters" } as TokenizerConfig,
  stride: 1,
  epochs: undefined as number | undefined,
  steps: undefined as number | undefined,
  optimizer: "adam" as "adam" | "rmsprop" | "sgd",
  schedule: "cosine" as "cosine" | "constant",
  clip: 1,
  weightDecay: 0,
  patience: undefined as number | undefined,
});

/** Options with their defaults. */
export type LanguageModelSettings = NetworkSettings<
  Readonly<ReturnType<typeof defaults>>,
  NetworkKind<object>,
  LanguageNetworkName
>;

/**
 * Checks a config and fills in what it leaves open.
 *
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`
 */
export function languageModelSettings(config: LanguageModelConfig): LanguageModelSettings {
  const settings = networkSettings("language model", config, languageNetworks, kinds, defaults);
  if (settings.steps !== undefined && settings.epochs !== undefined)
    throw new RecurraError(
      "option-value",
      `language model ${settings.name}: steps and epochs are two ways to say one thing; give one of them`,
    );
  return settings;
}
