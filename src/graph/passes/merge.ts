// Common subexpressions: equal nodes become one, and scans that run the same loop become one with the outputs of both.

import { applyAll, isOp, item } from "../op.ts";
import { constantOp, inputOp, randomOp } from "../ops/leaf.ts";
import { type ScanAttributes, scanOp } from "../ops/scan.ts";
import { attributesText } from "../print.ts";
import { nodesOf, rewrite } from "../rewrite.ts";
import type { Node, Tensor } from "../tensor.ts";
import { everywhere } from "./pass.ts";

const idOf = (tensor: Tensor) => `${tensor.node.id}.${tensor.index}`;

/** Nodes of one op with the same inputs and attributes are one. Inputs and random leaves are never the same. */
export const mergeEqualNodes = everywhere((outputs) => {
  const known = new Map<string, Node>();
  return rewrite(outputs, (node) => {
    const key = keyOf(node);
    if (key === undefined) return undefined;
    const twin = known.get(key);
    if (twin === undefined) known.set(key, node);
    return twin?.outputs;
  });
});

function keyOf(node: Node): string | undefined {
  if (isOp(node, inputOp) || isOp(node, randomOp) || isOp(node, scanOp)) return undefined;
  if (isOp(node, constantOp)) {
    const { value } = node.attributes;
    return value.size > 64 ? undefined : `constant ${value.dtype} [${value.shape}] ${value.data.join()}`;
  }
  return `${node.op.name} ${node.inputs.map(idOf).join()} ${attributesText(node.attributes)}`;
}

/**
 * The scan that a gradient makes to keep residuals repeats the forward one; they share parameters and operands. One loop with the
 * outputs of all takes their place. Runs before any pass that rewrites bodies.
 */
export const mergeScans = everywhere((outputs) => {
  const groups = new Map<string, Node<ScanAttributes>[]>();
  for (const node of nodesOf(outputs)) {
    if (isOp(node, scanOp)) groups.set(loopOf(node), [...(groups.get(loopOf(node)) ?? []), node]);
  }
  const merged = new Map<string, Merged>();
  return rewrite(outputs, ({ inputs }, node) => {
    if (!isOp(node, scanOp)) return undefined;
    const loop = loopOf(node);
    const group = groups.get(loop) ?? [];
    if (group.length < 2) return undefined;
    // The first of them in the order of the graph has its operands ready, which are those of all.
    const all = merged.get(loop) ?? mergedScan(inputs, group);
    merged.set(loop, all);
    const { carries, body } = node.attributes;
    return body.outputs.map((step, i) =>
      item(all.outputs, i < carries ? i : carries + all.steps.indexOf(step)),
    );
  });
});

/** What scans that may be merged agree in. */
function loopOf({ inputs, attributes: { body, reverse } }: Node<ScanAttributes>): string {
  return [...inputs, ...body.parameters].map(idOf).join() + reverse;
}

/** A scan in the place of several, and which values of its body it stacks. */
interface Merged {
  readonly steps: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

function mergedScan(inputs: readonly Tensor[], group: readonly Node<ScanAttributes>[]): Merged {
  const { attributes } = item(group);
  const { body, carries } = attributes;
  const steps = [...new Set(group.flatMap((node) => node.attributes.body.outputs.slice(carries)))];
  const outputs = [...body.outputs.slice(0, carries), ...steps];
  return { steps, outputs: applyAll(scanOp, inputs, { ...attributes, body: { ...body, outputs } }) };
}
