// Distances between series, and the nearest neighbour, against closed forms and the archive's published accuracies.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readLabelledSeries } from "../../../src/data/labelled/read-labelled-series.ts";
import { SeriesClassifier } from "../../../src/series/classify/classifier.ts";
import {
  envelopeOf,
  lowerBound,
  squaredDistance,
  warpedDistance,
} from "../../../src/series/classify/distance.ts";
import type { Sample } from "../../../src/series/classify/method.ts";
import { Random } from "../../../src/tensor/random.ts";

const of = (...values: number[]): Sample => [Float64Array.from(values)];

describe("distances", () => {
  test("squared differences over all channels, given up beyond the limit", () => {
    const [a, b] = [
      [...of(1, 2), ...of(0, 0)],
      [...of(2, 4), ...of(3, 0)],
    ];
    expect(squaredDistance(a, b, Infinity)).toBe(1 + 4 + 9);
    expect(squaredDistance(a, b, 4)).toBe(Infinity);
  });

  test("warping aligns what is stretched", () => {
    expect(warpedDistance(of(1, 2, 3), of(1, 2, 2, 2, 3), 5, Infinity)).toBe(0);
    // Worked out by hand: the path (1,1) (2,1) (3,2) costs 0 + 1 + 0, as does (1,1) (2,2) (3,2).
    expect(warpedDistance(of(0, 1, 2), of(0, 2), 3, Infinity)).toBe(1);
    expect(warpedDistance(of(0, 1, 2), of(0, 2), 3, 0.5)).toBe(Infinity);
  });

  test("a band of no width leaves no warping", () => {
    const [a, b] = [of(0, 0, 1, 0), of(0, 1, 0, 0)];
    expect(warpedDistance(a, b, 0, Infinity)).toBe(squaredDistance(a, b, Infinity));
    expect(warpedDistance(a, b, 1, Infinity)).toBe(0);
  });

  test("the lower bound is below, and is the squared distance where nothing may stretch", () => {
    const random = new Random(3);
    for (let i = 0; i < 20; i++) {
      const draw = (): Sample => [
        random.normal([30], 0, 1, "float64").toFloat64(),
        random.normal([30], 0, 1, "float64").toFloat64(),
      ];
      const [a, b] = [draw(), draw()];
      const bound = lowerBound(a, envelopeOf(b, 3), Infinity);
      expect(bound).toBeLessThanOrEqual(warpedDistance(a, b, 3, Infinity) + 1e-12);
      expect(lowerBound(a, envelopeOf(b, 0), Infinity)).toBeCloseTo(squaredDistance(a, b, Infinity), 10);
    }
  });
});

// Error rates of the nearest neighbour on the 2018 archive's own page, https://www.cs.ucr.edu/~eamonn/time_series_data_2018:
// GunPoint 0.0867 and, warped without a band, 0.0933; ItalyPowerDemand 0.0447 and 0.0496. Several channels, warped together: accuracies
// of DTW_D, not normalised, in Bagnall et al., The UEA multivariate time series classification archive, arXiv:1811.00075, 2018.
describe("the nearest neighbour as published (RECURRA_DATA names the folder with ucr/)", () => {
  const data = join(process.env.RECURRA_DATA ?? join(import.meta.dirname, "../../../../shared/data"), "ucr");
  test.skipIf(!existsSync(data)).each([
    ["GunPoint", "tsv", "nearest", 1 - 0.0867],
    ["GunPoint", "tsv", "dtw", 1 - 0.0933],
    ["ItalyPowerDemand", "tsv", "nearest", 1 - 0.0447],
    ["ItalyPowerDemand", "tsv", "dtw", 1 - 0.0496],
    ["BasicMotions", "jsonl", "dtw", 0.975],
    ["JapaneseVowels", "jsonl", "dtw", 0.949],
  ] as const)("%s.%s by %s: %f", { timeout: 30_000 }, async (name, form, kind, accuracy) => {
    const path = (part: string) => join(data, `${name}_${part}.${form}.gz`);
    const model = kind === "dtw" ? ({ name: kind, window: 1 } as const) : kind;
    const classifier = new SeriesClassifier({ model, normalize: "none" });
    await classifier.fit(await readLabelledSeries(path("TRAIN")));
    const evaluation = await classifier.evaluate(await readLabelledSeries(path("TEST")));
    expect(evaluation.accuracy).toBeCloseTo(accuracy, 3);
  });
});
