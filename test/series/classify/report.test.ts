// What a report of a classification says and draws beside its figures: axes that can be compared, classes never found, odd lengths.

import { describe, expect, test } from "vitest";
import { labelledSeries } from "../../../src/data/labelled-series.ts";
import { evaluateProbabilities } from "../../../src/nn/metrics/evaluation.ts";
import { classifySeries } from "../../../src/series/classify/classify-series.ts";
import { commonLength, lengthNotes } from "../../../src/series/classify/lengths.ts";
import { type ClassificationParts, missedClasses } from "../../../src/series/classify/parts.ts";
import { classesSpec, wrongSpec } from "../../../src/series/classify/report-charts.ts";
import { toySeries } from "./toy-series.ts";

/** What is looked at of a panel. */
interface Panel {
  readonly data: { readonly values: readonly { readonly v: number }[] };
  readonly encoding: Readonly<Record<"x" | "y", { readonly scale: { readonly domain: readonly number[] } }>>;
}

describe("panels of series", () => {
  test("have the same axes, which hold all that is drawn", async () => {
    const { x, labels, classes } = toySeries({ count: 40, seed: 2, length: 20 });
    // One class ten times as large: levels are to be compared.
    const own = x.map((channels, n) => channels.map((values) => values.map((v) => v * (labels[n] ? 10 : 1))));
    const names = Array.from(labels, (label) => classes[label] ?? "");
    const { parts } = await classifySeries(labelledSeries({ x: own, labels: names }), { model: "majority" });
    for (const spec of [classesSpec(parts), wrongSpec(parts)]) {
      const { concat: panels = [] } = (spec ?? {}) as { readonly concat?: readonly Panel[] };
      expect(panels.length).toBeGreaterThan(1);
      const [first] = panels;
      const [low = 0, high = 0] = first?.encoding.y.scale.domain ?? [];
      for (const { encoding, data } of panels) {
        expect([encoding.x.scale.domain, encoding.y.scale.domain]).toEqual([
          [1, 20],
          [low, high],
        ]);
        for (const { v } of data.values) expect(v > low && v < high).toBe(true);
      }
    }
  });
});

describe("classes that are never found", () => {
  const parts = (name: string, rare: number, classWeight?: "balanced") => {
    const labels = Int32Array.from({ length: 10 + rare }, (_, n) => (n < 10 ? 0 : 1));
    const probabilities = Float64Array.from({ length: 2 * labels.length }, (_, i) =>
      i % 2 === 0 ? 0.8 : 0.2,
    );
    const evaluation = evaluateProbabilities(labels, probabilities, ["usual", "rare"]);
    return { classifier: { name }, evaluation, classWeight } as unknown as ClassificationParts;
  };

  test("are named where weights of the classes may help", () => {
    expect(missedClasses(parts("rocket", 5))).toEqual(["rare"]);
    expect(missedClasses(parts("rocket", 4))).toEqual([]);
    expect(missedClasses(parts("rocket", 5, "balanced"))).toEqual([]);
    expect(missedClasses(parts("nearest", 5))).toEqual([]);
  });
});

test("lengths: the one that all have, and a note of others", () => {
  const { x } = toySeries({ count: 4, seed: 1, length: 12 });
  expect(commonLength(x)).toBe(12);
  const odd = [...x, ...toySeries({ count: 1, seed: 1, length: 7 }).x];
  expect(commonLength(odd)).toBe(0);
  const samples = { x: odd, source: "new.csv", rows: new Int32Array(5), notes: [] };
  expect(lengthNotes(samples, 12)).toEqual([
    "1 series of new.csv has another length than in training, 12: trust what is said of it less.",
  ]);
  expect(lengthNotes(samples, 0)).toEqual([]);
  expect(lengthNotes({ ...samples, x }, 12)).toEqual([]);
});
