// What of a scan's body depends on what: the analysis on which work is moved out of the loop.

import { isOp } from "../op.ts";
import { constantOp } from "../ops/leaf.ts";
import { partsOf, type ScanAttributes } from "../ops/scan.ts";
import { dependents } from "../rewrite.ts";
import type { Node, Tensor } from "../tensor.ts";

/** Constant; the same at every step; computable for all steps at once; or bound to the loop. */
export type Place = "constant" | "invariant" | "sliced" | "carried";

/** Where each value of a scan's body belongs. */
export function placesOf(node: Node<ScanAttributes>): (tensor: Tensor) => Place {
  const { parameters } = partsOf(node);
  const { outputs } = node.attributes.body;
  const carried = dependents(outputs, parameters.carries);
  const sliced = dependents(outputs, parameters.sequences);
  const captured = dependents(outputs, parameters.captures);
  return ({ node: from }) => {
    if (carried.has(from)) return "carried";
    if (sliced.has(from)) return "sliced";
    return captured.has(from) || !isOp(from, constantOp) ? "invariant" : "constant";
  };
}

/** The nodes that the next carries rest on: the loop cannot do without them. */
export function carriedWork(node: Node<ScanAttributes>): ReadonlySet<Node> {
  const { nextCarries } = partsOf(node);
  const needed = new Set<Node>();
  const open = nextCarries.map((next) => next.node);
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    if (needed.has(top)) continue;
    needed.add(top);
    open.push(...top.inputs.map((input) => input.node));
  }
  return needed;
}
