// Common subexpressions: equal nodes become one, and scans that run the same loop become one with the outputs of both.

import { applyAll, isOp, item } from "../op.ts";
import { constantOp, inputOp, randomOp } from "../ops/leaf.ts";
import { type ScanAttributes, scanOp } from "../ops/scan.ts";
import { attributesText } from "../print.ts";
import { nodesOf, rewrite, substitute } from "../rewrite.ts";
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
    if (!isOp(node, scanOp)) continue;
    const { body, reverse } = node.attributes;
    const key = [...node.inputs, ...body.parameters].map(idOf).join() + reverse;
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const replaced = new Map<Tensor, Tensor>();
  for (const group of groups.values()) {
    if (group.length === 1) continue;
    const { attributes, inputs } = item(group);
    const { body, carries } = attributes;
    const steps = [...new Set(group.flatMap((node) => node.attributes.body.outputs.slice(carries)))];
    const all = [...body.outputs.slice(0, carries), ...steps];
    const merged = applyAll(scanOp, inputs, { ...attributes, body: { ...body, outputs: all } });
    for (const node of group) {
      for (const [i, output] of node.outputs.entries()) {
        const place = i < carries ? i : carries + steps.indexOf(item(node.attributes.body.outputs, i));
        replaced.set(output, item(merged, place));
      }
    }
  }
  return replaced.size === 0 ? outputs : substituteAll(outputs, replaced);
});

/** The merged scans may read each other's outputs (a stack of layers), so the replacement is carried through until it settles. */
function substituteAll(outputs: readonly Tensor[], replaced: ReadonlyMap<Tensor, Tensor>): readonly Tensor[] {
  let current = outputs;
  for (let left = replaced.size; left > 0; left--) {
    const next = substitute(current, replaced);
    if (next.every((output, i) => output === current[i])) break;
    current = next;
  }
  return current;
}
