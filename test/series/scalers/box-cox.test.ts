// Box–Cox: there and back, and λ as R's forecast package and scipy find it.

import { expect, test } from "vitest";
import {
  boxCox,
  guerreroLambda,
  inverseBoxCox,
  likelihoodLambda,
} from "../../../src/series/scalers/box-cox.ts";
import { airPassengers } from "../air-passengers.ts";

test.each([-0.5, 0, 0.3, 1, 2])("the inverse with λ = %d gives the values back", (lambda) => {
  const back = inverseBoxCox(boxCox(airPassengers, lambda), lambda);
  for (const [t, value] of airPassengers.entries()) expect(back[t]).toBeCloseTo(value, 8);
});

test("by hand: λ = 0 is the logarithm, λ = 1 takes one off, λ = 1/2 doubles the root less one", () => {
  expect([...boxCox(Float64Array.of(1, Math.E), 0)]).toEqual([0, 1]);
  expect([...boxCox(Float64Array.of(5, -3), 1)]).toEqual([4, -4]);
  expect([...boxCox(Float64Array.of(9, 0), 0.5)]).toEqual([4, -2]);
});

test("negative values go there and back with λ above 0", () => {
  const values = Float64Array.of(-8, -1, 0, 4);
  const back = inverseBoxCox(boxCox(values, 1 / 3), 1 / 3);
  for (const [t, value] of values.entries()) expect(back[t]).toBeCloseTo(value, 10);
});

test("with a variance the inverse is nearly the mean", () => {
  // λ = 1/2: the mean of (w/2 + 1)² is (µ/2 + 1)² + σ²/4, which the second-order formula gives exactly.
  expect(inverseBoxCox(Float64Array.of(4), 0.5, [2])[0]).toBeCloseTo(9 + 0.5, 12);
  expect(inverseBoxCox(Float64Array.of(2), 0, [0.1])[0]).toBeCloseTo(Math.exp(2) * 1.05, 12);
});

test("what no value is transformed to comes back as the nearest that one is", () => {
  expect(inverseBoxCox(Float64Array.of(3), -0.5)[0]).toBe(Number.MAX_VALUE);
});

test("Guerrero's λ of AirPassengers is R's: BoxCox.lambda(AirPassengers) = -0.2947156", () => {
  expect(guerreroLambda(airPassengers, { season: 12 })).toBeCloseTo(-0.2947156, 4);
});

test("the likelihood's λ of AirPassengers", () => {
  // 0.19777826 by scipy.optimize.minimize_scalar on the profile likelihood of a line and months; R's grid of 0.05 gives 0.2.
  expect(likelihoodLambda(airPassengers, { season: 12 })).toBeCloseTo(0.197778, 4);
});

test("a series without spread is left as it is", () => {
  expect(guerreroLambda(new Float64Array(24).fill(5), { season: 12 })).toBe(1);
  expect(likelihoodLambda(new Float64Array(24).fill(5), { season: 12 })).toBe(1);
});

test("names what it cannot transform", () => {
  expect(() => boxCox(Float64Array.of(1, 0), 0)).toThrow(
    "Box–Cox: value 2 of 2 is 0; with λ = 0 values are to be above 0",
  );
  expect(() => guerreroLambda(Float64Array.of(1, -2, 3, 4))).toThrow("Box–Cox: value 2 of 4 is -2");
  expect(() => guerreroLambda(Float64Array.of(1, 2, 3), { season: 2 })).toThrow(
    "Box–Cox: there are 3 values; Guerrero's λ wants at least 4",
  );
  expect(() => likelihoodLambda(Float64Array.of(1, 2))).toThrow("wants at least 4");
});
