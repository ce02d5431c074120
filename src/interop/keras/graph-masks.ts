// Masks in functional models of Keras 3, which writes them into the graph: as operations on an embedding's ids, say, whose result each
// layer after it is given as `mask`. Recurra's layers pass masks on by themselves, so those are left out; others are an error.

import { freeName } from "../../model/layer-names.ts";
import type { LayerRecord } from "../../model/records.ts";
import { RecurraError } from "../../platform/error.ts";
import { type GraphCall, mapRefs, type NodeRef, refsIn } from "./graph-nodes.ts";
import type { Fields } from "./json.ts";

/** A layer or an operation of the graph. */
export interface GraphEntry {
  readonly name: string;
  readonly className: string;
  readonly config: Fields;
  /** Whether it is an operation of `keras.ops` instead of a layer. */
  readonly isOperation: boolean;
  readonly calls: readonly GraphCall[];
  /** The layer of Recurra, where it does not follow from the config. */
  readonly record?: LayerRecord;
}

/** Whether an option of a call is a mask. */
export function isMaskOption(name: string): boolean {
  return name === "mask" || name.endsWith("_mask");
}

/** Operations that give the mask of an unmasked input, or a mask's shape, where masks are joined. */
const standIns = ["OnesLike", "Ones", "ZerosLike"];

/** Takes the masks that Keras computed by itself off a call's options. */
export function withoutOwnMasks(
  { inputs, options, rest }: GraphCall,
  entries: ReadonlyMap<string, GraphEntry>,
  place: string,
): GraphCall {
  const kept = Object.entries(options).filter(([name, value]) => {
    if (!isMaskOption(name)) return true;
    const computed = refsIn(value).filter(({ layer }) => entries.get(layer)?.isOperation === true);
    if (computed.length === 0) return true;
    const odd = computed.find((ref) => !isOwnMask(ref, entries));
    if (odd === undefined) return false;
    throw new RecurraError(
      "keras-option",
      `${place}: ${name} is computed by the operation ${odd.layer} (${entries.get(odd.layer)?.className}). Recurra reads the masks that Embedding and Masking make, and those that are inputs`,
    );
  });
  return { inputs, options: Object.fromEntries(kept), rest };
}

/** Whether a mask is what layers of the model make by themselves: each of its sources is. */
function isOwnMask(ref: NodeRef, entries: ReadonlyMap<string, GraphEntry>): boolean {
  const entry = entries.get(ref.layer);
  const call = entry?.calls[ref.call];
  if (entry?.isOperation !== true || call === undefined) return false;
  if (standIns.includes(entry.className)) return true;
  if (entry.className === "NotEqual") return isMaskOfLayer(call, entries);
  const sources = [...call.inputs, ...refsIn(call.options), ...refsIn(call.rest)];
  return sources.length > 0 && sources.every((source) => isOwnMask(source, entries));
}

/** Whether `x != constant` is the mask of an Embedding or of a Masking that reads x. */
function isMaskOfLayer(
  { inputs: [x], rest: [constant] }: GraphCall,
  entries: ReadonlyMap<string, GraphEntry>,
): boolean {
  if (x === undefined) return false;
  for (const { className, config, calls } of entries.values()) {
    const masked =
      className === "Embedding" && config.mask_zero === true
        ? 0
        : className === "Masking"
          ? (config.mask_value ?? 0)
          : undefined;
    if (masked !== constant) continue;
    if (calls.some(({ inputs: [read] }) => read !== undefined && isSame(read, x))) return true;
  }
  return false;
}

function isSame(a: NodeRef, b: NodeRef): boolean {
  return a.layer === b.layer && a.call === b.call && a.output === b.output;
}

/** Whether a model, or one inside it, makes masks. */
export function makesMasks(json: unknown): boolean {
  return /"mask_zero":true|"class_name":"Masking"/.test(JSON.stringify(json));
}

/**
 * Operations as layers that know of no masks: in Keras `a * b` neither reads masks nor gives one, whereas a layer Multiply does. What an
 * operation reads goes through a Permute first that changes nothing but the mask, which it does not pass on; one for each number of axes.
 */
export function withoutMasks(entries: ReadonlyMap<string, GraphEntry>): ReadonlyMap<string, GraphEntry> {
  const taken = new Set(entries.keys());
  const added = new Map<number, GraphEntry & { readonly calls: GraphCall[] }>();
  const unmasked = (ref: NodeRef): NodeRef => {
    const { rank = 0 } = ref;
    if (rank < 2) return ref; // a number for each sample has no mask
    let entry = added.get(rank);
    if (entry === undefined) {
      const name = freeName("unmasked", taken);
      const dims = Array.from({ length: rank - 1 }, (_, axis) => axis + 1);
      const record: LayerRecord = { className: "Permute", config: { name, dims } };
      entry = { name, className: "Permute", config: {}, isOperation: false, calls: [], record };
      added.set(rank, entry);
    }
    const known = entry.calls.findIndex(({ inputs: [input] }) => input !== undefined && isSame(input, ref));
    const call = known < 0 ? entry.calls.push({ inputs: [ref], options: {}, rest: [] }) - 1 : known;
    return { layer: entry.name, call, output: 0, rank };
  };
  const all = [...entries.values()].map((entry) => {
    if (!entry.isOperation) return entry;
    return { ...entry, calls: entry.calls.map((call) => mapRefs(call, unmasked)) };
  });
  return new Map([...all, ...added.values()].map((entry) => [entry.name, entry]));
}
