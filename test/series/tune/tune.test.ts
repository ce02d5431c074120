import { afterEach, expect, test } from "vitest";
import type { Executor } from "../../../src/jobs/executor.ts";
import { workerThreads } from "../../../src/jobs/worker-threads.ts";
import { timeSeries } from "../../../src/series/observed/series.ts";
import { choice, drawFrom, integer, real } from "../../../src/series/tune/space.ts";
import { tune } from "../../../src/series/tune.ts";
import { Random } from "../../../src/tensor/random.ts";

let executor: Executor | undefined;
afterEach(() => executor?.end());

const noise = new Random(4).normal([120]).data;
/** Noise around a level: long moving averages forecast it best. */
const series = [timeSeries(Array.from({ length: 120 }, (_, t) => 50 + 5 * Number(noise[t])))];
const options = {
  forecaster: { name: "moving-average", window: 1 },
  space: { window: integer(1, 40) },
  horizon: 4,
  folds: 5,
  trials: 12,
};

test("draws lie within their ranges, and reach both ends", () => {
  const space = { units: integer(2, 4), rate: real(1e-4, 1e-1, { log: true }), kind: choice("a", "b") };
  const draws = Array.from({ length: 400 }, (_, i) => drawFrom(space, new Random(1).fold(i)));
  expect(new Set(draws.map(({ units }) => units))).toEqual(new Set([2, 3, 4]));
  expect(new Set(draws.map(({ kind }) => kind))).toEqual(new Set(["a", "b"]));
  const rates = draws.map(({ rate }) => Number(rate));
  expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-4);
  expect(Math.max(...rates)).toBeLessThan(1e-1);
  // Logarithmic: each of the three orders of magnitude is hit alike, a third each, give or take three standard errors.
  const small = rates.filter((rate) => rate < 1e-3).length / rates.length;
  expect(Math.abs(small - 1 / 3)).toBeLessThan(3 * Math.sqrt(2 / 9 / 400));
});

test("a random search finds a better configuration than it began with, the same for the same seed", async () => {
  const found = await tune(series, options);
  expect(found.trials).toHaveLength(12);
  const before = found.trials.find(({ config }) => config.window === 1);
  expect(found.trials[0]?.score).toBeLessThan((before?.score ?? 0) * 0.95);
  expect(found.best).toEqual(found.trials[0]?.config);
  expect(Number(found.best.window)).toBeGreaterThan(2);
  expect(found.heldOut?.best).toBeGreaterThan(0);
  expect((await tune(series, options)).best).toEqual(found.best);
});

test("threads find what one thread finds", async () => {
  executor = workerThreads(2);
  const alone = await tune(series, { ...options, trials: 4 });
  const together = await tune(series, { ...options, trials: 4, executor });
  expect(together.best).toEqual(alone.best);
  expect(together.trials.map(({ score }) => score)).toEqual(alone.trials.map(({ score }) => score));
});

test("halving gives the best third more, round by round", async () => {
  // The window stands in for epochs: an option whose size is a budget.
  const { trials, best } = await tune(series, {
    ...options,
    trials: 9,
    space: { window: choice(2) },
    forecaster: { name: "moving-average" },
    method: "halving",
    budget: { option: "window", from: 2, to: 18 },
  });
  const windows = trials.map(({ config }) => config.window);
  expect(windows.filter((window) => window === 18)).toHaveLength(1);
  expect(windows.filter((window) => window === 6)).toHaveLength(3);
  expect(windows.filter((window) => window === 2)).toHaveLength(9);
  expect(best.window).toBe(18);
});

test("what makes no sense is refused before any work", async () => {
  await expect(tune(series, { ...options, space: {} })).rejects.toThrow("space names no option");
  await expect(tune(series, { ...options, trials: 0 })).rejects.toThrow("trials is 0");
  await expect(tune(series, { ...options, holdOut: 5 })).rejects.toThrow("whole horizons of 4");
  await expect(tune(series, { ...options, method: "halving" })).rejects.toThrow("halving needs a budget");
  expect(() => real(1, 1)).toThrow("wanted a smaller and a larger number");
  expect(() => integer(0, 5, { log: true })).toThrow("wanted one above 0");
});

test("where every configuration fails, the reason is told", async () => {
  await expect(
    tune(series, {
      ...options,
      forecaster: { name: "moving-average", window: -1 },
      space: { window: choice(-1, -2) },
    }),
  ).rejects.toThrow(/No configuration of moving-average could be fitted: .*window/);
});
