// Scaled dot-product attention between queries, keys and values that are at hand.

import { RecurraError } from "../../platform/error.ts";
import { ndarray } from "../../tensor/nd-array.ts";
import { formatShape, type Shape } from "../../tensor/shape.ts";
import { apply } from "../op.ts";
import { formatType, type Tensor } from "../tensor.ts";
import { greaterEqual, logicalAnd } from "./arithmetic.ts";
import { type AttentionAttributes, attend, attentionOp, wholeLimit } from "./attention-op.ts";
import { transpose } from "./layout.ts";
import { constant, dropoutMask } from "./leaf.ts";
import { at, reshape } from "./sum.ts";

export interface AttentionOptions {
  /** bool, broadcasts to [B, N, T, S]: true where a query may look. A query that may look nowhere looks everywhere alike. */
  readonly mask?: Tensor | undefined;
  /** Query i looks at keys 0 to i only. Default false. */
  readonly causal?: boolean;
  /** Multiplies the scores before softmax. Default 1/√D. */
  readonly scale?: number | undefined;
  /** Probability with which a weight is dropped; the others are divided by 1 - dropout. Default 0. */
  readonly dropout?: number;
}

/** What attention gives where the scores are asked for. */
export interface AttentionResult {
  readonly output: Tensor;
  /** [B, N, T, S]: softmax's results, before dropout. */
  readonly scores: Tensor;
}

/**
 * Scaled dot-product attention: softmax(q·kᵀ·scale)·v for each head. The weights are not kept for the gradient where they are large.
 *
 *     const y = scaledDotProductAttention(q, k, v, { causal: true });
 *
 * @param query [B, T, N, D]
 * @param key [B, S, M, D]; M divides N, and each of its heads serves N/M query heads in a row
 * @param value [B, S, M, E]
 * @returns [B, T, N, E]; with `returnScores`, that and the scores, which are then kept
 * @throws RecurraError `attention-shape`, `op-dtype`, `bad-rate`
 *
 * Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017, eq. 1.
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions & { readonly returnScores: true },
): AttentionResult;
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options?: AttentionOptions & { readonly returnScores?: false },
): Tensor;
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  { returnScores = false, ...options }: AttentionOptions & { readonly returnScores?: boolean } = {},
): AttentionResult | Tensor {
  const { samples, queries, heads, groups, width } = checkedShapes(query, key, value);
  // [B, T, N, D] -> [B, N, T, D] -> [B, M, N/M, T, D]
  const q = reshape(headsFirst(query), [samples, groups, heads / groups, queries, width]);
  const { output, scores } = attendHeads(q, headsFirst(key), headsFirst(value), options, returnScores);
  const result = headsFirst(output);
  return scores === undefined ? result : { output: result, scores };
}

/** [B, T, N, D] -> [B, N, T, D], and back. */
const headsFirst = (x: Tensor) => transpose(x, [0, 2, 1, 3]);

/**
 * Attention of heads in groups that share their keys.
 *
 * @param q [B, M, J, T, D]
 * @param k [B, M, S, D]
 * @param v [B, M, S, E]
 * @returns output [B, M·J, T, E], and where they are wanted the scores [B, M·J, T, S]
 */
export function attendHeads(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { mask, causal = false, scale = 1 / Math.sqrt(at(q.shape, 4)), dropout = 0 }: AttentionOptions,
  wantScores: boolean,
): { readonly output: Tensor; readonly scores: Tensor | undefined } {
  const shape = [...q.shape.slice(0, 4), at(k.shape, 2)];
  const allowed = allowedIn(shape, mask, causal);
  const keep = dropout === 0 ? undefined : dropoutMask(shape, dropout, "bool");
  const inputs = [q, k, v, ...[allowed, keep].filter((operand) => operand !== undefined)];
  const attributes: AttentionAttributes = {
    scale,
    rate: dropout,
    mask: allowed !== undefined,
    keep: keep !== undefined,
    limit: wholeLimit,
  };
  const joined = (x: Tensor) =>
    reshape(x, [at(x.shape, 0), at(x.shape, 1) * at(x.shape, 2), ...x.shape.slice(3)]);
  if (!wantScores) return { output: joined(apply(attentionOp, inputs, attributes)), scores: undefined };
  const { output, weights } = attend(inputs, attributes);
  return { output: joined(output), scores: joined(weights) };
}

/** Where queries may look, with axes that broadcast to the weights [B, M, J, T, S]; `undefined` where that is everywhere. */
function allowedIn(
  [samples = 1, groups = 1, sharing = 1, queries = 1, keys = 1]: Shape,
  mask: Tensor | undefined,
  causal: boolean,
): Tensor | undefined {
  const places = (count: number, shape: Shape) =>
    constant(
      ndarray(
        Array.from({ length: count }, (_, i) => i),
        { shape, dtype: "int64" },
      ),
    );
  const past = causal ? greaterEqual(places(queries, [queries, 1]), places(keys, [1, keys])) : undefined;
  if (mask !== undefined) checkMask(mask, [samples, groups * sharing, queries, keys]);
  const allowed = mask !== undefined && past !== undefined ? logicalAnd(mask, past) : (mask ?? past);
  if (allowed === undefined) return undefined;
  const [b = 1, n = 1, t = 1, s = 1] = [...new Array<number>(4 - allowed.rank).fill(1), ...allowed.shape];
  return reshape(allowed, [b, ...(n === 1 ? [1, 1] : [groups, sharing]), t, s]);
}

function checkMask(mask: Tensor, shape: Shape): void {
  if (mask.dtype !== "bool") {
    throw new RecurraError(
      "op-dtype",
      `attention: the mask is to be bool, true where a query may look, got ${formatType(mask)}`,
    );
  }
  const own = shape.slice(4 - mask.rank);
  const fits =
    mask.rank <= 4 && mask.shape.every((dimension, axis) => dimension === 1 || dimension === own[axis]);
  if (fits) return;
  throw new RecurraError(
    "attention-shape",
    `attention: the mask ${formatType(mask)} does not broadcast to ${formatShape(shape)}: batch, heads, queries, keys`,
  );
}

function checkedShapes(query: Tensor, key: Tensor, value: Tensor) {
  const [samples = 0, queries = 0, heads = 0, width = 0] = query.shape;
  const [, keys = 0, groups = 0] = key.shape;
  const fits =
    [query, key, value].every(({ rank, dtype }) => rank === 4 && dtype === query.dtype) &&
    groups > 0 &&
    heads % groups === 0 &&
    [samples, keys, groups, width].every((dimension, axis) => key.shape[axis] === dimension) &&
    [samples, keys, groups].every((dimension, axis) => value.shape[axis] === dimension);
  if (!fits) {
    throw new RecurraError(
      "attention-shape",
      `attention: wants query [B, T, N, D], key [B, S, M, D] and value [B, S, M, E] with M a divisor of N, got ${[query, key, value].map(formatType).join(", ")}`,
    );
  }
  return { samples, queries, heads, groups, width };
}
