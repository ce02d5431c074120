// Precision, recall, F-scores and Matthews' correlation: against counts in plain loops, over batches, with weights and masks.

import { describe, expect, test } from "vitest";
import { input } from "../../../src/graph/ops/leaf.ts";
import type { ClassScoreOptions } from "../../../src/nn/metrics/classification.ts";
import { type MetricChoice, metric, metrics } from "../../../src/nn/metrics.ts";
import { type NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import { over, rowsOf, type Weights } from "./over.ts";

/** A yes-or-no decision with what was true, for one class. */
interface Decision {
  readonly actual: boolean;
  readonly said: boolean;
  readonly weight: number;
}

const weigh = (all: readonly Decision[], test: (decision: Decision) => boolean) =>
  all.filter(test).reduce((sum, { weight }) => sum + weight, 0);
const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);

type Score = (all: readonly Decision[]) => number;
const precision: Score = (all) =>
  share(
    weigh(all, ({ actual, said }) => actual && said),
    weigh(all, ({ said }) => said),
  );
const recall: Score = (all) =>
  share(
    weigh(all, ({ actual, said }) => actual && said),
    weigh(all, ({ actual }) => actual),
  );
const f =
  (beta: number): Score =>
  (all) => {
    const [p, r] = [precision(all), recall(all)];
    return share((1 + beta ** 2) * p * r, beta ** 2 * p + r);
  };

const makers = [
  ["precision", precision, (options: ClassScoreOptions) => metrics.precision(options)],
  ["recall", recall, (options: ClassScoreOptions) => metrics.recall(options)],
  ["f1Score", f(1), (options: ClassScoreOptions) => metrics.f1Score(options)],
  ["fBetaScore", f(2), (options: ClassScoreOptions) => metrics.fBetaScore({ beta: 2, ...options })],
] as const;

const random = new Random(8);
const [n, classes] = [50, 4];
const scores = random.uniform([n, classes], 0, 1, "float64");
const several = random.bernoulli([n, classes], 0.4).astype("float32");
/** No sample is of class 3, which the scores may still name. */
const labels = random.integers([n], 0, 3).astype("int32");
const oneHot = ndarray(labels.toArray().map((label) => [0, 1, 2, 3].map((i) => Number(i === label))));
const sampleWeight = ndarray(random.integers([n], 0, 4).toFloat64());
const mask = ndarray(
  Uint8Array.from({ length: n }, (_, i) => Number(i % 4 > 0)),
  { dtype: "bool" },
);
const cuts = [[n], [1, 20, n]];

/** The decisions on each class, by a threshold or by the largest. */
function decisions(
  yTrue: NdArray,
  yPred: NdArray,
  threshold: number | "argmax",
  { sampleWeight: w, mask: m }: Weights = {},
): Decision[][] {
  const [truths, predicted] = [rowsOf(yTrue), rowsOf(yPred)];
  const width = yPred.size / n;
  return Array.from({ length: width }, (_, c) =>
    predicted.map((row, i) => {
      const given = truths[i] ?? [];
      const isLabel = given.length < width;
      return {
        actual: isLabel ? given[0] === c : (given[c] ?? 0) > 0.5,
        said: threshold === "argmax" ? row.indexOf(Math.max(...row)) === c : (row[c] ?? 0) > threshold,
        weight: (w?.at(i) ?? 1) * (m?.at(i) ?? 1),
      };
    }),
  );
}

function averaged(all: readonly Decision[][], score: Score, average: "micro" | "macro" | "weighted"): number {
  if (average === "micro") return score(all.flat());
  const present = all.filter((one) => weigh(one, ({ actual, said }) => actual || said) > 0);
  const weights = present.map((one) => (average === "macro" ? 1 : weigh(one, ({ actual }) => actual)));
  return (
    present.reduce((sum, one, i) => sum + (weights[i] ?? 0) * score(one), 0) /
    weights.reduce((a, b) => a + b, 0)
  );
}

const ways: readonly (readonly [name: string, Weights])[] = [
  ["all samples", {}],
  ["weights", { sampleWeight }],
  ["a mask", { mask }],
  ["both", { sampleWeight, mask }],
];

describe.each(makers)("%s", (name, score, make) => {
  describe.each(ways)("with %s", (_, weights) => {
    const check = (options: ClassScoreOptions, yTrue: NdArray, yPred: NdArray, wanted: number) => {
      for (const ends of cuts)
        expect(over(make(options), yTrue, yPred, ends, weights)).toBeCloseTo(wanted, 12);
    };

    test("of one output, by a threshold", () => {
      const [y, p] = [several.reshape([n * classes]).rows(0, n), scores.reshape([n * classes]).rows(0, n)];
      for (const threshold of [0.5, 0.3]) {
        const wanted = score(decisions(y, p, threshold, weights).flat());
        check(threshold === 0.5 ? {} : { threshold }, y, p.reshape([n, 1]), wanted);
        check({ threshold }, y.reshape([n, 1]), p, wanted);
      }
    });

    test.each(["micro", "macro", "weighted"] as const)(
      "of outputs that decide by themselves, %s",
      (average) => {
        const wanted = averaged(decisions(several, scores, 0.5, weights), score, average);
        check({ average }, several, scores, wanted);
        if (average === "micro") check({}, several, scores, wanted);
        const higher = averaged(decisions(several, scores, 0.8, weights), score, average);
        check({ average, threshold: 0.8 }, several, scores, higher);
      },
    );

    test.each(["micro", "macro", "weighted"] as const)("of classes, %s", (average) => {
      const wanted = averaged(decisions(labels, scores, "argmax", weights), score, average);
      check({ average }, labels, scores, wanted);
      check({ average }, labels.reshape([n, 1]), scores, wanted);
      check({ average, threshold: "argmax" }, oneHot, scores, wanted);
      if (average === "macro") check({}, labels, scores, wanted);
    });

    test("of one class", () => {
      check({ classId: 2 }, several, scores, score(decisions(several, scores, 0.5, weights)[2] ?? []));
      check({ classId: 2 }, labels, scores, score(decisions(labels, scores, "argmax", weights)[2] ?? []));
    });
  });

  test("leaves a class out that nobody names", () => {
    const y = ndarray([0, 1, 1, 0], { dtype: "int32" });
    const p = ndarray([
      [0.9, 0.1, 0],
      [0.1, 0.9, 0],
      [0.9, 0.1, 0],
      [0.8, 0.1, 0.1],
    ]);
    const two = ndarray([
      [0.9, 0.1],
      [0.1, 0.9],
      [0.9, 0.1],
      [0.8, 0.1],
    ]);
    expect(over(make({ average: "macro" }), y, p)).toBe(over(make({ average: "macro" }), y, two));
  });

  test("leaves labels out", () => {
    const some = ndarray(
      labels.toArray().map((label, i) => (i % 5 === 0 ? 255 : label)),
      { dtype: "int32" },
    );
    const kept = ndarray(
      Uint8Array.from({ length: n }, (_, i) => Number(i % 5 > 0)),
      { dtype: "bool" },
    );
    expect(over(make({ ignoreClass: 255 }), some, scores, [20, n])).toBeCloseTo(
      over(make({}), labels, scores, [n], { mask: kept }),
      12,
    );
  });

  test("is 0 where there was nothing to find", () => {
    expect(over(make({}), ndarray([[0], [0]]), ndarray([[0.1], [0.2]]))).toBe(0);
    expect(over(make({}), ndarray([[0], [0]]), ndarray([[0.9], [0.2]]))).toBe(0);
  });

  test("names what the targets and predictions cannot meet", () => {
    const of = (...shape: number[]) => input("x", { dtype: "float32", shape });
    const update = (options: ClassScoreOptions, yTrue: number[], yPred: number[]) => () =>
      metric(make(options)).update(of(...yTrue), of(...yPred));
    expect(update({ classId: 4 }, [5], [5, 4])).toThrow(
      `metric ${name}: classId 4 is none of the 4 classes of the predictions float32[5, 4]`,
    );
    expect(update({ average: "macro" }, [5, 1], [5, 1])).toThrow(
      `metric ${name}: average is for several classes, the predictions float32[5, 1] have one output`,
    );
    expect(update({ threshold: "argmax" }, [5], [5, 1])).toThrow(
      `metric ${name}: threshold "argmax" chooses one of several classes, the predictions float32[5, 1] have one output`,
    );
    expect(update({ threshold: 0.5 }, [5], [5, 3])).toThrow(
      `metric ${name}: threshold 0.5 decides on each output by itself, the targets float32[5] are labels; give one-hot targets, or leave it at "argmax"`,
    );
    expect(update({}, [5, 2], [5, 3])).toThrow(`metric ${name}: the targets float32[5, 2]`);
    expect(() => metric(make({ classId: 1, average: "macro" }))).toThrow(
      `metric ${name}: classId 1 and average "macro" exclude each other`,
    );
  });
});

describe("matthewsCorrelation", () => {
  /** Pearson's correlation of indicator vectors, summed over the classes. */
  const correlation = (all: readonly Decision[][]) => {
    const covariance = (x: (d: Decision) => number, y: (d: Decision) => number) =>
      all
        .map((one) => {
          const total = one.reduce((sum, { weight }) => sum + weight, 0);
          const mean = (value: (d: Decision) => number) =>
            one.reduce((sum, d) => sum + d.weight * value(d), 0) / total;
          return mean((d) => (x(d) - mean(x)) * (y(d) - mean(y)));
        })
        .reduce((sum, value) => sum + value, 0);
    const [actual, said] = [(d: Decision) => Number(d.actual), (d: Decision) => Number(d.said)];
    return covariance(actual, said) / Math.sqrt(covariance(actual, actual) * covariance(said, said));
  };

  test.each(ways)("of one output, and of classes, with %s", (_, weights) => {
    const [y, p] = [several.reshape([n * classes]).rows(0, n), scores.reshape([n * classes]).rows(0, n)];
    for (const ends of cuts) {
      for (const threshold of [0.5, 0.3]) {
        const wanted = correlation(decisions(y, p, threshold, weights));
        const choice: MetricChoice =
          threshold === 0.5 ? "matthewsCorrelation" : metrics.matthewsCorrelation({ threshold });
        expect(over(choice, y, p.reshape([n, 1]), ends, weights)).toBeCloseTo(wanted, 12);
      }
      const wanted = correlation(decisions(labels, scores, "argmax", weights));
      expect(over("matthewsCorrelation", labels, scores, ends, weights)).toBeCloseTo(wanted, 12);
      expect(over("matthewsCorrelation", oneHot, scores, ends, weights)).toBeCloseTo(wanted, 12);
    }
  });

  test("is 1, -1, and 0 where one side never changes", () => {
    const y = ndarray([[0], [1], [1]]);
    const of = (...values: number[]) => ndarray(values.map((value) => [value]));
    expect(over("matthewsCorrelation", y, of(0.1, 0.9, 0.8))).toBe(1);
    expect(over("matthewsCorrelation", y, of(0.9, 0.1, 0.2))).toBe(-1);
    expect(over("matthewsCorrelation", y, of(0.9, 0.9, 0.9))).toBe(0);
  });

  test("tells two classes apart by a threshold, not several", () => {
    const of = (...shape: number[]) => input("x", { dtype: "float32", shape });
    expect(() => metric(metrics.matthewsCorrelation({ threshold: 0.5 })).update(of(5, 3), of(5, 3))).toThrow(
      "metric matthewsCorrelation: a threshold tells two classes apart, the predictions float32[5, 3] have 3",
    );
  });
});
