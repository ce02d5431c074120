// The simplex search on functions whose minima are known.

import { expect, test } from "vitest";
import { nelderMead } from "../../src/numeric/nelder-mead.ts";

test("Rosenbrock's valley, from Nelder and Mead's own start", () => {
  // Nelder and Mead 1965, table 1: (−1.2, 1), minimum 0 at (1, 1).
  const valley = (x: Float64Array): number => {
    const [a = 0, b = 0] = x;
    return 100 * (b - a * a) ** 2 + (1 - a) ** 2;
  };
  const found = nelderMead(valley, [-1.2, 1], { tolerance: 1e-12 });
  expect(found.converged).toBe(true);
  expect(found.point[0]).toBeCloseTo(1, 4);
  expect(found.point[1]).toBeCloseTo(1, 4);
  expect(found.value).toBe(valley(found.point));
  expect(found.evaluations).toBeLessThan(300);
});

test("Powell's quartic function, of four variables", () => {
  // The same table: (3, −1, 0, 1), minimum 0 at the origin, where the second derivatives are singular.
  const quartic = (x: Float64Array): number => {
    const [a = 0, b = 0, c = 0, d = 0] = x;
    return (a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4;
  };
  expect(nelderMead(quartic, [3, -1, 0, 1], { tolerance: 1e-14 }).value).toBeLessThan(1e-8);
});

test("one variable", () => {
  const { point } = nelderMead(([x = 0]) => (x - 3) ** 2, [0], { tolerance: 1e-12 });
  expect(point[0]).toBeCloseTo(3, 4);
});

test("forbidden points, infinite or no number, are left", () => {
  const { point } = nelderMead(([x = 0]) => x - Math.log(x), [4], { step: 10, tolerance: 1e-12 });
  expect(point[0]).toBeCloseTo(1, 4);
});

test("steps of their own size for variables of different size", () => {
  const bowl = ([a = 0, b = 0]: Float64Array): number => ((a - 1e6) / 1e5) ** 2 + ((b - 1e-6) / 1e-7) ** 2;
  const { point } = nelderMead(bowl, [0, 0], { step: [1e5, 1e-7], tolerance: 1e-14 });
  expect((point[0] ?? 0) / 1e6).toBeCloseTo(1, 5);
  expect((point[1] ?? 0) / 1e-6).toBeCloseTo(1, 5);
});

test("it gives up after as many evaluations as it was told, and says so", () => {
  let count = 0;
  const found = nelderMead(
    ([a = 0, b = 0]) => {
      count++;
      return a * a + b * b;
    },
    [5, 5],
    { maxEvaluations: 20, tolerance: 0 },
  );
  expect(found.converged).toBe(false);
  expect(found.evaluations).toBe(count);
  expect(count).toBeLessThanOrEqual(24); // a step may shrink the whole simplex
  expect(found.value).toBeLessThan(50);
});
