// What is done to series before a method sees them, how they are parted, and windows with labels.

import { describe, expect, test } from "vitest";
import { labelledSeries } from "../../../src/data/labelled-series.ts";
import { heldOutRows } from "../../../src/model/datasets/held-out-rows.ts";
import {
  type LabelWindowsOptions,
  labelWindows,
  splitByTime,
} from "../../../src/series/classify/label-windows.ts";
import { padded } from "../../../src/series/classify/padded.ts";
import { fillGaps, preparationOf, prepare } from "../../../src/series/classify/preparation.ts";
import { splitAtRandom } from "../../../src/series/classify/split.ts";

const x = [
  [Float64Array.of(1, 3), Float64Array.of(10, 10)],
  [Float64Array.of(5, 7), Float64Array.of(10, 10)],
];

describe("preparation", () => {
  test("by the training series: each channel by its mean and deviation, a constant one to 0", () => {
    // Channel 1: 1, 3, 5, 7 with mean 4 and variance 5.
    const preparation = preparationOf(x, "training");
    expect(preparation.means).toEqual([4, 10]);
    expect(preparation.scales).toEqual([Math.sqrt(5), 1]);
    const [[first, second] = []] = prepare(x, preparation);
    expect([...(first ?? [])]).toEqual([-3 / Math.sqrt(5), -1 / Math.sqrt(5)]);
    expect([...(second ?? [])]).toEqual([0, 0]);
  });

  test("by each series: its own mean and deviation", () => {
    const prepared = prepare(x, preparationOf(x, "series"));
    expect(prepared.map(([first]) => [...(first ?? [])])).toEqual([
      [-1, 1],
      [-1, 1],
    ]);
  });

  test("missing values do not count in means, and are filled by straight lines", () => {
    const gaps = [[Float64Array.of(Number.NaN, 1, Number.NaN, Number.NaN, 4, Number.NaN)]];
    expect(preparationOf(gaps, "training").means).toEqual([2.5]);
    expect([...(prepare(gaps, preparationOf(gaps, "none"))[0]?.[0] ?? [])]).toEqual([1, 1, 2, 3, 4, 4]);
    expect([...fillGaps(Float64Array.of(2, Number.NaN, Number.NaN))]).toEqual([2, 2, 2]);
  });

  test("steps joined to patches, the last one filled up with zeros, shorter series with padding", () => {
    const rows = padded([[Float64Array.of(1, 2, 3)], [Float64Array.of(4)]], { channels: 1, patch: 2 }, 2);
    expect(rows.shape).toEqual([2, 2, 2]);
    expect([...rows.toFloat64()]).toEqual([1, 2, 3, 0, 4, 0, -1e9, -1e9]);
  });
});

describe("parts", () => {
  const labels = Int32Array.from({ length: 50 }, (_, n) => (n % 5 === 0 ? 1 : n === 3 ? 2 : 0));

  test("each class by the same share; a class of one series stays in training", () => {
    const { training, held } = heldOutRows(labels, 3, 0.2, 1);
    const counts = (rows: Int32Array) => [0, 1, 2].map((k) => rows.filter((n) => labels[n] === k).length);
    expect(counts(held)).toEqual([8, 2, 0]);
    expect(counts(training)).toEqual([31, 8, 1]);
    expect([...training, ...held].sort((a, b) => a - b)).toEqual(Array.from(labels.keys()));
    expect(heldOutRows(labels, 3, 0.2, 1)).toEqual({ training, held });
    expect(heldOutRows(labels, 3, 0.2, 2).held).not.toEqual(held);
    expect(heldOutRows(labels, 3, 0, 1).held.length).toBe(0);
  });

  test("series of one each cannot be parted", () => {
    const data = labelledSeries({ x: [[1], [2]], labels: ["a", "b"] });
    expect(() => splitAtRandom(data, 0.2, 0)).toThrow("each of its 2 series has a label of its own");
    expect(() => splitAtRandom(data, 1, 0)).toThrow("share is to be a share between 0 and 1, got 1");
  });
});

describe("windows with labels", () => {
  const values = Float64Array.from({ length: 12 }, (_, t) => Math.sin(3 * t));
  const upOrDown: LabelWindowsOptions = {
    window: 3,
    label: (future, seen) => ((future[0] ?? 0) > (seen.at(-1) ?? 0) ? "up" : "down"),
  };

  test("the window ends before the step that its label is made of", () => {
    const windows = labelWindows(values, upOrDown);
    expect([...windows.origins]).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11]);
    for (const [i, origin] of windows.origins.entries()) {
      expect([...(windows.x[i]?.[0] ?? [])]).toEqual([...values.subarray(origin - 3, origin)]);
      expect(windows.classes[windows.labels[i] ?? 0]).toBe(
        (values[origin] ?? 0) > (values[origin - 1] ?? 0) ? "up" : "down",
      );
    }
  });

  test("what comes after a window does not change it", () => {
    const other = Float64Array.from(values, (value, t) => (t < 8 ? value : -value + t));
    const [before, after] = [labelWindows(values, upOrDown), labelWindows(other, upOrDown)];
    for (const [i, origin] of before.origins.entries()) {
      if (origin > 8) continue;
      expect(after.x[i]).toEqual(before.x[i]);
      if (origin < 8) expect(after.classes[after.labels[i] ?? 0]).toBe(before.classes[before.labels[i] ?? 0]);
    }
  });

  test("windows are views, of several channels; a longer horizon, a stride, windows left out", () => {
    const windows = labelWindows([values, values.map((value) => -value)], {
      window: 2,
      horizon: 3,
      stride: 2,
      target: 1,
      label: (future) =>
        future.length === 3 && future.every(Number.isFinite) ? Math.max(...future) > 0.9 : undefined,
    });
    expect([...windows.origins]).toEqual([2, 4, 6, 8]);
    expect(windows.x[0]?.[0]?.buffer).toBe(values.buffer);
    expect(windows.x[0]?.length).toBe(2);
    const some = labelWindows(values, {
      window: 3,
      label: ([next = 0]) => (Math.abs(next) < 0.6 ? undefined : next > 0),
    });
    expect([...some.origins]).toEqual([5, 6, 7, 8, 9, 10, 11]);
  });

  test("parted by time, without windows whose labels reach over the cut", () => {
    const windows = labelWindows(values, { window: 2, horizon: 3, label: ([next = 0]) => next > 0 });
    const { training, test: later } = splitByTime(windows, 0.5);
    // Origins 2 to 9; the cut is at origin 6, and the labels of 4 and 5 are made of step 6 and later ones too.
    expect([...training.origins]).toEqual([2, 3]);
    expect([...later.origins]).toEqual([6, 7, 8, 9]);
    expect([...later.rows]).toEqual([7, 8, 9, 10]);
    expect(later.x[0]).toEqual(windows.x[4]);
  });

  test("refused", () => {
    expect(() => labelWindows(values, { ...upOrDown, window: 12 })).toThrow(
      "the series: it has 12 values, and none of them makes a labelled window; at least 13 are needed: window 12 + horizon 1.",
    );
    expect(() => labelWindows(values, { ...upOrDown, target: 1 })).toThrow(
      "target is 1; wanted one of 1 channels",
    );
    expect(() => labelWindows([values, [1, 2]], upOrDown)).toThrow("the series, channel 2: it has 2 values");
    expect(() => labelWindows(values, { window: 2 } as LabelWindowsOptions)).toThrow(
      "label is to be a function",
    );
    expect(() => splitByTime(labelWindows(values.subarray(0, 4), upOrDown), 0.5)).toThrow(
      "too few to be parted by time",
    );
  });
});
