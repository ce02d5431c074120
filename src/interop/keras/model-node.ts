// A model of Recurra as the tree that weights files of Keras follow.

import { NetworkLayer } from "../../model/network-layer.ts";
import type { NetworkLike } from "../../model/network-types.ts";
import type { LayerRecord, NetworkRecord } from "../../model/records.ts";
import type { Layer, Weight } from "../../nn/layer.ts";
import type { ChildNode, LayerNode, StoredWeight } from "./layer-node.ts";
import { kerasOrder } from "./layer-order.ts";
import { snakeCase } from "./naming.ts";

/** A weight of a model, as files know it. */
export interface ModelWeight extends StoredWeight {
  readonly weight: Weight;
}

type Node = LayerNode<ModelWeight>;

/**
 * The tree of a model: its layers in Keras' order. The model must have been built.
 *
 * @param record what it was made of, if that says the order: the layers of a file of Keras stand as Keras counts them
 */
export function modelNode(network: NetworkLike, record?: NetworkRecord): Node {
  return networkNode({ network, name: network.name, trainable: true, record }, new Map());
}

/** A layer that is met twice is one node. */
type Known = Map<Layer, Node>;

interface NetworkPlace {
  readonly network: NetworkLike;
  readonly name: string;
  readonly trainable: boolean;
  readonly record: NetworkRecord | undefined;
}

function networkNode({ network, name, trainable, record }: NetworkPlace, known: Known): Node {
  const { className, layers, structure } = network;
  const places = new Map(record?.layers.map(({ config }, i) => [config.name, i]));
  const placeOf = (layer: Layer) => places.get(layer.name) ?? -1;
  const ordered =
    record === undefined && structure !== undefined
      ? kerasOrder(structure.ends)
      : layers.toSorted((a, b) => placeOf(a) - placeOf(b));
  const nodes = ordered.map((layer) => layerNode(layer, trainable, known, record?.layers[placeOf(layer)]));
  return { className, name, weights: [], children: [{ attribute: "layers", layers: nodes }] };
}

function layerNode(layer: Layer, isTrained: boolean, known: Known, record?: LayerRecord): Node {
  const before = known.get(layer);
  if (before !== undefined) return before;
  const trainable = isTrained && layer.trainable;
  const { className, name } = layer;
  const inner = record?.config.network as NetworkRecord | undefined;
  const node =
    layer instanceof NetworkLayer
      ? networkNode({ network: layer.config.network, name, trainable, record: inner }, known)
      : { className, name, ...contents(layer, trainable, known) };
  known.set(layer, node);
  return node;
}

function contents(layer: Layer, trainable: boolean, known: Known): Pick<Node, "weights" | "children"> {
  const weights = layer.ownWeights.map(
    (weight): ModelWeight => ({
      name: snakeCase(weight.name),
      shape: weight.shape,
      trainable: trainable && weight.trainable,
      value: () => weight.peek(),
      weight,
    }),
  );
  const parts = Object.hasOwn(splitWeights, layer.className) ? splitWeights[layer.className] : undefined;
  const children = childrenOf(layer, trainable, known);
  if (parts === undefined) return { weights, children };
  const groups = parts.map(({ attribute, name, prefix }): ChildNode<ModelWeight> => {
    const own = weights.filter((weight) => weight.name.startsWith(prefix));
    const inner = own.map((weight) => ({ ...weight, name: weight.name.slice(prefix.length) }));
    return { attribute, layers: { className: "EinsumDense", name, weights: inner, children: [] } };
  });
  const others = weights.filter(({ name }) => parts.every(({ prefix }) => !name.startsWith(prefix)));
  return { weights: others, children: [...groups, ...children] };
}

/** Layers whose weights Keras keeps in layers inside them, where Recurra has them side by side. */
const splitWeights: Readonly<
  Record<string, readonly { readonly attribute: string; readonly name: string; readonly prefix: string }[]>
> = {
  MultiHeadAttention: [
    { attribute: "query_dense", name: "query", prefix: "query_" },
    { attribute: "key_dense", name: "key", prefix: "key_" },
    { attribute: "value_dense", name: "value", prefix: "value_" },
    { attribute: "output_dense", name: "attention_output", prefix: "output_" },
  ],
};

function childrenOf(layer: Layer, trainable: boolean, known: Known): readonly ChildNode<ModelWeight>[] {
  const nodes = layer.children.map((child) => ({
    name: child.name,
    node: layerNode(child.layer, trainable, known),
  }));
  if (layer.className === "StackedRNNCells")
    return [{ attribute: "cells", layers: nodes.map(({ node }) => node) }];
  // A layer such as LSTM has its cell's weights as its own, and the cell under no name.
  return nodes.map(({ name, node }) => ({ attribute: name === "" ? "cell" : snakeCase(name), layers: node }));
}
