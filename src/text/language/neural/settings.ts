// The settings of a neural language model: their defaults, and what is wrong with those that make no sense.

import { describe } from "../../../nn/choice.ts";
import {
  count,
  flag,
  type OptionKind,
  type OptionKinds,
  oneOf,
  positive,
  rate,
} from "../../../nn/layer-options.ts";
import { RecurraError } from "../../../platform/error.ts";
import type { TokenizerConfig } from "../../tokenizers/registry.ts";
import { checkOptions } from "../../tokenizers/texts.ts";
import type { NetworkKind } from "./network.ts";
import {
  type LanguageNetworkName,
  type LanguageNetworkOptions,
  languageNetworkNames,
  languageNetworks,
} from "./table.ts";

/** What all neural language models take; a network's own options stand beside these. */
export interface LanguageModelOptions {
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
  /** Rows in a step of training. Default: 32; 12 for gpt, 128 for bengio. */
  readonly batchSize?: number | undefined;
  /** Passes over the text. Default: 20, of a short text up to 150; 5 for networks that read windows. */
  readonly epochs?: number | undefined;
  /** Steps of training in all, in place of `epochs`; to whole passes where a stream is longer than that. */
  readonly steps?: number | undefined;
  /** Default: "adam". */
  readonly optimizer?: "adam" | "rmsprop" | "sgd" | undefined;
  /** The highest learning rate. Default: 0.002; 0.001 for gpt and bengio. */
  readonly learningRate?: number | undefined;
  /** What becomes of the learning rate: after a short warm-up half a cosine down to a fiftieth, or always the same. Default: "cosine". */
  readonly schedule?: "cosine" | "constant" | undefined;
  /** The longest a gradient may be (its global norm); longer ones are cut down to it. 0 for any. Default: 1. */
  readonly clip?: number | undefined;
  /** Share of a weight taken off in a step, times the learning rate (AdamW). Default: 0. */
  readonly weightDecay?: number | undefined;
  /** The share at the end of the text that is held out, by which the best epoch is chosen; 0 for none. Default: 0.1. */
  readonly validationSplit?: number | undefined;
  /** Epochs without a better validation after which training ends. Default: 5. */
  readonly patience?: number | undefined;
  /** From which weights and orders follow. Default: 0. */
  readonly seed?: number | undefined;
  /** Threads of an operation. Default: 2. */
  readonly threads?: number | undefined;
}

/** A language model's config: the name of its network, its options, the network's own. Plain JSON. */
export type LanguageModelConfig<Name extends LanguageNetworkName = LanguageNetworkName> = {
  readonly name: Name;
} & LanguageModelOptions &
  LanguageNetworkOptions<Name>;

const notNegative: OptionKind = (value) =>
  typeof value === "number" && value >= 0 ? undefined : "a number from 0 up";

const kinds: { readonly [Name in keyof LanguageModelOptions]-?: OptionKind } = {
  tokenizer: () => undefined, // the registry of tokenisers says what it may be
  context: count,
  stride: count,
  dropout: rate,
  batchSize: count,
  epochs: count,
  steps: count,
  optimizer: oneOf("adam", "rmsprop", "sgd"),
  learningRate: positive,
  schedule: oneOf("cosine", "constant"),
  clip: notNegative,
  weightDecay: notNegative,
  validationSplit: rate,
  patience: count,
  seed: (value) => (Number.isInteger(value) ? undefined : "a whole number"),
  threads: count,
};

/** Options with their defaults. */
export interface LanguageModelSettings {
  readonly name: LanguageNetworkName;
  readonly tokenizer: TokenizerConfig;
  readonly context: number;
  readonly stride: number;
  readonly dropout: number;
  readonly batchSize: number;
  readonly epochs: number | undefined;
  readonly steps: number | undefined;
  readonly optimizer: "adam" | "rmsprop" | "sgd";
  readonly learningRate: number;
  readonly schedule: "cosine" | "constant";
  readonly clip: number;
  readonly weightDecay: number;
  readonly validationSplit: number;
  readonly patience: number;
  readonly seed: number;
  readonly threads: number;
  readonly kind: NetworkKind<object>;
  /** The network's own options. */
  readonly network: object;
}

/**
 * Checks a config and fills in what it leaves open.
 *
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`
 */
export function languageModelSettings(config: LanguageModelConfig): LanguageModelSettings {
  const { name, ...given } = config;
  if (!languageNetworkNames.includes(name)) {
    throw new RecurraError(
      "unknown-name",
      `there is no network ${describe(name)} for language models. There are ${languageNetworkNames.join(", ")}`,
    );
  }
  const kind = languageNetworks[name] as unknown as NetworkKind<object>;
  const own = kind.options as OptionKinds;
  const what = `language model ${name}`;
  checkOptions(what, given, { ...kinds, ...own });
  const options: LanguageModelOptions = given;
  if (options.steps !== undefined && options.epochs !== undefined)
    throw new RecurraError(
      "option-value",
      `${what}: steps and epochs are two ways to say one thing; give one of them`,
    );
  return {
    name,
    kind,
    tokenizer: options.tokenizer ?? { name: "characters" },
    context: options.context ?? kind.recipe.context,
    stride: options.stride ?? 1,
    dropout: options.dropout ?? kind.recipe.dropout,
    batchSize: options.batchSize ?? kind.recipe.batchSize,
    epochs: options.epochs,
    steps: options.steps,
    optimizer: options.optimizer ?? "adam",
    learningRate: options.learningRate ?? kind.recipe.learningRate,
    schedule: options.schedule ?? "cosine",
    clip: options.clip ?? 1,
    weightDecay: options.weightDecay ?? 0,
    validationSplit: options.validationSplit ?? 0.1,
    patience: options.patience ?? 5,
    seed: options.seed ?? 0,
    threads: options.threads ?? 2,
    network: {
      ...kind.defaults,
      ...Object.fromEntries(
        Object.entries(given).filter(([option, value]) => Object.hasOwn(own, option) && value !== undefined),
      ),
    },
  };
}

/** The options that all neural language models take, and those of each network, by name: what a command line may set. */
export const languageModelKinds: OptionKinds = { ...kinds, windowed: flag };
