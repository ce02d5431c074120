// Property tests over random shapes: broadcasting, reductions, slices, products and moves against plain loops, with their gradients.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add, div, mul, select } from "../../src/graph/ops/arithmetic.ts";
import { einsum } from "../../src/graph/ops/einsum.ts";
import { square } from "../../src/graph/ops/functions.ts";
import { gather, scatterAdd } from "../../src/graph/ops/gather.ts";
import { concat, inverseOrder, pad, reverse, slice, split, transpose } from "../../src/graph/ops/layout.ts";
import { matmul } from "../../src/graph/ops/matmul.ts";
import { logSumExp, max, mean, min } from "../../src/graph/ops/reduce.ts";
import { broadcastTo, reshape, sum } from "../../src/graph/ops/sum.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import type { NdArray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";
import { type Shape, sizeOf } from "../../src/tensor/shape.ts";
import {
  booleans,
  checkGradient,
  evaluateOne,
  expectClose,
  graphOf,
  integers,
  type OpCase,
  reals,
  run,
  type Source,
  spaced,
  toValue,
} from "../support/check-op.ts";
import {
  broadcastAt,
  broadcastShape,
  build,
  einsumByLoops,
  elementwise,
  permuted,
  product,
  reduced,
  total,
  turned,
} from "../support/naive.ts";

const settings = { seed: 20_240_917, numRuns: 100 } as const;

/** Checks value and gradient of a function on random inputs. */
function check(
  sources: readonly Source[],
  compute: OpCase["compute"],
  expected: (...x: NdArray[]) => NdArray,
): void {
  const random = new Random("properties");
  const arrays = sources.map((source) => source(random));
  const point = arrays.map(toValue);
  const graph = graphOf(compute, arrays);
  const [value] = run(graph, point);
  if (value === undefined) throw new RangeError("one output");
  expectClose(value, expected(...arrays), "value");
  checkGradient(graph, point, "gradient");
}

/** Shapes of small extents; with `from` 0, now and then an empty one. */
const shapes = ({ least = 0, most = 4, from = 1 } = {}) =>
  fc.array(
    fc.oneof(
      { arbitrary: fc.integer({ min: 1, max: 3 }), weight: 19 },
      { arbitrary: fc.constant(from), weight: 1 },
    ),
    { minLength: least, maxLength: most },
  );

/** A shape that broadcasts to another: some of its axes are 1, some in front are missing. */
const narrowed = (shape: Shape): fc.Arbitrary<number[]> =>
  fc
    .tuple(fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }), fc.nat(shape.length))
    .map(([ones, dropped]) => shape.map((extent, axis) => (ones[axis] ? 1 : extent)).slice(dropped));

describe("broadcasting", () => {
  const three = shapes({ from: 0 }).chain((shape) =>
    fc.tuple(narrowed(shape), narrowed(shape), narrowed(shape)),
  );

  test("of two operands", () => {
    fc.assert(
      fc.property(three, ([a, b]) => {
        check(
          [reals(a), reals(b, 0.5, 2)],
          (x, y) => add(mul(x, x), div(x, y)),
          elementwise((x, y) => x * x + x / y),
        );
      }),
      settings,
    );
  });

  test("of three operands", () => {
    fc.assert(
      fc.property(three, ([a, b, c]) => {
        check(
          [booleans(a), reals(b), reals(c)],
          (condition, x, y) => select(condition, square(x), y),
          elementwise((condition, x, y) => (condition === 1 ? x ** 2 : y)),
        );
      }),
      settings,
    );
  });

  test("to a shape", () => {
    fc.assert(
      fc.property(
        shapes({ from: 0 }).chain((shape) => fc.tuple(fc.constant(shape), narrowed(shape))),
        ([shape, from]) => {
          check(
            [reals(from)],
            (x) => broadcastTo(x, shape),
            (x) => build(shape, (...index) => broadcastAt(x, index)),
          );
        },
      ),
      settings,
    );
  });
});

describe("reductions", () => {
  const sums = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const reductions = [
    ["sum", sum, sums],
    ["mean", mean, (values: readonly number[]) => sums(values) / values.length],
    ["max", max, (values: readonly number[]) => Math.max(...values)],
    ["min", min, (values: readonly number[]) => Math.min(...values)],
    ["logSumExp", logSumExp, (values: readonly number[]) => Math.log(sums(values.map(Math.exp)))],
  ] as const;
  const axes = shapes({ least: 1 }).chain((shape) =>
    fc.tuple(fc.constant(shape), fc.subarray(shape.map((_, axis) => axis)), fc.boolean(), fc.boolean()),
  );

  test.each(reductions)("%s", (_, compute, formula) => {
    fc.assert(
      fc.property(axes, ([shape, chosen, keepDims, fromEnd]) => {
        const named = fromEnd ? chosen.map((axis) => axis - shape.length).reverse() : chosen;
        check(
          [spaced(shape)],
          (x) => compute(x, named, { keepDims }),
          (x) => reduced(x, chosen, formula, { keepDims }),
        );
      }),
      { ...settings, numRuns: 60 },
    );
  });
});

/** A shape of at least one axis, and one of its axes. */
const withAxis = (from = 1) =>
  shapes({ least: 1, most: 3, from })
    .chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        axis: fc.nat(shape.length - 1),
        length: fc.integer({ min: from, max: 7 }),
      }),
    )
    .map(({ shape, axis, length }) => ({ shape: shape.with(axis, length), axis, length }));

/** Elements of one axis at the given places. */
const picked = (x: NdArray, axis: number, places: readonly number[]) =>
  build(x.shape.with(axis, places.length), (...index) =>
    x.at(...index.with(axis, places[index[axis] ?? 0] ?? 0)),
  );

describe("slices", () => {
  const position = fc.option(fc.integer({ min: -9, max: 9 }), { nil: undefined });

  test("agree with Array.slice, every step-th taken", () => {
    fc.assert(
      fc.property(
        withAxis(0),
        fc.integer({ min: -9, max: 9 }),
        position,
        fc.integer({ min: 1, max: 4 }),
        ({ shape, axis, length }, start, end, step) => {
          const places = Array.from({ length }, (_, i) => i)
            .slice(start, end)
            .filter((_, i) => i % step === 0);
          check(
            [reals(shape)],
            (x) => slice(x, axis, start, end, step),
            (x) => picked(x, axis, places),
          );
        },
      ),
      { ...settings, numRuns: 200 },
    );
  });

  test("of slices, turned round in between", () => {
    fc.assert(
      fc.property(
        withAxis(),
        fc.nat(3),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        ({ shape, axis, length }, start, step, second) => {
          const places = Array.from({ length }, (_, i) => i)
            .slice(start)
            .filter((_, i) => i % step === 0)
            .reverse()
            .filter((_, i) => i % second === 0);
          check(
            [reals(shape)],
            (x) => slice(reverse(slice(x, axis, start, undefined, step), axis), axis, 0, undefined, second),
            (x) => picked(x, axis, places),
          );
        },
      ),
      settings,
    );
  });

  test("undo padding", () => {
    fc.assert(
      fc.property(withAxis(0), fc.nat(2), fc.nat(2), ({ shape, axis, length }, before, after) => {
        check(
          [reals(shape)],
          (x) => slice(pad(x, axis, before, after, 9), axis, before, before + length),
          (x) => x,
        );
      }),
      settings,
    );
  });
});

describe("products", () => {
  const size = fc.constantFrom(1, 1, 2, 2, 3, 3, 4, 0);
  const batches = shapes({ most: 2 }).chain((shape) => fc.tuple(narrowed(shape), narrowed(shape)));

  test("of matrices and stacks, with every transpose flag", () => {
    fc.assert(
      fc.property(
        batches,
        size,
        size,
        size,
        fc.boolean(),
        fc.boolean(),
        ([left, right], m, k, n, transposeA, transposeB) => {
          check(
            [
              reals([...left, ...(transposeA ? [k, m] : [m, k])]),
              reals([...right, ...(transposeB ? [n, k] : [k, n])]),
            ],
            (a, b) => matmul(a, b, { transposeA, transposeB }),
            (a, b) => product(transposeA ? turned(a) : a, transposeB ? turned(b) : b),
          );
        },
      ),
      { ...settings, numRuns: 200 },
    );
  });

  test("by Einstein summation", () => {
    const letters = fc
      .subarray([..."abcde"], { maxLength: 3 })
      .chain((chosen) => fc.shuffledSubarray(chosen, { minLength: chosen.length }));
    const equations = fc
      .tuple(letters, letters)
      .chain(([a, b]) =>
        fc.tuple(fc.constant(a), fc.constant(b), fc.shuffledSubarray([...new Set([...a, ...b])])),
      );
    fc.assert(
      fc.property(
        equations,
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 5, maxLength: 5 }),
        ([a, b, result], sizes) => {
          const shape = (term: readonly string[]) =>
            term.map((letter) => sizes["abcde".indexOf(letter)] ?? 1);
          const equation = `${a.join("")},${b.join("")}->${result.join("")}`;
          check(
            [reals(shape(a)), reals(shape(b))],
            (x, y) => einsum(equation, x, y),
            (x, y) => einsumByLoops(equation, x, y),
          );
        },
      ),
      settings,
    );
  });
});

describe("moves", () => {
  const orders = shapes({ from: 0 }).chain((shape) => {
    const axes = shape.map((_, axis) => axis);
    return fc.tuple(fc.constant(shape), fc.shuffledSubarray(axes, { minLength: axes.length }));
  });

  test("transpose, and back by the inverse order", () => {
    fc.assert(
      fc.property(orders, ([shape, order]) => {
        check(
          [reals(shape)],
          (x) => transpose(x, order),
          (x) => permuted(x, order),
        );
        check(
          [reals(shape)],
          (x) => transpose(transpose(x, order), inverseOrder(order)),
          (x) => x,
        );
      }),
      settings,
    );
  });

  test("reshape keeps the order of the elements, also around a transpose", () => {
    fc.assert(
      fc.property(orders, ([shape, order]) => {
        const size = sizeOf(shape);
        check(
          [reals(shape)],
          (x) => reshape(x, [size]),
          (x) => x.reshape([size]),
        );
        check(
          [reals(shape)],
          (x) => reshape(transpose(x, order), size === 0 ? [0] : [1, -1, 1]),
          (x) => permuted(x, order).reshape(size === 0 ? [0] : [1, size, 1]),
        );
      }),
      settings,
    );
  });

  const cuts = withAxis().chain(({ shape, axis }) =>
    fc.record({
      shape: fc.constant(shape),
      axis: fc.constantFrom(axis, axis - shape.length),
      sizes: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
    }),
  );

  test("concat undoes split", () => {
    fc.assert(
      fc.property(cuts, ({ shape, axis, sizes }) => {
        const whole = shape.with(
          axis,
          sizes.reduce((a, b) => a + b, 0),
        );
        check(
          [reals(whole)],
          (x) => concat(split(x, sizes, axis), axis),
          (x) => x,
        );
      }),
      settings,
    );
  });

  test("split undoes concat", () => {
    fc.assert(
      fc.property(cuts, ({ shape, axis, sizes }) => {
        const sources = sizes.map((size) => reals(shape.with(axis, size)));
        const random = new Random("properties");
        const arrays = sources.map((source) => source(random));
        const graph = graphOf((...x: Tensor[]) => split(concat(x, axis), sizes, axis), arrays);
        for (const [i, piece] of run(graph, arrays.map(toValue)).entries()) {
          expectClose(piece, arrays[i] as NdArray, `piece ${i}`);
        }
        checkGradient(graph, arrays.map(toValue), "gradient");
      }),
      settings,
    );
  });
});

describe("gather and scatterAdd", () => {
  const lookups = fc.record({
    rows: fc.integer({ min: 1, max: 4 }),
    rest: shapes({ most: 2 }),
    ids: shapes({ most: 2, from: 0 }),
  });

  test("are each other's adjoint: ⟨gather(x, ids), y⟩ = ⟨x, scatterAdd(ids, y)⟩", () => {
    fc.assert(
      fc.property(lookups, ({ rows, rest, ids }) => {
        const random = new Random("adjoint");
        const places = integers(ids, -rows, rows)(random);
        const [x, y] = [reals([rows, ...rest])(random), reals([...ids, ...rest])(random)];
        const left = evaluateOne((table, i, g) => sum(mul(gather(table, i), g)), x, places, y).item();
        const right = evaluateOne(
          (table, i, g) => sum(mul(table, scatterAdd(rows, i, g))),
          x,
          places,
          y,
        ).item();
        expect(left).toBeCloseTo(right, 10);
        expect(left).toBeCloseTo(
          total(ids, (...i) => {
            const id = places.at(...i);
            const row = id < 0 ? id + rows : id;
            return total(rest, (...j) => x.at(row, ...j) * y.at(...i, ...j));
          }),
          10,
        );
      }),
      settings,
    );
  });

  test("on any axis", () => {
    fc.assert(
      fc.property(withAxis(), shapes({ most: 2 }), ({ shape, axis, length }, ids) => {
        const places = integers(ids, 0, length)(new Random("places"));
        check(
          [reals(shape), () => places],
          (x, i) => gather(x, i, axis),
          (x) =>
            build([...shape.slice(0, axis), ...ids, ...shape.slice(axis + 1)], (...index) => {
              const id = places.at(...index.slice(axis, axis + ids.length));
              return x.at(...index.slice(0, axis), id, ...index.slice(axis + ids.length));
            }),
        );
      }),
      settings,
    );
  });
});

test("the naive broadcast shape is NumPy's", () => {
  expect(broadcastShape([3, 1], [2, 1, 4])).toEqual([2, 3, 4]);
  expect(broadcastShape([], [0, 1], [1, 3])).toEqual([0, 3]);
});
