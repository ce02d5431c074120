// A layer of Keras as Recurra describes it.

import type { LayerRecord, NetworkRecord } from "../../model/records.ts";
import type { InputShape } from "../../nn/open-length.ts";
import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import { shapeOptions } from "./input-shape.ts";
import { type Fields, isFields, type KerasObject, listAt, objectAt } from "./json.ts";
import { commonOptions, kerasOptions, neutralValues, olderOptions, windowOptions } from "./layer-classes.ts";
import { camelCase } from "./naming.ts";
import { fromKeras, kindOf } from "./serialized.ts";
import type { SharedRecord } from "./sharing.ts";

/** What reading a model goes by. */
export interface ReadContext {
  /** The version of Keras that wrote the file, where it says. */
  readonly kerasVersion: string | undefined;
  /** Shapes of inputs by their name, for those that the file leaves open. */
  readonly inputShapes: Readonly<Record<string, InputShape>>;
  /** Whether a layer of the model, or of one inside it, makes a mask. */
  readonly isMasked: boolean;
  /** Layer classes of a user's own, by name; their options are taken as they are, under Recurra's names. */
  readonly ownClasses: readonly string[];
  /** Reads a model that stands in the place of a layer. */
  readonly readNetwork: (model: KerasObject, place: string, context: ReadContext) => NetworkRecord;
}

/** The classes of models, which may stand where layers do. */
export const modelClasses: readonly string[] = ["Sequential", "Functional", "Model"];

/** Options that hold layers. */
const layerOptions = ["layer", "backward_layer", "cell"];

/**
 * A layer as Recurra describes it. Options that say nothing are left out.
 *
 * @param place where it stands, for messages
 * @throws RecurraError `unknown-layer` for a class that Recurra does not have; `keras-option` for an option that it does not have;
 *   `keras-config` for what Keras does not write
 */
export function readLayer(value: unknown, place: string, context: ReadContext): SharedRecord {
  const object = objectAt(value, place);
  const record = readAlone(object, place, context);
  const { shared_object_id: sharedId } = object.fields;
  return sharedId === undefined ? record : { ...record, sharedId };
}

function readAlone(object: KerasObject, place: string, context: ReadContext): LayerRecord {
  const { className, config } = object;
  const name = typeof config.name === "string" ? config.name : "";
  const at = `${place}, ${name === "" ? className : `${name} (${className})`}`;
  if (modelClasses.includes(className)) return networkLayer(object, at, context);
  const options = Object.hasOwn(kerasOptions, className) ? kerasOptions[className] : undefined;
  const isOwn = options === undefined && context.ownClasses.includes(className);
  if (options === undefined && !isOwn) {
    const names = [...Object.keys(kerasOptions), ...context.ownClasses];
    throw new RecurraError(
      "unknown-layer",
      `${place}${name === "" ? "" : `, ${name}`}: there is no layer class "${className}" in Recurra. ${suggestion(className, names)}There are ${names.join(", ")}; a class of your own is given as { layers: { ${className} } }`,
    );
  }
  checkType(config.dtype, at);
  const read: Record<string, unknown> = commonConfig(config, at);
  for (const [written, given] of Object.entries(config)) {
    const option = olderOptions[className]?.[written] ?? written;
    if (saysNothing(option, given, className)) continue;
    if (options?.includes(option) === false)
      throw new RecurraError(
        "keras-option",
        `${at}: Recurra's ${className} has no ${option}, which is ${JSON.stringify(given)} here`,
      );
    read[camelCase(option)] = readOption(option, given, `${at}: ${option}`, context, className);
  }
  return { className, config: className === "Bidirectional" ? withoutTwin(read) : read };
}

/** The options that all layers have. */
function commonConfig(config: Fields, at: string): Record<string, unknown> {
  const { name, trainable = true, activity_regularizer: penalty = null } = config;
  return {
    ...(typeof name === "string" && name !== "" ? { name } : {}),
    ...(trainable === false ? { trainable } : {}),
    ...(penalty === null
      ? {}
      : { activityRegularizer: fromKeras("regularizer", penalty, `${at}: activity_regularizer`) }),
  };
}

function saysNothing(option: string, value: unknown, className: string): boolean {
  if (commonOptions.includes(option) || shapeOptions.includes(option) || option === "dtype") return true;
  if (value === null) return option !== "merge_mode";
  if (className === "StackedRNNCells" && option === "reverse_state_order") return value === false;
  const neutral = Object.hasOwn(neutralValues, option) ? neutralValues[option] : undefined;
  return (
    neutral === "any" || (neutral ?? []).some((known) => JSON.stringify(known) === JSON.stringify(value))
  );
}

function readOption(
  option: string,
  value: unknown,
  place: string,
  context: ReadContext,
  className: string,
): unknown {
  if (layerOptions.includes(option)) return readLayer(value, place, context);
  if (option === "cells")
    return listAt(value, place).map((cell, i) => readLayer(cell, `${place}[${i}]`, context));
  const kind = kindOf(option);
  if (kind === "activation") checkHardSigmoid(value, place, context);
  const read = fromKeras(kind, value, place);
  const isSingle = Array.isArray(read) && read.length === 1;
  const isScalar =
    ["axis", "output_shape"].includes(option) || (windowOptions.includes(option) && className.includes("1D"));
  return isSingle && isScalar ? read[0] : read;
}

/** Keras 2 computed hard_sigmoid as clip(0.2x + 0.5, 0, 1), Keras 3 does as relu6(x + 3) / 6: the weights mean another network. */
function checkHardSigmoid(value: unknown, place: string, { kerasVersion }: ReadContext): void {
  if (value !== "hard_sigmoid" || kerasVersion === undefined || !/^[12]\./.test(kerasVersion)) return;
  throw new RecurraError(
    "keras-option",
    `${place} is the hard_sigmoid of Keras ${kerasVersion}, clip(0.2x + 0.5, 0, 1), which Recurra and Keras 3 do not have`,
  );
}

/** Fails for a quantised layer. What floats a layer computes in is left to Recurra. */
function checkType(dtype: unknown, at: string): void {
  const name = isFields(dtype) ? (dtype.config as Fields | undefined)?.name : dtype;
  const isQuantized = isFields(dtype) && dtype.class_name !== "DTypePolicy" && dtype.class_name !== "Policy";
  if (isQuantized || (typeof name === "string" && /int8|int4|float8|gptq|awq/.test(name)))
    throw new RecurraError(
      "keras-option",
      `${at} is quantised (${JSON.stringify(dtype)}), which Recurra does not read`,
    );
}

/**
 * Keras writes the backward layer of a Bidirectional in any case. One that is the forward layer turned around is left out, and so are
 * the names, which Keras makes of the layer's.
 */
function withoutTwin({ layer, backwardLayer, ...rest }: Record<string, unknown>): Record<string, unknown> {
  const forward = nameless(layer as LayerRecord);
  if (backwardLayer === undefined) return { ...rest, layer: forward };
  const backward = nameless(backwardLayer as LayerRecord);
  const turned = ({ className, config: { goBackwards, ...config } }: LayerRecord) =>
    JSON.stringify([className, Object.entries(config).sort()]);
  const isTwin =
    turned(forward) === turned(backward) &&
    (forward.config.goBackwards === true) !== (backward.config.goBackwards === true);
  return { ...rest, layer: forward, ...(isTwin ? {} : { backwardLayer: backward }) };
}

function nameless({ className, config: { name, ...config } }: LayerRecord): LayerRecord {
  return { className, config };
}

/** A model that stands where a layer does. */
function networkLayer(model: KerasObject, at: string, context: ReadContext): LayerRecord {
  const network = context.readNetwork(model, at, context);
  return {
    className: network.className,
    config: {
      name: network.name,
      ...(model.config.trainable === false ? { trainable: false } : {}),
      network,
    },
  };
}
