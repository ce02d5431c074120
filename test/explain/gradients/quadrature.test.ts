// Gauss and Legendre's rule, against its known nodes and the polynomials that it integrates exactly.

import { expect, test } from "vitest";
import { gaussLegendre } from "../../../src/explain/gradients/quadrature.ts";

test("two and three nodes: Abramowitz and Stegun 1964, table 25.4, moved to [0, 1]", () => {
  const two = gaussLegendre(2);
  expect(two.nodes[0]).toBeCloseTo((1 - 0.5773502691896257) / 2, 14);
  expect([...two.weights]).toEqual([expect.closeTo(0.5, 14), expect.closeTo(0.5, 14)]);
  const three = gaussLegendre(3);
  expect(three.nodes[2]).toBeCloseTo((1 + 0.7745966692414834) / 2, 14);
  expect(three.nodes[1]).toBeCloseTo(0.5, 14);
  expect(three.weights[1]).toBeCloseTo(8 / 18, 14);
});

test.each([1, 4, 7, 50])("%i nodes integrate x^k exactly up to k = 2n - 1", (count) => {
  const { nodes, weights } = gaussLegendre(count);
  for (const power of [0, 1, count, 2 * count - 1]) {
    const integral = nodes.reduce((sum, node, i) => sum + (weights[i] ?? 0) * node ** power, 0);
    expect(integral).toBeCloseTo(1 / (power + 1), 12);
  }
});
