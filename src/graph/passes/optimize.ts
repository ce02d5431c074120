// The order of the passes.

import type { Tensor } from "../tensor.ts";
import { fuseGemm } from "./gemm.ts";
import { joinProducts } from "./join-products.ts";
import { mergeEqualNodes, mergeScans } from "./merge.ts";
import type { Pass } from "./pass.ts";
import { regroupProducts } from "./products.ts";
import { hoistFromScans } from "./scan-hoist.ts";
import { pruneScans } from "./scan-prune.ts";
import { sinkFromScans } from "./scan-sink.ts";
import { shareFactors } from "./share-factors.ts";
import { simplify } from "./simplify.ts";

/** Passes by name, in the order in which a round runs them. */
export const rounds: Readonly<Record<string, Pass>> = {
  mergeScans,
  simplify,
  regroupProducts,
  hoistFromScans,
  sinkFromScans,
  pruneScans,
  mergeEqualNodes,
};

/** Passes for the executor's sake, when nothing else changes any more. */
export const closing: Readonly<Record<string, Pass>> = {
  joinProducts,
  hoistFromScans,
  mergeEqualNodes,
  shareFactors,
  fuseGemm,
};

/** A graph that no longer changes is left earlier: most are after two to four rounds. */
const mostRounds = 16;

/**
 * Rewrites a graph to one that computes the same with less work. Loops over time gain most: see scan-hoist, scan-sink and products.
 *
 * @param observe called after each pass, with its name and what it made; tests check every intermediate graph with it
 */
export function optimize(
  outputs: readonly Tensor[],
  observe?: (pass: string, outputs: readonly Tensor[]) => void,
): readonly Tensor[] {
  let current = outputs;
  const run = (name: string, pass: Pass) => {
    const next = pass(current);
    if (next.some((output, i) => output !== current[i])) observe?.(name, next);
    current = next;
  };
  for (let round = 0; round < mostRounds; round++) {
    const before = current;
    for (const [name, pass] of Object.entries(rounds)) run(name, pass);
    if (current.every((output, i) => output === before[i])) break;
  }
  for (const [name, pass] of Object.entries(closing)) run(name, pass);
  return current;
}
