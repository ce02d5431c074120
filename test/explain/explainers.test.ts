// KernelSHAP, the definition and random orders: against Python's shap, closed forms and each other; what is refused.
//
// Numbers of shap: KernelExplainer(f, background, link=…).shap_values(x, l1_reg=False) of shap 0.51.0 with numpy 2.4.6, for the function, the
// background and the rows below, in float64. With 5 features it looks at all coalitions.

import { expect, test } from "vitest";
import { exactExplainer, kernelExplainer, permutationExplainer } from "../../src/explain/explainers.ts";
import { stepGroups } from "../../src/explain/feature-groups.ts";
import { NdArray, ndarray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";

const doubles = (rows: number[][]) => ndarray(rows, { dtype: "float64" });

const background = doubles([
  [0.5, -1, 2, 0, 1],
  [1.5, 0.25, -0.5, 1, 0],
  [-2, 1, 0.75, 1, 1],
  [0, 2, 1.25, 0, 0.5],
]);
const rows = doubles([
  [1, 2, -1, 1, 0.25],
  [-0.5, 0.5, 3, 0, 1],
]);

/** A function of each row. */
const each =
  <T>(fn: (x: number[]) => T) =>
  (x: NdArray): T[] =>
    (x.toNested() as number[][]).map(fn);

const f = ([a = 0, b = 0, c = 0, d = 0, e = 0]: number[]) => a * b + Math.sin(c) + 2 * d - e ** 2 * a;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

function expectClose(got: ArrayLike<number>, wanted: readonly number[], digits = 9) {
  expect(got.length).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, digits);
}

const plain = [
  1.0468749999999998, 0.9843749999999992, -1.3565948017079945, 0.9999999999999992, 0.0625,
  0.20312499999999967, 0.2812499999999995, -0.3740038088402323, -0.9999999999999992, -0.07812499999999989,
];

test("one output, as shap gives it", async () => {
  const explanation = await kernelExplainer(each(f), background).explain(rows);
  expect(explanation.values.shape).toEqual([2, 5]);
  expect(explanation.baseValue).toBeCloseTo(1.3588738169000996, 12);
  expectClose(explanation.values.toArray(), plain);
  expectClose(explanation.predictions.toArray(), (rows.toNested() as number[][]).map(f), 12);
});

test("the definition agrees with it exactly, random orders nearly, with sums that are exact", async () => {
  const exact = await exactExplainer(each(f), background).explain(rows);
  expectClose(exact.values.toArray(), plain);
  const orders = await permutationExplainer(each(f), background, { orders: 400 }).explain(rows);
  expectClose(orders.values.toArray(), plain, 1);
  expectSums(orders.values.toArray(), orders.baseValue, orders.predictions.toArray(), 5);
});

function expectSums(values: number[], base: number, predictions: number[], width: number) {
  for (const [n, prediction] of predictions.entries()) {
    const sum = values.slice(n * width, (n + 1) * width).reduce((a, b) => a + b, 0);
    expect(Math.abs(base + sum - prediction)).toBeLessThan(1e-9);
  }
}

test("probabilities on the scale of their odds", async () => {
  const explainer = kernelExplainer(
    each((x) => sigmoid(f(x))),
    background,
    { link: "logit" },
  );
  const explanation = await explainer.explain(rows);
  expect(explanation.baseValue).toBeCloseTo(1.1033847826330598, 12);
  expectClose(
    explanation.values.toArray(),
    [
      1.1480728923096781, 0.8637119387911146, -1.1361074115243728, 1.0315018518993817, 0.08546496108324231,
      0.2334967506599562, 0.23380311073509483, -0.37329792694002817, -0.7558250853690672,
      -0.05044162365914828,
    ],
  );
  expectSums(explanation.values.toArray(), explanation.baseValue, explanation.predictions.toArray(), 5);
  expectClose(explanation.predictions.toArray(), (rows.toNested() as number[][]).map(f));
});

test("several outputs, each by its name or place", async () => {
  const both = each((x) => [f(x), (x[2] ?? 0) * (x[3] ?? 0)]);
  const explanation = await kernelExplainer(both, background, { outputs: ["f", "product"] }).explain(rows);
  expect(explanation.values.shape).toEqual([2, 5, 2]);
  expectClose(explanation.baseValues, [1.3588738169000996, 0.0625]);
  expectClose(explanation.output("f").values.toArray(), plain);
  const product = [0, 0, -1.21875, 0.15625, 0, 0, 0, 0.71875, -0.78125, 0];
  expectClose(explanation.output(1).values.toArray(), product);
  const row = explanation.row(1, { output: "product" });
  expect(row.output).toBe("product");
  expect(row.prediction).toBe(0);
  expect(row.features[2]).toEqual({ name: "feature 2", value: expect.closeTo(0.71875, 9), data: "3" });
  expect(() => explanation.baseValue).toThrow(
    "explanation: there are 2 outputs (f, product); say which: output(name) or { output: name }",
  );
  expect(() => explanation.output("products")).toThrow(
    'explanation: there is no output "products". Did you mean "product"? There are f, product, or 0 to 1',
  );
});

test("rows of the background that weigh differently: shap's DenseData(…, weights 1, 2, 3, 4)", async () => {
  const weighted = { rows: background, weights: [1, 2, 3, 4] };
  const explanation = await kernelExplainer(each(f), weighted).explain(rows);
  expect(explanation.baseValue).toBeCloseTo(1.5541301107109622, 12);
  expectClose(
    explanation.values.toArray(),
    [
      1.4984374999999988, 0.5124999999999997, -1.4206010955188568, 0.9999999999999994, -0.04843750000000013,
      -0.06250000000000033, 0.3624999999999993, -0.43801010265109486, -0.9999999999999992,
      -0.02499999999999991,
    ],
  );
});

test("groups of columns: shap's DenseData(…, groups [0, 3], [1], [2, 4])", async () => {
  const groups = [
    { name: "a", columns: [0, 3] },
    { name: "b", columns: [1] },
    { name: "c", columns: [2, 4] },
  ];
  const explanation = await kernelExplainer(each(f), background, { groups }).explain(rows);
  expect(explanation.names).toEqual(["a", "b", "c"]);
  expectClose(
    explanation.values.toArray(),
    [
      2.0468750000000004, 0.984375, -1.2940948017079967, -0.7968749999999999, 0.28125000000000006,
      -0.45212880884023254,
    ],
  );
  expect(explanation.row(0).features.map(({ data }) => data)).toEqual([undefined, "2", undefined]);
});

test('a few features: shap\'s l1_reg="num_features(2)" and "num_features(3)"', async () => {
  const two = await kernelExplainer(each(f), background, { features: 2 }).explain(rows);
  const wantedTwo = [
    0.8920150991460014, 0, 0, 0.8451400991460023, 0, 0, 0, -0.17087880884023254, -0.7968749999999998, 0,
  ];
  expectClose(two.values.toArray(), wantedTwo);
  const three = await kernelExplainer(each(f), background, { features: 3 }).explain(rows);
  const wantedThree = [
    0.6155100660973342, 0.5530100660973347, 0, 0.5686350660973347, 0, 0, 0.3229166666666664,
    -0.3323371421735659, -0.9583333333333328, 0,
  ];
  expectClose(three.values.toArray(), wantedThree);
});

test('as many features as a criterion wants: shap\'s l1_reg="aic" and "bic", on eight features of which some hardly matter', async () => {
  const g = ([a = 0, b = 0, c = 0, d = 0, e = 0, h = 0, i = 0, j = 0]: number[]) =>
    2 * a - b + c * d + 0.01 * e * h + 0.02 * Math.sin(i) + 0.3 * Math.tanh(j * a);
  const place = (i: number) => Array.from({ length: 8 }, (_, j) => ((i * 7 + j * 3) % 11) / 5 - 1);
  const others = doubles([0, 1, 2, 3].map(place));
  const row = doubles([Array.from({ length: 8 }, (_, j) => ((j * 5 + 2) % 7) / 3 - 1)]);
  const valuesBy = async (features: "aic" | "bic") =>
    (await kernelExplainer(each(g), others, { features }).explain(row)).values.toArray();
  const aic = [
    -0.6750038846399253, 1.0501516431707614, 0.11015164317076274, 0.010151643170762703, 0,
    -0.005781690162571043, 0, 0.025504727500077318,
  ];
  expectClose(await valuesBy("aic"), aic);
  const bic = [
    -0.6761602226724394, 1.048995305138247, 0.10899530513824852, 0.008995305138248495, 0, 0, 0,
    0.02434838946756318,
  ];
  expectClose(await valuesBy("bic"), bic);
  // What fits exactly has no variance to weigh against: all that matters stays.
  const linear = each((x) => 3 * (x[1] ?? 0) - 2 * (x[6] ?? 0));
  const exact = await kernelExplainer(linear, others, { features: "aic" }).explain(row);
  const all = await kernelExplainer(linear, others).explain(row);
  expectClose(exact.values.toArray(), all.values.toArray(), 6);
});

/** 25 features: more coalitions than are looked at. */
const wide = 25;
const random = new Random(4);
const wideBackground = random.normal([10, wide], 0, 1, "float64");
const wideRows = random.normal([3, wide], 0, 1, "float64");
const weights = [...(random.normal([wide], 0, 1, "float64").data as Float64Array)];

test("a linear model: w_i (x_i - mean of x_i), also where coalitions are drawn", async () => {
  const linear = each((x) => x.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0.5));
  const explanation = await kernelExplainer(linear, wideBackground, { samples: 300 }).explain(wideRows);
  const means = weights.map((_, i) => {
    const column = (wideBackground.toNested() as number[][]).map((row) => row[i] ?? 0);
    return column.reduce((sum, value) => sum + value, 0) / column.length;
  });
  const wanted = (wideRows.toNested() as number[][]).flatMap((row) =>
    row.map((value, i) => (weights[i] ?? 0) * (value - (means[i] ?? 0))),
  );
  expectClose(explanation.values.toArray(), wanted, 8);
});

/** Pairs that interact: the Shapley value of a product of two is known from the four products of what is known and what is not. */
const pairs = (x: readonly number[]) => {
  let sum = 0;
  for (let i = 0; i + 1 < x.length; i += 2) sum += (x[i] ?? 0) * (x[i + 1] ?? 0);
  return sum;
};

/** φ_a of a·b: half of what a adds alone, and half of what it adds to b, over the background. */
function pairShares(row: readonly number[], others: readonly (readonly number[])[]): number[] {
  const mean = (fn: (other: readonly number[]) => number) =>
    others.reduce((sum, other) => sum + fn(other), 0) / others.length;
  return row.map((a, i) => {
    const j = i % 2 === 0 ? i + 1 : i - 1;
    const b = row[j];
    if (b === undefined) return 0;
    const alone = mean((other) => (a - (other[i] ?? 0)) * (other[j] ?? 0));
    const joined = mean((other) => (a - (other[i] ?? 0)) * b);
    return (alone + joined) / 2;
  });
}

test("products of pairs among 25 features: drawn coalitions come near, pairs of them exactly", async () => {
  const others = wideBackground.toNested() as number[][];
  const wanted = (wideRows.toNested() as number[][]).flatMap((row) => pairShares(row, others));
  const explanation = await kernelExplainer(each(pairs), wideBackground).explain(wideRows);
  // A coalition and its complement together cancel every product of two features, so that nothing is left to chance.
  expectClose(explanation.values.toArray(), wanted, 7);
  const orders = await permutationExplainer(each(pairs), wideBackground).explain(wideRows);
  expectClose(orders.values.toArray(), wanted, 7);
});

test("products of three among 12 features: all coalitions exactly, a tenth of them nearly", async () => {
  const threes = each((x) =>
    x.slice(0, 10).reduce((sum, a, i) => sum + a * (x[i + 1] ?? 0) * (x[i + 2] ?? 0), 0),
  );
  const few = new NdArray((wideBackground.data as Float64Array).slice(0, 48), [4, 12]);
  const row = new NdArray((wideRows.data as Float64Array).slice(0, 12), [1, 12]);
  const exact = (await exactExplainer(threes, few).explain(row)).values.toArray();
  const all = await kernelExplainer(threes, few, { samples: 5000 }).explain(row);
  expectClose(all.values.toArray(), exact, 9);
  const some = await kernelExplainer(threes, few, { samples: 400 }).explain(row);
  const largest = Math.max(...exact.map(Math.abs));
  for (const [i, value] of exact.entries())
    expect(Math.abs((some.values.toArray()[i] ?? 0) - value)).toBeLessThan(0.15 * largest);
  expectSums(some.values.toArray(), some.baseValue, some.predictions.toArray(), 12);
});

test("drawn rows of the background: near what all of them give, with sums that are exact", async () => {
  const all = await kernelExplainer(each(pairs), wideBackground).explain(wideRows);
  const drawn = await kernelExplainer(each(pairs), wideBackground, { backgroundDraws: 2 }).explain(wideRows);
  const [wanted, got] = [all.values.toArray(), drawn.values.toArray()];
  const spread = Math.sqrt(wanted.reduce((sum, value) => sum + value ** 2, 0) / wanted.length);
  const error = Math.sqrt(
    wanted.reduce((sum, value, i) => sum + (value - (got[i] ?? 0)) ** 2, 0) / wanted.length,
  );
  expect(error).toBeLessThan(0.25 * spread);
  expect(error).toBeGreaterThan(0);
  expectSums(got, drawn.baseValue, drawn.predictions.toArray(), wide);
});

test("a feature that a row has in common with the background gets 0, and so do all of a row that is the background", async () => {
  const one = doubles([[1, 2, 3, 4, 5]]);
  const explanation = await kernelExplainer(each(f), one).explain(
    doubles([
      [1, 3, 3, 5, 5],
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 7],
    ]),
  );
  const values = explanation.values.toArray();
  expectClose(values.slice(0, 5), [0, 1, 0, 2, 0]);
  expectClose(values.slice(5, 10), [0, 0, 0, 0, 0]);
  expectClose(values.slice(10), [0, 0, 0, 0, 25 - 49]);
});

test("predictions are asked for in batches, rows keep their shape and dtype, and a row comes out the same among others", async () => {
  const sizes: number[] = [];
  const predict = async (x: NdArray) => {
    expect([x.dtype, ...x.shape.slice(1)]).toEqual(["int32", 3, 2]);
    sizes.push(x.shape[0] ?? 0);
    const data = x.data as Int32Array;
    return Float32Array.from({ length: x.shape[0] ?? 0 }, (_, n) => {
      const [a = 0, b = 0, c = 0, d = 0, e = 0, g = 0] = data.subarray(6 * n, 6 * n + 6);
      return a * b + c * d * e + g;
    });
  };
  const ids = (seed: number, count: number) => new Random(seed).integers([count, 3, 2], 0, 4);
  const explainer = kernelExplainer({ predict }, ids(1, 5), { batchSize: 7, groups: stepGroups(3, 2) });
  const explanation = await explainer.explain(ids(2, 2));
  expect(Math.max(...sizes)).toBe(7);
  expect(explanation.names).toEqual(["t-2", "t-1", "t"]);
  const sampled = { samples: 14, batchSize: 1000 };
  const both = await kernelExplainer(predict, ids(1, 5), sampled).explain(ids(2, 2));
  const first = await kernelExplainer(predict, ids(1, 5), sampled).explain(ids(2, 2).rows(0, 1));
  expect(first.values.toArray()).toEqual(both.values.toArray().slice(0, 6));
});

test("an explanation can be stopped, and tells how far it is", async () => {
  const told: string[] = [];
  const controller = new AbortController();
  const explainer = kernelExplainer(each(f), background);
  const work = explainer.explain(rows, {
    signal: controller.signal,
    onProgress: (done, total) => {
      told.push(`${done}/${total}`);
      controller.abort(new Error("enough"));
    },
  });
  await expect(work).rejects.toThrow("enough");
  expect(told).toEqual(["1/2"]);
});

test("bad input is named", async () => {
  const explain = (predict: unknown, given: unknown = rows, options = {}) =>
    kernelExplainer(predict as never, background, options).explain(given as never);
  await expect(explain(each(f), [])).rejects.toThrow("kernelExplainer: there are no rows");
  await expect(explain(each(f), doubles([[1, 2, 3]]))).rejects.toThrow(
    "kernelExplainer: rows have the shape [3], the background's [5]; wanted the same",
  );
  await expect(explain(each(f), [1, 2, 3, 4, 5])).rejects.toThrow(
    "kernelExplainer: wants rows [N, features], got [5]; one row is a list of one: [row]",
  );
  await expect(explain(() => [1, 2])).rejects.toThrow(
    "kernelExplainer: predict was given 4 rows and gave [2]; wanted [4] or [4, outputs]",
  );
  await expect(explain(() => undefined)).rejects.toThrow(
    "kernelExplainer: predict gave undefined; wanted an array of numbers, [n] or [n, outputs]",
  );
  await expect(explain(each((x) => (x[0] === 1 ? Number.NaN : 1)))).rejects.toThrow(
    "kernelExplainer: predict gave NaN for row 0 of 2; wanted finite numbers. Rows are put together",
  );
  await expect(explain(each((x) => (x[0] === 1 ? [1] : [1, 2])))).rejects.toThrow("ndarray: the value at");
  await expect(explain(each(f), rows, { link: "logit" })).rejects.toThrow(
    'kernelExplainer: link "logit" wants predictions from 0 to 1, got 1.358',
  );
  await expect(explain(each(f), rows, { samples: 4 })).rejects.toThrow(
    "samples: 4 coalitions cannot tell 5 features apart; give at least 10, better 2058",
  );
  await expect(explain(each(f), rows, { outputs: ["a", "b"] })).rejects.toThrow(
    "kernelExplainer: outputs names 2, but predict gives 1 output a row",
  );
  const refused =
    (options: object, given: unknown = background) =>
    () =>
      kernelExplainer(each(f), given as never, options as never);
  expect(refused({ nsamples: 5 })).toThrow(
    'kernelExplainer: there is no option "nsamples". Did you mean "samples"?',
  );
  expect(refused({ link: "log" })).toThrow('kernelExplainer: link is to be "identity" or "logit", got "log"');
  expect(refused({ features: "auto" })).toThrow(
    'kernelExplainer: features is to be a positive whole number, "aic" or "bic", got "auto"',
  );
  expect(refused({ samples: 0 })).toThrow("kernelExplainer: samples is to be a positive whole number, got 0");
  expect(refused({ names: ["a"] })).toThrow(
    "kernelExplainer: names has 1 for 5 features; wanted one for each",
  );
  expect(refused({ groups: [{ name: "a", columns: [0, 1] }] })).toThrow(
    "kernelExplainer: column 2 is in no group; each column wants one, if need be by itself",
  );
  expect(refused({}, [])).toThrow("kernelExplainer: background: there are no rows");
  expect(refused({}, { rows: background, weights: [1, 2] })).toThrow(
    "kernelExplainer: background has 4 rows and 2 weights; wanted one for each",
  );
  expect(refused({}, { rows: background, weights: [1, 2, -1, 0] })).toThrow(
    "kernelExplainer: background: weight 2 is -1; wanted numbers from 0 up, some above",
  );
  expect(refused({}, "rows")).toThrow('kernelExplainer: background: wants rows [N, features], got "rows"');
  expect(() => kernelExplainer(undefined as never, background)).toThrow(
    "kernelExplainer: wants a function from rows to predictions, or a model with predict, got undefined",
  );
  await expect(exactExplainer(each(pairs), wideBackground).explain(wideRows)).rejects.toThrow(
    "exact Shapley values of 25 features rest on 33,554,432 coalitions; at most 16 features are taken",
  );
});
