// The settings of a model of texts beside columns: their defaults, and what is wrong with those that make no sense.

import { describe } from "../../nn/choice.ts";
import {
  count,
  flag,
  notNegative,
  type OptionKind,
  type OptionKinds,
  oneOf,
  positive,
  rate,
  whole,
} from "../../nn/layer-options.ts";
import { RecurraError } from "../../platform/error.ts";
import {
  type NetworkKind,
  type TextNetworkName,
  type TextNetworkOptions,
  textNetworkNames,
  textNetworks,
} from "../classify/networks.ts";
import type { TokenizerConfig } from "../tokenizers/registry.ts";
import { checkOptions } from "../tokenizers/texts.ts";

/** What all models of texts beside columns take; the options of the network that reads the texts stand beside these. */
export interface TextTableOptions {
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
  /** The share of the rows that is held out, by whose loss the best epoch is chosen; 0 for none. Default: 0.1. */
  readonly validationSplit?: number | undefined;
  /** Epochs without a better validation after which training ends. Default: 5. */
  readonly patience?: number | undefined;
  /** From which weights, orders and held-out rows follow. Default: 0. */
  readonly seed?: number | undefined;
  /** Threads of an operation. Default: 2. */
  readonly threads?: number | undefined;
}

/** A config: the name of the network that reads the texts, the options. Plain JSON. */
export type TextTableConfig<Name extends TextNetworkName = TextNetworkName> = {
  readonly name: Name;
} & TextTableOptions &
  TextNetworkOptions<Name>;

const kinds: { readonly [Name in keyof TextTableOptions]-?: OptionKind } = {
  tokenizer: () => undefined, // the registry of tokenisers says what it may be
  length: count,
  truncating: oneOf("pre", "post"),
  embedding: count,
  hidden: count,
  minCount: count,
  categoryDropout: notNegative,
  log: flag,
  loss: oneOf("meanSquaredError", "meanAbsoluteError"),
  dropout: rate,
  batchSize: count,
  epochs: count,
  learningRate: positive,
  validationSplit: rate,
  patience: count,
  seed: whole,
  threads: count,
};

const defaults = {
  tokenizer: { name: "words", numWords: 10_000, oovToken: "<unknown>" } as TokenizerConfig,
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
  validationSplit: 0.1,
  patience: 5,
  seed: 0,
  threads: 2,
};

/** Options with their defaults, but for the length, which follows from the texts. */
export interface TextTableSettings extends Readonly<typeof defaults> {
  readonly name: TextNetworkName;
  readonly kind: NetworkKind<object>;
  /** The options of the network that reads the texts. */
  readonly network: object;
  readonly length: number | undefined;
}

/**
 * Checks a config and fills in what it leaves open.
 *
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`
 */
export function textTableSettings(config: TextTableConfig): TextTableSettings {
  const { name, ...given } = config;
  if (!textNetworkNames.includes(name))
    throw new RecurraError(
      "unknown-name",
      `there is no network ${describe(name)} for texts beside columns. There are ${textNetworkNames.join(", ")}`,
    );
  const kind = textNetworks[name] as unknown as NetworkKind<object>;
  const own = kind.options as OptionKinds;
  checkOptions(`text table ${name}`, given, { ...kinds, ...own });
  const chosen = (known: object) =>
    Object.fromEntries(
      Object.entries(given).filter(([option, value]) => Object.hasOwn(known, option) && value !== undefined),
    );
  return {
    ...defaults,
    ...chosen(kinds),
    length: (given as TextTableOptions).length,
    name,
    kind,
    network: { ...kind.defaults, ...chosen(own) },
  };
}

/** The options that all such models take: what a command line may set. */
export const textTableKinds: OptionKinds = kinds;
