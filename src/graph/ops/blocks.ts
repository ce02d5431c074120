// For ops that are written as tensor code: how they are evaluated and lowered, at once or as a loop over their first axis.

import { interpret } from "../interpret.ts";
import { applyAll, item } from "../op.ts";
import { nodesOf } from "../rewrite.ts";
import type { Emitter, Node, Tensor, Value } from "../tensor.ts";
import { input } from "./leaf.ts";
import { at } from "./sum.ts";

/** What an op computes, in tensor code. */
export type Code<A> = (inputs: readonly Tensor[], attributes: A) => readonly Tensor[];

/** Traces the code on leaves of the types of a node's inputs. */
function traced<A>({ inputs, attributes }: Node<A>, code: Code<A>) {
  const leaves = inputs.map((tensor, i) => input(`operand${i}`, tensor));
  return { leaves, outputs: code(leaves, attributes) };
}

/** Evaluates a node by its code. */
export function evaluateCode<A>(node: Node<A>, code: Code<A>, values: readonly Value[]): readonly Value[] {
  const { leaves, outputs } = traced(node, code);
  return interpret(outputs, new Map(leaves.map((leaf, i) => [leaf, item(values, i)])));
}

/** Lowers a node to the ONNX nodes of its code. */
export function lowerCode<A>(
  emitter: Emitter,
  node: Node<A>,
  code: Code<A>,
  inputs: readonly string[],
): readonly string[] {
  const { leaves, outputs } = traced(node, code);
  const names = new Map(leaves.map((leaf, i) => [leaf, item(inputs, i)]));
  const nameOf = (tensor: Tensor) => names.get(tensor) ?? "";
  for (const inner of nodesOf(outputs)) {
    if (inner.outputs.every((output) => names.has(output))) continue;
    const made = inner.op.lower(emitter, inner.inputs.map(nameOf), inner);
    for (const [i, output] of inner.outputs.entries()) names.set(output, item(made, i));
  }
  return outputs.map(nameOf);
}

/**
 * Lowers a node to a Scan over the first axis of its inputs and outputs, whose body is the same op on one entry of it. Inputs that
 * have one entry there, where the first has several, are the same for all.
 *
 * @param inner the attributes of the op in the body
 */
export function lowerBlocks<A>(
  emitter: Emitter,
  { op, inputs: tensors, outputs: { length: outputCount } }: Node<A>,
  inner: A,
  inputs: readonly string[],
): readonly string[] {
  const steps = at(item(tensors).shape, 0);
  const leaves = tensors.map(({ dtype, shape }, i) => input(`block${i}`, { dtype, shape: shape.slice(1) }));
  const isSequence = ({ shape }: Tensor) => shape[0] === steps;
  const sequences = leaves.filter((_, i) => isSequence(item(tensors, i)));
  const captured = new Map<Tensor, string>();
  for (const [i, leaf] of leaves.entries()) {
    if (isSequence(item(tensors, i))) continue;
    captured.set(leaf, emitter.one("Reshape", [item(inputs, i), emitter.dimensions(leaf.shape)]));
  }
  const directions = (count: number) => new Array<number>(count).fill(0);
  return emitter.emit(
    "Scan",
    inputs.filter((_, i) => isSequence(item(tensors, i))),
    {
      body: emitter.subgraph(sequences, applyAll(op, leaves, inner), captured),
      num_scan_inputs: sequences.length,
      scan_input_directions: directions(sequences.length),
      scan_output_directions: directions(outputCount),
    },
    outputCount,
  );
}
