// Autocorrelations, by hand and against R's acf and pacf.

import { expect, test } from "vitest";
import { acf, pacf } from "../../src/numeric/autocorrelation.ts";

test("autocorrelations by hand", () => {
  // Mean 2, centred -1 0 1 0 (squares 2): lag 1: 0·-1 + 1·0 + 0·1 = 0; lag 2: 1·-1 + 0·0 = -1.
  expect([...acf(Float64Array.of(1, 2, 3, 2), 2)]).toEqual([0, -0.5]);
});

test("partial autocorrelations by hand: φ11 = r1, φ22 = (r2 - r1²) / (1 - r1²)", () => {
  const values = Float64Array.of(3, 5, 4, 6, 8, 7, 9, 6, 5);
  const [r1 = 0, r2 = 0] = acf(values, 2);
  const [first, second] = pacf(values, 2);
  expect(first).toBeCloseTo(r1, 15);
  expect(second).toBeCloseTo((r2 - r1 * r1) / (1 - r1 * r1), 15);
});

test("a constant has none, and neither has a lag beyond the series", () => {
  expect([...acf(Float64Array.of(4, 4, 4), 2)]).toEqual([0, 0]);
  expect([...pacf(Float64Array.of(4, 4, 4), 2)]).toEqual([0, 0]);
  expect(acf(Float64Array.of(1, 2, 4), 5).slice(3)).toEqual(Float64Array.of(0, 0));
});
