// What a legal graph is, stated as code. Tests run it after every pass.

import { RecurraError } from "../platform/error.ts";
import { isOp } from "./op.ts";
import { inputOp, randomOp } from "./ops/leaf.ts";
import { type ScanAttributes, scanOp } from "./ops/scan.ts";
import { printNode } from "./print.ts";
import { nodesOf } from "./rewrite.ts";
import { formatType, type Node, type Tensor } from "./tensor.ts";

/**
 * Fails unless a graph is legal:
 *
 * - every node comes after the nodes that it reads, so that there is no cycle;
 * - the outputs of every node have the types that its op infers from its inputs and attributes;
 * - the leaves are among `inputs`, constants, or random;
 * - the body of a scan has a parameter for each operand and an output for each carry, of the carry's type; its leaves are its own
 *   parameters and constants; no parameter belongs to two places, or to a body around or within. Scans side by side may share
 *   parameters, as the two that a gradient makes of one do.
 *
 * @param inputs the leaves that there may be, beside constants and random ones; left out, any input will do
 * @throws RecurraError `illegal-graph`, which shows the node as `printGraph` does and says what is wrong with it
 */
export function checkGraph(outputs: readonly Tensor[], inputs?: readonly Tensor[]): void {
  const fault: Fault = (node, why) => {
    throw new RecurraError("illegal-graph", `${printNode(node, inputs ?? [], outputs)}: ${why}`);
  };
  const bound = checkBlock(outputs, { own: inputs, around: [], isBody: false }, fault);
  for (const node of nodesOf(outputs)) {
    if (bound.has(node)) fault(node, "is a parameter of a scan's body, and is read outside of it");
  }
}

type Fault = (node: Node, why: string) => never;

/** Where a block of nodes stands. */
interface Scope {
  /** The inputs that it may read; any, where that is left open. */
  readonly own: readonly Tensor[] | undefined;
  /** Parameters of the bodies that it lies in, and the inputs of the graph around them. */
  readonly around: readonly Tensor[];
  readonly isBody: boolean;
}

/** Checks the nodes that some outputs rest on; returns the parameters of all bodies among them. */
function checkBlock(outputs: readonly Tensor[], scope: Scope, fault: Fault): Set<Node> {
  const placed = new Set<Node>();
  const bound = new Set<Node>();
  for (const tensor of outputs) checkOrigin(tensor, tensor.node, fault);
  for (const node of nodesOf(outputs)) {
    for (const tensor of node.inputs) {
      checkOrigin(tensor, node, fault);
      if (!placed.has(tensor.node)) fault(node, "rests on itself: the graph has a cycle");
    }
    placed.add(node);
    if (isOp(node, inputOp) || isOp(node, randomOp)) checkLeaf(node, scope, fault);
    if (isOp(node, scanOp)) for (const parameter of checkScan(node, scope, fault)) bound.add(parameter);
    checkTypes(node, fault);
  }
  return bound;
}

/** A tensor is one of the outputs of its node. */
function checkOrigin(tensor: Tensor, reader: Node, fault: Fault): void {
  if (tensor.node.outputs[tensor.index] !== tensor) {
    fault(reader, `reads output ${tensor.index} of a node that has another tensor there`);
  }
}

function checkTypes(node: Node, fault: Fault): void {
  const inferred = () => {
    try {
      return node.op.infer(node.inputs, node.attributes);
    } catch (error) {
      return fault(node, `its op refuses: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const [wanted, got] = [inferred(), node.outputs].map((types) => types.map(formatType).join(", "));
  if (got !== wanted) fault(node, `has the type ${got}, its op infers ${wanted}`);
}

function checkLeaf(node: Node, { own, around, isBody }: Scope, fault: Fault): void {
  if (isOp(node, randomOp)) {
    if (isBody) fault(node, "is a random leaf in the body of a scan: it belongs outside, drawn once");
    return;
  }
  const [leaf] = node.outputs;
  if (own === undefined || leaf === undefined || own.includes(leaf)) return;
  if (around.includes(leaf)) fault(node, "belongs to the graph around the body, which may only capture it");
  fault(node, `is not among the ${isBody ? "parameters of the body" : "inputs"}`);
}

function checkScan(node: Node<ScanAttributes>, { own = [], around }: Scope, fault: Fault): ReadonlySet<Node> {
  const { body, carries, sequences, length } = node.attributes;
  const { parameters } = body;
  const counts = { carries, sequences, captures: parameters.length - carries - sequences };
  if (Object.values(counts).some((count) => !Number.isInteger(count) || count < 0)) {
    fault(
      node,
      `its ${parameters.length} parameters cannot be ${carries} carries and ${sequences} sequences`,
    );
  }
  if (node.inputs.length !== parameters.length) {
    fault(node, `has ${node.inputs.length} operands for the ${parameters.length} parameters of its body`);
  }
  if (body.outputs.length < carries) {
    fault(node, `its body has ${body.outputs.length} outputs for ${carries} carries`);
  }
  if (!Number.isInteger(length) || length < 1) fault(node, `runs for ${length} steps`);

  const outer = [...own, ...around];
  for (const [i, parameter] of parameters.entries()) {
    if (!isOp(parameter.node, inputOp))
      fault(node, `parameter ${i} of its body is no input, but ${parameter}`);
    if (parameters.indexOf(parameter) !== i) fault(node, `parameter ${i} of its body is there twice`);
    if (outer.includes(parameter)) fault(node, `parameter ${i} of its body belongs to the graph around it`);
  }
  const within = checkBlock(body.outputs, { own: parameters, around: outer, isBody: true }, fault);
  return new Set([...parameters.map((parameter) => parameter.node), ...within]);
}
