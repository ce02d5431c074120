// Gradient checkpointing of any function on tensors.

import { applyAll, item } from "../op.ts";
import { nodesOf, substitute } from "../rewrite.ts";
import { Tensor } from "../tensor.ts";
import { leavesOf, withLeaves } from "../tree.ts";
import { input } from "./leaf.ts";
import { scanOp } from "./scan.ts";
import { capturesOf } from "./scan-body.ts";
import { reshape } from "./sum.ts";

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

/**
 * Makes a function whose gradient keeps what the function reads, and computes the rest anew when it gets there: of a deep network's
 * block the input is kept instead of everything within, for about a third more work.
 *
 *     const block = checkpoint((x: Tensor) => add(x, feedForward(attention(x))));
 *
 * Values and gradients are those of the function itself. What it reads may be arguments or tensors from outside; random numbers are
 * drawn once, so that both times it sees the same ones. Tensors that it hands out other than by returning them are computed a second
 * time outside, and what their gradient needs is kept.
 *
 * Source: Chen et al., "Training deep nets with sublinear memory cost", arXiv:1604.06174 (2016).
 *
 * @param fn from anything to a tensor, or arrays and plain objects of them
 * @throws RecurraError `bad-tree`, when it is called, where the function returns anything else
 */
export function checkpoint<Args extends readonly unknown[], Result>(
  fn: (...args: Args) => Result,
): (...args: Args) => Result {
  return (...args) => {
    // Nodes are numbered as they are made: those of the function come after this one.
    const { id: start } = input("start", { dtype: "bool", shape: [] }).node;
    const result = fn(...args);
    const returned = leavesOf(result, isTensor, "checkpoint: the function's result");
    const order = nodesOf(returned);
    const inside = new Set(order.filter((node) => node.id > start && node.inputs.length > 0));
    const outputs = [...new Set(returned.filter(({ node }) => inside.has(node)))];
    if (outputs.length === 0) return result;

    // A scan of one step that recomputes: its gradient is another one, which no pass and no executor takes for the same.
    // Its operands are in the order of the graph, so that random leaves, which are drawn in it, are the same as without.
    const places = new Map(order.map((node, i) => [node, i]));
    const place = ([{ node }]: readonly [Tensor, Tensor]) => places.get(node) ?? 0;
    const captured = new Map([...capturesOf(outputs, inside)].sort((a, b) => place(a) - place(b)));
    const operands = [...captured.keys()].map((x) => reshape(x, [1, ...x.shape]));
    const results = applyAll(scanOp, operands, {
      body: { parameters: [...captured.values()], outputs: substitute(outputs, captured) },
      carries: 0,
      sequences: operands.length,
      length: 1,
      reverse: false,
      recompute: true,
    });
    const now = returned.map((tensor) => {
      const i = outputs.indexOf(tensor);
      return i < 0 ? tensor : reshape(item(results, i), tensor.shape);
    });
    return withLeaves(result, isTensor, now.values()) as Result;
  };
}
