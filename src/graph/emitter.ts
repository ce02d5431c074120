// What an op's lowering speaks to. The runtime implements it; ops know nothing of files, sessions or protobuf.

import type { DType } from "../tensor/dtype.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "./tensor.ts";

/** A graph held by an attribute: the body of a Scan. */
export interface Subgraph {
  readonly kind: "subgraph";
  readonly graph: unknown;
}

export type AttributeValue = number | string | readonly number[] | { readonly float: number } | Subgraph;

/** Builds one ONNX graph. Values are known by name. */
export interface Emitter {
  /** Adds a node; returns the names of its outputs. Whole numbers are ints; a float is given as `{ float: x }`. */
  emit(
    opType: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, AttributeValue>>,
    outputCount?: number,
  ): readonly string[];
  /** As {@link emit}, for a node of one output. */
  one(
    opType: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, AttributeValue>>,
  ): string;
  /** A constant array, held by the graph as an initializer; equal ones are stored once. */
  constant(value: NdArray): string;
  /** A scalar constant. */
  scalar(value: number, dtype: DType): string;
  /** Changes the dtype of a value. */
  cast(x: string, dtype: DType): string;
  /** A one-dimensional int64 constant. */
  int64s(values: readonly number[]): string;
  /** The target of a Reshape or Expand, also where a dimension is the batch size that is not yet known. */
  dimensions(shape: Shape): string;
  /** Lowers a body with parameters and outputs; the parameters in `bound` are already known by the name given. */
  subgraph(
    parameters: readonly Tensor[],
    outputs: readonly Tensor[],
    bound: ReadonlyMap<Tensor, string>,
  ): Subgraph;
}
