// Arithmetic, comparison and selection, element by element.

import { RecurraError } from "../../platform/error.ts";
import { type DType, isFloat } from "../../tensor/dtype.ts";
import { broadcastShapes } from "../../tensor/shape.ts";
import { apply, op } from "../op.ts";
import { formatType, type Tensor } from "../tensor.ts";
import { binary, binaryOp, operands, type TensorLike, unary, unaryOp } from "./elementwise.ts";
import { scalar } from "./leaf.ts";
import { at, broadcastOffsets, broadcastTo, sumTo } from "./sum.ts";

export const addOp = binaryOp("add", {
  gradient: (dy) => [() => dy, () => dy],
  formula: (a, b) => a + b,
  onnx: "Add",
});
export const subOp = binaryOp("sub", {
  gradient: (dy) => [() => dy, () => neg(dy)],
  formula: (a, b) => a - b,
  onnx: "Sub",
});
export const mulOp = binaryOp("mul", {
  gradient: (dy, a, b) => [() => mul(dy, b), () => mul(dy, a)],
  formula: (a, b) => a * b,
  onnx: "Mul",
});
export const divOp = binaryOp("div", {
  gradient: (dy, _a, b, y) => [() => div(dy, b), () => neg(mul(dy, div(y, b)))],
  formula: (a, b, dtype) => (isFloat(dtype) ? a / b : Math.trunc(a / b)),
  onnx: "Div",
});
export const powOp = binaryOp("pow", {
  accepts: "float",
  // At b = 0 the first is 0, also for a = 0; without the guard it would be 0 * 0^-1 = NaN. At a = 0 the second is 0, as in the
  // limit for b > 0; without the guard it would be 0 * log 0 = NaN.
  gradient: (dy, a, b, y) => [
    () => mul(dy, mul(b, pow(a, select(equal(b, 0), scalar(1, b.dtype), sub(b, 1))))),
    () => mul(dy, mul(y, log(select(greater(a, 0), a, scalar(1, a.dtype))))),
  ],
  formula: (a, b) => a ** b,
  onnx: "Pow",
});
export const negOp = unaryOp("neg", {
  accepts: "number",
  gradient: (dy) => neg(dy),
  formula: (x) => 0 - x,
  onnx: "Neg",
});
// log stands here and not with the other functions because the gradient of pow needs it.
export const logOp = unaryOp("log", { gradient: (dy, x) => div(dy, x), formula: Math.log, onnx: "Log" });

const equalOp = binaryOp("equal", {
  accepts: "any",
  result: "bool",
  gradient: "none",
  formula: (a, b) => Number(a === b),
  onnx: "Equal",
});
const greaterOp = binaryOp("greater", {
  result: "bool",
  gradient: "none",
  formula: (a, b) => Number(a > b),
  onnx: "Greater",
});
const greaterEqualOp = binaryOp("greaterEqual", {
  result: "bool",
  gradient: "none",
  formula: (a, b) => Number(a >= b),
  onnx: "GreaterOrEqual",
});
const andOp = binaryOp("logicalAnd", {
  accepts: "bool",
  gradient: "none",
  formula: (a, b) => Number(a !== 0 && b !== 0),
  onnx: "And",
});
const orOp = binaryOp("logicalOr", {
  accepts: "bool",
  gradient: "none",
  formula: (a, b) => Number(a !== 0 || b !== 0),
  onnx: "Or",
});
const notOp = unaryOp("logicalNot", {
  accepts: "bool",
  gradient: "none",
  formula: (x) => Number(x === 0),
  onnx: "Not",
});

/** a + b */
export const add = binary(addOp);
/** a - b */
export const sub = binary(subOp);
/** a * b, element by element */
export const mul = binary(mulOp);
/** a / b; between integers the quotient is truncated */
export const div = binary(divOp);
/** a to the power b */
export const pow = binary(powOp);
/** -x */
export const neg = unary(negOp);
/** The natural logarithm. */
export const log = unary(logOp);
/** a = b, as a boolean tensor */
export const equal = binary(equalOp);
/** a > b */
export const greater = binary(greaterOp);
/** a >= b */
export const greaterEqual = binary(greaterEqualOp);
/** a < b */
export const less = (a: TensorLike, b: TensorLike): Tensor => greater(b, a);
/** a <= b */
export const lessEqual = (a: TensorLike, b: TensorLike): Tensor => greaterEqual(b, a);
/** Both of two boolean tensors. */
export const logicalAnd = binary(andOp);
/** Either of two boolean tensors. */
export const logicalOr = binary(orOp);
/** The opposite of a boolean tensor. */
export const logicalNot = unary(notOp);
/** a ≠ b */
export const notEqual = (a: TensorLike, b: TensorLike): Tensor => logicalNot(equal(a, b));

/** Picks from one of two tensors, element by element. */
export const selectOp = op<object, 3>("select", {
  infer([condition, a, b]) {
    if (condition.dtype !== "bool") {
      throw new RecurraError("op-dtype", `select: the condition is to be bool, got ${formatType(condition)}`);
    }
    if (a.dtype !== b.dtype) {
      throw new RecurraError(
        "op-dtype",
        `select: the branches' dtypes differ: ${formatType(a)} and ${formatType(b)}`,
      );
    }
    return { dtype: a.dtype, shape: broadcastShapes("select", condition.shape, a.shape, b.shape) };
  },
  gradient: (dy, [condition, a, b]) => [
    undefined,
    sumTo(select(condition, dy, scalar(0, dy.dtype)), a.shape),
    sumTo(select(condition, scalar(0, dy.dtype), dy), b.shape),
  ],
  evaluate([condition, a, b], _, { shape }) {
    const [ifTrue, ifFalse] = [broadcastOffsets(a.shape, shape), broadcastOffsets(b.shape, shape)];
    return Float64Array.from(broadcastOffsets(condition.shape, shape), (offset, i) =>
      at(condition.data, offset) !== 0 ? at(a.data, at(ifTrue, i)) : at(b.data, at(ifFalse, i)),
    );
  },
  lower(emitter, [condition, a, b], _, { dtype }) {
    if (dtype !== "bool") return emitter.one("Where", [condition, a, b]);
    // ONNX Runtime has no Where of booleans.
    const otherwise = emitter.one("And", [emitter.one("Not", [condition]), b]);
    return emitter.one("Or", [emitter.one("And", [condition, a]), otherwise]);
  },
  lift: "elementwise",
});

/** `a` where the boolean condition holds, else `b`; the three broadcast. */
export function select(condition: Tensor, a: TensorLike, b: TensorLike): Tensor {
  return apply(selectOp, [condition, ...operands("select", a, b)], {});
}

const maximumOp = binaryOp("maximum", {
  gradient: (dy, a, b) => [() => mul(dy, share(a, b)), () => mul(dy, share(b, a))],
  formula: (a, b) => Math.max(a, b),
  onnx: "Max",
});
const minimumOp = binaryOp("minimum", {
  gradient: (dy, a, b) => [() => mul(dy, share(b, a)), () => mul(dy, share(a, b))],
  formula: (a, b) => Math.min(a, b),
  onnx: "Min",
});

/** 1 where a wins, 1/2 at a tie, 0 where it loses: the subgradient that PyTorch and JAX take. */
function share(a: Tensor, b: Tensor): Tensor {
  const shape = broadcastShapes("maximum", a.shape, b.shape);
  const one = (value: number) => broadcastTo(scalar(value, a.dtype), shape);
  return select(greater(a, b), one(1), select(equal(a, b), one(0.5), one(0)));
}

/** The larger of a and b. */
export const maximum = binary(maximumOp);
/** The smaller of a and b. */
export const minimum = binary(minimumOp);
/** x held within [low, high]; its gradient is 0 outside. */
export function clip(x: Tensor, low: number, high: number): Tensor {
  return minimum(maximum(x, low), high);
}

/** Changes the dtype. */
export const castOp = op<{ readonly dtype: DType }, 1>("cast", {
  infer: ([x], { dtype }) => ({ dtype, shape: x.shape }),
  gradient: (dy, [x], { dtype }) => [isFloat(x.dtype) && isFloat(dtype) ? cast(dy, x.dtype) : undefined],
  evaluate: ([x], { dtype }) =>
    x.data.map((value) =>
      dtype === "bool" ? Number(value !== 0) : isFloat(dtype) ? value : Math.trunc(value),
    ),
  lower: (emitter, [x], { dtype }) => emitter.cast(x, dtype),
  lift: "elementwise",
});

/** The same values in another dtype; floats become integers by truncation, numbers become booleans as value ≠ 0. */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : apply(castOp, [x], { dtype });
}

/** The identity, through which no gradient flows. */
export const stopGradientOp = op<object, 1>("stopGradient", {
  infer: ([x]) => x,
  gradient: "none",
  evaluate: ([x]) => x.data,
  lower: (_, [x]) => x,
  lift: "elementwise",
});

/** x itself, taken for a constant when gradients are computed. */
export function stopGradient(x: Tensor): Tensor {
  return apply(stopGradientOp, [x], {});
}
