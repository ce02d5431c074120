// Trustworthiness against scikit-learn.

import { expect, test } from "vitest";
import { principalComponents } from "../../../src/text/maps/principal-components.ts";
import { trustworthiness } from "../../../src/text/maps/trustworthiness.ts";
import { places, waves } from "./points.ts";

// scikit-learn 1.9.1: sklearn.manifold.trustworthiness(X, Y, n_neighbors=k), X = waves(30), Y = places(30)
test.each([
  [1, 0.5],
  [5, 0.5593939393939393],
  [12, 0.543719806763285],
])("of %s neighbours is scikit-learn's", (k, wanted) => {
  expect(trustworthiness(waves(30), places(30), k)).toBeCloseTo(wanted, 12);
});

test("by the cosine, and of principal components, too", () => {
  const x = waves(30);
  // metric="cosine"; then Y = PCA(2).fit_transform(X)
  expect(trustworthiness(x, places(30), 5, { metric: "cosine" })).toBeCloseTo(0.5733333333333334, 12);
  expect(trustworthiness(x, principalComponents(x).coordinates, 5)).toBeCloseTo(0.7890909090909091, 12);
  expect(trustworthiness(x, x, 5)).toBe(1);
});

test("bad input is refused by name", () => {
  expect(() => trustworthiness(waves(30), places(29), 5)).toThrow("got 30 vectors and 29 places");
  expect(() => trustworthiness(waves(30), places(30), 15)).toThrow(
    "trustworthiness: k is to be a whole number from 1 to below half the 30 points, got 15",
  );
});
