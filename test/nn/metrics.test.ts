// Metrics: exact over batches of different sizes, with weights and masks, against formulas on all samples at once.

import { describe, expect, test } from "vitest";
import { input } from "../../src/graph/ops/leaf.ts";
import { mean } from "../../src/graph/ops/reduce.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { type MetricChoice, metric, metrics } from "../../src/nn/metrics.ts";
import { type NdArray, ndarray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";
import { over, rowsOf, type Weights } from "./metrics/over.ts";

const random = new Random(3);
const [n, width] = [17, 3];
const yTrue = random.normal([n, width], 1, 2, "float64");
const yPred = random.normal([n, width], 1, 2, "float64");
const flat = (formula: (y: number, p: number) => number) => {
  const values = yTrue.toFloat64().map((y, i) => formula(y, yPred.toFloat64()[i] ?? Number.NaN));
  return values.reduce((sum, x) => sum + x, 0) / values.length;
};

const huber = (size: number) => (size <= 0.5 ? size ** 2 / 2 : 0.5 * size - 0.125);

describe("means over all samples, whatever the batches", () => {
  test.each([
    ["mse", flat((y, p) => (y - p) ** 2)],
    ["meanSquaredError", flat((y, p) => (y - p) ** 2)],
    ["mae", flat((y, p) => Math.abs(y - p))],
    ["mape", flat((y, p) => (100 * Math.abs(y - p)) / Math.abs(y))],
    ["rmse", Math.sqrt(flat((y, p) => (y - p) ** 2))],
    ["rootMeanSquaredError", Math.sqrt(flat((y, p) => (y - p) ** 2))],
    ["logCosh", flat((y, p) => Math.log(Math.cosh(y - p)))],
    ["smape", flat((y, p) => (200 * Math.abs(y - p)) / (Math.abs(y) + Math.abs(p)))],
    [
      "symmetricMeanAbsolutePercentageError",
      flat((y, p) => (200 * Math.abs(y - p)) / (Math.abs(y) + Math.abs(p))),
    ],
    [metrics.mase({ scale: 2.5 }), flat((y, p) => Math.abs(y - p) / 2.5)],
    [metrics.meanAbsoluteScaledError({ scale: 2.5 }), flat((y, p) => Math.abs(y - p) / 2.5)],
    [metrics.huber({ delta: 0.5 }), flat((y, p) => huber(Math.abs(y - p)))],
  ] as const)("%j", (name, wanted) => {
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
  });

  test("a mask with axes that the values have lost is left out", () => {
    const steps = random.normal([4, 3, 2], 0, 1, "float64");
    const last = (_: Tensor, p: Tensor) => mean(p, [1, 2]);
    const mask = ndarray(
      Uint8Array.from({ length: 12 }, (_, i) => i % 2),
      { shape: [4, 3], dtype: "bool" },
    );
    expect(over(last, steps, steps, [1, 4], { mask })).toBeCloseTo(over(last, steps, steps), 12);
  });

  test("nothing counted is NaN, for every metric", () => {
    const labels = ndarray([0, 1, 2, 1], { dtype: "int32" });
    const scores = random.uniform([4, 3], 0.1, 0.9, "float64");
    const none: Weights = { sampleWeight: ndarray(new Float64Array(4)) };
    const choices = [
      "mse",
      "rmse",
      "smape",
      metrics.mase({ scale: 1 }),
      "r2",
      "cosineSimilarity",
      "accuracy",
      "perplexity",
      "auc",
      metrics.auc({ curve: "PR" }),
      metrics.auc({ average: "macro" }),
      "precision",
      "recall",
      "f1Score",
      metrics.fBetaScore({ beta: 2 }),
      "matthewsCorrelation",
    ] as const;
    for (const choice of choices) {
      expect(metric(choice).begin().result(), JSON.stringify(choice)).toBeNaN();
      expect(over(choice, scores, scores, [2, 4], none), JSON.stringify(choice)).toBeNaN();
    }
    for (const choice of [
      "sparseCategoricalAccuracy",
      "sparseTopKCategoricalAccuracy",
      "precision",
      "perplexity",
    ] as const)
      expect(over(choice, labels, scores, [2, 4], none)).toBeNaN();
  });

  test("smape of 0 for 0 is 0", () => {
    const zeros = ndarray([[0], [0]]);
    expect(over("smape", zeros, zeros)).toBe(0);
    expect(over("smape", zeros, ndarray([[0], [3]]))).toBe(100);
  });

  test("cosineSimilarity is positive, as Keras' metric is, and the loss is not", () => {
    const cosine = (y: readonly number[], p: readonly number[]) => {
      const dot = (a: readonly number[], b: readonly number[]) =>
        a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
      return dot(y, p) / Math.sqrt(dot(y, y) * dot(p, p));
    };
    const [ys, ps] = [rowsOf(yTrue), rowsOf(yPred)];
    const wanted = ys.reduce((sum, y, i) => sum + cosine(y, ps[i] ?? []), 0) / n;
    expect(over("cosineSimilarity", yTrue, yPred, [5, n])).toBeCloseTo(wanted, 9);
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
      expect(over(metrics[name]({ k: 1 }), y, p, [4])).toBe(0.5);
      expect(over(metrics[name]({ k: 2 }), y, p, [2, 4])).toBe(0.75);
      expect(over(name, y, p, [4])).toBe(1);
    }
  });

  test("labels may be left out", () => {
    const some = ndarray([1, -1, 1, -1], { dtype: "int32" });
    expect(over(metrics.sparseCategoricalAccuracy({ ignoreClass: -1 }), some, p, [1, 4])).toBe(0.5);
    const far = ndarray([1, 255, 1, 255], { dtype: "int32" });
    expect(over(metrics.sparseTopKCategoricalAccuracy({ k: 2, ignoreClass: 255 }), far, p, [3, 4])).toBe(1);
    const wanted = -Math.log(0.7 * 0.3) / 2;
    expect(over(metrics.sparseCategoricalCrossentropy({ ignoreClass: -1 }), some, p, [3, 4])).toBeCloseTo(
      wanted,
      6,
    );
    expect(over(metrics.perplexity({ ignoreClass: -1 }), some, p, [3, 4])).toBeCloseTo(Math.exp(wanted), 6);
  });

  test("perplexity, of labels and of distributions, from probabilities and logits", () => {
    const wanted = (0.7 * 0.5 * 0.3 * 0.1) ** (-1 / 4);
    const logits = ndarray(
      p.toFloat64().map((value) => Math.log(value) + 3),
      { shape: [4, 3] },
    );
    for (const y of [labels, labels.reshape([4, 1]), oneHot]) {
      expect(over("perplexity", y, p, [1, 4])).toBeCloseTo(wanted, 5);
      expect(over(metrics.perplexity({ fromLogits: true }), y, logits, [1, 4])).toBeCloseTo(wanted, 5);
    }
  });

  test("predictions without a last axis are binary", () => {
    const [y, q] = [ndarray([1, 0, 1, 0]), ndarray([0.9, 0.5, 0.5, 0.6])];
    expect(over("accuracy", y, q, [1, 4])).toBe(0.5);
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
  test("keeps the chosen name or a label, and takes a metric of one's own", () => {
    expect(metric("mae").name).toBe("mae");
    expect(metric(metrics.mae({ label: "miles" })).name).toBe("miles");
    expect(metric(metrics.precision({ classId: 1, label: "precisionOfSpam" })).name).toBe("precisionOfSpam");
    const own = metric("rmse");
    expect(metric(own)).toBe(own);
    expect(() => metric({ ...own, begin: undefined } as unknown as MetricChoice)).toThrow(
      "metric: one of your own has a name and the functions update and begin",
    );
  });

  test.each([
    ["acuracy", "unknown-name", /there is no metric "acuracy"\. Did you mean "accuracy"\?/],
    [{ name: "binaryAccuracy", limit: 1 }, "unknown-option", /It takes threshold/],
    [{ name: "topKCategoricalAccuracy", k: 0 }, "option-value", /k is to be a positive whole number, got 0/],
  ])("%j", (choice, code, message) => {
    expect(() => metric(choice as MetricChoice)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
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
