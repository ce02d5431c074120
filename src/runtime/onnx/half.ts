// Constants stored as float16: a model file of half the size, whose arithmetic stays float32.

import { ONNX_DTYPE, type OnnxGraph, type OnnxInitializer } from "./model.ts";

/** Arrays of fewer numbers than this stay as they are. */
const smallest = 64;

/** The graph with its large float32 constants rounded to float16, each cast back to float32 before it is read. */
export function withHalfConstants(graph: OnnxGraph): OnnxGraph {
  const isLarge = ({ value }: OnnxInitializer) => value.dtype === "float32" && value.size >= smallest;
  const large = graph.initializers.filter(isLarge);
  const stored = (name: string) => `${name}_float16`;
  return {
    ...graph,
    initializers: [
      ...graph.initializers.filter((initializer) => !isLarge(initializer)),
      ...large.map(({ name, value }) => ({ name: stored(name), value: value.astype("float16") })),
    ],
    nodes: [
      ...large.map(({ name }) => ({
        opType: "Cast",
        inputs: [stored(name)],
        outputs: [name],
        attributes: { to: ONNX_DTYPE.float32 },
      })),
      ...graph.nodes.map((node) => ({
        ...node,
        attributes: Object.fromEntries(
          Object.entries(node.attributes).map(([key, value]) =>
            typeof value === "object" && "graph" in value
              ? [key, { ...value, graph: withHalfConstants(value.graph as OnnxGraph) }]
              : [key, value],
          ),
        ),
      })),
    ],
  };
}
