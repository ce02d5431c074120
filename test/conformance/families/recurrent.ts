// Recurrent layers: sequences, states, masks.

import { cast } from "../../../src/graph/ops/arithmetic.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { upstreamGradients } from "../gradients.ts";
import { bind, contextOf, makeLayer } from "../layers.ts";
import type { Family } from "../run.ts";

export const recurrentNames: readonly string[] = ["SimpleRNN", "LSTM", "GRU"];

export const recurrent: Family = (cas) => {
  const { call } = cas;
  const returnState = cas.config.boolean("return_state", false);
  const layer = makeLayer(cas.layer, cas.config);
  const [name = ""] = call.strings("inputs");
  const x = cas.input(name);
  const weights = bind(cas, layer, x, cas.weights);
  const mask = call.has("mask") ? cast(cas.input(call.string("mask")), "bool") : undefined;
  const initialState = call.has("initial_state")
    ? call.strings("initial_state").map((name) => cas.input(name))
    : undefined;
  const result = layer.call(x, contextOf(weights, { mask, initialState }));
  const tensors = Array.isArray(result) ? (result as readonly Tensor[]) : [result as Tensor];
  const names = returnState ? ["y", ...cas.outputs.filter((name) => name.startsWith("state."))] : ["y"];
  const outputs = new Map(names.map((name, i) => [name, tensors[i] as Tensor]));
  return { graph: new Map([...outputs, ...upstreamGradients(cas, outputs)]) };
};
