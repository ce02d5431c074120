// Minima of functions of one variable whose place is known.

import { expect, test } from "vitest";
import { scalarMinimum } from "../../src/numeric/scalar-minimum.ts";

test("finds the bottom of a parabola, of a kink and of a flat valley", () => {
  expect(scalarMinimum((x) => (x - 0.3) ** 2, -1, 2)).toBeCloseTo(0.3, 5);
  expect(scalarMinimum((x) => Math.abs(x - 0.7), 0, 1)).toBeCloseTo(0.7, 4);
  expect(scalarMinimum((x) => (x + 2) ** 4, -5, 5, { tolerance: 1e-7 })).toBeCloseTo(-2, 2);
});

test("an end is found where the function falls towards it", () => {
  expect(scalarMinimum((x) => x, 0.1, 0.9)).toBe(0.1);
  expect(scalarMinimum((x) => -x, 0.1, 0.9)).toBe(0.9);
});

test("of several valleys the deepest that the first look sees is taken", () => {
  // cos has its minima at odd multiples of π; the slope makes that at -π the deeper one.
  expect(scalarMinimum((x) => Math.cos(x) + x / 10, -6, 6)).toBeCloseTo(-Math.PI - Math.asin(0.1), 3);
});

test("values that are not finite are avoided", () => {
  expect(scalarMinimum((x) => (x < 0.5 ? Number.NaN : (x - 0.2) ** 2), 0, 1)).toBeCloseTo(0.5, 1);
});
