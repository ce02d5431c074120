// The charts of told numbers: predicted against actual, and errors by size.

import { expect, test } from "vitest";
import { errorSizeSpec } from "../../src/plot/error-size-chart.ts";
import { renderPng } from "../../src/plot/png.ts";
import { predictedActualSpec } from "../../src/plot/predicted-actual-chart.ts";
import { renderSvg } from "../../src/plot/svg.ts";
import { LIGHT } from "../../src/plot/theme.ts";

const textsOf = (svg: string) => [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => text ?? "");
const marksOf = (svg: string, colour: string) =>
  [...svg.matchAll(/<path ([^>]*)>/g)].filter(([, marks]) => marks?.includes(`fill="${colour}"`)).length;

test("a point for each row that can be drawn, and what the axes are", async () => {
  const actual = Float64Array.from([1, 10, 100, 0]);
  const predicted = Float64Array.from([2, 9, 150, 3]);
  const spec = (log: boolean) => predictedActualSpec({ actual, predicted, quantity: "price", log });
  const svg = await renderSvg(spec(true));
  expect(textsOf(svg)).toEqual(expect.arrayContaining(["actual price", "predicted price", "10", "100"]));
  expect(marksOf(svg, LIGHT.forecast)).toBe(3);
  expect(marksOf(await renderSvg(spec(false)), LIGHT.forecast)).toBe(4);
  expect((await renderPng(svg)).length).toBeGreaterThan(1000);
});

test.each([
  [60, 9000, ["100", "300", "1k", "3k"]],
  [120, 900, ["150", "300", "500", "800"]],
])("logarithms from %d to %d have labels, and no point is at the edge", async (least, most, labels) => {
  const actual = Float64Array.from([least, 300, most]);
  const { layer } = predictedActualSpec({ actual, predicted: actual, log: true }) as unknown as {
    layer: readonly { encoding: { x: { scale: { domain: readonly number[] } } } }[];
  };
  const [from = 0, to = 0] = layer[0]?.encoding.x.scale.domain ?? [];
  expect(from).toBeLessThan(0.95 * least);
  expect(to).toBeGreaterThan(1.05 * most);
  const svg = await renderSvg(predictedActualSpec({ actual, predicted: actual, log: true }));
  expect(textsOf(svg)).toEqual(expect.arrayContaining(labels));
});

test("a bar for each band and name, in colours that have a dark counterpart", async () => {
  const bands = [
    { label: "1 – 9", errors: [1, 2] },
    { label: "10 – 99", errors: [10, 30] },
  ];
  const svg = await renderSvg(errorSizeSpec({ bands, names: ["the model", "median"], quantity: "price" }));
  expect(textsOf(svg)).toEqual(
    expect.arrayContaining(["1 – 9", "10 – 99", "the model", "median", "actual price"]),
  );
  // Two bars, and the square of the legend.
  expect(marksOf(svg, LIGHT.forecast)).toBe(3);
  expect(marksOf(svg, LIGHT.baseline)).toBe(3);
});

test("what cannot be drawn is refused", () => {
  const none = new Float64Array();
  expect(() => predictedActualSpec({ actual: none, predicted: none })).toThrow("wanted as many of both");
  expect(() => errorSizeSpec({ bands: [], names: ["the model"] })).toThrow("there are 0 bands");
});
