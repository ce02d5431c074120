// A functional model as Keras writes it, read as Recurra describes it.

import { freeName } from "../../model/layer-names.ts";
import type { CallRecord, LayerRecord, NetworkRecord, TensorRecord } from "../../model/records.ts";
import { RecurraError } from "../../platform/error.ts";
import type { DType } from "../../tensor/dtype.ts";
import { callsInOrder } from "./call-order.ts";
import { type GraphEntry, withoutMasks, withoutOwnMasks } from "./graph-masks.ts";
import { endsOf, type GraphCall, isNodeRef, mapRefs, type NodeRef, readCall, refsIn } from "./graph-nodes.ts";
import { knownShape, shapeIn } from "./input-shape.ts";
import { type Fields, fieldsAt, type KerasObject, listAt, objectAt, plainAt, textAt } from "./json.ts";
import { kerasOptions } from "./layer-classes.ts";
import { camelCase } from "./naming.ts";
import { modelClasses, type ReadContext, readLayer } from "./read-layer.ts";

/** A functional model. See `readModel`. */
export function readGraph({ config }: KerasObject, place: string, context: ReadContext): NetworkRecord {
  const name = typeof config.name === "string" ? config.name : "functional";
  const raw = new Map(
    listAt(config.layers, `${place}: layers`).map((entry, i) => {
      const object = objectAt(entry, `${place}: layer ${i}`);
      const layer = textAt(object.fields.name ?? object.config.name, `${place}: layer ${i}: name`);
      return [layer, { object, place: `${place}: layer ${i}` }] as const;
    }),
  );
  const read = new Map([...raw].map(([layer, { object, place: at }]) => [layer, entryOf(layer, object, at)]));
  const starts = endsOf(config.input_layers, `${place}: input_layers`);
  const written = endsOf(config.output_layers, `${place}: output_layers`);
  const before = callsBefore(read);
  const entries = settled(read, before, place, context);
  const ends = written.map(([given, ref]) => [given, outputOf(ref, read, before)] as const);
  const order = callsInOrder(
    ends.map(([, ref]) => ref),
    entries,
    place,
  );
  const names = [...entries.keys()].filter((layer) => order.some((call) => call.layer === layer));
  const layers = names.map((layer) => layerOf(entries.get(layer) as GraphEntry, raw, place, context));
  const placeOf = (ref: NodeRef): TensorRecord => {
    const input = starts.findIndex(([, start]) => start.layer === ref.layer);
    if (input >= 0) return { input };
    const call = order.findIndex(({ layer, call: at }) => layer === ref.layer && at === ref.call);
    return { call, output: ref.output };
  };
  const calls = order.map(({ layer, call }): CallRecord => {
    const { inputs, options } = (entries.get(layer) as GraphEntry).calls[call] as GraphCall;
    const given = optionsOf(options, placeOf, `${place}: ${layer}`);
    return {
      layer: names.indexOf(layer),
      inputs: inputs.map(placeOf),
      ...(Object.keys(given).length === 0 ? {} : { options: given }),
    };
  });
  const taken = new Set<string>();
  return {
    className: "Functional",
    name,
    seed: 0,
    layers,
    inputs: starts.map(([, { layer }], i) => inputOf(layer, i, { raw, calls, layers, place, context })),
    calls,
    outputs: ends.map(([given, ref]) => ({
      name: freeName(given ?? ref.layer, taken),
      tensor: placeOf(ref),
    })),
  };
}

function entryOf(name: string, { className, config, fields }: KerasObject, place: string): GraphEntry {
  const nodes = listAt(fields.inbound_nodes ?? [], `${place}: inbound_nodes`);
  return {
    name,
    className,
    config,
    isOperation: isOperation(className, config, fields),
    calls: nodes.map((node, i) => readCall(node, className, `${place}, ${name}: call ${i}`)),
  };
}

/** Whether it is of `keras.ops`. HDF5 files do not name modules; there, an operation says neither whether it is trainable nor its type. */
function isOperation(className: string, config: Fields, { module }: Fields): boolean {
  if (typeof module === "string") return /^keras\.(src\.)?ops\b/.test(module);
  if (className === "InputLayer" || modelClasses.includes(className)) return false;
  return !("trainable" in config || (Object.hasOwn(kerasOptions, className) && "dtype" in config));
}

type Entries = ReadonlyMap<string, GraphEntry>;

/** The entries with calls counted from 0, without the masks that Keras computed by itself, and with operations that know of none. */
function settled(
  read: Entries,
  before: ReadonlyMap<string, number>,
  place: string,
  { isMasked }: ReadContext,
): Entries {
  const counted = changedCalls(read, (call) =>
    mapRefs(call, (ref) => ({ ...ref, call: ref.call - (before.get(ref.layer) ?? 0) })),
  );
  const entries = changedCalls(counted, (call, name) => withoutOwnMasks(call, counted, `${place}: ${name}`));
  return isMasked ? withoutMasks(entries) : entries;
}

function changedCalls(entries: Entries, change: (call: GraphCall, name: string) => GraphCall): Entries {
  return new Map(
    [...entries].map(([name, entry]) => [
      name,
      { ...entry, calls: entry.calls.map((call) => change(call, name)) },
    ]),
  );
}

/**
 * How many calls of a layer are counted before those of this model: having been made counts as one for a model inside in Keras 2, and so
 * do the calls in models inside for a layer that is shared with them.
 */
function callsBefore(read: Entries): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  for (const { layer, call } of refsIn([...read.values()].map(({ calls }) => calls)))
    last.set(layer, Math.max(call, last.get(layer) ?? 0));
  return new Map(
    [...read.values()]
      .filter(({ calls }) => calls.length > 0)
      .map(({ name, calls }) => [name, Math.max(0, (last.get(name) ?? 0) - calls.length + 1)]),
  );
}

/** An output of the model. For those Keras 3 too counts the calls of a functional model inside from 1 (functional.py, get_config). */
function outputOf(ref: NodeRef, read: Entries, before: ReadonlyMap<string, number>): NodeRef {
  const { className, calls = [] } = read.get(ref.layer) ?? {};
  const isGraph = className === "Functional" || className === "Model";
  const first = isGraph ? 1 : Math.max(before.get(ref.layer) ?? 0, ref.call - calls.length + 1);
  return { ...ref, call: ref.call - first };
}

/** A layer as Recurra describes it; operations become layers. */
function layerOf(
  entry: GraphEntry,
  raw: ReadonlyMap<string, { readonly object: KerasObject; readonly place: string }>,
  place: string,
  context: ReadContext,
): LayerRecord {
  if (entry.record !== undefined) return entry.record;
  if (entry.isOperation) return { className: entry.className, config: { name: entry.name } };
  const { object, place: at } = raw.get(entry.name) ?? { object: undefined, place };
  const { config, ...record } = readLayer(object?.fields, at, context);
  return { ...record, config: { ...config, name: entry.name } };
}

/** The options of a call as Recurra has them. */
function optionsOf(
  options: GraphCall["options"],
  placeOf: (ref: NodeRef) => TensorRecord,
  place: string,
): Readonly<Record<string, unknown>> {
  const written = (value: unknown): unknown => {
    if (isNodeRef(value)) return { tensor: placeOf(value) };
    return Array.isArray(value) ? value.map(written) : plainAt(value, place);
  };
  return Object.fromEntries(
    Object.entries(options)
      .filter(
        ([name, value]) => name !== "training" && value !== null && value !== false && !isAllNull(value),
      )
      .map(([name, value]) => [camelCase(name), written(value)]),
  );
}

const isAllNull = (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.every((part) => part === null);

interface Around {
  readonly raw: ReadonlyMap<string, { readonly object: KerasObject; readonly place: string }>;
  readonly calls: readonly CallRecord[];
  readonly layers: readonly LayerRecord[];
  readonly place: string;
  readonly context: ReadContext;
}

/** An input: its shape, and whether what reads it wants ids. */
function inputOf(name: string, i: number, { raw, calls, layers, place, context }: Around): InputRecord {
  const { object, place: at = place } = raw.get(name) ?? {};
  if (object === undefined)
    throw new RecurraError("keras-config", `${place}: the input ${name} is not among the layers`);
  const shape = context.inputShapes[name] ?? knownShape(shapeIn(object.config, at), name, at);
  const kinds = calls.flatMap(({ layer, inputs }) =>
    inputs.flatMap((input, k) => ("input" in input && input.input === i ? [readsIds(layers[layer], k)] : [])),
  );
  const stored = String(fieldsAt(object.config, at).dtype ?? "float32");
  const isIds = /^u?int/.test(stored) || (kinds.length > 0 && kinds.every(Boolean));
  return { name, shape, dtype: isIds ? "int32" : stored === "bool" ? "bool" : "float32" };
}

type InputRecord = NonNullable<NetworkRecord["inputs"]>[number] & { readonly dtype: DType };

/** Whether a layer reads ids: Keras casts them to numbers of a table, whatever its inputs are. */
function readsIds(layer: LayerRecord | undefined, place: number): boolean {
  if (layer === undefined) return false;
  const { className, config } = layer;
  if (className === "TimeDistributed") return readsIds(config.layer as LayerRecord, 0);
  if (!("network" in config)) return className === "Embedding";
  const { inputs, layers } = config.network as NetworkRecord;
  return inputs === undefined ? readsIds(layers[0], 0) : inputs[place]?.dtype === "int32";
}
