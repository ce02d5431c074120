// A layer of Recurra as Keras describes it.

import { NetworkLayer } from "../../model/network-layer.ts";
import type { NetworkLike } from "../../model/network-types.ts";
import { Layer } from "../../nn/layer.ts";
import { RecurraError } from "../../platform/error.ts";
import type { Fields } from "./json.ts";
import { commonOptions, kerasOptions, neededOptions, refusedValues } from "./layer-classes.ts";
import { snakeCase } from "./naming.ts";
import { kerasObject, kindOf, toKeras } from "./serialized.ts";

/** What writing a model goes by. */
export interface WriteContext {
  /** Whether it is for an HDF5 file in Keras 2's layout, in which the layers of a model do not name their modules. */
  readonly isLegacy: boolean;
  /** Samples in a batch, where that is fixed. */
  readonly batchSize: number | undefined;
  /** Layers that stand in several places, with numbers for them. */
  readonly shared: ReadonlyMap<Layer, number>;
  /** Writes a model that stands in the place of a layer. */
  readonly writeNetwork: (network: NetworkLike, place: NetworkPlace, context: WriteContext) => Fields;
}

/** What a model is called where it stands, and whether it is learned there. */
export interface NetworkPlace {
  readonly name: string;
  readonly trainable: boolean;
}

/**
 * A layer as Keras describes it: the options that it was made with, under Keras' names.
 *
 * @throws RecurraError `not-saveable` for a layer or an option that Keras does not have, and for a function of one's own
 */
export function writeLayer(layer: Layer, context: WriteContext): Fields {
  const object = writeAlone(layer, context);
  const id = context.shared.get(layer);
  return id === undefined ? object : { ...object, shared_object_id: id };
}

function writeAlone(layer: Layer, context: WriteContext): Fields {
  const { className, name, trainable } = layer;
  if (layer instanceof NetworkLayer) {
    const { network } = layer.config;
    return context.writeNetwork(network, { name: name || network.name, trainable }, context);
  }
  const at = `layer ${name || className}`;
  const options = Object.hasOwn(kerasOptions, className) ? kerasOptions[className] : undefined;
  if (options === undefined) {
    throw refusal(`${at} is of the class ${className}, which Keras does not have`);
  }
  const config: Record<string, unknown> = {
    ...(name === "" ? {} : { name }),
    ...(className === "SpatialDropout1D" ? {} : { trainable }), // which that class does not take
    dtype: floats,
    ...neededOptions[className],
  };
  for (const [option, value] of Object.entries(layer.config)) {
    if (value === undefined || ["name", "trainable", "inputShape"].includes(option)) continue;
    const keras = snakeCase(option);
    if (value === false && !options.includes(keras)) continue; // what Keras' layers do not do
    if (!options.includes(keras) && !commonOptions.includes(keras))
      throw refusal(`${at}: Keras' ${className} has no option for ${option}`);
    checkValue(className, keras, value, at, context);
    config[keras] = writeOption(keras, value, `${at}: ${option}`, context);
  }
  return kerasObject("keras.layers", className, config);
}

/** Fails for a value that Keras' layer of this class does not take. */
function checkValue(
  className: string,
  option: string,
  value: unknown,
  at: string,
  { isLegacy, batchSize }: WriteContext,
): void {
  if (value === refusedValues[className]?.[option])
    throw refusal(`${at}: Keras' ${className} has no ${option} ${JSON.stringify(value)}`);
  if (option === "stateful" && value === true && batchSize === undefined)
    throw new RecurraError(
      "not-saveable",
      `${at} is stateful; Keras makes such a layer for batches of one size, which is to be given as batchSize`,
    );
  // keras 3.15.1, legacy/saving/saving_utils.py, model_from_config: only one axis is read.
  if (isLegacy && option === "axis" && Array.isArray(value) && value.length > 1)
    throw refusal(
      `${at}: several axes, ${JSON.stringify(value)}, are lost in .h5 files; write a .keras archive`,
    );
}

function refusal(why: string): RecurraError {
  return new RecurraError("not-saveable", `${why}; save the weights alone`);
}

function writeOption(option: string, value: unknown, place: string, context: WriteContext): unknown {
  if (value instanceof Layer) return writeLayer(value, context);
  if (Array.isArray(value) && value.some((part) => part instanceof Layer)) {
    const cells = value.map((part: Layer) => writeLayer(part, context));
    return option === "cells" ? cells : kerasObject("keras.layers", "StackedRNNCells", { cells });
  }
  return toKeras(kindOf(option), value, place);
}

/** The type that layers compute in. */
export const floats: Fields = kerasObject("keras", "DTypePolicy", { name: "float32" });
