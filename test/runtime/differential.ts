// Runs a graph through ONNX on the CPU device and through the reference interpreter, and holds the results against each other.

import { expect } from "vitest";
import { interpret } from "../../src/graph/interpret.ts";
import { input } from "../../src/graph/ops/leaf.ts";
import { type ScanAttributes, scanOp } from "../../src/graph/ops/scan.ts";
import { nodesOf } from "../../src/graph/rewrite.ts";
import type { Node, Tensor, Value } from "../../src/graph/tensor.ts";
import { device } from "../../src/runtime/node/cpu.ts";
import { lowerModel } from "../../src/runtime/onnx/lower.ts";
import { type DType, isFloat } from "../../src/tensor/dtype.ts";
import { NdArray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";
import { type Shape, sizeOf } from "../../src/tensor/shape.ts";

/** How far results may be off, relative to their size (or to 1 where they are smaller). */
const tolerance: { readonly [dtype in DType]?: number } = { float32: 1e-5, float64: 1e-12 };

/** The names of the ops that any graph here held, those in the bodies of scans included. */
export const opsSeen = new Set<string>();

function note(outputs: readonly Tensor[]): void {
  for (const node of nodesOf(outputs)) {
    opsSeen.add(node.op.name);
    if (node.op.name === scanOp.name) note((node as Node<ScanAttributes>).attributes.body.outputs);
  }
}

export const asValue = (array: NdArray): Value => ({ shape: array.shape, data: array.toFloat64() });

export function model(inputs: readonly Tensor[], outputs: readonly Tensor[]): Uint8Array {
  note(outputs);
  return lowerModel({
    inputs: inputs.map((tensor, i) => [`in${i}`, tensor]),
    outputs: outputs.map((tensor, i) => [`out${i}`, tensor]),
  });
}

export async function runModel(bytes: Uint8Array, feeds: readonly NdArray[]): Promise<readonly NdArray[]> {
  const executable = await device.load(bytes, { threads: 1 });
  try {
    return await executable.run(feeds);
  } finally {
    await executable.release();
  }
}

/** What the interpreter gives, and whether results are near it. */
export function expectNear(
  results: readonly NdArray[],
  outputs: readonly Tensor[],
  leaves: ReadonlyMap<Tensor, Value>,
): void {
  const wanted = interpret(outputs, leaves);
  expect(results.length).toBe(outputs.length);
  for (const [i, { dtype, shape }] of outputs.entries()) {
    const result = results[i]!;
    expect(result.dtype).toBe(dtype);
    expect(result.shape).toEqual(shape);
    const near = tolerance[dtype] ?? 0;
    const got = result.toFloat64();
    for (const [j, value] of wanted[i]!.data.entries()) {
      const off = Math.abs(got[j]! - value);
      const same = Object.is(got[j], value) || got[j] === value || off <= near * Math.max(1, Math.abs(value));
      if (!same)
        expect.fail(
          `output ${i} (${outputs[i]}) at ${j}: ONNX Runtime gives ${got[j]}, the interpreter ${value}`,
        );
    }
  }
}

/** Builds a graph on inputs like the arrays, runs it both ways, compares, and returns the model. */
export async function differential(
  arrays: readonly NdArray[],
  build: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
): Promise<Uint8Array> {
  const inputs = arrays.map((array, i) => input(`in${i}`, { dtype: array.dtype, shape: array.shape }));
  const built = build(...inputs);
  const outputs = Array.isArray(built) ? (built as readonly Tensor[]) : [built as Tensor];
  const bytes = model(inputs, outputs);
  const results = await runModel(bytes, arrays);
  expectNear(results, outputs, new Map(inputs.map((tensor, i) => [tensor, asValue(arrays[i]!)])));
  return bytes;
}

/** Random numbers of any dtype in [low, high). */
export function draw(shape: Shape, dtype: DType, { low = -2, high = 2, seed = 1 } = {}): NdArray {
  const values = new Random(seed + 31 * sizeOf(shape)).uniform(shape, low, high, "float64");
  if (dtype === "bool")
    return new NdArray(
      Uint8Array.from(values.toFloat64(), (x) => Number(x > 0)),
      shape,
    );
  return isFloat(dtype)
    ? values.astype(dtype)
    : new NdArray(values.toFloat64().map(Math.floor), shape).astype(dtype);
}
