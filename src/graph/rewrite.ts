// Walking a graph and making a changed copy of it.

import { item } from "./op.ts";
import { Node, type Tensor } from "./tensor.ts";

/** The nodes that the outputs rest on, each after the nodes that it reads. */
export function nodesOf(outputs: readonly Tensor[]): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const open: { readonly node: Node; next: number }[] = [];
  for (const { node } of outputs) {
    if (!seen.has(node)) open.push({ node, next: 0 });
    seen.add(node);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const input = top.node.inputs[top.next++];
      if (input === undefined) {
        order.push(top.node);
        open.pop();
      } else if (!seen.has(input.node)) {
        seen.add(input.node);
        open.push({ node: input.node, next: 0 });
      }
    }
  }
  return order;
}

/** The same op on other inputs of the same types. */
export function withInputs(node: Node, inputs: readonly Tensor[]): Node {
  const same = inputs.every((input, i) => input === node.inputs[i]);
  return same ? node : new Node(node.op, inputs, node.attributes, node.outputs);
}

/** What a node becomes: tensors in place of its outputs, or `undefined` to keep it. Its inputs are those already rewritten. */
export type Rule = (node: Node, original: Node) => readonly Tensor[] | undefined;

/**
 * Copies the part of a graph that the outputs rest on, giving each node to a rule once its inputs are rewritten.
 * `replaced` says what stands for a tensor from the start, and afterwards holds what became of every one.
 */
export function rewrite(
  outputs: readonly Tensor[],
  rule: Rule,
  replaced: Map<Tensor, Tensor> = new Map(),
): readonly Tensor[] {
  const now = (tensor: Tensor) => replaced.get(tensor) ?? tensor;
  for (const node of nodesOf(outputs)) {
    if (node.outputs.every((output) => replaced.has(output))) continue;
    const copy = withInputs(node, node.inputs.map(now));
    const made = rule(copy, node) ?? copy.outputs;
    for (const [i, output] of node.outputs.entries()) {
      if (!replaced.has(output)) replaced.set(output, item(made, i));
    }
  }
  return outputs.map(now);
}

/** Puts other tensors in the place of some. */
export function substitute(
  outputs: readonly Tensor[],
  replaced: ReadonlyMap<Tensor, Tensor>,
): readonly Tensor[] {
  return rewrite(outputs, () => undefined, new Map(replaced));
}

/** The nodes, among those that the outputs rest on, that depend on one of the given tensors. */
export function dependents(outputs: readonly Tensor[], roots: Iterable<Tensor>): Set<Node> {
  const found = new Set<Node>();
  for (const root of roots) found.add(root.node);
  for (const node of nodesOf(outputs)) {
    if (node.inputs.some((input) => found.has(input.node))) found.add(node);
  }
  return found;
}
