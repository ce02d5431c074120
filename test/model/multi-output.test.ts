// Models of several outputs: losses and their weights, targets, sample weights, metrics and the names of logs, against sums by hand.

import { describe, expect, test } from "vitest";
import {
  type CompileModelOptions,
  type Functional,
  input,
  layers,
  model,
  type NdArray,
  ndarray,
  RecurraError,
} from "../../src/index.ts";
import { filled, normal, setWeights, weightsOf } from "./support/data.ts";
import { checkGradients } from "./support/gradient-check.ts";

/** What a caller without types might pass. */
const wrong = <T>(value: unknown): T => value as T;
const quiet = { verbose: "silent", shuffle: false } as const;

/** value = x·w, class = softmax(x·k), both from one input of two features. */
function twoHeads(compile: CompileModelOptions = {}): Functional {
  const x = input({ shape: [2] });
  const net = model({
    inputs: x,
    outputs: {
      value: layers.dense({ units: 1, useBias: false }).apply(x),
      class: layers.dense({ units: 3, activation: "softmax", useBias: false }).apply(x),
    },
  });
  setWeights(net, [
    [1, -2],
    [1, 0, -1, 0.5, 0, 0],
  ]);
  net.compile({
    optimizer: { name: "sgd", learningRate: 0 },
    loss: { value: "mse", class: "sparseCategoricalCrossentropy" },
    metrics: { value: ["mae"], class: ["accuracy"] },
    ...compile,
  });
  return net;
}

const x = ndarray([
  [1, 0],
  [0, 1],
  [2, -1],
  [-1, -1],
]);
const value = ndarray([[0], [1], [3], [0.5]]);
const labels = ndarray([0, 2, 0, 1], { dtype: "int32" });

/** What the two losses are row by row, from the formulas. */
const byHand = (() => {
  const rows = [0, 1, 2, 3].map((i) => {
    const [a, b] = [x.at(i, 0), x.at(i, 1)];
    const error = a - 2 * b - value.at(i, 0);
    const logits = [a + 0.5 * b, 0, -a];
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    const best = logits.indexOf(Math.max(...logits));
    return {
      squared: error ** 2,
      absolute: Math.abs(error),
      entropy: Math.log(sum) - (logits[labels.at(i)] ?? Number.NaN),
      hit: best === labels.at(i) ? 1 : 0,
    };
  });
  const mean = (of: (row: (typeof rows)[number]) => number) =>
    rows.reduce((sum, row) => sum + of(row), 0) / 4;
  return {
    rows,
    mse: mean(({ squared }) => squared),
    mae: mean(({ absolute }) => absolute),
    entropy: mean(({ entropy }) => entropy),
    accuracy: mean(({ hit }) => hit),
  };
})();

function expectLogs(
  logs: Readonly<Record<string, number | readonly number[]>>,
  wanted: Readonly<Record<string, number>>,
): void {
  expect(Object.keys(logs)).toEqual(Object.keys(wanted));
  for (const [name, number] of Object.entries(wanted))
    expect([logs[name]].flat()[0], name).toBeCloseTo(number, 5);
}

describe("the loss", () => {
  test("is the sum of the outputs' losses; each is logged by its output's name, as are the metrics", async () => {
    const wanted = {
      loss: byHand.mse + byHand.entropy,
      value_loss: byHand.mse,
      class_loss: byHand.entropy,
      value_mae: byHand.mae,
      class_accuracy: byHand.accuracy,
    };
    const y = { value, class: labels };
    expectLogs(await twoHeads().evaluate(x, y), wanted);
    expectLogs(await twoHeads().trainOnBatch(x, y), wanted);
    expectLogs((await twoHeads().fit(x, y, quiet)).logs, wanted);
    expectLogs((await twoHeads().fit(x, y, { batchSize: 3, ...quiet })).logs, wanted);
  });

  test.each<[string, CompileModelOptions["lossWeights"]]>([
    ["by name", { class: 0.25, value: 3 }],
    ["in order", [3, 0.25]],
  ])("counts outputs by their weights, which the logs of each do not show: %s", async (_, lossWeights) => {
    const logs = await twoHeads({
      ...(lossWeights === undefined ? {} : { lossWeights }),
      metrics: {},
    }).evaluate(x, [value, labels]);
    expectLogs(logs, {
      loss: 3 * byHand.mse + 0.25 * byHand.entropy,
      value_loss: byHand.mse,
      class_loss: byHand.entropy,
    });
  });

  test("an output whose weight is not given counts 1", async () => {
    const { loss } = await twoHeads({ lossWeights: { class: 2 } }).evaluate(x, [value, labels]);
    expect(loss).toBeCloseTo(byHand.mse + 2 * byHand.entropy, 5);
  });

  test("an output without a loss takes no target; the metrics keep their prefix", async () => {
    for (const y of [labels, [labels], { class: labels }]) {
      const net = twoHeads({
        loss: { class: "sparseCategoricalCrossentropy" },
        metrics: { class: ["accuracy"] },
      });
      expectLogs(await net.evaluate(x, y), { loss: byHand.entropy, class_accuracy: byHand.accuracy });
    }
  });

  test("an output without a loss has no gradient", async () => {
    const net = twoHeads();
    await checkGradients(
      net,
      [x, labels],
      { loss: { class: "sparseCategoricalCrossentropy" } },
      { still: ["dense/kernel"] },
    );
  });

  test("has the gradient of the weighed sum", async () => {
    const a = input({ shape: [3] });
    const h = layers.dense({ units: 3, activation: "tanh" }).apply(a);
    const net = model({
      inputs: a,
      outputs: [layers.dense({ units: 1 }).apply(h), layers.dense({ units: 2 }).apply(h), h],
    });
    const y = [normal([4, 1], 2), normal([4, 2], 3), normal([4, 3], 4)];
    await checkGradients(
      net,
      [
        normal([4, 3]),
        y,
        [
          [1, 0, 2, 0.5],
          [1, 1, 1, 1],
          [3, 0, 0, 1],
        ],
      ],
      {
        loss: ["mse", "mae", { name: "huber", delta: 0.3 }],
        lossWeights: [0.5, 2, 1.5],
      },
    );
  });
});

describe("sample weights", () => {
  const rows = [1, 0, 2, 0.5];
  const weighed = (of: "squared" | "entropy") =>
    byHand.rows.reduce((sum, row, i) => sum + (rows[i] ?? 0) * row[of], 0) / 4;

  test.each<[string, unknown, number, number]>([
    ["one list for all outputs", rows, weighed("squared"), weighed("entropy")],
    ["one array for all outputs", ndarray(rows), weighed("squared"), weighed("entropy")],
    ["a list for each", [rows, [1, 1, 1, 1]], weighed("squared"), byHand.entropy],
    ["by name", { class: rows }, byHand.mse, weighed("entropy")],
  ])("%s", async (_, sampleWeight, first, second) => {
    for (const logs of [
      await twoHeads().evaluate(x, [value, labels], { sampleWeight: wrong(sampleWeight) }),
      (await twoHeads().fit(x, [value, labels], { sampleWeight: wrong(sampleWeight), ...quiet })).logs,
      await twoHeads().trainOnBatch(x, [value, labels], wrong(sampleWeight)),
    ]) {
      expect([logs.value_loss].flat()[0]).toBeCloseTo(first, 5);
      expect([logs.class_loss].flat()[0]).toBeCloseTo(second, 5);
      expect([logs.loss].flat()[0]).toBeCloseTo(first + second, 5);
      expect([logs.value_mae].flat()[0]).toBeCloseTo(byHand.mae, 5); // metrics are not weighed
    }
  });

  test("go with their rows when those are shuffled", async () => {
    const runs = await Promise.all(
      [rows, [0, 0, 0, 0]].map(async (sampleWeight) => {
        const net = twoHeads();
        const { logs } = await net.fit(x, [value, labels], {
          sampleWeight,
          batchSize: 1,
          verbose: "silent",
          shuffle: true,
        });
        return logs.loss?.[0];
      }),
    );
    expect(runs[0]).toBeCloseTo(weighed("squared") + weighed("entropy"), 5);
    expect(runs[1]).toBe(0);
  });
});

describe("held-out data", () => {
  test("are evaluated output by output, in lists or under names", async () => {
    const still = { optimizer: { name: "sgd", learningRate: 0 } } as const;
    const held: readonly [NdArray, { value: NdArray; class: NdArray }, { class: number[] }] = [
      x.rows(1, 3),
      { value: value.rows(1, 3), class: labels.rows(1, 3) },
      { class: [0, 4] },
    ];
    const { logs } = await twoHeads(still).fit(x, [value, labels], { validationData: held, ...quiet });
    const [, second, third] = byHand.rows;
    const mse = ((second?.squared ?? 0) + (third?.squared ?? 0)) / 2;
    expect(logs.val_value_loss?.[0]).toBeCloseTo(mse, 5);
    expect(logs.val_class_loss?.[0]).toBeCloseTo((4 * (third?.entropy ?? 0)) / 2, 5);
    expect(logs.val_loss?.[0]).toBeCloseTo(mse + 2 * (third?.entropy ?? 0), 5);
    expect(logs.val_class_accuracy?.[0]).toBe(0.5); // "class" guesses 0 in the second row, where 2 is right, and in the third
  });

  test("validationSplit cuts every array", async () => {
    const { logs } = await twoHeads().fit(
      { input: x },
      { class: labels, value },
      { validationSplit: 0.5, ...quiet },
    );
    const half = (of: "squared" | "entropy", from: number) =>
      byHand.rows.slice(from, from + 2).reduce((sum, row) => sum + row[of], 0) / 2;
    expect(logs.value_loss?.[0]).toBeCloseTo(half("squared", 0), 5);
    expect(logs.val_value_loss?.[0]).toBeCloseTo(half("squared", 2), 5);
    expect(logs.val_class_loss?.[0]).toBeCloseTo(half("entropy", 2), 5);
  });
});

describe("predictAll", () => {
  test("gives each output by its name, also in batches", async () => {
    const net = twoHeads();
    for (const batchSize of [256, 3]) {
      const all = await net.predictAll(x, { batchSize });
      expect(Object.keys(all)).toEqual(["value", "class"]);
      expect(all.value?.toArray()).toEqual([1, -2, 4, 1]);
      expect(all.class?.shape).toEqual([4, 3]);
      for (let i = 0; i < 4; i++)
        expect([0, 1, 2].reduce((sum, k) => sum + (all.class?.at(i, k) ?? 0), 0)).toBeCloseTo(1, 6);
    }
  });

  test("is for models of one output too, and predict for those alone", async () => {
    const a = input({ shape: [2] });
    const net = model({ inputs: a, outputs: layers.dense({ units: 1, name: "only" }).apply(a) });
    expect((await net.predictAll(x)).only?.toArray()).toEqual((await net.predict(x)).toArray());
    await expect(twoHeads().predict(x)).rejects.toThrow(
      "functional: predict is for models of one output, this gives value, class: use predictAll",
    );
  });

  test("of ids gives ids, however many rows are taken at once", async () => {
    const a = input({ shape: [2], dtype: "int32" });
    const net = model({ inputs: a, outputs: a });
    const ids = ndarray(
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      { dtype: "int32" },
    );
    for (const batchSize of [256, 2]) {
      const given = await net.predict(ids, { batchSize });
      expect(given.dtype).toBe("int32");
      expect(given.toArray()).toEqual([1, 2, 3, 4, 5, 6]);
    }
  });
});

describe("training", () => {
  test("both heads learn", async () => {
    const a = input({ shape: [2] });
    const h = layers.dense({ units: 16, activation: "tanh" }).apply(a);
    const net = model({
      inputs: a,
      outputs: {
        sum: layers.dense({ units: 1 }).apply(h),
        sign: layers.dense({ units: 1, activation: "sigmoid" }).apply(h),
      },
    });
    net.compile({
      optimizer: { name: "adam", learningRate: 0.02 },
      loss: { sum: "mse", sign: "binaryCrossentropy" },
      metrics: { sign: ["accuracy"] },
    });
    const data = normal([128, 2], 5);
    const sum = filled([128, 1], (i) => data.at(i, 0) + data.at(i, 1));
    const sign = filled([128, 1], (i) => (data.at(i, 0) > data.at(i, 1) ? 1 : 0));
    const { logs } = await net.fit(data, { sum, sign }, { epochs: 40, verbose: "silent" });
    expect(logs.sum_loss?.at(-1)).toBeLessThan(0.02);
    expect(logs.sign_accuracy?.at(-1)).toBeGreaterThan(0.95);
  });

  test("an output of steps carries its mask to its own loss alone", async () => {
    const ids = input({ shape: [3], dtype: "int32" });
    const e = layers.embedding({ inputDim: 5, outputDim: 2, maskZero: true }).apply(ids);
    const tags = layers.dense({ units: 1, name: "tags" }).apply(e);
    const whole = layers.dense({ units: 1, name: "whole" }).apply(layers.flatten().apply(e));
    const net = model({ inputs: ids, outputs: [tags, whole] });
    net.compile({ loss: ["mse", "mse"] });
    const x = ndarray(
      [
        [1, 2, 0],
        [3, 0, 0],
      ],
      { dtype: "int32" },
    );
    const [yTags, yWhole] = [normal([2, 3, 1], 2), normal([2, 1], 3)];
    const given = await net.predictAll(x);
    const error = (row: number, step: number) =>
      ((given.tags?.at(row, step, 0) ?? 0) - yTags.at(row, step, 0)) ** 2;
    const logs = await net.evaluate(x, [yTags, yWhole]);
    expect(logs.tags_loss).toBeCloseTo((error(0, 0) + error(0, 1) + error(1, 0)) / 3, 5);
    const wholeError = (row: number) => ((given.whole?.at(row, 0) ?? 0) - yWhole.at(row, 0)) ** 2;
    expect(logs.whole_loss).toBeCloseTo((wholeError(0) + wholeError(1)) / 2, 5);
  });
});

describe("refuses", () => {
  test.each<[string, unknown, string]>([
    [
      "one loss for two outputs",
      { loss: "mse" },
      "compile: loss is one, the model has the outputs value, class: give each its loss, in a list or by name",
    ],
    [
      "a list that is too short",
      { loss: ["mse"] },
      "compile: loss is for 2 outputs (value, class), got a list of 1",
    ],
    [
      "a loss for an output that there is not",
      { loss: { value: "mse", classes: "mse" } },
      'compile: loss: there is no output "classes". Did you mean "class"? There are value, class',
    ],
    ["a loss that there is not", { loss: { value: "mqe" } }, 'there is no loss "mqe"'],
    [
      "metrics in a list",
      { loss: ["mse", "mse"], metrics: ["mae"] },
      'compile: metrics is to be lists by the names value, class, got ["mae"]',
    ],
    [
      "a metric that is no list",
      { loss: ["mse", "mse"], metrics: { value: "mae" } },
      'compile: metrics is to be lists by the names value, class, got {"value":"mae"}',
    ],
    [
      "metrics of an output that there is not",
      { loss: ["mse", "mse"], metrics: { val: ["mae"] } },
      'compile: metrics: there is no output "val". Did you mean "value"?',
    ],
    [
      "metrics of an output without a loss",
      { loss: { value: "mse" }, metrics: { class: ["mae"] } },
      "compile: the output class has metrics but no loss",
    ],
    [
      "a weight of an output without a loss",
      { loss: { value: "mse" }, lossWeights: { class: 2 } },
      "compile: the output class has a loss weight but no loss",
    ],
    [
      "one metric twice",
      { loss: { value: "mse" }, metrics: { value: ["mae", "mae"] } },
      "compile: two of the logs loss, value_mae, value_mae are named value_mae",
    ],
    [
      "one weight for all",
      { loss: ["mse", "mse"], lossWeights: 2 },
      "compile: lossWeights is to be a list or an object, got 2",
    ],
    [
      "a weight that is no number",
      { loss: ["mse", "mse"], lossWeights: { class: "2" } },
      'compile: lossWeights.class is to be a number, got "2"',
    ],
    [
      "a weight that is not finite",
      { loss: ["mse", "mse"], lossWeights: [1, Number.NaN] },
      "compile: lossWeights.class is to be a number, got NaN",
    ],
  ])("compile: %s", (_, options, message) => {
    const work = () => twoHeads({ metrics: {}, ...(options as object) });
    expect(work).toThrow(RecurraError);
    expect(work).toThrow(message);
  });

  const y = { value, class: labels };
  test.each<[string, (net: Functional) => unknown, string]>([
    ["no targets", (net) => net.fit(x, undefined, quiet), "y: the targets are missing"],
    [
      "one array of targets",
      (net) => net.fit(x, value, quiet),
      "y: wants 2 arrays, for value, class, in a list or under their names, got one array",
    ],
    [
      "targets that are missing",
      (net) => net.fit(x, { value }, quiet),
      'y: "class" is missing; wanted are value, class',
    ],
    [
      "targets for what there is not",
      (net) => net.evaluate(x, { ...y, extra: value }),
      'y: there is no "extra"',
    ],
    [
      "targets in the wrong order",
      (net) => net.trainOnBatch(x, [labels, value]),
      "y.class: row 3, at [3, 0], is 0.5; whole numbers are wanted",
    ],
    [
      "fewer rows of one target",
      (net) => net.fit(x, [value, labels.rows(0, 2)], quiet),
      "y.class: wants 4 rows, as many as x, got [2]",
    ],
    [
      "a label out of range",
      (net) => net.fit(x, [value, ndarray([0, 1, 3, 0])], quiet),
      "y.class: label 3 in row 2, at [2], is outside the 3 classes that layer dense_1 gives",
    ],
    [
      "targets of another width",
      (net) => net.fit(x, [normal([4, 2]), labels], quiet),
      "y.value: layer dense gives [samples, 1], for the loss mse the targets are to be [samples, 1], got [4, 2]",
    ],
    [
      "a NaN in one target",
      (net) => net.fit(x, [filled([4, 1], (i) => (i === 2 ? Number.NaN : 0)), labels], quiet),
      "y.value: row 2, at [2, 0], is NaN",
    ],
    [
      "weights of what there is not",
      (net) => net.fit(x, y, { sampleWeight: wrong({ total: [1, 1, 1, 1] }), ...quiet }),
      'sampleWeight: there is no "total"',
    ],
    [
      "weights that are null",
      (net) => net.fit(x, y, { sampleWeight: wrong(null), ...quiet }),
      "sampleWeight: ndarray: the value at the top is null",
    ],
    [
      "weights of too few rows",
      (net) => net.fit(x, y, { sampleWeight: { class: [1, 2] }, ...quiet }),
      "sampleWeight.class: wants 4 rows, as many as x, got [2]",
    ],
    [
      "class weights",
      (net) => net.fit(x, y, { classWeight: { 0: 2 }, ...quiet }),
      "fit: classWeight wants a model of one output with a loss, this has 2",
    ],
    [
      "held-out targets that are missing",
      (net) => net.fit(x, y, { validationData: [x, { value }], ...quiet }),
      'validationData[1]: "class" is missing; wanted are value, class',
    ],
  ])("data: %s", async (_, work, message) => {
    const net = twoHeads({ optimizer: "sgd" });
    const before = weightsOf(net);
    const work2 = async () => work(net);
    await expect(work2).rejects.toThrow(RecurraError);
    await expect(work2).rejects.toThrow(message);
    expect(weightsOf(net)).toEqual(before);
  });

  test("a model that has no loss at all", async () => {
    const net = twoHeads({ loss: {}, metrics: {} });
    await expect(net.fit(x, undefined, quiet)).rejects.toThrow(
      "there is no loss: compile it with one, or let a layer add one",
    );
    await expect(net.fit(x, value, quiet)).rejects.toThrow("y: the model has no loss that reads targets");
  });
});
