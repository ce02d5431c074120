// Prints a graph as readable code.

import { isOp } from "./op.ts";
import { constantOp, inputOp, randomOp } from "./ops/leaf.ts";
import { partsOf, scanOp } from "./ops/scan.ts";
import { nodesOf } from "./rewrite.ts";
import { formatType, type Node, type Tensor } from "./tensor.ts";

/** The graph as code: a line a node, `%3: float32[2, 4] = matmul(%1, %2)`, with the body of a scan indented below it. */
export function printGraph(inputs: readonly Tensor[], outputs: readonly Tensor[]): string {
  return new Printer().graph(inputs, outputs);
}

/** The line by which {@link printGraph} shows a node of the graph, also one in the body of a scan. */
export function printNode(node: Node, inputs: readonly Tensor[], outputs: readonly Tensor[]): string {
  const printer = new Printer();
  printer.graph(inputs, outputs);
  return printer.head(node);
}

class Printer {
  readonly #names = new Map<Tensor, string>();

  graph(inputs: readonly Tensor[], outputs: readonly Tensor[]): string {
    return `(${this.#typed(inputs)}) => {\n${this.#block(outputs, "  ")}\n}`;
  }

  /** A node without the body that it may have. */
  head(node: Node): string {
    return `${this.#typed(node.outputs)} = ${this.#expression(node)}`;
  }

  #expression(node: Node): string {
    if (isOp(node, scanOp)) {
      const { inputs } = partsOf(node);
      const { length, reverse } = node.attributes;
      return `scan(${length} steps${reverse ? ", reverse" : ""}; carry [${this.#list(inputs.carries)}], over [${this.#list(inputs.sequences)}], with [${this.#list(inputs.captures)}])`;
    }
    if (isOp(node, inputOp)) return `input ${JSON.stringify(node.attributes.name)}`;
    if (isOp(node, constantOp)) {
      const { value } = node.attributes;
      return `constant ${value.size <= 8 ? attributesText([...value.toFloat64()]) : "…"}`;
    }
    if (isOp(node, randomOp)) return `random ${attributesText(node.attributes.draw)}`;
    const attributes = attributesText(node.attributes);
    return `${node.op.name}(${this.#list(node.inputs)})${attributes === "{}" ? "" : ` ${attributes}`}`;
  }

  #block(results: readonly Tensor[], indent: string): string {
    const lines = nodesOf(results)
      .filter((node) => !isOp(node, inputOp))
      .map((node) => `${indent}${this.head(node)}${this.#body(node, indent)}`);
    return [...lines, `${indent}return ${this.#list(results)}`].join("\n");
  }

  #body(node: Node, indent: string): string {
    if (!isOp(node, scanOp)) return "";
    const { parameters } = partsOf(node);
    const lists = [parameters.carries, parameters.sequences, parameters.captures];
    const start = ` (${lists.map((list) => this.#typed(list)).join("; ")}) => {`;
    return `${start}\n${this.#block(node.attributes.body.outputs, `${indent}  `)}\n${indent}}`;
  }

  #nameOf(tensor: Tensor): string {
    const name = this.#names.get(tensor) ?? `%${this.#names.size}`;
    this.#names.set(tensor, name);
    return name;
  }

  #list(tensors: readonly Tensor[]): string {
    return tensors.map((tensor) => this.#nameOf(tensor)).join(", ");
  }

  #typed(tensors: readonly Tensor[]): string {
    return tensors.map((tensor) => `${this.#nameOf(tensor)}: ${formatType(tensor)}`).join(", ");
  }
}

/** Attributes as a literal, `{axis: 0, sizes: [2, 3]}`: equal texts, equal attributes. */
export function attributesText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(attributesText).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.entries(value)
      .map(([name, part]) => `${name}: ${attributesText(part)}`)
      .join(", ")}}`;
  }
  if (typeof value === "string") return JSON.stringify(value);
  return Object.is(value, -0) ? "-0" : String(value);
}
