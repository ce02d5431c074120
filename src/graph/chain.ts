// Gives Tensor its ops as methods, so that expressions read from left to right: x.matmul(w).add(b).

import type { DType } from "../tensor/dtype.ts";
import type { Shape } from "../tensor/shape.ts";
import * as arithmetic from "./ops/arithmetic.ts";
import type { TensorLike } from "./ops/elementwise.ts";
import * as functions from "./ops/functions.ts";
import { gather } from "./ops/gather.ts";
import * as layout from "./ops/layout.ts";
import { type MatmulOptions, matmul } from "./ops/matmul.ts";
import * as reduce from "./ops/reduce.ts";
import { broadcastTo, expandDims, type ReduceOptions, reshape, squeeze, sum } from "./ops/sum.ts";
import { Tensor } from "./tensor.ts";

type Axis = number | readonly number[];

/** Each method is the function of the same name with the tensor as its first argument. */
interface Methods {
  add(b: TensorLike): Tensor;
  sub(b: TensorLike): Tensor;
  mul(b: TensorLike): Tensor;
  div(b: TensorLike): Tensor;
  pow(b: TensorLike): Tensor;
  maximum(b: TensorLike): Tensor;
  minimum(b: TensorLike): Tensor;
  equal(b: TensorLike): Tensor;
  greater(b: TensorLike): Tensor;
  less(b: TensorLike): Tensor;
  clip(low: number, high: number): Tensor;
  neg(): Tensor;
  abs(): Tensor;
  exp(): Tensor;
  log(): Tensor;
  sqrt(): Tensor;
  square(): Tensor;
  tanh(): Tensor;
  sigmoid(): Tensor;
  relu(): Tensor;
  cast(dtype: DType): Tensor;
  matmul(b: Tensor, options?: MatmulOptions): Tensor;
  sum(axis?: Axis, options?: ReduceOptions): Tensor;
  mean(axis?: Axis, options?: ReduceOptions): Tensor;
  max(axis?: Axis, options?: ReduceOptions): Tensor;
  min(axis?: Axis, options?: ReduceOptions): Tensor;
  argmax(axis?: number): Tensor;
  softmax(axis?: number): Tensor;
  logSoftmax(axis?: number): Tensor;
  reshape(shape: Shape): Tensor;
  transpose(order?: readonly number[]): Tensor;
  broadcastTo(shape: Shape): Tensor;
  expandDims(axis: number): Tensor;
  squeeze(axis?: Axis): Tensor;
  slice(axis: number, start: number, end?: number, step?: number): Tensor;
  split(sections: number | readonly number[], axis?: number): readonly Tensor[];
  reverse(axis?: number): Tensor;
  gather(ids: Tensor, axis?: number): Tensor;
  /** The element at one place of an axis (default: the first), which goes; a negative place counts from the end. */
  at(index: number, axis?: number): Tensor;
}

declare module "./tensor.ts" {
  interface Tensor extends Methods {}
}

type Function1 = (x: Tensor, ...rest: never[]) => unknown;

const methods: { readonly [name in keyof Methods]: Function1 } = {
  add: arithmetic.add,
  sub: arithmetic.sub,
  mul: arithmetic.mul,
  div: arithmetic.div,
  pow: arithmetic.pow,
  maximum: arithmetic.maximum,
  minimum: arithmetic.minimum,
  equal: arithmetic.equal,
  greater: arithmetic.greater,
  less: arithmetic.less,
  clip: arithmetic.clip,
  neg: arithmetic.neg,
  log: arithmetic.log,
  cast: arithmetic.cast,
  abs: functions.abs,
  exp: functions.exp,
  sqrt: functions.sqrt,
  square: functions.square,
  tanh: functions.tanh,
  sigmoid: functions.sigmoid,
  relu: functions.relu,
  matmul,
  sum,
  mean: reduce.mean,
  max: reduce.max,
  min: reduce.min,
  argmax: reduce.argmax,
  softmax: reduce.softmax,
  logSoftmax: reduce.logSoftmax,
  reshape,
  transpose: layout.transpose,
  broadcastTo,
  expandDims,
  squeeze,
  slice: layout.slice,
  split: layout.split,
  reverse: layout.reverse,
  gather,
  at: layout.take,
};

for (const [name, method] of Object.entries(methods)) {
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: unknown[]) {
      return method(this, ...(rest as never[]));
    },
    configurable: true,
    writable: true,
  });
}
