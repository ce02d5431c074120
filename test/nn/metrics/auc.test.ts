// AUC: against all pairs of samples, and precision at every threshold, with ties, weights, masks and several outputs.

import { describe, expect, test } from "vitest";
import { input } from "../../../src/graph/ops/leaf.ts";
import { ScoreList } from "../../../src/nn/metrics/scores.ts";
import { type MetricChoice, metric, metrics } from "../../../src/nn/metrics.ts";
import { type NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import { over, rowsOf } from "./over.ts";

interface Sample {
  readonly isYes: boolean;
  readonly score: number;
  readonly weight: number;
}

/** The weight of the pairs in the right order, ties counting half, of that of all pairs. */
function pairs(samples: readonly Sample[]): number {
  let [right, all] = [0, 0];
  for (const a of samples.filter(({ isYes }) => isYes)) {
    for (const b of samples.filter(({ isYes }) => !isYes)) {
      right += a.weight * b.weight * (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0);
      all += a.weight * b.weight;
    }
  }
  return right / all;
}

/** Recall and precision at each threshold, from the highest down, after (0, 1). */
function points(samples: readonly Sample[]): (readonly [recall: number, precision: number])[] {
  const weigh = (chosen: readonly Sample[]) => chosen.reduce((sum, { weight }) => sum + weight, 0);
  const yes = samples.filter(({ isYes }) => isYes);
  const scores = [...new Set(samples.map(({ score }) => score))].sort((a, b) => b - a);
  return [
    [0, 1],
    ...scores.map((threshold) => {
      const hits = weigh(yes.filter(({ score }) => score >= threshold));
      return [hits / weigh(yes), hits / weigh(samples.filter(({ score }) => score >= threshold))] as const;
    }),
  ];
}

const area = (samples: readonly Sample[], height: (precision: number, before: number) => number) =>
  points(samples)
    .map(([recall, precision], i, all) => {
      const [recallBefore, precisionBefore] = all[i - 1] ?? [recall, precision];
      return (recall - recallBefore) * height(precision, precisionBefore);
    })
    .reduce((sum, part) => sum + part, 0);

const random = new Random(5);
const n = 60;
/** Scores with many ties, exact in float32. */
const scores = ndarray(
  random
    .integers([n, 3], 0, 16)
    .toFloat64()
    .map((value) => value / 16),
  { shape: [n, 3] },
);
const truth = random.bernoulli([n, 3], 0.4).astype("float32");
const sampleWeight = ndarray(random.integers([n], 0, 4).toFloat64());
const ends = [[n], [1, 2, 30, n], [17, 34, 51, n]];

const column = (array: NdArray, i: number) =>
  ndarray(
    Float64Array.from(rowsOf(array), (row) => row[i] ?? Number.NaN),
    { shape: [n, 1] },
  );

const samplesOf = (y: NdArray, p: NdArray, weights?: NdArray): Sample[] => {
  const [truths, predicted] = [rowsOf(y), rowsOf(p)];
  return truths.flatMap((row, i) =>
    row.map((value, j) => ({
      isYes: value > 0.5,
      score: predicted[i]?.[j] ?? Number.NaN,
      weight: weights?.at(i) ?? 1,
    })),
  );
};

const kinds: readonly (readonly [MetricChoice, (samples: readonly Sample[]) => number])[] = [
  ["auc", pairs],
  [metrics.auc({ curve: "ROC" }), pairs],
  [metrics.auc({ curve: "PR" }), (samples) => area(samples, (precision) => precision)],
  [
    metrics.auc({ curve: "PR", interpolation: "linear" }),
    (samples) => area(samples, (precision, before) => (precision + before) / 2),
  ],
];

describe.each(kinds)("%j", (choice, formula) => {
  const [y, p] = [column(truth, 0), column(scores, 0)];

  test("is that of all samples, whatever the batches", () => {
    for (const cut of ends) {
      expect(over(choice, y, p, cut)).toBeCloseTo(formula(samplesOf(y, p)), 12);
      expect(over(choice, y.reshape([n]), p, cut)).toBeCloseTo(formula(samplesOf(y, p)), 12);
    }
  });

  test("weighs samples, and leaves out what is masked", () => {
    const wanted = formula(samplesOf(y, p, sampleWeight).filter(({ weight }) => weight > 0));
    for (const cut of ends) expect(over(choice, y, p, cut, { sampleWeight })).toBeCloseTo(wanted, 12);
    const mask = ndarray(
      Uint8Array.from({ length: n }, (_, i) => Number(i % 3 > 0)),
      { dtype: "bool" },
    );
    const kept = samplesOf(y, p).filter((_, i) => i % 3 > 0);
    expect(over(choice, y, p, [7, n], { mask })).toBeCloseTo(formula(kept), 12);
  });

  test("of several outputs throws all together, as Keras does", () => {
    for (const cut of ends)
      expect(over(choice, truth, scores, cut)).toBeCloseTo(formula(samplesOf(truth, scores)), 12);
  });

  test("is the same for logits: only the order counts", () => {
    const logits = ndarray(
      p.toFloat64().map((value) => Math.fround(8 * value - 4)),
      { shape: [n, 1] },
    );
    expect(over(choice, y, logits)).toBe(over(choice, y, p));
  });

  test("of scores that are no numbers is none", () => {
    const broken = ndarray(
      p.toFloat64().map((value, i) => (i === 40 ? Number.NaN : value)),
      { shape: [n, 1] },
    );
    expect(over(choice, y, broken, [20, n])).toBeNaN();
  });
});

describe("several outputs", () => {
  const formula = (i: number) => pairs(samplesOf(column(truth, i), column(scores, i)));

  test("macro is the mean of the columns", () => {
    const wanted = (formula(0) + formula(1) + formula(2)) / 3;
    for (const cut of ends)
      expect(over(metrics.auc({ average: "macro" }), truth, scores, cut)).toBeCloseTo(wanted, 12);
  });

  test("macro leaves out columns of one class, but not broken ones", () => {
    const [yes, no] = [
      [1, 1, 0, 0],
      [1, 1, 1, 1],
    ];
    const y = ndarray(yes.map((value, i) => [value, no[i] ?? 0]));
    const p = ndarray([
      [0.9, 0.1],
      [0.2, 0.1],
      [0.5, 0.2],
      [0.1, 0.3],
    ]);
    expect(over(metrics.auc({ average: "macro" }), y, p)).toBe(0.75);
    const broken = ndarray([
      [0.9, 0.1],
      [0.2, 0.1],
      [Number.NaN, 0.2],
      [0.1, 0.3],
    ]);
    expect(over(metrics.auc({ average: "macro" }), y, broken)).toBeNaN();
  });

  test("one of them alone", () => {
    expect(over(metrics.auc({ classId: 2 }), truth, scores, [20, n])).toBeCloseTo(formula(2), 12);
  });

  test("labels are one-hot targets", () => {
    const labels = random.integers([n], 0, 3).astype("int32");
    const oneHot = ndarray(labels.toArray().map((label) => [0, 1, 2].map((i) => Number(i === label))));
    for (const choice of [metrics.auc(), metrics.auc({ average: "macro" }), metrics.auc({ classId: 1 })]) {
      expect(over(choice, labels, scores, [9, n])).toBe(over(choice, oneHot, scores));
      expect(over(choice, labels.reshape([n, 1]), scores, [9, n])).toBe(over(choice, oneHot, scores));
    }
  });
});

describe("edges", () => {
  test("perfect, reversed, and all alike", () => {
    const y = ndarray([[0], [0], [1], [1]]);
    const of = (...values: number[]) => ndarray(values.map((value) => [value]));
    expect(over("auc", y, of(0.1, 0.2, 0.3, 0.4))).toBe(1);
    expect(over("auc", y, of(0.4, 0.3, 0.2, 0.1))).toBe(0);
    expect(over("auc", y, of(0.5, 0.5, 0.5, 0.5))).toBe(0.5);
    expect(over(metrics.auc({ curve: "PR" }), y, of(0.5, 0.5, 0.5, 0.5))).toBe(0.5);
    expect(over("auc", y, of(-0, 0, -0, 0))).toBe(0.5);
    expect(over("auc", y, of(-3, -Infinity, Infinity, -2))).toBe(1);
  });

  test("of one class alone is none", () => {
    const ones = ndarray([[1], [1]]);
    const scoresOfTwo = ndarray([[0.2], [0.7]]);
    expect(over("auc", ones, scoresOfTwo)).toBeNaN();
    expect(over("auc", ndarray([[0], [0]]), scoresOfTwo)).toBeNaN();
    expect(over(metrics.auc({ curve: "PR" }), ones, scoresOfTwo)).toBe(1);
    expect(over(metrics.auc({ curve: "PR" }), ndarray([[0], [0]]), scoresOfTwo)).toBeNaN();
  });

  test("many batches, each asked for: negative and positive scores stay in order", () => {
    const list = new ScoreList();
    const samples: Sample[] = [];
    const draws = random.normal([900]).toFloat64();
    for (let i = 0; i < 300; i++) {
      for (let j = 0; j < 3; j++) {
        const sample = {
          isYes: i % 2 === 0,
          score: Math.round((draws[3 * i + j] ?? 0) * 8) / 8 + i / 400,
          weight: 1 + j,
        };
        const score = Math.fround(sample.score);
        samples.push({ ...sample, score });
        list.add(score, sample.isYes ? sample.weight : -sample.weight);
      }
      if (i % 50 === 1) expect(list.areaUnderRoc()).toBeCloseTo(pairs(samples), 12);
    }
    expect(list.areaUnderRoc()).toBeCloseTo(pairs(samples), 12);
  });
});

describe("options", () => {
  const of = (...shape: number[]) => input("x", { dtype: "float32", shape });

  test.each([
    [
      { classId: 1, average: "macro" },
      "option-conflict",
      'metric auc: classId 1 and average "macro" exclude each other',
    ],
    [
      { interpolation: "step" },
      "option-conflict",
      'metric auc: curve "ROC" and interpolation "step" exclude each other',
    ],
    [{ curve: "pr" }, "option-value", 'metric auc: curve is to be one of "ROC", "PR", got "pr"'],
    [
      { curve: "PR", interpolation: "cubic" },
      "option-value",
      'metric auc: interpolation is to be one of "step", "linear", got "cubic"',
    ],
    [
      { average: "weighted" },
      "option-value",
      'metric auc: average is to be one of "micro", "macro", got "weighted"',
    ],
    [{ classId: -1 }, "option-value", "metric auc: classId is to be a whole number from 0 up, got -1"],
  ])("%j is refused", (options, code, message) => {
    expect(() => metric({ name: "auc", ...options } as MetricChoice)).toThrow(
      expect.objectContaining({ code, message }),
    );
  });

  test("that the predictions cannot meet are named", () => {
    expect(() => metric(metrics.auc({ average: "macro" })).update(of(4, 1), of(4, 1))).toThrow(
      "metric auc: average is for several classes, the predictions float32[4, 1] have one output",
    );
    expect(() => metric(metrics.auc({ classId: 3 })).update(of(4, 3), of(4, 3))).toThrow(
      "metric auc: classId 3 is none of the 3 classes of the predictions float32[4, 3]",
    );
    expect(() => metric("auc").update(of(4, 2), of(4, 3))).toThrow("metric auc: the targets float32[4, 2]");
  });
});
