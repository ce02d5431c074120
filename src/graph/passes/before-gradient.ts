// Passes that run before a graph is differentiated, because the gradient is better for them.

import { isOp } from "../op.ts";
import { constantOp, input } from "../ops/leaf.ts";
import { dependents, nodesOf, substitute } from "../rewrite.ts";
import type { Tensor } from "../tensor.ts";
import { joinProducts } from "./join-products.ts";
import { hoistFromScans } from "./scan-hoist.ts";

/**
 * Rewrites the outputs of a graph that is about to be differentiated with respect to its inputs. Products that are joined have one
 * gradient product where they had one each; what is not joined leaves the loop first, so that it is not taken for part of the sum.
 */
export function beforeGradient(outputs: readonly Tensor[]): readonly Tensor[] {
  return hoistFromScans(joinProducts(hoistFromScans(outputs)));
}

/**
 * As {@link beforeGradient}, for derivatives with respect to any tensors of a graph: only what lies between them and the outputs is
 * rewritten. They, and what else the outputs read, stay the tensors that they are, since other parts of the graph read them too.
 */
export function beforeGradientTo(outputs: readonly Tensor[], wanted: readonly Tensor[]): readonly Tensor[] {
  const between = dependents(outputs, wanted);
  for (const { node } of wanted) between.delete(node);
  const border = new Map<Tensor, Tensor>();
  const meet = (tensor: Tensor) => {
    if (between.has(tensor.node) || isOp(tensor.node, constantOp) || border.has(tensor)) return;
    border.set(tensor, input("border", tensor));
  };
  for (const node of nodesOf(outputs)) if (between.has(node)) node.inputs.forEach(meet);
  outputs.forEach(meet);
  const back = new Map([...border].map(([tensor, standIn]) => [standIn, tensor]));
  return substitute(beforeGradient(substitute(outputs, border)), back);
}
