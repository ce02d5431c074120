// Layers as weights files see them: a tree, each layer with its own weights and the attributes under which Keras keeps the layers inside it.

import type { NdArray } from "../../tensor/nd-array.ts";
import type { Shape } from "../../tensor/shape.ts";

/** A weight of a layer. */
export interface StoredWeight {
  /** Its own name: `kernel`. */
  readonly name: string;
  readonly shape: Shape;
  /** False for one that is kept rather than learned, or whose layer is frozen. */
  readonly trainable: boolean;
  /** Its numbers, where the tree is to be written. */
  readonly value?: () => NdArray;
}

/** A layer with what is inside it. */
export interface LayerNode<W extends StoredWeight = StoredWeight> {
  readonly className: string;
  /** The name of the layer; of one inside another it may be empty. */
  readonly name: string;
  /** Its own weights, in Keras' order. */
  readonly weights: readonly W[];
  readonly children: readonly ChildNode<W>[];
}

/** What an attribute of a layer holds: a layer, or a list of them. */
export interface ChildNode<W extends StoredWeight = StoredWeight> {
  /** Keras' name of the attribute: `cell`, `forward_layer`, `layers`. */
  readonly attribute: string;
  readonly layers: LayerNode<W> | readonly LayerNode<W>[];
}

/** The layers of an attribute, as a list. */
export function layersIn<W extends StoredWeight>({ layers }: ChildNode<W>): readonly LayerNode<W>[] {
  return isList(layers) ? layers : [layers];
}

/** Whether an attribute holds a list of layers. */
export function isList<W extends StoredWeight>(
  layers: ChildNode<W>["layers"],
): layers is readonly LayerNode<W>[] {
  return Array.isArray(layers);
}

/** All weights of a layer and of those inside it, in Keras' order: its own first. */
export function allWeights<W extends StoredWeight>(node: LayerNode<W>): readonly W[] {
  return [...node.weights, ...node.children.flatMap((child) => layersIn(child).flatMap(allWeights))];
}
