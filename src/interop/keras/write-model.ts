// A model of Recurra as Keras describes it.

import { NetworkLayer } from "../../model/network-layer.ts";
import type { NetworkInput, NetworkLike, NetworkStructure } from "../../model/network-types.ts";
import type { Layer, LayerApplication, LayerTensor } from "../../nn/layer.ts";
import { mapOptions } from "../../nn/symbolic.ts";
import type { Fields } from "./json.ts";
import { snakeCase } from "./naming.ts";
import { kerasObject } from "./serialized.ts";
import { callsInside, sharedLayers } from "./sharing.ts";
import { floats, type NetworkPlace, type WriteContext, writeLayer } from "./write-layer.ts";
import { MaskWriter } from "./write-masks.ts";

/**
 * A model as Keras' JSON: `config.json` of a `.keras` archive or, without modules, `model_config` of an HDF5 file.
 *
 * @param batchSize samples in a batch, which a stateful layer needs
 * @throws RecurraError `not-saveable` for a layer or an option that Keras does not have, and for a function of one's own
 */
export function writeModel(
  network: NetworkLike,
  { isLegacy = false, batchSize }: Partial<Pick<WriteContext, "isLegacy" | "batchSize">> = {},
): Fields {
  const context = { isLegacy, batchSize, shared: sharedLayers(network), writeNetwork };
  return entryOf(writeNetwork(network, { name: network.name, trainable: true }, context), context);
}

function writeNetwork(network: NetworkLike, place: NetworkPlace, context: WriteContext): Fields {
  const { structure } = network;
  return structure === undefined
    ? writeStack(network, place, context)
    : writeGraph(network, structure, place, context);
}

function writeStack(
  { layers, inputs }: NetworkLike,
  { name, trainable }: NetworkPlace,
  context: WriteContext,
): Fields {
  const starts = inputs.map((input) => writeInput({ ...input, name: `${name}_input` }, context));
  const config = {
    name,
    trainable,
    dtype: floats,
    layers: [...starts, ...layers.map((layer) => entryOf(writeLayer(layer, context), context))],
    build_input_shape: [context.batchSize ?? null, ...(inputs[0]?.shape ?? [])],
  };
  return kerasObject("keras", "Sequential", config);
}

function writeInput(
  { name, shape, dtype }: Pick<NetworkInput, "name" | "shape" | "dtype">,
  context: WriteContext,
): Fields {
  const config = { batch_shape: [context.batchSize ?? null, ...shape], dtype, name };
  return entryOf(kerasObject("keras.layers", "InputLayer", config), context);
}

/** An object as it stands among the layers of a model. */
function entryOf(object: Fields, { isLegacy }: WriteContext): Fields {
  if (!isLegacy) return object;
  const { module: _, registered_name: __, ...entry } = object;
  return entry;
}

function writeGraph(
  network: NetworkLike,
  { starts, ends, calls }: NetworkStructure,
  { name, trainable }: NetworkPlace,
  context: WriteContext,
): Fields {
  const { layers, inputs, outputNames } = network;
  const isShared = (layer: Layer) => context.shared.has(layer) && !context.isLegacy;
  const historyOf = (tensor: LayerTensor): History => {
    const start = starts.indexOf(tensor);
    if (start >= 0) return [inputs[start]?.name ?? "", 0, 0];
    const source = tensor.source as LayerApplication;
    const own = calls.filter(({ layer }) => layer === source.layer);
    const before = isShared(source.layer) ? callsInside(network, source.layer) : 0;
    return [source.layer.name, before + own.indexOf(source), source.outputs.indexOf(tensor)];
  };
  const written = (tensor: LayerTensor): Fields => ({
    class_name: "__keras_tensor__",
    config: {
      shape: [context.batchSize ?? null, ...tensor.shape],
      dtype: tensor.dtype,
      keras_history: historyOf(tensor),
    },
  });
  const masks = new MaskWriter(written, new Set([...layers, ...inputs].map((one) => one.name)));
  const entries = layers.map((layer) => ({
    ...entryOf(writeLayer(layer, context), context),
    name: layer.name,
    inbound_nodes: calls
      .filter((call) => call.layer === layer)
      .map((call) => writeCall(call, written, masks.optionsFor(call))),
  }));
  const inputEntries = inputs.map((input) => ({
    ...writeInput(input, context),
    name: input.name,
    inbound_nodes: [],
  }));
  const outputs = ends.map((end): History => {
    const [layer, call, output] = historyOf(end);
    // For outputs Keras counts the calls of a functional model inside from 1 (functional.py, get_config and get_tensor).
    const isGraph = "layer" in end.source && isFunctional(end.source.layer);
    return [layer, isGraph ? call + 1 : call, output];
  });
  const isNamed = outputs.some(([layer], i) => outputNames[i] !== layer);
  const config = {
    name,
    trainable,
    layers: [...inputEntries, ...entries, ...masks.entries],
    input_layers: onlyOr(inputs.map((input): History => [input.name, 0, 0])),
    output_layers: isNamed
      ? Object.fromEntries(outputs.map((output, i) => [outputNames[i], output]))
      : onlyOr(outputs),
  };
  const object = kerasObject("keras.src.models.functional", "Functional", config);
  return { ...object, registered_name: "Functional" };
}

/** Keras' name for a tensor: the layer, the place of the call among the layer's, that of the output among the call's. */
type History = readonly [layer: string, call: number, output: number];

function isFunctional(layer: Layer): boolean {
  return layer instanceof NetworkLayer && layer.config.network.structure !== undefined;
}

/** A list, or the one thing in it. */
function onlyOr<T>(list: readonly T[]): T | readonly T[] {
  const [only] = list;
  return list.length === 1 && only !== undefined ? only : list;
}

/** Takes each input as an argument of its own instead of a list, and the value beside the query in any case. */
const withArguments = "MultiHeadAttention";

function writeCall(
  { layer, inputs, options }: LayerApplication,
  written: (tensor: LayerTensor) => Fields,
  more: Fields,
): Fields {
  const isSelf = layer.className === withArguments && inputs.length === 1;
  const tensors = [...inputs, ...(isSelf ? inputs : [])].map(written);
  const isList = layer.inputCount[1] > 1 && layer.className !== withArguments;
  const kwargs = mapOptions<Layer>(options, written);
  const given = Object.entries(kwargs).filter(([, value]) => value !== undefined);
  return {
    args: isList ? [tensors] : tensors,
    kwargs: { ...Object.fromEntries(given.map(([name, value]) => [snakeCase(name), value])), ...more },
  };
}
