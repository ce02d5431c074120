// From Keras' layout of recurrent weights to ONNX's, and back. Constants are laid out anew while the graph is traced, so that a model
// holds them as its operator wants them.

import { allocate } from "../../tensor/dtype.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { isOp, item } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { add } from "./arithmetic.ts";
import { concat, split, stack, transpose } from "./layout.ts";
import { constant, constantOp } from "./leaf.ts";
import { at, reshape, zeros } from "./sum.ts";

/** For each block of units in ONNX's order of gates, its place in Keras' order. */
export type GateOrder = readonly number[];

/** [F, G·H] -> [1, G·H, F], the blocks of rows in ONNX's order. */
export function toOnnxKernel(kernel: Tensor, order: GateOrder): Tensor {
  const [features = 0, columns = 0] = kernel.shape;
  const shape = [1, columns, features];
  return laidOut(
    kernel,
    order,
    ({ data, dtype }) => {
      const result = allocate(dtype, data.length);
      for (const [row, column] of placesOf(columns, order).entries()) {
        for (let f = 0; f < features; f++) result[row * features + f] = data[f * columns + column] ?? 0;
      }
      return new NdArray(result, shape);
    },
    () => reshape(reordered(transpose(kernel), order), shape),
  );
}

/** [G·H], or [2, G·H] with a row of its own for the recurrent product -> [1, 2·G·H]. */
export function toOnnxBias(bias: Tensor, order: GateOrder): Tensor {
  const columns = at(bias.shape, bias.rank - 1);
  const shape = [1, 2 * columns];
  return laidOut(
    bias,
    order,
    ({ data, dtype }) => {
      const result = allocate(dtype, 2 * columns);
      for (const [place, column] of placesOf(columns, order).entries()) {
        result[place] = data[column] ?? 0;
        result[columns + place] = data[columns + column] ?? 0;
      }
      return new NdArray(result, shape);
    },
    () => {
      const rows = bias.rank === 1 ? [bias] : split(bias, 2).map((row) => reshape(row, [columns]));
      const [input = bias, recurrent = zeros([columns], bias.dtype)] = rows;
      return reshape(concat([reordered(input, order), reordered(recurrent, order)]), shape);
    },
  );
}

/** The opposite of {@link toOnnxKernel}. */
export function fromOnnxKernel(weights: Tensor, order: GateOrder): Tensor {
  return transpose(reordered(reshape(weights, weights.shape.slice(1)), inverse(order)));
}

/** The opposite of {@link toOnnxBias}: the two halves as rows, or their sum. */
export function fromOnnxBias(bias: Tensor, order: GateOrder, asRows: boolean): Tensor {
  const [input = bias, recurrent = bias] = split(reshape(bias, [-1]), 2).map((half) =>
    reordered(half, inverse(order)),
  );
  return asRows ? stack([input, recurrent]) : add(input, recurrent);
}

/** Puts the blocks of the first axis in another order. */
function reordered(x: Tensor, order: GateOrder): Tensor {
  if (order.every((block, place) => block === place)) return x;
  const blocks = split(x, order.length);
  return concat(order.map((block) => item(blocks, block)));
}

function inverse(order: GateOrder): GateOrder {
  return order.map((_, block) => order.indexOf(block));
}

/** Where each of Keras' columns is found, in ONNX's order. */
function placesOf(columns: number, order: GateOrder): readonly number[] {
  const units = columns / order.length;
  return order.flatMap((block) => Array.from({ length: units }, (_, unit) => block * units + unit));
}

/** What was made of a constant, so that layers that share weights share what they become. */
const made = new WeakMap<Tensor, Map<string, Tensor>>();

/** Lays a tensor out anew: at once where it is a constant, else by ops. */
function laidOut(
  x: Tensor,
  order: GateOrder,
  atOnce: (value: NdArray) => NdArray,
  byOps: () => Tensor,
): Tensor {
  if (!isOp(x.node, constantOp)) return byOps();
  const results = made.get(x) ?? new Map<string, Tensor>();
  const result = results.get(order.join()) ?? constant(atOnce(x.node.attributes.value));
  made.set(x, results.set(order.join(), result));
  return result;
}
