// Passes that run before a graph is differentiated, because the gradient is better for them.

import type { Tensor } from "../tensor.ts";
import { joinProducts } from "./join-products.ts";
import { hoistFromScans } from "./scan-hoist.ts";

/**
 * Rewrites the outputs of a graph that is about to be differentiated. Products that are joined have one gradient product where they
 * had one each; what is not joined leaves the loop first, so that it is not taken for part of the sum.
 */
export function beforeGradient(outputs: readonly Tensor[]): readonly Tensor[] {
  return hoistFromScans(joinProducts(hoistFromScans(outputs)));
}
