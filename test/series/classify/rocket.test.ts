// MiniRocket: its features against convolutions written out, its ridge regression against refits and the normal equations.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readLabelledSeries } from "../../../src/data/labelled/read-labelled-series.ts";
import { SeriesClassifier } from "../../../src/series/classify/classifier.ts";
import { solveBySteps } from "../../../src/series/classify/conjugate-gradients.ts";
import { diagonalOfInverse, factorOf, gramOf, solve } from "../../../src/series/classify/gram-system.ts";
import { choosePenalty } from "../../../src/series/classify/leave-one-out.ts";
import { fitRidge, ridgeProbabilities } from "../../../src/series/classify/ridge.ts";
import { fitKernels, RocketTransform } from "../../../src/series/classify/rocket-kernels.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import { toySeries } from "./toy-series.ts";

describe("features", () => {
  const { x } = toySeries({ count: 6, seed: 1, length: 40, channels: 2 });
  const kernels = fitKernels(x, 84 * 6, 5);

  test("their number, and dilations up to what a kernel as wide as the series has", () => {
    expect(kernels.biases.length).toBe(84 * 6);
    // log2((40 - 1) / 8) = 2.285 in six even steps: 1, 1.37, 1.88, 2.59, 3.55, 4.88.
    expect([...kernels.dilations]).toEqual([1, 2, 3, 4]);
    expect([...kernels.counts]).toEqual([3, 1, 1, 1]);
  });

  test("are the shares above the biases of convolutions written out", () => {
    const transform = new RocketTransform(kernels);
    const sample = x[3] ?? [];
    const features = new Float32Array(transform.features);
    transform.write(sample, features);
    const heavy: number[][] = [];
    for (let a = 0; a < 9; a++)
      for (let b = a + 1; b < 9; b++) for (let c = b + 1; c < 9; c++) heavy.push([a, b, c]);
    let feature = 0;
    for (const [d, dilation] of kernels.dilations.entries()) {
      for (const [k, taps] of heavy.entries()) {
        const [from, to] = [d * 84 + k, d * 84 + k + 1].map((i) => kernels.channelStarts[i]);
        const channels = kernels.channels.subarray(from, to);
        expect(channels.length).toBeGreaterThan(0);
        const convolved = Array.from({ length: 40 }, (_, t) => {
          let sum = 0;
          for (const c of channels)
            for (let tap = 0; tap < 9; tap++)
              sum += (taps.includes(tap) ? 2 : -1) * (sample[c]?.[t + (tap - 4) * dilation] ?? 0);
          return sum;
        });
        const inside = (d + k) % 2 === 0 ? convolved : convolved.slice(4 * dilation, 40 - 4 * dilation);
        for (let q = 0; q < (kernels.counts[d] ?? 0); q++, feature++) {
          const bias = kernels.biases[feature] ?? 0;
          // Convolutions in float32 may fall on the other side of a bias that is next to one of them.
          const near = inside.filter((value) => Math.abs(value - bias) < 1e-5).length;
          const share = inside.filter((value) => value > bias).length / inside.length;
          expect(Math.abs((features[feature] ?? 0) - share)).toBeLessThanOrEqual(
            (near + 1e-3) / inside.length,
          );
        }
      }
    }
    expect(feature).toBe(transform.features);
  });

  test("depend on the seed, and on nothing else", () => {
    expect(fitKernels(x, 84 * 6, 5)).toEqual(kernels);
    expect(fitKernels(x, 84 * 6, 6).biases).not.toEqual(kernels.biases);
  });
});

describe("equations of a Gram matrix", () => {
  test("worked out by hand", () => {
    // [[3, 2], [2, 5]] + I = L·Lᵀ with L = [[2, 0], [1, √5]].
    const factor = factorOf(Float64Array.of(3, 2, 2, 5), 1);
    if (factor === undefined) throw new Error("it has a factor");
    expect([factor.lower[0], factor.lower[2], factor.lower[3]]).toEqual([2, 1, Math.sqrt(5)]);
    // Its inverse is [[6, -2], [-2, 4]] / 20.
    expect([...solve(factor, Float64Array.of(1, 0))]).toEqual([
      expect.closeTo(0.3, 12),
      expect.closeTo(-0.1, 12),
    ]);
    expect([...diagonalOfInverse(factor)]).toEqual([expect.closeTo(0.3, 12), expect.closeTo(0.2, 12)]);
    expect(factorOf(Float64Array.of(1, 2, 2, 1), 0)).toBeUndefined();
  });

  test("by steps, without the matrix, as with it", async () => {
    const [rows, width] = [30, 12];
    const z = Float32Array.from(new Random(6).normal([rows, width]).toFloat64());
    const y = new Random(7).normal([rows], 0, 1, "float64").toFloat64();
    const factor = factorOf(await gramOf(new NdArray(z, [rows, width])), 0.5);
    if (factor === undefined) throw new Error("it has a factor");
    const solution = solve(factor, y);
    for (const [n, value] of (await solveBySteps(z, y, 0.5)).entries())
      expect(value).toBeCloseTo(solution[n] ?? 0, 3);
  });
});

describe("ridge regression", () => {
  const [rows, width] = [10, 3];
  const random = new Random(8);
  const z = random.normal([rows, width], 0, 1, "float64").toFloat64();
  for (let f = 0; f < width; f++) {
    let mean = 0;
    for (let n = 0; n < rows; n++) mean += (z[n * width + f] ?? 0) / rows;
    for (let n = 0; n < rows; n++) z[n * width + f] = (z[n * width + f] ?? 0) - mean;
  }
  const y = Float64Array.from({ length: rows }, (_, n) => (n % 2 === 0 ? 1 : -1) + (z[n * width] ?? 0));

  /** Least squares of (y - b - w·z)² + λ|w|² without a row, by many steps of coordinate descent; its value at that row. */
  function refit(out: number, penalty: number): number {
    const w = new Float64Array(width);
    let b = 0;
    const kept = Array.from({ length: rows }, (_, n) => n).filter((n) => n !== out);
    const at = (n: number) => w.reduce((sum, weight, f) => sum + weight * (z[n * width + f] ?? 0), b);
    for (let step = 0; step < 2000; step++) {
      b += kept.reduce((sum, n) => sum + (y[n] ?? 0) - at(n), 0) / kept.length;
      for (let f = 0; f < width; f++) {
        const own = (n: number) => z[n * width + f] ?? 0;
        const square = kept.reduce((sum, n) => sum + own(n) ** 2, penalty);
        const product = kept.reduce(
          (sum, n) => sum + own(n) * ((y[n] ?? 0) - at(n) + (w[f] ?? 0) * own(n)),
          0,
        );
        w[f] = product / square;
      }
    }
    return at(out);
  }

  test("the errors by which the penalty is chosen are those of refits without a row", async () => {
    const gram = Float64Array.from({ length: rows * rows }, (_, i) => {
      const [a, b] = [Math.floor(i / rows), i % rows];
      return Array.from(
        { length: width },
        (_, f) => (z[a * width + f] ?? 0) * (z[b * width + f] ?? 0),
      ).reduce((s, v) => s + v, 0);
    });
    const mean = y.reduce((sum, value) => sum + value, 0) / rows;
    const u = new Float64Array(rows).fill(1 / Math.sqrt(rows));
    const { heldOut, penalty } = await choosePenalty(gram, [y.map((value) => value - mean)], u);
    for (const [n, value] of heldOut[0]?.entries() ?? [])
      expect(value + mean).toBeCloseTo(refit(n, penalty), 8);
  });

  test("a feature that tells the classes is found among many that do not; shares add up to 1", async () => {
    const labels = Int32Array.from({ length: 40 }, (_, n) => n % 2);
    const features = () => {
      const all = new Random(4).normal([40, 200]).toFloat64();
      return Float32Array.from(all, (value, i) =>
        i % 200 === 7 ? 2 * (labels[Math.floor(i / 200)] ?? 0) + 0.1 * value : value,
      );
    };
    const options = { classes: 2, classWeight: Float64Array.of(1, 1), seed: 0 };
    const model = await fitRidge(features(), labels, options);
    const largest = model.weights.indexOf(Math.max(...model.weights));
    expect(largest).toBe(7);
    const shares = ridgeProbabilities(model, features(), 2);
    for (const [n, label] of labels.entries()) {
      expect((shares[2 * n] ?? 0) + (shares[2 * n + 1] ?? 0)).toBeCloseTo(1, 12);
      expect(shares[2 * n + label]).toBeGreaterThan(0.5);
    }
  });

  test("a class that weighs more is found more often where the features tell nothing", async () => {
    const labels = Int32Array.from({ length: 60 }, (_, n) => (n % 6 === 0 ? 1 : 0));
    const features = () => Float32Array.from(new Random(4).normal([60, 50]).toFloat64());
    const found = async (weight: number) => {
      const model = await fitRidge(features(), labels, {
        classes: 2,
        classWeight: Float64Array.of(1, weight),
        seed: 0,
      });
      const fresh = Float32Array.from(new Random(5).normal([60, 50]).toFloat64());
      return ridgeProbabilities(model, fresh, 2).filter((share, i) => i % 2 === 1 && share > 0.5).length;
    };
    expect(await found(1)).toBeLessThan(5);
    expect(await found(5)).toBeGreaterThan(10);
  });
});

// Accuracies on the archive's own split: results/accuracy_ucr109_resamples.csv, resample 0, of github.com/angus924/minirocket.
describe("MiniRocket as published (RECURRA_DATA names the folder with ucr/)", () => {
  const data = join(process.env.RECURRA_DATA ?? join(import.meta.dirname, "../../../../shared/data"), "ucr");
  test.skipIf(!existsSync(data)).each([
    ["GunPoint", 0.993333],
    ["ItalyPowerDemand", 0.968902],
  ])("%s: %f, to half a point", { timeout: 30_000 }, async (name, accuracy) => {
    const part = (which: string) => readLabelledSeries(join(data, `${name}_${which}.tsv.gz`));
    const classifier = new SeriesClassifier();
    await classifier.fit(await part("TRAIN"));
    const evaluation = await classifier.evaluate(await part("TEST"));
    expect(Math.abs(evaluation.accuracy - accuracy)).toBeLessThan(0.005);
  });
});
