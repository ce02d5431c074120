// From a graph of tensors to the bytes of an ONNX model.

import type { AttributeValue, Tensor } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import { GraphBuilder, valueInfo } from "./emitter.ts";
import { withHalfConstants } from "./half.ts";
import type { OnnxGraph } from "./model.ts";
import { writeModel } from "./write.ts";

/** A tensor and the name under which the model takes or gives it. */
export type Named = readonly [name: string, tensor: Tensor];

export interface LowerOptions {
  /** What is given when the model runs: all leaves that the outputs rest on, random ones too. Their order is that of the model's inputs. */
  readonly inputs: readonly Named[];
  readonly outputs: readonly Named[];
  /** How large float32 constants are stored; float16 halves the file, the arithmetic stays float32. Default "float32". */
  readonly constants?: "float32" | "float16" | undefined;
  /** The program that made the model. Default "recurra". */
  readonly producer?: string;
  /** A text for people who open the file. */
  readonly doc?: string;
  /** Texts for programs that open the file. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Lowers a graph to one ONNX model (opset 21).
 *
 * @returns the bytes of the .onnx file
 * @throws RecurraError where a name is given twice, or a leaf that the outputs rest on is not among the inputs
 */
export function lowerModel({
  inputs,
  outputs,
  constants = "float32",
  producer = "recurra",
  doc = "",
  metadata = {},
}: LowerOptions): Uint8Array {
  const taken = new Set<string>();
  for (const [name] of [...inputs, ...outputs]) {
    if (name === "" || taken.has(name)) {
      throw new RecurraError(
        "onnx-name",
        `lowering: each input and output wants a name of its own, "${name}" is ${name === "" ? "none" : "given twice"}`,
      );
    }
    taken.add(name);
  }
  const graph = GraphBuilder.root(inputs, taken).finish(
    "main",
    inputs.map(([name, tensor]) => valueInfo(name, tensor)),
    outputs.map(([, tensor]) => tensor),
    new Map(inputs.map(([name, tensor]) => [tensor, name])),
  );
  const names = new Map(graph.outputs.map(({ name }, i) => [name, outputs[i]?.[0] ?? name]));
  const named = renamed(graph, names);
  return writeModel({
    graph: constants === "float16" ? withHalfConstants(named) : named,
    producer,
    doc,
    metadata,
  });
}

/** The same graph with other names for some values. */
function renamed(graph: OnnxGraph, names: ReadonlyMap<string, string>): OnnxGraph {
  const now = (name: string) => names.get(name) ?? name;
  const inner = (value: AttributeValue): AttributeValue =>
    typeof value === "object" && "graph" in value
      ? { ...value, graph: renamed(value.graph as OnnxGraph, names) }
      : value;
  return {
    ...graph,
    nodes: graph.nodes.map(({ opType, inputs, outputs, attributes }) => ({
      opType,
      inputs: inputs.map(now),
      outputs: outputs.map(now),
      attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, inner(value)])),
    })),
    outputs: graph.outputs.map((output) => ({ ...output, name: now(output.name) })),
  };
}
