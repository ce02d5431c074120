// Layers of one input and one output without state.

import { cast } from "../../../src/graph/ops/arithmetic.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { upstreamGradients } from "../gradients.ts";
import { bind, contextOf, makeLayer } from "../layers.ts";
import type { Family } from "../run.ts";

export const layerNames: readonly string[] = ["Dense", "Embedding"];

export const layer: Family = (cas) => {
  const [name = ""] = cas.call.strings("inputs");
  const x = cas.input(name);
  const made = makeLayer(cas.layer, cas.config);
  const y = made.call(x, contextOf(bind(cas, made, x, cas.weights)));
  const outputs = new Map([["y", y as Tensor]]);
  const mask = made.computeMask(x, undefined);
  return {
    graph: new Map([
      ...outputs,
      ...(mask === undefined ? [] : [["mask_out", cast(mask, "int32")] as const]),
      ...upstreamGradients(cas, outputs),
    ]),
  };
};
