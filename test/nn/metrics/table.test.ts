// What holds for every metric that has a name: configs survive JSON, wrong options are named, compiled statistics are the interpreter's,
// and a loss's name stands for its mean.

import { describe, expect, test } from "vitest";
import { interpret } from "../../../src/graph/interpret.ts";
import { input } from "../../../src/graph/ops/leaf.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { lossRules } from "../../../src/nn/losses/table.ts";
import { type Loss, loss, losses } from "../../../src/nn/losses.ts";
import { metricRules } from "../../../src/nn/metrics/table.ts";
import { type MetricChoice, type MetricConfig, metric, metrics } from "../../../src/nn/metrics.ts";
import { Compiled } from "../../../src/runtime/compile.ts";
import { ndarray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import { evaluateOne, toValue } from "../../support/check-op.ts";
import { over } from "./over.ts";

type Name = keyof typeof metricRules;

interface Sample {
  /** A config with every option that goes with the others. */
  readonly config: MetricConfig;
  /** Whether it takes labels, rather than targets of the shape of the predictions. */
  readonly sparse?: boolean;
  /** Wrong values of options. */
  readonly wrong?: readonly (readonly [option: string, value: unknown, wanted: string])[];
}

const threshold = ["threshold", "high", 'a number or "argmax"'] as const;
const ignoreClass = ["ignoreClass", 0.5, "a whole number"] as const;
const average = ["average", "mean", 'one of "micro", "macro", "weighted"'] as const;
const classId = ["classId", -1, "a whole number from 0 up"] as const;
const scale = [
  ["scale", 0, "a positive number"],
  ["scale", undefined, "a positive number"],
] as const;
const k = ["k", 0, "a positive whole number"] as const;
const axis = ["axis", [], "an axis or a list of axes"] as const;

const samples: { readonly [N in Name]: Sample } = {
  accuracy: { config: metrics.accuracy() },
  binaryAccuracy: {
    config: metrics.binaryAccuracy({ threshold: 0.4 }),
    wrong: [["threshold", Number.NaN, "a number"]],
  },
  categoricalAccuracy: { config: metrics.categoricalAccuracy() },
  sparseCategoricalAccuracy: {
    config: metrics.sparseCategoricalAccuracy({ ignoreClass: 1 }),
    sparse: true,
    wrong: [ignoreClass],
  },
  topKCategoricalAccuracy: { config: metrics.topKCategoricalAccuracy({ k: 2 }), wrong: [k] },
  sparseTopKCategoricalAccuracy: {
    config: metrics.sparseTopKCategoricalAccuracy({ k: 2, ignoreClass: 1 }),
    sparse: true,
    wrong: [k, ignoreClass],
  },
  perplexity: {
    config: metrics.perplexity({ fromLogits: true, ignoreClass: 0 }),
    sparse: true,
    wrong: [ignoreClass, ["fromLogits", "no", "true or false"]],
  },
  auc: {
    config: metrics.auc({ curve: "PR", interpolation: "linear", average: "macro" }),
    wrong: [
      ["curve", "roc", 'one of "ROC", "PR"'],
      ["interpolation", "steps", 'one of "step", "linear"'],
      ["average", "weighted", 'one of "micro", "macro"'],
      classId,
    ],
  },
  precision: {
    config: metrics.precision({ threshold: 0.4, classId: 2 }),
    wrong: [threshold, ignoreClass, average, classId],
  },
  recall: {
    config: metrics.recall({ threshold: "argmax", average: "macro" }),
    wrong: [threshold, ignoreClass, average, classId],
  },
  f1Score: {
    config: metrics.f1Score({ average: "weighted", ignoreClass: 2 }),
    sparse: true,
    wrong: [threshold, ignoreClass, average, classId],
  },
  fBetaScore: {
    config: metrics.fBetaScore({ beta: 2, average: "micro" }),
    wrong: [threshold, ignoreClass, average, classId, ["beta", 0, "a positive number"]],
  },
  matthewsCorrelation: {
    config: metrics.matthewsCorrelation({ threshold: "argmax", ignoreClass: 0 }),
    sparse: true,
    wrong: [threshold, ignoreClass],
  },
  dice: { config: metrics.dice({ axis: [0] }), wrong: [axis] },
  tversky: {
    config: metrics.tversky({ alpha: 0.2, beta: 0.7, axis: [0, 1] }),
    wrong: [axis, ["alpha", -1, "a number from 0 up"], ["beta", "1", "a number from 0 up"]],
  },
  rootMeanSquaredError: { config: metrics.rootMeanSquaredError() },
  rmse: { config: metrics.rmse() },
  symmetricMeanAbsolutePercentageError: { config: metrics.symmetricMeanAbsolutePercentageError() },
  smape: { config: metrics.smape() },
  meanAbsoluteScaledError: { config: metrics.meanAbsoluteScaledError({ scale: 2 }), wrong: scale },
  mase: { config: metrics.mase({ scale: 2 }), wrong: scale },
  r2: { config: metrics.r2() },
  cosineSimilarity: {
    config: metrics.cosineSimilarity({ axis: 1 }),
    wrong: [["axis", "1", "a whole number"]],
  },
};

const all = Object.entries(samples) as [Name, Sample][];

test.each(all)("%s is what its config says after a way through JSON", (name, { config }) => {
  const read = JSON.parse(JSON.stringify(config)) as MetricConfig;
  expect(read).toEqual(config);
  expect(metric(read).name).toBe(name);
  expect(metric({ ...read, label: "mine" }).name).toBe("mine");
  const { name: _, ...options } = config;
  expect((metrics[name] as (options?: object) => MetricConfig)(options)).toEqual(config);
});

test.each(all)("%s names an option that it does not have", (name, { config }) => {
  expect(() => metric({ ...config, nonesuch: 1 } as unknown as MetricChoice)).toThrow(
    expect.objectContaining({
      code: "unknown-option",
      message: expect.stringContaining(`metric ${name}: there is no option "nonesuch"`),
    }),
  );
  expect(() => metric({ ...config, label: 3 } as unknown as MetricChoice)).toThrow(
    `metric ${name}: label is to be text, got 3`,
  );
});

test.each(
  all.flatMap(([name, { config, wrong = [] }]) => wrong.map((one) => [name, ...one, config] as const)),
)("%s refuses %s %j", (name, option, value, wanted, config) => {
  expect(() => metric({ ...config, [option]: value } as MetricChoice)).toThrow(
    expect.objectContaining({
      code: "option-value",
      message: expect.stringContaining(`metric ${name}: ${option} is to be ${wanted}, got `),
    }),
  );
});

test("every option is refused something", () => {
  for (const [name, { wrong = [] }] of all) {
    const tried = new Set(wrong.map(([option]) => option));
    expect(
      Object.keys(metricRules[name].options).filter((option) => !tried.has(option)),
      name,
    ).toEqual([]);
  }
});

describe("compiled", () => {
  test.each(all)(
    "%s has the interpreter's statistics, with weights and mask",
    async (name, { config, sparse = false }) => {
      const random = new Random(name);
      const yTrue = sparse
        ? random.integers([6], 0, 3).astype("int32")
        : random.bernoulli([6, 3], 0.5).astype("float32");
      const arrays = [
        yTrue,
        random.uniform([6, 3], 0.1, 0.9),
        random.uniform([6], 0.5, 2),
        random.bernoulli([6], 0.7),
      ];
      const leaves = arrays.map((array, i) => input(`x${i}`, array)) as [Tensor, Tensor, Tensor, Tensor];
      const [y, p, sampleWeight, mask] = leaves;
      const outputs = Object.values(metric(config).update(y, p, { sampleWeight, mask }));
      expect(outputs.every(({ dtype }) => dtype === "float32")).toBe(true);
      const point = new Map(leaves.map((tensor, i) => [tensor, toValue(arrays[i] ?? ndarray([]))]));
      const wanted = interpret(outputs, point);
      const compiled = await Compiled.from(
        leaves.map((tensor, i) => [`x${i}`, tensor]),
        outputs.map((tensor, i) => [`y${i}`, tensor]),
        { threads: 1, label: name },
      );
      try {
        for (const [i, result] of (await compiled.run(arrays)).entries()) {
          const numbers = wanted[i]?.data ?? new Float64Array();
          expect(result.size).toBe(numbers.length);
          for (const [j, got] of result.toFloat64().entries()) {
            const exact = numbers[j] ?? Number.NaN;
            expect(Math.abs(got - exact), `${name}: statistic ${i}`).toBeLessThan(
              1e-5 * Math.max(1, Math.abs(exact)),
            );
          }
        }
      } finally {
        await compiled.release();
      }
    },
  );
});

describe("losses as metrics", () => {
  const random = new Random(2);
  const n = 12;
  const values = random.uniform([n, 4], 0.1, 0.9, "float64");
  const predictions = random.uniform([n, 4], 0.1, 0.9, "float64");
  const weights = { sampleWeight: ndarray(random.integers([n], 0, 3).toFloat64()) };
  const needed: Readonly<Record<string, Loss>> = {
    quantile: losses.quantile({ levels: [0.2, 0.4, 0.6, 0.8] }),
  };
  const names = Object.keys(lossRules).filter(
    (name) => !Object.hasOwn(metricRules, name),
  ) as (keyof typeof lossRules)[];

  test.each(names)("%s is the weighted mean of the losses", (name) => {
    const choice = needed[name] ?? (name as Loss);
    const { call, targetShape, targets } = loss(choice);
    const pair = name === "studentTNll" ? 3 : /Nll$/.test(name) ? 2 : 4;
    const yPred =
      name === "ctc" || name === "crf"
        ? random.uniform(name === "ctc" ? [n, 5, 4] : [n, 1, 4, 4], -1, 1, "float64")
        : ndarray(predictions.toFloat64().slice(0, n * pair), { shape: [n, pair] });
    const shape = [
      n,
      ...(targetShape(yPred.shape.slice(1)) ?? []).map((dimension) => (dimension === -1 ? 2 : dimension)),
    ];
    const yTrue =
      targets === "labels"
        ? random.integers(shape, 1, 4).astype("int32")
        : ndarray(
            values.toFloat64().slice(
              0,
              shape.reduce((a, b) => a * b),
            ),
            { shape },
          );
    const each = evaluateOne((y, p) => call(y as Tensor, p as Tensor), yTrue, yPred).toFloat64();
    let [total, count] = [0, 0];
    for (let i = 0; i < n; i++) {
      total += (each[i] ?? Number.NaN) * weights.sampleWeight.at(i);
      count += weights.sampleWeight.at(i);
    }
    expect(each).toHaveLength(n);
    for (const ends of [[n], [3, 4, n]]) {
      expect(over(choice as MetricChoice, yTrue, yPred, ends, weights)).toBeCloseTo(total / count, 9);
    }
  });

  test("ctc reads the mask of the predictions, and its values have none", () => {
    const yPred = random.uniform([3, 5, 4], -1, 1, "float64");
    const labels = ndarray(
      [
        [1, 2],
        [3, 0],
        [2, 2],
      ],
      { dtype: "int32" },
    );
    const mask = ndarray(
      Uint8Array.from({ length: 15 }, (_, i) => Number(i % 5 < 4)),
      { shape: [3, 5], dtype: "bool" },
    );
    const cut = ndarray(
      Float64Array.from({ length: 48 }, (_, i) => yPred.toFloat64()[Math.floor(i / 16) * 20 + (i % 16)] ?? 0),
      { shape: [3, 4, 4] },
    );
    expect(over("ctc", labels, yPred, [1, 3], { mask })).toBeCloseTo(over("ctc", labels, cut), 12);
  });

  test.each([
    [metrics.dice(), losses.dice()],
    [metrics.dice({ axis: [0] }), losses.dice({ axis: [0] })],
    [metrics.dice({ axis: [-2, 1] }), losses.dice({ axis: [-2, 1] })],
    [metrics.tversky({ alpha: 0.2, beta: 0.7 }), losses.tversky({ alpha: 0.2, beta: 0.7 })],
    [metrics.tversky({ alpha: 0.2, beta: 0.7, axis: 1 }), losses.tversky({ alpha: 0.2, beta: 0.7, axis: 1 })],
  ] as const)("%j over batches is that of all samples at once", (choice, config) => {
    const each = evaluateOne(
      (y, p) => loss(config).call(y as Tensor, p as Tensor),
      values,
      predictions,
    ).toFloat64();
    const wanted = each.reduce((sum, value) => sum + value, 0) / each.length;
    for (const ends of [[n], [3, 4, n]])
      expect(over(choice, values, predictions, ends)).toBeCloseTo(wanted, 9);
    const twice = { sampleWeight: ndarray(new Float64Array(n).fill(2)) };
    expect(over(choice, values, predictions, [5, n], twice)).toBeCloseTo(wanted, 6);
  });

  test("dice leaves out what is masked", () => {
    const mask = ndarray(
      Uint8Array.from({ length: n }, (_, i) => Number(i < 5)),
      { dtype: "bool" },
    );
    expect(over("dice", values, predictions, [2, n], { mask })).toBeCloseTo(
      over("dice", values.rows(0, 5), predictions.rows(0, 5)),
      12,
    );
  });
});
