// Prints a graph as readable code.

import { isOp } from "./op.ts";
import { constantOp, inputOp, randomOp } from "./ops/leaf.ts";
import { partsOf, scanOp } from "./ops/scan.ts";
import { nodesOf } from "./rewrite.ts";
import { formatType, type Node, type Tensor } from "./tensor.ts";

/** The graph as code: a line a node, `%3: float32[2, 4] = matmul(%1, %2)`, with the body of a scan indented below it. */
export function printGraph(inputs: readonly Tensor[], outputs: readonly Tensor[]): string {
  const names = new Map<Tensor, string>();
  let count = 0;
  const nameOf = (tensor: Tensor): string => {
    const known = names.get(tensor);
    if (known !== undefined) return known;
    const name = `%${count++}`;
    names.set(tensor, name);
    return name;
  };
  const list = (tensors: readonly Tensor[]) => tensors.map(nameOf).join(", ");
  const typed = (tensors: readonly Tensor[]) =>
    tensors.map((t) => `${nameOf(t)}: ${formatType(t)}`).join(", ");

  const line = (node: Node, indent: string): string => {
    if (isOp(node, scanOp)) {
      const { inputs: operands, parameters } = partsOf(node);
      const { body, length, reverse } = node.attributes;
      const head = `scan(${length} steps${reverse ? ", reverse" : ""}; carry [${list(operands.carries)}], over [${list(operands.sequences)}], with [${list(operands.captures)}])`;
      const start = `(${typed(parameters.carries)}; ${typed(parameters.sequences)}; ${typed(parameters.captures)}) => {`;
      return `${head} ${start}\n${block(body.outputs, `${indent}  `)}\n${indent}}`;
    }
    if (isOp(node, constantOp)) {
      const { value } = node.attributes;
      return `constant ${value.size <= 8 ? JSON.stringify(Array.from(value.data, Number)) : "…"}`;
    }
    if (isOp(node, randomOp)) return `random ${JSON.stringify(node.attributes.draw)}`;
    const attributes =
      Object.keys(node.attributes as object).length > 0 ? ` ${JSON.stringify(node.attributes)}` : "";
    return `${node.op.name}(${list(node.inputs)})${attributes}`;
  };
  const block = (results: readonly Tensor[], indent: string): string => {
    const lines = nodesOf(results)
      .filter((node) => !isOp(node, inputOp))
      .map((node) => `${indent}${typed(node.outputs)} = ${line(node, indent)}`);
    return [...lines, `${indent}return ${list(results)}`].join("\n");
  };
  return `(${typed(inputs)}) => {\n${block(outputs, "  ")}\n}`;
}
