// Layers: a call with its masks and states, and where the layer is stateful a second one.

import { cast, stopGradient } from "../../../src/graph/ops/arithmetic.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import type { LayerState } from "../../../src/nn/layer.ts";
import { layerClasses } from "../../../src/nn/layers/index.ts";
import type { Case } from "../case.ts";
import { upstreamGradients } from "../gradients.ts";
import { bind, contextOf, makeLayer } from "../layers.ts";
import type { Family } from "../run.ts";

export const isLayer = (name: string): boolean => Object.hasOwn(layerClasses, name);

export const layer: Family = (cas) => {
  const { call } = cas;
  const returnState = ownConfig(cas)?.return_state === true;
  const made = makeLayer(cas.layer, cas.config);
  const inputs = inputsOf(cas);
  const masks = masksOf(cas, inputs.length);
  const options = optionsOf(cas);
  const weights = bind(cas, made, inputs, cas.weights, options);
  const kept = new Map<LayerState, Tensor>();
  const context = contextOf(weights, {
    state: (state, batch) => kept.get(state) ?? contextOf(weights).state(state, batch),
    update: (target, value) => kept.set(target as LayerState, value),
  });
  const first = made.trace(inputs, masks, context, options);
  const names = cas.outputs.filter((name) => !/^(y|state)2/.test(name));
  const states = returnState ? [] : [...kept.values()];
  const tensors = [...first.outputs, ...states];
  const outputs = new Map(names.map((name, i) => [name, tensors[i] as Tensor]));
  const mask = cas.has("mask_out") ? first.masks[0] : undefined;
  const graph = new Map([
    ...outputs,
    ...(mask === undefined ? [] : [["mask_out", cast(mask, "int32")] as const]),
    ...upstreamGradients(cas, outputs),
  ]);
  if (!call.has("inputs2")) return { graph };
  // The second call takes the state that the first one left for a constant.
  const again = call.strings("inputs2").map((name) => cas.input(name));
  for (const [state, value] of kept) kept.set(state, stopGradient(value));
  const second = made.trace(again, masks, context);
  const secondOutputs = new Map([
    ["y2", second.outputs[0] as Tensor],
    ...cas.outputs
      .filter((name) => name.startsWith("state2."))
      .map((name, i) => [name, [...kept.values()][i] as Tensor] as const),
  ]);
  const own = call.strings("inputs2").map((name) => `d_${name}`);
  const inputGradients = [...upstreamGradients(cas, secondOutputs)].filter(([name]) => own.includes(name));
  return {
    graph: new Map([
      ...graph,
      ...secondOutputs,
      ...inputGradients,
      ...upstreamGradients(cas, secondOutputs, "d2_"),
    ]),
  };
};

/** The arguments of the layer itself, or of the one that it wraps. */
function ownConfig(cas: Case): Readonly<Record<string, unknown>> | undefined {
  if (cas.config.has("layer")) {
    return (cas.config.value("layer") as { readonly config: Record<string, unknown> }).config;
  }
  return { return_state: cas.config.has("return_state") && cas.config.value("return_state") };
}

function inputsOf(cas: Case): readonly Tensor[] {
  const { call } = cas;
  const names = call.has("query")
    ? [call.string("query"), call.string("value"), call.string("key")]
    : call.strings("inputs");
  return names.map((name) => cas.input(name));
}

function masksOf(cas: Case, count: number): readonly (Tensor | undefined)[] {
  const { call } = cas;
  const tensor = (name: unknown) => (typeof name === "string" ? cast(cas.input(name), "bool") : undefined);
  if (call.has("value_mask")) return [undefined, tensor(call.value("value_mask"))];
  if (!call.has("mask")) return Array.from({ length: count }, () => undefined);
  const given = call.value("mask");
  return Array.isArray(given) ? given.map(tensor) : [tensor(given)];
}

function optionsOf(cas: Case): Readonly<Record<string, unknown>> {
  const { call } = cas;
  const flag = (name: string) => call.has(name) && call.boolean(name);
  return {
    ...(call.has("initial_state")
      ? { initialState: call.strings("initial_state").map((name) => cas.input(name)) }
      : {}),
    ...(call.has("attention_mask")
      ? { attentionMask: cast(cas.input(call.string("attention_mask")), "bool") }
      : {}),
    ...(flag("use_causal_mask") ? { useCausalMask: true } : {}),
    ...(flag("return_attention_scores") ? { returnAttentionScores: true } : {}),
  };
}
