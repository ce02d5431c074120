// The HDF5 layout of Keras 2, which Keras 3 still reads and writes as `.h5`: layers under their names, in the order of `layer_names`.
//
// Source: keras 3.15.1, keras/src/legacy/saving/legacy_h5_format.py. The weights of a layer are listed in its attribute `weight_names`,
// those that are learned before those that are kept, with the weights of layers inside it; they are matched by their order, whatever
// their names. A file of weights alone has the layers at its root, one with a model in the group `model_weights`.

import { classInSnakeCase } from "../../model/layer-names.ts";
import { RecurraError } from "../../platform/error.ts";
import type { H5Attribute, H5Dataset, H5Group } from "./hdf5.ts";
import { H5Tree } from "./hdf5-write.ts";
import { allWeights, type LayerNode, layersIn, type StoredWeight } from "./layer-node.ts";
import { chosen, type Matching } from "./matching.ts";
import { type LayerMismatch, mismatchError, type ShapedWeight } from "./mismatch.ts";
import { NameCounter } from "./naming.ts";
import type { FoundWeight } from "./weights-file.ts";

const layerNames = "layer_names";
const weightNames = "weight_names";
const modelGroup = "model_weights";
const topLevel = "top_level_model_weights";

/** Whether the root of an HDF5 file is that of a file in Keras 2's layout. */
export function isLegacyFile(root: H5Group): boolean {
  return root.groups.has(modelGroup) || namesIn(root, layerNames) !== undefined;
}

/**
 * Finds a model's weights in a file.
 *
 * @param model the model as the root of its layers
 * @throws RecurraError `weights-mismatch`, which lists layer by layer what was wanted and what there was
 */
export function findLegacyWeights<W extends StoredWeight>(
  root: H5Group,
  model: LayerNode<W>,
  file: string,
): readonly FoundWeight<W>[] {
  const weights = root.groups.get(modelGroup) ?? root;
  const names = namesIn(weights, layerNames);
  if (names === undefined)
    throw new RecurraError("keras-file", `${file}: ${modelGroup} does not list its layers`);
  const stored = names
    .map((name) => storedLayer(weights, name, file))
    .filter((layer) => layer.datasets.length > 0);
  const wanted = topLayers(model)
    .map((layer) => ({ layer, weights: legacyOrder(layer) }))
    .filter((layer) => layer.weights.length > 0);
  const { found, mismatches } = chosen((byName) =>
    matched(wanted, byName ? byNames(wanted, stored) : stored, stored),
  );
  if (mismatches.length === 0) return found;
  const counts =
    wanted.length === stored.length
      ? undefined
      : `The model has ${wanted.length} layers with weights, the file ${stored.length}; they are matched in order`;
  throw mismatchError(file, mismatches, counts);
}

interface WantedLayer<W extends StoredWeight> {
  readonly layer: LayerNode<W>;
  readonly weights: readonly W[];
}

/** The stored layers in the order of the wanted ones, by their names; as they are, where not each has one. */
function byNames<W extends StoredWeight>(
  wanted: readonly WantedLayer<W>[],
  stored: readonly StoredLayer[],
): readonly StoredLayer[] {
  const named = new Map(stored.map((layer) => [layer.name, layer]));
  const found = wanted.flatMap(({ layer }) => named.get(layer.name) ?? []);
  return found.length === stored.length && found.length === wanted.length ? found : stored;
}

interface LegacyMatching<W extends StoredWeight> extends Matching {
  readonly found: readonly FoundWeight<W>[];
}

/** Matches layers in their order. */
function matched<W extends StoredWeight>(
  wanted: readonly WantedLayer<W>[],
  stored: readonly StoredLayer[],
  inFile: readonly StoredLayer[],
): LegacyMatching<W> {
  const found: FoundWeight<W>[] = [];
  const mismatches: LayerMismatch[] = [];
  for (let i = 0; i < Math.max(wanted.length, stored.length); i++) {
    const { layer, weights: wants = [] } = wanted[i] ?? {};
    const { name = layer?.name ?? "", datasets = [] } = stored[i] ?? {};
    const fits =
      wants.length === datasets.length &&
      wants.every(({ shape }, place) => String(datasets[place]?.shape) === String(shape));
    if (fits) found.push(...wants.map((weight, place) => [weight, datasets[place] as H5Dataset] as const));
    else mismatches.push({ place: name, layer: layer?.name, wanted: wants, found: datasets.map(described) });
  }
  const moved = wanted.flatMap(({ layer }, i) => (stored[i] === inFile[i] ? [] : [layer]));
  return { found, mismatches, moved };
}

/** The layers of a model. */
function topLayers<W extends StoredWeight>(model: LayerNode<W>): readonly LayerNode<W>[] {
  return model.children.flatMap(layersIn);
}

/** All weights of a layer, those that are learned first. */
function legacyOrder<W extends StoredWeight>(layer: LayerNode<W>): readonly W[] {
  const weights = [...new Set(allWeights(layer))];
  return [...weights.filter(({ trainable }) => trainable), ...weights.filter(({ trainable }) => !trainable)];
}

interface StoredLayer {
  readonly name: string;
  readonly datasets: readonly H5Dataset[];
}

function storedLayer(weights: H5Group, name: string, file: string): StoredLayer {
  const group = groupAt(weights, name);
  const names = group === undefined ? undefined : namesIn(group, weightNames);
  if (group === undefined || names === undefined)
    throw new RecurraError(
      "keras-file",
      `${file} lists the layer ${name}, and does not have its ${group === undefined ? "group" : weightNames}`,
    );
  const datasets = names.map((weight) => {
    const dataset = datasetAt(group, weight);
    if (dataset === undefined)
      throw new RecurraError(
        "keras-file",
        `${file} lists the weight ${weight} of layer ${name}, and does not have it`,
      );
    return dataset;
  });
  return { name, datasets };
}

/** A list of names; a long one is cut into `layer_names0`, `layer_names1` … */
function namesIn({ attributes }: H5Group, name: string): readonly string[] | undefined {
  const whole = attributes.get(name);
  if (whole !== undefined) return asList(whole);
  if (!attributes.has(`${name}0`)) return undefined;
  const names: string[] = [];
  for (let i = 0; attributes.has(`${name}${i}`); i++)
    names.push(...asList(attributes.get(`${name}${i}`) ?? []));
  return names;
}

const asList = (value: H5Attribute): readonly string[] => (typeof value === "string" ? [value] : value);

function groupAt(group: H5Group, path: string): H5Group | undefined {
  return path.split("/").reduce<H5Group | undefined>((place, name) => place?.groups.get(name), group);
}

function datasetAt(group: H5Group, path: string): H5Dataset | undefined {
  const cut = path.lastIndexOf("/");
  const owner = cut < 0 ? group : groupAt(group, path.slice(0, cut));
  return owner?.datasets.get(path.slice(cut + 1));
}

function described({ path, shape, stored }: H5Dataset): ShapedWeight {
  const name = path.split("/").slice(-1)[0] ?? path;
  return { name, shape, ...(stored.includes("float") ? {} : { stored }) };
}

/** A model's weights in Keras 2's layout. */
export function legacyTree(model: LayerNode, attributes: Readonly<Record<string, string>>): H5Tree {
  const tree = new H5Tree();
  const layers = topLayers(model);
  tree.attributes.set(
    layerNames,
    layers.map(({ name }) => name),
  );
  for (const [name, value] of Object.entries(attributes)) tree.attributes.set(name, value);
  for (const layer of layers) {
    const group = tree.at(layer.name);
    const names = namedWeights(layer);
    const order = legacyOrder(layer);
    group.attributes.set(
      weightNames,
      order.map((weight) => names.get(weight) ?? weight.name),
    );
    for (const weight of order) {
      const path = (names.get(weight) ?? weight.name).split("/");
      const name = path.pop() ?? "";
      if (weight.value === undefined)
        throw new TypeError(`weight ${weight.name} of ${layer.name} has no numbers`);
      group.at(path.join("/")).datasets.set(name, weight.value());
    }
  }
  tree.at(topLevel).attributes.set(weightNames, []);
  return tree;
}

/** The path of each weight as Keras 3 writes it: `bidirectional/forward_lstm/lstm_cell/kernel`. */
function namedWeights(layer: LayerNode): ReadonlyMap<StoredWeight, string> {
  const names = new Map<StoredWeight, string>();
  const name = (node: LayerNode, path: string) => {
    for (const weight of node.weights) names.set(weight, `${path}/${weight.name}`);
    const counter = new NameCounter();
    for (const inner of node.children.flatMap(layersIn))
      name(inner, `${path}/${counter.next(inner.name || classInSnakeCase(inner.className))}`);
  };
  name(layer, layer.name);
  return names;
}
