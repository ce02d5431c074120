// What all trained networks of this kit have in common: options of a training, and how a config is checked and filled in.

import { describe } from "../nn/choice.ts";
import { count, type OptionKind, type OptionKinds, positive, rate, whole } from "../nn/layer-options.ts";
import { RecurraError } from "../platform/error.ts";
import { checkOptions } from "./tokenizers/texts.ts";

/** Options of a training; the defaults are those of what is trained. */
export interface TrainingOptions {
  /** Share dropped in training. */
  readonly dropout?: number | undefined;
  /** Rows in a step of training. */
  readonly batchSize?: number | undefined;
  /** Passes over the data. */
  readonly epochs?: number | undefined;
  /** Of Adam. */
  readonly learningRate?: number | undefined;
  /** The share of the data that is held out, by which the best epoch is chosen; 0 for none. Default: 0.1. */
  readonly validationSplit?: number | undefined;
  /** Epochs without a better validation after which training ends. */
  readonly patience?: number | undefined;
  /** From which weights, orders and what is held out follow. Default: 0. */
  readonly seed?: number | undefined;
  /** Threads of an operation. Default: 2. */
  readonly threads?: number | undefined;
}

/** What each of them may be. */
export const trainingKinds: { readonly [Name in keyof TrainingOptions]-?: OptionKind } = {
  dropout: rate,
  batchSize: count,
  epochs: count,
  learningRate: positive,
  validationSplit: rate,
  patience: count,
  seed: whole,
  threads: count,
};

/** Defaults that all trainings share. */
export const trainingDefaults = { validationSplit: 0.1, seed: 0, threads: 2 };

/** A tokenizer's config; the registry of tokenisers says what it may be. */
export const tokenizerKind: OptionKind = () => undefined;

/** A kind of network, by its options. */
interface NetworkOptions {
  readonly options: object;
  readonly defaults: object;
}

/** What a config comes to: the options with their defaults, the kind of network, and its own options. */
export type NetworkSettings<Options extends object, Kind, Name extends string> = Options & {
  readonly name: Name;
  readonly kind: Kind;
  /** The network's own options. */
  readonly network: object;
};

/**
 * Checks a config and fills in what it leaves open.
 *
 * @param what is made of it, for messages: `text classifier`
 * @param networks the kinds of network by name
 * @param kinds what the options may be that all of them take
 * @param defaults of these, which may follow from the kind of network
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`
 */
export function networkSettings<Options extends object, Kind extends NetworkOptions, Name extends string>(
  what: string,
  config: { readonly name: Name },
  networks: Readonly<Record<Name, NetworkOptions>>,
  kinds: OptionKinds,
  defaults: (kind: Kind) => Options,
): NetworkSettings<Options, Kind, Name> {
  const { name, ...given } = config;
  if (!Object.hasOwn(networks, name)) {
    const names = Object.keys(networks).join(", ");
    throw new RecurraError("unknown-name", `there is no ${what} ${describe(name)}. There are ${names}`);
  }
  const kind = networks[name] as Kind;
  const own = kind.options as OptionKinds;
  checkOptions(`${what} ${name}`, given, { ...kinds, ...own });
  const chosen = (known: object) =>
    Object.fromEntries(
      Object.entries(given).filter(([option, value]) => Object.hasOwn(known, option) && value !== undefined),
    );
  return {
    ...defaults(kind),
    ...chosen(kinds),
    name,
    kind,
    network: { ...kind.defaults, ...chosen(own) },
  };
}
