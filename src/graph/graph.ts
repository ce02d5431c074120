// A traced graph as a thing of its own: its inputs, its outputs, and how it reads.

import { printGraph } from "./print.ts";
import type { Tensor } from "./tensor.ts";

/** What a function on tensors was traced to. */
export class Graph {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];

  constructor(inputs: readonly Tensor[], outputs: readonly Tensor[]) {
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** Readable code: a line a node, `%3: float32[2, 4] = matmul(%1, %2)`, with the body of a scan indented below it. */
  toString(): string {
    return printGraph(this.inputs, this.outputs);
  }
}
