// Holds a function of tensors against second opinions, in float64 on the reference interpreter: its value against plain loops, its
// gradient and the gradient of its gradient against finite differences.

import { expect } from "vitest";
import { interpret } from "../../src/graph/interpret.ts";
import { constant, input } from "../../src/graph/ops/leaf.ts";
import type { Value } from "../../src/graph/tensor.ts";
import { formatType, type Tensor, type TensorType } from "../../src/graph/tensor.ts";
import { vjp } from "../../src/graph/vjp.ts";
import { type DType, isFloat } from "../../src/tensor/dtype.ts";
import { NdArray, type Nested, ndarray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";
import { type Shape, sizeOf } from "../../src/tensor/shape.ts";

/** Draws the value of an input. */
export type Source = (random: Random) => NdArray;

/** float64 numbers in [low, high). */
export const reals =
  (shape: Shape, low = -2, high = 2): Source =>
  (random) =>
    random.uniform(shape, low, high, "float64");

/**
 * float64 numbers in [low, high) that keep their distance from each other and from 0, in random order: for functions with kinks.
 * Those of two inputs keep their distance too when they are given other offsets in (0, 1).
 */
export const spaced =
  (shape: Shape, offset = 0.4, low = -2, high = 2): Source =>
  (random) => {
    const size = sizeOf(shape);
    const places = Float64Array.from(
      random.permutation(size),
      (i) => low + ((i + offset) / size) * (high - low),
    );
    return new NdArray(places, shape);
  };

/** Whole numbers from low to high - 1. */
export const integers =
  (shape: Shape, low: number, high: number, dtype: DType = "int64"): Source =>
  (random) =>
    random.integers(shape, low, high).astype(dtype);

export const booleans =
  (shape: Shape): Source =>
  (random) =>
    random.bernoulli(shape, 0.5);

export const given =
  (value: Nested, dtype: DType = "float64"): Source =>
  () =>
    ndarray(value, { dtype });

export interface OpCase {
  readonly name: string;
  readonly inputs: readonly Source[];
  readonly compute: (...x: Tensor[]) => Tensor | readonly Tensor[];
  /** The same by plain loops. Left out where the value is checked elsewhere. */
  readonly expected?: (...x: NdArray[]) => NdArray | readonly NdArray[];
  /** Why no gradient is to flow; by default one is, and it is checked. */
  readonly noGradient?: string;
  /** Why the gradient's own gradient is not checked; by default it is. */
  readonly noSecondGradient?: string;
}

/** The inputs of a case; the same ones whenever and wherever it runs. */
export function drawInputs({ name, inputs }: Pick<OpCase, "name" | "inputs">): readonly NdArray[] {
  const random = new Random(name);
  return inputs.map((source) => source(random));
}

/** A graph with its inputs, ready to be evaluated at many points. */
export interface Graph {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

/** Calls a function on fresh inputs of the given types. */
export function graphOf(compute: OpCase["compute"], types: readonly TensorType[]): Graph {
  const inputs = types.map((type, i) => input(`x${i}`, type));
  const result = compute(...inputs);
  return { inputs, outputs: Array.isArray(result) ? result : [result as Tensor] };
}

export const toValue = (array: NdArray): Value => ({ shape: array.shape, data: array.toFloat64() });

/** The outputs of a graph at a point. */
export function run({ inputs, outputs }: Graph, point: readonly Value[]): readonly Value[] {
  return interpret(outputs, new Map(inputs.map((tensor, i) => [tensor, point[i] ?? missing(i)])));
}

/** A function of tensors, applied to arrays; the results are held as float64 whatever their dtype. */
export function evaluate(compute: OpCase["compute"], ...arrays: readonly NdArray[]): readonly NdArray[] {
  return run(graphOf(compute, arrays), arrays.map(toValue)).map(
    ({ shape, data }) => new NdArray(data, shape),
  );
}

/** As {@link evaluate}, for a function of one result. */
export function evaluateOne(compute: OpCase["compute"], ...arrays: readonly NdArray[]): NdArray {
  const [result] = evaluate(compute, ...arrays);
  return result ?? missing(0);
}

/** The graph of the gradients of Σ ⟨output, cotangent⟩ with respect to the float inputs. */
export function gradientGraph({ inputs, outputs }: Graph): Graph & { readonly wanted: readonly Tensor[] } {
  const random = new Random("cotangents");
  const cotangents = outputs.map((output) =>
    isFloat(output.dtype)
      ? constant(random.uniform(output.shape, 0.5, 2, "float64").astype(output.dtype))
      : undefined,
  );
  const wanted = inputs.filter(({ dtype }) => isFloat(dtype));
  const found = vjp(outputs, cotangents, wanted);
  const zero = (type: TensorType) => constant(NdArray.zeros(type.shape, type.dtype));
  return { inputs, wanted, outputs: wanted.map((tensor, i) => found[i] ?? zero(tensor)) };
}

/**
 * Checks the gradient of every output with respect to every float input against central differences, with one step of Richardson's
 * extrapolation: the error of the differences is of order step^4, some 1e-10 for functions whose derivatives are of order one.
 * Source: Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", Adv. Eng. Software 4, 1982.
 *
 * @returns the graph of the gradient, whose own gradient may be checked in turn
 */
export function checkGradient(graph: Graph, point: readonly Value[], what: string): Graph {
  const gradient = gradientGraph(graph);
  for (const [i, tensor] of gradient.wanted.entries()) {
    const type = formatType(gradient.outputs[i] ?? missing(i));
    expect(type, `${what}: the type of the gradient for input ${i}`).toBe(formatType(tensor));
  }
  const analytic = run(gradient, point);
  const loss = weightedSum(graph);
  for (const [i, tensor] of gradient.wanted.entries()) {
    const numeric = differences(loss, point, graph.inputs.indexOf(tensor));
    expectGradient(analytic[i]?.data ?? new Float64Array(), numeric, `${what}: gradient for input ${i}`);
  }
  return gradient;
}

/** Holds a gradient against a numeric one: relative error below 1e-6, where an element below 1e-3 counts as 1e-3. */
export function expectGradient(analytic: Float64Array, numeric: Float64Array, what: string): void {
  expect(analytic.length, `${what}: elements`).toBe(numeric.length);
  for (const [i, wanted] of numeric.entries()) {
    const got = analytic[i] ?? Number.NaN;
    const error = Math.abs(got - wanted) / Math.max(Math.abs(got), Math.abs(wanted), 1e-3);
    if (!(error < 1e-6)) {
      expect.fail(
        `${what}: element ${i} is ${got}, finite differences say ${wanted} (relative error ${error})`,
      );
    }
  }
}

/** Σ ⟨output, cotangent⟩ as a function of the point, with the cotangents that {@link gradientGraph} takes. */
function weightedSum({ inputs, outputs }: Graph): (point: readonly Value[]) => number {
  const random = new Random("cotangents");
  const floats = outputs.filter(({ dtype }) => isFloat(dtype));
  const weights = floats.map(({ shape }) => random.uniform(shape, 0.5, 2, "float64").toFloat64());
  return (point) => {
    let sum = 0;
    for (const [k, { data }] of run({ inputs, outputs: floats }, point).entries()) {
      for (const [i, weight] of (weights[k] ?? missing(k)).entries()) sum += weight * (data[i] ?? Number.NaN);
    }
    return sum;
  };
}

const step = 4e-3;

/** The derivatives of a function with respect to each element of one input. */
export function differences(
  loss: (point: readonly Value[]) => number,
  point: readonly Value[],
  which: number,
): Float64Array {
  const { shape, data } = point[which] ?? missing(which);
  const moved = (i: number, by: number) =>
    loss(point.with(which, { shape, data: data.with(i, (data[i] ?? 0) + by) }));
  const central = (i: number, h: number) => (moved(i, h) - moved(i, -h)) / (2 * h);
  return data.map((_, i) => (4 * central(i, step / 2) - central(i, step)) / 3);
}

/** Holds an array against another: shape, and elements to a relative error of 1e-12. */
export function expectClose(got: NdArray | Value, wanted: NdArray, what: string, tolerance = 1e-12): void {
  expect(got.shape, `${what}: shape`).toEqual(wanted.shape);
  const [left, right] = [got instanceof NdArray ? got.toFloat64() : got.data, wanted.toFloat64()];
  for (const [i, b] of right.entries()) {
    const a = left[i] ?? Number.NaN;
    const close = Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));
    if (!close) expect.fail(`${what}: element ${i} is ${a}, wanted ${b}`);
  }
}

/** Does all checks of a case: value, types, gradient and the gradient of the gradient. */
export function checkOp(opCase: OpCase): void {
  const arrays = drawInputs(opCase);
  const point = arrays.map(toValue);
  const graph = graphOf(opCase.compute, arrays);
  if (opCase.expected !== undefined) {
    const expected = [opCase.expected(...arrays)].flat() as NdArray[];
    const values = run(graph, point);
    expect(values.length, "number of outputs").toBe(expected.length);
    for (const [i, wanted] of expected.entries()) {
      expect(formatType(graph.outputs[i] ?? missing(i)), `type of output ${i}`).toBe(formatType(wanted));
      expectClose(values[i] ?? missing(i), wanted, `output ${i}`);
    }
  }
  if (opCase.noGradient !== undefined) {
    const wanted = graph.inputs.filter(({ dtype }) => isFloat(dtype));
    const cotangents = graph.outputs.map(({ dtype, shape }) => constant(NdArray.full(shape, 1, dtype)));
    expect(vjp(graph.outputs, cotangents, wanted), "gradients").toEqual(wanted.map(() => undefined));
    return;
  }
  const gradient = checkGradient(graph, point, opCase.name);
  if (opCase.noSecondGradient === undefined)
    checkGradient(gradient, point, `${opCase.name}, second derivative`);
  checkFloat32(opCase, arrays);
}

/** The function and its gradient can be traced in float32 too, and stay in it. */
function checkFloat32(opCase: OpCase, arrays: readonly NdArray[]): void {
  const types = arrays.map(
    ({ dtype, shape }) => ({ dtype: dtype === "float64" ? "float32" : dtype, shape }) as const,
  );
  const graph = graphOf(opCase.compute, types);
  const gradient = gradientGraph(graph);
  for (const [i, tensor] of gradient.wanted.entries()) {
    expect(formatType(gradient.outputs[i] ?? missing(i)), "the type of a float32 gradient").toBe(
      formatType(tensor),
    );
  }
}

function missing(i: number): never {
  throw new RangeError(`there is no item ${i}`);
}
