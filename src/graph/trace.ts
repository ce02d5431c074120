// From functions on tensors to graphs and back: tracing, and differentiation of a traced function.

import { RecurraError } from "../platform/error.ts";
import { isFloat } from "../tensor/dtype.ts";
import { apply, item } from "./op.ts";
import { input, scalar } from "./ops/leaf.ts";
import { broadcastTo, reshapeOp } from "./ops/sum.ts";
import { beforeGradientTo } from "./passes/before-gradient.ts";
import { formatType, Tensor, type TensorType } from "./tensor.ts";
import { leavesOf, withLeaves } from "./tree.ts";
import { vjp } from "./vjp.ts";

export const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

/** A traced function: its leaves in order, and the nests that they came from. */
export interface Trace {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Puts values in the place of the outputs, in the nest that the function returned. */
  result(values: Iterable<unknown>): unknown;
}

/** Calls a function on symbolic inputs of the given types. `types` is the list of arguments, with a type for each array. */
export function trace(
  fn: (...args: never[]) => unknown,
  args: readonly unknown[],
  isLeaf: (value: unknown) => value is TensorType,
): Trace {
  const inputs = leavesOf(args, isLeaf, "arguments").map((type, i) => input(`input${i}`, type));
  const returned = fn(...(withLeaves(args, isLeaf, inputs.values()) as never[]));
  const outputs = leavesOf(returned, isTensor, "the traced function's result");
  return { inputs, outputs, result: (values) => withLeaves(returned, isTensor, values[Symbol.iterator]()) };
}

/** A function whose first argument is differentiated. */
type Differentiable<P, Rest extends readonly unknown[]> = (parameters: P, ...rest: Rest) => Tensor;

/**
 * The value of a scalar function together with its gradient with respect to the first argument, which may be a tensor or a nest of
 * them; the gradient comes in the same nest. To be called on tensors, within `jit` for instance.
 *
 * @throws RecurraError where the function does not return a single float
 */
export function valueAndGrad<P, Rest extends readonly unknown[]>(
  fn: Differentiable<P, Rest>,
): (parameters: P, ...rest: Rest) => { readonly value: Tensor; readonly gradient: P } {
  return (parameters, ...rest) => {
    const wanted = leavesOf(parameters, isTensor, "the argument to differentiate");
    const odd = wanted.find((tensor) => !isFloat(tensor.dtype));
    if (odd !== undefined) {
      throw new RecurraError(
        "grad-dtype",
        `grad: wants float tensors to differentiate, got ${formatType(odd)}`,
      );
    }
    // Stand-ins, so that only what the function does with its first argument counts: not what else reads the same tensors.
    const own = wanted.map((tensor) => apply(reshapeOp, [tensor], { shape: tensor.shape }));
    const returned = fn(withLeaves(parameters, isTensor, own.values()) as P, ...rest);
    if (!isTensor(returned) || returned.size !== 1 || !isFloat(returned.dtype)) {
      const got = isTensor(returned) ? formatType(returned) : typeof returned;
      throw new RecurraError("grad-scalar", `grad: the function is to return one float, it returned ${got}`);
    }
    const value = item(beforeGradientTo([returned], own));
    const one = broadcastTo(scalar(1, value.dtype), value.shape);
    const found = vjp([value], [one], own);
    const gradients = own.map(({ dtype, shape }, i) => found[i] ?? broadcastTo(scalar(0, dtype), shape));
    return { value, gradient: withLeaves(parameters, isTensor, gradients.values()) as P };
  };
}

/** The gradient of a scalar function with respect to its first argument. See {@link valueAndGrad}. */
export function grad<P, Rest extends readonly unknown[]>(
  fn: Differentiable<P, Rest>,
): (parameters: P, ...rest: Rest) => P {
  const both = valueAndGrad(fn);
  return (parameters, ...rest) => both(parameters, ...rest).gradient;
}
