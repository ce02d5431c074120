// Local rewrites: a table of small patterns, each with what stands in its place.

import { isFloat } from "../../tensor/dtype.ts";
import { ndarray } from "../../tensor/nd-array.ts";
import { broadcastShapes, sameShape } from "../../tensor/shape.ts";
import { batchFactor } from "../batch.ts";
import { interpret } from "../interpret.ts";
import { apply, isOp, item } from "../op.ts";
import { addOp, castOp, divOp, mulOp, powOp, stopGradientOp, subOp } from "../ops/arithmetic.ts";
import { openedAttention } from "../ops/attention-op.ts";
import { sqrt, square } from "../ops/functions.ts";
import { concatOp, inverseOrder, slice, sliceOp, splitOp, transpose, transposeOp } from "../ops/layout.ts";
import { constant, constantOp } from "../ops/leaf.ts";
import { matmul, matmulOp } from "../ops/matmul.ts";
import { at, broadcastOp, broadcastTo, reshape, reshapeOp } from "../ops/sum.ts";
import { withInputs } from "../rewrite.ts";
import type { Node, Tensor } from "../tensor.ts";
import { nodeByNode } from "./pass.ts";

type Pattern = (node: Node) => Tensor | undefined;

/** The number that all elements of a tensor are known to be. */
export function uniformValue({ node }: Tensor): number | undefined {
  if (isOp(node, broadcastOp) || isOp(node, reshapeOp)) return uniformValue(item(node.inputs));
  if (!isOp(node, constantOp) || node.attributes.value.size !== 1) return undefined;
  return Number(node.attributes.value.data[0]);
}

/** Largest array that is worth computing ahead. */
const foldLimit = 1024;

const foldConstants: Pattern = (node) => {
  const output = item(node.outputs);
  const known = node.inputs.length > 0 && node.inputs.every((input) => isOp(input.node, constantOp));
  const grows = output.size > Math.max(...node.inputs.map((input) => input.size));
  if (!known || grows || node.outputs.length > 1 || output.size > foldLimit) return undefined;
  if (output.shape.some((dimension) => batchFactor(dimension) !== undefined)) return undefined;
  const value = item(interpret([output], new Map()));
  // What overflows, or is no number, is left to the executor.
  const fits = (x: number) => Number.isInteger(x) && Math.abs(x) < 2 ** 31;
  if (!isFloat(output.dtype) && !value.data.every(fits)) return undefined;
  return constant(ndarray(value.data, { shape: value.shape, dtype: "float64" }).astype(output.dtype));
};

/** x + 0, x - 0, x * 1, x / 1, x ** 2 … */
const neutralElement: Pattern = (node) => {
  const [a, b] = node.inputs;
  if (a === undefined || b === undefined) return undefined;
  const result = item(node.outputs);
  const [left, right] = [uniformValue(a), uniformValue(b)];
  const whole = (x: Tensor) => broadcastTo(x, result.shape);
  if (isOp(node, addOp)) return right === 0 ? whole(a) : left === 0 ? whole(b) : undefined;
  if (isOp(node, subOp)) return right === 0 ? whole(a) : undefined;
  if (isOp(node, mulOp)) return right === 1 ? whole(a) : left === 1 ? whole(b) : undefined;
  if (isOp(node, divOp)) return right === 1 ? whole(a) : undefined;
  if (isOp(node, powOp) && b.size === 1) {
    return right === 1
      ? whole(a)
      : right === 2
        ? whole(square(a))
        : right === 0.5
          ? whole(sqrt(a))
          : undefined;
  }
  return undefined;
};

/** An elementwise op broadcasts by itself: an operand need not be broadcast first. */
const lazyBroadcast: Pattern = (node) => {
  if (node.op.lift !== "elementwise" || node.inputs.length < 2) return undefined;
  const inputs = node.inputs.map((input) =>
    isOp(input.node, broadcastOp) ? item(input.node.inputs) : input,
  );
  if (inputs.every((input, i) => input === node.inputs[i])) return undefined;
  const output = item(node.outputs);
  const kept = sameShape(broadcastShapes(node.op.name, ...inputs.map(({ shape }) => shape)), output.shape);
  return kept ? item(withInputs(node, inputs).outputs) : undefined;
};

const reshapeOfReshape: Pattern = (node) => {
  if (!isOp(node, reshapeOp)) return undefined;
  const x = item(node.inputs);
  const { shape } = node.attributes;
  if (sameShape(x.shape, shape)) return x;
  return isOp(x.node, reshapeOp) ? reshape(item(x.node.inputs), shape) : undefined;
};

const broadcastOfBroadcast: Pattern = (node) => {
  if (!isOp(node, broadcastOp)) return undefined;
  const x = item(node.inputs);
  return isOp(x.node, broadcastOp) ? broadcastTo(item(x.node.inputs), node.attributes.shape) : undefined;
};

const transposeOfTranspose: Pattern = (node) => {
  if (!isOp(node, transposeOp)) return undefined;
  const { order } = node.attributes;
  const x = item(node.inputs);
  if (isOp(x.node, transposeOp)) {
    const { order: inner } = x.node.attributes;
    return transpose(
      item(x.node.inputs),
      order.map((axis) => at(inner, axis)),
    );
  }
  // Moving only axes of length 1 is a reshape.
  const moved = order.filter((axis) => x.shape[axis] !== 1);
  return moved.every((axis, i) => i === 0 || axis > at(moved, i - 1))
    ? reshape(x, item(node.outputs).shape)
    : undefined;
};

/** T(f(T⁻¹(a), b)) = f(a, T(b)): a transpose meets its inverse through an elementwise op. */
const transposeThroughElementwise: Pattern = (node) => {
  if (!isOp(node, transposeOp)) return undefined;
  const x = item(node.inputs);
  const { order } = node.attributes;
  if (x.node.op.lift !== "elementwise") return undefined;
  const undone = inverseOrder(order).join();
  const meets = x.node.inputs.some(
    ({ node: from }) => isOp(from, transposeOp) && from.attributes.order.join() === undone,
  );
  if (!meets) return undefined;
  const inputs = x.node.inputs.map((input) => {
    const missing = x.rank - input.rank;
    return input.size === 1
      ? input
      : transpose(reshape(input, [...new Array<number>(missing).fill(1), ...input.shape]), order);
  });
  return apply(x.node.op, inputs, x.node.attributes);
};

/** A product takes the transpose of its operands for nothing. */
const transposeIntoProduct: Pattern = (node) => {
  if (!isOp(node, matmulOp)) return undefined;
  const [a, b] = node.inputs.map((input) => {
    if (!isOp(input.node, transposeOp)) return undefined;
    const { order } = input.node.attributes;
    const last = order.length - 1;
    const swapsLast = order.every((axis, i) => axis === (i === last ? last - 1 : i === last - 1 ? last : i));
    return swapsLast ? item(input.node.inputs) : undefined;
  });
  if (a === undefined && b === undefined) return undefined;
  const { transposeA, transposeB } = node.attributes;
  return matmul(a ?? item(node.inputs), b ?? item(node.inputs, 1), {
    transposeA: transposeA !== (a !== undefined),
    transposeB: transposeB !== (b !== undefined),
  });
};

/** concat(split(x)) = x */
const concatOfSplit: Pattern = (node) => {
  if (!isOp(node, concatOp)) return undefined;
  const { node: from } = item(node.inputs);
  if (!isOp(from, splitOp) || from.attributes.axis !== node.attributes.axis) return undefined;
  const whole =
    from.outputs.length === node.inputs.length && node.inputs.every((piece, i) => piece === from.outputs[i]);
  return whole ? item(from.inputs) : undefined;
};

/** A slice that takes one whole piece of a concat is that piece. */
const sliceOfConcat: Pattern = (node) => {
  if (!isOp(node, sliceOp)) return undefined;
  const { node: from, shape } = item(node.inputs);
  if (!isOp(from, concatOp)) return undefined;
  const { axis } = from.attributes;
  const isTaken = node.attributes.ranges.every(
    ({ start, end, step }, i) => step === 1 && (i === axis || (start === 0 && end === shape[i])),
  );
  if (!isTaken) return undefined;
  const range = node.attributes.ranges[axis];
  let start = 0;
  for (const piece of from.inputs) {
    const end = start + at(piece.shape, axis);
    if (start === range?.start && end === range.end) return piece;
    start = end;
  }
  return undefined;
};

const dropNoOps: Pattern = (node) => {
  if (isOp(node, stopGradientOp)) return item(node.inputs);
  return isOp(node, castOp) && item(node.inputs).dtype === node.attributes.dtype
    ? item(node.inputs)
    : undefined;
};

const patterns: readonly Pattern[] = [
  foldConstants,
  neutralElement,
  lazyBroadcast,
  reshapeOfReshape,
  broadcastOfBroadcast,
  transposeOfTranspose,
  transposeThroughElementwise,
  transposeIntoProduct,
  concatOfSplit,
  sliceOfConcat,
  dropNoOps,
];

/** split(x·W) of which only one piece is read needs only those columns of the product. */
function onlyPieceOfProduct(node: Node, uses: readonly number[]): readonly Tensor[] | undefined {
  if (!isOp(node, splitOp)) return undefined;
  const { axis, sizes } = node.attributes;
  const { node: from, rank } = item(node.inputs);
  const read = uses.flatMap((count, i) => (count > 0 ? [i] : []));
  const [piece] = read;
  if (!isOp(from, matmulOp) || rank !== 2 || axis !== 1 || piece === undefined || read.length > 1)
    return undefined;
  const start = sizes.slice(0, piece).reduce((sum, size) => sum + size, 0);
  const columns = slice(
    item(from.inputs, 1),
    from.attributes.transposeB ? 0 : 1,
    start,
    start + at(sizes, piece),
  );
  const product = matmul(item(from.inputs), columns, from.attributes);
  return node.outputs.map((output, i) => (i === piece ? product : output));
}

export const simplify = nodeByNode((node, uses) => {
  for (const pattern of patterns) {
    const better = pattern(node);
    if (better !== undefined) return [better];
  }
  return openedAttention(node) ?? onlyPieceOfProduct(node, uses);
});
