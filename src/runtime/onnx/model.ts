// What an ONNX model is made of, as the lowering builds it and the writer writes it.

import type { AttributeValue } from "../../graph/tensor.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { NdArray } from "../../tensor/nd-array.ts";

export interface OnnxModel {
  readonly graph: OnnxGraph;
  readonly producer: string;
  readonly doc: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface OnnxGraph {
  readonly name: string;
  /** Each comes after those that it reads. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

export interface OnnxNode {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A constant of a graph. */
export interface OnnxInitializer {
  readonly name: string;
  readonly value: NdArray;
}

/** The name and type of an input or output; a dimension given as text is not known until the model runs. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly (number | string)[];
}

/** The version of the ONNX operators that nodes refer to. */
export const OPSET = 21;

/** The version of the file format: the first to have opset 21. */
export const IR_VERSION = 10;

/** ONNX's numbers of the dtypes (TensorProto.DataType). */
export const ONNX_DTYPE: { readonly [dtype in DType]: number } = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};
