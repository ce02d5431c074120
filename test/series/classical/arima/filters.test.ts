// The filters against one another, and against the multivariate normal density of the values.

import { expect, test } from "vitest";
import { momentsOf } from "../../../../src/series/classical/arima/autocovariance.ts";
import { conditionalFilter } from "../../../../src/series/classical/arima/conditional-filter.ts";
import { differencePolynomial } from "../../../../src/series/classical/arima/difference.ts";
import { exactFilter } from "../../../../src/series/classical/arima/exact-filter.ts";
import { kalmanFilter } from "../../../../src/series/classical/arima/kalman-filter.ts";
import type { ArimaOrder } from "../../../../src/series/classical/arima/order.ts";
import { type Arma, createArma, multiplyOut } from "../../../../src/series/classical/arima/polynomials.ts";
import { normals } from "./random.ts";

interface Case {
  readonly name: string;
  readonly order: ArimaOrder;
  readonly coefficients: readonly number[];
}

const order = (p: number, q: number, P = 0, Q = 0, m = 1): ArimaOrder => ({ p, d: 0, q, P, D: 0, Q, m });
const cases: readonly Case[] = [
  { name: "AR(1)", order: order(1, 0), coefficients: [0.8] },
  { name: "AR(3)", order: order(3, 0), coefficients: [0.5, -0.4, 0.3] },
  { name: "MA(1)", order: order(0, 1), coefficients: [-0.6] },
  { name: "MA(2), hardly invertible", order: order(0, 2), coefficients: [-1.2, 0.21] },
  { name: "ARMA(1,2)", order: order(1, 2), coefficients: [0.7, 0.4, -0.2] },
  { name: "airline", order: order(0, 1, 0, 1, 12), coefficients: [-0.4, -0.6] },
  { name: "seasonal AR", order: order(2, 0, 1, 0, 4), coefficients: [0.5, 0.2, 0.7] },
  { name: "all four factors", order: order(2, 1, 1, 2, 4), coefficients: [0.5, -0.3, 0.4, 0.6, -0.7, 0.1] },
];

function armaOf({ order: one, coefficients }: Case): Arma {
  const arma = createArma(one);
  multiplyOut(one, Float64Array.from(coefficients), arma);
  return arma;
}

/** ψ weights, long enough for sums over them to stand for infinite ones. */
function longPsi({ ar, ma }: Arma, count: number): Float64Array {
  const psi = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    let sum = k === 0 ? 1 : (ma[k - 1] ?? 0);
    for (let i = 1; i <= Math.min(k, ar.length); i++) sum += (ar[i - 1] ?? 0) * (psi[k - i] ?? 0);
    psi[k] = sum;
  }
  return psi;
}

function autocovariances(arma: Arma, count: number): Float64Array {
  const psi = longPsi(arma, 3000);
  return Float64Array.from({ length: count }, (_, k) => {
    let sum = 0;
    for (let j = 0; j + k < psi.length; j++) sum += (psi[j] ?? 0) * (psi[j + k] ?? 0);
    return sum;
  });
}

/** log det Γ and y' Γ⁻¹ y by Cholesky's factors of the covariance matrix of all values. */
function density(gamma: Float64Array, y: Float64Array): { readonly logs: number; readonly squares: number } {
  const n = y.length;
  const L = new Float64Array(n * n);
  const z = new Float64Array(n);
  let [logs, squares] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let value = gamma[i - j] ?? 0;
      for (let k = 0; k < j; k++) value -= (L[i * n + k] ?? 0) * (L[j * n + k] ?? 0);
      L[i * n + j] = i === j ? Math.sqrt(value) : value / (L[j * n + j] ?? 1);
    }
    let value = y[i] ?? 0;
    for (let k = 0; k < i; k++) value -= (L[i * n + k] ?? 0) * (z[k] ?? 0);
    z[i] = value / (L[i * n + i] ?? 1);
    logs += 2 * Math.log(L[i * n + i] ?? 1);
    squares += (z[i] ?? 0) ** 2;
  }
  return { logs, squares };
}

const squaresOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value * value, 0);
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] ?? Number.NaN))));

test.each(cases)("moments of $name are sums over ψ", (one) => {
  const arma = armaOf(one);
  const moments = { gamma: new Float64Array(30), psi: new Float64Array(30) };
  expect(momentsOf(arma, moments)()).toBe(true);
  expect(farthest(moments.gamma, autocovariances(arma, 30))).toBeLessThan(1e-8);
  expect(farthest(moments.psi, longPsi(arma, 30))).toBeLessThan(1e-12);
});

test.each(cases)("the exact likelihood of $name is the normal density's", (one) => {
  const arma = armaOf(one);
  const y = normals(80, 5);
  const out = new Float64Array(80);
  const logs = exactFilter(arma, 80, 1).run([y], [out]);
  const expected = density(autocovariances(arma, 80), y);
  expect(logs).toBeCloseTo(expected.logs, 8);
  expect(squaresOf(out)).toBeCloseTo(expected.squares, 7);
});

test.each(cases)("the Kalman filter without gaps says of $name what the exact one says", (one) => {
  const arma = armaOf(one);
  const y = normals(60, 9);
  const [a, b] = [new Float64Array(60), new Float64Array(60)];
  const exact = exactFilter(arma, 60, 1, { settles: false });
  const kalman = kalmanFilter(arma, new Uint8Array(60).fill(1), new Float64Array(0), 1);
  expect(kalman.run([y], [b])).toBeCloseTo(exact.run([y], [a]), 9);
  expect(farthest(a, b)).toBeLessThan(1e-9);
  expect(kalman.predicted).toBe(60);
  expect(farthest(kalman.states[0] ?? [], exact.states[0]?.subarray(0, -1) ?? [])).toBeLessThan(1e-9);
});

test("a settled filter goes on as one that does not settle", () => {
  for (const one of cases) {
    const arma = armaOf(one);
    const y = normals(500, 3);
    const [a, b] = [new Float64Array(500), new Float64Array(500)];
    const logs = exactFilter(arma, 500, 1).run([y], [a]);
    expect(logs).toBeCloseTo(exactFilter(arma, 500, 1, { settles: false }).run([y], [b]), 6);
    expect(farthest(a, b)).toBeLessThan(1e-5);
  }
});

test("several columns are filtered as each by itself", () => {
  const arma = armaOf(cases[7] as Case);
  const columns = [normals(50, 1), normals(50, 2)];
  const together = columns.map(() => new Float64Array(50));
  exactFilter(arma, 50, 2).run(columns, together);
  for (const [i, column] of columns.entries()) {
    const alone = new Float64Array(50);
    exactFilter(arma, 50, 1).run([column], [alone]);
    expect([...alone]).toEqual([...(together[i] ?? [])]);
  }
});

test("missing values: the density of the values that are there", () => {
  const one = cases[4] as Case;
  const y = normals(6, 4);
  const observed = Uint8Array.of(1, 0, 1, 1, 0, 1);
  const out = new Float64Array(6);
  const filter = kalmanFilter(armaOf(one), observed, new Float64Array(0), 1);
  const logs = filter.run([y], [out]);
  expect(filter.predicted).toBe(4);
  // Gaussian elimination on the 4 × 4 covariance matrix of what is there.
  const there = [0, 2, 3, 5];
  const gamma = autocovariances(armaOf(one), 6);
  const rows = there.map((i) => [...there.map((j) => gamma[Math.abs(i - j)] ?? 0), y[i] ?? 0]);
  let [determinant, squares] = [1, 0];
  for (let k = 0; k < 4; k++) {
    const pivot = rows[k] ?? [];
    determinant *= pivot[k] ?? 0;
    squares += (pivot[4] ?? 0) ** 2 / (pivot[k] ?? 1);
    for (const row of rows.slice(k + 1)) {
      const factor = (row[k] ?? 0) / (pivot[k] ?? 1);
      for (let j = 0; j < 5; j++) row[j] = (row[j] ?? 0) - factor * (pivot[j] ?? 0);
    }
  }
  expect(logs).toBeCloseTo(Math.log(determinant), 9);
  expect(squaresOf(out)).toBeCloseTo(squares, 9);
});

test("differences within the Kalman filter are as those taken before, but for what nothing was known of", () => {
  const one: ArimaOrder = { p: 1, d: 1, q: 1, P: 0, D: 1, Q: 0, m: 4 };
  const arma = createArma(one);
  multiplyOut(one, Float64Array.of(0.5, 0.3), arma);
  let [level, slope] = [0, 0];
  const y = normals(60, 8).map((value) => {
    slope += 0.1 * value;
    level += slope + value;
    return level;
  });
  const lag = (values: Float64Array, by: number) =>
    values.subarray(by).map((value, t) => value - (values[t] ?? 0));
  const differences = lag(lag(y, 4), 1);
  const [a, b] = [new Float64Array(55), new Float64Array(60)];
  const logs = exactFilter(arma, 55, 1).run([differences], [a]);
  const kalman = kalmanFilter(arma, new Uint8Array(60).fill(1), differencePolynomial(one), 1);
  expect(kalman.run([y], [b])).toBeCloseTo(logs, 3);
  expect(kalman.predicted).toBe(55);
  expect(farthest(a, b.subarray(5))).toBeLessThan(1e-3);
});

test("the conditional filter follows the difference equation from p + mP on", () => {
  const arma = armaOf({ name: "", order: order(1, 1, 1, 0, 4), coefficients: [0.5, 0.4, 0.3] });
  const y = normals(12, 2);
  const out = new Float64Array(12);
  expect(conditionalFilter(arma, 12).run([y], [out])).toBe(0);
  expect([...out.subarray(0, 5)]).toEqual([0, 0, 0, 0, 0]);
  const at = (t: number): number => y[t] ?? 0;
  const plain = (t: number): number => at(t) - 0.5 * at(t - 1) - 0.3 * at(t - 4) + 0.15 * at(t - 5);
  expect(out[5]).toBeCloseTo(plain(5), 12);
  expect(out[6]).toBeCloseTo(plain(6) - 0.4 * plain(5), 12);
});

test("a process that is not stationary has no exact likelihood", () => {
  const arma = armaOf({ name: "", order: order(1, 0), coefficients: [1.01] });
  expect(exactFilter(arma, 10, 1).run([normals(10, 1)], [new Float64Array(10)])).toBe(
    Number.POSITIVE_INFINITY,
  );
});
