// Leaves of the graph: inputs, constants, and random numbers drawn afresh at each run.

import { RecurraError } from "../../platform/error.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { NdArray } from "../../tensor/nd-array.ts";
import { ndarray } from "../../tensor/nd-array.ts";
import type { Shape } from "../../tensor/shape.ts";
import { apply } from "../op.ts";
import type { Op, Tensor, TensorType } from "../tensor.ts";

function unbound(kind: string): never {
  throw new RecurraError(
    "unbound-leaf",
    `a ${kind} has no value of its own: it is given one when the graph runs`,
  );
}

/** An input of a traced function or a parameter of a scan's body; its value is given when the graph runs. */
export const inputOp: Op<{ readonly name: string; readonly type: TensorType }> = {
  name: "input",
  infer: (_inputs, { type }) => [type],
  gradient: () => [],
  evaluate: () => unbound("graph input"),
  lower: () => unbound("graph input"),
  lift: "none",
};

export function input(name: string, type: TensorType): Tensor {
  return apply(inputOp, [], { name, type });
}

/** An array that is part of the graph. */
export const constantOp: Op<{ readonly value: NdArray }> = {
  name: "constant",
  infer: (_inputs, { value }) => [{ dtype: value.dtype, shape: value.shape }],
  gradient: "none",
  evaluate: (_inputs, { attributes: { value } }) => [{ shape: value.shape, data: value.toFloat64() }],
  lower: (emitter, _inputs, { attributes: { value } }) => [emitter.constant(value)],
  lift: "none",
};

export function constant(value: NdArray): Tensor {
  return apply(constantOp, [], { value });
}

export function scalar(value: number, dtype: DType = "float32"): Tensor {
  return constant(ndarray(value, { shape: [], dtype }));
}

/** What a random leaf draws. `keep` yields 1/(1-rate) with probability 1-rate and 0 otherwise: inverted dropout's mask. */
export type Draw =
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "normal"; readonly mean: number; readonly stddev: number }
  | { readonly kind: "keep"; readonly rate: number };

/**
 * Random numbers that the host draws afresh at each run, from the run's key and the leaf's place in the graph, so that every
 * device sees the same ones and a run can be repeated. Within a scan's body a leaf is drawn once for the whole sequence.
 */
export const randomOp: Op<{ readonly draw: Draw; readonly type: TensorType }> = {
  name: "random",
  infer: (_inputs, { type }) => [type],
  gradient: "none",
  evaluate: () => unbound("random leaf"),
  lower: () => unbound("random leaf"),
  lift: "none",
};

function random(draw: Draw, shape: Shape, dtype: DType): Tensor {
  return apply(randomOp, [], { draw, type: { dtype, shape } });
}

/** Uniform random numbers in [low, high), of the given shape. */
export function randomUniform(shape: Shape, low = 0, high = 1, dtype: DType = "float32"): Tensor {
  return random({ kind: "uniform", low, high }, shape, dtype);
}

/** Normal random numbers, of the given shape. */
export function randomNormal(shape: Shape, mean = 0, stddev = 1, dtype: DType = "float32"): Tensor {
  return random({ kind: "normal", mean, stddev }, shape, dtype);
}

/** Inverted dropout's mask: each element is 0 with probability `rate`, else 1/(1-rate). `rate` in [0, 1). */
export function dropoutMask(shape: Shape, rate: number, dtype: DType = "float32"): Tensor {
  if (!(rate >= 0 && rate < 1)) {
    throw new RecurraError("bad-rate", `dropout: the rate is in [0, 1), got ${rate}`);
  }
  return random({ kind: "keep", rate }, shape, dtype);
}
