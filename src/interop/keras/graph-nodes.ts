// The calls of a functional model of Keras, taken apart: what each call of a layer reads, and what it is given beside.
//
// Keras 3 writes a call as `{ "args": […], "kwargs": {…} }` with `__keras_tensor__` objects for tensors (keras 3.15.1, functional.py,
// serialize_node); Keras 2 as a list of `["layer", call, output, kwargs]`, with `["layer", call, output]` for tensors among the kwargs
// (functional.py, deserialize_node, legacy case).

import { RecurraError } from "../../platform/error.ts";
import { badConfig, type Fields, fieldsAt, isFields, listAt } from "./json.ts";

/** An output of a call: the layer's name, the place of the call among the layer's, that of the output among the call's. */
export interface NodeRef {
  readonly layer: string;
  readonly call: number;
  readonly output: number;
  /** How many axes the tensor has, batch included, where the file says. */
  readonly rank?: number;
}

/** A call of a layer or of an operation. Among options, tensors stand as `NodeRef`s. */
export interface GraphCall {
  readonly inputs: readonly NodeRef[];
  readonly options: Readonly<Record<string, unknown>>;
  /** What comes after the inputs without a name. */
  readonly rest: readonly unknown[];
}

/** Whether a value among options is a tensor. */
export function isNodeRef(value: unknown): value is NodeRef {
  return isFields(value) && "layer" in value && "call" in value && "output" in value;
}

/** The tensors among values, however deep. */
export function refsIn(value: unknown): readonly NodeRef[] {
  if (isNodeRef(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(refsIn);
  return isFields(value) ? Object.values(value).flatMap(refsIn) : [];
}

/** A call with other tensors in the place of its own. */
export function mapRefs({ inputs, options, rest }: GraphCall, change: (ref: NodeRef) => NodeRef): GraphCall {
  const changed = (value: unknown): unknown => {
    if (isNodeRef(value)) return change(value);
    if (Array.isArray(value)) return value.map(changed);
    if (!isFields(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, changed(part)]));
  };
  return {
    inputs: inputs.map(change),
    options: changed(options) as GraphCall["options"],
    rest: rest.map(changed),
  };
}

/** What Keras' layers take without a name: the inputs, then the others. Those of other classes take inputs alone. */
const positional: Readonly<Record<string, { readonly inputs: number; readonly names: readonly string[] }>> = {
  MultiHeadAttention: {
    inputs: 3,
    names: [
      "query_mask",
      "value_mask",
      "key_mask",
      "attention_mask",
      "return_attention_scores",
      "training",
      "use_causal_mask",
    ],
  },
  Attention: { inputs: 1, names: ["mask", "training", "return_attention_scores", "use_causal_mask"] },
  AdditiveAttention: { inputs: 1, names: ["mask", "training", "return_attention_scores", "use_causal_mask"] },
  ...Object.fromEntries(
    ["RNN", "SimpleRNN", "LSTM", "GRU", "Bidirectional"].map((name) => [
      name,
      { inputs: 1, names: ["initial_state", "mask", "training"] },
    ]),
  ),
};

/** Inputs that may be given by name, in the order in which they are read. */
const namedInputs = ["inputs", "sequences", "sequence", "query", "value", "key"];

/** Layers that Keras 2 gives the state after the sequence, as further inputs. */
const recurrent = ["RNN", "SimpleRNN", "LSTM", "GRU", "Bidirectional"];

/** A call of Keras, of either writing. */
export function readCall(value: unknown, className: string, place: string): GraphCall {
  return Array.isArray(value)
    ? olderCall(value, className, place)
    : newerCall(fieldsAt(value, place), className, place);
}

function newerCall(fields: Fields, className: string, place: string): GraphCall {
  const args = listAt(fields.args ?? [], `${place}: args`).map((value) => withRefs(value, place));
  const kwargs = Object.entries(fieldsAt(fields.kwargs ?? {}, `${place}: kwargs`)).map(
    ([name, value]) => [name, withRefs(value, place)] as const,
  );
  const leading = args.findIndex((value) => refsIn(value).length === 0);
  const { inputs: most, names } = positional[className] ?? {
    inputs: leading < 0 ? args.length : leading,
    names: [],
  };
  const inputs = args.slice(0, most).flatMap(refsIn);
  const rest = args.slice(most);
  const byName = Object.fromEntries(rest.slice(0, names.length).map((value, i) => [names[i] ?? "", value]));
  const given = kwargs.filter(([name, value]) => namedInputs.includes(name) && refsIn(value).length > 0);
  given.sort(([a], [b]) => namedInputs.indexOf(a) - namedInputs.indexOf(b));
  return {
    inputs: [...inputs, ...given.flatMap(([, value]) => refsIn(value))],
    options: { ...byName, ...Object.fromEntries(kwargs.filter((entry) => !given.includes(entry))) },
    rest: rest.slice(names.length),
  };
}

/** A value of Keras 3 with its tensors as references. */
function withRefs(value: unknown, place: string): unknown {
  if (Array.isArray(value)) return value.map((part) => withRefs(part, place));
  if (!isFields(value)) return value;
  if (value.class_name === "__keras_tensor__") {
    const { keras_history: history, shape } = fieldsAt(value.config, place);
    return { ...refOf(history, place), ...(Array.isArray(shape) ? { rank: shape.length } : {}) };
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withRefs(part, place)]));
}

function olderCall(value: readonly unknown[], className: string, place: string): GraphCall {
  const entries = (typeof value[0] === "string" ? [value] : value).map((entry) => listAt(entry, place));
  const inputs = entries.map((entry) => {
    if (typeof entry[0] === "string" && entry[0].startsWith("_CONSTANT"))
      throw new RecurraError(
        "keras-option",
        `${place} reads a constant, ${JSON.stringify(entry[2])}, instead of a tensor`,
      );
    return refOf(entry, place);
  });
  const kwargs = entries.find((entry) => isFields(entry[3]))?.[3] ?? {};
  const options = Object.entries(kwargs as Fields).map(
    ([name, part]) => [name, withOlderRefs(part, place)] as const,
  );
  const given = options.filter(([name, part]) => namedInputs.includes(name) && refsIn(part).length > 0);
  given.sort(([a], [b]) => namedInputs.indexOf(a) - namedInputs.indexOf(b));
  const others = Object.fromEntries(options.filter((entry) => !given.includes(entry)));
  const all = [...inputs, ...given.flatMap(([, part]) => refsIn(part))];
  if (!recurrent.includes(className) || all.length < 2) return { inputs: all, options: others, rest: [] };
  return { inputs: all.slice(0, 1), options: { ...others, initial_state: all.slice(1) }, rest: [] };
}

function withOlderRefs(value: unknown, place: string): unknown {
  if (!Array.isArray(value)) return value;
  const isRef =
    value.length >= 3 && typeof value[0] === "string" && value.slice(1, 3).every(Number.isInteger);
  return isRef ? refOf(value, place) : value.map((part) => withOlderRefs(part, place));
}

/** `["layer", call, output]` */
export function refOf(value: unknown, place: string): NodeRef {
  const [layer, call, output] = listAt(value, place);
  if (typeof layer !== "string" || !Number.isInteger(call) || !Number.isInteger(output))
    throw badConfig(place, "a tensor as [layer, call, output]", value);
  return { layer, call: call as number, output: output as number };
}

/** The tensors that a model reads or gives: one, a list, or an object that names them. */
export function endsOf(
  value: unknown,
  place: string,
): readonly (readonly [name: string | undefined, ref: NodeRef])[] {
  if (isFields(value)) {
    return Object.entries(value).flatMap(([name, part]) =>
      endsOf(part, place).map(([, ref]) => [name, ref] as const),
    );
  }
  const list = listAt(value, place);
  if (typeof list[0] === "string") return [[undefined, refOf(list, place)]];
  return list.flatMap((part) => endsOf(part, place));
}
