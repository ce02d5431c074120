// A model's architecture as Keras writes it, read as Recurra describes it: stacks here, graphs in read-graph.ts.

import type { LayerRecord, NetworkRecord } from "../../model/records.ts";
import type { InputShape } from "../../nn/open-length.ts";
import { RecurraError } from "../../platform/error.ts";
import { makesMasks } from "./graph-masks.ts";
import { knownShape, shapeIn } from "./input-shape.ts";
import { type KerasObject, listAt, objectAt, plainAt } from "./json.ts";
import { readGraph } from "./read-graph.ts";
import { modelClasses, type ReadContext, readLayer } from "./read-layer.ts";
import { withSharing } from "./sharing.ts";

export interface ReadModelOptions {
  /** The version of Keras that wrote the file, where it says. */
  readonly kerasVersion?: string | undefined;
  /**
   * Shapes of inputs, batch left out, for those that the file does not say, or to fix a number of steps that it leaves open: by the
   * input's name, or by the model's for a stack.
   */
  readonly inputShapes?: Readonly<Record<string, InputShape>> | undefined;
  /** Names of layer classes of a user's own. */
  readonly ownClasses?: readonly string[] | undefined;
}

/**
 * The model that Keras' JSON describes: `config.json` of a `.keras` archive, or `model_config` of an HDF5 file.
 *
 * @param place what the JSON was read from, for messages
 * @throws RecurraError `unknown-layer`, `keras-option`, `keras-config`, each with the layer's place; `unknown-shape` where an input's
 *   shape is left open and not given
 */
export function readModel(
  json: unknown,
  place: string,
  { kerasVersion, inputShapes = {}, ownClasses = [] }: ReadModelOptions = {},
): NetworkRecord {
  const model = objectAt(json, place);
  if (!modelClasses.includes(model.className)) {
    throw new RecurraError(
      "unknown-model",
      `${place}: the model is of the class ${model.className}; Recurra reads those of the classes Sequential and Functional. Make the model anew, and load the weights alone`,
    );
  }
  const isMasked = makesMasks(json);
  const context = { kerasVersion, inputShapes, isMasked, ownClasses, readNetwork };
  return withSharing(readNetwork(model, place, context));
}

function readNetwork(model: KerasObject, place: string, context: ReadContext): NetworkRecord {
  return model.className === "Sequential"
    ? readStack(model, place, context)
    : readGraph(model, place, context);
}

function readStack({ config }: KerasObject, place: string, context: ReadContext): NetworkRecord {
  const name = typeof config.name === "string" ? config.name : "sequential";
  const entries = listAt(config.layers, `${place}: layers`);
  const isInput = (entry: unknown) => objectAt(entry, place).className === "InputLayer";
  const layers = entries
    .map((entry, i) => [entry, `${place}: layer ${i}`] as const)
    .filter(([entry]) => !isInput(entry))
    .map(([entry, at]) => readLayer(entry, at, context));
  const [first] = layers;
  if (first === undefined) throw new RecurraError("keras-config", `${place}: the stack has no layers`);
  if ("network" in first.config) return { className: "Sequential", name, seed: 0, layers };
  const starts = entries.slice(0, 2).map((entry) => shapeIn(objectAt(entry, place).config, place));
  const built = plainAt(config.build_input_shape ?? null, `${place}: build_input_shape`);
  const shape =
    context.inputShapes[name] ??
    starts.find((start) => start !== undefined) ??
    (Array.isArray(built) ? (built as (number | null)[]).slice(1) : undefined);
  const inputShape = knownShape(shape, name, place);
  const start: LayerRecord = { ...first, config: { ...first.config, inputShape } };
  return { className: "Sequential", name, seed: 0, layers: [start, ...layers.slice(1)] };
}
