// Losses: values against Keras' formulas in plain loops, gradients against finite differences, reduction, and logits behind probabilities.

import { describe, expect, test } from "vitest";
import { sigmoid, sigmoidOp } from "../../src/graph/ops/functions.ts";
import { input } from "../../src/graph/ops/leaf.ts";
import { softmax, softmaxOp } from "../../src/graph/ops/reduce.ts";
import { reshape } from "../../src/graph/ops/sum.ts";
import { nodesOf } from "../../src/graph/rewrite.ts";
import { formatType, type Tensor } from "../../src/graph/tensor.ts";
import { type Loss, loss, losses, reduceLoss } from "../../src/nn/losses.ts";
import { RecurraError } from "../../src/platform/error.ts";
import type { DType } from "../../src/tensor/dtype.ts";
import { type NdArray, ndarray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import {
  checkOp,
  evaluateOne,
  expectClose,
  integers,
  reals,
  type Source,
  spaced,
} from "../support/check-op.ts";
import { build, permuted } from "../support/naive.ts";

type Row = readonly number[];
const mean = (values: Row) => values.reduce((sum, x) => sum + x, 0) / values.length;
const sum = (values: Row) => values.reduce((total, x) => total + x, 0);
const clip = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);

/** A function of the last axes of targets and predictions. */
function rows(formula: (yTrue: Row, yPred: Row) => number) {
  return (yTrue: NdArray, yPred: NdArray): NdArray => {
    const width = yPred.shape.at(-1) ?? 1;
    const line = (array: NdArray, index: Row) =>
      Array.from({ length: width }, (_, i) => array.at(...index, i));
    return build(yPred.shape.slice(0, -1), (...index) => formula(line(yTrue, index), line(yPred, index)));
  };
}

const each = (formula: (y: number, p: number) => number) => (yTrue: Row, yPred: Row) =>
  mean(yTrue.map((y, i) => formula(y, yPred[i] ?? Number.NaN)));
const pairs = (yTrue: Row, yPred: Row) => yTrue.map((y, i) => [y, yPred[i] ?? Number.NaN] as const);
const unit = (values: Row) => values.map((x) => x / Math.sqrt(sum(values.map((y) => y * y))));
const logSoftmax = (x: Row) => x.map((value) => value - Math.log(sum(x.map(Math.exp))));
const logShare = (p: Row) => p.map((value) => Math.log(clip(value / sum(p), 1e-7, 1 - 1e-7)));
const smooth = (y: number, share: number, towards: number) => y * (1 - share) + share * towards;
const binary = (y: number, p: number) => -(y * Math.log(p) + (1 - y) * Math.log(1 - p));
const logistic = (x: number) => 1 / (1 + Math.exp(-x));

const anything = (shape: Shape) => [spaced(shape, 0.3), spaced(shape, 0.7)] as const;
const positive = (shape: Shape) => [reals(shape, 0.2, 2), reals(shape, 0.2, 2)] as const;
const shares = (shape: Shape) => [reals(shape, 0.2, 0.9), reals(shape, 0.3, 0.8)] as const;
const logits = (shape: Shape) => [reals(shape, 0, 1), reals(shape)] as const;

const sides = (shape: Shape) => [eitherSide(shape), spaced(shape, 0.7)] as const;
/** Whole numbers have no gradient: that of a hinge jumps where a target is 0. */
const bits = (shape: Shape) => [integers(shape, 0, 2, "int32"), spaced(shape, 0.7)] as const;
const chosen = (shape: Shape) => [oneHots(shape), spaced(shape, 0.7)] as const;

/** -1 and 1 at random places. */
const eitherSide =
  (shape: Shape): Source =>
  (random) =>
    ndarray(
      random
        .bernoulli(shape, 0.5)
        .toFloat64()
        .map((draw) => 2 * draw - 1),
      { shape },
    );

/** 1 at a random place of each last axis, else 0. */
const oneHots =
  (shape: Shape): Source =>
  (random) => {
    const depth = shape.at(-1) ?? 1;
    const places = random.integers(shape.slice(0, -1), 0, depth).toFloat64();
    return build(shape, (...index) => {
      const line = index
        .slice(0, -1)
        .reduce((flat, position, axis) => flat * (shape[axis] ?? 1) + position, 0);
      return Number(places[line] === index.at(-1));
    });
  };

type Inputs = (shape: Shape) => readonly [Source, Source];
const cases: readonly (readonly [Loss, Inputs, (yTrue: Row, yPred: Row) => number])[] = [
  ["meanSquaredError", anything, each((y, p) => (y - p) ** 2)],
  ["mse", anything, each((y, p) => (y - p) ** 2)],
  ["meanAbsoluteError", anything, each((y, p) => Math.abs(y - p))],
  ["mae", anything, each((y, p) => Math.abs(y - p))],
  ["mape", positive, each((y, p) => (100 * Math.abs(y - p)) / Math.max(Math.abs(y), 1e-7))],
  ["msle", positive, each((y, p) => (Math.log(p + 1) - Math.log(y + 1)) ** 2)],
  ["huber", anything, each((y, p) => (Math.abs(y - p) <= 1 ? (y - p) ** 2 / 2 : Math.abs(y - p) - 1 / 2))],
  [
    losses.huber({ delta: 0.5 }),
    anything,
    each((y, p) => (Math.abs(y - p) <= 0.5 ? (y - p) ** 2 / 2 : 0.5 * Math.abs(y - p) - 0.125)),
  ],
  ["logCosh", anything, each((y, p) => Math.log(Math.cosh(p - y)))],
  ["poisson", positive, each((y, p) => p - y * Math.log(p + 1e-7))],
  ["klDivergence", shares, (y, p) => sum(pairs(y, p).map(([a, b]) => a * Math.log(a / b)))],
  ["cosineSimilarity", anything, (y, p) => -sum(pairs(unit(y), unit(p)).map(([a, b]) => a * b))],
  ["hinge", sides, each((y, p) => Math.max(1 - y * p, 0))],
  ["hinge", bits, each((y, p) => Math.max(1 - (2 * y - 1) * p, 0))],
  ["squaredHinge", sides, each((y, p) => Math.max(1 - y * p, 0) ** 2)],
  ["squaredHinge", bits, each((y, p) => Math.max(1 - (2 * y - 1) * p, 0) ** 2)],
  [
    "categoricalHinge",
    chosen,
    (y, p) => {
      const wrong = Math.max(...p.map((value, i) => (1 - (y[i] ?? 0)) * value));
      return Math.max(1 + wrong - sum(p.map((value, i) => (y[i] ?? 0) * value)), 0);
    },
  ],
  ["binaryCrossentropy", shares, each(binary)],
  [
    losses.binaryCrossentropy({ labelSmoothing: 0.2 }),
    shares,
    each((y, p) => binary(smooth(y, 0.2, 0.5), p)),
  ],
  [losses.binaryCrossentropy({ fromLogits: true }), logits, each((y, x) => binary(y, logistic(x)))],
  ["categoricalCrossentropy", shares, (y, p) => -sum(pairs(y, logShare(p)).map(([a, b]) => a * b))],
  [
    losses.categoricalCrossentropy({ labelSmoothing: 0.3 }),
    shares,
    (y, p) => -sum(pairs(y, logShare(p)).map(([a, b]) => smooth(a, 0.3, 1 / y.length) * b)),
  ],
  [
    losses.categoricalCrossentropy({ fromLogits: true }),
    logits,
    (y, x) => -sum(pairs(y, logSoftmax(x)).map(([a, b]) => a * b)),
  ],
];

describe("values and gradients", () => {
  const shapes: readonly Shape[] = [
    [4, 3],
    [2, 3, 4],
  ];
  const all = cases.flatMap(([choice, inputs, formula]) =>
    shapes.map(
      (shape) =>
        [
          typeof choice === "string" ? choice : JSON.stringify(choice),
          shape,
          choice,
          inputs,
          formula,
        ] as const,
    ),
  );
  test.each(all)("%s of %j", (name, shape, choice, inputs, formula) => {
    checkOp({
      name,
      inputs: inputs(shape),
      compute: (yTrue, yPred) => loss(choice).call(yTrue as Tensor, yPred as Tensor),
      expected: rows(formula) as (...x: NdArray[]) => NdArray,
      noSecondGradient: "losses with kinks have none",
    });
  });

  /** Of labels below 4, with and without a last axis. */
  test.each([
    ["probabilities", {}, 0.1, 0.9, logShare],
    ["logits", { fromLogits: true }, -2, 2, logSoftmax],
  ] as const)("sparseCategoricalCrossentropy from %s", (name, options, low, high, logs) => {
    for (const labelShape of [
      [2, 3],
      [2, 3, 1],
    ]) {
      checkOp({
        name,
        inputs: [integers(labelShape, 0, 4, "int32"), reals([2, 3, 4], low, high)],
        compute: (labels, yPred) =>
          loss(losses.sparseCategoricalCrossentropy(options)).call(labels as Tensor, yPred as Tensor),
        expected: (labels, yPred) =>
          build([2, 3], (...index) => {
            const line = Array.from({ length: 4 }, (_, i) => yPred?.at(...index, i) ?? Number.NaN);
            const label = labels?.reshape([2, 3]).at(...index) ?? Number.NaN;
            return -(logs(line)[label] ?? Number.NaN);
          }),
      });
    }
  });

  test("sparseCategoricalCrossentropy leaves a class out", () => {
    const { call, mask } = loss(losses.sparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: -1 }));
    const labels = ndarray(
      [
        [0, -1],
        [-1, 1],
      ],
      { dtype: "int32" },
    );
    const x = ndarray(Float64Array.of(1, 2, 5, 6, 7, 8, 4, 3), { shape: [2, 2, 2] });
    const wanted = [Math.log(1 + Math.E), 0, 0, Math.log(1 + Math.E)];
    const unreduced = evaluateOne((yTrue, yPred) => call(yTrue as Tensor, yPred as Tensor), labels, x);
    for (const [i, value] of unreduced.toFloat64().entries()) expect(value).toBeCloseTo(wanted[i] ?? 0, 12);
    const reduced = evaluateOne(
      (yTrue, yPred) =>
        reduceLoss(call(yTrue as Tensor, yPred as Tensor), {
          mask: mask?.(yTrue as Tensor, yPred as Tensor),
        }),
      labels,
      x,
    );
    expect(reduced.item()).toBeCloseTo(Math.log(1 + Math.E), 6);
  });

  test("quantile: the pinball loss of each level, with targets of one axis less or a last axis of length 1", () => {
    const levels = [0.1, 0.5, 0.9];
    for (const shape of [[5], [5, 1]]) {
      checkOp({
        name: "quantile",
        inputs: [spaced(shape, 0.2), spaced([5, 3], 0.7)],
        compute: (yTrue, yPred) => loss(losses.quantile({ levels })).call(yTrue as Tensor, yPred as Tensor),
        expected: (yTrue, yPred) =>
          build([5], (i) => {
            const errors = levels.map(
              (_, q) => (yTrue?.toFloat64()[i] ?? Number.NaN) - (yPred?.at(i, q) ?? Number.NaN),
            );
            return mean(
              levels.map((tau, q) => Math.max(tau * (errors[q] ?? 0), (tau - 1) * (errors[q] ?? 0))),
            );
          }),
        noSecondGradient: "it is piecewise linear",
      });
    }
  });

  test.each([
    "binaryCrossentropy",
    "categoricalCrossentropy",
    "sparseCategoricalCrossentropy",
    "cosineSimilarity",
  ] as const)("%s over another axis is that over the last of the tensor turned", (name) => {
    const turned = (x: NdArray) => permuted(x, [0, 2, 1]);
    const random = new Random(name);
    const yPred = random.uniform([2, 4, 3], 0.1, 0.9, "float64");
    const isSparse = name === "sparseCategoricalCrossentropy";
    const yTrue = isSparse
      ? random.integers([2, 3], 0, 4).astype("int32")
      : random.uniform([2, 4, 3], 0.1, 0.9, "float64");
    for (const axis of [1, -2]) {
      const over = (config: Loss, y: NdArray, p: NdArray) =>
        evaluateOne((a, b) => loss(config).call(a as Tensor, b as Tensor), y, p);
      const options = name === "cosineSimilarity" ? {} : { labelSmoothing: 0.2 };
      const got = over(losses[name]({ axis, ...options }), yTrue, yPred);
      const wanted = over(losses[name](options), isSparse ? yTrue : turned(yTrue), turned(yPred));
      expectClose(got, wanted, name);
    }
  });

  test("label smoothing of labels is that of one-hot targets", () => {
    const labels = ndarray([2, 0, 1], { dtype: "int32" });
    const oneHot = build([3, 3], (i, j) => Number(labels.at(i ?? 0) === j));
    const logits = new Random(1).normal([3, 3], 0, 1, "float64");
    const options = { fromLogits: true, labelSmoothing: 0.3 };
    const sparse = evaluateOne(
      (y, p) => loss(losses.sparseCategoricalCrossentropy(options)).call(y as Tensor, p as Tensor),
      labels,
      logits,
    );
    const dense = evaluateOne(
      (y, p) => loss(losses.categoricalCrossentropy(options)).call(y as Tensor, p as Tensor),
      oneHot,
      logits,
    );
    expectClose(sparse, dense, "smoothed");
  });

  test("a user's function gets targets of the predictions' rank and dtype, and the mask", () => {
    const seen: string[] = [];
    const own = (yTrue: Tensor, yPred: Tensor, context?: { readonly mask?: Tensor | undefined }) => {
      seen.push(formatType(yTrue), formatType(yPred), String(context?.mask && formatType(context.mask)));
      return yPred;
    };
    const of = (dtype: DType, ...shape: number[]) => input("x", { dtype, shape });
    loss(own).call(of("int32", 5), of("float32", 5, 1));
    loss(own).call(of("float32", 5, 2), of("float32", 5, 2, 1), { mask: of("bool", 5, 2) });
    expect(seen).toEqual([
      "float32[5, 1]",
      "float32[5, 1]",
      "undefined",
      "float32[5, 2]",
      "float32[5, 2]",
      "bool[5, 2]",
    ]);
  });

  test("probabilities of exactly 0 and 1 give the clipped loss, and no gradient", () => {
    const y = ndarray([[1], [0], [1], [0]], { dtype: "float64" });
    const p = ndarray([[0], [1], [1], [0]], { dtype: "float64" });
    const values = evaluateOne(
      (a, b) => loss("binaryCrossentropy").call(a as Tensor, b as Tensor),
      y,
      p,
    ).toFloat64();
    const [worst, best] = [-Math.log(1e-7), -Math.log(1 - 1e-7)];
    for (const [i, wanted] of [worst, worst, best, best].entries()) expect(values[i]).toBeCloseTo(wanted, 9);
  });

  test.each(["mse", "binaryCrossentropy", "categoricalCrossentropy", "logCosh", "cosineSimilarity"] as const)(
    "%s stays finite for large and for vanishing numbers",
    (name) => {
      const y = ndarray(
        [
          [0, 0, 1],
          [0, 0, 0],
        ],
        { dtype: "float64" },
      );
      const p = ndarray(
        [
          [0, 1e-30, 1e5],
          [0, 0, 1e-30],
        ],
        { dtype: "float64" },
      );
      const values = evaluateOne((a, b) => loss(name).call(a as Tensor, b as Tensor), y, p).toFloat64();
      expect([...values].every(Number.isFinite), [...values].join(" ")).toBe(true);
    },
  );
});

describe("logits behind probabilities", () => {
  const types = { dtype: "float32", shape: [2, 3, 4] } as const;
  const y = input("y", types);
  const x = input("x", types);
  const uses = (tensor: Tensor, name: string) => nodesOf([tensor]).some(({ op }) => op.name === name);

  test.each([
    ["binaryCrossentropy", (t: Tensor) => sigmoid(t), sigmoidOp.name],
    ["binaryCrossentropy", (t: Tensor) => reshape(sigmoid(reshape(t, [6, 4])), [2, 3, 4]), sigmoidOp.name],
    ["categoricalCrossentropy", (t: Tensor) => softmax(t), softmaxOp.name],
    [
      "categoricalCrossentropy",
      (t: Tensor) => reshape(softmax(reshape(t, [6, 4])), [2, 3, 4]),
      softmaxOp.name,
    ],
  ] as const)("%s goes past what made the probabilities", (name, probabilities, op) => {
    const fromProbabilities = loss(name).call(y, probabilities(x));
    expect(uses(fromProbabilities, op)).toBe(false);
    const arrays = [
      ndarray(
        Float64Array.from({ length: 24 }, (_, i) => (i % 3) / 2),
        { shape: [2, 3, 4] },
      ),
      ndarray(
        Float64Array.from({ length: 24 }, (_, i) => Math.sin(i) * 40),
        { shape: [2, 3, 4] },
      ),
    ];
    const a = evaluateOne((t, p) => loss(name).call(t as Tensor, probabilities(p as Tensor)), ...arrays);
    const b = evaluateOne(
      (t, p) => loss(losses[name]({ fromLogits: true })).call(t as Tensor, p as Tensor),
      ...arrays,
    );
    expect(a).toEqual(b);
    expect(Math.max(...a.toFloat64())).toBeGreaterThan(16.5); // clipped probabilities reach 16.1
  });

  test("a softmax over another axis, or cut up by a reshape, is not taken for one", () => {
    for (const yPred of [softmax(x, 1), reshape(softmax(x), [2, 4, 3])]) {
      const target = input("y", yPred);
      expect(uses(loss("categoricalCrossentropy").call(target, yPred), softmaxOp.name)).toBe(true);
    }
  });
});

describe("shapes", () => {
  const of = (shape: Shape, dtype: DType = "float32") => input("x", { dtype, shape });

  test.each([
    [[5], [5, 1], [5]],
    [[5, 1], [5], [5]],
    [[5, 1], [5, 1], [5]],
    [[2, 7], [2, 7, 1], [2]],
    [
      [2, 7, 3],
      [2, 7, 3],
      [2, 7],
    ],
  ])("mse of targets %j and predictions %j is %j", (yTrue, yPred, wanted) => {
    expect(loss("mse").call(of(yTrue), of(yPred)).shape).toEqual(wanted);
  });

  test("integer targets take the dtype of the predictions", () => {
    expect(loss("mse").call(of([5, 2], "int32"), of([5, 2])).dtype).toBe("float32");
  });

  test.each([
    [
      "mse",
      [5, 3],
      [5, 1],
      "loss mse: the targets float32[5, 3] are to have the shape of the predictions float32[5, 1]",
    ],
    [
      "mae",
      [5, 1],
      [5, 3],
      "loss mae: the targets float32[5, 1] are to have the shape of the predictions float32[5, 3]",
    ],
    ["mse", [], [], "loss mse: wants at least one axis, got float32[]"],
    [
      losses.categoricalCrossentropy({ axis: 0 }),
      [5, 3],
      [5, 3],
      "loss categoricalCrossentropy: axis 0 is to be one of the predictions float32[5, 3], and not the first",
    ],
    [
      losses.binaryCrossentropy({ axis: 2 }),
      [5, 3],
      [5, 3],
      "loss binaryCrossentropy: axis 2 is to be one of the predictions float32[5, 3], and not the first",
    ],
    [
      losses.sparseCategoricalCrossentropy({ axis: 1 }),
      [5, 3],
      [5, 4, 2],
      "sparse categorical labels float32[5, 3] do not fit predictions float32[5, 4, 2]: wants one whole number for each distribution over classes (for one-hot targets use categoricalCrossentropy)",
    ],
    [
      "sparseCategoricalCrossentropy",
      [5, 3],
      [5, 3],
      "sparse categorical labels float32[5, 3] do not fit predictions float32[5, 3]: wants one whole number for each distribution over classes (for one-hot targets use categoricalCrossentropy)",
    ],
    [
      losses.quantile({ levels: [0.5, 0.9] }),
      [5],
      [5, 3],
      "loss quantile: wants predictions [..., 2] and one target for each 2 of them, got targets float32[5] and predictions float32[5, 3]",
    ],
  ] as const)("%j refuses targets %j for predictions %j", (choice, yTrue, yPred, message) => {
    const call = () => loss(choice).call(of(yTrue), of(yPred));
    expect(call).toThrow(RecurraError);
    expect(call).toThrow(expect.objectContaining({ code: "loss-shape", message }));
  });
});

describe("reduceLoss", () => {
  const values = ndarray(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { dtype: "float64" },
  );
  const weights = ndarray([1, 3], { dtype: "float64" });
  const mask = ndarray([
    [true, true, false],
    [false, false, true],
  ]);
  const reduce = (
    options: (x: readonly Tensor[]) => Parameters<typeof reduceLoss>[1],
    ...more: readonly NdArray[]
  ) => evaluateOne((first, ...rest) => reduceLoss(first as Tensor, options(rest)), values, ...more).item();

  test("is the mean", () => expect(reduce(() => ({}))).toBeCloseTo(21 / 6, 12));
  test("with weights for samples, Σ y·w / n", () => {
    expect(reduce(([sampleWeight]) => ({ sampleWeight }), weights)).toBeCloseTo((6 + 45) / 6, 12);
    expect(reduce(([sampleWeight]) => ({ sampleWeight }), weights.reshape([2, 1]))).toBeCloseTo(
      (6 + 45) / 6,
      12,
    );
  });
  test("with a mask, Σ y·m / Σ m", () => {
    expect(reduce(([m]) => ({ mask: m }), mask)).toBeCloseTo((1 + 2 + 6) / 3, 6);
    expect(reduce(([m]) => ({ mask: m }), ndarray([false, true]))).toBeCloseTo(5, 6);
  });
  test("with both, Σ y·w·m / Σ m", () => {
    expect(reduce(([sampleWeight, m]) => ({ sampleWeight, mask: m }), weights, mask)).toBeCloseTo(
      (3 + 18) / 3,
      6,
    );
  });
  test("of a batch in which nothing is kept is 0", () => {
    expect(reduce(([m]) => ({ mask: m }), ndarray([false, false]))).toBe(0);
  });
  test("refuses weights that do not fit", () => {
    expect(() =>
      reduce(([sampleWeight]) => ({ sampleWeight }), ndarray([1, 2, 3], { dtype: "float64" })),
    ).toThrow("the sample weight float64[3] does not fit losses float64[2, 3]: wants its first axes");
  });
});

describe("choosing", () => {
  test("names and configs are kept for saving; a function has neither", () => {
    expect(loss("mse")).toMatchObject({ name: "mse", config: { name: "mse" }, targets: "values" });
    expect(loss(losses.huber({ delta: 2 })).config).toEqual({ name: "huber", delta: 2 });
    expect(loss("sparseCategoricalCrossentropy").targets).toBe("labels");
    const own = (yTrue: Tensor, yPred: Tensor) => (yTrue.rank > 0 ? yPred : yTrue);
    expect(loss(own)).toMatchObject({ name: "own", config: undefined });
    expect(loss((yTrue: Tensor) => yTrue).name).toBe("loss");
  });

  test.each([
    [
      "meanSquareError",
      "unknown-name",
      /there is no loss "meanSquareError"\. Did you mean "meanSquaredError"\?/,
    ],
    [
      { name: "huber", detla: 2 },
      "unknown-option",
      /loss huber: there is no option "detla"\. Did you mean "delta"\? It takes delta/,
    ],
    [{ name: "huber", delta: 0 }, "option-value", /loss huber: delta is to be a positive number, got 0/],
    [
      { name: "binaryCrossentropy", labelSmoothing: 2 },
      "option-value",
      /labelSmoothing is to be a number from 0 to 1, got 2/,
    ],
    [
      { name: "sparseCategoricalCrossentropy", ignoreClass: 0.5 },
      "option-value",
      /ignoreClass is to be a whole number, got 0.5/,
    ],
    [
      { name: "quantile", levels: [1] },
      "option-value",
      /levels is to be a list of numbers between 0 and 1, got \[1\]/,
    ],
    ["quantile", "option-value", /levels is to be a list of numbers between 0 and 1, got undefined/],
  ])("%j", (choice, code, message) => {
    expect(() => loss(choice as Loss)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});
