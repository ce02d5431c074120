// The methods by name, and the options that each takes.

import { checkOptionNames, configOf } from "../../nn/choice.ts";
import { majority } from "./majority.ts";
import type { Method } from "./method.ts";
import { nearest } from "./nearest.ts";
import { networkMethod } from "./network-method.ts";
import {
  type ConvConfig,
  convSettings,
  type RecurrentClassifierConfig,
  recurrentSettings,
  type TransformerClassifierConfig,
  transformerSettings,
} from "./network-options.ts";
import { type RocketConfig, rocket } from "./rocket.ts";

interface DtwConfig {
  /** How far time may be stretched, as a share of the longer series, 0 to 1. Default 0.1. */
  readonly window?: number | undefined;
}

/** The options of each method. */
interface MethodConfigs {
  /** MiniRocket: convolution kernels that are not trained, and ridge regression. */
  readonly rocket: RocketConfig;
  /** Convolutions over time: FCN. */
  readonly conv: ConvConfig;
  readonly lstm: RecurrentClassifierConfig;
  readonly gru: RecurrentClassifierConfig;
  readonly transformer: TransformerClassifierConfig;
  /** The nearest training series by Euclidean distance. */
  readonly nearest: object;
  /** The nearest training series by dynamic time warping. */
  readonly dtw: DtwConfig;
  /** The most frequent class. */
  readonly majority: object;
}

/** The name of a method. */
export type ClassifierName = keyof MethodConfigs;

/** A method by its name, or with options: `{ name: "conv", filters: 128 }`. */
export type ClassifierChoice =
  | ClassifierName
  | { readonly [Name in ClassifierName]: { readonly name: Name } & MethodConfigs[Name] }[ClassifierName];

const makers: { readonly [Name in ClassifierName]: (config: MethodConfigs[Name]) => Method } = {
  rocket,
  conv: (config) => networkMethod("conv", convSettings(config)),
  lstm: (config) => networkMethod("lstm", recurrentSettings("lstm", config)),
  gru: (config) => networkMethod("gru", recurrentSettings("gru", config)),
  transformer: (config) => networkMethod("transformer", transformerSettings(config)),
  nearest: (config) => {
    checkOptionNames("nearest", config, []);
    return nearest();
  },
  dtw: (config) => {
    checkOptionNames("dtw", config, ["window"]);
    return nearest({ ...config, distance: "dtw" });
  },
  majority,
};

/** The names of all methods. */
export const classifierNames = Object.keys(makers) as readonly ClassifierName[];

/** The methods that train a network in epochs. */
export const networkNames: readonly ClassifierName[] = ["conv", "lstm", "gru", "transformer"];

/** The methods that do not heed weights of classes. */
export const unweightedNames: readonly ClassifierName[] = ["nearest", "dtw", "majority"];

/** The method that a choice stands for. @throws RecurraError `unknown-name`, `unknown-option`, `option-value` */
export function methodOf(choice: ClassifierChoice): Method {
  const { name, ...config } = configOf("model", choice, classifierNames);
  return makers[name as ClassifierName](config as never);
}
