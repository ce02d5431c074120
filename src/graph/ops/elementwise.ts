// How elementwise ops are made: a name, a formula, a gradient and the ONNX op that computes it.

import { RecurraError } from "../../platform/error.ts";
import { type DType, isFloat } from "../../tensor/dtype.ts";
import { broadcastShapes } from "../../tensor/shape.ts";
import { apply, op } from "../op.ts";
import type { Emitter, Op } from "../tensor.ts";
import { formatType, type Tensor, type TensorType } from "../tensor.ts";
import { scalar } from "./leaf.ts";
import { at, broadcastOffsets, sumTo } from "./sum.ts";

/** An operand: a tensor, or a number that takes the other operand's dtype. */
export type TensorLike = Tensor | number;

interface UnaryRules {
  /** The dtypes it is defined for. Default: floats. */
  readonly accepts?: "float" | "number" | "bool";
  readonly gradient: ((dy: Tensor, x: Tensor, y: Tensor) => Tensor) | "none";
  readonly formula: (x: number) => number;
  readonly onnx: string | ((emitter: Emitter, x: string, dtype: DType) => string);
}

function check(name: string, accepts: "float" | "number" | "bool" | "any", type: TensorType): void {
  const fits =
    accepts === "any" ||
    (accepts === "float" && isFloat(type.dtype)) ||
    (accepts === "bool" ? type.dtype === "bool" : accepts === "number" && type.dtype !== "bool");
  if (!fits)
    throw new RecurraError("op-dtype", `${name}: wants a ${accepts} tensor, got ${formatType(type)}`);
}

/** An op of one operand, computed element by element. */
export function unaryOp(
  name: string,
  { accepts = "float", gradient, formula, onnx }: UnaryRules,
): Op<object> {
  return op<object, 1>(name, {
    infer([x]) {
      check(name, accepts, x);
      return { dtype: x.dtype, shape: x.shape };
    },
    gradient: gradient === "none" ? gradient : (dy, [x], _, y) => [gradient(dy, x, y)],
    evaluate: ([x]) => x.data.map(formula),
    lower: (emitter, [x], _, { dtype }) =>
      typeof onnx === "string" ? emitter.one(onnx, [x]) : onnx(emitter, x, dtype),
    lift: "elementwise",
  });
}

export function unary(rule: Op<object>): (x: Tensor) => Tensor {
  return (x) => apply(rule, [x], {});
}

interface BinaryRules {
  /** Default: number. */
  readonly accepts?: "float" | "number" | "bool" | "any";
  /** Default: the operands' own dtype. */
  readonly result?: "bool";
  /** The two gradients before they are summed down to the operands' shapes. */
  readonly gradient:
    | ((dy: Tensor, a: Tensor, b: Tensor, y: Tensor) => readonly [() => Tensor, () => Tensor])
    | "none";
  readonly formula: (a: number, b: number, dtype: DType) => number;
  readonly onnx: string | ((emitter: Emitter, a: string, b: string) => string);
}

/** An op of two operands of one dtype, computed element by element with NumPy's broadcasting. */
export function binaryOp(
  name: string,
  { accepts = "number", result, gradient, formula, onnx }: BinaryRules,
): Op<object> {
  return op<object, 2>(name, {
    infer([a, b]) {
      check(name, accepts, a);
      if (a.dtype !== b.dtype) {
        throw new RecurraError(
          "op-dtype",
          `${name}: the operands' dtypes differ: ${formatType(a)} and ${formatType(b)}`,
        );
      }
      return { dtype: result ?? a.dtype, shape: broadcastShapes(name, a.shape, b.shape) };
    },
    gradient:
      gradient === "none"
        ? gradient
        : (dy, [a, b], _, y) => {
            const [da, db] = gradient(dy, a, b, y);
            return [
              a.node.op.gradient === "none" ? undefined : sumTo(da(), a.shape),
              b.node.op.gradient === "none" ? undefined : sumTo(db(), b.shape),
            ];
          },
    evaluate([a, b], _, { shape, dtype }) {
      const [left, right] = [broadcastOffsets(a.shape, shape), broadcastOffsets(b.shape, shape)];
      return Float64Array.from(left, (offset, i) =>
        formula(at(a.data, offset), at(b.data, at(right, i)), dtype),
      );
    },
    lower: (emitter, [a, b]) => (typeof onnx === "string" ? emitter.one(onnx, [a, b]) : onnx(emitter, a, b)),
    lift: "elementwise",
  });
}

/** Two operands as tensors of one dtype: a number takes the dtype of the tensor beside it. */
export function operands(what: string, a: TensorLike, b: TensorLike): readonly [Tensor, Tensor] {
  return [asTensor(what, a, b), asTensor(what, b, a)];
}

function asTensor(what: string, operand: TensorLike, beside: TensorLike): Tensor {
  if (typeof operand !== "number") return operand;
  if (typeof beside === "number") return scalar(operand);
  const { dtype } = beside;
  const fits = dtype === "bool" ? operand === 0 || operand === 1 : Number.isInteger(operand);
  if (!fits && !isFloat(dtype)) {
    throw new RecurraError(
      "op-dtype",
      `${what}: ${operand} is no ${dtype}, which ${formatType(beside)} wants`,
    );
  }
  return scalar(operand, dtype);
}

export function binary(rule: Op<object>): (a: TensorLike, b: TensorLike) => Tensor {
  return (a, b) => apply(rule, operands(rule.name, a, b), {});
}
