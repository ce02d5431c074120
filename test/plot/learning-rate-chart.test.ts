// The chart of a learning-rate finder: what stands in the drawing, and what is refused.

import { expect, test } from "vitest";
import { LIGHT, learningRateSpec, renderSvg } from "../../src/plot/index.ts";

const rates = [1e-4, 1e-3, 1e-2, 1e-1, 1, 10];
const sweep = {
  rates,
  losses: [4, 4.2, 3, 1, 30, Number.NaN],
  smoothed: [4, 4.1, 3.5, 2, 9, Number.NaN],
  suggestion: 0.0123,
};

/** The points of the line in a colour: M x,y L x,y …. */
function pointsOf(svg: string, colour: string): (readonly [number, number])[] {
  const paths = [...svg.matchAll(/<path ([^>]*)>/g)].map(([, attributes]) => attributes ?? "");
  const lines = paths.filter((path) => path.includes(`stroke="${colour}"`));
  const drawn = lines.map((path) => [
    ...(/ d="([^"]*)"/.exec(` ${path}`)?.[1] ?? "").matchAll(/[ML](-?[\d.]+),(-?[\d.]+)/g),
  ]);
  const longest = drawn.sort((a, b) => b.length - a.length)[0] ?? [];
  return longest.map(([, x, y]) => [Number(x), Number(y)] as const);
}

test("draws both losses by the logarithm of the rate, and the suggestion", async () => {
  const svg = await renderSvg(learningRateSpec({ sweep }));
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  const texts = [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => text ?? "");
  expect(texts).toEqual(
    expect.arrayContaining([
      "Loss by learning rate",
      "suggestion 0.012",
      "smoothed",
      "each step",
      "learning rate",
    ]),
  );
  expect(texts).toEqual(expect.arrayContaining(["1e-4", "1e-2", "1e+0"]));
  const smoothed = pointsOf(svg, LIGHT.forecast);
  expect(smoothed.length).toBe(5); // what is no number is left out
  const steps = smoothed.slice(1).map(([x], i) => x - (smoothed[i]?.[0] ?? 0));
  for (const step of steps) expect(step).toBeCloseTo(steps[0] ?? Number.NaN, 1);
  expect(pointsOf(svg, LIGHT.baseline).length).toBe(5);
  expect(svg).toMatch(new RegExp(`<line [^>]*stroke="${LIGHT.muted}"[^>]*stroke-dasharray="2,3"`));
  // The fall from 4 to 2 takes most of the height, whatever the loss that ran away: 30 is cut off.
  const heights = smoothed.map(([, y]) => y);
  expect((heights[3] ?? 0) - (heights[0] ?? 0)).toBeGreaterThan(0.4 * 320);
});

test("says so where nothing is suggested", async () => {
  const flat = { rates: [1, 2, 3], losses: [1, 1, 1], smoothed: [1, 1, 1], suggestion: undefined };
  const svg = await renderSvg(learningRateSpec({ sweep: flat, title: "Run 7" }));
  expect(svg).toContain("Run 7");
  expect(svg).toContain("no suggestion: the loss did not fall");
  expect(svg).not.toMatch(/stroke-dasharray="2,3"/);
  expect(await renderSvg(learningRateSpec({ sweep: flat, subtitle: "Adam" }))).not.toContain("suggestion");
});

test("refuses a sweep without numbers", () => {
  const blown = { rates: [1], losses: [Number.NaN], smoothed: [Number.NaN], suggestion: undefined };
  expect(() => learningRateSpec({ sweep: blown })).toThrow(
    "learningRateSpec: no loss of the sweep is a number",
  );
});
