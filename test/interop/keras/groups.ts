// HDF5 groups made by hand, and trees of layers that are sought in them.

import type { H5Attribute, H5Dataset, H5Group } from "../../../src/interop/keras/hdf5.ts";
import type { ChildNode, LayerNode, StoredWeight } from "../../../src/interop/keras/layer-node.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import type { Shape } from "../../../src/tensor/shape.ts";

/** A group as nested objects: a shape is an array of that shape, `@name` an attribute. */
export interface GroupSpec {
  readonly [name: string]: GroupSpec | Shape | H5Attribute;
}

export function groupOf(spec: GroupSpec, path = "", stored = "float32"): H5Group {
  const attributes = new Map<string, H5Attribute>();
  const groups = new Map<string, H5Group>();
  const datasets = new Map<string, H5Dataset>();
  for (const [name, value] of Object.entries(spec)) {
    const inner = path === "" ? name : `${path}/${name}`;
    if (name.startsWith("@")) attributes.set(name.slice(1), value as H5Attribute);
    else if (Array.isArray(value)) {
      const shape = value as Shape;
      datasets.set(name, { path: inner, shape, stored, read: () => NdArray.zeros(shape) });
    } else groups.set(name, groupOf(value as GroupSpec, inner, stored));
  }
  return { path, attributes, groups, datasets };
}

/** A layer with weights of these shapes, named w0, w1 …; negative places in `kept` are none. */
export function layerOf(
  className: string,
  name: string,
  shapes: readonly Shape[] = [],
  children: readonly ChildNode[] = [],
  kept: readonly number[] = [],
): LayerNode {
  const weights = shapes.map(
    (shape, i): StoredWeight => ({ name: `w${i}`, shape, trainable: !kept.includes(i) }),
  );
  return { className, name, weights, children };
}

export function modelOf(...layers: readonly LayerNode[]): LayerNode {
  return layerOf("Functional", "model", [], [{ attribute: "layers", layers }]);
}

/** Where weights were found: the owner's name with the weight's, and the path in the file. */
export function pathsOf(
  model: LayerNode,
  found: readonly (readonly [StoredWeight, H5Dataset])[],
): Readonly<Record<string, string>> {
  const owners = new Map<StoredWeight, string>();
  const visit = (node: LayerNode, path: string) => {
    for (const weight of node.weights) owners.set(weight, `${path}.${weight.name}`);
    for (const { layers } of node.children)
      for (const layer of [layers].flat() as LayerNode[]) visit(layer, layer.name || path);
  };
  visit(model, "");
  return Object.fromEntries(found.map(([weight, { path }]) => [owners.get(weight) ?? "", path]));
}
