// The settings of a text classifier: their defaults, and what is wrong with those that make no sense.

import { describe } from "../../nn/choice.ts";
import {
  count,
  flag,
  type OptionKind,
  type OptionKinds,
  oneOf,
  positive,
  rate,
} from "../../nn/layer-options.ts";
import { RecurraError } from "../../platform/error.ts";
import type { TokenizerConfig } from "../tokenizers/registry.ts";
import { checkOptions } from "../tokenizers/texts.ts";
import {
  type NetworkKind,
  type TextNetworkName,
  type TextNetworkOptions,
  textNetworkNames,
  textNetworks,
} from "./networks.ts";

/** What all text classifiers take; a network's own options stand beside these. */
export interface TextClassifierOptions {
  /** What tokens are. Default: the 20,000 most frequent words, and one for all others. */
  readonly tokenizer?: TokenizerConfig | undefined;
  /** Tokens of a text that are read. Default: as many as 95 of 100 texts have, at most 400. */
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
  /** Passes over the texts. Default: 10. */
  readonly epochs?: number | undefined;
  /** Default: 0.001. */
  readonly learningRate?: number | undefined;
  /** The share of the texts that is held out, by which the best epoch is chosen; 0 for none. Default: 0.1. */
  readonly validationSplit?: number | undefined;
  /** Epochs without a better validation after which training ends. Default: 2. */
  readonly patience?: number | undefined;
  /** From which weights, orders and held-out texts follow. Default: 0. */
  readonly seed?: number | undefined;
  /** Threads of an operation. Default: 2. */
  readonly threads?: number | undefined;
}

/** A text classifier's config: the name of its network, its options, the network's own. Plain JSON. */
export type TextClassifierConfig<Name extends TextNetworkName = TextNetworkName> = {
  readonly name: Name;
} & TextClassifierOptions &
  TextNetworkOptions<Name>;

const kinds: { readonly [Name in keyof TextClassifierOptions]-?: OptionKind } = {
  tokenizer: () => undefined, // the registry of tokenisers says what it may be
  length: count,
  truncating: oneOf("pre", "post"),
  embedding: count,
  trainEmbedding: flag,
  dropout: rate,
  multiLabel: flag,
  balanced: flag,
  batchSize: count,
  epochs: count,
  learningRate: positive,
  validationSplit: rate,
  patience: count,
  seed: (value) => (Number.isInteger(value) ? undefined : "a whole number"),
  threads: count,
};

/** Options with their defaults, but for those that follow from the texts. */
export interface TextClassifierSettings {
  readonly name: TextNetworkName;
  readonly kind: NetworkKind<object>;
  /** The network's own options. */
  readonly network: object;
  readonly tokenizer: TokenizerConfig;
  readonly length: number | undefined;
  readonly truncating: "pre" | "post";
  readonly embedding: number;
  readonly trainEmbedding: boolean;
  readonly dropout: number;
  readonly multiLabel: boolean | undefined;
  readonly balanced: boolean;
  readonly batchSize: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly validationSplit: number;
  readonly patience: number;
  readonly seed: number;
  readonly threads: number;
}

/**
 * Checks a config and fills in what it leaves open.
 *
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`
 */
export function textClassifierSettings(config: TextClassifierConfig): TextClassifierSettings {
  const { name, ...given } = config;
  if (!textNetworkNames.includes(name)) {
    throw new RecurraError(
      "unknown-name",
      `there is no text classifier ${describe(name)}. There are ${textNetworkNames.join(", ")}`,
    );
  }
  const kind = textNetworks[name] as unknown as NetworkKind<object>;
  const own = kind.options as OptionKinds;
  checkOptions(`text classifier ${name}`, given, { ...kinds, ...own });
  const options: TextClassifierOptions = given;
  return {
    name,
    kind,
    network: {
      ...kind.defaults,
      ...Object.fromEntries(
        Object.entries(given).filter(([option, value]) => Object.hasOwn(own, option) && value !== undefined),
      ),
    },
    tokenizer: options.tokenizer ?? { name: "words", numWords: 20_000, oovToken: "<unknown>" },
    length: options.length,
    truncating: options.truncating ?? "pre",
    embedding: options.embedding ?? 128,
    trainEmbedding: options.trainEmbedding ?? true,
    dropout: options.dropout ?? 0.5,
    multiLabel: options.multiLabel,
    balanced: options.balanced ?? false,
    batchSize: options.batchSize ?? 32,
    epochs: options.epochs ?? 10,
    learningRate: options.learningRate ?? 0.001,
    validationSplit: options.validationSplit ?? 0.1,
    patience: options.patience ?? 2,
    seed: options.seed ?? 0,
    threads: options.threads ?? 2,
  };
}

/** The options that all text classifiers take: what a command line may set. */
export const textClassifierKinds: OptionKinds = kinds;
