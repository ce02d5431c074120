// Heads: what a network's numbers say of a step. Quantiles of the normal and the t distribution are from tables.

import { expect, test } from "vitest";
import { headOf } from "../../../src/series/neural/heads.ts";

const quantiles = [0.1, 0.5, 0.9];
const settings = { quantiles, loss: "mae" } as const;

test("a point is itself", () => {
  const head = headOf({ ...settings, head: "point" });
  expect([head.outputs, head.power, head.quantile]).toEqual([1, 1, undefined]);
  expect(head.middle(Float32Array.of(1, 2, 3), 1)).toBe(2);
  expect(headOf({ ...settings, head: "point", loss: "mse" }).power).toBe(2);
});

test("quantiles are put in order, and lie on lines between those that are learned", () => {
  const head = headOf({ ...settings, head: "quantiles" });
  const data = Float32Array.of(0, 0, 0, 6, 2, 4);
  expect(head.middle(data, 3)).toBe(4);
  expect(head.quantile?.(data, 3, 0.1)).toBe(2);
  expect(head.quantile?.(data, 3, 0.9)).toBe(6);
  expect(head.quantile?.(data, 3, 0.3)).toBeCloseTo(3, 6);
  expect(head.quantile?.(data, 3, 0.05)).toBeNaN();
  expect(head.quantile?.(data, 3, 0.95)).toBeNaN();
});

test("a Gaussian has its mean and the logarithm of its variance", () => {
  const head = headOf({ ...settings, head: "gaussian" });
  const data = Float32Array.of(3, Math.log(4));
  expect(head.middle(data, 0)).toBe(3);
  expect(head.quantile?.(data, 0, 0.975)).toBeCloseTo(3 + 2 * 1.959964, 4);
});

test("a Student-t has its location, the logarithms of its scale and degrees of freedom", () => {
  const head = headOf({ ...settings, head: "student-t" });
  const data = Float32Array.of(1, Math.log(2), Math.log(5));
  expect(head.middle(data, 0)).toBe(1);
  expect(head.quantile?.(data, 0, 0.975)).toBeCloseTo(1 + 2 * 2.570582, 4);
  expect(head.quantile?.(data, 0, 0.025)).toBeCloseTo(1 - 2 * 2.570582, 4);
});
