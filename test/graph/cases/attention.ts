// Cases for attention: masks, shared heads, dropout, scores, and whole multi-head attention in either order of its products.

import { apply, applyAll } from "../../../src/graph/op.ts";
import { scaledDotProductAttention } from "../../../src/graph/ops/attention.ts";
import {
  type AttentionAttributes,
  attentionGradientOp,
  attentionOp,
} from "../../../src/graph/ops/attention-op.ts";
import { multiHeadAttention } from "../../../src/graph/ops/multi-head.ts";
import { reshape } from "../../../src/graph/ops/sum.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import type { NdArray } from "../../../src/tensor/nd-array.ts";
import { booleans, given, type OpCase, reals } from "../../support/check-op.ts";
import { build, total } from "../../support/naive.ts";

type Weight = (b: number, n: number, t: number, s: number) => number;

/** softmax over the last of four axes of what a function gives. */
function softmaxOf(shape: readonly number[], score: Weight): NdArray {
  const powers = build(shape, (...index) => Math.exp(score(...(index as [number, number, number, number]))));
  return build(shape, (b, n, t, s) => {
    const sum = total([shape[3] ?? 0], (other) => powers.at(b ?? 0, n ?? 0, t ?? 0, other ?? 0));
    return powers.at(b ?? 0, n ?? 0, t ?? 0, s ?? 0) / sum;
  });
}

interface Plain {
  readonly scale?: number;
  readonly allows?: Weight;
  /** What a weight is multiplied by after softmax. */
  readonly keeps?: Weight;
}

/** Scores and output for q [B, T, N, D], k [B, S, M, D], v [B, S, M, E]. */
function attended(q: NdArray, k: NdArray, v: NdArray, { scale, allows, keeps }: Plain = {}) {
  const [samples = 0, queries = 0, heads = 0, width = 0] = q.shape;
  const [, keys = 0, groups = 0] = k.shape;
  const group = (n: number) => Math.floor((n * groups) / heads);
  const factor = scale ?? width ** -0.5;
  const scores = softmaxOf([samples, heads, queries, keys], (b, n, t, s) =>
    allows?.(b, n, t, s) === 0
      ? Number.NEGATIVE_INFINITY
      : factor * total([width], (d = 0) => q.at(b, t, n, d) * k.at(b, s, group(n), d)),
  );
  const output = build([samples, queries, heads, v.shape[3] ?? 0], (b = 0, t = 0, n = 0, e = 0) =>
    total([keys], (s = 0) => scores.at(b, n, t, s) * (keeps?.(b, n, t, s) ?? 1) * v.at(b, s, group(n), e)),
  );
  return { scores, output };
}

const small = (...shape: number[]) => reals(shape, -1, 1);
const triple = [small(2, 2, 2, 2), small(2, 3, 2, 2), small(2, 3, 2, 1)];

const dotProductCases: readonly OpCase[] = [
  {
    name: "scaledDotProductAttention",
    inputs: triple,
    compute: (q, k, v) => scaledDotProductAttention(q, k, v),
    expected: (q, k, v) => attended(q, k, v).output,
  },
  {
    name: "scaledDotProductAttention, causal, with a scale of its own",
    inputs: [small(1, 3, 1, 2), small(1, 4, 1, 2), small(1, 4, 1, 2)],
    compute: (q, k, v) => scaledDotProductAttention(q, k, v, { causal: true, scale: 0.3 }),
    expected: (q, k, v) => attended(q, k, v, { scale: 0.3, allows: (_b, _n, t, s) => Number(s <= t) }).output,
  },
  {
    name: "scaledDotProductAttention with a mask of the keys",
    inputs: [
      ...triple,
      given(
        [
          [true, false, true],
          [true, true, false],
        ],
        "bool",
      ),
    ],
    compute: (q, k, v, mask) => scaledDotProductAttention(q, k, v, { mask: reshape(mask, [2, 1, 1, 3]) }),
    expected: (q, k, v, mask) => attended(q, k, v, { allows: (b, _n, _t, s) => mask.at(b, s) }).output,
  },
  {
    name: "scaledDotProductAttention with a mask for each head, causal",
    inputs: [
      small(1, 2, 2, 1),
      small(1, 2, 2, 1),
      small(1, 2, 2, 1),
      given(
        [
          [
            [true, true],
            [false, true],
          ],
          [
            [true, false],
            [true, true],
          ],
        ],
        "bool",
      ),
    ],
    compute: (q, k, v, mask) => scaledDotProductAttention(q, k, v, { mask, causal: true }),
    expected: (q, k, v, mask) =>
      attended(q, k, v, { allows: (_, n, t, s) => mask.at(n, t, s) * Number(s <= t) }).output,
  },
  {
    name: "scaledDotProductAttention of heads that share keys, with scores",
    inputs: [small(1, 2, 4, 1), small(1, 3, 2, 1), small(1, 3, 2, 1)],
    compute(q, k, v) {
      const { output, scores } = scaledDotProductAttention(q, k, v, { returnScores: true });
      return [output, scores];
    },
    expected(q, k, v) {
      const { output, scores } = attended(q, k, v);
      return [output, scores];
    },
  },
];

const attributes: AttentionAttributes = { scale: 0.7, rate: 0.5, mask: true, keep: true, limit: 2 ** 20 };
/** [B, T, N, W] from [B, N, 1, T, W] or [B, N, T, W]. */
const turned = (x: NdArray) =>
  build(
    [x.shape[0] ?? 0, x.shape.at(-2) ?? 0, x.shape[1] ?? 0, x.shape.at(-1) ?? 0],
    (b = 0, t = 0, n = 0, w = 0) => (x.rank === 5 ? x.at(b, n, 0, t, w) : x.at(b, n, t, w)),
  );

const opCases: readonly OpCase[] = [
  {
    name: "attention with a mask and dropout",
    inputs: [
      small(2, 2, 1, 2, 2),
      small(2, 2, 3, 2),
      small(2, 2, 3, 1),
      given([[[[[true, true, false]]]], [[[[false, true, true]]]]], "bool"),
      booleans([2, 2, 1, 2, 3]),
    ],
    compute: (q, k, v, mask, keep) => apply(attentionOp, [q, k, v, mask, keep], attributes),
    expected(q, k, v, mask, keep) {
      const { output } = attended(turned(q), turned(k), turned(v), {
        scale: 0.7,
        allows: (b, _n, _t, s) => mask.at(b, 0, 0, 0, s),
        keeps: (b, n, t, s) => 2 * keep.at(b, n, 0, t, s),
      });
      return build([2, 2, 1, 2, 1], (b = 0, n = 0, _ = 0, t = 0, e = 0) => output.at(b, t, n, e));
    },
  },
  {
    name: "attentionGradient with wide values",
    inputs: [small(1, 1, 2, 1), small(1, 2, 1), small(1, 2, 16), small(1, 1, 2, 16), small(1, 1, 2, 16)],
    compute: (q, k, v, y, dy) =>
      applyAll(attentionGradientOp, [q, k, v, y, dy], { ...attributes, rate: 0, mask: false, keep: false }),
  },
];

/** x·W + b for each head: x [B, T, F], W [F, N, K], b [N, K] -> [B, T, N, K] */
const projected = (x: NdArray, kernel: NdArray, bias?: NdArray) =>
  build(
    [...x.shape.slice(0, 2), ...kernel.shape.slice(1)],
    (b = 0, t = 0, n = 0, w = 0) =>
      (bias?.at(n, w) ?? 0) + total([x.shape[2] ?? 0], (f = 0) => x.at(b, t, f) * kernel.at(f, n, w)),
  );

/** Σ over heads of y·W + b: y [B, T, N, V], W [N, V, O] */
const joined = (y: NdArray, kernel: NdArray, bias?: NdArray) =>
  build(
    [...y.shape.slice(0, 2), kernel.shape[2] ?? 0],
    (b = 0, t = 0, o = 0) =>
      (bias?.at(o) ?? 0) +
      total(kernel.shape.slice(0, 2), (n = 0, v = 0) => y.at(b, t, n, v) * kernel.at(n, v, o)),
  );

interface Widths {
  readonly features: number;
  readonly width: number;
}

/** Self-attention of two heads with biases; and between sequences without. */
const multiHead = (name: string, { features, width }: Widths): readonly OpCase[] => {
  const kernel = small(features, 2, width);
  const bias = small(2, width);
  return [
    {
      name: `multiHeadAttention of itself, ${name}`,
      inputs: [small(1, 2, features), kernel, bias, kernel, bias, kernel, bias, small(2, width, 2), small(2)],
      compute: (x, ...weights: Tensor[]) => {
        const [wq, bq, wk, bk, wv, bv, wo, bo] = weights as unknown as Eight<Tensor>;
        return multiHeadAttention(
          { query: x, value: x },
          {
            query: { kernel: wq, bias: bq },
            key: { kernel: wk, bias: bk },
            value: { kernel: wv, bias: bv },
            output: { kernel: wo, bias: bo },
          },
          { causal: true },
        );
      },
      expected: (x, ...weights: NdArray[]) => {
        const [wq, bq, wk, bk, wv, bv, wo, bo] = weights as unknown as Eight<NdArray>;
        const { output } = attended(projected(x, wq, bq), projected(x, wk, bk), projected(x, wv, bv), {
          allows: (_b, _n, t, s) => Number(s <= t),
        });
        return joined(output, wo, bo);
      },
    },
    {
      name: `multiHeadAttention between sequences without biases, ${name}, with scores`,
      inputs: [
        small(2, 1, features),
        small(2, 2, features),
        small(2, 2, features),
        kernel,
        kernel,
        kernel,
        small(2, width, 1),
      ],
      compute: (query, value, key, ...weights: Tensor[]) => {
        const [wq, wk, wv, wo] = weights as unknown as Eight<Tensor>;
        const { output, scores } = multiHeadAttention(
          { query, value, key },
          { query: { kernel: wq }, key: { kernel: wk }, value: { kernel: wv }, output: { kernel: wo } },
          { returnScores: true },
        );
        return [output, scores];
      },
      expected: (query, value, key, ...weights: NdArray[]) => {
        const [wq, wk, wv, wo] = weights as unknown as Eight<NdArray>;
        const { output, scores } = attended(projected(query, wq), projected(key, wk), projected(value, wv));
        return [joined(output, wo), scores];
      },
    },
  ];
};

type Eight<T> = readonly [T, T, T, T, T, T, T, T];

export const attentionCases: readonly OpCase[] = [
  ...dotProductCases,
  ...opCases,
  ...multiHead("projected", { features: 2, width: 2 }),
  ...multiHead("kernels first", { features: 1, width: 4 }),
];
