// Explanations: rows for charts with names of their own, a model explained as it is, and charts drawn from what comes out.

import { expect, test } from "vitest";
import { kernelExplainer } from "../../src/explain/explainers.ts";
import { sequential } from "../../src/model/sequential.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { explanationBarSpec } from "../../src/plot/explanation-bar.ts";
import { forceSpec } from "../../src/plot/explanation-force.ts";
import { summarySpec } from "../../src/plot/explanation-summary.ts";
import { renderSvg } from "../../src/plot/svg.ts";
import { Random } from "../../src/tensor/random.ts";

const random = new Random(6);
const net = sequential([
  layers.embedding({ inputDim: 50, outputDim: 4, inputShape: [6] }),
  layers.lstm({ units: 5 }),
  layers.dense({ units: 1, activation: "sigmoid" }),
]);
const background = random.integers([20, 6], 0, 50);
const rows = random.integers([3, 6], 0, 50);

test("a model of padded ids by itself: values of a row sum to link(prediction) - base to 1e-6", async () => {
  const explanation = await kernelExplainer(net, background, { link: "logit" }).explain(rows);
  const predicted = (await net.predict(rows)).toArray();
  for (const [n, p] of predicted.entries()) {
    const { features, baseValue, prediction } = explanation.row(n);
    const sum = features.reduce((total, { value }) => total + value, baseValue);
    expect(Math.abs(sum - prediction)).toBeLessThan(1e-9);
    expect(Math.abs(sum - Math.log(p / (1 - p)))).toBeLessThan(1e-6);
  }
});

test("a row has the words at its places as names, and is drawn as it is", async () => {
  const explanation = await kernelExplainer(net, background).explain(rows);
  const words = ["", "a", "film", "of", "rare", "beauty"];
  const row = explanation.row(1, { names: words });
  expect(row.features.map(({ name }) => name)).toEqual(words);
  expect(row.features[5]?.data).toBeUndefined();
  expect(explanation.row(1).features[5]?.data).toBe(String(rows.at(1, 5)));
  expect(await renderSvg(forceSpec({ explanation: row }))).toContain(`f(x) = ${row.prediction.toFixed(3)}`);
  expect(await renderSvg(summarySpec({ explanation, coloured: false }))).toContain("feature 3");
  expect(await renderSvg(explanationBarSpec({ explanation }))).toContain("mean |value|");
});

test("bad places and names are named", async () => {
  const explanation = await kernelExplainer(net, background, {
    names: ["a", "b", "c", "d", "e", "f"],
  }).explain(rows);
  expect(explanation.names).toEqual(["a", "b", "c", "d", "e", "f"]);
  expect(explanation.count).toBe(3);
  expect(JSON.parse(JSON.stringify(explanation))).toEqual({
    names: ["a", "b", "c", "d", "e", "f"],
    outputs: ["output 0"],
    baseValues: [explanation.baseValue],
    predictions: explanation.predictions.toArray(),
    values: explanation.values.toNested(),
  });
  const importance = explanation.importance();
  expect(importance.length).toBe(6);
  const values = explanation.values.toNested() as number[][];
  for (const [i, { name, value }] of importance.entries()) {
    const place = explanation.names.indexOf(name);
    expect(value).toBeCloseTo(values.reduce((sum, row) => sum + Math.abs(row[place] ?? 0), 0) / 3, 12);
    expect(value).toBeLessThanOrEqual(importance[i - 1]?.value ?? Infinity);
  }
  expect(() => explanation.row(3)).toThrow("explanation: there is no row 3; rows are 0 to 2");
  expect(() => explanation.row(0, { names: ["a"] })).toThrow(
    "explanation: names has 1 for 6 features; wanted one for each",
  );
  expect(() => explanation.output(1)).toThrow(
    "explanation: there is no output 1. There are output 0, or 0 to 0",
  );
});
