// The weights file of Keras 3, `.weights.h5`: layers under their class names, in groups that follow the attributes of the objects.
//
// Source: keras 3.15.1, keras/src/saving/saving_lib.py: _save_state, _save_container_state, H5IOStore. A layer's own numbers are
// `<path>/vars/0`, `/1` …; an attribute that holds a layer adds its name to the path, one that holds a list adds its name and the
// layers' class names in snake case, counted: `layers/dense`, `layers/dense_1`, `layers/bidirectional/forward_layer/cell`. The names
// of the layers do not count; newer versions note them in an attribute. What is met twice is written where it is met first.

import { classInSnakeCase } from "../../model/layer-names.ts";
import type { H5Dataset, H5Group } from "./hdf5.ts";
import { H5Tree } from "./hdf5-write.ts";
import { allWeights, isList, type LayerNode, layersIn, type StoredWeight } from "./layer-node.ts";
import { chosen, type Matching } from "./matching.ts";
import { type LayerMismatch, mismatchError, type ShapedWeight } from "./mismatch.ts";
import { NameCounter } from "./naming.ts";

/** A weight with its place in a file. */
export type FoundWeight<W> = readonly [weight: W, dataset: H5Dataset];

/** Groups of a layer that hold no weights of it: random states of dropout, which are not carried over. */
const passedOver = /^_?(seed_generator|random_generator)/;

/** The attribute that holds the layers of a model, and its name in files of tf.keras 2.13. */
const layersAttribute = "layers";
const olderLayersAttribute = "_layer_checkpoint_dependencies";

/** Whether the root of an HDF5 file is that of a weights file of Keras 3. */
export function isWeightsFile(root: H5Group): boolean {
  return [layersAttribute, olderLayersAttribute, "vars"].some((name) => root.groups.has(name));
}

/**
 * Finds a model's weights in a file.
 *
 * @param model the model as the root of its layers
 * @throws RecurraError `weights-mismatch`, which lists layer by layer what was wanted and what there was
 */
export function findWeights<W extends StoredWeight>(
  root: H5Group,
  model: LayerNode<W>,
  file: string,
): readonly FoundWeight<W>[] {
  const search = chosen((byName) => {
    const one: Search<W> = { byName, found: [], mismatches: [], moved: [], seen: new Set() };
    visit(one, model, root, "");
    return one;
  });
  if (search.mismatches.length === 0) return search.found;
  const others = [...root.groups.values()].filter((group) => holdsNumbers(group) && isForeign(group.path));
  const remark =
    others.length === 0
      ? undefined
      : `The file also has ${others.map(({ path }) => path).join(", ")}, which a model of one's own class in Keras may have`;
  throw mismatchError(file, search.mismatches, remark);
}

interface Search<W extends StoredWeight> extends Matching {
  /** Match the layers of a model by their names, where the file notes them. */
  readonly byName: boolean;
  readonly found: FoundWeight<W>[];
  readonly mismatches: LayerMismatch[];
  readonly moved: LayerNode[];
  readonly seen: Set<LayerNode<W>>;
}

const isForeign = (path: string) =>
  ![layersAttribute, olderLayersAttribute, "vars", "optimizer"].includes(path) && !path.startsWith("_");

function visit<W extends StoredWeight>(
  search: Search<W>,
  node: LayerNode<W>,
  group: H5Group | undefined,
  path: string,
): void {
  if (search.seen.has(node)) return;
  search.seen.add(node);
  const { weights } = node;
  const stored = ownDatasets(group);
  const fits =
    stored.length === weights.length &&
    weights.every(({ shape }, i) => isFloat(stored[i]) && String(stored[i]?.shape) === String(shape));
  if (fits) {
    for (const [i, weight] of weights.entries()) search.found.push([weight, stored[i] as H5Dataset]);
  } else {
    const place = path === "" ? "vars" : path;
    search.mismatches.push({ place, layer: node.name, wanted: weights, found: stored.map(described) });
  }
  const read = new Set<H5Group>();
  for (const child of node.children) {
    const held = attributeOf(group, child.attribute);
    const inner = path === "" ? child.attribute : `${path}/${child.attribute}`;
    if (held !== undefined) read.add(held);
    if (!isList(child.layers)) {
      visit(search, child.layers, held, inner);
      continue;
    }
    const places = placesOf(child.layers);
    const named = search.byName && held !== undefined ? groupsByName(held, child.layers) : undefined;
    for (const [layer, name] of places) {
      const own = named?.get(layer);
      const place = own ?? held?.groups.get(name);
      if (own !== undefined && own !== held?.groups.get(name)) search.moved.push(layer);
      if (place !== undefined) read.add(place);
      visit(search, layer, place, place?.path ?? `${inner}/${name}`);
    }
    for (const other of held?.groups.values() ?? []) if (!read.has(other)) reportUnwanted(search, other);
  }
  if (path === "") return; // beside the layers of a model stand its optimiser and its metrics
  for (const [name, other] of group?.groups ?? []) {
    if (name !== "vars" && !passedOver.test(name) && !read.has(other)) reportUnwanted(search, other);
  }
}

/** The names of groups that layers of a list have by their classes. */
function placesOf<W extends StoredWeight>(
  layers: readonly LayerNode<W>[],
): readonly (readonly [layer: LayerNode<W>, name: string])[] {
  const names = new NameCounter();
  return layers.map((layer) => [layer, names.next(classInSnakeCase(layer.className))] as const);
}

/** The groups of layers by the names that the file notes; only where each layer has one of its class. */
function groupsByName<W extends StoredWeight>(
  held: H5Group,
  layers: readonly LayerNode<W>[],
): ReadonlyMap<LayerNode<W>, H5Group> | undefined {
  const keyOf = (kind: string, name: unknown) => JSON.stringify([kind, name]);
  const groups = new Map(
    [...held.groups].map(([place, group]) => [
      keyOf(place.replace(/_\d+$/, ""), group.groups.get("vars")?.attributes.get("name")),
      group,
    ]),
  );
  const found = new Map<LayerNode<W>, H5Group>();
  for (const layer of layers) {
    const group = groups.get(keyOf(classInSnakeCase(layer.className), layer.name));
    if (group !== undefined) found.set(layer, group);
    else if (allWeights(layer).length > 0) return undefined;
  }
  return found;
}

/** The group of an attribute; files of tf.keras have private names where Keras 3 has public ones. */
function attributeOf(group: H5Group | undefined, attribute: string): H5Group | undefined {
  const held = group?.groups.get(attribute) ?? group?.groups.get(`_${attribute}`);
  if (held !== undefined || attribute !== layersAttribute) return held;
  const older = group?.groups.get(olderLayersAttribute);
  return older === undefined ? undefined : renumbered(older);
}

/** tf.keras 2.12 and 2.13 counted layers with weights twice (tf_keras saving_lib.py): dense, dense_2. Counts anew. */
function renumbered(group: H5Group): H5Group {
  const groups = new Map<string, H5Group>();
  const names = new NameCounter();
  const place = (name: string) => Number(/_(\d+)$/.exec(name)?.[1] ?? 0);
  for (const [name, inner] of [...group.groups].sort(([a], [b]) => place(a) - place(b)))
    groups.set(names.next(name.replace(/_\d+$/, "")), inner);
  return { ...group, groups };
}

/** A layer's own numbers, in order. */
function ownDatasets(group: H5Group | undefined): readonly H5Dataset[] {
  const stored = [...(group?.groups.get("vars")?.datasets ?? [])];
  return stored.sort(([a], [b]) => Number(a) - Number(b)).map(([, dataset]) => dataset);
}

function isFloat(dataset: H5Dataset | undefined): boolean {
  return dataset !== undefined && /float/.test(dataset.stored);
}

function described(dataset: H5Dataset): ShapedWeight {
  const name = dataset.path.slice(dataset.path.lastIndexOf("/") + 1);
  return { name, shape: dataset.shape, ...(isFloat(dataset) ? {} : { stored: dataset.stored }) };
}

function holdsNumbers({ datasets, groups }: H5Group): boolean {
  return datasets.size > 0 || [...groups.values()].some(holdsNumbers);
}

/** Notes the weights of a layer that the model does not have, and of those inside it. */
function reportUnwanted<W extends StoredWeight>(search: Search<W>, group: H5Group): void {
  const found = ownDatasets(group).map(described);
  if (found.length > 0) search.mismatches.push({ place: group.path, wanted: [], found });
  for (const [name, inner] of group.groups)
    if (name !== "vars" && !passedOver.test(name)) reportUnwanted(search, inner);
}

/** A model's weights as the weights file of Keras 3. */
export function weightsTree(model: LayerNode): H5Tree {
  const tree = new H5Tree();
  write(tree, model, "", new Set());
  return tree;
}

function write(tree: H5Tree, node: LayerNode, path: string, seen: Set<LayerNode>): void {
  if (seen.has(node)) return;
  seen.add(node);
  const vars = tree.at(path === "" ? "vars" : `${path}/vars`);
  if (node.name !== "") vars.attributes.set("name", node.name);
  for (const [i, { value, name }] of node.weights.entries()) {
    if (value === undefined) throw new TypeError(`weight ${name} of ${node.name} has no numbers`);
    vars.datasets.set(String(i), value());
  }
  for (const child of node.children) {
    const inner = path === "" ? child.attribute : `${path}/${child.attribute}`;
    const names = new NameCounter();
    for (const layer of layersIn(child)) {
      const name = isList(child.layers) ? `/${names.next(classInSnakeCase(layer.className))}` : "";
      write(tree, layer, `${inner}${name}`, seen);
    }
  }
}
