// The search behind exponential smoothing: a minimum within a box; the admissible region; first states.

import { expect, test } from "vitest";
import { minimizeInBox } from "../../../src/numeric/quasi-newton.ts";
import { isAdmissible } from "../../../src/series/classical/ets/admissible.ts";
import { initialStates } from "../../../src/series/classical/ets/start.ts";

const of = (...values: number[]) => Float64Array.from(values);

/** Rosenbrock's valley, whose minimum is 0 at (1, 1). */
function rosenbrock(x: Float64Array, gradient: Float64Array): number {
  const [a = 0, b = 0] = x;
  const bend = b - a * a;
  gradient[0] = -400 * a * bend - 2 * (1 - a);
  gradient[1] = 200 * bend;
  return 100 * bend * bend + (1 - a) ** 2;
}

const precise = { tolerance: 1e-14, maxIterations: 200 };

test("a curved valley is followed to its end", () => {
  const box = { lower: of(-5, -5), upper: of(5, 5) };
  const { point, iterations } = minimizeInBox(rosenbrock, of(-1.2, 1), box, of(500, 200), precise);
  expect(point[0]).toBeCloseTo(1, 5);
  expect(point[1]).toBeCloseTo(1, 5);
  expect(iterations).toBeLessThan(60);
});

test("a minimum at the wall of the box", () => {
  // With a ≤ 0.5 the least is (1 − 0.5)² where b = a².
  const box = { lower: of(-5, -5), upper: of(0.5, 5) };
  const { point, value } = minimizeInBox(rosenbrock, of(-1.2, 1), box, of(500, 200), precise);
  expect(point[0]).toBe(0.5);
  expect(point[1]).toBeCloseTo(0.25, 6);
  expect(value).toBeCloseTo(0.25, 9);
});

test("forbidden points are walked around", () => {
  const { point } = minimizeInBox(
    (x, gradient) => {
      const [a = 0] = x;
      gradient[0] = 1 - 1 / a;
      return a > 0 ? a - Math.log(a) : Infinity;
    },
    of(4),
    { lower: of(-Infinity), upper: of(Infinity) },
    of(0.01),
    precise,
  );
  expect(point[0]).toBeCloseTo(1, 5);
});

test("variables whose bounds are the same stay", () => {
  const box = { lower: of(0.3, -5), upper: of(0.3, 5) };
  const { point } = minimizeInBox(rosenbrock, of(0.3, 2), box, of(500, 200), precise);
  expect(point[0]).toBe(0.3);
  expect(point[1]).toBeCloseTo(0.09, 6);
});

test("parameters are admissible where the roots say so", () => {
  // The largest modulus among the roots of the characteristic polynomial, by numpy 2.4's `roots`, stands beside each.
  expect(isAdmissible({ alpha: 0.2, beta: 0.01, gamma: 0.1, phi: 1 }, 12)).toBe(true); // 0.9915
  expect(isAdmissible({ alpha: 0.5, beta: 0.45, gamma: 0.3, phi: 1 }, 12)).toBe(false); // 1.0121
  expect(isAdmissible({ alpha: 0.5, beta: 0.45, gamma: 0.3, phi: 1 }, 4)).toBe(true); // 0.8625
  expect(isAdmissible({ alpha: 0.3, beta: 0.28, gamma: 0.5, phi: 0.95 }, 24)).toBe(false); // 1.0125
  expect(isAdmissible({ alpha: 0.6, beta: 0, gamma: 0.2, phi: 1 }, 12)).toBe(true); // 1.0000
});

test("first states of a line with a season are found exactly", () => {
  const figure = [3, -1, -4, 2];
  const values = Float64Array.from({ length: 24 }, (_, t) => 50 + 2 * (t + 1) + (figure[t % 4] ?? 0));
  const { level, slope, season } = initialStates(values, 4, { error: "A", trend: "A", season: "A" });
  expect(level).toBeCloseTo(50, 9);
  expect(slope).toBeCloseTo(2, 9);
  for (const [place, expected] of figure.entries()) expect(season[place]).toBeCloseTo(expected, 9);
});

test("first states of a level with a multiplicative season are found exactly", () => {
  const figure = [1.2, 0.9, 0.7, 1.2];
  const values = Float64Array.from({ length: 24 }, (_, t) => 50 * (figure[t % 4] ?? 0));
  const { level, season } = initialStates(values, 4, { error: "M", trend: "N", season: "M" });
  expect(level).toBeCloseTo(50, 9);
  for (const [place, expected] of figure.entries()) expect(season[place]).toBeCloseTo(expected, 9);
});
