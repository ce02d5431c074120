// Layer and root-mean-square normalisation.

import { RecurraError } from "../../platform/error.ts";
import { isFloat } from "../../tensor/dtype.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../../tensor/shape.ts";
import { applyAll, item } from "../op.ts";
import type { Op } from "../tensor.ts";
import { formatType, type Tensor, type TensorType } from "../tensor.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { type Code, evaluateCode, lowerCode } from "./blocks.ts";
import { sqrt, square } from "./functions.ts";
import { inverseOrder, stackedTensor, transpose } from "./layout.ts";
import { matmul } from "./matmul.ts";
import { mean } from "./reduce.ts";
import { alignStacked, at, axesOf, ones, reshape, sum, zeros } from "./sum.ts";

interface LayerNormAttributes {
  /** How many of the last axes are normalised together. */
  readonly axes: number;
  readonly epsilon: number;
}

/** scale·(x - μ)·r + offset over the last axes, where r = 1/√(σ² + ε); and for the gradient μ and r, their last axes kept as 1. */
export const layerNormOp: Op<LayerNormAttributes> = {
  name: "layerNorm",
  infer(inputs, { axes }) {
    const { dtype, shape } = floats("layerNorm", item(inputs));
    const lead = shape.slice(0, shape.length - axes);
    const width = shape.slice(shape.length - axes);
    checkAffine("layerNorm", "scale", item(inputs, 1), { dtype, shape: width });
    checkAffine("layerNorm", "offset", item(inputs, 2), { dtype, shape: width });
    const statistics = { dtype, shape: [...lead, ...width.map(() => 1)] };
    return [{ dtype, shape }, statistics, statistics];
  },
  gradient: ({ inputs, attributes, outputs }, cotangents) =>
    layerNormGradient(inputs, attributes, outputs, cotangents),
  evaluate: (inputs, node) => evaluateCode(node, formula, inputs),
  lower(emitter, inputs, node) {
    const { axes, epsilon } = node.attributes;
    // ONNX's own op gives the statistics in float32 only.
    if (item(node.inputs).dtype !== "float32") return lowerCode(emitter, node, formula, inputs);
    return emitter.emit("LayerNormalization", inputs, { axis: -axes, epsilon: { float: epsilon } }, 3);
  },
  lift(node, inputs, steps) {
    const [scale, offset] = [item(inputs, 1), item(inputs, 2)];
    const stacked = stackedTensor(item(inputs), steps);
    if (!scale.stacked && !offset.stacked)
      return applyAll(layerNormOp, [stacked, scale.tensor, offset.tensor], node.attributes);
    // Steps that have a scale or an offset of their own get them after the normalisation.
    const { dtype, shape, rank } = item(node.inputs);
    const width = shape.slice(rank - node.attributes.axes);
    const plain = [stacked, ones(width, dtype), zeros(width, dtype)];
    const [y, ...statistics] = applyAll(layerNormOp, plain, node.attributes);
    return [add(mul(y ?? stacked, alignStacked(scale, rank)), alignStacked(offset, rank)), ...statistics];
  },
};

const formula: Code<LayerNormAttributes> = (inputs, { axes, epsilon }) => {
  const [x, scale, offset] = [item(inputs), item(inputs, 1), item(inputs, 2)];
  const last = Array.from({ length: axes }, (_, i) => x.rank - axes + i);
  const average = mean(x, last, { keepDims: true });
  const centred = sub(x, average);
  const inverse = div(1, sqrt(add(mean(square(centred), last, { keepDims: true }), epsilon)));
  return [add(mul(mul(centred, inverse), scale), offset), average, inverse];
};

function floats(what: string, { dtype, shape }: TensorType): TensorType {
  if (isFloat(dtype)) return { dtype, shape };
  throw new RecurraError("op-dtype", `${what}: wants a float tensor, got ${formatType({ dtype, shape })}`);
}

function checkAffine(what: string, name: string, type: TensorType, wanted: TensorType): void {
  if (type.dtype === wanted.dtype && sameShape(type.shape, wanted.shape)) return;
  throw new RecurraError(
    "norm-shape",
    `${what}: the ${name} is to be ${formatType(wanted)}, as the normalised axes are, got ${formatType(type)}`,
  );
}

/**
 * With g = dy·scale and c = x - μ: dx = r·(g - mean(g) - c·r²·mean(g·c)), dscale = Σ r·dy·c, doffset = Σ dy. The means over a row and
 * the sums over the rows are products of a matrix and a vector, which read once what a pass of its own would write first.
 */
function layerNormGradient(
  inputs: readonly Tensor[],
  { axes }: LayerNormAttributes,
  outputs: readonly Tensor[],
  [dy, dMean, dInverse]: readonly (Tensor | undefined)[],
): readonly (Tensor | undefined)[] {
  const [x, scale] = [item(inputs), item(inputs, 1)];
  const width = sizeOf(x.shape.slice(x.rank - axes));
  const rows = width === 0 ? 0 : x.size / width;
  const table = (tensor: Tensor) => reshape(tensor, [rows, width]);
  const [average, inverse] = [1, 2].map((i) => reshape(item(outputs, i), [rows, 1])) as [Tensor, Tensor];
  const centred = sub(table(x), average);
  const parts: Tensor[] = [];
  let affine: readonly (Tensor | undefined)[] = [undefined, undefined];
  if (dy !== undefined) {
    const weighted = mul(table(dy), centred);
    const column = reshape(scale, [width, 1]);
    const meanOf = (values: Tensor) => mul(matmul(values, column), 1 / width);
    const slope = mul(square(inverse), meanOf(weighted));
    const pull = add(mul(centred, slope), meanOf(table(dy)));
    parts.push(mul(sub(mul(table(dy), reshape(scale, [width])), pull), inverse));
    affine = [
      reshape(matmul(reshape(inverse, [1, rows]), weighted), scale.shape),
      reshape(sum(table(dy), 0), scale.shape),
    ];
  }
  // dμ/dx = 1/n, dr/dx = -r³·c/n
  if (dMean !== undefined) parts.push(mul(reshape(dMean, [rows, 1]), 1 / width));
  if (dInverse !== undefined) {
    const slope = mul(mul(reshape(dInverse, [rows, 1]), mul(square(inverse), inverse)), -1 / width);
    parts.push(mul(centred, slope));
  }
  const dx = parts.reduce((a, b) => add(a, b), zeros([rows, width], x.dtype));
  return [reshape(dx, x.shape), ...affine];
}

export interface LayerNormOptions {
  /** The axes that are normalised together. Default -1, the last. */
  readonly axis?: number | readonly number[];
  /** Is added to the variance. Default 0.001, as in Keras. */
  readonly epsilon?: number;
  /** Multiplies the result; of the shape of the normalised axes. Default: ones. */
  readonly scale?: Tensor | undefined;
  /** Is added in the end; of the shape of the normalised axes. Default: zeros. */
  readonly offset?: Tensor | undefined;
}

/**
 * Layer normalisation: scale·(x - mean)/√(variance + epsilon) + offset, with mean and variance (divided by n) over the given axes.
 * Source: Ba, Kiros, Hinton, "Layer Normalization", 2016.
 *
 * @throws RecurraError `op-dtype`, `norm-shape`, `norm-epsilon`
 */
export function layerNorm(
  x: Tensor,
  { axis = -1, epsilon = 1e-3, scale, offset }: LayerNormOptions = {},
): Tensor {
  const { axes, lead, width } = placesOf("layerNorm", x, axis, epsilon);
  const order = [...lead, ...axes];
  const turned = transpose(x, order);
  const inputs = [turned, scale ?? ones(width, x.dtype), offset ?? zeros(width, x.dtype)];
  const [y] = applyAll(layerNormOp, inputs, { axes: axes.length, epsilon });
  return transpose(y ?? turned, inverseOrder(order));
}

export interface RmsNormOptions {
  /** The axes that are normalised together. Default -1, the last. */
  readonly axis?: number | readonly number[];
  /** Is added to the mean square. Default 1e-6, as in Keras. */
  readonly epsilon?: number;
  /** Multiplies the result; of the shape of the normalised axes. Default: ones. */
  readonly scale?: Tensor | undefined;
}

/**
 * Root-mean-square normalisation: scale·x/√(mean(x²) + epsilon), with the mean over the given axes.
 * Source: Zhang, Sennrich, "Root Mean Square Layer Normalization", NeurIPS 2019.
 *
 * @throws RecurraError `op-dtype`, `norm-shape`, `norm-epsilon`
 */
export function rmsNorm(x: Tensor, { axis = -1, epsilon = 1e-6, scale }: RmsNormOptions = {}): Tensor {
  const { axes, width } = placesOf("rmsNorm", x, axis, epsilon);
  const inverse = div(1, sqrt(add(mean(square(x), axes, { keepDims: true }), epsilon)));
  const y = mul(x, inverse);
  if (scale === undefined) return y;
  checkAffine("rmsNorm", "scale", scale, { dtype: x.dtype, shape: width });
  const line = x.shape.map((dimension, i) => (axes.includes(i) ? dimension : 1));
  return mul(y, reshape(scale, line));
}

/** The normalised axes in ascending order, those before them, and the lengths of the former. */
function placesOf(
  what: string,
  x: Tensor,
  axis: number | readonly number[],
  epsilon: number,
): { readonly axes: readonly number[]; readonly lead: readonly number[]; readonly width: Shape } {
  floats(what, x);
  const axes = axesOf(axis, x.rank, what);
  if (axes.length === 0) {
    throw new RecurraError(
      "norm-shape",
      `${what}: wants at least one axis of ${formatShape(x.shape)}, got none`,
    );
  }
  if (!(epsilon >= 0 && epsilon < Number.POSITIVE_INFINITY)) {
    throw new RecurraError("norm-epsilon", `${what}: epsilon is a number from 0 up, got ${epsilon}`);
  }
  const lead = x.shape.flatMap((_, i) => (axes.includes(i) ? [] : [i]));
  return { axes, lead, width: axes.map((i) => at(x.shape, i)) };
}
