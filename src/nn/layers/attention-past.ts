// Attention that goes on from keys and values worked out before: what a transformer keeps of the steps that it has read.

import { add, greater, greaterEqual, logicalAnd, logicalOr, sub } from "../../graph/ops/arithmetic.ts";
import { scaledDotProductAttention } from "../../graph/ops/attention.ts";
import { concat } from "../../graph/ops/layout.ts";
import { constant } from "../../graph/ops/leaf.ts";
import { matmul } from "../../graph/ops/matmul.ts";
import type { MultiHeadInputs, MultiHeadWeights, Projection } from "../../graph/ops/multi-head.ts";
import { reshape } from "../../graph/ops/sum.ts";
import { Tensor } from "../../graph/tensor.ts";
import { ndarray } from "../../tensor/nd-array.ts";

/** Keys and values of the steps before those of a call. */
export interface AttentionPast {
  /** [B, S, N, K] */
  readonly keys: Tensor;
  /** [B, S, N, V] */
  readonly values: Tensor;
  /** int32 [B, 1]: how many of the S hold something; the rest is room. */
  readonly count: Tensor;
}

export function isAttentionPast(value: unknown): value is AttentionPast {
  const { keys, values, count } = Object(value) as Partial<AttentionPast>;
  return (
    [keys, values, count].every((tensor) => tensor instanceof Tensor) &&
    keys?.rank === 4 &&
    values?.rank === 4 &&
    keys.shape[1] === values.shape[1] &&
    count?.dtype === "int32"
  );
}

/**
 * Causal attention of T new steps to the past and to each other.
 *
 * @returns output [B, T, O], and the keys [B, T, N, K] and values [B, T, N, V] of the new steps
 */
export function attendFromPast(
  { query, value, key = value }: MultiHeadInputs,
  weights: MultiHeadWeights,
  past: AttentionPast,
): readonly [output: Tensor, keys: Tensor, values: Tensor] {
  const keys = projected(key, weights.key);
  const values = projected(value, weights.value);
  const attended = scaledDotProductAttention(
    projected(query, weights.query),
    concat([past.keys, keys], 1),
    concat([past.values, values], 1),
    { mask: seen(past, query) },
  );
  return [joined(attended, weights.output), keys, values];
}

/** Where queries may look among past and new steps: bool [B, 1, T, S + T]. */
function seen({ keys, count }: AttentionPast, query: Tensor): Tensor {
  const [, room = 0] = keys.shape;
  const [, steps = 0] = query.shape;
  const row = Array.from({ length: room + steps }, (_, i) => i);
  const places = constant(ndarray(row, { shape: [1, 1, 1, row.length], dtype: "int32" }));
  const queries = constant(ndarray(row.slice(0, steps), { shape: [1, 1, steps, 1], dtype: "int32" }));
  const isPast = greater(reshape(count, [-1, 1, 1, 1]), places);
  const isNew = logicalAnd(greaterEqual(places, room), greaterEqual(queries, sub(places, room)));
  return logicalOr(isPast, isNew);
}

/** [B, T, F] -> [B, T, N, K] */
export function projected(x: Tensor, { kernel, bias }: Projection): Tensor {
  const [features = 0, heads = 0, width = 0] = kernel.shape;
  const y = matmul(x, reshape(kernel, [features, heads * width]));
  const shifted = bias === undefined ? y : add(y, reshape(bias, [heads * width]));
  return reshape(shifted, [...x.shape.slice(0, 2), heads, width]);
}

/** [B, T, N, V] -> [B, T, O] */
export function joined(attended: Tensor, { kernel, bias }: Projection): Tensor {
  const [heads = 0, width = 0, features = 0] = kernel.shape;
  const flat = reshape(attended, [...attended.shape.slice(0, 2), heads * width]);
  const y = matmul(flat, reshape(kernel, [heads * width, features]));
  return bias === undefined ? y : add(y, bias);
}
