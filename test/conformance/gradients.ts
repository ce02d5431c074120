// The gradients that a case holds, as tensor code.

import { scalar } from "../../src/graph/ops/leaf.ts";
import { broadcastTo } from "../../src/graph/ops/sum.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { vjp } from "../../src/graph/vjp.ts";
import type { Case } from "./case.ts";

/** Computed tensors under the names that the file has for them. */
export type Results = ReadonlyMap<string, Tensor>;

/** The name of the upstream gradient of an output: `y` -> `dy`, `state.h` -> `dy_state.h`. */
const upstreamOf = (output: string): string => (/^y\d?$/.test(output) ? `d${output}` : `dy_${output}`);

/**
 * The gradients of Σ output·upstream, over all outputs that have an upstream gradient, for each tensor of the file that is named
 * `${prefix}INPUT`.
 */
export function upstreamGradients(cas: Case, outputs: Results, prefix = "d_"): Results {
  const [tensors, cotangents]: [Tensor[], Tensor[]] = [[], []];
  for (const [name, tensor] of outputs) {
    const upstream = upstreamOf(name);
    if (!cas.has(upstream)) continue;
    tensors.push(tensor);
    cotangents.push(cas.input(upstream));
  }
  return gradientsOf(cas, tensors, cotangents, prefix);
}

/** The gradients of a scalar output, likewise. */
export function lossGradients(cas: Case, loss: Tensor, prefix = "d_"): Results {
  return gradientsOf(cas, [loss], [scalar(1, loss.dtype)], prefix);
}

function gradientsOf(
  cas: Case,
  outputs: readonly Tensor[],
  cotangents: readonly Tensor[],
  prefix: string,
): Results {
  const names = cas.names.filter((name) => name.startsWith(prefix) && cas.has(name.slice(prefix.length)));
  const wanted = names.map((name) => cas.input(name.slice(prefix.length)));
  const found = vjp(outputs, cotangents, wanted);
  return new Map(
    names.map((name, i) => {
      const input = wanted[i] as Tensor;
      return [name, found[i] ?? broadcastTo(scalar(0, input.dtype), input.shape)];
    }),
  );
}
