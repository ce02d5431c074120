// From a network to the JSON that describes it.

import { describe } from "../nn/choice.ts";
import { Layer, type LayerApplication, type LayerTensor } from "../nn/layer.ts";
import { SymbolicTensor } from "../nn/symbolic.ts";
import { RecurraError } from "../platform/error.ts";
import { isPlainObject } from "./model-data.ts";
import { NetworkLayer } from "./network-layer.ts";
import type { NetworkLike } from "./network-types.ts";
import type { CallRecord, LayerRecord, NetworkRecord, TensorRecord } from "./records.ts";

/** A network as JSON. @throws RecurraError `not-saveable` where a part of it is code, or layers share weights behind its back */
export function describeNetwork(network: NetworkLike): NetworkRecord {
  const describer = new Describer();
  const record = describer.network(network);
  describer.checkShared(network);
  return record;
}

/** What layers stand in: a network, or a layer. */
type Holder = NetworkLike | Layer;

class Describer {
  /** The layers that are written out, in the order in which they were finished. */
  readonly #written = new Map<Layer, number>();
  /** Which layers the record of a holder names. */
  readonly #named = new Map<Holder, Set<Layer>>();

  network(network: NetworkLike): NetworkRecord {
    const { className, name, seed, structure } = network;
    const layers = network.layers.map((layer) => this.#layer(layer, network));
    if (structure === undefined) return { className, name, seed, layers };
    const { starts, ends, calls } = structure;
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
        const plain = plainValue(options, `the call of layer ${layer.name}`, (value) =>
          value instanceof SymbolicTensor ? { tensor: placeOf(value as LayerTensor) } : undefined,
        ) as Readonly<Record<string, unknown>>;
        return {
          layer: network.layers.indexOf(layer),
          inputs: inputs.map(placeOf),
          ...(Object.keys(plain).length === 0 ? {} : { options: plain }),
        };
      }),
      outputs: ends.map((tensor, i) => ({ name: network.outputNames[i] ?? "", tensor: placeOf(tensor) })),
    };
  }

  /** A layer's config as JSON, with the layers in it; of a layer that has been written before, its number. */
  #layer(layer: Layer, holder: Holder): LayerRecord {
    const { className } = layer;
    const named = this.#named.get(holder) ?? new Set();
    this.#named.set(holder, named.add(layer));
    const same = this.#written.get(layer);
    if (same !== undefined) return { className, config: {}, same };
    const config = this.#config(layer);
    this.#written.set(layer, this.#written.size);
    return { className, config };
  }

  #config(layer: Layer): LayerRecord["config"] {
    const { name, trainable } = layer;
    if (layer instanceof NetworkLayer)
      return { name, trainable, network: this.network(layer.config.network) };
    const own = {
      ...layer.config,
      ...(name === "" ? {} : { name }),
      ...(trainable === (layer.config.trainable ?? true) ? {} : { trainable }),
    };
    return plainValue(own, `layer ${name || layer.className}`, (value) =>
      value instanceof Layer ? this.#layer(value, layer) : undefined,
    ) as LayerRecord["config"];
  }

  /** Fails where two layers share one, and the record of one of them does not say so: read back, each would have its own. */
  checkShared(network: NetworkLike): void {
    const holders = new Map<Layer, Holder[]>();
    const visit = (holder: Holder, layers: readonly Layer[]) => {
      for (const layer of layers) {
        const before = holders.get(layer);
        holders.set(layer, [...(before ?? []), holder]);
        if (before !== undefined) continue;
        if (layer instanceof NetworkLayer) visit(layer.config.network, layer.config.network.layers);
        else
          visit(
            layer,
            layer.children.map((child) => child.layer),
          );
      }
    };
    visit(network, network.layers);
    for (const [layer, list] of holders) {
      const silent = list.find((holder) => this.#named.get(holder)?.has(layer) !== true);
      if (list.length < 2 || silent === undefined || layer.weights.length === 0) continue;
      const other = list.find((holder) => holder !== silent) ?? silent;
      throw new RecurraError(
        "not-saveable",
        `save: ${nameOf(other)} and ${nameOf(silent)} share the weights of ${nameOf(layer)}, and the options of ${nameOf(silent)} do ` +
          "not hold that layer, so that it would have weights of its own when it is read back",
      );
    }
  }
}

function nameOf(holder: Holder): string {
  return `${holder instanceof Layer ? "layer" : "model"} ${holder.name || holder.className}`;
}

/**
 * A value as JSON holds it.
 *
 * @param write what becomes of a value that JSON does not hold; `undefined` for one that it does not know either
 */
function plainValue(value: unknown, path: string, write: (value: object) => unknown): unknown {
  const fail = (what: string) =>
    new RecurraError(
      "not-saveable",
      `save: ${path} is ${what}, which cannot be written to a file; ${typeof value === "function" ? "name it, or " : ""}save the weights alone`,
    );
  if (typeof value === "number" && !Number.isFinite(value)) throw fail(String(value));
  if (["function", "bigint", "symbol"].includes(typeof value))
    throw fail(typeof value === "function" ? "a function" : `a ${typeof value}`);
  if (typeof value !== "object" || value === null) return value;
  const written = write(value);
  if (written !== undefined) return written;
  if (Array.isArray(value)) return value.map((part, i) => plainValue(part, `${path}[${i}]`, write));
  if (!isPlainObject(value)) throw fail(describe(value));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([key, part]) => [key, plainValue(part, `${path}.${key}`, write)]),
  );
}
