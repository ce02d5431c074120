// Drawing forecasts: what stands in the drawing, in light and dark, and as a PNG.

import { expect, test } from "vitest";
import { type ForecastChart, forecastGridSpec, forecastSpec } from "../../src/plot/forecast-chart.ts";
import { renderPng } from "../../src/plot/png.ts";
import { renderSvg } from "../../src/plot/svg.ts";
import { DARK, LIGHT } from "../../src/plot/theme.ts";
import { thin } from "../../src/plot/thin.ts";

const MONTH = 2_629_800_000;
const points = (from: number, values: readonly number[]) => ({
  times: Float64Array.from(values, (_, i) => (from + i) * MONTH),
  values: Float64Array.from(values),
});

const chart: ForecastChart = {
  title: "Sales & more",
  subtitle: "by hand",
  calendar: true,
  lines: [
    { label: "observed", role: "actual", pieces: [points(0, [1, 3, 2, 4, 3, 5])] },
    { label: "backtest", role: "backtest", pieces: [points(2, [2, 3]), points(4, [4, 5])] },
    { label: "forecast", role: "forecast", pieces: [points(5, [5, 6, 5])] },
  ],
  now: 5 * MONTH,
  bands: [{ from: 2 * MONTH, to: 3 * MONTH }],
};

test("a chart has its title, legend, lines, shade and axis", async () => {
  const svg = await renderSvg(forecastSpec(chart));
  for (const text of ["Sales &amp; more", "by hand", "observed", "backtest", "forecast", "1970"]) {
    expect(svg).toContain(`>${text}</text>`);
  }
  // One path for each piece, in its colour.
  const strokes = (colour: string) =>
    svg.match(new RegExp(`<path d="[^"]+" stroke="${colour}"`, "g"))?.length;
  expect(strokes(LIGHT.backtest)).toBeGreaterThanOrEqual(2);
  expect(strokes(LIGHT.forecast)).toBeGreaterThanOrEqual(1);
  expect(svg).toContain(`fill="${LIGHT.band}"`);
  expect(svg).not.toContain("NaN");
});

test("each colour of a drawing has one for the dark", async () => {
  const svg = await renderSvg(forecastSpec(chart));
  const style = /<style>(.*?)<\/style>/.exec(svg)?.[1] ?? "";
  expect(style).toContain(`[stroke="${LIGHT.forecast}"]{stroke:${DARK.forecast}}`);
  const used = new Set(
    [...svg.replace(style, "").matchAll(/(?:fill|stroke)="(#[0-9a-f]+)"/g)].map(([, colour]) => colour),
  );
  const known: readonly string[] = Object.values(LIGHT);
  expect([...used].filter((colour) => !known.includes(colour ?? ""))).toEqual([]);
  expect(new Set(known).size).toBe(known.length);
});

test("a grid of charts, and a count in place of a calendar", async () => {
  const count = { ...chart, calendar: false, title: "second" };
  const svg = await renderSvg(forecastGridSpec([chart, count], "Two"));
  for (const text of ["Two", "Sales &amp; more", "second"]) expect(svg).toContain(`>${text}</text>`);
});

test("millions are shortened on the axis", async () => {
  const large = {
    ...chart,
    lines: [{ label: "observed", role: "actual" as const, pieces: [points(0, [2e6, 4e6])] }],
  };
  expect(await renderSvg(forecastSpec(large))).toContain(">3M</text>");
});

test("a PNG of the drawing", async () => {
  const png = await renderPng(await renderSvg(forecastSpec(chart)), { zoom: 1 });
  expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
});

test("long lines are thinned, and keep their ends and peaks", () => {
  const values = Array.from({ length: 10_000 }, (_, t) => (t === 4321 ? 99 : Math.sin(t)));
  const few = thin(points(0, values), 400);
  expect(few.values.length).toBeLessThanOrEqual(400);
  expect(few.values).toContain(99);
  expect([few.times[0], few.times.at(-1)]).toEqual([0, 9999 * MONTH]);
  expect(thin(few, 400)).toBe(few);
});
