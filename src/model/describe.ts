// From a network to the JSON that describes it.

import { Layer, type LayerApplication, type LayerTensor, type Weight } from "../nn/layer.ts";
import { SymbolicTensor } from "../nn/symbolic.ts";
import { RecurraError } from "../platform/error.ts";
import { NetworkLayer } from "./network-layer.ts";
import type { NetworkLike } from "./network-types.ts";
import type { CallRecord, LayerRecord, NetworkRecord, TensorRecord } from "./records.ts";

/** A network as JSON. @throws RecurraError `not-saveable` where a part of it is code, or layers share a weight */
export function describeNetwork(network: NetworkLike): NetworkRecord {
  checkUnshared(network.layers);
  const { className, name, seed } = network;
  const layers = network.layers.map(describeLayer);
  if (network.structure === undefined) return { className, name, seed, layers };
  const { starts, ends, calls } = network.structure;
  const placeOf = (tensor: LayerTensor): TensorRecord => {
    const start = starts.indexOf(tensor);
    if (start >= 0) return { input: start };
    const source = tensor.source as LayerApplication;
    return { call: calls.indexOf(source), output: source.outputs.indexOf(tensor) };
  };
  return {
    className,
    name,
    seed,
    layers,
    inputs: network.inputs.map((input) => ({ name: input.name, shape: input.shape, dtype: input.dtype })),
    calls: calls.map(({ layer, inputs, options }): CallRecord => {
      const what = `the call of layer ${layer.name}`;
      const plain = plainValue(options, what, placeOf) as Readonly<Record<string, unknown>>;
      return {
        layer: network.layers.indexOf(layer),
        inputs: inputs.map(placeOf),
        ...(Object.keys(plain).length === 0 ? {} : { options: plain }),
      };
    }),
    outputs: ends.map((tensor, i) => ({ name: network.outputNames[i] ?? "", tensor: placeOf(tensor) })),
  };
}

/** A layer's config as JSON; layers within it are described likewise. */
export function describeLayer(layer: Layer): LayerRecord {
  const { name, trainable, className } = layer;
  if (layer instanceof NetworkLayer)
    return { className, config: { name, trainable, network: describeNetwork(layer.config.network) } };
  const own = {
    ...layer.config,
    ...(name === "" ? {} : { name }),
    ...(trainable === (layer.config.trainable ?? true) ? {} : { trainable }),
  };
  const config = plainValue(own, `layer ${name || className}`);
  return { className, config: config as LayerRecord["config"] };
}

/** A value as JSON holds it. */
function plainValue(value: unknown, path: string, placeOf?: (tensor: LayerTensor) => TensorRecord): unknown {
  if (value instanceof Layer) return describeLayer(value);
  if (value instanceof SymbolicTensor && placeOf !== undefined)
    return { tensor: placeOf(value as LayerTensor) };
  if (typeof value === "function") {
    throw new RecurraError(
      "not-saveable",
      `save: ${path} is a function, which cannot be written to a file; name it, or save the weights alone`,
    );
  }
  if (Array.isArray(value)) return value.map((part, i) => plainValue(part, `${path}[${i}]`, placeOf));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([key, part]) => [key, plainValue(part, `${path}.${key}`, placeOf)]),
  );
}

/** Fails where different layers share weights: read back, each would have its own. */
function checkUnshared(layers: readonly Layer[]): void {
  const owners = new Map<Weight, Layer>();
  for (const layer of layers) {
    if (layer instanceof NetworkLayer) continue;
    for (const weight of layer.weights) {
      const owner = owners.get(weight);
      if (owner !== undefined && owner !== layer) {
        throw new RecurraError(
          "not-saveable",
          `save: layers ${owner.name} and ${layer.name} share the weight ${weight.name}; a saved model shares layers, not weights: call one layer twice`,
        );
      }
      owners.set(weight, layer);
    }
  }
}
