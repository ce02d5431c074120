// Writes a model as an ONNX file. The field numbers are those of the public format
// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).

import type { AttributeValue } from "../../graph/tensor.ts";
import type { NdArray } from "../../tensor/nd-array.ts";
import {
  IR_VERSION,
  ONNX_DTYPE,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  OPSET,
  type ValueInfo,
} from "./model.ts";
import { MessageWriter } from "./protobuf.ts";

/** AttributeProto.AttributeType: which of an attribute's values is held. */
const ATTRIBUTE = { float: 1, int: 2, string: 3, graph: 5, floats: 6, ints: 7, strings: 8 } as const;

const utf8 = new TextEncoder();

/** The bytes of an ONNX file. */
export function writeModel({ graph, producer, doc, metadata }: OnnxModel): Uint8Array {
  const model = new MessageWriter();
  model.int(1, IR_VERSION);
  model.string(2, producer);
  if (doc !== "") model.string(6, doc);
  model.message(7, (inner) => writeGraph(inner, graph));
  model.message(8, (opset) => {
    opset.string(1, "");
    opset.int(2, OPSET);
  });
  for (const [key, value] of Object.entries(metadata)) {
    model.message(14, (entry) => {
      entry.string(1, key);
      entry.string(2, value);
    });
  }
  return model.finish();
}

function writeGraph(writer: MessageWriter, graph: OnnxGraph): void {
  for (const node of graph.nodes) writer.message(1, (inner) => writeNode(inner, node));
  writer.string(2, graph.name);
  for (const { name, value } of graph.initializers)
    writer.message(5, (inner) => writeTensor(inner, name, value));
  for (const input of graph.inputs) writer.message(11, (inner) => writeValueInfo(inner, input));
  for (const output of graph.outputs) writer.message(12, (inner) => writeValueInfo(inner, output));
}

function writeNode(writer: MessageWriter, { opType, inputs, outputs, attributes }: OnnxNode): void {
  for (const name of inputs) writer.string(1, name);
  for (const name of outputs) writer.string(2, name);
  // Named for what it gives, so that errors and profiles of a runtime say which one they mean.
  if (outputs[0] !== undefined) writer.string(3, outputs[0]);
  writer.string(4, opType);
  for (const [name, value] of Object.entries(attributes)) {
    writer.message(5, (inner) => writeAttribute(inner, name, value));
  }
}

function writeAttribute(writer: MessageWriter, name: string, value: AttributeValue): void {
  const ofType = (type: keyof typeof ATTRIBUTE) => writer.int(20, ATTRIBUTE[type]);
  writer.string(1, name);
  if (typeof value === "number") {
    writer.int(3, value);
    ofType("int");
  } else if (typeof value === "string") {
    writer.bytes(4, utf8.encode(value));
    ofType("string");
  } else if ("float" in value) {
    writer.float(2, value.float);
    ofType("float");
  } else if ("floats" in value) {
    for (const number of value.floats) writer.float(7, number);
    ofType("floats");
  } else if ("graph" in value) {
    writer.message(6, (inner) => writeGraph(inner, value.graph as OnnxGraph));
    ofType("graph");
  } else if (isText(value)) {
    for (const text of value) writer.string(9, text);
    ofType("strings");
  } else {
    writer.ints(8, value);
    ofType("ints");
  }
}

function isText(list: readonly number[] | readonly string[]): list is readonly string[] {
  return typeof list[0] === "string";
}

function writeTensor(writer: MessageWriter, name: string, { dtype, shape, data }: NdArray): void {
  writer.ints(1, shape);
  writer.int(2, ONNX_DTYPE[dtype]);
  writer.string(8, name);
  // The format wants little-endian bytes, which is the order of every machine that JavaScript runs on today.
  writer.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValueInfo(writer: MessageWriter, { name, dtype, shape }: ValueInfo): void {
  writer.string(1, name);
  writer.message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.int(1, ONNX_DTYPE[dtype]);
      tensor.message(2, (dimensions) => {
        for (const dimension of shape) {
          dimensions.message(1, (inner) => {
            if (typeof dimension === "number") inner.int(1, dimension);
            else inner.string(2, dimension);
          });
        }
      });
    }),
  );
}
