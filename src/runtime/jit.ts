// jit: runs a function on tensors as one compiled graph.

import "../graph/chain.ts";
import { Graph } from "../graph/graph.ts";
import { optimize } from "../graph/passes/optimize.ts";
import type { Tensor } from "../graph/tensor.ts";
import { trace } from "../graph/trace.ts";
import { leavesOf, type MapTree } from "../graph/tree.ts";
import { NdArray } from "../tensor/nd-array.ts";
import { Random } from "../tensor/random.ts";
import { formatShape } from "../tensor/shape.ts";
import { Compiled, type CompileOptions, lowerGraph } from "./compile.ts";
import type { Named } from "./onnx/lower.ts";

export interface JitOptions extends CompileOptions {
  /** Seed of the random leaves; each call draws new numbers, the same sequence for the same seed. Default 0. */
  readonly seed?: number;
}

/** Arguments of a jitted function: arrays where the traced one has tensors. */
type Arrays<Args extends readonly unknown[]> = { [K in keyof Args]: MapTree<Args[K], Tensor, NdArray> };

/** A function that runs compiled. */
export interface Jitted<Args extends readonly unknown[], Result> {
  (...args: Arrays<Args>): Promise<MapTree<Result, Tensor, NdArray>>;
  /** The optimised graph for arguments of these types; `toString()` gives it as readable code. */
  graph(...args: Arrays<Args>): Graph;
  /** The ONNX model for arguments of these types; inputs are `input0`, `input1`, …, outputs `output0`, … */
  toOnnx(...args: Arrays<Args>): Uint8Array;
}

const isArray = (value: unknown): value is NdArray => value instanceof NdArray;

/**
 * Makes a function on tensors run as one compiled ONNX graph on arrays.
 *
 * The function is traced once for each combination of dtypes and shapes that it is called with, and the compiled graph is kept.
 * Its arguments and its result are tensors, or arrays and plain objects of them.
 *
 *     const gradient = jit(grad(loss));
 *     const g = await gradient(ndarray([1, 1, 1]), x, y);
 */
export function jit<Args extends readonly unknown[], Result>(
  fn: (...args: Args) => Result,
  options: JitOptions = {},
): Jitted<Args, Result> {
  const cache = new Map<
    string,
    Promise<{ readonly compiled: Compiled; result(values: Iterable<unknown>): unknown }>
  >();
  const random = new Random(options.seed ?? 0);
  let calls = 0;

  const arraysOf = (args: readonly unknown[]) => leavesOf(args, isArray, "arguments", "an NdArray");
  const traced = (args: readonly unknown[]) => {
    arraysOf(args);
    return trace(fn as (...args: never[]) => unknown, args, isArray);
  };
  const named = (prefix: string, tensors: readonly Tensor[]) =>
    tensors.map((tensor, i): Named => [`${prefix}${i}`, tensor]);
  const compile = async (args: readonly unknown[]) => {
    const { inputs, outputs, result } = traced(args);
    return {
      compiled: await Compiled.from(named("input", inputs), named("output", outputs), options),
      result,
    };
  };

  const run = async (...args: readonly unknown[]) => {
    const arrays = arraysOf(args);
    const key = random.fold(calls++).key;
    const signature = JSON.stringify(args, (_, value) =>
      value instanceof NdArray ? `${value.dtype}${formatShape(value.shape)}` : value,
    );
    let entry = cache.get(signature);
    if (entry === undefined) {
      entry = compile(args);
      cache.set(signature, entry);
      entry.catch(() => cache.delete(signature));
    }
    const { compiled, result } = await entry;
    return result(await compiled.run(arrays, key));
  };
  return Object.assign(run as unknown as Jitted<Args, Result>, {
    graph: (...args: readonly unknown[]) => {
      const { inputs, outputs } = traced(args);
      return new Graph(inputs, options.optimize === false ? outputs : optimize(outputs));
    },
    toOnnx: (...args: readonly unknown[]) => {
      const { inputs, outputs } = traced(args);
      return lowerGraph(named("input", inputs), named("output", outputs), options).model;
    },
  });
}
