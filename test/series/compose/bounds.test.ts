import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { tableOf } from "../../../src/data/table.ts";
import { bounded } from "../../../src/series/compose/bounds.ts";
import { forecast } from "../../../src/series/forecast.ts";
import { timeSeries } from "../../../src/series/observed/series.ts";
import { loadForecaster, makeForecaster } from "../../../src/series/registry.ts";

/** 40 months of stock that is sold out two months before the end. */
const stock = Array.from({ length: 40 }, (_, t) => Math.max(0, 76 - 2 * t + (t % 3)));
const levels = [80, 95];

/** A table of series, each as many values at the times 0, 1, 2, … */
function tableWith(series: Readonly<Record<string, readonly number[]>>) {
  const rows = Object.entries(series).flatMap(([name, values]) =>
    values.map((value, t) => ({ name, value, t })),
  );
  return tableOf({
    source: "test",
    columns: { time: "t", target: "units", series: "name" },
    time: { kind: "number", values: rows.map(({ t }) => t) },
    target: { kind: "number", values: rows.map(({ value }) => value) },
    series: rows.map(({ name }) => name),
    rowName: (position) => `row ${position + 2}`,
  });
}

const leastOf = (columns: readonly Float64Array[]) => Math.min(...columns.flatMap((column) => [...column]));
const greatestOf = (columns: readonly Float64Array[]) =>
  Math.max(...columns.flatMap((column) => [...column]));

describe("bounded", () => {
  test("moves what lies beyond to the bounds, and leaves the rest as it is", async () => {
    const series = timeSeries(stock, { name: "stock" });
    const free = await makeForecaster("drift").fit([series], { horizon: 6 });
    const held = await bounded(makeForecaster("drift"), { lower: 0, upper: 5 }).fit([series], { horizon: 6 });
    const [[plain], [within]] = [await free.predict({ levels }), await held.predict({ levels })];
    expect(leastOf([plain?.mean ?? Float64Array.of()])).toBeLessThan(0);
    expect(within?.mean).toEqual(plain?.mean.map((value) => Math.min(Math.max(value, 0), 5)));
    expect(within?.intervals.map(({ level }) => level)).toEqual(levels);
    for (const [i, { lower, upper }] of (within?.intervals ?? []).entries()) {
      const other = plain?.intervals[i];
      expect(lower).toEqual(other?.lower.map((value) => Math.min(Math.max(value, 0), 5)));
      expect(upper).toEqual(other?.upper.map((value) => Math.min(Math.max(value, 0), 5)));
    }
    expect(held.describe()).toMatchObject({ lowerBound: 0, upperBound: 5 });
  });

  test("comes back from its folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "recurra-bounds-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const series = timeSeries(stock, { name: "stock" });
    const fitted = await bounded(makeForecaster("drift"), { lower: 0 }).fit([series], { horizon: 6 });
    await fitted.save(join(folder, "model"));
    const loaded = await loadForecaster(join(folder, "model"));
    expect(loaded.forecaster.config).toEqual(fitted.forecaster.config);
    expect(await loaded.predict({ levels })).toEqual(await fitted.predict({ levels }));
  });

  test.each([
    [{ lower: 1, upper: 1 }, /lower bound is 1 and the upper bound 1/],
    [{ lower: Number.NaN }, /lower bound is NaN; wanted a number/],
    [{ upper: Number.POSITIVE_INFINITY }, /upper bound is Infinity; wanted a number/],
  ])("refuses %o", (bounds, message) => {
    expect(() => bounded(makeForecaster("naive"), bounds)).toThrow(message);
  });
});

describe("forecast within bounds", () => {
  const models = ["drift", "theta"] as const;

  test("forecast, bands and every fold stay within; without, the way to it is told", async () => {
    const table = tableWith({ stock });
    const options = { models, horizon: 6, levels };
    const [free, held] = [
      await forecast(table, options),
      await forecast(table, { ...options, bounds: { lower: 0, upper: 76 } }),
    ];
    const columnsOf = ({ parts }: typeof free) =>
      parts.series.flatMap(({ forecast: last, folds }) =>
        [last, ...folds.flatMap(({ forecasts }) => [...forecasts.values()])].flatMap(
          ({ mean, intervals }) => [mean, ...intervals.flatMap(({ lower, upper }) => [lower, upper])],
        ),
      );
    expect(leastOf(columnsOf(free))).toBeLessThan(0);
    expect(free.advice).toEqual([expect.stringContaining("--lower-bound 0")]);
    expect([leastOf(columnsOf(held)), held.advice]).toEqual([0, []]);
    expect(greatestOf(columnsOf(held))).toBeLessThanOrEqual(76);
    for (const [name, { mae }] of held.metrics)
      expect(mae).toBeLessThanOrEqual(free.metrics.get(name)?.mae ?? 0);
  });

  test("nothing is said where values are negative", async () => {
    const result = await forecast(tableWith({ stock: stock.map((value) => value - 3) }), {
      models,
      horizon: 6,
    });
    expect(result.advice).toEqual([]);
  });

  test("a series that is not within is named with its value, or skipped", async () => {
    const table = tableWith({ a: stock, b: stock.map((value, t) => (t === 7 ? -2 : value)) });
    const options = { models, horizon: 6, bounds: { lower: 0 } };
    await expect(forecast(table, options)).rejects.toThrow(
      'Series "b": the value at 7 is -2, beyond the lower bound of 0.',
    );
    const { skipped, parts } = await forecast(table, { ...options, onError: "skip" });
    expect(skipped.map(({ series }) => series)).toEqual(["b"]);
    expect(parts.series.map(({ series }) => series.name)).toEqual(["a"]);
  });
});
