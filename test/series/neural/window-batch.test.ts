// Windows in batches: what is copied, scaled, filled and counted, against plain slices.

import { describe, expect, test } from "vitest";
import { WindowBatch, type WindowShape } from "../../../src/series/neural/window-batch.ts";
import { extensible, type WindowSource } from "../../../src/series/neural/window-source.ts";
import { columnOf, noise, plainShape, sourceOf } from "./sources.ts";

/** A batch of one window with its targets. */
function windowOf(
  shape: Partial<WindowShape>,
  source: WindowSource,
  origin: number,
  end = source.values.length,
) {
  const batch = new WindowBatch({ ...plainShape, ...shape }, 1);
  batch.cut(0, source, origin);
  batch.cutTargets(0, source, origin, end);
  const list = (name: string) => Array.from(batch.inputs[name]?.toFloat64() ?? []);
  return {
    values: list("values"),
    past: list("past"),
    future: list("future"),
    numbers: list("numbers"),
    categories: list("category_0"),
    targets: Array.from(batch.targets.data, Number),
    weights: Array.from(batch.weights.data, Number),
    location: batch.locations[0] ?? Number.NaN,
    scale: batch.scales[0] ?? Number.NaN,
  };
}

const count = sourceOf(Float64Array.from({ length: 10 }, (_, t) => t));

test("a window holds the values up to its origin, its targets those after", () => {
  const { values, targets, weights } = windowOf({}, count, 5);
  expect(values).toEqual([2, 3, 4, 5]);
  expect(targets).toEqual([6, 7]);
  expect(weights).toEqual([1, 1]);
});

test("a lead leaves steps out between window and targets", () => {
  expect(windowOf({ lead: 2 }, count, 4).targets).toEqual([7, 8]);
});

test("targets at or after the end do not count, and are not shown", () => {
  expect(windowOf({}, count, 5, 7)).toMatchObject({ targets: [6, 0], weights: [1, 0] });
  expect(windowOf({}, count, 8)).toMatchObject({ targets: [9, 0], weights: [1, 0] });
});

test("what is before the beginning or missing holds the nearest value before it, or the first after", () => {
  const gaps = sourceOf(Float64Array.of(Number.NaN, 1, Number.NaN, 3, 4, Number.NaN));
  expect(windowOf({}, gaps, 3).values).toEqual([1, 1, 1, 3]);
  expect(windowOf({}, gaps, 5).values).toEqual([3, 3, 4, 4]);
  expect(windowOf({}, count, 1).values).toEqual([0, 0, 0, 1]);
  const { targets, weights } = windowOf({}, gaps, 3);
  expect(targets).toEqual([4, 0]);
  expect(weights).toEqual([1, 0]);
});

test("a flag tells what is known from what is filled", () => {
  const gaps = sourceOf(Float64Array.of(1, Number.NaN, 3, 4));
  expect(windowOf({ flagged: true }, gaps, 2).past).toEqual([0, 1, 0, 1]);
});

describe("scaling", () => {
  const values = noise(1, 40).map((value, t) => 5 + t + 2 * value);
  const source = sourceOf(values, { location: 3, scale: 7 });
  const slice = values.slice(27, 31);
  const mean = slice.reduce((sum, value) => sum + value / 4, 0);
  const deviation = Math.sqrt(slice.reduce((sum, value) => sum + (value - mean) ** 2 / 4, 0));

  test.each([
    ["standard", 3, 7],
    ["min-max", 3, 7],
    ["window", mean, deviation],
    ["last", slice[3] ?? 0, deviation],
  ] as const)("%s", (scaling, location, scale) => {
    const window = windowOf({ scaling }, source, 30);
    expect(window.location).toBeCloseTo(location, 12);
    expect(window.scale).toBeCloseTo(scale, 12);
    for (const [i, value] of slice.entries())
      expect(window.values[i]).toBeCloseTo((value - location) / scale, 5);
    for (const [h, target] of window.targets.entries())
      expect(target * scale + location).toBeCloseTo(values[31 + h] ?? 0, 4);
  });

  test("a window in which nothing moves is divided by a share of the scale of its series", () => {
    const flat = sourceOf(new Float64Array(20).fill(8), { location: 3, scale: 7 });
    const { values: scaled, scale } = windowOf({ scaling: "last" }, flat, 10);
    expect(scale).toBeCloseTo(0.07, 12);
    expect(scaled).toEqual([0, 0, 0, 0]);
  });

  test("an error counts in the unit asked for, to the power of the loss", () => {
    const unitOf = (lossUnit: WindowShape["lossUnit"], more: Partial<WindowSource> = {}, power = 1) =>
      windowOf(
        { scaling: "standard", lossUnit, power },
        sourceOf(values, { scale: 7, change: 2, ...more }),
        30,
      ).weights[0];
    expect(unitOf("window")).toBe(1);
    expect(unitOf("series")).toBe(1);
    expect(unitOf("change")).toBeCloseTo(3.5, 6);
    expect(unitOf("change", {}, 2)).toBeCloseTo(12.25, 5);
    expect(unitOf("level")).toBeCloseTo(7 / mean, 5);
    expect(unitOf("level", { isLog: true })).toBe(7);
    expect(unitOf("change", { change: 0 })).toBe(1);
  });
});

test("covariates stand beside the values of their steps, those known ahead beside the targets too", () => {
  const steps = Float64Array.from({ length: 10 }, (_, t) => t);
  const source = sourceOf(steps, {
    past: [
      columnOf(
        steps.map((t) => 10 * t),
        10,
        10,
      ),
    ],
    future: [
      columnOf(
        Float64Array.from({ length: 12 }, (_, t) => (t === 7 ? Number.NaN : t)),
        0,
        2,
      ),
    ],
    numbers: Float32Array.of(0.5, -1),
    categories: Int32Array.of(3),
  });
  const shape = { past: 1, future: 1, numbers: 2, categories: 1 };
  const window = windowOf(shape, source, 5);
  expect(window.past).toEqual([1, 1, 2, 1.5, 3, 2, 4, 2.5]);
  expect(window.future).toEqual([3, 0]); // what is missing is at its mean
  expect(window.numbers).toEqual([0.5, -1]);
  expect(window.categories).toEqual([3]);
  expect(windowOf(shape, source, 9).future).toEqual([5, 5.5]);
  expect(windowOf(shape, source, 1).past.slice(0, 4)).toEqual([0, 0, 0, 0]); // before the beginning
});

test("a source with room for forecasts has the same last window", () => {
  const values = noise(2, 30);
  const source = sourceOf(values, {
    past: [columnOf(values)],
    future: [columnOf(Float64Array.from({ length: 33 }, (_, t) => t))],
  });
  const longer = extensible(source, 4, 3);
  const shape = { past: 1, future: 1 };
  const [before, after] = [windowOf(shape, source, 29), windowOf(shape, longer, 3)];
  expect(after.values).toEqual(before.values);
  expect(after.past).toEqual(before.past);
  expect(after.future).toEqual(before.future);
});
