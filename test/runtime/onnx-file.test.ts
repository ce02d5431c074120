// The bytes of a model: read back with a general Protocol Buffers library, they hold a well-formed ONNX graph.

import { fromBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import "../../src/graph/chain.ts";
import { anyBatch } from "../../src/graph/batch.ts";
import { tanh } from "../../src/graph/ops/functions.ts";
import { reverse } from "../../src/graph/ops/layout.ts";
import { constant, input, scalar } from "../../src/graph/ops/leaf.ts";
import { scan } from "../../src/graph/ops/scan.ts";
import { broadcastTo } from "../../src/graph/ops/sum.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { grad } from "../../src/graph/trace.ts";
import { lowerModel } from "../../src/runtime/onnx/lower.ts";
import { ndarray } from "../../src/tensor/nd-array.ts";
import { draw } from "./differential.ts";
import { type GraphProto, type ModelProto, ModelProtoSchema } from "./onnx/onnx_pb.ts";

const read = (bytes: Uint8Array): ModelProto => fromBinary(ModelProtoSchema, bytes);

/** The graph and the bodies in it, each with the names that it may read from outside. */
function checkGraph(graph: GraphProto, outside: ReadonlySet<string>, made: Set<string>): void {
  const visible = new Set(outside);
  const define = (name: string | undefined) => {
    expect(name).toBeTruthy();
    expect(made.has(name!), `${name} is defined once`).toBe(false);
    made.add(name!);
    visible.add(name!);
  };
  for (const { name } of graph.initializer) define(name);
  for (const { name } of graph.input) define(name);
  const produced = new Set<string>();
  for (const node of graph.node) {
    for (const name of node.input)
      expect(visible.has(name), `${node.opType} reads ${name}, which is known by then`).toBe(true);
    for (const { g } of node.attribute) if (g !== undefined) checkGraph(g, visible, made);
    for (const name of node.output) {
      define(name);
      produced.add(name);
    }
  }
  const results = graph.output.map(({ name }) => name!);
  expect(new Set(results).size).toBe(results.length);
  for (const name of results) expect(produced.has(name), `${name} is made by a node of the graph`).toBe(true);
}

const shapeOf = (info: GraphProto["input"][number] | undefined) =>
  info?.type?.value.value?.shape?.dim.map(({ value }) =>
    value.case === "dimValue" ? Number(value.value) : value.value,
  );

describe("a model", () => {
  const x = input("x", { dtype: "float32", shape: [5, 2] });
  const w = input("w", { dtype: "float32", shape: [2] });
  const loss = (v: Tensor) =>
    scan((y, xt: Tensor) => tanh(y.mul(v).add(xt)), broadcastTo(scalar(0), [2]), x)
      .outputs.square()
      .sum();
  const file = read(
    lowerModel({
      inputs: [
        ["x", x],
        ["v0", w],
      ],
      outputs: [
        ["loss", loss(w)],
        ["c1", grad(loss)(w)],
        ["same", x],
        ["three", scalar(3)],
      ],
      producer: "a test",
      doc: "what it is",
      metadata: { seed: "7" },
    }),
  );

  it("has the head that ONNX wants", () => {
    expect(file.irVersion).toBe(10n);
    expect(file.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([["", 21n]]);
    expect([file.producerName, file.docString]).toEqual(["a test", "what it is"]);
    expect(file.metadataProps.map(({ key, value }) => [key, value])).toEqual([["seed", "7"]]);
  });

  it("defines each value once, before it is read", () => checkGraph(file.graph!, new Set(), new Set()));

  it("names and types its inputs and outputs", () => {
    expect(
      file.graph?.input.map((info) => [info.name, info.type?.value.value?.elemType, shapeOf(info)]),
    ).toEqual([
      ["x", 1, [5, 2]],
      ["v0", 1, [2]],
    ]);
    expect(file.graph?.output.map((info) => [info.name, shapeOf(info)])).toEqual([
      ["loss", []],
      ["c1", [2]],
      ["same", [5, 2]],
      ["three", []],
    ]);
  });

  it("names a batch size that is not known yet", () => {
    const y = input("y", { dtype: "int64", shape: [anyBatch, 4] });
    const { graph } = read(lowerModel({ inputs: [["y", y]], outputs: [["flat", y.reshape([-1]).add(1)]] }));
    expect([shapeOf(graph?.input[0]), shapeOf(graph?.output[0])]).toEqual([["batch", 4], ["batch*4"]]);
  });
});

describe("constants", () => {
  const y = input("y", { dtype: "float32", shape: [1] });
  const graphOf = (output: Tensor) =>
    read(lowerModel({ inputs: [["y", y]], outputs: [["out", output]] })).graph!;
  const numbers = (shape: readonly number[]) => draw(shape, "float32");

  it("are stored once", () => {
    const large = numbers([200]);
    const pairs = [
      scalar(2),
      scalar(2),
      constant(large),
      constant(large),
      constant(ndarray([2], { dtype: "int32" })).cast("float32"),
    ];
    const { initializer } = graphOf(pairs.reduce((total, one) => total.add(one), y as Tensor));
    expect(initializer.map(({ dims, dataType }) => [dims.map(Number), dataType])).toEqual([
      [[], 1],
      [[200], 1],
      [[1], 6],
    ]);
  });

  it("that are large stand in the body that uses them, and outside where several do", () => {
    const large = constant(numbers([200]));
    const total = (reverse: boolean) =>
      scan((sum: Tensor, step: Tensor) => sum.add(large.mul(step)), broadcastTo(scalar(0), [200]), y, {
        reverse,
      }).last;
    const names = (...outputs: readonly Tensor[]) => {
      const graph = graphOf(outputs.reduce((sum, output) => sum.add(output)));
      checkGraph(graph, new Set(), new Set());
      const bodies = graph.node.flatMap(({ attribute }) =>
        attribute.flatMap(({ g }) => (g === undefined ? [] : [g])),
      );
      return [graph, ...bodies].map(
        ({ initializer }) => initializer.filter(({ dims }) => dims[0] === 200n).length,
      );
    };
    expect(names(total(false))).toEqual([0, 1]);
    expect(names(total(false), total(true))).toEqual([1, 0, 0]);
    expect(names(large, total(false))).toEqual([1, 0]);
  });

  it("keep their values, negative ones and every dtype among them", () => {
    const all = [
      ndarray([-1.5, 2], { dtype: "float64" }),
      ndarray([-2, 3], { dtype: "int32" }),
      ndarray([-(2 ** 40), 3], { dtype: "int64" }),
      ndarray([true, false]),
    ];
    const { initializer } = read(
      lowerModel({ inputs: [["y", y]], outputs: all.map((value, i) => [`out${i}`, constant(value)]) }),
    ).graph!;
    expect(initializer.map(({ rawData }) => rawData)).toEqual(
      all.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    );
  });

  it("may be negative where an attribute or a slice wants them", () => {
    const { initializer, node } = graphOf(reverse(broadcastTo(y, [3])).softmax());
    expect(node.map(({ opType }) => opType)).toEqual(["Expand", "Slice", "Softmax"]);
    const starts = initializer.map(({ rawData }) => new BigInt64Array(rawData!.slice().buffer)[0]);
    expect(starts).toContain(BigInt(Number.MIN_SAFE_INTEGER));
  });
});

it("refuses names that are not unique, and leaves that nobody feeds", () => {
  const a = input("a", { dtype: "float32", shape: [] });
  const b = input("b", { dtype: "float32", shape: [] });
  expect(() => lowerModel({ inputs: [["a", a]], outputs: [["a", a.add(1)]] })).toThrow(
    'lowering: each input and output wants a name of its own, "a" is given twice',
  );
  expect(() => lowerModel({ inputs: [["a", a]], outputs: [["sum", a.add(b)]] })).toThrow(
    "lowering: the outputs rest on Tensor(input: float32[]), which is not among the model's inputs",
  );
});
