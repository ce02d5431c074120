// Matrix products.

import { RecurraError } from "../../platform/error.ts";
import { isFloat } from "../../tensor/dtype.ts";
import { broadcastShapes, type Shape, sameShape, sizeOf, stridesOf } from "../../tensor/shape.ts";
import { apply, op } from "../op.ts";
import type { Lifted, Value } from "../tensor.ts";
import { formatType, type Tensor, type TensorType } from "../tensor.ts";
import { alignStacked, at, broadcastOffsets, reshape, squeeze, sumTo } from "./sum.ts";

export interface MatmulOptions {
  /** Multiply by the transpose (of the last two axes) of the left operand. Default false. */
  readonly transposeA?: boolean;
  /** Likewise of the right one. Default false. */
  readonly transposeB?: boolean;
}

type Attributes = Required<MatmulOptions>;

/** Rows and columns of an operand as it enters the product. */
function sides(shape: Shape, transposed: boolean): readonly [number, number] {
  const [rows, columns] = [at(shape, shape.length - 2), at(shape, shape.length - 1)];
  return transposed ? [columns, rows] : [rows, columns];
}

/** `shown` is what an error says the operands were. */
function inferProduct(
  what: string,
  a: TensorType,
  b: TensorType,
  { transposeA, transposeB }: Attributes,
  [shownA, shownB]: readonly [TensorType, TensorType] = [a, b],
): TensorType {
  if (a.dtype !== b.dtype || a.dtype === "bool") {
    throw new RecurraError(
      "op-dtype",
      `${what}: wants two numeric tensors of one dtype, got ${formatType(shownA)} and ${formatType(shownB)}`,
    );
  }
  const [m, k] = sides(a.shape, transposeA);
  const [k2, n] = sides(b.shape, transposeB);
  if (a.shape.length < 2 || b.shape.length < 2 || k !== k2) {
    const note = (type: TensorType, flag: boolean) => `${formatType(type)}${flag ? " (transposed)" : ""}`;
    throw new RecurraError(
      "matmul-shape",
      `${what}: ${note(shownA, transposeA)} and ${note(shownB, transposeB)} do not fit together`,
    );
  }
  return {
    dtype: a.dtype,
    shape: [...broadcastShapes(what, a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n],
  };
}

/** a·b over the last two axes; leading axes broadcast. */
export const matmulOp = op<Attributes, 2>("matmul", {
  infer: ([a, b], attributes) => inferProduct("matmul", a, b, attributes),
  gradient: (dy, [a, b], attributes) => productGradients(dy, a, b, attributes),
  evaluate: ([a, b], attributes, type) => evaluateProduct(a, b, attributes, type),
  lower(emitter, [a, b], { transposeA, transposeB }, { shape, dtype }, types) {
    if (!transposeA && !transposeB) return emitter.one("MatMul", [a, b]);
    if (shape.length === 2 && isFloat(dtype)) {
      return emitter.one("Gemm", [a, b], { transA: Number(transposeA), transB: Number(transposeB) });
    }
    const turn = (name: string, { shape: { length } }: TensorType) =>
      emitter.one("Transpose", [name], { perm: [...Array(length - 2).keys(), length - 1, length - 2] });
    return emitter.one("MatMul", [transposeA ? turn(a, types[0]) : a, transposeB ? turn(b, types[1]) : b]);
  },
  lift: ([a, b], attributes) => liftProduct(a, b, attributes),
});

function productGradients(
  dy: Tensor,
  a: Tensor,
  b: Tensor,
  { transposeA, transposeB }: Attributes,
): [Tensor, Tensor] {
  const da = transposeA
    ? product(b, dy, { transposeA: transposeB, transposeB: true })
    : product(dy, b, { transposeA: false, transposeB: !transposeB });
  const db = transposeB
    ? product(dy, a, { transposeA: true, transposeB: transposeA })
    : product(a, dy, { transposeA: !transposeA, transposeB: false });
  return [sumTo(da, a.shape), sumTo(db, b.shape)];
}

function evaluateProduct(
  a: Value,
  b: Value,
  { transposeA, transposeB }: Attributes,
  { shape }: TensorType,
): Float64Array {
  const [m, k] = sides(a.shape, transposeA);
  const [, n] = sides(b.shape, transposeB);
  const batch = shape.slice(0, -2);
  const starts = ({ shape: from }: Value) =>
    broadcastOffsets(from.slice(0, -2), batch).map((offset) => offset * sizeOf(from.slice(-2)));
  const strides = ({ shape: from }: Value, transposed: boolean) => sides(stridesOf(from), transposed);
  const [rowA, columnA] = strides(a, transposeA);
  const [rowB, columnB] = strides(b, transposeB);
  const startB = starts(b);
  const result = new Float64Array(sizeOf(shape));
  let position = 0;
  for (const [i, first] of starts(a).entries()) {
    const second = at(startB, i);
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        let total = 0;
        for (let inner = 0; inner < k; inner++) {
          total +=
            at(a.data, first + row * rowA + inner * columnA) *
            at(b.data, second + inner * rowB + column * columnB);
        }
        result[position++] = total;
      }
    }
  }
  return result;
}

/** Lifts a product: a matrix that is the same at every step multiplies all of them at once. */
function liftProduct(a: Lifted, b: Lifted, attributes: Attributes): Tensor {
  const rank = (x: Lifted) => x.tensor.rank - Number(x.stacked);
  const most = Math.max(rank(a), rank(b));
  const line = (x: Lifted) => (x.stacked ? alignStacked(x, most) : x.tensor);
  return matmul(line(a), line(b), attributes);
}

/** matmul of operands that have at least two axes; a plain matrix on the right meets a stack as one tall matrix. */
function product(a: Tensor, b: Tensor, attributes: Attributes): Tensor {
  if (a.rank > 2 && b.rank === 2 && !attributes.transposeA) {
    const rows = reshape(a, [sizeOf(a.shape.slice(0, -1)), at(a.shape, a.rank - 1)]);
    const flat = apply(matmulOp, [rows, b], attributes);
    return reshape(flat, [...a.shape.slice(0, -1), at(flat.shape, 1)]);
  }
  return apply(matmulOp, [a, b], attributes);
}

/**
 * The matrix product of the last two axes, over leading axes that broadcast; a vector on either side counts as a row on the
 * left and a column on the right, as in NumPy.
 */
export function matmul(
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false }: MatmulOptions = {},
): Tensor {
  if (a.rank === 0 || b.rank === 0) {
    throw new RecurraError(
      "matmul-shape",
      `matmul: ${formatType(a)} and ${formatType(b)}: a scalar has no rows; use mul`,
    );
  }
  const left = a.rank === 1 ? reshape(a, [1, a.size]) : a;
  const right = b.rank === 1 ? reshape(b, [b.size, 1]) : b;
  const options = { transposeA: transposeA && a.rank > 1, transposeB: transposeB && b.rank > 1 };
  inferProduct("matmul", left, right, options, [a, b]);
  const whole = product(left, right, options);
  return squeeze(whole, [...(a.rank === 1 ? [-2] : []), ...(b.rank === 1 ? [-1] : [])]);
}

/** a·b + c for matrices, as one ONNX node; passes make it, users write it with matmul and add. */
export const gemmOp = op<Attributes, 3>("gemm", {
  infer([a, b, c], attributes) {
    const type = inferProduct("gemm", a, b, attributes);
    const fits =
      c.dtype === type.dtype && sameShape(broadcastShapes("gemm", type.shape, c.shape), type.shape);
    if (type.shape.length !== 2 || !fits) {
      throw new RecurraError(
        "matmul-shape",
        `gemm: wants matrices and what broadcasts to their product, got ${[a, b, c].map(formatType).join(", ")}`,
      );
    }
    return type;
  },
  gradient: (dy, [a, b, c], attributes) => [...productGradients(dy, a, b, attributes), sumTo(dy, c.shape)],
  evaluate([a, b, c], attributes, type) {
    const offsets = broadcastOffsets(c.shape, type.shape);
    return evaluateProduct(a, b, attributes, type).map((value, i) => value + at(c.data, at(offsets, i)));
  },
  lower: (emitter, [a, b, c], { transposeA, transposeB }) =>
    emitter.one("Gemm", [a, b, c], { transA: Number(transposeA), transB: Number(transposeB) }),
  lift: "none",
});
