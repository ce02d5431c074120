// Metrics: exact over batches of different sizes, with weights and masks, against formulas on all samples at once.

import { describe, expect, test } from "vitest";
import { interpret } from "../../src/graph/interpret.ts";
import { input } from "../../src/graph/ops/leaf.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { type Metric, type MetricChoice, metric, type Statistics } from "../../src/nn/metrics.ts";
import type { RecurraError } from "../../src/platform/error.ts";
import { type NdArray, ndarray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";
import { toValue } from "../support/check-op.ts";

interface Weights {
  readonly sampleWeight?: NdArray;
  readonly mask?: NdArray;
}

/** The statistics of one batch, by the interpreter. */
function statisticsOf(rule: Metric, yTrue: NdArray, yPred: NdArray, weights: Weights = {}): Statistics {
  const given = { yTrue, yPred, ...weights };
  const leaves = Object.fromEntries(Object.entries(given).map(([name, array]) => [name, input(name, array)]));
  const { yTrue: y, yPred: p, sampleWeight, mask } = leaves as Record<string, Tensor>;
  const tree = rule.update(y as Tensor, p as Tensor, { sampleWeight, mask });
  const point = new Map(
    Object.entries(given).map(([name, array]) => [leaves[name] as Tensor, toValue(array)]),
  );
  const values = interpret(Object.values(tree), point);
  return Object.fromEntries(
    Object.keys(tree).map((name, i) => [name, values[i]?.data ?? new Float64Array()]),
  );
}

/** A metric over batches that end at the given rows. */
function over(
  choice: MetricChoice,
  yTrue: NdArray,
  yPred: NdArray,
  ends: readonly number[],
  weights: Weights = {},
): number {
  const rule = metric(choice);
  const parts = ends.map((end, i) => {
    const cut = (array: NdArray) => array.rows(ends[i - 1] ?? 0, end);
    const kept = Object.fromEntries(Object.entries(weights).map(([name, array]) => [name, cut(array)]));
    return statisticsOf(rule, cut(yTrue), cut(yPred), kept);
  });
  return rule.result(parts.reduce((a, b) => rule.combine(a, b)));
}

const random = new Random(3);
const [n, width] = [17, 3];
const yTrue = random.normal([n, width], 1, 2, "float64");
const yPred = random.normal([n, width], 1, 2, "float64");
const flat = (formula: (y: number, p: number) => number) => {
  const values = yTrue.toFloat64().map((y, i) => formula(y, yPred.toFloat64()[i] ?? Number.NaN));
  return values.reduce((sum, x) => sum + x, 0) / values.length;
};

describe("means over all samples, whatever the batches", () => {
  test.each([
    ["mse", flat((y, p) => (y - p) ** 2)],
    ["meanSquaredError", flat((y, p) => (y - p) ** 2)],
    ["mae", flat((y, p) => Math.abs(y - p))],
    ["mape", flat((y, p) => (100 * Math.abs(y - p)) / Math.abs(y))],
    ["rmse", Math.sqrt(flat((y, p) => (y - p) ** 2))],
    ["rootMeanSquaredError", Math.sqrt(flat((y, p) => (y - p) ** 2))],
    ["logCosh", flat((y, p) => Math.log(Math.cosh(y - p)))],
  ] as const)("%s", (name, wanted) => {
    for (const ends of [[n], [5, 10, n], [16, n]])
      expect(over(name, yTrue, yPred, ends)).toBeCloseTo(wanted, 6);
  });

  test("weights and masks leave samples out", () => {
    const sampleWeight = ndarray(Float64Array.from({ length: n }, (_, i) => i % 3));
    let [total, count] = [0, 0];
    for (const [i, weight] of sampleWeight.toFloat64().entries()) {
      for (let j = 0; j < width; j++) total += (weight * (yTrue.at(i, j) - yPred.at(i, j)) ** 2) / width;
      count += weight;
    }
    expect(over("mse", yTrue, yPred, [4, n], { sampleWeight })).toBeCloseTo(total / count, 6);
    const mask = ndarray(Uint8Array.from({ length: n }, (_, i) => Number(i < 4)));
    expect(over("mse", yTrue, yPred, [6, n], { mask })).toBeCloseTo(
      over("mse", yTrue.rows(0, 4), yPred.rows(0, 4), [4]),
      6,
    );
    expect(over("mse", yTrue, yPred, [n], { mask: ndarray(new Uint8Array(n)) })).toBeNaN();
  });

  test("a function's values", () => {
    expect(over((_, p) => p, yTrue, yPred, [2, n])).toBeCloseTo(
      flat((_, p) => p),
      6,
    );
    expect(metric((yTrue) => yTrue).name).toBe("metric");
  });
});

describe("r2", () => {
  const score = (y: NdArray, p: NdArray) => {
    const [rows = 0, columns = 1] = y.shape;
    const at = (array: NdArray, i: number, j: number) => array.reshape([rows, columns]).at(i, j);
    const scores = Array.from({ length: columns }, (_, j) => {
      const column = Array.from({ length: rows }, (_, i) => at(y, i, j));
      const mean = column.reduce((sum, x) => sum + x, 0) / rows;
      const all = column.reduce((sum, x) => sum + (x - mean) ** 2, 0);
      return 1 - column.reduce((sum, x, i) => sum + (x - at(p, i, j)) ** 2, 0) / all;
    });
    return scores.reduce((sum, x) => sum + x, 0) / columns;
  };

  test("is that of all samples at once, as a mean over the outputs", () => {
    for (const ends of [[n], [5, 10, n], [16, n]])
      expect(over("r2", yTrue, yPred, ends)).toBeCloseTo(score(yTrue, yPred), 9);
    const [y, p] = [yTrue.reshape([n * width]), yPred.reshape([n * width])];
    expect(over("r2", y, p.reshape([n * width, 1]), [20, n * width])).toBeCloseTo(score(y, p), 9);
  });

  test("of series with a large mean keeps its digits in float32", () => {
    const noise = random.normal([200, 1], 0, 1, "float64").toFloat64();
    const y = ndarray(
      noise.map((x) => 1e5 + x),
      { shape: [200, 1] },
    ).astype("float32");
    const p = ndarray(
      noise.map((x) => 1e5 + 0.5 * x),
      { shape: [200, 1] },
    ).astype("float32");
    expect(over("r2", y, p, [64, 128, 200])).toBeCloseTo(score(y, p), 2);
  });

  test("with weights, a sample of weight 2 counts as two", () => {
    const sampleWeight = ndarray(Float64Array.of(2, 1, 0, 1));
    const pick = (array: NdArray, places: readonly number[]) =>
      ndarray(
        Float64Array.from(places, (i) => array.at(i, 0)),
        { shape: [places.length, 1] },
      );
    const twice = [0, 0, 1, 3];
    expect(
      over("r2", pick(yTrue, [0, 1, 2, 3]), pick(yPred, [0, 1, 2, 3]), [1, 4], { sampleWeight }),
    ).toBeCloseTo(score(pick(yTrue, twice), pick(yPred, twice)), 9);
  });

  test("of targets that are all the same is 0, as in Keras", () => {
    const same = ndarray([[2], [2]]);
    expect(over("r2", same, ndarray([[1], [3]]), [2])).toBe(0);
  });
});

describe("accuracies", () => {
  const p = ndarray([
    [0.1, 0.7, 0.2],
    [0.5, 0.3, 0.2],
    [0.2, 0.3, 0.5],
    [0.4, 0.5, 0.1],
  ]);
  const labels = ndarray([1, 0, 1, 2], { dtype: "int32" });
  const oneHot = ndarray([
    [0, 1, 0],
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);

  test.each([
    ["sparseCategoricalAccuracy", labels],
    ["accuracy", labels],
    ["accuracy", labels.reshape([4, 1])],
    ["categoricalAccuracy", oneHot],
    ["accuracy", oneHot],
  ] as const)("%s of classes", (name, y) => {
    expect(over(name, y, p, [3, 4])).toBe(0.5);
  });

  test("binary: above 0.5 is 1", () => {
    const [y, q] = [ndarray([1, 0, 1, 0]), ndarray([[0.9], [0.5], [0.5], [0.6]])];
    expect(over("accuracy", y, q, [1, 4])).toBe(0.5);
    expect(over("binaryAccuracy", y.reshape([4, 1]), q, [4])).toBe(0.5);
    expect(over({ name: "binaryAccuracy", threshold: 0.4 }, y, q, [4])).toBe(0.5);
    expect(over({ name: "binaryAccuracy", threshold: 0.55 }, y, q, [4])).toBe(0.5);
    expect(over({ name: "binaryAccuracy", threshold: 0.7 }, y, q, [4])).toBe(0.75);
  });

  test("per time step", () => {
    const steps = p.reshape([2, 2, 3]);
    expect(over("accuracy", labels.reshape([2, 2]), steps, [1, 2])).toBe(0.5);
    const mask = ndarray([
      [true, true],
      [false, true],
    ]);
    expect(over("accuracy", labels.reshape([2, 2]), steps, [2], { mask })).toBeCloseTo(2 / 3, 7);
  });

  test("among the k largest", () => {
    for (const [name, y] of [
      ["sparseTopKCategoricalAccuracy", labels],
      ["topKCategoricalAccuracy", oneHot],
    ] as const) {
      expect(over({ name, k: 1 }, y, p, [4])).toBe(0.5);
      expect(over({ name, k: 2 }, y, p, [2, 4])).toBe(0.75);
      expect(over(name, y, p, [4])).toBe(1);
    }
  });

  test("cross-entropy as a metric", () => {
    const wanted = -Math.log(0.7 * 0.5 * 0.3 * 0.1) / 4;
    expect(over("sparseCategoricalCrossentropy", labels, p, [1, 4])).toBeCloseTo(wanted, 6);
    expect(over({ name: "categoricalCrossentropy", fromLogits: false }, oneHot, p, [4])).toBeCloseTo(
      wanted,
      6,
    );
  });
});

describe("choosing", () => {
  test("keeps the chosen name, and takes a metric of one's own", () => {
    expect(metric("mae").name).toBe("mae");
    const own = metric("rmse");
    expect(metric(own)).toBe(own);
  });

  test.each([
    ["acuracy", "unknown-name", /there is no metric "acuracy"\. Did you mean "accuracy"\?/],
    [{ name: "binaryAccuracy", limit: 1 }, "unknown-option", /It takes threshold/],
    [{ name: "topKCategoricalAccuracy", k: 0 }, "option-value", /k is to be a positive whole number, got 0/],
  ])("%j", (choice, code, message) => {
    const thrown = (): RecurraError => {
      try {
        metric(choice as MetricChoice);
      } catch (error) {
        return error as RecurraError;
      }
      throw new Error("nothing was thrown");
    };
    expect(thrown()).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("targets that do not go with predictions", () => {
    const of = (...shape: number[]) => input("x", { dtype: "float32", shape });
    expect(() => metric("rmse").update(of(5, 3), of(5, 1))).toThrow(
      "metric rootMeanSquaredError: the targets float32[5, 3]",
    );
    expect(() => metric("accuracy").update(of(5, 2), of(5, 3))).toThrow(
      "metric categoricalAccuracy: the targets float32[5, 2]",
    );
  });
});
