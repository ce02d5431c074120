// Programs with loops over time, each written for any loop: for scan itself, and for a loop that is unrolled.

import {
  add,
  cast,
  greater,
  mul,
  neg,
  select,
  stopGradient,
  sub,
} from "../../../src/graph/ops/arithmetic.ts";
import { exp, sigmoid, square, tanh } from "../../../src/graph/ops/functions.ts";
import { gather, oneHot, pick } from "../../../src/graph/ops/gather.ts";
import { concat, reverse, split, stack, take, transpose } from "../../../src/graph/ops/layout.ts";
import { scalar } from "../../../src/graph/ops/leaf.ts";
import { matmul } from "../../../src/graph/ops/matmul.ts";
import { logSoftmax, max, mean, softmax } from "../../../src/graph/ops/reduce.ts";
import { scan } from "../../../src/graph/ops/scan.ts";
import { broadcastTo, expandDims, reshape, squeeze, sum } from "../../../src/graph/ops/sum.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { grad } from "../../../src/graph/trace.ts";
import {
  booleans,
  given,
  integers,
  type OpCase,
  reals,
  type Source,
  spaced,
} from "../../support/check-op.ts";
import type { Loop } from "../../support/unroll.ts";

export interface LoopProgram {
  readonly name: string;
  readonly inputs: readonly Source[];
  readonly compute: (loop: Loop, ...x: Tensor[]) => Tensor | readonly Tensor[];
}

const zeros = (like: Tensor, shape: readonly number[]) => broadcastTo(scalar(0, like.dtype), shape);

/** h_t = tanh(x_t W + h_{t-1} U + b) */
const rnn = (loop: Loop, x: Tensor, h0: Tensor, w: Tensor, u: Tensor, b: Tensor, options = {}) =>
  loop((h, xt) => tanh(add(add(matmul(xt, w), matmul(h, u)), b)), h0, x, options);

const rnnInputs = (steps: number) => [
  reals([steps, 2, 3]),
  reals([2, 2]),
  reals([3, 2], -1, 1),
  reals([2, 2], -1, 1),
  reals([2]),
];

const recurrent: readonly LoopProgram[] = [
  {
    name: "a running sum",
    inputs: [reals([4, 2]), reals([2])],
    compute: (loop, x, init) => loop((total, xt) => add(total, xt), init, x).outputs,
  },
  {
    name: "a running product, of which only the end is read",
    inputs: [reals([4, 2]), reals([2])],
    compute: (loop, x, init) => loop((total, xt) => mul(total, xt), init, x).last,
  },
  {
    name: "a simple recurrent layer with captured matrices",
    inputs: rnnInputs(3),
    compute: (loop, x, h0, w, u, b) => {
      const { last, outputs } = rnn(loop, x, h0, w, u, b);
      return [last, outputs];
    },
  },
  {
    name: "a simple recurrent layer run backwards",
    inputs: rnnInputs(3),
    compute: (loop, x, h0, w, u, b) => {
      const { last, outputs } = rnn(loop, x, h0, w, u, b, { reverse: true });
      return [last, outputs];
    },
  },
  {
    name: "a single step",
    inputs: rnnInputs(1),
    compute: (loop, x, h0, w, u, b) => rnn(loop, x, h0, w, u, b).outputs,
  },
  {
    name: "an LSTM, its carry an object, its kernels transposed and split outside",
    inputs: [reals([3, 2, 2]), reals([8, 4], -1, 1), reals([8])],
    compute: (loop, x, kernels, bias) => {
      const [kernel, recurrent] = split(transpose(kernels), 2) as [Tensor, Tensor];
      const start = zeros(x, [2, 2]);
      const { last, outputs } = loop(
        ({ h, c }, xt: Tensor) => {
          const z = add(add(matmul(xt, kernel), matmul(h, recurrent)), bias);
          const [i, f, g, o] = split(z, 4, -1) as [Tensor, Tensor, Tensor, Tensor];
          const cell = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
          const hidden = mul(sigmoid(o), tanh(cell));
          return { carry: { h: hidden, c: cell }, output: hidden };
        },
        { h: start, c: start },
        x,
      );
      return [last.c, outputs];
    },
  },
  {
    name: "two layers, one reading the other's outputs from its end",
    inputs: [reals([3, 1, 2]), reals([2, 2], -1, 1), reals([2, 2], -1, 1)],
    compute: (loop, x, u, v) => {
      const first = loop((h, xt) => tanh(add(xt, matmul(h, u))), zeros(x, [1, 2]), x).outputs;
      return loop((h, xt) => tanh(add(xt, matmul(h, v))), zeros(x, [1, 2]), first, { reverse: true }).outputs;
    },
  },
];

const nests: readonly LoopProgram[] = [
  {
    name: "several sequences and carries in nests",
    inputs: [reals([3, 2]), reals([3]), reals([3, 2, 2]), reals([2]), reals([])],
    compute: (loop, a, b, c, start, bias) => {
      const { last, outputs } = loop(
        (carry, { pair: [at, bt], matrix }) => {
          const y = add(matmul(carry.y, matrix), at);
          const scale = tanh(add(mul(carry.rest[0], bt), bias));
          return {
            carry: { y: mul(y, scale), rest: [scale] as const },
            output: { sum: sum(y), parts: [square(y)] as const },
          };
        },
        { y: start, rest: [bias] as const },
        { pair: [a, b] as const, matrix: c },
      );
      return [last.y, last.rest[0], outputs.sum, outputs.parts[0]];
    },
  },
  {
    name: "a carry whose keys come back in another order",
    inputs: [reals([3, 2]), reals([2]), reals([2])],
    compute: (loop, x, a, b) => {
      const { last } = loop(
        (carry, xt: Tensor) => ({ carry: { b: mul(carry.a, xt), a: add(carry.b, xt) }, output: {} }),
        { a, b },
        x,
      );
      return [last.a, last.b];
    },
  },
  {
    name: "an output that differs from the carry in shape",
    inputs: [reals([3, 2]), reals([2])],
    compute: (loop, x, init) =>
      loop((h, xt: Tensor) => ({ carry: tanh(add(h, xt)), output: expandDims(sum(mul(h, xt)), 0) }), init, x)
        .outputs,
  },
  {
    name: "no output at all",
    inputs: [reals([3, 2]), reals([2])],
    compute: (loop, x, init) =>
      loop((h, xt: Tensor) => ({ carry: sigmoid(mul(h, xt)), output: [] }), init, x).last,
  },
  {
    name: "no sequence, a length instead",
    inputs: [reals([2]), reals([2, 2], -1, 1)],
    compute: (loop, h0, u) => {
      const { last, outputs } = loop(
        (h: Tensor) => ({ carry: tanh(matmul(h, u)), output: square(h) }),
        h0,
        [],
        { length: 3 },
      );
      return [last, outputs];
    },
  },
];

const integersAndMasks: readonly LoopProgram[] = [
  {
    name: "a counter among the carries",
    inputs: [reals([4, 2]), reals([2])],
    compute: (loop, x, h0) => {
      const { last, outputs } = loop(
        ({ t, h }, xt: Tensor) => ({
          carry: { t: add(t, 1), h: add(mul(h, cast(t, h.dtype)), xt) },
          output: mul(xt, cast(t, xt.dtype)),
        }),
        { t: scalar(2, "int64"), h: h0 },
        x,
      );
      return [last.h, outputs];
    },
  },
  {
    name: "a counter that reads a captured table, and is an output itself",
    inputs: [reals([3, 2]), reals([4, 2]), given(0, "int32")],
    compute: (loop, x, table, start) => {
      const { outputs } = loop(
        (t: Tensor, xt: Tensor) => ({ carry: add(t, 1), output: { row: mul(gather(table, t), xt), t } }),
        start,
        x,
      );
      return [outputs.row, outputs.t];
    },
  },
  {
    name: "ids among the sequences: an embedding within the loop",
    inputs: [integers([4, 2], 0, 3), reals([3, 2]), reals([2, 2])],
    compute: (loop, ids, table, h0) => loop((h, t) => tanh(add(h, gather(table, t))), h0, ids).outputs,
  },
  {
    name: "labels among the sequences: a loss within the loop",
    inputs: [reals([3, 2, 3]), integers([3, 2], 0, 3), reals([3, 3])],
    compute: (loop, x, labels, u) =>
      loop(
        (h: Tensor, { xt, label }: { xt: Tensor; label: Tensor }) => {
          const logits = add(xt, matmul(h, u));
          return { carry: softmax(logits), output: neg(pick(logSoftmax(logits), label)) };
        },
        oneHot(take(labels, 0), 3, x.dtype),
        { xt: x, label: labels },
      ).outputs,
  },
  {
    name: "a mask among the sequences, which holds the carry",
    inputs: [reals([4, 2, 2]), booleans([4, 2, 1]), reals([2, 2]), reals([2, 2], -1, 1)],
    compute: (loop, x, mask, h0, u) => {
      const { last, outputs } = loop(
        (h: Tensor, [xt, m]: readonly [Tensor, Tensor]) => {
          const next = select(m, tanh(add(xt, matmul(h, u))), h);
          return { carry: next, output: next };
        },
        h0,
        [x, mask] as const,
      );
      return [last, outputs];
    },
  },
  {
    name: "a boolean carry: once below zero, always below zero",
    inputs: [spaced([5, 2]), reals([2])],
    compute: (loop, x, init) => {
      const { last } = loop(
        ({ below, h }, xt: Tensor) => {
          const now = greater(cast(below, xt.dtype), cast(greater(xt, 0), xt.dtype));
          return { carry: { below: now, h: add(h, select(now, xt, square(xt))) }, output: [] };
        },
        { below: greater(scalar(1, x.dtype), zeros(x, [2])), h: init },
        x,
      );
      return last.h;
    },
  },
];

const dependence: readonly LoopProgram[] = [
  {
    name: "a carry that is never used, and one that never changes",
    inputs: [reals([3, 2]), reals([2]), reals([2]), reals([2])],
    compute: (loop, x, a, b, c) => {
      const { last, outputs } = loop(
        (carry, xt: Tensor) => ({
          carry: { unused: square(xt), kept: carry.kept, h: add(carry.h, mul(carry.kept, xt)) },
          output: mul(carry.h, xt),
        }),
        { unused: a, kept: b, h: c },
        x,
      );
      return [last.unused, last.kept, outputs];
    },
  },
  {
    name: "outputs that do not depend on the carry",
    inputs: [reals([3, 2]), reals([2, 2]), reals([2])],
    compute: (loop, x, w, init) => {
      const { outputs } = loop(
        (h: Tensor, xt: Tensor) => ({ carry: add(h, xt), output: tanh(matmul(xt, w)) }),
        init,
        x,
      );
      return outputs;
    },
  },
  {
    name: "outputs that are a constant, a capture, the step and the carry themselves",
    inputs: [reals([3, 2]), reals([2]), reals([2])],
    compute: (loop, x, w, init) => {
      const { last, outputs } = loop(
        (h: Tensor, xt: Tensor) => ({ carry: xt, output: [zeros(xt, [2]), w, xt, h] as const }),
        init,
        x,
      );
      return [last, ...outputs];
    },
  },
  {
    name: "a carry that is replaced by a capture",
    inputs: [reals([3, 2]), reals([2]), reals([2])],
    compute: (loop, x, w, init) => {
      const { last, outputs } = loop((h: Tensor, xt: Tensor) => ({ carry: w, output: mul(h, xt) }), init, x);
      return [last, outputs];
    },
  },
  {
    name: "one tensor as first carry, sequence and capture",
    inputs: [reals([2, 2])],
    compute: (loop, x) => loop((h, xt) => tanh(add(matmul(h, x), xt)), x, x).outputs,
  },
  {
    name: "captures that are computed outside and inside",
    inputs: [reals([3, 2]), reals([2]), reals([4])],
    compute: (loop, x, w, v) => {
      const scale = exp(w);
      const [left] = split(v, 2) as [Tensor, Tensor];
      return loop((h, xt) => tanh(add(mul(h, mul(scale, exp(w))), mul(xt, square(left)))), w, x).outputs;
    },
  },
  {
    name: "moves of elements within the body",
    inputs: [reals([3, 2, 3]), reals([3, 2]), reals([6])],
    compute: (loop, x, init, w) =>
      loop(
        (h, xt) => {
          const turned = mul(transpose(xt), reshape(w, [3, 2]));
          const both = concat([turned, h], 1);
          const [a, b] = split(reverse(both, 1), 2, 1) as [Tensor, Tensor];
          return tanh(mul(a, squeeze(sum(stack([b, b], 2), 2, { keepDims: true }), 2)));
        },
        init,
        x,
      ).outputs,
  },
  {
    name: "reductions within the body: attention over captured states",
    inputs: [reals([3, 2]), reals([4, 2]), reals([4, 2])],
    compute: (loop, x, keys, values) =>
      loop(
        (h, xt) => {
          const weights = softmax(matmul(keys, add(h, xt)));
          return add(matmul(weights, values), mul(max(h), mean(xt)));
        },
        take(keys, 0),
        x,
      ).outputs,
  },
];

const nested: readonly LoopProgram[] = [
  {
    name: "a loop in a loop, with captures from both levels outside",
    inputs: [reals([2, 3, 2]), reals([2]), reals([2, 2], -1, 1), reals([2])],
    compute: (loop, x, init, u, b) =>
      loop(
        (h, rows) => {
          const scale = sigmoid(mul(sum(rows, 0), b));
          return loop((g, row) => tanh(add(mul(matmul(g, u), scale), mul(row, b))), h, rows).last;
        },
        init,
        x,
      ).outputs,
  },
  {
    name: "a loop in a loop that captures the outer carry",
    inputs: [reals([2, 2]), reals([3, 2]), reals([2, 2], -1, 1)],
    compute: (loop, x, y, u) => {
      const { last, outputs } = loop(
        (h: Tensor, xt: Tensor) => {
          const hu = matmul(h, u);
          const inner = loop(
            (g: Tensor, yt: Tensor) => ({ carry: tanh(add(mul(g, h), yt)), output: mul(g, hu) }),
            xt,
            y,
          );
          return { carry: add(inner.last, mul(h, 0.5)), output: inner.outputs };
        },
        take(y, 1),
        x,
      );
      return [last, outputs];
    },
  },
  {
    name: "a loop in a loop in a loop, running in alternate directions",
    inputs: [reals([2]), reals([2]), reals([2, 2])],
    compute: (loop, x, y, z) =>
      loop(
        (a, xt) =>
          loop(
            (b, [yt, zs]: readonly [Tensor, Tensor]) => {
              const c = loop((g, zt) => tanh(add(mul(g, a), mul(zt, add(b, xt)))), yt, zs).last;
              return { carry: c, output: [] };
            },
            a,
            [y, z] as const,
            { reverse: true },
          ).last,
        sum(x),
        x,
      ).outputs,
  },
  {
    name: "a gradient taken within the body: steps of gradient descent",
    inputs: [reals([3, 2]), reals([2]), reals([])],
    compute: (loop, x, init, rate) => {
      const slope = grad((w: Tensor, xt: Tensor) => sum(square(sub(tanh(mul(w, xt)), 0.5))));
      return loop((w, xt) => sub(w, mul(rate, slope(w, xt))), init, x).outputs;
    },
  },
  {
    name: "the gradient of a loop taken within the body of another",
    inputs: [reals([2, 2]), reals([3, 2]), reals([2])],
    compute: (loop, x, y, init) => {
      const loss = (w: Tensor, start: Tensor) =>
        sum(loop((h, yt) => tanh(add(mul(h, w), yt)), start, y).last);
      return loop((w, xt) => add(w, grad(loss)(w, xt)), init, x).outputs;
    },
  },
];

/** Finite differences know nothing of stopped gradients: these are only held against the unrolled loop. */
export const stoppedPrograms: readonly LoopProgram[] = [
  {
    name: "a gradient that is stopped within the body",
    inputs: [reals([3, 2]), reals([2]), reals([2])],
    compute: (loop, x, w, init) =>
      loop((h, xt) => add(mul(stopGradient(w), tanh(h)), mul(w, xt)), init, x).outputs,
  },
  {
    name: "a carry whose gradient is stopped: one step of backpropagation through time",
    inputs: [reals([3, 2]), reals([2]), reals([2])],
    compute: (loop, x, w, init) => loop((h, xt) => tanh(add(mul(w, stopGradient(h)), xt)), init, x).outputs,
  },
];

export const loopPrograms = [...recurrent, ...nests, ...integersAndMasks, ...dependence, ...nested];

export const scanCases: readonly OpCase[] = loopPrograms.map(({ name, inputs, compute }) => ({
  name,
  inputs,
  compute: (...x) => compute(scan, ...x),
}));
