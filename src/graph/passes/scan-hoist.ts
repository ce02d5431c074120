// Moves out of a scan's loop, to before it, what does not depend on the carry: x_t·W becomes one product over all time steps.

import { batchFactor } from "../batch.ts";
import { applyAll, isOp, item } from "../op.ts";
import { input } from "../ops/leaf.ts";
import { matmulOp } from "../ops/matmul.ts";
import { partsOf, type ScanAttributes, scanOp } from "../ops/scan.ts";
import { alignStacked } from "../ops/sum.ts";
import { dependents, nodesOf, rewrite, substitute } from "../rewrite.ts";
import { type Lifted, Node, type Tensor } from "../tensor.ts";
import type { Pass } from "./pass.ts";
import { placesOf } from "./scan-loop.ts";

/** Applies a node of a body to all steps at once, outside. */
export function lift(node: Node, inputs: readonly Lifted[], steps: number): readonly Tensor[] | undefined {
  const { lift: rule } = node.op;
  if (rule === "none") return undefined;
  if (!inputs.some((operand) => operand.stacked)) {
    return applyAll(
      node.op,
      inputs.map((operand) => operand.tensor),
      node.attributes,
    );
  }
  if (rule !== "elementwise") return rule(node, inputs, steps);
  const { rank } = item(node.outputs);
  return applyAll(
    node.op,
    inputs.map((operand) => alignStacked(operand, rank)),
    node.attributes,
  );
}

export const hoistFromScans: Pass = (outputs) => hoistIn(outputs, 1);

/**
 * Hoists from the scans of a graph, innermost first.
 *
 * @param segments how many times the graph runs, where it is one segment of a longer loop: work is judged by what all of them make
 */
function hoistIn(outputs: readonly Tensor[], segments: number): readonly Tensor[] {
  return rewrite(outputs, (node) => {
    if (!isOp(node, scanOp)) return undefined;
    const { body, length, recompute } = node.attributes;
    const changed = hoistIn(body.outputs, recompute ? segments * length : 1);
    const same = changed.every((output, i) => output === body.outputs[i]);
    const attributes = { ...node.attributes, body: { ...body, outputs: changed } };
    const inner = same ? node : new Node(node.op, node.inputs, attributes, node.outputs);
    return hoist(inner, segments) ?? inner.outputs;
  });
}

function hoist(node: Node<ScanAttributes>, segments: number): readonly Tensor[] | undefined {
  const { body, length, recompute } = node.attributes;
  const { inputs, parameters } = partsOf(node);
  const place = placesOf(node);

  // Everything outside the loop that a value of the body can be computed from.
  const outside = new Map<Tensor, Lifted>();
  parameters.sequences.forEach((parameter, i) => {
    outside.set(parameter, { tensor: item(inputs.sequences, i), stacked: true });
  });
  parameters.captures.forEach((parameter, i) => {
    outside.set(parameter, { tensor: item(inputs.captures, i), stacked: false });
  });
  // Of a scan that recomputes, only work on captures leaves: what is done for all steps at once is there at once.
  const captured = dependents(body.outputs, parameters.captures);
  const order = nodesOf(body.outputs);
  for (const inner of order) {
    const output = item(inner.outputs);
    if (outside.has(output) || place(output) === "carried") continue;
    if (place(output) === "constant") {
      outside.set(output, { tensor: output, stacked: false });
      continue;
    }
    if (recompute && !(place(output) === "invariant" && captured.has(inner))) continue;
    const operands = inner.inputs.map((operand) => outside.get(operand));
    if (operands.some((operand) => operand === undefined) || !worthLifting(inner, length * segments))
      continue;
    const lifted = lift(inner, operands as Lifted[], length);
    const stacked = place(output) === "sliced";
    inner.outputs.forEach((result, i) => {
      if (lifted !== undefined) outside.set(result, { tensor: item(lifted, i), stacked });
    });
  }

  // The frontier: what stays in the loop reads of what has left it.
  const own = new Set(body.parameters);
  const frontier = new Set<Tensor>();
  const meet = (tensor: Tensor) => {
    if (outside.has(tensor) && !own.has(tensor) && place(tensor) !== "constant") frontier.add(tensor);
  };
  for (const inner of order) if (!outside.has(item(inner.outputs))) inner.inputs.forEach(meet);
  body.outputs.forEach(meet);
  if (frontier.size === 0) return undefined;

  const replaced = new Map<Tensor, Tensor>();
  const more = { sequences: [] as [Tensor, Tensor][], captures: [] as [Tensor, Tensor][] };
  for (const tensor of frontier) {
    const parameter = input("hoisted", tensor);
    replaced.set(tensor, parameter);
    const source = outside.get(tensor);
    if (source !== undefined)
      (source.stacked ? more.sequences : more.captures).push([parameter, source.tensor]);
  }
  const [first, second] = [0, 1] as const;
  return applyAll(
    scanOp,
    [
      ...inputs.carries,
      ...inputs.sequences,
      ...more.sequences.map((pair) => pair[second]),
      ...inputs.captures,
      ...more.captures.map((pair) => pair[second]),
    ],
    {
      ...node.attributes,
      sequences: inputs.sequences.length + more.sequences.length,
      body: {
        parameters: [
          ...parameters.carries,
          ...parameters.sequences,
          ...more.sequences.map((pair) => pair[first]),
          ...parameters.captures,
          ...more.captures.map((pair) => pair[first]),
        ],
        outputs: substitute(body.outputs, replaced),
      },
    },
  );
}

/**
 * Largest step, in elements, whose elementwise work leaves the loop: above it the operands, still in the cache within the loop, would
 * come from memory. Measured with LSTMs: at 4,096 elements hoisting gains 6 %, at 16,384 it costs 14 %.
 */
export const elementwiseLimit = 8192;

/** Stacked elements above which a product stays in the loop if it makes its input larger, as a projection to several gates does. */
const productLimit = 2 ** 21;

/** Whether a node of a body is better computed for all steps at once, before the loop. */
export function worthLifting(node: Node, length: number): boolean {
  const size = sizeForOne(item(node.outputs));
  if (isOp(node, matmulOp)) return size <= sizeForOne(item(node.inputs)) || size * length <= productLimit;
  return node.op.lift !== "elementwise" || size <= elementwiseLimit;
}

/** Elements of a tensor; where the batch size is not known, for a batch of one. */
function sizeForOne({ size }: Tensor): number {
  return batchFactor(size) ?? size;
}
