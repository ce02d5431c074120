// The graph itself: tensors (traced values), the nodes that produce them, and what an op is. Nothing here computes.

import type { DType } from "../tensor/dtype.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import type { Shape } from "../tensor/shape.ts";
import { batchFactor } from "./batch.ts";

/** What is known of a tensor before it has a value. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

let nextId = 0;

/** One application of an op. Immutable; a rewritten graph is made of new nodes. */
export class Node<A = unknown> {
  readonly id: number;
  readonly op: Op<A>;
  readonly inputs: readonly Tensor[];
  readonly attributes: A;
  readonly outputs: readonly Tensor[];

  constructor(op: Op<A>, inputs: readonly Tensor[], attributes: A, types: readonly TensorType[]) {
    this.id = nextId++;
    this.op = op;
    this.inputs = inputs;
    this.attributes = attributes;
    this.outputs = types.map((type, index) => new Tensor(this as Node, index, type));
  }
}

/**
 * A traced value: the output of a node, with a shape and a dtype but no data. Ops are methods of it (see chain.ts)
 * as well as functions.
 */
export class Tensor {
  readonly node: Node;
  readonly index: number;
  readonly shape: Shape;
  readonly dtype: DType;

  constructor(node: Node, index: number, type: TensorType) {
    this.node = node;
    this.index = index;
    this.shape = type.shape;
    this.dtype = type.dtype;
  }

  get rank(): number {
    return this.shape.length;
  }

  get size(): number {
    return this.shape.reduce((product, dimension) => product * dimension, 1);
  }

  toString(): string {
    return `Tensor(${this.node.op.name}: ${formatType(this)})`;
  }
}

/** `float32[32, 30]`, and `float32[batch, 30]` where the batch size is not known yet. */
export function formatType({ dtype, shape }: TensorType): string {
  const shown = shape.map((dimension) => {
    const factor = batchFactor(dimension);
    return factor === undefined ? dimension : factor === 1 ? "batch" : `${factor}·batch`;
  });
  return `${dtype}[${shown.join(", ")}]`;
}

/** A value of the reference interpreter. All dtypes are held as float64: integers are exact to 2^53, booleans are 0 and 1. */
export interface Value {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** The gradient of each input, given that of each output; `undefined` where none flows. */
export type GradientRule<A> = Method<
  [node: Node<A>, cotangents: readonly (Tensor | undefined)[]],
  readonly (Tensor | undefined)[]
>;

/** A function whose argument types are compared as a method's are, so that an `Op<A>` is an `Op<unknown>`. */
export type Method<Arguments extends unknown[], Result> = { call(...args: Arguments): Result }["call"];

/** An operand of a lifted op: `stacked` ones carry a leading axis of length `steps`, the others are the same at every step. */
export interface Lifted {
  readonly tensor: Tensor;
  readonly stacked: boolean;
}

/**
 * Applies the op to all time steps at once: given inputs of which some have a leading time axis, returns outputs that have it.
 * It is what lets work leave a scan's loop.
 */
export type LiftRule<A> = Method<
  [node: Node<A>, inputs: readonly Lifted[], steps: number],
  readonly Tensor[]
>;

/** Everything the compiler must know of an op. An op that lacks one of these does not compile. */
export interface Op<A = unknown> {
  readonly name: string;
  /** Shape and dtype of each output; throws a RecurraError that names the op and what is wrong. */
  infer(inputs: readonly TensorType[], attributes: A): readonly TensorType[];
  /** "none": the op is constant almost everywhere, or its output is not a real number. */
  readonly gradient: GradientRule<A> | "none";
  evaluate(inputs: readonly Value[], node: Node<A>): readonly Value[];
  /** Emits ONNX nodes and returns the names of the outputs. */
  lower(emitter: Emitter, inputs: readonly string[], node: Node<A>): readonly string[];
  /** "elementwise": one output, computed element by element with broadcasting. "none": stays where it is. */
  readonly lift: LiftRule<A> | "elementwise" | "none";
}

/** A graph held by an attribute: the body of a Scan. */
export interface Subgraph {
  readonly kind: "subgraph";
  readonly graph: unknown;
}

export type AttributeValue =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | Subgraph;

/** Builds one ONNX graph. Values are known by name. */
export interface Emitter {
  /** Adds a node; returns the names of its outputs. Whole numbers are ints; floats are given as `{ float: x }` or `{ floats: [x, y] }`. */
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
