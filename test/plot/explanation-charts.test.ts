// Charts of explanations: what stands in the drawings, in which colours and lengths, and what is refused.

import { expect, test } from "vitest";
import { explanationBarSpec } from "../../src/plot/explanation-bar.ts";
import { forceSpec } from "../../src/plot/explanation-force.ts";
import { LOWERS, RAISES } from "../../src/plot/explanation-parts.ts";
import { summarySpec } from "../../src/plot/explanation-summary.ts";
import { waterfallSpec } from "../../src/plot/explanation-waterfall.ts";
import { renderPng } from "../../src/plot/png.ts";
import { renderSvg, type TopLevelSpec } from "../../src/plot/svg.ts";
import { LIGHT } from "../../src/plot/theme.ts";
import { ndarray } from "../../src/tensor/nd-array.ts";

const row = {
  baseValue: 22.5,
  prediction: 14.2,
  output: "price",
  features: [
    { name: "rooms", value: -1.3, data: "5.1" },
    { name: "share of lower-status inhabitants in the neighbourhood", value: -5.2, data: "19.8" },
    { name: "distance", value: 0.9, data: "2.1" },
    { name: "age", value: -3.1, data: "88" },
    { name: "tax", value: 0.4, data: "296" },
  ],
};

const table = {
  names: ["a", "b", "c"],
  values: ndarray(
    [
      [1, -2, 0.5],
      [-1, -4, 0.25],
    ],
    { dtype: "float64" },
  ),
  data: ndarray([
    [0, 10, 7],
    [1, 20, 7],
  ]),
};

const textsOf = (svg: string) =>
  [...svg.matchAll(/>([^<>]+)<\/(?:text|tspan)>/g)].map(([, text]) => text ?? "");

/** The widths of the shapes of a colour: bars (`M0,0h120v…`) and polygons of corners. */
function widthsOf(svg: string, colour: string): number[] {
  const paths = [...svg.matchAll(/<path ([^>]*)>/g)].map(([, attributes]) => ` ${attributes}`);
  return paths
    .filter((path) => path.includes(`fill="${colour}"`))
    .map((path) => {
      const d = / d="([^"]*)"/.exec(path)?.[1] ?? "";
      const bar = /h(-?[\d.e-]+)v/.exec(d)?.[1];
      if (bar !== undefined) return Math.abs(Number(bar));
      const xs = [...d.matchAll(/[ML](-?[\d.]+),/g)].map(([, x]) => Number(x));
      return Math.max(...xs) - Math.min(...xs);
    });
}

/** Colours that have no tone for the dark, other than the two that need none. */
function strayColours(svg: string): string[] {
  const style = /<style>(.*?)<\/style>/.exec(svg)?.[1] ?? "";
  const used = [...svg.replace(style, "").matchAll(/(?:fill|stroke)="(#[0-9a-f]+)"/g)].map(
    ([, colour]) => colour ?? "",
  );
  const known: readonly string[] = [...Object.values(LIGHT), RAISES, LOWERS];
  return [...new Set(used.filter((colour) => !known.includes(colour)))];
}

test("force plot: arrows as long as their values, from both sides to the prediction", async () => {
  const svg = await renderSvg(forceSpec({ explanation: row, title: "This house" }));
  const texts = textsOf(svg);
  for (const text of [
    "This house",
    "price = 14.2",
    "base value 22.5",
    "rooms = 5.1",
    "age = 88",
    "distance = 2.1",
    "tax = 296",
  ])
    expect(texts).toContain(text);
  expect(texts.some((text) => text.startsWith("share of lower") && text.endsWith("… = 19.8"))).toBe(true);
  // Each arrow is longer than its value by its head, 6 units.
  const long = (colour: string) => widthsOf(svg, colour).map((width) => width - 6);
  const [red, blue] = [long(RAISES), long(LOWERS)];
  expect([red.length, blue.length]).toEqual([2, 3]);
  const unit = (blue[0] ?? 0) / 5.2;
  for (const [i, value] of [0.9, 0.4].entries()) expect((red[i] ?? 0) / unit).toBeCloseTo(value, 1);
  for (const [i, value] of [5.2, 3.1, 1.3].entries()) expect((blue[i] ?? 0) / unit).toBeCloseTo(value, 1);
  expect(strayColours(svg)).toEqual([]);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
});

/** Texts of a spec that name arrows, with the places that they take. */
function labelPlaces(spec: TopLevelSpec) {
  const { layer, width } = spec as unknown as {
    width: number;
    layer: {
      mark: { type: string; align?: string };
      data: { values: { x: number; y: number; text: string }[] };
    }[];
  };
  const texts = layer.filter(({ mark }) => mark.type === "text" && mark.align !== undefined);
  return { width, labels: texts.flatMap(({ data }) => data.values) };
}

test("force plot of many words: the strongest are named, in tiers, and none is named twice", () => {
  const features = Array.from({ length: 80 }, (_, i) => ({
    name: `word${i}`,
    value: Math.sin(7 * i) / (1 + (i % 9)),
  }));
  const sum = features.reduce((total, { value }) => total + value, 0);
  const spec = forceSpec({ explanation: { baseValue: 0, prediction: sum, features }, labels: 12 });
  const { labels } = labelPlaces(spec);
  expect(labels.length).toBeGreaterThan(9);
  expect(labels.length).toBeLessThanOrEqual(12);
  expect(new Set(labels.map(({ text }) => text)).size).toBe(labels.length);
  const strongest = features.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, 12);
  const names = strongest.map(({ name }) => name);
  expect(labels.filter(({ text }) => !names.includes(text))).toEqual([]);
});

test("waterfall: each step starts where the one below ends, and weak features are one step", async () => {
  const spec = waterfallSpec({ explanation: row, steps: 4 });
  const { values } = (spec as unknown as { data: { values: { from: number; to: number; text: string }[] } })
    .data;
  expect(values.map(({ text }) => text)).toEqual(["−5.20", "−3.10", "−1.30", "+1.30"]);
  expect(values[0]?.to).toBeCloseTo(14.2, 12);
  expect(values[3]?.from).toBeCloseTo(22.5, 12);
  for (let i = 0; i < 3; i++) expect(values[i]?.from).toBeCloseTo(values[i + 1]?.to ?? 0, 12);
  const svg = await renderSvg(spec);
  const texts = textsOf(svg);
  for (const text of ["2 other features", "age = 88", "−5.20"]) expect(texts).toContain(text);
  expect(svg).toContain("base value 22.5, up to price = 14.2");
  expect([widthsOf(svg, RAISES).length, widthsOf(svg, LOWERS).length]).toEqual([1, 3]);
  expect(strayColours(svg)).toEqual([]);
  const png = await renderPng(svg, { zoom: 0.5 });
  expect([...png.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
});

test("what values leave open is drawn as well", async () => {
  const open = {
    baseValue: 0,
    prediction: 1,
    features: [
      { name: "a", value: 0.25 },
      { name: "b", value: 0.25 },
    ],
  };
  for (const spec of [
    forceSpec({ explanation: open }),
    waterfallSpec({ explanation: open }),
    explanationBarSpec({ explanation: open }),
  ])
    expect(textsOf(await renderSvg(spec))).toContain("(not shared out)");
});

test("bars: means of |value| in order, and one row with signs", async () => {
  const mean = await renderSvg(explanationBarSpec({ explanation: table, features: 2 }));
  const texts = textsOf(mean);
  // |−2|, |−4| -> 3; the others 1 and 0.375 together.
  expect(texts.indexOf("b")).toBeLessThan(texts.indexOf("2 other features"));
  for (const text of ["3.00", "1.38"]) expect(texts).toContain(text);
  const [first = 0, second = 0] = widthsOf(mean, LIGHT.forecast);
  expect(second / first).toBeCloseTo(1.375 / 3, 1);
  const one = await renderSvg(explanationBarSpec({ explanation: row }));
  expect(textsOf(one)).toContain("+0.900");
  expect([widthsOf(one, RAISES).length, widthsOf(one, LOWERS).length]).toEqual([2, 3]);
  expect([...strayColours(mean), ...strayColours(one)]).toEqual([]);
});

test("summary: a point for each row and feature, by its value and coloured by what the row holds", async () => {
  const spec = summarySpec({ explanation: table });
  const { layer } = spec as unknown as {
    layer: { data: { values: { x: number; y: number; size: number | null; name: string }[] } }[];
  };
  const points = layer[1]?.data.values ?? [];
  expect(points.map(({ name, x, size }) => [name, x, size])).toEqual([
    ["b", -2, 0],
    ["b", -4, 1],
    ["a", 1, 0],
    ["a", -1, 1],
    ["c", 0.5, 0.5],
    ["c", 0.25, 0.5],
  ]);
  const svg = await renderSvg(spec);
  for (const text of [
    "a",
    "b",
    "c",
    "small feature",
    "large feature",
    "2 rows; a point to the right raises the prediction.",
  ])
    expect(textsOf(svg)).toContain(text);
  const plain = await renderSvg(summarySpec({ explanation: table, coloured: false }));
  expect(plain).not.toContain("small feature");
  expect(strayColours(plain)).toEqual([]);
});

test("of many rows some are drawn", () => {
  const values = ndarray(
    Float64Array.from({ length: 4000 }, (_, n) => n),
    { shape: [4000, 1] },
  );
  const spec = summarySpec({ explanation: { names: ["a"], values } });
  const { layer, title } = spec as unknown as {
    layer: { data: { values: { x: number }[] } }[];
    title: { subtitle: string };
  };
  expect(layer[1]?.data.values.slice(0, 3).map(({ x }) => x)).toEqual([0, 3, 6]);
  expect(title.subtitle).toBe("1,334 of 4,000 rows; a point to the right raises the prediction.");
});

test("points of a swarm that would cover each other are moved apart", () => {
  const values = ndarray(
    Array.from({ length: 9 }, () => [1]),
    { dtype: "float64" },
  );
  const spec = summarySpec({ explanation: { names: ["a"], values } });
  const { layer } = spec as unknown as { layer: { data: { values: { y: number }[] } }[] };
  const places = (layer[1]?.data.values ?? []).map(({ y }) => y);
  expect(new Set(places).size).toBe(9);
  expect(places.reduce((sum, y) => sum + y, 0) / 9).toBeCloseTo(15, 6);
  expect(Math.max(...places)).toBeLessThan(30);
});

test("long names are broken into two lines, and nothing is too short to draw", async () => {
  const svg = await renderSvg(explanationBarSpec({ explanation: row }));
  expect(textsOf(svg)).toContain("share of lower-status");
  const nothing = { baseValue: 0.5, prediction: 0.5, features: [{ name: "a", value: 0 }] };
  for (const spec of [
    forceSpec({ explanation: nothing }),
    waterfallSpec({ explanation: nothing }),
    explanationBarSpec({ explanation: nothing }),
  ])
    expect(await renderSvg(spec)).not.toMatch(/NaN|undefined|Infinity/);
});

test("bad input is named", () => {
  expect(() => forceSpec({ explanation: { ...row, features: [] } })).toThrow(
    "forceSpec: there are no features to draw",
  );
  expect(() =>
    waterfallSpec({ explanation: { ...row, features: [{ name: "a", value: Number.NaN }] } }),
  ).toThrow("waterfallSpec: the value of a is not finite");
  const several = { names: ["a"], values: ndarray([[[1, 2]]], { dtype: "float64" }) };
  expect(() => summarySpec({ explanation: several })).toThrow(
    "summarySpec: wants values [rows, features] with a name for each feature, got [1, 1, 2] and 1 names; choose an output: explanation.output(0)",
  );
  expect(() => explanationBarSpec({ explanation: table, features: 0 })).toThrow(
    "explanationBarSpec: features is 0; wanted a positive whole number",
  );
});
