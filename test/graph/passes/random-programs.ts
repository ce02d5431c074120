// Random programs for the passes to go wrong on: expressions over small tensors that broadcast with each other, and loops of them.

import fc from "fast-check";
import { item } from "../../../src/graph/op.ts";
import { add, greater, maximum, mul, neg, select, sub } from "../../../src/graph/ops/arithmetic.ts";
import { sigmoid, square, tanh } from "../../../src/graph/ops/functions.ts";
import { gather } from "../../../src/graph/ops/gather.ts";
import { concat, pad, reverse, slice, split, stack, transpose } from "../../../src/graph/ops/layout.ts";
import { constant, scalar } from "../../../src/graph/ops/leaf.ts";
import { matmul } from "../../../src/graph/ops/matmul.ts";
import { max, mean, softmax } from "../../../src/graph/ops/reduce.ts";
import { scan } from "../../../src/graph/ops/scan.ts";
import { broadcastTo, expandDims, reshape, sum } from "../../../src/graph/ops/sum.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { ndarray } from "../../../src/tensor/nd-array.ts";

/** One step of a program: which operation, and which of the values so far are its operands, counted from the latest. */
export type Instruction = readonly [operation: number, a: number, b: number, c: number];

/** Values have the shape [2, 2] or one that broadcasts to it. */
const whole = (x: Tensor): Tensor => broadcastTo(x, [2, 2]);

const last = (x: Tensor) => x.rank - 1;
const matrixOf = (x: Tensor) => (x.rank === 2 ? x : whole(x));
const outer = (a: Tensor, b: Tensor, options: { transposeA: boolean; transposeB: boolean }) =>
  matmul(whole(a), whole(b), options);

const operations: readonly ((a: Tensor, b: Tensor, c: Tensor) => Tensor)[] = [
  add,
  sub,
  mul,
  mul,
  (a, b, c) => mul(a, mul(b, c)),
  (a) => tanh(a),
  (a) => sigmoid(a),
  (a) => neg(a),
  (a) => square(tanh(a)),
  (a, b) => maximum(a, b),
  (a, b, c) => select(greater(a, b), b, c),
  (a, b) => outer(a, b, { transposeA: false, transposeB: false }),
  (a, b) => outer(a, b, { transposeA: true, transposeB: false }),
  (a, b) => outer(a, b, { transposeA: false, transposeB: true }),
  (a, b) => outer(a, b, { transposeA: true, transposeB: true }),
  (a) => transpose(matrixOf(a)),
  (a, b) => transpose(add(transpose(whole(a)), b)),
  (a) => sum(a),
  (a) => (a.rank === 0 ? a : sum(a, last(a))),
  (a) => sum(whole(a), 0, { keepDims: true }),
  (a) => sum(whole(a), [0, 1], { keepDims: true }),
  (a) => mean(whole(a), 1, { keepDims: true }),
  (a) => max(whole(a), 0),
  (a) => softmax(whole(a)),
  (a) => whole(a),
  (a) => expandDims(sum(whole(a), 1), 1),
  (a) => reshape(transpose(reshape(whole(a), [4, 1])), [2, 2]),
  (a) => reverse(whole(a), 1),
  (a, b) => concat([slice(whole(a), 0, 1), slice(whole(b), 0, 0, 1)]),
  (a) => concat(split(whole(a), 2, 1), 1),
  (a, b) => concat(split(mul(whole(a), b), 2, 1).toReversed(), 1),
  (a, b) => concat([mul(slice(whole(a), 1, 0, 1), slice(whole(b), 1, 1)), slice(whole(b), 1, 0, 1)], 1),
  (a) => slice(pad(whole(a), 0, 1, 0), 0, 0, 2),
  (a) => sum(stack([whole(a), whole(a)]), 0),
  (a) => gather(whole(a), constant(ndarray([1, 0], { dtype: "int64" }))),
  (a) => mul(a, 1),
  (a) => add(a, 0),
  (a) => mul(a, scalar(0.5, a.dtype)),
  (a, b) => add(a, constant(ndarray([[1], [-1]], { dtype: b.dtype }))),
  // A loop over the rows of a value, with another captured.
  (a, b) =>
    scan((h, row) => tanh(add(mul(h, row), b.rank < 2 ? b : sum(b, 0))), sum(whole(a), 0), whole(a)).outputs,
  (a, b) =>
    scan(
      (h: Tensor, row: Tensor) => ({
        carry: add(h, outer(row, b, { transposeA: false, transposeB: true })),
        output: [],
      }),
      whole(b),
      whole(a),
    ).last,
];

/** Runs a program on some values; returns all values, the new ones last. Those that grow are held within bounds. */
export function execute(program: readonly Instruction[], start: readonly Tensor[]): Tensor[] {
  const values = [...start];
  const pick = (back: number) => item(values, values.length - 1 - (back % values.length));
  for (const [operation, a, b, c] of program) {
    const compute = item(operations, operation % operations.length);
    values.push(compute(pick(a), pick(b), pick(c)));
  }
  return values;
}

const instruction: fc.Arbitrary<Instruction> = fc.tuple(
  fc.nat(operations.length - 1),
  fc.nat(6),
  fc.nat(6),
  fc.nat(6),
);

export const programs = (most: number): fc.Arbitrary<Instruction[]> =>
  fc.array(instruction, { minLength: 1, maxLength: most });

/** How a carry goes on: by a bounded function of a value, the value added to it, unchanged, or as the value itself. */
const updates = {
  squash: (_, value) => whole(tanh(value)),
  total: (carry, value) => add(carry, value),
  keep: (carry) => carry,
  replace: (_, value) => whole(value),
  decay: (carry, value) => add(mul(carry, 0.5), tanh(value)),
} satisfies Record<string, (carry: Tensor, value: Tensor) => Tensor>;

type Update = keyof typeof updates;

/** A loop with three carries and two sequences over three steps. */
export interface LoopPlan {
  readonly body: readonly Instruction[];
  /** For each carry, how it is updated and by which of the body's values. */
  readonly carries: readonly (readonly [update: Update, value: number])[];
  readonly outputs: readonly number[];
  readonly reverse: boolean;
}

export const loopPlans = (most: number): fc.Arbitrary<LoopPlan> =>
  fc.record({
    body: programs(most),
    carries: fc.array(
      fc.tuple(fc.constantFrom<Update[]>("squash", "total", "total", "keep", "replace", "decay"), fc.nat(8)),
      { minLength: 3, maxLength: 3 },
    ),
    outputs: fc.array(fc.nat(10), { maxLength: 3 }),
    reverse: fc.boolean(),
  });

/** The loop of a plan. x and y [3, 2, 2] are its sequences, w and b [2, 2] are captured, the inits start its carries. */
export function runLoop(
  plan: LoopPlan,
  inits: readonly Tensor[],
  x: Tensor,
  y: Tensor,
  w: Tensor,
  b: Tensor,
): Tensor[] {
  const { last: finals, outputs } = scan(
    (state: readonly Tensor[], { xt, yt }: { xt: Tensor; yt: Tensor }) => {
      const values = execute(plan.body, [w, b, ...state, xt, yt]);
      const pick = (back: number) => item(values, values.length - 1 - (back % values.length));
      const next = state.map((carry, i) => {
        const [update, value] = item(plan.carries, i);
        return updates[update](carry, pick(value));
      });
      return {
        carry: next,
        output: [...plan.outputs.map(pick), ...(plan.outputs.length > 2 ? next.slice(0, 1) : [])],
      };
    },
    inits,
    { xt: x, yt: y },
    { reverse: plan.reverse },
  );
  return [...finals, ...outputs];
}
