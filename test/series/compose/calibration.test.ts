import { expect, test } from "vitest";
import { calibrate, conformalIntervals, type PastErrors } from "../../../src/series/compose/calibration.ts";
import { Random } from "../../../src/tensor/random.ts";

const errors = (...values: number[]): PastErrors => ({ errors: Float64Array.from(values), scale: 1 });

const at = (...mean: number[]) => ({ mean: Float64Array.from(mean), intervals: [] });

test("the quantile of n errors is the (n + 1)·level/100-th smallest", () => {
  const known = Array.from({ length: 9 }, (_, i) => errors(i + 1));
  const calibration = calibrate(known, 1);
  if (calibration === undefined) throw new Error("no calibration");
  const [eighty] = conformalIntervals(at(100), 1, calibration, [80]);
  expect(eighty?.upper[0]).toBeCloseTo(108, 9);
  expect(eighty?.lower[0]).toBeCloseTo(92, 9);
});

test("intervals grow with the step and with the scale of a series", () => {
  const noise = new Random(3).normal([400]).data;
  const known = Array.from({ length: 100 }, (_, i) =>
    errors(...[1, 2, 3, 4].map((size, h) => size * Number(noise[4 * i + h]))),
  );
  const calibration = calibrate(known, 4);
  if (calibration === undefined) throw new Error("no calibration");
  const halfWidths = (scale: number) =>
    conformalIntervals(at(0, 0, 0, 0), scale, calibration, [80])[0]?.upper ?? new Float64Array();
  const once = halfWidths(1);
  for (let h = 1; h < 4; h++) expect(once[h]).toBeGreaterThanOrEqual(once[h - 1] ?? 0);
  expect((once[3] ?? 0) / (once[0] ?? 1)).toBeGreaterThan(2);
  for (const [h, width] of halfWidths(10).entries()) expect(width).toBeCloseTo(10 * (once[h] ?? 0), 9);
});

test("held-out errors lie inside as often as the level says", () => {
  const draws = new Random(5).normal([4000]).data;
  // Heavy tails: cubes of normal numbers.
  const known = Array.from({ length: 2000 }, (_, i) => errors(Number(draws[i]) ** 3));
  const calibration = calibrate(known, 1);
  if (calibration === undefined) throw new Error("no calibration");
  for (const level of [50, 80, 95]) {
    const [interval] = conformalIntervals(at(0), 1, calibration, [level]);
    const half = interval?.upper[0] ?? 0;
    const inside = Array.from({ length: 2000 }, (_, i) => Math.abs(Number(draws[2000 + i]) ** 3) <= half);
    const share = (100 * inside.filter(Boolean).length) / 2000;
    // Three standard errors of a share of 2,000.
    expect(Math.abs(share - level)).toBeLessThan(300 * Math.sqrt(0.25 / 2000));
  }
});

test("few errors give an interval at least as wide as the largest of them", () => {
  const calibration = calibrate([errors(1), errors(-3)], 1);
  if (calibration === undefined) throw new Error("no calibration");
  const [interval] = conformalIntervals(at(0), 1, calibration, [95]);
  expect(interval?.upper[0]).toBeGreaterThanOrEqual(3);
});

test("without errors, or of constants alone, there is no calibration", () => {
  expect(calibrate([], 3)).toBeUndefined();
  expect(calibrate([{ errors: Float64Array.of(1), scale: 0 }], 1)).toBeUndefined();
  expect(calibrate([errors(Number.NaN)], 1)).toBeUndefined();
});

test("intervals of its own are widened, each side by itself, and never narrowed", () => {
  const own = { below: Float64Array.of(1, 2), above: Float64Array.of(2, 4) };
  // In units of the own interval: 1.5, 1.5 and 3.
  const past: PastErrors[] = [
    { errors: Float64Array.of(3, -3), scale: 1, own },
    { errors: Float64Array.of(-3, Number.NaN), scale: 1, own },
  ];
  const calibration = calibrate(past, 2);
  if (calibration === undefined) throw new Error("no calibration");
  expect(calibration).toEqual({ scores: [1.5, 1.5, 3] });
  const interval = { level: 80, lower: Float64Array.of(9, 8), upper: Float64Array.of(12, 14) };
  const [half] = conformalIntervals(
    { mean: Float64Array.of(10, 10), intervals: [interval] },
    1,
    calibration,
    [50],
  );
  expect([...(half?.lower ?? [])]).toEqual([8.5, 7]);
  expect([...(half?.upper ?? [])]).toEqual([13, 16]);
  const narrow = { scores: [0.1, 0.1, 0.1] };
  const [kept, wide] = conformalIntervals(
    { mean: Float64Array.of(10, 10), intervals: [interval] },
    1,
    narrow,
    [80, 95],
  );
  expect([...(kept?.upper ?? [])]).toEqual([12, 14]);
  // 1.95996 / 1.28155, the normal quantiles of 95 and 80 %.
  expect(wide?.upper[0]).toBeCloseTo(10 + 2 * 1.52937, 4);
});
