// The settings of a tagger: their defaults, and what each may be.

import { count, countOrZero, flag, notNegative, type OptionKind, oneOf } from "../../nn/layer-options.ts";
import {
  type NetworkSettings,
  networkSettings,
  type TrainingOptions,
  trainingDefaults,
  trainingKinds,
} from "../network-settings.ts";
import type { TagNetworkOptions } from "./networks.ts";
import { type TagNetworkKind, type TagNetworkName, tagNetworks } from "./networks.ts";

/** What all taggers take; a network's own options stand beside these. */
export interface TaggerOptions extends TrainingOptions {
  /** How tags mark spans, which predictions keep to. Default: as `schemeOf` tells from the tags. */
  readonly scheme?: "BIO" | "BIOES" | "none" | undefined;
  /**
   * "softmax" tells each tag by itself; "crf", a conditional random field, learns which tag follows which and tells all of a sentence
   * together. Default: "crf".
   */
  readonly output?: "softmax" | "crf" | undefined;
  /** Width of the vectors of lower-cased words. Default: 100. */
  readonly embedding?: number | undefined;
  /** Whether the vectors are learned on; `false` for vectors that were given and stay. Default: true. */
  readonly trainEmbedding?: boolean | undefined;
  /** Times that a word comes in training before it has a vector of its own. Default: 1. */
  readonly minCount?: number | undefined;
  /**
   * α: in training a word that comes n times is taken for an unknown one with probability α / (α + n), so that there is a vector for words
   * never seen; 0 for none. Source: Kiperwasser & Goldberg, TACL 2016, section 5. Default: 1.
   */
  readonly wordDropout?: number | undefined;
  /** Filters over the characters of each word; 0 for a tagger that does not look into words. Default: 30. */
  readonly characterFilters?: number | undefined;
  /** Width of the vectors of characters. Default: 25. */
  readonly characterEmbedding?: number | undefined;
  /** Characters of a word that are read: of a longer one its first and its last. Default: 20. */
  readonly wordLength?: number | undefined;
  /** Share dropped in training of what goes into the network and what comes out. Default: 0.35. */
  readonly dropout?: number | undefined;
  /** Sentences in a step of training. Default: 16. */
  readonly batchSize?: number | undefined;
  /** Passes over the sentences. Default: 30. */
  readonly epochs?: number | undefined;
  /** Of Adam, whose gradients are held to a norm of 5. Default: 0.005 for recurrent networks, 0.002 for the others. */
  readonly learningRate?: number | undefined;
  /** Epochs without a better validation after which training ends. Default: 5. */
  readonly patience?: number | undefined;
  /** Threads of an operation. Default: 1: the operations of a step over a few sentences are too small to be shared out. */
  readonly threads?: number | undefined;
}

/** A tagger's config: the name of its network, its options, the network's own. Plain JSON. */
export type TaggerConfig<Name extends TagNetworkName = TagNetworkName> = {
  readonly name: Name;
} & TaggerOptions &
  TagNetworkOptions<Name>;

const kinds: { readonly [Name in keyof TaggerOptions]-?: OptionKind } = {
  ...trainingKinds,
  scheme: oneOf("BIO", "BIOES", "none"),
  output: oneOf("softmax", "crf"),
  embedding: count,
  trainEmbedding: flag,
  minCount: count,
  wordDropout: notNegative,
  characterFilters: countOrZero,
  characterEmbedding: count,
  wordLength: count,
};

const defaults = {
  ...trainingDefaults,
  scheme: undefined as TaggerOptions["scheme"],
  output: "crf" as "softmax" | "crf",
  embedding: 100,
  trainEmbedding: true,
  minCount: 1,
  wordDropout: 1,
  characterFilters: 30,
  characterEmbedding: 25,
  wordLength: 20,
  dropout: 0.35,
  batchSize: 16,
  epochs: 30,
  patience: 5,
  threads: 1,
};

/** Options with their defaults, but for the scheme, which follows from the tags. */
export type TaggerSettings = NetworkSettings<
  Readonly<typeof defaults & { learningRate: number }>,
  TagNetworkKind<object>,
  TagNetworkName
>;

/** Checks a config and fills in what it leaves open. @throws RecurraError `unknown-name`, `unknown-option`, `option-value` */
export function taggerSettings(config: TaggerConfig): TaggerSettings {
  return networkSettings(
    "tagger",
    config,
    tagNetworks,
    kinds,
    ({ learningRate }: TagNetworkKind<object>) => ({
      ...defaults,
      learningRate,
    }),
  );
}
