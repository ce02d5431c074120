// Multi-head attention with its weights, in the order of products that costs least.

import { RecurraError } from "../../platform/error.ts";
import { formatType, type Tensor } from "../tensor.ts";
import { add } from "./arithmetic.ts";
import {
  type AttentionOptions,
  type AttentionResult,
  attendHeads,
  scaledDotProductAttention,
} from "./attention.ts";
import { concat, transpose } from "./layout.ts";
import { matmul } from "./matmul.ts";
import { at, expandDims, ones, reshape, zeros } from "./sum.ts";

/** A linear map; without a bias where there is none. */
export interface Projection {
  readonly kernel: Tensor;
  readonly bias?: Tensor | undefined;
}

/** Weights in the layout of Keras' MultiHeadAttention: N heads, K and V the widths of a head's keys and values. */
export interface MultiHeadWeights {
  /** kernel [features, N, K], bias [N, K] */
  readonly query: Projection;
  /** kernel [features, N, K], bias [N, K] */
  readonly key: Projection;
  /** kernel [features, N, V], bias [N, V] */
  readonly value: Projection;
  /** kernel [N, V, O], bias [O] */
  readonly output: Projection;
}

/** What attention is between: each [B, positions, features]. */
export interface MultiHeadInputs {
  readonly query: Tensor;
  readonly value: Tensor;
  /** Default: the value. */
  readonly key?: Tensor | undefined;
}

/**
 * Multi-head attention: queries, keys and values are projected for each head, attention is between those, and its results are
 * projected again and added up over the heads. Where the inputs have few features next to the width of a head, the two kernels
 * whose product is between inputs are multiplied first, and no projection is computed.
 *
 * @returns [B, T, O]; with `returnScores`, that and the scores [B, N, T, S]
 * @throws RecurraError `attention-shape`, `op-dtype`, `bad-rate`
 *
 * Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017, section 3.2.2.
 */
export function multiHeadAttention(
  inputs: MultiHeadInputs,
  weights: MultiHeadWeights,
  options: AttentionOptions & { readonly returnScores: true },
): AttentionResult;
export function multiHeadAttention(
  inputs: MultiHeadInputs,
  weights: MultiHeadWeights,
  options?: AttentionOptions & { readonly returnScores?: false },
): Tensor;
export function multiHeadAttention(
  inputs: MultiHeadInputs,
  weights: MultiHeadWeights,
  { returnScores = false, ...options }: AttentionOptions & { readonly returnScores?: boolean } = {},
): AttentionResult | Tensor {
  check(inputs, weights);
  const { query, value, key = value } = inputs;
  const attention =
    isNarrow(key, weights.query) && isNarrow(value, weights.value) ? betweenInputs : betweenProjections;
  const { output, scores } = attention({ query, value, key }, weights, options, returnScores);
  const { bias } = weights.output;
  const result = bias === undefined ? output : add(output, bias);
  return scores === undefined ? result : { output: result, scores };
}

type Results = { readonly output: Tensor; readonly scores: Tensor | undefined };

function betweenProjections(
  { query, value, key }: Required<MultiHeadInputs>,
  weights: MultiHeadWeights,
  options: AttentionOptions,
  wantScores: boolean,
): Results {
  const projected = (x: Tensor, { kernel, bias }: Projection) => {
    const [features = 0, heads = 0, width = 0] = kernel.shape;
    const y = matmul(x, reshape(kernel, [features, heads * width]));
    const shifted = bias === undefined ? y : add(y, reshape(bias, [heads * width]));
    return reshape(shifted, [...x.shape.slice(0, 2), heads, width]);
  };
  const q = projected(query, weights.query);
  const k = projected(key, weights.key);
  const v = projected(value, weights.value);
  const attended = wantScores
    ? scaledDotProductAttention(q, k, v, { ...options, returnScores: true })
    : { output: scaledDotProductAttention(q, k, v, options), scores: undefined };
  const [heads = 0, width = 0, features = 0] = weights.output.kernel.shape;
  const joined = reshape(attended.output, [...query.shape.slice(0, 2), heads * width]);
  return {
    output: matmul(joined, reshape(weights.output.kernel, [heads * width, features])),
    scores: attended.scores,
  };
}

/** True where an input, with a 1 for the bias, is at most half as wide as a head. */
function isNarrow(x: Tensor, { kernel }: Projection): boolean {
  return 2 * (at(x.shape, 2) + 1) <= at(kernel.shape, 2);
}

/**
 * With x = [input | 1] and W = [kernel; bias]: (x W_q)·(y W_k)ᵀ = (x·(W_q W_kᵀ))·yᵀ and (A·(z W_v))·W_o = (A·z)·(W_v W_o), in
 * which nothing is as wide as a head but the weights. All heads share y and z.
 */
function betweenInputs(
  { query, value, key }: Required<MultiHeadInputs>,
  weights: MultiHeadWeights,
  { scale = 1 / Math.sqrt(at(weights.query.kernel.shape, 2)), ...options }: AttentionOptions,
  wantScores: boolean,
): Results {
  const [samples = 0, positions = 0] = query.shape;
  const heads = at(weights.query.kernel.shape, 1);
  const x = withOnes(query);
  const [y, z] = [withOnes(key), withOnes(value)];
  const [widthX, widthY, widthZ] = [x, y, z].map((tensor) => at(tensor.shape, 2)) as [number, number, number];
  // [N, X, K]·[N, K, Y] -> [N, X, Y] -> [X, N·Y]
  const between = matmul(perHead(weights.query), perHead(weights.key), { transposeB: true });
  const kernel = reshape(transpose(between, [1, 0, 2]), [widthX, heads * widthY]);
  // [B, T, N, Y] -> [B, 1, N, T, Y]
  const queries = reshape(matmul(x, kernel), [samples, positions, heads, widthY]);
  const q = expandDims(transpose(queries, [0, 2, 1, 3]), 1);
  const attended = attendHeads(q, expandDims(y, 1), expandDims(z, 1), { ...options, scale }, wantScores);
  // [N, Z, V]·[N, V, O] -> [N·Z, O]
  const out = matmul(perHead(weights.value), weights.output.kernel);
  const joined = reshape(transpose(attended.output, [0, 2, 1, 3]), [samples, positions, heads * widthZ]);
  return {
    output: matmul(joined, reshape(out, [heads * widthZ, at(out.shape, 2)])),
    scores: attended.scores,
  };
}

/** [B, T, F] -> [B, T, F + 1] */
function withOnes(x: Tensor): Tensor {
  return concat([x, ones([...x.shape.slice(0, 2), 1], x.dtype)], 2);
}

/** [F, N, W] and [N, W] -> [N, F + 1, W] */
function perHead({ kernel, bias = zeros(kernel.shape.slice(1), kernel.dtype) }: Projection): Tensor {
  return transpose(concat([kernel, expandDims(bias, 0)], 0), [1, 0, 2]);
}

function check({ query, value, key = value }: MultiHeadInputs, weights: MultiHeadWeights): void {
  const [samples] = query.shape;
  const [, heads = 0, width = 0] = weights.query.kernel.shape;
  const [, , depth = 0] = weights.value.kernel.shape;
  const fits = (tensor: Tensor | undefined, shape: readonly (number | undefined)[]) =>
    tensor === undefined ||
    (tensor.dtype === query.dtype &&
      tensor.rank === shape.length &&
      shape.every((dimension, axis) => dimension === undefined || dimension === tensor.shape[axis]));
  const parts: readonly (readonly [string, Tensor | undefined, readonly (number | undefined)[]])[] = [
    ["query", query, [undefined, undefined, undefined]],
    ["value", value, [samples, undefined, undefined]],
    ["key", key, [samples, value.shape[1], undefined]],
    ["query kernel", weights.query.kernel, [query.shape[2], undefined, undefined]],
    ["query bias", weights.query.bias, [heads, width]],
    ["key kernel", weights.key.kernel, [key.shape[2], heads, width]],
    ["key bias", weights.key.bias, [heads, width]],
    ["value kernel", weights.value.kernel, [value.shape[2], heads, undefined]],
    ["value bias", weights.value.bias, [heads, depth]],
    ["output kernel", weights.output.kernel, [heads, depth, undefined]],
    ["output bias", weights.output.bias, [weights.output.kernel.shape[2]]],
  ];
  const odd = parts.find(([, tensor, shape]) => !fits(tensor, shape));
  if (odd === undefined) return;
  const [name, tensor, shape] = odd;
  const wanted = shape.map((dimension) => dimension ?? "any").join(", ");
  throw new RecurraError(
    "attention-shape",
    `multiHeadAttention: the ${name} is to be ${query.dtype}[${wanted}], got ${tensor ? formatType(tensor) : "none"}`,
  );
}
