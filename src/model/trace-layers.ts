// traceLayers: what layers do with given inputs: states and gates of recurrent ones, weights of attention, outputs of any.

import { input } from "../graph/ops/leaf.ts";
import { expandDims } from "../graph/ops/sum.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { ObservedCall } from "../nn/call-context.ts";
import { checkOptionNames } from "../nn/choice.ts";
import { type CallContext, callContext, Layer } from "../nn/layer.ts";
import { AdditiveAttention, Attention } from "../nn/layers/attention.ts";
import { MultiHeadAttention } from "../nn/layers/multi-head-attention.ts";
import { Recurrent } from "../nn/layers/recurrent.ts";
import { recurrentStates } from "../nn/layers/recurrent-states.ts";
import { RecurraError } from "../platform/error.ts";
import { suggestion } from "../platform/nearest.ts";
import { Compiled } from "../runtime/compile.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import type { ModelData } from "./model-data.ts";
import type { Network } from "./network.ts";
import { checkModelInputs } from "./rows.ts";

/** What a recurrent layer did at every step, in the order of the sequence. */
export interface RecurrentLayerTrace {
  /** The layer's path: `lstm`, `bidirectional/forward_layer`. A second call of the same layer is `lstm#2`. */
  readonly name: string;
  /** Of its cell; "recurrent" for cells of other kinds. */
  readonly kind: "lstm" | "gru" | "simpleRNN" | "recurrent";
  /** Whether it reads the sequence from its end. */
  readonly isBackward: boolean;
  /** [B, T, U] h after each step. */
  readonly hidden: NdArray;
  /** [B, T, U] c after each step, of an LSTM. */
  readonly cell: NdArray | undefined;
  /** [B, T, U] each: input, forget, output and candidate of an LSTM; update, reset and candidate of a GRU. */
  readonly gates: Readonly<Record<string, NdArray>>;
}

/** Where a layer of attention looked. */
export interface AttentionLayerTrace {
  /** The layer's path: `block_1/self_attention`. */
  readonly name: string;
  readonly kind: "attention";
  /** [B, heads, T, S] How much of what each of T positions takes in comes from each of S: rows sum to 1. */
  readonly weights: NdArray;
}

/** What any other layer gave, where it was asked for by name. */
export interface OutputLayerTrace {
  readonly name: string;
  readonly kind: "output";
  /** [B, …] */
  readonly values: NdArray;
}

export type ModelLayerTrace = RecurrentLayerTrace | AttentionLayerTrace | OutputLayerTrace;

export interface TraceLayersOptions {
  /** Paths of layers, or of what they are in: `bidirectional` stands for both directions. Default: all recurrent and attention layers. */
  readonly layers?: readonly string[] | undefined;
}

/** What {@link traceLayers} gives. */
export interface ModelTrace {
  readonly layers: readonly ModelLayerTrace[];
  /** The outputs of the model, in order. */
  readonly outputs: readonly NdArray[];
}

/**
 * Runs a model on inputs and keeps what its layers do inside: states and gates are computed by the layers' own formulas, step by step.
 * Stateful layers start from zeros, and keep the state that they have. Dropout is off.
 *
 *     const { layers } = await traceLayers(model, x);
 *     layers[0];  // { name: "lstm", kind: "lstm", hidden: NdArray [B, T, U], cell: …, gates: { input: …, forget: …, … } }
 *
 * @param x as for `predict`; all rows are run at once
 * @throws RecurraError `unknown-name` for a layer that there is not; `no-rows`; what `predict` throws for inputs that do not fit
 */
export async function traceLayers(
  model: Network,
  x: ModelData,
  options: TraceLayersOptions = {},
): Promise<ModelTrace> {
  checkOptionNames("traceLayers", options, ["layers"]);
  const arrays = checkModelInputs(model, "x", x);
  if (arrays.some(({ shape }) => shape[0] === 0))
    throw new RecurraError("no-rows", `${model.name}: there are no rows to trace; wanted one at least`);
  const inputs = model.inputs.map(({ name }, i) => {
    const { dtype, shape } = arrays[i] as NdArray;
    return input(name, { dtype, shape });
  });
  const { weights } = model;
  const weightInputs = weights.map(({ name, weight }) =>
    input(name, { dtype: "float32", shape: weight.shape }),
  );
  const values = new Map(weights.map(({ weight }, i) => [weight, weightInputs[i] as Tensor]));
  const context = callContext({
    training: false,
    value: (weight) => values.get(weight) ?? input(weight.name, { dtype: "float32", shape: weight.shape }),
  });
  const calls: ObservedCall[] = [];
  const { outputs } = model.trace(inputs, [], { ...context, observe: (call) => calls.push(call) });
  const drafts = chosen(model, calls, options.layers).flatMap((call) => draftOf(call, context));

  const tensors = drafts.flatMap(({ tensors: own }) => Object.values(own));
  const all = [...outputs, ...tensors];
  const compiled = await Compiled.from(
    [
      ...inputs.map((tensor, i) => [`input${i}`, tensor] as const),
      ...weightInputs.map((tensor, i) => [`weight${i}`, tensor] as const),
    ],
    all.map((tensor, i) => [`trace${i}`, tensor] as const),
    { label: model.name },
  );
  try {
    const results = await compiled.run([...arrays, ...weights.map(({ weight }) => weight.peek())]);
    let at = outputs.length;
    const layers = drafts.map(({ tensors: own, finish }) =>
      finish(Object.fromEntries(Object.keys(own).map((name) => [name, results[at++] as NdArray]))),
    );
    return { layers, outputs: results.slice(0, outputs.length) };
  } finally {
    await compiled.release();
  }
}

/** The recurrent and the attention layers of a network by their paths, in the order of its layers. */
export function traceableLayers(model: Network): readonly string[] {
  return [...pathsOf(model)].flatMap(([layer, path]) => (isTraceable(layer) ? [path] : []));
}

const isAttention = (layer: object) =>
  layer instanceof MultiHeadAttention || layer instanceof Attention || layer instanceof AdditiveAttention;

const isTraceable = (layer: object) => layer instanceof Recurrent || isAttention(layer);

/** All layers by their paths, those inside others included: `encoder/self_attention`. */
function pathsOf({ layers }: Network): ReadonlyMap<object, string> {
  const paths = new Map<object, string>();
  const walk = (layer: Layer, path: string): void => {
    if (!paths.has(layer)) paths.set(layer, path);
    for (const { name, layer: inner } of layer.children) walk(inner, name === "" ? path : `${path}/${name}`);
  };
  for (const layer of layers) walk(layer, layer.name);
  return paths;
}

/** A call with the name that its trace has. */
interface NamedCall extends ObservedCall {
  readonly name: string;
}

/** The calls that are traced: of all layers with something inside, or of those that are named. */
function chosen(
  model: Network,
  calls: readonly ObservedCall[],
  names: readonly string[] | undefined,
): readonly NamedCall[] {
  const paths = pathsOf(model);
  const counts = new Map<object, number>();
  const named = calls.map((call): NamedCall & { readonly path: string } => {
    const count = (counts.get(call.layer) ?? 0) + 1;
    counts.set(call.layer, count);
    const path = paths.get(call.layer) ?? "";
    return { ...call, path, name: count === 1 ? path : `${path}#${count}` };
  });
  if (names === undefined) return named.filter(({ layer }) => isTraceable(layer));
  const found = new Set<NamedCall>();
  for (const name of names) {
    // What it is in stands for what is inside, and for itself where there is nothing inside.
    const within = named.filter(
      ({ layer, path }) => isTraceable(layer) && (path === name || path.startsWith(`${name}/`)),
    );
    const own = named.filter((call) => call.path === name || call.name === name);
    const hits = within.length > 0 ? within : own;
    if (hits.length === 0) {
      const known = [...new Set(named.map(({ path }) => path))];
      throw new RecurraError(
        "unknown-name",
        `${model.name}: there is no layer "${name}". ${suggestion(name, known)}There are ${known.join(", ")}`,
      );
    }
    for (const hit of hits) found.add(hit);
  }
  return named.filter((call) => found.has(call));
}

/** The tensors that a trace is made of, and how it is made of their values. */
interface Draft {
  readonly tensors: Readonly<Record<string, Tensor>>;
  finish(arrays: Readonly<Record<string, NdArray>>): ModelLayerTrace;
}

const KINDS: Readonly<Record<string, RecurrentLayerTrace["kind"]>> = {
  LSTMCell: "lstm",
  GRUCell: "gru",
  SimpleRNNCell: "simpleRNN",
};

function draftOf({ name, layer, inputs, masks, options, outputs }: NamedCall, context: CallContext): Draft[] {
  const [x, mask] = [inputs[0] as Tensor, masks[0]];
  if (layer instanceof Recurrent) {
    const { hidden, cell, gates } = recurrentStates(layer, x, { ...context, mask, masks, options });
    return [
      {
        tensors: { hidden, ...(cell === undefined ? {} : { cell }), ...prefixed(gates) },
        finish: (arrays) => ({
          name,
          kind: KINDS[layer.cell.className] ?? "recurrent",
          isBackward: layer.config.goBackwards === true,
          hidden: arrays.hidden as NdArray,
          cell: arrays.cell,
          gates: Object.fromEntries(
            Object.keys(gates).map((gate) => [gate, arrays[`gate ${gate}`] as NdArray]),
          ),
        }),
      },
    ];
  }
  if (layer instanceof Layer && isAttention(layer)) {
    const asked = { ...options, returnAttentionScores: true };
    const [, scores] = layer.trace(inputs, masks, context, asked).outputs as readonly [Tensor, Tensor];
    const weights = scores.rank === 3 ? expandDims(scores, 1) : scores; // [B, T, S] -> [B, 1, T, S]
    return [
      {
        tensors: { weights },
        finish: (arrays) => ({ name, kind: "attention", weights: arrays.weights as NdArray }),
      },
    ];
  }
  return outputs.map((output, i) => ({
    tensors: { values: output },
    finish: (arrays): OutputLayerTrace => ({
      name: i === 0 ? name : `${name}:${i}`,
      kind: "output",
      values: arrays.values as NdArray,
    }),
  }));
}

function prefixed(gates: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(Object.entries(gates).map(([gate, tensor]) => [`gate ${gate}`, tensor]));
}
