// CTC: against the sum over all alignments written out, against Keras, and where rows are short, full or impossible.

import { describe, expect, test } from "vitest";
import { input } from "../../../src/graph/ops/leaf.ts";
import { softmax, softmaxOp } from "../../../src/graph/ops/reduce.ts";
import { scanOp } from "../../../src/graph/ops/scan.ts";
import { ones } from "../../../src/graph/ops/sum.ts";
import { nodesOf } from "../../../src/graph/rewrite.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { vjp } from "../../../src/graph/vjp.ts";
import type { CtcOptions } from "../../../src/nn/losses/ctc.ts";
import { loss, losses } from "../../../src/nn/losses.ts";
import { type NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import {
  checkOp,
  evaluateOne,
  expectClose,
  given,
  graphOf,
  reals,
  run,
  toValue,
} from "../../support/check-op.ts";
import { build } from "../../support/naive.ts";

type Row = readonly number[];

/** The losses, by going through every way to name a class at each step. */
function byAlignments(labels: readonly Row[], logs: (row: number) => readonly Row[], blank: number): NdArray {
  return build([labels.length], (row = 0) => {
    const wanted = (labels[row] ?? []).filter((label) => label >= 0 && label !== blank).join();
    const steps = logs(row);
    let total = 0;
    const walk = (path: Row, score: number): void => {
      const here = steps[path.length];
      if (here !== undefined) {
        for (const [label, log] of here.entries()) walk([...path, label], score + log);
        return;
      }
      const written = path.filter((label, t) => label !== blank && label !== path[t - 1]).join();
      if (written === wanted) total += Math.exp(score);
    };
    walk([], 0);
    return -Math.log(total);
  });
}

const logSoftmax = (x: Row) => x.map((value) => value - Math.log(x.reduce((sum, y) => sum + Math.exp(y), 0)));

/** One row of logits or probabilities [T, C], made logarithms. */
const lines = (x: NdArray, logsOf: (line: Row) => Row) => (row: number) => {
  const [, steps = 0, classes = 0] = x.shape;
  return Array.from({ length: steps }, (_, t) =>
    logsOf(Array.from({ length: classes }, (_, c) => x.at(row, t, c))),
  );
};

const ctc =
  (options: CtcOptions = {}) =>
  (yTrue: Tensor, yPred: Tensor, mask?: Tensor) =>
    loss(losses.ctc(options)).call(yTrue, yPred, { mask });

describe("the sum over all alignments", () => {
  const labels = [
    [1, 2, 0],
    [2, 2, 0],
    [1, 2, 1],
    [0, 0, 0],
  ];

  test.each([
    ["blank 0, filled up with it", labels, {}],
    ["blank 0, filled up with -1", labels.map((row) => row.map((label) => (label === 0 ? -1 : label))), {}],
    [
      "the last class as blank",
      [
        [0, 1, -1],
        [1, 1, -1],
        [0, 2, 0],
        [3, 3, 3],
      ],
      { blankIndex: -1 },
    ],
  ] as const)("%s", (name, rows, options) => {
    const classes = "blankIndex" in options ? 4 : 3;
    checkOp({
      name,
      inputs: [given(rows, "int32"), reals([4, 5, classes])],
      compute: (yTrue, yPred) => ctc(options)(yTrue as Tensor, yPred as Tensor),
      expected: (_, yPred) =>
        byAlignments(rows, lines(yPred as NdArray, logSoftmax), "blankIndex" in options ? 3 : 0),
      noSecondGradient: "it is checked for probabilities",
    });
  });

  test("of probabilities, which are read as log(p + 1e-7)", () => {
    const rows = [[1, 2]];
    const logsOf = (line: Row) => logSoftmax(line.map((p) => Math.log(p + 1e-7)));
    checkOp({
      name: "probabilities",
      inputs: [given(rows, "int32"), reals([1, 4, 3], 0.1, 0.9)],
      compute: (yTrue, yPred) => ctc({ fromLogits: false })(yTrue as Tensor, yPred as Tensor),
      expected: (_, yPred) => byAlignments(rows, lines(yPred as NdArray, logsOf), 0),
    });
  });

  test("with a mask, which may leave any step out, is that of the steps that are kept", () => {
    const rows = [
      [1, 0],
      [2, 1],
      [0, 0],
    ];
    const kept = [
      [1, 1, 1, 0, 0],
      [0, 1, 0, 1, 1],
      [0, 0, 0, 0, 0],
    ];
    checkOp({
      name: "mask",
      inputs: [given(rows, "int32"), reals([3, 5, 3]), given(kept, "bool")],
      compute: (yTrue, yPred, mask) => ctc()(yTrue as Tensor, yPred as Tensor, mask),
      expected: (_, yPred) => {
        const all = lines(yPred as NdArray, logSoftmax);
        return byAlignments(rows, (row) => all(row).filter((_, t) => kept[row]?.[t] === 1), 0);
      },
      noSecondGradient: "it is checked for probabilities",
    });
  });

  /** keras 3.15.1, JAX backend, x64: keras.losses.ctc of these labels and of logits sin(0), sin(1), …, in [2, 6, 4]. */
  test("is that of Keras", () => {
    const yTrue = ndarray(
      [
        [1, 2, 2],
        [3, 1, 0],
      ],
      { dtype: "int32" },
    );
    const yPred = ndarray(
      Float64Array.from({ length: 48 }, (_, i) => Math.sin(i)),
      { shape: [2, 6, 4] },
    );
    const values = evaluateOne((y, x) => ctc()(y as Tensor, x as Tensor), yTrue, yPred);
    expectClose(values, ndarray(Float64Array.of(5.243439674377441, 4.3965535163879395)), "Keras", 1e-6);
  });
});

describe("rows that cannot be aligned", () => {
  const labels = ndarray(
    [
      [1, 1],
      [1, 2],
      [1, 2],
    ],
    { dtype: "int32" },
  );
  const logits = ndarray(
    Float64Array.from({ length: 18 }, (_, i) => Math.cos(i)),
    { shape: [3, 2, 3] },
  );
  const mask = ndarray([
    [true, true],
    [true, true],
    [true, false],
  ]);

  test.each([
    [false, Number.POSITIVE_INFINITY],
    [true, 0],
  ])("with zeroInfinity %s count %d, and have no gradient", (zeroInfinity, wanted) => {
    const graph = graphOf(
      (y, x, m) => {
        const values = ctc({ zeroInfinity })(y as Tensor, x as Tensor, m);
        return [values, ...(vjp([values], [ones(values.shape, values.dtype)], [x as Tensor]) as Tensor[])];
      },
      [labels, logits, mask],
    );
    const [values, gradient] = run(graph, [labels, logits, mask].map(toValue));
    expect([...(values?.data ?? [])]).toEqual([wanted, expect.closeTo(values?.data[1] ?? 0, 12), wanted]);
    expect(Number.isFinite(values?.data[1])).toBe(true);
    const rows = [0, 1, 2].map((row) => [...(gradient?.data.subarray(6 * row, 6 * row + 6) ?? [])]);
    expect(rows[0]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(rows[1]?.every((value) => Number.isFinite(value) && value !== 0)).toBe(true);
    expect(rows[2]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("stay finite with logits that underflow: -log p is about their distance", () => {
    const far = ndarray(
      Float64Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? 200 : -200)),
      { shape: [1, 10, 3] },
    );
    const value = evaluateOne((y, x) => ctc()(y as Tensor, x as Tensor), labels.rows(1, 2), far).item();
    // Two of ten steps name a label, 400 below the blank: C(10, 2) alignments of e^-800, and longer ones that count for nothing.
    expect(value).toBeCloseTo(800 - Math.log(45), 9);
  });
});

describe("the graph", () => {
  test("is one loop, whatever the labels", () => {
    const labels = input("labels", { dtype: "int32", shape: [4, 7] });
    const logits = input("logits", { dtype: "float32", shape: [4, 20, 9] });
    const nodes = nodesOf([ctc()(labels, logits)]);
    expect(nodes.filter(({ op }) => op.name === scanOp.name)).toHaveLength(1);
  });

  test("goes past a softmax that made the probabilities", () => {
    const labels = input("labels", { dtype: "int32", shape: [4, 7] });
    const logits = input("logits", { dtype: "float32", shape: [4, 20, 9] });
    const nodes = nodesOf([ctc({ fromLogits: false })(labels, softmax(logits))]);
    expect(nodes.some(({ op }) => op.name === softmaxOp.name)).toBe(false);
  });

  test.each([
    [[4, 7], [4, 9], undefined, "loss ctc: wants predictions [B, T, C], got float32[4, 9]"],
    [
      [3, 7],
      [4, 20, 9],
      undefined,
      "loss ctc: wants labels [4, S] for predictions float32[4, 20, 9], got int32[3, 7]",
    ],
    [
      [4],
      [4, 20, 9],
      undefined,
      "loss ctc: wants labels [4, S] for predictions float32[4, 20, 9], got int32[4]",
    ],
    [
      [4, 7],
      [4, 20, 9],
      [4, 19],
      "loss ctc: wants a mask [4, 20] for predictions float32[4, 20, 9], got bool[4, 19]",
    ],
  ] as const)("refuses labels %j, predictions %j and mask %j", (labels, predictions, mask, message) => {
    const call = () =>
      ctc()(
        input("labels", { dtype: "int32", shape: labels }),
        input("logits", { dtype: "float32", shape: predictions }),
        mask && input("mask", { dtype: "bool", shape: mask }),
      );
    expect(call).toThrow(expect.objectContaining({ code: "loss-shape", message }));
  });

  test.each([4, -5])("refuses blank %d of 4 classes", (blankIndex) => {
    const call = () =>
      ctc({ blankIndex })(
        input("labels", { dtype: "int32", shape: [2, 3] }),
        input("logits", { dtype: "float32", shape: [2, 5, 4] }),
      );
    expect(call).toThrow(`loss ctc: blankIndex ${blankIndex} is none of the 4 classes that are predicted`);
  });
});

describe("checks of targets", () => {
  const { checkTargets, targetShape, labelRange } = loss("ctc");
  const labels = (rows: readonly Row[]) => ndarray(rows, { dtype: "int32" });

  test("any number of labels, each a class or -1", () => {
    expect(targetShape([20, 9])).toEqual([-1]);
    expect(labelRange([20, 9])).toEqual({ count: 9, except: -1 });
  });

  test("rows that fit pass", () => {
    checkTargets(
      "y",
      labels([
        [1, 2, 0, 0],
        [1, 1, 0, 0],
        [0, 0, 0, 0],
        [3, 2, 1, -1],
      ]),
      [3, 4],
    );
  });

  test.each([
    [
      [
        [1, 2, 0],
        [1, 0, 2],
      ],
      "label-order",
      "y: row 1 has label 2 at place 2, behind a place without one; labels stand at the row's start",
    ],
    [
      [[-1, 2, 0]],
      "label-order",
      "y: row 0 has label 2 at place 1, behind a place without one; labels stand at the row's start",
    ],
    [
      [
        [1, 2, 0],
        [1, 1, 2],
      ],
      "label-count",
      "y: the labels of row 1 take 4 steps (one each, and one between equal ones), the predictions have 3",
    ],
  ] as const)("%j", (rows, code, message) => {
    expect(() => checkTargets("y", labels(rows), [3, 4])).toThrow(expect.objectContaining({ code, message }));
  });
});
