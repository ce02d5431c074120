// Charts of what is inside a network: which units, tokens and heads are drawn, in which colours, and what cannot be drawn.

import { describe, expect, test } from "vitest";
import { attentionSpec } from "../../src/plot/attention-chart.ts";
import { gateSaturation, gateSaturationSpec } from "../../src/plot/gate-chart.ts";
import { renderPng } from "../../src/plot/png.ts";
import { changingUnits, stateSpec } from "../../src/plot/state-chart.ts";
import { renderSvg, type TopLevelSpec } from "../../src/plot/svg.ts";
import { DARK, LIGHT } from "../../src/plot/theme.ts";
import { tokenLabel, tokenRows } from "../../src/plot/token-axis.ts";
import { tokenSpec } from "../../src/plot/token-line-chart.ts";
import { unitTextSvg } from "../../src/plot/unit-text.ts";
import { NdArray, ndarray } from "../../src/tensor/nd-array.ts";

/** Colours that a drawing fills shapes with, which are those of the theme: the dark rules find them. */
const hasDarkRules = (svg: string) => svg.includes(`[fill="${LIGHT.forecast}"]{fill:${DARK.forecast}}`);
const parts = (spec: TopLevelSpec) =>
  (
    spec as unknown as {
      readonly vconcat: readonly { data: { values: readonly Record<string, unknown>[] } }[];
    }
  ).vconcat;

describe("tokens on an axis", () => {
  test("spaces and ends of lines have signs, long ones are cut", () => {
    expect(
      [" ", "\n", "\t", "\r\n", " the", "incomprehensibilities"].map((token) => tokenLabel(token)),
    ).toEqual(["␣", "↵", "⇥", "↵↵", "the", "incomprehensi…"]);
  });

  test("many stand in several rows of about one length, all of one step", () => {
    const rows = tokenRows(
      Array.from({ length: 130 }, (_, i) => String(i)),
      125,
    );
    expect(rows.map(({ from, labels }) => [from, labels.length])).toEqual([
      [0, 42],
      [42, 42],
      [84, 41],
    ]);
    expect(new Set(rows.map(({ step }) => step)).size).toBe(1);
  });
});

describe("states", () => {
  const tokens = ["one", "two", "three"];
  // Unit 0 stands still, unit 1 goes to and fro, unit 2 goes up once.
  const values = ndarray([
    [0.5, -1, 0],
    [0.5, 1, 0],
    [0.5, -0.25, 1],
  ]);

  test("the units that change most come first", () => {
    // |v_t - v_{t-1}| summed from 0: 0.5; 1 + 2 + 1.25; 1.
    expect(changingUnits(values)).toEqual([1, 2, 0]);
  });

  test("cells by sign and size; what is 0 is left out", async () => {
    const spec = stateSpec({ tokens, values, maxUnits: 2, scale: 1 });
    const [, strip] = parts(spec);
    expect(strip?.data.values).toEqual([
      { t: 0, unit: "1", value: -1, opacity: 1, side: "below" },
      { t: 1, unit: "1", value: 1, opacity: 1, side: "above" },
      { t: 2, unit: "1", value: -0.25, opacity: 0.25, side: "below" },
      { t: 2, unit: "2", value: 1, opacity: 1, side: "above" },
    ]);
    const svg = await renderSvg(spec);
    expect(svg).toContain("the 2 of 3 units that change most");
    for (const token of tokens) expect(svg).toContain(`>${token}</text>`);
    expect(svg).toContain(`fill="${LIGHT.backtest}" opacity="0.25"`);
    expect(hasDarkRules(svg)).toBe(true);
  });

  test("a long text in strips, cut where it is longer than is drawn", async () => {
    const long = Array.from({ length: 200 }, (_, t) => `w${t}`);
    const spec = stateSpec({ tokens: long, values: NdArray.full([200, 2], 0.5), range: "share" });
    expect(parts(spec)).toHaveLength(3);
    const svg = await renderSvg(spec);
    expect(svg).toContain("The first 120 of 200 tokens.");
    expect(svg).toContain(">w119</text>");
    expect(svg).not.toContain(">w120</text>");
  });

  test("a few values far beyond the others do not make these pale", () => {
    const data = Float32Array.from({ length: 100 }, (_, i) => (i === 99 ? 50 : 1));
    const [legend] = parts(
      stateSpec({ tokens: Array.from({ length: 100 }, () => "x"), values: new NdArray(data, [100, 1]) }),
    );
    expect(JSON.stringify(legend)).toContain("≥ 1");
  });

  test.each([
    [{ tokens: ["one"], values }, "wants values [tokens, units] for 1 tokens, got [3, 3]"],
    [{ tokens, values, units: [3] }, "units is [3]; wanted units from 0 to 2"],
    [{ tokens, values, units: [] }, "units is []; wanted units from 0 to 2"],
    [{ tokens: ["a"], values: ndarray([[0, Number.NaN]]) }, "unit 1 is NaN at token 0"],
  ])("refuses %#", (chart, message) => {
    expect(() => stateSpec(chart)).toThrow(message);
  });
});

describe("gates", () => {
  test("how often they are closed and open", async () => {
    const values = ndarray([
      [0.05, 0.95],
      [0.05, 0.5],
      [0.99, 0.91],
      [0.5, 0.1],
    ]);
    const { closed, open } = gateSaturation(values);
    expect([...closed]).toEqual([0.5, 0]); // 0.1 itself is not below 0.1
    expect([...open]).toEqual([0.25, 0.5]);
    const svg = await renderSvg(gateSaturationSpec({ gates: { forget: values, input: values } }));
    expect(svg).toContain(">forget gate</text>");
    expect(svg).toContain(">input gate</text>");
  });

  test("refuses none, and what is no [T, U]", () => {
    expect(() => gateSaturationSpec({ gates: {} })).toThrow("there are no gates to draw");
    expect(() => gateSaturationSpec({ gates: { reset: ndarray([1, 2]) } })).toThrow(
      "wants values [tokens, units] of each gate, got [2] of reset",
    );
  });
});

describe("attention", () => {
  const tokens = ["a", "b"];
  // The second row of the second head gives a quarter of its attention to what is not drawn.
  const weights = ndarray([
    [
      [1, 0],
      [0.5, 0.5],
    ],
    [
      [1, 0],
      [0.25, 0.5],
    ],
  ]);
  const maps = (spec: TopLevelSpec) =>
    (spec as unknown as { readonly concat: readonly { data: { values: readonly object[] } }[] }).concat;

  test("a map for each head; what a row lacks to 1 has a column of its own", async () => {
    const spec = attentionSpec({ tokens, weights, rest: "(padding)" });
    expect(maps(spec).map(({ data }) => data.values)).toEqual([
      [
        { t: 0, s: 0, weight: 1, opacity: 1 },
        { t: 1, s: 0, weight: 0.5, opacity: 0.5 },
        { t: 1, s: 1, weight: 0.5, opacity: 0.5 },
      ],
      [
        { t: 0, s: 0, weight: 1, opacity: 1 },
        { t: 1, s: 0, weight: 0.25, opacity: 0.25 },
        { t: 1, s: 1, weight: 0.5, opacity: 0.5 },
        { t: 1, s: 2, weight: 0.25, opacity: 0.25 },
      ],
    ]);
    const svg = await renderSvg(spec);
    expect(svg).toContain(">head 1: deepest from 1.00</text>");
    expect(svg).toContain(">(padding)</text>");
    expect(await renderSvg(attentionSpec({ tokens, weights, heads: [0] }))).not.toContain("(rest)");
  });

  test("of many tokens and heads the first", async () => {
    const names = Array.from({ length: 50 }, (_, i) => `t${i}`);
    const even = NdArray.full([10, 50, 50], 0.02);
    const spec = attentionSpec({ tokens: names, weights: even });
    expect(maps(spec)).toHaveLength(8);
    const svg = await renderSvg(spec);
    expect(svg).toContain("The first 8 of 10 heads.");
    expect(svg).toContain("The first 32 of 50 tokens.");
    expect(svg).toContain("deepest from 0.020, all about alike");
    expect(svg).not.toContain(">t32</text>");
  });

  test("refuses other shapes, other heads, and what is not finite", () => {
    expect(() => attentionSpec({ tokens: ["a"], weights })).toThrow(
      "wants weights [heads, 1, 1], got [2, 2, 2]",
    );
    expect(() => attentionSpec({ tokens, weights, heads: [2] })).toThrow(
      "heads is [2]; wanted heads from 0 to 1",
    );
    expect(() => attentionSpec({ tokens, weights: NdArray.full([1, 2, 2], Number.NaN) })).toThrow(
      "a weight is NaN",
    );
  });
});

describe("numbers over tokens", () => {
  const tokens = Array.from({ length: 70 }, (_, i) => `t${i}`);

  test("lines go on from strip to strip; what is not finite is left out", async () => {
    const values = tokens.map((_, t) => (t === 0 ? Number.NaN : t / 70));
    const spec = tokenSpec({
      tokens,
      series: [{ name: "p", values }],
      title: "P",
      quantity: "p",
      domain: [0, 1],
    });
    const [first, second] = parts(spec);
    expect(first?.data.values).toHaveLength(35); // 1 to 35: the first of the next strip, and without the first of all
    expect(second?.data.values[0]).toMatchObject({ t: 34 });
    expect(await renderSvg(spec)).toContain(">t69</text>");
  });

  test("bars", async () => {
    const spec = tokenSpec({
      tokens: ["a", "b"],
      series: [{ name: "bits", values: [1, 2] }],
      marks: "bars",
      title: "S",
      quantity: "bits",
    });
    const bars = (await renderSvg(spec)).match(new RegExp(`<path[^>]* fill="${LIGHT.forecast}"`, "g"));
    expect(bars?.length).toBe(2);
  });

  test("refuses series of other lengths, and too many", () => {
    const chart = { tokens: ["a"], title: "", quantity: "" };
    expect(() => tokenSpec({ ...chart, series: [{ name: "p", values: [1, 2] }] })).toThrow(
      "wants a value for each of 1 tokens, got 2 of p",
    );
    expect(() => tokenSpec({ ...chart, series: [] })).toThrow(
      "wants tokens and 1 to 8 series, got 1 tokens and 0 series",
    );
  });
});

describe("a text in the colours of a unit", () => {
  const boxes = (svg: string) =>
    [
      ...svg.matchAll(
        /<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="21" fill="(#\w+)" fill-opacity="([\d.]+)"[^>]*><title>([^<]*)/g,
      ),
    ].map(([, x, width, fill, opacity, title]) => ({
      x: Number(x),
      width: Number(width),
      fill,
      opacity: Number(opacity),
      title,
    }));

  test("parts of a word have their own colours, the word is set as one", async () => {
    const svg = unitTextSvg({
      segments: [
        { text: "low", value: 0.5 },
        { text: "er", value: -1 },
        { text: " " },
        { text: "case", value: 0 },
      ],
      title: "Unit 3",
    });
    expect(svg).toContain(">lower</text>");
    expect(svg).toContain(">Unit 3</text>");
    const [low, er, ...others] = boxes(svg);
    expect(others).toEqual([]);
    expect(low).toMatchObject({ fill: LIGHT.forecast, opacity: 0.3, title: "low: 0.500" });
    expect(er).toMatchObject({ fill: LIGHT.backtest, opacity: 0.6, title: "er: −1.00" });
    expect(er?.x).toBeCloseTo((low?.x ?? 0) + (low?.width ?? 0), 0);
    expect(hasDarkRules(svg)).toBe(true);
    expect(String.fromCharCode(...(await renderPng(svg)).subarray(1, 4))).toBe("PNG");
  });

  test("letter by letter from right to left, the first letter on the right", () => {
    const svg = unitTextSvg({ segments: [..."שלום"].map((text, i) => ({ text, value: i + 1 })) });
    expect(svg).toContain(">שלום</text>");
    const places = boxes(svg).map(({ x }) => x);
    expect(places).toHaveLength(4);
    expect(places).toEqual(places.toSorted((a, b) => b - a));
    expect(places[0]).toBeGreaterThan(600);
  });

  test("a long text wraps, also within a word that no line has room for", () => {
    const segments = [..."x".repeat(300)].map((text) => ({ text, value: 1 }));
    const svg = unitTextSvg({ segments, width: 300 });
    const all = boxes(svg);
    expect(all).toHaveLength(300);
    expect(Math.max(...all.map(({ x, width }) => x + width))).toBeLessThanOrEqual(300);
  });

  test("refuses no text, values that are not finite, and too little room", () => {
    expect(() => unitTextSvg({ segments: [{ text: " ", value: 1 }] })).toThrow("there is no text to colour");
    expect(() => unitTextSvg({ segments: [{ text: "a", value: Number.NaN }] })).toThrow(
      'the value of "a" is NaN',
    );
    expect(() => unitTextSvg({ segments: [{ text: "a" }], width: 100 })).toThrow("width is 100");
  });
});
