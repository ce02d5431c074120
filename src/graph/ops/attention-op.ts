// The core of attention, softmax(q·kᵀ)·v, as an op whose gradient computes the weights anew, so that they need not be kept, and which
// runs sample by sample where the weights of all samples would leave the cache.

import { RecurraError } from "../../platform/error.ts";
import { isFloat } from "../../tensor/dtype.ts";
import { type Shape, sameShape, sizeOf } from "../../tensor/shape.ts";
import { batchFactor } from "../batch.ts";
import { apply, applyAll, isOp, item } from "../op.ts";
import type { Emitter, Lifted, Node, Op } from "../tensor.ts";
import { formatType, type Tensor, type TensorType } from "../tensor.ts";
import { vjp } from "../vjp.ts";
import { add, cast, mul, sub } from "./arithmetic.ts";
import { type Code, evaluateCode, lowerBlocks, lowerCode } from "./blocks.ts";
import { stackedTensor, swapAxes } from "./layout.ts";
import { matmul } from "./matmul.ts";
import { softmax } from "./reduce.ts";
import { at, reshape, reshapeOp, sum } from "./sum.ts";

/**
 * Dimension letters: L axes over which all is done side by side (samples, heads with keys of their own), J heads that share their
 * keys, T and S positions of queries and keys, D and E widths of keys and values.
 */
export interface AttentionAttributes {
  /** Multiplies q·kᵀ. */
  readonly scale: number;
  /** Probability with which dropout takes a weight away. */
  readonly rate: number;
  /** Which of the optional operands there are. */
  readonly mask: boolean;
  readonly keep: boolean;
  /** How many weights may be computed at once. */
  readonly limit: number;
}

/** The weights of all samples are computed at once up to this number: 32 MB in float32, the last cache of a server. */
export const wholeLimit = 2 ** 23;
/** Those of one step of the loop over samples are to stay in the cache of a core or two. */
const blockLimit = 2 ** 21;

/** The operands in their order. */
interface Operands<T> {
  /** [L…, J, T, D] */
  readonly q: T;
  /** [L…, S, D] */
  readonly k: T;
  /** [L…, S, E] */
  readonly v: T;
  /** bool, true where a query may look; axes of 1 broadcast to [L…, J, T, S]. */
  readonly mask: T | undefined;
  /** bool [L…, J, T, S]: the weights that dropout leaves. */
  readonly keep: T | undefined;
}

function operandsOf<T>(inputs: readonly T[], { mask, keep }: AttentionAttributes): Operands<T> {
  return {
    q: item(inputs),
    k: item(inputs, 1),
    v: item(inputs, 2),
    mask: mask ? item(inputs, 3) : undefined,
    keep: keep ? item(inputs, mask ? 4 : 3) : undefined,
  };
}

/** The shape of the weights, [L…, J, T, S]; throws where the operands do not fit each other. */
function weightsShape(inputs: readonly TensorType[], attributes: AttentionAttributes): Shape {
  const { q, k, v, mask, keep } = operandsOf(inputs, attributes);
  const lead = q.shape.slice(0, -3);
  const shape = [...q.shape.slice(0, -1), at(k.shape, k.shape.length - 2)];
  const isLike = (type: TensorType, dims: Shape, dtype = q.dtype) =>
    type.dtype === dtype && sameShape(type.shape, dims);
  const broadcasts = (type: TensorType) =>
    type.dtype === "bool" &&
    type.shape.length === shape.length &&
    type.shape.every((dimension, axis) => dimension === 1 || dimension === shape[axis]);
  const fits =
    q.shape.length >= 3 &&
    isFloat(q.dtype) &&
    isLike(k, [...lead, at(shape, shape.length - 1), at(q.shape, q.shape.length - 1)]) &&
    isLike(v, [...lead, at(shape, shape.length - 1), at(v.shape, v.shape.length - 1)]) &&
    (mask === undefined || broadcasts(mask)) &&
    (keep === undefined || isLike(keep, shape, "bool"));
  if (fits) return shape;
  throw new RecurraError(
    "attention-shape",
    `attention: the operands do not fit each other: ${inputs.map(formatType).join(", ")}`,
  );
}

/** [L…, J, T, W] -> [L, J·T, W]. Three axes, so that the executor merges no transpose of the product with that of the heads. */
const rowsOf = ({ shape }: Tensor): Shape => [
  sizeOf(shape.slice(0, -3)),
  sizeOf(shape.slice(-3, -1)),
  at(shape, shape.length - 1),
];
const flatRows = (x: Tensor) => reshape(x, rowsOf(x));
/** [L…, S, W] -> [L, S, W] */
const flatColumns = (x: Tensor) => reshape(x, [sizeOf(x.shape.slice(0, -2)), ...x.shape.slice(-2)]);

const times = (x: Tensor, factor: number) => (factor === 1 ? x : mul(x, factor));

/**
 * What makes a score vanish in softmax: finite, so that a query that may look nowhere gets a mean and no NaN, and so large that
 * nothing of the score is left in float64 either. (Keras takes 10⁹, of which the same holds in float32.)
 */
const vanishing = 1e30;

/** The weights [L, J·T, S] before and after dropout; the latter are still to be divided by 1 - rate. */
function weightsOf({ q, k, mask, keep }: Operands<Tensor>, { scale }: AttentionAttributes) {
  const plain = times(matmul(flatRows(q), flatColumns(k), { transposeB: true }), scale);
  const masked = (allowed: Tensor) => {
    const whole = reshape(plain, [...q.shape.slice(0, -1), at(plain.shape, 2)]);
    return reshape(add(whole, mul(sub(cast(allowed, q.dtype), 1), vanishing)), plain.shape);
  };
  const probabilities = softmax(mask === undefined ? plain : masked(mask));
  const kept =
    keep === undefined ? probabilities : mul(probabilities, cast(reshape(keep, plain.shape), q.dtype));
  return { probabilities, kept };
}

/** softmax(q·kᵀ·scale)·v, the weights left by dropout divided by 1 - rate; and the weights themselves, before dropout. */
export function attend(inputs: readonly Tensor[], attributes: AttentionAttributes) {
  const operands = operandsOf(inputs, attributes);
  const { q, k, v } = operands;
  const { probabilities, kept } = weightsOf(operands, attributes);
  const result = times(matmul(kept, flatColumns(v)), 1 / (1 - attributes.rate));
  const lead = q.shape.slice(0, -1);
  return {
    output: reshape(result, [...lead, at(v.shape, v.rank - 1)]),
    weights: reshape(probabilities, [...lead, at(k.shape, k.rank - 2)]),
  };
}

const forward: Code<AttentionAttributes> = (inputs, attributes) => [attend(inputs, attributes).output];

/**
 * The gradients of q, k and v, from the operands, the output y and its gradient. With the weights P, those kept D, and dD: the sum
 * Σ P·dP in the gradient of softmax is that of y·dy over a row, since both are Σ D·dD.
 * Source: Dao et al., "FlashAttention", NeurIPS 2022, appendix B.
 */
const backward: Code<AttentionAttributes> = (inputs, attributes) => {
  const operands = operandsOf(inputs, attributes);
  const { q, k, v, keep } = operands;
  const [y, dy] = [flatRows(item(inputs, inputs.length - 2)), flatRows(item(inputs, inputs.length - 1))];
  const { scale, rate } = attributes;
  const { probabilities, kept } = weightsOf(operands, attributes);
  const dKept = times(matmul(dy, flatColumns(v), { transposeB: true }), 1 / (1 - rate));
  const total = sum(mul(y, dy), -1, { keepDims: true });
  const dScores =
    keep === undefined
      ? mul(probabilities, sub(dKept, total))
      : sub(mul(kept, dKept), mul(probabilities, total));
  return [
    reshape(times(matmul(dScores, flatColumns(k)), scale), q.shape),
    reshape(acrossRows(dScores, flatRows(q), scale), k.shape),
    reshape(acrossRows(kept, dy, 1 / (1 - rate)), v.shape),
  ];
};

/** aᵀ·b·factor of [L, R, S] and [L, R, W]. Where W is small, the transpose of bᵀ·a: a large matrix is costly to transpose. */
function acrossRows(a: Tensor, b: Tensor, factor: number): Tensor {
  return at(b.shape, 2) < 16
    ? swapAxes(times(matmul(b, a, { transposeA: true }), factor), 1, 2)
    : times(matmul(a, b, { transposeA: true }), factor);
}

/** True where a node's weights are too many for the cache, and there is an axis to take them along one by one. */
function isLarge({ inputs, attributes }: Node<AttentionAttributes>): boolean {
  const shape = weightsShape(inputs, attributes);
  const isStatic = shape.every((dimension) => batchFactor(dimension) === undefined);
  return isStatic && sizeOf(shape.slice(0, -3)) > 1 && sizeOf(shape) > attributes.limit;
}

function lowerAttention(
  emitter: Emitter,
  node: Node<AttentionAttributes>,
  code: Code<AttentionAttributes>,
  inputs: readonly string[],
): readonly string[] {
  return isLarge(node)
    ? lowerBlocks(
        emitter,
        node,
        { ...node.attributes, limit: Math.min(node.attributes.limit, blockLimit) },
        inputs,
      )
    : lowerCode(emitter, node, code, inputs);
}

/** A further axis of time steps is one more of the axes L. */
function liftedOperands(
  node: Node<AttentionAttributes>,
  inputs: readonly Lifted[],
  steps: number,
): readonly Tensor[] {
  return inputs.map((operand, i) =>
    i === 3 && node.attributes.mask && !operand.stacked
      ? reshape(operand.tensor, [1, ...operand.tensor.shape])
      : stackedTensor(operand, steps),
  );
}

export const attentionOp: Op<AttentionAttributes> = {
  name: "attention",
  infer(inputs, attributes) {
    const shape = weightsShape(inputs, attributes);
    const { q, v } = operandsOf(inputs, attributes);
    return [{ dtype: q.dtype, shape: shape.with(-1, at(v.shape, v.shape.length - 1)) }];
  },
  gradient: ({ inputs, attributes, outputs }, [dy]) =>
    dy === undefined ? [] : applyAll(attentionGradientOp, [...inputs, item(outputs), dy], attributes),
  evaluate: (inputs, node) => evaluateCode(node, forward, inputs),
  lower: (emitter, inputs, node) => lowerAttention(emitter, node, forward, inputs),
  lift: (node, inputs, steps) => applyAll(attentionOp, liftedOperands(node, inputs, steps), node.attributes),
};

export const attentionGradientOp: Op<AttentionAttributes> = {
  name: "attentionGradient",
  infer(inputs, attributes) {
    const shape = weightsShape(inputs, attributes);
    const { q, k, v } = operandsOf(inputs, attributes);
    const wanted = { dtype: q.dtype, shape: shape.with(-1, at(v.shape, v.shape.length - 1)) };
    const odd = inputs.slice(-2).find((type) => formatType(type) !== formatType(wanted));
    if (odd !== undefined) {
      throw new RecurraError(
        "attention-shape",
        `attentionGradient: output and gradient are ${formatType(wanted)}, got ${formatType(odd)}`,
      );
    }
    return [q, k, v].map(({ dtype, shape: own }) => ({ dtype, shape: own }));
  },
  gradient({ inputs, attributes }, cotangents) {
    // Stand-ins, since one tensor may be several of the operands.
    const own = inputs.map((tensor) => apply(reshapeOp, [tensor], { shape: tensor.shape }));
    return vjp(backward(own, attributes), cotangents, own);
  },
  evaluate: (inputs, node) => evaluateCode(node, backward, inputs),
  lower: (emitter, inputs, node) => lowerAttention(emitter, node, backward, inputs),
  lift: (node, inputs, steps) =>
    applyAll(attentionGradientOp, liftedOperands(node, inputs, steps), node.attributes),
};

/** The tensor code in the place of a node that runs at once, so that passes see it; `undefined` for other nodes. */
export function openedAttention(node: Node): readonly Tensor[] | undefined {
  for (const [op, code] of [
    [attentionOp, forward],
    [attentionGradientOp, backward],
  ] as const) {
    if (isOp(node, op) && !isLarge(node)) return code(node.inputs, node.attributes);
  }
  return undefined;
}
