// What a scan is made of: a closed body, operands by their role, and how a body that reads from outside is closed.

import { isOp } from "../op.ts";
import { dependents, nodesOf, substitute } from "../rewrite.ts";
import type { Node, Tensor } from "../tensor.ts";
import { constantOp, input } from "./leaf.ts";

/**
 * A closed graph: its outputs rest on its parameters and on constants alone. The parameters are, in this order, the carries, one
 * step of each sequence, and what is captured from outside; the outputs are the next carries and one step of each stacked output.
 */
export interface Body {
  readonly parameters: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

export interface ScanAttributes {
  readonly body: Body;
  readonly carries: number;
  readonly sequences: number;
  readonly length: number;
  /** Runs from the last step to the first; sequences and stacked outputs keep their own order. */
  readonly reverse: boolean;
  /**
   * Gradient checkpointing: the gradient keeps of each step only the carry that it starts from, and computes the rest anew. Passes
   * keep to that: they move nothing out of the loop that would be there for all steps at once.
   */
  readonly recompute: boolean;
}

/** A scan's operands and parameters by their role. */
export function partsOf(node: Node<ScanAttributes>) {
  const { body, carries, sequences } = node.attributes;
  const cut = <T>(list: readonly T[]) => ({
    carries: list.slice(0, carries),
    sequences: list.slice(carries, carries + sequences),
    captures: list.slice(carries + sequences),
  });
  return {
    inputs: cut(node.inputs),
    parameters: cut(body.parameters),
    nextCarries: body.outputs.slice(0, carries),
    steps: body.outputs.slice(carries),
    finals: node.outputs.slice(0, carries),
    stacked: node.outputs.slice(carries),
  };
}

/** A scan about to be made. */
export interface Loop {
  readonly operands: readonly Tensor[];
  readonly attributes: ScanAttributes;
}

/** As {@link Loop}, with a body that may still read tensors from outside. */
interface Draft {
  readonly inits: readonly Tensor[];
  readonly sequences: readonly Tensor[];
  readonly parameters: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly length: number;
  readonly reverse: boolean;
  readonly recompute: boolean;
}

/**
 * Closes the body of a scan: whatever it reads that does not depend on the parameters is computed once, before the loop, and handed
 * in as a capture.
 */
export function closed({ inits, sequences, parameters, outputs, ...rest }: Draft): Loop {
  // Within a step that recomputes lie whole loops, whose sums start from zeros: passes are to see that they are zeros.
  const inside = new Set([
    ...dependents(outputs, parameters),
    ...(rest.recompute ? constantWork(outputs) : []),
  ]);
  const captured = capturesOf(outputs, inside);
  return {
    operands: [...inits, ...sequences, ...captured.keys()],
    attributes: {
      ...rest,
      body: { parameters: [...parameters, ...captured.values()], outputs: substitute(outputs, captured) },
      carries: inits.length,
      sequences: sequences.length,
    },
  };
}

/** What the nodes of a body and its outputs read from outside, each with a parameter in its place; constants stay where they are. */
export function capturesOf(outputs: readonly Tensor[], inside: ReadonlySet<Node>): Map<Tensor, Tensor> {
  const captured = new Map<Tensor, Tensor>();
  const capture = (tensor: Tensor) => {
    if (inside.has(tensor.node) || isOp(tensor.node, constantOp) || captured.has(tensor)) return;
    captured.set(tensor, input(`capture${captured.size}`, tensor));
  };
  for (const node of nodesOf(outputs)) if (inside.has(node)) node.inputs.forEach(capture);
  outputs.forEach(capture);
  return captured;
}

/** The nodes that compute something of constants alone. */
function constantWork(outputs: readonly Tensor[]): Set<Node> {
  const found = new Set<Node>();
  for (const node of nodesOf(outputs)) {
    const isKnown = ({ node: from }: Tensor) => found.has(from) || isOp(from, constantOp);
    if (node.inputs.length > 0 && node.inputs.every(isKnown)) found.add(node);
  }
  return found;
}
