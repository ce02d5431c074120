// What layers are made with beside numbers, in both directions: initialisers, regularisers, constraints and activations.
//
// Keras has `{ "class_name": "VarianceScaling", "config": { "scale": 2.0, "mode": "fan_in" } }`, or a name, where Recurra has
// `{ name: "varianceScaling", scale: 2, mode: "fanIn" }`, or a name.

import { RecurraError } from "../../platform/error.ts";
import { badConfig, type Fields, isFields, objectAt, plainAt, textAt } from "./json.ts";
import { camelCase, lowerFirst, snakeCase, upperFirst } from "./naming.ts";

/** What an option stands for; a word is written as names are, plain values are numbers, texts and lists of them. */
export type OptionKind = "initializer" | "regularizer" | "constraint" | "activation" | "word" | "plain";

/** The kind of an option of Keras, by its name. */
export function kindOf(option: string): OptionKind {
  if (option.endsWith("initializer")) return "initializer";
  if (option.endsWith("regularizer")) return "regularizer";
  if (option.endsWith("constraint")) return "constraint";
  if (option === "output_mode") return "word";
  return option.endsWith("activation") ? "activation" : "plain";
}

/** Names where the two differ by more than the writing, Recurra's first. */
const classNames: Readonly<
  Record<Exclude<OptionKind, "plain" | "word" | "activation">, Readonly<Record<string, string>>>
> = {
  initializer: {},
  regularizer: { l1: "L1", l2: "L2", l1l2: "L1L2", orthogonal: "OrthogonalRegularizer" },
  constraint: {},
};

/** Older names, as Keras 1 and 2 wrote them. */
const olderNames: Readonly<Record<string, string>> = {
  uniform: "randomUniform",
  normal: "randomNormal",
  one: "ones",
  zero: "zeros",
  orthogonalInitializer: "orthogonal",
  identityInitializer: "identity",
  l1L2: "l1l2",
};

/** Options of Keras' objects that say nothing here: weights are drawn from the model's seed. */
const withoutMeaning = ["seed", "dtype", "input_axes", "output_axes", "partition_info"];

/** Options whose values are names. */
const namedValues = ["mode", "distribution"];

/**
 * A value of a layer's config as Recurra has it.
 *
 * @throws RecurraError `keras-config`, `keras-option` for what Recurra does not have
 */
export function fromKeras(kind: OptionKind, value: unknown, place: string): unknown {
  if (kind === "plain") return plainAt(value, place);
  if (kind === "word") return camelCase(textAt(value, place));
  if (kind === "activation") return activationFrom(value, place);
  if (typeof value === "string") return currentName(camelCase(value));
  const { className, config } = objectAt(value, place);
  const own = Object.entries(classNames[kind]).find(([, keras]) => keras === className)?.[0];
  const options = Object.entries(config)
    .filter(([name, option]) => option !== null && !withoutMeaning.includes(name))
    .map(([name, option]) => [
      camelCase(name),
      namedValues.includes(name) ? camelCase(String(option)) : plainAt(option, `${place}.${name}`),
    ]);
  const name = own ?? currentName(lowerFirst(className));
  return options.length === 0 ? name : { name, ...Object.fromEntries(options) };
}

const currentName = (name: string) => olderNames[name] ?? name;

/** Layers that stand for activations with options, by their class. */
const activationLayers: Readonly<Record<string, (config: Fields) => Fields>> = {
  ReLU: () => ({ name: "relu" }),
  LeakyReLU: (config) => ({ name: "leakyRelu", negativeSlope: config.negative_slope ?? config.alpha ?? 0.3 }),
  ELU: (config) => ({ name: "elu", alpha: config.alpha ?? 1 }),
  Softmax: (config) => ({ name: "softmax", axis: config.axis ?? -1 }),
};

function activationFrom(value: unknown, place: string): unknown {
  if (typeof value === "string") return camelCase(value);
  if (!isFields(value)) throw badConfig(place, "an activation", value);
  // A function is serialised with its name for a config.
  if (typeof value.config === "string") return camelCase(value.config);
  const { className, config } = objectAt(value, place);
  const make = Object.hasOwn(activationLayers, className) ? activationLayers[className] : undefined;
  const { max_value: bound = null, threshold = 0, negative_slope: slope = 0 } = config;
  const isBent = className === "ReLU" && (bound !== null || threshold !== 0 || slope !== 0);
  if (make !== undefined && !isBent) return make(config);
  throw new RecurraError(
    "keras-option",
    `${place}: ${className}${isBent ? " with its options" : ""} is none of the activations that Recurra reads`,
  );
}

/**
 * A value of a layer's config as Keras has it.
 *
 * @throws RecurraError `not-saveable` for a function of one's own
 */
export function toKeras(kind: OptionKind, value: unknown, place: string): unknown {
  if (typeof value === "function")
    throw new RecurraError(
      "not-saveable",
      `${place} is a function, which cannot be written to a file; name it`,
    );
  if (kind === "plain") return value;
  if (kind === "word") return snakeCase(textAt(value, place));
  const { name, ...options } =
    typeof value === "string" ? { name: value } : (value as { readonly name: string });
  const written = Object.fromEntries(
    Object.entries(options)
      .filter(([, option]) => option !== undefined)
      .map(([key, option]) => {
        const snake = snakeCase(key);
        return [snake, namedValues.includes(snake) ? snakeCase(textAt(option, `${place}.${key}`)) : option];
      }),
  );
  if (kind === "activation") return activationTo(name, written, place);
  return kerasObject(`keras.${kind}s`, classNames[kind][name] ?? upperFirst(name), written);
}

/** An object of Keras. */
export function kerasObject(module: string, className: string, config: Fields): Fields {
  return { module, class_name: className, config, registered_name: null };
}

/** Activations with options, which Keras has as layers. */
const layersForActivations: Readonly<Record<string, string>> = {
  leakyRelu: "LeakyReLU",
  elu: "ELU",
  softmax: "Softmax",
};

function activationTo(name: string, options: Fields, place: string): unknown {
  if (Object.keys(options).length === 0) return name === "swish" ? "silu" : snakeCase(name);
  const layer = Object.hasOwn(layersForActivations, name) ? layersForActivations[name] : undefined;
  if (layer !== undefined) return kerasObject("keras.layers", layer, options);
  throw new RecurraError(
    "not-saveable",
    `${place}: Keras has no ${name} with the options ${Object.keys(options).join(", ")}`,
  );
}
