// The map of words: which names stand where, colours, what is refused, and that it can be drawn.

import { expect, test } from "vitest";
import { textWidth } from "../../src/plot/explanation-text-width.ts";
import { renderHtml } from "../../src/plot/html.ts";
import { placeLabels } from "../../src/plot/label-layout.ts";
import { renderPng } from "../../src/plot/png.ts";
import { renderSvg } from "../../src/plot/svg.ts";
import { DARK, LIGHT } from "../../src/plot/theme.ts";
import { GROUP_COLOURS, wordMapSpec } from "../../src/plot/word-map.ts";
import { NdArray, ndarray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";

/** Texts of a drawing, each once. */
const textsOf = (svg: string) =>
  new Set([...svg.matchAll(/>([^<>]+)<\/(?:text|tspan)>/g)].map(([, text]) => text ?? ""));
const coordinates = ndarray([
  [0, 0],
  [4, 0],
  [0, 3],
  [4.001, 0.001],
]);
const words = ["king", "queen", "car", "lorry & van"];

test("names stand to the right of their point, on other sides where there is no room, and nowhere where there is none", () => {
  const layout = { width: 200, height: 100, fontSize: 10, radius: 4, most: Infinity };
  const at = (x: number, y: number, label = "name") => ({ x, y, label });
  expect(placeLabels([at(50, 50)], layout)).toEqual([{ point: 0, x: 55, y: 50, align: "left" }]);
  expect(placeLabels([at(190, 50)], layout)).toEqual([{ point: 0, x: 185, y: 50, align: "right" }]);
  // Neither side has room for a name of 110: above it.
  const wide = "n".repeat(19);
  expect(placeLabels([at(100, 50, wide)], layout)).toEqual([{ point: 0, x: 100, y: 39.5, align: "center" }]);
  // The second lies under the first one's name, the third at its point, the last has no name.
  expect(
    placeLabels([at(50, 50), at(65, 50), at(50, 50), at(120, 50, "")], layout).map(({ point }) => point),
  ).toEqual([0]);
  expect(placeLabels([at(50, 20), at(50, 50), at(50, 80)], { ...layout, most: 2 }).length).toBe(2);
});

test("no name covers another or leaves the drawing, however many points there are", () => {
  const layout = { width: 400, height: 300, fontSize: 11, radius: 4, most: Infinity };
  const values = new Random(1).uniform([800], 0, 1, "float64").toFloat64();
  const spots = Array.from({ length: 400 }, (_, i) => ({
    x: 400 * (values[2 * i] ?? 0),
    y: 300 * (values[2 * i + 1] ?? 0),
    label: "abcdefghijkl".slice(i % 9),
  }));
  const placed = placeLabels(spots, layout);
  expect(placed.length).toBeGreaterThan(60);
  expect(placed.length).toBeLessThan(400);
  const boxes = placed.map(({ point, x, y, align }) => {
    const width = textWidth(spots[point]?.label ?? "", 11);
    const left = align === "left" ? x : align === "right" ? x - width : x - width / 2;
    return { left, right: left + width, top: y - 5.5, bottom: y + 5.5 };
  });
  for (const [i, a] of boxes.entries()) {
    expect(Math.min(a.left, a.top)).toBeGreaterThanOrEqual(0);
    expect(a.right).toBeLessThanOrEqual(400);
    expect(a.bottom).toBeLessThanOrEqual(300);
    for (const b of boxes.slice(0, i))
      expect(a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom).toBe(false);
    for (const { point } of placed) {
      const { x = 0, y = 0 } = spots[point] ?? {};
      expect(x > a.left && x < a.right && y > a.top && y < a.bottom).toBe(false);
    }
  }
});

test("words are named as there is room, the first or the most important ones first", async () => {
  const svg = await renderSvg(wordMapSpec({ words, coordinates, title: "Words" }));
  const texts = textsOf(svg);
  for (const text of ["Words", "king", "queen", "car", "3 of 4 words have room for their name."])
    expect(texts).toContain(text);
  expect(texts).not.toContain("lorry &amp; van");
  const byPriority = textsOf(
    await renderSvg(wordMapSpec({ words, coordinates, priority: [1, 1, 1, 2], labels: 2 })),
  );
  expect(byPriority).toContain("lorry &amp; van");
  expect(byPriority).toContain("king");
  expect(byPriority).not.toContain("queen");
  expect(byPriority).toContain("2 of 4 words have room for their name.");
});

test("a unit is as long to the right as it is up", () => {
  const spec = JSON.parse(JSON.stringify(wordMapSpec({ words, coordinates, width: 500, height: 500 })));
  const layers: { mark: { type: string }; data: { values: { word: string; px: number; py: number }[] } }[] =
    spec.hconcat[0].layer;
  const rows = layers.filter(({ mark }) => mark.type === "circle").flatMap(({ data }) => data.values);
  const at = (word: string) => rows.find((row) => row.word === word);
  const right = (at("queen")?.px ?? 0) - (at("king")?.px ?? 0);
  const up = (at("king")?.py ?? 0) - (at("car")?.py ?? 0);
  expect(right / 4).toBeCloseTo(up / 3, 6);
  expect(right).toBeGreaterThan(400);
});

test("groups have colours and a legend, of more than eight the largest ones", async () => {
  const groups = ["people", "people", "things", "things"];
  const svg = (await renderSvg(wordMapSpec({ words, coordinates, groups }))).replace(
    /<style>.*<\/style>/,
    "",
  );
  expect(textsOf(svg)).toContain("people");
  expect(svg).toContain(`fill="${LIGHT.forecast}"`);
  expect(svg).toContain(`fill="${LIGHT.backtest}"`);
  expect(svg).not.toContain(`fill="${LIGHT.baseline}"`);
  const many = Array.from({ length: 22 }, (_, i) => (i < 2 ? `single ${i}` : `group ${i % 10}`));
  const texts = textsOf(
    await renderSvg(
      wordMapSpec({
        words: many.map((_, i) => `w${i}`),
        coordinates: new NdArray(
          Float64Array.from({ length: 44 }, (_, i) => Math.sin(i * i)),
          [22, 2],
        ),
        groups: many,
      }),
    ),
  );
  expect(texts).toContain("other");
  expect([...texts].filter((text) => text.startsWith("group ")).length).toBe(8);
  expect([...texts].some((text) => text.startsWith("single"))).toBe(false);
});

test("colours of groups stand out on white and on dark ground", () => {
  // WCAG 2.2, 1.4.11: graphical objects have a contrast of at least 3.
  const channel = (hex: string) => {
    const value = Number.parseInt(hex, 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const luminance = (colour: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => channel(colour.slice(at, at + 2)));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string) => {
    const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((p, q) => p - q);
    return (high + 0.05) / (low + 0.05);
  };
  for (const colour of GROUP_COLOURS) {
    expect(contrast(colour, LIGHT.background)).toBeGreaterThan(3);
    expect(contrast(colour, DARK.background)).toBeGreaterThan(3);
  }
  expect(new Set(GROUP_COLOURS).size).toBe(GROUP_COLOURS.length);
});

test("axes are written in the map's own numbers, and only where they mean something", async () => {
  const texts = textsOf(await renderSvg(wordMapSpec({ words, coordinates, axes: ["first", "second"] })));
  for (const text of ["first", "second", "0", "1", "2", "3", "4"]) expect(texts).toContain(text);
  const without = textsOf(await renderSvg(wordMapSpec({ words, coordinates })));
  expect(without).not.toContain("1");
});

test("one word, words at one place, long names and other scripts can be drawn; the page answers the mouse", async () => {
  const one = wordMapSpec({ words: ["كلمة"], coordinates: ndarray([[1, 1]]) });
  expect(textsOf(await renderSvg(one))).toContain("1 word.");
  const same = wordMapSpec({
    words: ["a", "b", "x".repeat(60)],
    coordinates: ndarray([
      [1, 1],
      [1, 1],
      [2, 2],
    ]),
  });
  const svg = await renderSvg(same);
  expect(textsOf(svg)).toContain(`${"x".repeat(27)}…`);
  expect(svg).not.toContain("NaN");
  expect((await renderPng(svg)).length).toBeGreaterThan(1000);
  const page = await renderHtml(same, "Words");
  expect(page).toContain("x".repeat(60));
  expect(page).not.toContain("time axis");
});

test("what is no map is refused by name", () => {
  expect(() => wordMapSpec({ words: [], coordinates })).toThrow("wordMapSpec: there are no words");
  expect(() => wordMapSpec({ words: ["a"], coordinates })).toThrow(
    "wordMapSpec: coordinates have the shape [4, 2]; wanted [1, 2], a place for each word.",
  );
  expect(() => wordMapSpec({ words, coordinates, groups: ["a"] })).toThrow(
    "wordMapSpec: there are 1 groups and 4 words; wanted as many.",
  );
  const odd = ndarray([
    [1, 1],
    [1, Number.NaN],
    [2, 2],
    [3, 3],
  ]);
  expect(() => wordMapSpec({ words, coordinates: odd })).toThrow(
    'wordMapSpec: the place of "queen" is not finite; leave the word out.',
  );
});
