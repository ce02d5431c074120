// The graph itself: nodes, and the tensors (traced values) that they produce. Nothing here computes.

import type { DType } from "../tensor/dtype.ts";
import type { Shape } from "../tensor/shape.ts";
import { formatShape } from "../tensor/shape.ts";
import type { Op } from "./op.ts";

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

/** `float32[32, 30]` */
export function formatType(type: TensorType): string {
  return `${type.dtype}${formatShape(type.shape)}`;
}
