// The chart of a confusion matrix: what stands in the drawing, in which colours, and what is refused.

import { expect, test } from "vitest";
import { confusionSpec } from "../../src/plot/confusion-chart.ts";
import { renderPng } from "../../src/plot/png.ts";
import { renderSvg } from "../../src/plot/svg.ts";
import { LIGHT } from "../../src/plot/theme.ts";

/** Texts of a drawing, in order. */
const textsOf = (svg: string) => [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => text ?? "");

/** Cells of a colour that can be seen, by their opacity. */
function cellsOf(svg: string, colour: string): number[] {
  const paths = [...svg.matchAll(/<path ([^>]*)>/g)].map(([, attributes]) => attributes ?? "");
  return paths
    .filter((path) => path.includes(`fill="${colour}"`))
    .map((path) => Number(/ opacity="([^"]*)"/.exec(` ${path}`)?.[1] ?? 1))
    .filter((opacity) => opacity > 0);
}

const chart = {
  confusion: [
    [8, 2, 0],
    [0, 5, 0],
    [1, 0, 1000],
  ],
  classes: ["standing", "walking", "running"],
};

test("cells hold counts and shares of their row, what is right in one colour, what is wrong in another", async () => {
  const svg = await renderSvg(confusionSpec({ ...chart, title: "Watches" }));
  const texts = textsOf(svg);
  for (const text of ["Watches", "predicted", "true", "8", "80 %", "2", "20 %", "100 %", "1,000", "0.1 %"]) {
    expect(texts).toContain(text);
  }
  for (const name of chart.classes) expect(texts.filter((text) => text === name).length).toBe(2);
  expect(texts).not.toContain("0");
  // From 0.12 for next to nothing to 0.6 for all of a row.
  const round = (values: number[]) => values.map((value) => Number(value.toFixed(3))).sort();
  expect(round(cellsOf(svg, LIGHT.forecast))).toEqual([0.504, 0.6, 0.6]);
  expect(round(cellsOf(svg, LIGHT.backtest))).toEqual([0.12, 0.216]);
});

test("only colours that have a dark counterpart are used, and it can be drawn as PNG", async () => {
  const svg = await renderSvg(confusionSpec(chart));
  const style = /<style>(.*?)<\/style>/.exec(svg)?.[1] ?? "";
  const used = [...svg.replace(style, "").matchAll(/(?:fill|stroke)="(#[0-9a-f]+)"/g)].map(
    ([, colour]) => colour,
  );
  const known: readonly string[] = Object.values(LIGHT);
  expect(used.filter((colour) => !known.includes(colour ?? ""))).toEqual([]);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  const png = await renderPng(svg, { zoom: 0.5 });
  expect([...png.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
});

test("of more classes only counts are shown, of many neither", async () => {
  const of = (count: number) => ({
    confusion: Array.from({ length: count }, (_, i) =>
      Array.from({ length: count }, (_, j) => (i === j ? 77 : 0)),
    ),
    classes: Array.from({ length: count }, (_, i) => `class ${i}`),
  });
  const some = textsOf(await renderSvg(confusionSpec(of(12))));
  expect([some.filter((text) => text === "77").length, some.includes("100 %")]).toEqual([12, false]);
  const many = textsOf(await renderSvg(confusionSpec(of(30))));
  expect([many.includes("77"), many.includes("class 29")]).toEqual([false, true]);
});

test("a class without series, and a matrix that is none", async () => {
  const empty = await renderSvg(
    confusionSpec({
      confusion: [
        [3, 0],
        [0, 0],
      ],
      classes: ["a", "b"],
    }),
  );
  expect(empty).not.toContain("NaN");
  expect(() => confusionSpec({ confusion: [[1, 2]], classes: ["a", "b"] })).toThrow(
    "confusionSpec: wants a matrix with a row and a column for each of 2 classes, got 1 rows of 2",
  );
});
