// Programs as people write them, for the passes to be tried on: recurrent cells by hand, stacks of them, masks, totals, attention.

import { item } from "../../../src/graph/op.ts";
import { add, cast, div, greater, mul, select, sub } from "../../../src/graph/ops/arithmetic.ts";
import { checkpoint } from "../../../src/graph/ops/checkpoint.ts";
import { exp, relu, sigmoid, sqrt, square, tanh } from "../../../src/graph/ops/functions.ts";
import { gather } from "../../../src/graph/ops/gather.ts";
import { concat, reverse, slice, split, take, transpose } from "../../../src/graph/ops/layout.ts";
import { constant, dropoutMask, scalar } from "../../../src/graph/ops/leaf.ts";
import { type MatmulOptions, matmul } from "../../../src/graph/ops/matmul.ts";
import { logSoftmax, mean, softmax, variance } from "../../../src/graph/ops/reduce.ts";
import { scan } from "../../../src/graph/ops/scan.ts";
import { broadcastTo, expandDims, reshape, sum } from "../../../src/graph/ops/sum.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { ndarray } from "../../../src/tensor/nd-array.ts";
import { booleans, integers, type OpCase, reals, type Source } from "../../support/check-op.ts";

/** Time steps, batch, features and units of every program here. */
export const [T, B, F, H] = [4, 2, 3, 2] as const;

export const sequence: Source = reals([T, B, F], -1, 1);
const matrix = (...shape: number[]) => reals(shape, -1, 1);

export const zeros = (like: Tensor, ...shape: readonly number[]): Tensor =>
  broadcastTo(scalar(0, like.dtype), shape);

/** A list of known values: what a pattern takes out of it is there. */
type Some = readonly Tensor[] & readonly [Tensor, Tensor, Tensor, Tensor];

/** A recurrent cell: what its weights look like, and a step of it. */
export interface Cell {
  readonly weights: (inputs: number) => readonly Source[];
  readonly states: number;
  readonly step: (state: Some, x: Tensor, ...weights: Tensor[]) => readonly Tensor[];
}

const stepOf = (cell: Cell, state: readonly Tensor[], x: Tensor, weights: readonly Tensor[]) =>
  cell.step(state as Some, x, ...weights);

const parts = (z: Tensor, count: number) => split(z, count, -1) as readonly Tensor[] as Some;

/** The gates of an LSTM with the cell c before the step, and the next state h, c; with peepholes, the gates see the cell. */
function gated(c: Tensor, z: Tensor, peep?: Tensor): readonly Tensor[] {
  const [i, f, g, o] = parts(z, 4);
  const [pi, pf, po] = peep === undefined ? [] : parts(peep, 3);
  const gate = (x: Tensor, cell: Tensor, p?: Tensor) => sigmoid(p === undefined ? x : add(x, mul(cell, p)));
  const cell = add(mul(gate(f, c, pf), c), mul(gate(i, c, pi), tanh(g)));
  return [mul(gate(o, cell, po), tanh(cell)), cell];
}

function normalized(x: Tensor, gain: Tensor, shift: Tensor): Tensor {
  const centred = sub(x, mean(x, -1, { keepDims: true }));
  return add(mul(div(centred, sqrt(add(variance(x, -1, { keepDims: true }), 1e-3))), gain), shift);
}

const kernels = (inputs: number, gates: number) => [matrix(inputs, gates * H), matrix(H, gates * H)];

export const cells = {
  simpleRNN: {
    weights: (inputs) => [...kernels(inputs, 1), matrix(H)],
    states: 1,
    step: ([h], x, w, u, b) => [tanh(add(add(matmul(x, w), matmul(h, u)), b))],
  },
  lstm: {
    weights: (inputs) => [...kernels(inputs, 4), matrix(4 * H)],
    states: 2,
    step: ([h, c], x, w, u, b) => gated(c, add(add(matmul(x, w), matmul(h, u)), b)),
  },
  /** Gers & Schmidhuber 2000: the gates see the cell. */
  peepholeLstm: {
    weights: (inputs) => [...kernels(inputs, 4), matrix(4 * H), matrix(3 * H)],
    states: 2,
    step: ([h, c], x, w, u, b, peep) => gated(c, add(add(matmul(x, w), matmul(h, u)), b), peep),
  },
  /** Ba, Kiros & Hinton 2016: the products are normalised. */
  layerNormLstm: {
    weights: (inputs) => [...kernels(inputs, 4), matrix(4 * H), matrix(4 * H), matrix(4 * H)],
    states: 2,
    step: ([h, c], x, w, u, b, gain, shift) =>
      gated(c, add(normalized(add(matmul(x, w), matmul(h, u)), gain, shift), b)),
  },
  gruAfter: {
    weights: (inputs) => [...kernels(inputs, 3), matrix(3 * H), matrix(3 * H)],
    states: 1,
    step: ([h], x, w, u, b, c) => {
      const [zx, rx, nx] = parts(add(matmul(x, w), b), 3);
      const [zh, rh, nh] = parts(add(matmul(h, u), c), 3);
      const z = sigmoid(add(zx, zh));
      const candidate = tanh(add(nx, mul(sigmoid(add(rx, rh)), nh)));
      return [add(mul(z, h), mul(sub(1, z), candidate))];
    },
  },
  gruBefore: {
    weights: (inputs) => [...kernels(inputs, 3), matrix(3 * H)],
    states: 1,
    step: ([h], x, w, u, b) => {
      const [zx, rx, nx] = parts(add(matmul(x, w), b), 3);
      const [z, r] = parts(sigmoid(add(concat([zx, rx], 1), matmul(h, slice(u, 1, 0, 2 * H)))), 2);
      const candidate = tanh(add(nx, matmul(mul(r, h), slice(u, 1, 2 * H))));
      return [add(mul(z, h), mul(sub(1, z), candidate))];
    },
  },
  reluRNN: {
    weights: (inputs) => kernels(inputs, 1),
    states: 1,
    step: ([h], x, w, u) => [relu(add(matmul(x, w), matmul(h, u)))],
  },
} satisfies Record<string, Cell>;

export interface LayerOptions {
  readonly backwards?: boolean;
  /** As scan has it. */
  readonly checkpoint?: boolean | number;
  readonly units?: number;
}

/** A layer: the outputs of all steps [T, B, H], and the last state. */
export function layer(
  cell: Cell,
  x: Tensor,
  weights: readonly Tensor[],
  { backwards = false, checkpoint = false, units = H }: LayerOptions = {},
) {
  const start = Array.from({ length: cell.states }, () => zeros(x, x.shape[1] ?? B, units));
  return scan(
    (state: readonly Tensor[], xt: Tensor) => {
      const next = stepOf(cell, state, xt, weights);
      return { carry: next, output: item(next) };
    },
    start,
    x,
    { reverse: backwards, checkpoint },
  );
}

/** A layer whose state is held at masked steps; mask [T, B, 1]. */
function maskedLayer(
  cell: Cell,
  x: Tensor,
  mask: Tensor,
  weights: readonly Tensor[],
  { backwards = false, checkpoint = false }: LayerOptions = {},
): Tensor {
  const start = Array.from({ length: cell.states }, () => zeros(x, B, H));
  return scan(
    (state: readonly Tensor[], [xt, real]: readonly [Tensor, Tensor]) => {
      const next = stepOf(cell, state, xt, weights).map((after, i) => select(real, after, item(state, i)));
      return { carry: next, output: select(real, item(next), 0) };
    },
    start,
    [x, mask] as const,
    { reverse: backwards, checkpoint },
  ).outputs;
}

/** A mean squared error against zero, of the last step. */
const lossOf = (outputs: Tensor) => mean(square(take(outputs, -1)));

/** Layers on top of each other, each with weights of its own; inputs and dropout are batch-major in between, as in a model. */
function stacked(depth: number, kind: keyof typeof cells, options: LayerOptions = {}): OpCase {
  const cell: Cell = cells[kind];
  const sources = Array.from({ length: depth }, (_, i) => cell.weights(i === 0 ? F : H));
  return {
    name: `a stack of ${depth} layers (${kind}) with dropout and transposes between${options.checkpoint ? ", in segments" : ""}`,
    inputs: [reals([B, T, F], -1, 1), reals([H, 1]), ...sources.flat()],
    compute: (x, head, ...weights) => {
      let h = x;
      for (const { length } of sources) {
        const rows = transpose(h, [1, 0, 2]);
        const out = transpose(layer(cell, rows, weights.splice(0, length), options).outputs, [1, 0, 2]);
        h = mul(out, dropoutMask(out.shape, 0.4, out.dtype));
      }
      return mean(square(matmul(take(h, -1, 1), head)));
    },
  };
}

const oneLayer: readonly OpCase[] = Object.entries(cells).flatMap(([name, cell]: [string, Cell]) => [
  {
    name: `${name}: outputs and last state`,
    inputs: [sequence, ...cell.weights(F)],
    compute: (x: Tensor, ...weights: readonly Tensor[]) => {
      const { last, outputs } = layer(cell, x, weights);
      return [outputs, ...last];
    },
  },
  {
    name: `${name}: a loss of the last step`,
    inputs: [sequence, ...cell.weights(F)],
    compute: (x: Tensor, ...weights: readonly Tensor[]) => lossOf(layer(cell, x, weights).outputs),
  },
  {
    name: `${name}: run backwards`,
    inputs: [sequence, ...cell.weights(F)],
    compute: (x: Tensor, ...weights: readonly Tensor[]) =>
      layer(cell, x, weights, { backwards: true }).outputs,
  },
  {
    name: `${name}: with a mask`,
    inputs: [sequence, booleans([T, B, 1]), ...cell.weights(F)],
    compute: (x: Tensor, mask: Tensor, ...weights: readonly Tensor[]) => maskedLayer(cell, x, mask, weights),
  },
]) as readonly OpCase[];

const models: readonly OpCase[] = [
  stacked(2, "lstm"),
  stacked(3, "lstm"),
  stacked(2, "gruAfter"),
  stacked(3, "simpleRNN"),
  {
    name: "bidirectional",
    inputs: [sequence, ...cells.lstm.weights(F), ...cells.lstm.weights(F)],
    compute: (x, ...w) =>
      concat(
        [
          layer(cells.lstm, x, w.slice(0, 3)).outputs,
          layer(cells.lstm, x, w.slice(3), { backwards: true }).outputs,
        ],
        2,
      ),
  },
  {
    name: "bidirectional, by reversing the sequence",
    inputs: [sequence, ...cells.gruAfter.weights(F)],
    compute: (x, ...w) =>
      add(layer(cells.gruAfter, x, w).outputs, reverse(layer(cells.gruAfter, reverse(x), w).outputs)),
  },
  {
    name: "one layer used twice",
    inputs: [reals([T, B, H], -1, 1), ...cells.lstm.weights(H)],
    compute: (x, ...w) => layer(cells.lstm, layer(cells.lstm, x, w).outputs, w).outputs,
  },
  {
    name: "an encoder whose state starts a decoder, with an embedding and a loss at every step",
    inputs: [
      integers([T, B], 0, 5),
      reals([5, F]),
      ...cells.gruAfter.weights(F),
      ...cells.gruAfter.weights(F),
      matrix(H, 5),
    ],
    compute: (ids, table, ...w) => {
      const x = gather(table, ids);
      const start = item(layer(cells.gruAfter, x, w.slice(0, 4)).last);
      const { outputs } = scan(
        (h, xt) => item(stepOf(cells.gruAfter, [h], xt, w.slice(4, 8))),
        start,
        reverse(x),
      );
      return mean(logSoftmax(matmul(outputs, item(w, 8))));
    },
  },
  {
    name: "attention outside loops",
    inputs: [reals([B, 3, 4], -1, 1), matrix(4, 4), matrix(4, 4), matrix(4, 4)],
    compute: (x, wq, wk, wv) => {
      // [B, 3, 4] -> [B, 2 heads, 3, 2]
      const heads = (w: Tensor) => transpose(reshape(matmul(x, w), [B, 3, 2, 2]), [0, 2, 1, 3]);
      // A power of 2, since ONNX Runtime fuses the factor into the product as a float32, also where the product is float64.
      const scores = mul(matmul(heads(wq), transpose(heads(wk), [0, 1, 3, 2])), 0.5);
      return reshape(transpose(matmul(softmax(scores), heads(wv)), [0, 2, 1, 3]), [B, 3, 4]);
    },
  },
  {
    name: "a decoder that attends to an encoder's states",
    inputs: [sequence, ...cells.gruAfter.weights(F), ...cells.simpleRNN.weights(F), matrix(H, H)],
    compute: (x, ...w) => {
      const keys = transpose(layer(cells.gruAfter, x, w.slice(0, 4)).outputs, [1, 0, 2]); // [B, T, H]
      return scan(
        (h, xt) => {
          const scores = matmul(keys, expandDims(matmul(h, item(w, 7)), 2)); // [B, T, 1]
          const context = sum(mul(softmax(scores, 1), keys), 1);
          return item(stepOf(cells.simpleRNN, [add(h, context)], xt, w.slice(4, 7)));
        },
        zeros(x, B, H),
        x,
      ).outputs;
    },
  },
];

/** A loop that adds up what a function makes of the step and of a state that the loop carries. */
const totals = (
  name: string,
  added: (x: Tensor, h: Tensor, w: Tensor) => Tensor,
  shape: readonly number[],
): OpCase => ({
  name: `the total of ${name}`,
  inputs: [reals([T, 2, 3], -1, 1), reals([2, 3]), matrix(3, 3), reals(shape)],
  compute: (x, h0, w, start) => {
    const { last, outputs } = scan(
      ({ h, total }, xt: Tensor) => {
        const next = tanh(add(matmul(h, w), xt));
        return { carry: { h: next, total: add(total, added(xt, next, w)) }, output: next };
      },
      { h: h0, total: start },
      x,
    );
    return [mul(last.total, exp(last.total)), last.h, outputs];
  },
});

/** Products of the step [2, 3] and the state [2, 3], each turned before the product or by it. */
const products: readonly (readonly [name: string, MatmulOptions, shape: readonly number[]])[] = [
  ["x·hᵀ, by flag", { transposeB: true }, [2, 2]],
  ["xᵀ·h, by flag", { transposeA: true }, [3, 3]],
  ["x·hᵀ, turned before", {}, [2, 2]],
  ["xᵀ·h, turned before and back", { transposeA: true, transposeB: true }, [3, 3]],
];

const productTotals = products.map(([name, options, shape]) => {
  const { transposeA: a = false, transposeB: b = false } = options;
  return totals(name, (x, h) => matmul(x, a === b ? transpose(h) : h, options), shape);
});

const accumulating: readonly OpCase[] = [
  totals("elements", (x, h) => mul(x, h), [2, 3]),
  totals("sums over an axis", (x, h) => sum(mul(x, h), 0), [3]),
  totals("sums over an axis that is kept", (x, h) => sum(mul(x, h), 1, { keepDims: true }), [2, 1]),
  totals("sums of everything", (x, h) => sum(mul(x, h)), []),
  totals("reshaped sums", (x, h) => reshape(sum(mul(x, h), 1), [1, 2]), [1, 2]),
  totals("sums of sums", (x, h) => add(sum(x, 1), sum(h, 1)), [2]),
  totals("a sum and a product", (x, h) => add(matmul(x, transpose(h)), reshape(sum(h, 1), [2, 1])), [2, 2]),
  totals("products with what is the same at every step", (_, h, w) => matmul(h, w), [2, 3]),
  totals("products of what is the same at every step", (_x, _h, w) => matmul(w, w), [3, 3]),
  totals("constants", (x) => zeros(x, 2, 3), [2, 3]),
  ...productTotals,
  {
    name: "a total that is read at every step",
    inputs: [reals([T, 2, 3], -1, 1), reals([2, 3]), reals([2])],
    compute: (x, h0, start) => {
      const { last, outputs } = scan(
        ({ h, total }, xt: Tensor) => {
          const next = tanh(add(h, xt));
          const sofar = add(total, sum(next, 1));
          return { carry: { h: next, total: sofar }, output: sofar };
        },
        { h: h0, total: start },
        x,
      );
      return [last.total, outputs];
    },
  },
  {
    name: "a total that another carry reads",
    inputs: [reals([T, 2, 3], -1, 1), reals([2, 3]), reals([2])],
    compute: (x, h0, start) =>
      scan(
        ({ h, total }, xt: Tensor) => {
          const next = tanh(add(h, xt));
          const sofar = add(total, sum(next, 1));
          return { carry: { h: mul(next, expandDims(sofar, 1)), total: sofar }, output: [] };
        },
        { h: h0, total: start },
        x,
      ).last.h,
  },
  {
    name: "two carries that go on with the same total",
    inputs: [reals([T, 2, 3], -1, 1), reals([2, 3]), reals([2]), reals([2])],
    compute: (x, h0, a, b) => {
      const { last } = scan(
        (carry, xt: Tensor) => {
          const h = tanh(add(carry.h, xt));
          const both = add(carry.a, sum(h, 1));
          return { carry: { h, a: both, b: both }, output: [] };
        },
        { h: h0, a: a, b: b },
        x,
      );
      return [last.a, last.b];
    },
  },
  {
    name: "a total of itself",
    inputs: [reals([T, 2]), reals([2])],
    compute: (x, start) => scan((total, xt) => add(add(total, total), mul(xt, 0.1)), start, x).last,
  },
];

const oddities: readonly OpCase[] = [
  {
    name: "carries, outputs and captures that nobody uses",
    inputs: [sequence, reals([B, F]), reals([B, F]), reals([F])],
    compute: (x, a, b, w) => {
      const { last, outputs } = scan(
        (carry, xt: Tensor) => ({
          carry: { dead: mul(tanh(carry.dead), w), used: tanh(add(carry.used, xt)) },
          output: { dead: exp(mul(carry.dead, w)), used: mul(carry.used, 2) },
        }),
        { dead: a, used: b },
        x,
      );
      return [last.used, outputs.used];
    },
  },
  {
    name: "captured constants",
    inputs: [sequence, reals([B, F])],
    compute: (x, h0) => {
      const w = constant(
        ndarray(
          [
            [1, 0.5, 0],
            [0, 1, 0.5],
            [0.5, 0, 1],
          ],
          { dtype: x.dtype },
        ),
      );
      const bias = mul(constant(ndarray([0.1, 0.2, 0.3], { dtype: x.dtype })), 2);
      return scan((h, xt) => tanh(add(add(matmul(h, w), xt), bias)), h0, x).outputs;
    },
  },
  {
    name: "the same sequence twice, and a tensor captured twice",
    inputs: [sequence, reals([B, F]), reals([F])],
    compute: (x, h0, w) =>
      scan(
        (h: Tensor, [a, b]: readonly [Tensor, Tensor]) => ({
          carry: tanh(add(mul(h, w), mul(a, b))),
          output: sub(mul(a, w), h),
        }),
        h0,
        [x, x] as const,
      ).outputs,
  },
  {
    name: "a counter that chooses",
    inputs: [sequence, reals([B, F])],
    compute: (x, h0) => {
      const { last } = scan(
        ({ h, t }, xt: Tensor) => ({
          carry: { h: select(greater(cast(t, xt.dtype), 1.5), tanh(add(h, xt)), h), t: add(t, 1) },
          output: [],
        }),
        { h: h0, t: scalar(0, "int32") },
        x,
      );
      return last.h;
    },
  },
  {
    name: "a sum of products of which one is the same for the whole batch",
    inputs: [sequence, matrix(1, H), matrix(H, H), matrix(F, H), matrix(H, H)],
    compute: (x, g0, w, v, u) => {
      const { last, outputs } = scan(
        ({ g, h }, xt: Tensor) => {
          const next = tanh(add(add(matmul(g, w), matmul(xt, v)), matmul(h, u)));
          return { carry: { g: tanh(g), h: next }, output: next };
        },
        { g: g0, h: zeros(x, B, H) },
        x,
      );
      return [last.g, outputs];
    },
  },
  {
    name: "a loop whose outputs need no loop",
    inputs: [sequence, matrix(F, F), reals([B, F])],
    compute: (x, w, h0) => {
      const { last, outputs } = scan(
        (h: Tensor, xt: Tensor) => ({ carry: mul(h, 0.5), output: tanh(matmul(xt, w)) }),
        h0,
        x,
      );
      return [last, outputs];
    },
  },
];

/** Seven steps in segments of three leave a rest of one. */
const long = reals([7, B, F], -1, 1);

const checkpointed: readonly OpCase[] = [
  ...(["lstm", "gruAfter", "layerNormLstm"] as const).map((name) => ({
    name: `${name} in segments and a rest: outputs and last state`,
    inputs: [long, ...cells[name].weights(F)],
    compute: (x: Tensor, ...weights: readonly Tensor[]) => {
      const { last, outputs } = layer(cells[name], x, weights, { checkpoint: 3 });
      return [outputs, ...last];
    },
  })),
  {
    name: "lstm in segments: a loss of the last step",
    inputs: [sequence, ...cells.lstm.weights(F)],
    compute: (x, ...weights) => lossOf(layer(cells.lstm, x, weights, { checkpoint: 2 }).outputs),
  },
  {
    name: "gruBefore in segments and a rest: backwards, with a mask",
    inputs: [long, booleans([7, B, 1]), ...cells.gruBefore.weights(F)],
    compute: (x, mask, ...weights) =>
      maskedLayer(cells.gruBefore, x, mask, weights, { backwards: true, checkpoint: 3 }),
  },
  stacked(2, "lstm", { checkpoint: 2 }),
  {
    name: "two recomputed blocks of attention with dropout",
    inputs: [reals([B, 3, 4], -1, 1), matrix(4, 4), matrix(4, 4)],
    compute: (x, w, v) => {
      const block = checkpoint((h: Tensor, weight: Tensor) => {
        const values = matmul(h, weight);
        const attended = matmul(softmax(matmul(h, transpose(values, [0, 2, 1]))), values);
        return add(h, mul(tanh(attended), dropoutMask([B, 3, 4], 0.4, h.dtype)));
      });
      return block(block(x, w), v);
    },
  },
  {
    name: "a recomputed cell in a loop",
    inputs: [sequence, ...cells.gruAfter.weights(F)],
    compute: (x, ...weights) => {
      const cell = checkpoint((h: Tensor, xt: Tensor) => item(stepOf(cells.gruAfter, [h], xt, weights)));
      return scan(cell, zeros(x, B, H), x).outputs;
    },
  },
];

/** All programs. Each has a gradient with respect to all of its float inputs. */
export const zoo: readonly OpCase[] = [...oneLayer, ...models, ...accumulating, ...oddities, ...checkpointed];
