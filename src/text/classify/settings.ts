// The settings of a text classifier: their defaults, and what each may be.

import { describe } from "../../nn/choice.ts";
import { count, flag, type OptionKind, oneOf } from "../../nn/layer-options.ts";
import { RecurraError } from "../../platform/error.ts";
import {
  type NetworkSettings,
  networkSettings,
  type TrainingOptions,
  tokenizerKind,
  trainingDefaults,
  trainingKinds,
} from "../network-settings.ts";
import type { TokenizerConfig } from "../tokenizers/registry.ts";
import { type NetworkKind, type TextNetworkName, type TextNetworkOptions, textNetworks } from "./networks.ts";

/** What all text classifiers take; a network's own options stand beside these. */
export interface TextClassifierOptions extends TrainingOptions {
  /**
   * What tokens are. Default: the 20,000 most frequent words, and one for all others. Words are what stands between spaces and the
   * punctuation of any script; where some texts are in scripts without spaces, or have many emoji, what Unicode's rules find.
   */
  readonly tokenizer?: TokenizerConfig | undefined;
  /** Tokens of a text that are read, at most as many as the longest has. Default: as many as 95 of 100 texts have, at most 400. */
  readonly length?: number | undefined;
  /** Which part of a longer text is left out: its beginning ("pre"), as Keras does, or its end. Default: "pre". */
  readonly truncating?: "pre" | "post" | undefined;
  /** Width of the vectors of tokens. Default: 128. */
  readonly embedding?: number | undefined;
  /** Whether the vectors are learned on; `false` for vectors that were given and stay. Default: true. */
  readonly trainEmbedding?: boolean | undefined;
  /** Share dropped in training of what the network tells of a text. Default: 0.5. */
  readonly dropout?: number | undefined;
  /** Whether a text may have several labels, or none. Default: where labels are lists. */
  readonly multiLabel?: boolean | undefined;
  /** Whether rare classes weigh as much as frequent ones. Default: false. */
  readonly balanced?: boolean | undefined;
  /** Texts in a step of training. Default: 32. */
  readonly batchSize?: number | undefined;
  /** Passes over the texts. Default: 10; of few texts more, for 800 steps in all, at most 60. */
  readonly epochs?: number | undefined;
  /** Default: 0.001. */
  readonly learningRate?: number | undefined;
  /** Epochs without a better validation after which training ends. Default: 2; of few texts as many as 100 steps take, at most 5. */
  readonly patience?: number | undefined;
}

/** A text classifier's config: the name of its network, its options, the network's own. Plain JSON. */
export type TextClassifierConfig<Name extends TextNetworkName = TextNetworkName> = {
  readonly name: Name;
} & TextClassifierOptions &
  TextNetworkOptions<Name>;

const kinds: { readonly [Name in keyof TextClassifierOptions]-?: OptionKind } = {
  ...trainingKinds,
  tokenizer: tokenizerKind,
  length: count,
  truncating: oneOf("pre", "post"),
  embedding: count,
  trainEmbedding: flag,
  multiLabel: flag,
  balanced: flag,
};

const defaults = {
  ...trainingDefaults,
  tokenizer: { name: "words", numWords: 20_000, oovToken: "<unknown>", unicode: true } as TokenizerConfig,
  length: undefined as number | undefined,
  truncating: "pre" as "pre" | "post",
  embedding: 128,
  trainEmbedding: true,
  dropout: 0.5,
  multiLabel: undefined as boolean | undefined,
  balanced: false,
  batchSize: 32,
  epochs: 10,
  learningRate: 0.001,
  patience: 2,
};

/** Options with their defaults, but for those that follow from the texts. */
export type TextClassifierSettings = NetworkSettings<
  Readonly<typeof defaults>,
  NetworkKind<object>,
  TextNetworkName
>;

/**
 * Checks a config and fills in what it leaves open; training fills in before what follows from its texts, see `usualSettings`.
 *
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`
 */
export function textClassifierSettings(config: TextClassifierConfig): TextClassifierSettings {
  if (typeof config !== "object" || config === null)
    throw new RecurraError(
      "option-value",
      `text classifier: the config is to be an object such as { name: "lstm" }, got ${describe(config)}`,
    );
  return networkSettings("text classifier", config, textNetworks, kinds, () => defaults);
}
