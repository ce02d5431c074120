// Scaled dot-product attention as a graph function.

import { cast } from "../../../src/graph/ops/arithmetic.ts";
import { scaledDotProductAttention } from "../../../src/graph/ops/attention.ts";
import { upstreamGradients } from "../gradients.ts";
import type { Family } from "../run.ts";

export const attentionFunction: Family = (cas) => {
  const { call, config } = cas;
  const [query, key, value] = ["query", "key", "value"].map((name) => cas.input(call.string(name)));
  if (query === undefined || key === undefined || value === undefined)
    throw new TypeError("three inputs are read");
  const scale = config.value("scale") as number | undefined;
  const mask = call.value("mask");
  const y = scaledDotProductAttention(query, key, value, {
    causal: config.boolean("is_causal", false),
    ...(scale === undefined ? {} : { scale }),
    ...(typeof mask === "string" ? { mask: cast(cas.input(mask), "bool") } : {}),
  });
  const outputs = new Map([["y", y]]);
  return { graph: new Map([...outputs, ...upstreamGradients(cas, outputs)]) };
};
