// Reverse-mode differentiation: walks the graph backwards, asking each op for its gradient.

import { isFloat } from "../tensor/dtype.ts";
import { add } from "./ops/arithmetic.ts";
import { dependents, nodesOf } from "./rewrite.ts";
import type { Tensor } from "./tensor.ts";

/**
 * The vector-Jacobian product: the gradients with respect to `wanted` of Σ ⟨output, cotangent⟩. `undefined` where the outputs do
 * not depend on a tensor, or only through ops without a gradient.
 */
export function vjp(
  outputs: readonly Tensor[],
  cotangents: readonly (Tensor | undefined)[],
  wanted: readonly Tensor[],
): readonly (Tensor | undefined)[] {
  const gradients = new Map<Tensor, Tensor>();
  const receive = (tensor: Tensor, gradient: Tensor | undefined) => {
    if (gradient === undefined || !isFloat(tensor.dtype)) return;
    const before = gradients.get(tensor);
    gradients.set(tensor, before === undefined ? gradient : add(before, gradient));
  };
  for (const [i, output] of outputs.entries()) receive(output, cotangents[i]);

  const roots = new Set(wanted.map((tensor) => tensor.node));
  const active = dependents(outputs, wanted);
  for (const node of nodesOf(outputs).reverse()) {
    const { gradient } = node.op;
    const received = node.outputs.map((output) => gradients.get(output));
    if (gradient === "none" || !active.has(node) || received.every((one) => one === undefined)) continue;
    if (roots.has(node) && node.inputs.every((input) => !active.has(input.node))) continue;
    const results = gradient(node, received);
    for (const [i, input] of node.inputs.entries()) {
      if (active.has(input.node)) receive(input, results[i]);
    }
  }
  return wanted.map((tensor) => gradients.get(tensor));
}
