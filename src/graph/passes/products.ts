// Regroups products in the body of a scan: the factors that do not depend on the carry are multiplied with each other first, so that
// their product can leave the loop (which is why products too large to leave it stay as they are). The backward loop of an LSTM shrinks to a handful of ops by it.

import { isOp, item } from "../op.ts";
import { mul, mulOp } from "../ops/arithmetic.ts";
import { concat, concatOp } from "../ops/layout.ts";
import { type ScanAttributes, scanOp } from "../ops/scan.ts";
import { broadcastTo } from "../ops/sum.ts";
import { rewrite } from "../rewrite.ts";
import { Node, type Tensor } from "../tensor.ts";
import { nodeByNode } from "./pass.ts";
import { elementwiseLimit } from "./scan-hoist.ts";
import { type Place, placesOf } from "./scan-loop.ts";

export const regroupProducts = nodeByNode((node) => (isOp(node, scanOp) ? regroup(node) : undefined));

function regroup(node: Node<ScanAttributes>): readonly Tensor[] | undefined {
  const { body } = node.attributes;
  const placeOf = placesOf(node);
  /** Where a value belongs: known for the body as it was, passed on to what is made here. */
  const places = new Map<Tensor, Place>();
  const isBound = (tensor: Tensor) => (places.get(tensor) ?? placeOf(tensor)) === "carried";

  const factorsOf = (tensor: Tensor): readonly Tensor[] =>
    isOp(tensor.node, mulOp) && isBound(tensor) ? tensor.node.inputs.flatMap(factorsOf) : [tensor];
  const product = (factors: readonly Tensor[]) => {
    const result = factors.reduce((a, b) => mul(a, b));
    if (factors.some(isBound)) places.set(result, "carried");
    else if (factors.length > 1) places.set(result, "sliced");
    return result;
  };

  const outputs = rewrite(body.outputs, (inner, original) => {
    const output = item(inner.outputs);
    if (original.outputs.some((before) => placeOf(before) === "carried")) {
      for (const after of inner.outputs) places.set(after, "carried");
    }
    if (isOp(inner, mulOp) && isBound(output) && output.size <= elementwiseLimit) {
      const factors = factorsOf(output);
      const [bound, free] = [factors.filter(isBound), factors.filter((factor) => !isBound(factor))];
      if (free.length < 2 || bound.length === 0) return undefined;
      const result = broadcastTo(mul(product(bound), product(free)), output.shape);
      places.set(result, "carried");
      return [result];
    }
    if (isOp(inner, concatOp) && isBound(output) && item(inner.inputs).size <= elementwiseLimit) {
      const result = concatOfProducts(inner, isBound, product);
      if (result !== undefined) places.set(result, "carried");
      return result && [result];
    }
    return undefined;
  });
  if (outputs.every((output, i) => output === body.outputs[i])) return undefined;
  return new Node(node.op, node.inputs, { ...node.attributes, body: { ...body, outputs } }, node.outputs)
    .outputs;
}

/** concat(a·p, b·q, …) = concat(a, b, …) · concat(p, q, …), where p, q, … do not depend on the carry. */
function concatOfProducts(
  node: Node<{ readonly axis: number }>,
  isBound: (tensor: Tensor) => boolean,
  product: (factors: readonly Tensor[]) => Tensor,
): Tensor | undefined {
  const { axis } = node.attributes;
  const pairs = node.inputs.map((piece) => {
    if (!isOp(piece.node, mulOp)) return undefined;
    const [a, b] = piece.node.inputs;
    if (a === undefined || b === undefined || isBound(a) === isBound(b)) return undefined;
    const whole = (factor: Tensor) => broadcastTo(factor, piece.shape);
    return isBound(a) ? { bound: whole(a), free: whole(b) } : { bound: whole(b), free: whole(a) };
  });
  const complete = pairs.filter((pair) => pair !== undefined);
  if (complete.length < pairs.length || pairs.length < 2) return undefined;
  const bound = concat(
    complete.map((pair) => pair.bound),
    axis,
  );
  const free = concat(
    complete.map((pair) => pair.free),
    axis,
  );
  return mul(bound, product([free]));
}
