// Principal components against scikit-learn, both solvers, and what is refused.

import { expect, test } from "vitest";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { principalComponents } from "../../../src/text/maps/principal-components.ts";
import { clouds, waves } from "./points.ts";

const flat = (array: NdArray) => Array.from(array.toFloat64());

function expectClose(got: readonly number[], wanted: readonly number[], digits: number): void {
  expect(got.length).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, digits);
}

// scikit-learn 1.9.1: PCA(3, svd_solver="full").fit(X), X = waves(8)
test("components, variances and coordinates are scikit-learn's, signs too", () => {
  const found = principalComponents(waves(8), { components: 3 });
  expectClose(
    flat(found.components),
    [
      0.11990310646772417, -0.3803756392862412, 0.5946796630447685, 0.6072227099527754, 0.3443461876884103,
      0.6047554372205006, -0.4412725541867889, 0.1691990790563445, -0.2201282973850886, -0.6020503288019496,
      0.44690522404258176, -0.14075348266286536, -0.0748798491239141, -0.5099624768871913, 0.7174924795452456,
    ],
    10,
  );
  expectClose([...found.explainedVariance], [1.2697115128318381, 0.8034650220561058, 0.457252353558292], 10);
  expectClose(
    [...found.explainedVarianceRatio],
    [0.4275914940208901, 0.2705770607752207, 0.15398554319358435],
    10,
  );
  expectClose(
    flat(found.coordinates).slice(0, 6),
    [
      0.3491707616797971, -1.0723727996776247, 0.1656785123740646, -1.1307693446206613, 1.3864145909276653,
      0.25257201976710064,
    ],
    10,
  );
});

// scikit-learn 1.9.1: PCA(3, svd_solver="full").fit(X.T)
test("wide data goes by the scalar products of its rows", () => {
  const rows = waves(8);
  const wide = Array.from({ length: 5 }, (_, f) => rows.map((row) => row[f] ?? 0));
  const found = principalComponents(wide, { components: 3 });
  expectClose(
    flat(found.components).slice(0, 8),
    [
      -0.2351144468041492, -0.1825050466731979, 0.5033907957583934, -0.35798164950609895,
      -0.16366710444998325, 0.5542650707886816, -0.4423732590793658, 0.01300615552317691,
    ],
    10,
  );
  expectClose([...found.explainedVariance], [1.7490170168002919, 1.3166229066482082, 0.7899589653837111], 10);
});

test("the randomized solver finds what the exact one does, of tall and of wide data", () => {
  for (const x of [clouds(300, 6, 40, 0.3), clouds(40, 6, 300, 0.3)]) {
    const exact = principalComponents(x, { components: 3, solver: "exact" });
    const random = principalComponents(x, { components: 3, solver: "randomized", seed: 5 });
    expectClose([...random.explainedVariance], [...exact.explainedVariance], 6);
    expectClose(flat(random.components), flat(exact.components), 5);
  }
});

test("all components keep all variance, and stand at right angles even where the rows span fewer directions", () => {
  const all = principalComponents(waves(8), { components: 5 });
  expect(all.explainedVarianceRatio.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  const rows = [
    [1, 2, 3, 4, 5],
    [2, 4, 6, 8, 10],
    [1, 2, 3, 4, 5],
  ];
  const flatData = principalComponents(rows, { components: 3 });
  const c = flat(flatData.components);
  const product = (a: number, b: number) =>
    [0, 1, 2, 3, 4].reduce((sum, f) => sum + (c[5 * a + f] ?? 0) * (c[5 * b + f] ?? 0), 0);
  for (let a = 0; a < 3; a++)
    for (let b = 0; b < 3; b++) expect(product(a, b)).toBeCloseTo(a === b ? 1 : 0, 10);
  expectClose([...flatData.explainedVarianceRatio], [1, 0, 0], 12);
});

test("equal rows have no variance, and no share of none", () => {
  const found = principalComponents(Array.from({ length: 4 }, () => [1, 2, 3]));
  expect([...found.explainedVarianceRatio]).toEqual([0, 0]);
  expect(flat(found.coordinates).every((value) => value === 0)).toBe(true);
});

test("word vectors are taken as they are", () => {
  const matrix = Float32Array.from(waves(8).flat());
  const found = principalComponents({ matrix, width: 5 });
  expect(found.coordinates.shape).toEqual([8, 2]);
  expect(found.explainedVariance[0]).toBeCloseTo(1.2697115128318381, 5);
});

test("what cannot be mapped is refused by name", () => {
  const rows = waves(8);
  expect(() => principalComponents([...rows, [1, 2, Number.NaN, 4, 5]])).toThrow(
    "principalComponents: row 8 holds NaN in column 2 (both from 0); wanted finite numbers. Leave the row out or fill it.",
  );
  expect(() => principalComponents([...rows, [1, 2]])).toThrow(
    "principalComponents: row 8 (from 0) is [1,2]; wanted 5 numbers, as in row 0.",
  );
  expect(() => principalComponents([[1, 2]])).toThrow("got 1 rows of 2 numbers; wanted at least 2 rows");
  expect(() => principalComponents(rows, { components: 6 })).toThrow(
    "principalComponents: components is 6, but 8 rows of 5 numbers have no more than 5.",
  );
  expect(() => principalComponents(rows, { solver: "full" as never })).toThrow(
    'solver is to be "exact" or "randomized", got "full"',
  );
  expect(() => principalComponents(rows, { component: 2 } as never)).toThrow(
    'principalComponents: there is no option "component".',
  );
  expect(() => principalComponents(new NdArray(new Float64Array(8), [2, 2, 2]))).toThrow(
    "got an array of shape [2, 2, 2]; wanted [rows, numbers].",
  );
  expect(() => principalComponents("rows" as never)).toThrow('got "rows"; wanted an array [rows, numbers]');
});
