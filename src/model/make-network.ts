// From the JSON that describes a network back to the network.

import { input } from "../nn/input.ts";
import type { Layer, LayerTensor } from "../nn/layer.ts";
import { layerClasses } from "../nn/layers/index.ts";
import { RecurraError } from "../platform/error.ts";
import { suggestion } from "../platform/nearest.ts";
import { Functional } from "./functional.ts";
import type { Model } from "./model.ts";
import { NetworkLayer } from "./network-layer.ts";
import type { LayerRecord, NetworkRecord, TensorRecord } from "./records.ts";
import { Sequential } from "./sequential.ts";

/** Layer classes of a user's own, by the name that saved models give them. */
export type LayerClasses = Readonly<Record<string, new (config: never) => Layer>>;

/**
 * Makes a network of its record. Errors say where the record stands.
 *
 * @param own layer classes beside Recurra's
 * @param made the layers made so far, of a network that this one stands in
 * @throws RecurraError `unknown-layer`, `model-config`, and what constructors throw
 */
export function makeNetwork(
  record: NetworkRecord,
  place: string,
  own: LayerClasses = {},
  made: Layer[] = [],
): Model {
  const { className, name, seed } = record;
  const layers = record.layers.map((layer, i) => makeLayer(layer, `${place}, layer ${i}`, own, made));
  if (className === "Sequential") return within(place, () => new Sequential(layers, { name, seed }));
  if (className !== "Functional") {
    throw new RecurraError(
      "model-config",
      `${place}: there is no model class "${className}". There are Sequential and Functional`,
    );
  }
  const { inputs = [], calls = [], outputs = [] } = record;
  const starts = inputs.map((given) => within(place, () => input(given)));
  const results: (readonly LayerTensor[])[] = [];
  const tensorAt = (at: TensorRecord): LayerTensor => {
    const tensor = "input" in at ? starts[at.input] : results[at.call]?.[at.output];
    if (tensor === undefined)
      throw new RecurraError(
        "model-config",
        `${place}: there is no tensor ${JSON.stringify(at)} where it is read`,
      );
    return tensor;
  };
  for (const [i, call] of calls.entries()) {
    const layer = layers[call.layer];
    if (layer === undefined)
      throw new RecurraError(
        "model-config",
        `${place}: call ${i} is of a layer ${call.layer} that is not there`,
      );
    const options = reviveOptions(call.options ?? {}, tensorAt) as Readonly<Record<string, unknown>>;
    results.push(within(place, () => layer.applyAll(call.inputs.map(tensorAt), options)));
  }
  const ends = outputs.map((output) => [output.name, tensorAt(output.tensor)] as const);
  // An object would put names such as "2" and "1" in order; where it is not needed, none is made.
  const isNamed = calls.length === 0 || new Set(ends.map(([, { source }]) => source)).size < ends.length;
  const named =
    isNamed || ends.some(([end, { source }]) => !("layer" in source) || source.layer.name !== end);
  return within(
    place,
    () =>
      new Functional({
        name,
        seed,
        inputs: starts,
        outputs: named ? Object.fromEntries(ends) : ends.map(([, tensor]) => tensor),
      }),
  );
}

function reviveOptions(value: unknown, tensorAt: (at: TensorRecord) => LayerTensor): unknown {
  if (Array.isArray(value)) return value.map((part) => reviveOptions(part, tensorAt));
  if (value === null || typeof value !== "object") return value;
  if ("tensor" in value) return tensorAt(value.tensor as TensorRecord);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, reviveOptions(part, tensorAt)]));
}

/** Makes a layer of its record, or finds it among those made before. */
function makeLayer(record: LayerRecord, place: string, own: LayerClasses, made: Layer[]): Layer {
  const { className, config, same } = record;
  if (same === undefined) {
    const layer = newLayer({ className, config }, place, own, made);
    made.push(layer);
    return layer;
  }
  const known = made[same];
  if (known?.className !== className)
    throw new RecurraError(
      "model-config",
      `${place}: there is no ${className} ${same} that this layer could be the same as`,
    );
  return known;
}

function newLayer(
  { className, config }: LayerRecord,
  place: string,
  own: LayerClasses,
  made: Layer[],
): Layer {
  if (className === "Sequential" || className === "Functional") {
    const network = makeNetwork(config.network as NetworkRecord, place, own, made);
    return within(place, () => new NetworkLayer({ ...config, network }));
  }
  const classes: LayerClasses = { ...layerClasses, ...own };
  const LayerClass = Object.hasOwn(classes, className) ? classes[className] : undefined;
  if (LayerClass === undefined) {
    const names = Object.keys(classes);
    throw new RecurraError(
      "unknown-layer",
      `${place}: there is no layer class "${className}". ${suggestion(className, names)}There are ${names.join(", ")}; a class of your own is given to loadModel as { layers: { ${className} } }`,
    );
  }
  const revive = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(revive);
    if (value === null || typeof value !== "object") return value;
    if ("className" in value && "config" in value) return makeLayer(value as LayerRecord, place, own, made);
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revive(part)]));
  };
  return within(place, () => new LayerClass(revive(config) as never));
}

/** Puts the place in a file before the messages of errors that do not name it. */
export function within<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RecurraError) || error.message.startsWith(place)) throw error;
    throw new RecurraError(error.code, `${place}: ${error.message}`, { cause: error });
  }
}
