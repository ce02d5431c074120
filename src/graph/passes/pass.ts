// What a pass is, and how one reaches the bodies of scans.

import { isOp } from "../op.ts";
import { scanOp } from "../ops/scan.ts";
import { nodesOf, type Rule, rewrite } from "../rewrite.ts";
import { Node, type Tensor } from "../tensor.ts";

/** From the outputs of a graph to outputs of the same values, computed another way. */
export type Pass = (outputs: readonly Tensor[]) => readonly Tensor[];

/** Applies a pass to the bodies of all scans, innermost first, and then to the graph itself. */
export function everywhere(pass: Pass): Pass {
  const deep: Pass = (outputs) =>
    pass(
      rewrite(outputs, (node) => {
        if (!isOp(node, scanOp)) return undefined;
        const { body } = node.attributes;
        const changed = deep(body.outputs);
        if (changed.every((output, i) => output === body.outputs[i])) return undefined;
        return new Node(
          node.op,
          node.inputs,
          { ...node.attributes, body: { ...body, outputs: changed } },
          node.outputs,
        ).outputs;
      }),
    );
  return deep;
}

/** A pass that looks at one node at a time. The rule is told how often each output of the node was used before the pass began. */
export function nodeByNode(rule: (node: Node, uses: readonly number[]) => ReturnType<Rule>): Pass {
  return everywhere((outputs) => {
    const counts = useCounts(outputs);
    return rewrite(outputs, (node, { outputs: originals }) =>
      rule(
        node,
        originals.map((output) => counts.get(output) ?? 0),
      ),
    );
  });
}

/** How often each tensor is read, by nodes or as an output. */
export function useCounts(outputs: readonly Tensor[]): Map<Tensor, number> {
  const counts = new Map<Tensor, number>();
  const count = (tensor: Tensor) => counts.set(tensor, (counts.get(tensor) ?? 0) + 1);
  outputs.forEach(count);
  for (const node of nodesOf(outputs)) node.inputs.forEach(count);
  return counts;
}
