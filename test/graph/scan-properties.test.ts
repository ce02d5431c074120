// Property tests of scan: random bodies, some with loops within, against the same bodies unrolled.

import fc from "fast-check";
import { test } from "vitest";
import { item } from "../../src/graph/op.ts";
import { add, greater, mul, select, sub } from "../../src/graph/ops/arithmetic.ts";
import { sigmoid, tanh } from "../../src/graph/ops/functions.ts";
import { concat, reverse, slice, split, take, transpose } from "../../src/graph/ops/layout.ts";
import { matmul } from "../../src/graph/ops/matmul.ts";
import { softmax } from "../../src/graph/ops/reduce.ts";
import { scan } from "../../src/graph/ops/scan.ts";
import { broadcastTo, sum } from "../../src/graph/ops/sum.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { NdArray } from "../../src/tensor/nd-array.ts";
import { drawInputs, expectClose, gradientGraph, graphOf, reals, run, toValue } from "../support/check-op.ts";
import { type Loop, unroll } from "../support/unroll.ts";

/** Every value within a body is [2, 2]. */
const side = 2;

/** One more value from two, or from three for those that take them. */
const instructions = {
  add: (a: Tensor, b: Tensor) => add(a, b),
  difference: (a: Tensor, b: Tensor) => sub(a, mul(b, 0.5)),
  product: (a: Tensor, b: Tensor) => tanh(mul(a, b)),
  matrixProduct: (a: Tensor, b: Tensor) => tanh(matmul(a, b)),
  transposedProduct: (a: Tensor, b: Tensor) => tanh(matmul(a, b, { transposeA: true, transposeB: true })),
  gate: (a: Tensor, b: Tensor) => mul(sigmoid(a), b),
  attention: (a: Tensor, b: Tensor) => matmul(softmax(a), b),
  turn: (a: Tensor, b: Tensor) => add(transpose(a), reverse(b, 1)),
  swapHalves: (a: Tensor, b: Tensor) =>
    slice(concat(split(concat([a, b], 1), 2, 1).toReversed(), 1), 1, 1, 3),
  spread: (a: Tensor, b: Tensor) => mul(broadcastTo(sum(a, 0, { keepDims: true }), [side, side]), b),
  mask: (a: Tensor, b: Tensor) => select(greater(a, 0), a, b),
} as const;

interface Instruction {
  readonly kind: keyof typeof instructions | "loop" | "loopBack";
  readonly operands: readonly [number, number, number];
}

interface Program {
  readonly carries: number;
  readonly sequences: number;
  readonly captures: number;
  readonly steps: number;
  readonly reverse: boolean;
  readonly instructions: readonly Instruction[];
  /** Which values become the next carries and the outputs. */
  readonly chosen: readonly number[];
}

const programs: fc.Arbitrary<Program> = fc.record({
  carries: fc.integer({ min: 1, max: 3 }),
  sequences: fc.integer({ min: 1, max: 2 }),
  captures: fc.integer({ min: 0, max: 3 }),
  steps: fc.integer({ min: 1, max: 4 }),
  reverse: fc.boolean(),
  instructions: fc.array(
    fc.record({
      kind: fc.constantFrom(
        ...(Object.keys(instructions) as (keyof typeof instructions)[]),
        "loop",
        "loopBack",
      ),
      operands: fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  chosen: fc.array(fc.nat(99), { minLength: 5, maxLength: 5 }),
});

function execute(loop: Loop, program: Program, inputs: readonly Tensor[]): readonly Tensor[] {
  const { carries, sequences } = program;
  const outside = inputs.slice(carries + sequences);
  const body = (state: readonly Tensor[], steps: readonly Tensor[]) => {
    const values = [...state, ...steps, ...outside];
    for (const { kind, operands } of program.instructions) {
      const [a, b, c] = operands.map((place) =>
        item(values, values.length - 1 - (place % values.length)),
      ) as [Tensor, Tensor, Tensor];
      if (kind === "loop" || kind === "loopBack") {
        const inner = (h: Tensor, row: Tensor) => tanh(add(mul(h, row), matmul(row, b)));
        values.push(loop(inner, take(c, 0), a, { reverse: kind === "loopBack" }).outputs);
      } else {
        values.push(instructions[kind](a, b));
      }
    }
    const pick = (i: number) => item(values, values.length - 1 - ((program.chosen[i] ?? 0) % values.length));
    return { carry: state.map((_, i) => tanh(pick(i))), output: [pick(3), pick(4)] };
  };
  const { last, outputs } = loop(body, inputs.slice(0, carries), inputs.slice(carries, carries + sequences), {
    reverse: program.reverse,
  });
  return [...last, ...outputs];
}

test("random bodies: values, gradients and second gradients", () => {
  fc.assert(
    fc.property(programs, (program) => {
      const shapes = [
        ...Array.from({ length: program.carries }, () => [side, side]),
        ...Array.from({ length: program.sequences }, () => [program.steps, side, side]),
        ...Array.from({ length: program.captures }, () => [side, side]),
      ];
      const arrays = drawInputs({ name: "programs", inputs: shapes.map((shape) => reals(shape, -1, 1)) });
      const point = arrays.map(toValue);
      const all = (loop: Loop) => {
        const forward = graphOf((...x) => execute(loop, program, x), arrays);
        const first = gradientGraph(forward);
        return {
          inputs: forward.inputs,
          outputs: [...forward.outputs, ...first.outputs, ...gradientGraph(first).outputs],
        };
      };
      const wanted = run(all(unroll), point).map(({ shape, data }) => new NdArray(data, shape));
      for (const [i, value] of run(all(scan), point).entries()) {
        expectClose(value, item(wanted, i), `output ${i}`, 1e-8);
      }
    }),
    { seed: 20_240_917, numRuns: 100 },
  );
});
