// t-SNE: probabilities and gradient against scikit-learn and finite differences, both methods on clouds, bad input.

import { describe, expect, test } from "vitest";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import {
  allAffinities,
  conditionalProbabilities,
  neighbourAffinities,
} from "../../../src/text/maps/affinities.ts";
import { BarnesHut } from "../../../src/text/maps/barnes-hut.ts";
import { klGradient } from "../../../src/text/maps/kl-gradient.ts";
import { nearestNeighbours } from "../../../src/text/maps/neighbours.ts";
import { pointRows } from "../../../src/text/maps/point-rows.ts";
import { type TsneOptions, tsne } from "../../../src/text/maps/t-sne.ts";
import { trustworthiness } from "../../../src/text/maps/trustworthiness.ts";
import { clouds, places, purity, waves } from "./points.ts";

// scikit-learn 1.9.1: P = _joint_probabilities(squareform(pdist(X, "sqeuclidean")), 2.5, 0) of sklearn.manifold._t_sne, X = waves(8)
const JOINT = Float64Array.of(
  2.022599421807262e-5,
  0.002973277904012334,
  0.0026331333330336377,
  0.08403721006216511,
  0.0006961846292591041,
  0.004259136950865492,
  0.06589984424385431,
  9.016216246559645e-9,
  0.020675526156580797,
  0.043716437253291815,
  0.005962288636231439,
  0.007834219480469497,
  9.063227076437096e-6,
  3.403038800842336e-5,
  0.011762030592235838,
  0.08795263178728766,
  8.231435782522792e-5,
  0.013060637192897821,
  0.0018518370634494343,
  0.0002917247484869856,
  0.08860557365926179,
  0.00951827289734313,
  0.005107558485239584,
  0.021846427711689594,
  0.012533168364008317,
  2.6265529823915826e-5,
  0.008164424769365523,
  0.0004465455658024497,
);
// _kl_divergence(Y.ravel(), P, 1, 8, 2) of the same module, Y = places(8)
const DIVERGENCE = 1.1681918857660443;
const GRADIENT = [
  0.13039734139802978, 0.13714163499364138, 0.0221522159722368, -0.05563503964203861, 0.03800925657116416,
  -0.10892261200301351, -0.02982650388951835, -0.10276142167962365, -0.09948122839850099,
  -0.05356737430719562, 0.05058377410851639, 0.0744992629144881, -0.046988573333968865, 0.07892929207705225,
  -0.06484628242795891, 0.03031625764668966,
];

const flatPlaces = Float64Array.from(places(8).flat());

describe("probabilities", () => {
  test("are scikit-learn's, which computes distances in float32", async () => {
    const joint = await allAffinities(pointRows("test", waves(8), 4), 2.5);
    for (const [pair, wanted] of JOINT.entries()) expect(joint[pair]).toBeCloseTo(wanted, 6);
    expect(2 * joint.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });

  test("have the perplexity that is wanted, to 1e-5 nats", () => {
    const squared = new Random(3).uniform([200], 0, 1e-6, "float64").toFloat64();
    for (const perplexity of [1.5, 30, 150]) {
      const chosen = new Float64Array(200);
      conditionalProbabilities(squared, perplexity, chosen);
      const entropy = -chosen.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);
      expect(Math.abs(entropy - Math.log(perplexity))).toBeLessThan(1.1e-5);
    }
  });

  test("are shared by equal points where there are more of them than the perplexity", () => {
    const chosen = new Float64Array(6);
    conditionalProbabilities(Float64Array.of(0, 0, 0, 0, 2, 3), 2, chosen);
    expect([...chosen].map((p) => Number(p.toFixed(12)))).toEqual([0.25, 0.25, 0.25, 0.25, 0, 0]);
  });

  test("among all others as neighbours are those of all pairs", async () => {
    const points = pointRows("test", waves(8), 4);
    const all = await allAffinities(points, 2.5);
    const sparse = neighbourAffinities(await nearestNeighbours(points, 7), 2.5);
    expect(sparse.columns.length).toBe(56);
    for (let i = 0; i < 8; i++) {
      for (let k = sparse.starts[i] ?? 0; k < (sparse.starts[i + 1] ?? 0); k++) {
        const [a, b] = [i, sparse.columns[k] ?? 0].sort((p, q) => p - q) as [number, number];
        expect(sparse.values[k]).toBeCloseTo(all[a * 8 - (a * (a + 1)) / 2 + b - a - 1] ?? Number.NaN, 12);
      }
    }
  });
});

describe("gradient", () => {
  test("and divergence are scikit-learn's exact ones", () => {
    const gradient = new Float64Array(16);
    expect(klGradient(JOINT, flatPlaces, 1, gradient, true)).toBeCloseTo(DIVERGENCE, 6);
    for (const [i, wanted] of GRADIENT.entries()) expect(gradient[i]).toBeCloseTo(wanted, 8);
  });

  test("is that of the divergence, by central differences", async () => {
    const joint = await allAffinities(pointRows("test", waves(20), 4), 5);
    const at = Float64Array.from(places(20).flat());
    const gradient = new Float64Array(40);
    const ignored = new Float64Array(40);
    klGradient(joint, at, 1, gradient, false);
    for (let i = 0; i < 40; i++) {
      const moved = (by: number) => klGradient(joint, at.with(i, (at[i] ?? 0) + by), 1, ignored, true);
      expect(gradient[i]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 8);
    }
  });

  test("by a tree is the same where theta is 0, and near it where theta is 0.5", async () => {
    const points = pointRows("test", clouds(400, 5, 10, 0.5), 4);
    const at = new Random(2).normal([800], 0, 4, "float64").toFloat64();
    at.copyWithin(20, 10, 14); // two pairs of points at the same places
    const sparse = neighbourAffinities(await nearestNeighbours(points, 399), 20);
    const joint = await allAffinities(points, 20);
    const [exact, whole, rough] = [0, 1, 2].map(() => new Float64Array(800)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (const exaggeration of [1, 12]) {
      const divergence = klGradient(joint, at, exaggeration, exact, true);
      expect(new BarnesHut(sparse, 0).gradient(at, exaggeration, whole, true)).toBeCloseTo(divergence, 9);
      for (const [i, wanted] of exact.entries()) expect(whole[i]).toBeCloseTo(wanted, 10);
      new BarnesHut(sparse, 0.5).gradient(at, exaggeration, rough, false);
      const far = Math.hypot(...exact.map((value, i) => value - (rough[i] ?? 0)));
      expect(far / Math.hypot(...exact)).toBeLessThan(0.02);
      expect(far).toBeGreaterThan(0);
    }
  });
});

describe("maps", () => {
  const x = clouds(240, 6, 20, 0.35);

  test.each([
    ["exactly", { theta: 0 }],
    ["by a tree", { theta: 0.5 }],
    ["by the cosine, from a random start", { metric: "cosine", init: "random", seed: 4 }],
  ] as readonly (readonly [string, TsneOptions])[])("keep clouds together %s", async (_, options) => {
    const { coordinates, divergence } = await tsne(x, { iterations: 500, ...options });
    expect(coordinates.shape).toEqual([240, 2]);
    expect(purity(coordinates, 6)).toBe(1);
    expect(trustworthiness(x, coordinates, 5, { metric: options.metric })).toBeGreaterThan(0.9);
    expect(divergence).toBeGreaterThan(0);
    expect(divergence).toBeLessThan(0.6);
  });

  test("are the same for the same seed, and tell how far they are", async () => {
    const told: (readonly [number, number])[] = [];
    const options = { iterations: 60, init: "random", seed: 3 } as const;
    const one = await tsne(x, {
      ...options,
      onProgress: ({ iteration, iterations, divergence }) => {
        expect(divergence).toBeGreaterThan(0);
        told.push([iteration, iterations]);
      },
    });
    expect(told).toEqual([
      [25, 60],
      [50, 60],
      [60, 60],
    ]);
    expect((await tsne(x, options)).coordinates.toFloat64()).toEqual(one.coordinates.toFloat64());
    const other = await tsne(x, { ...options, seed: 4 });
    expect(other.coordinates.toFloat64()).not.toEqual(one.coordinates.toFloat64());
  });

  test("hold finite places for equal points, and for nothing but equal points", async () => {
    const rows = waves(30);
    const doubled = [...rows, ...rows.slice(0, 5), ...Array.from({ length: 20 }, () => rows[7] ?? [])];
    for (const theta of [0, 0.5]) {
      const { coordinates } = await tsne(doubled, { theta, iterations: 300, perplexity: 5 });
      expect(coordinates.toFloat64().every(Number.isFinite)).toBe(true);
      const same = await tsne(
        Array.from({ length: 12 }, () => [1, 2]),
        { theta, iterations: 300 },
      );
      expect(same.coordinates.toFloat64().every(Number.isFinite)).toBe(true);
    }
  });

  test("end where they are told to", async () => {
    const reason = new Error("enough");
    await expect(tsne(x, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const working = tsne(x, {
      iterations: 1_000_000,
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(working).rejects.toBe(reason);
  });
});

test("bad input is refused by name", async () => {
  const rows = waves(20);
  const refusal = (x: Parameters<typeof tsne>[0], options?: Parameters<typeof tsne>[1]) =>
    expect(tsne(x, options)).rejects;
  await refusal([[1, 2]]).toThrow("tsne: got 1 rows of 2 numbers; wanted at least 4 rows");
  await refusal([]).toThrow("tsne: got 0 rows of 0 numbers");
  await refusal([...rows, [0, 0, Number.NaN, 0, 0]]).toThrow("tsne: row 20 holds NaN in column 2");
  await refusal(rows, { perplexity: 30 }).toThrow(
    "tsne: perplexity is 30; with 20 points it is to be above 1 and below 19, as a rule at most a third of the points: 6.",
  );
  await refusal([...rows, [0, 0, 0, 0, 0]], { metric: "cosine" }).toThrow(
    'tsne: row 20 (from 0) holds zeros only, which point nowhere; leave it out, or use the metric "euclidean".',
  );
  await refusal(rows, { metric: "manhattan" as never }).toThrow(
    'tsne: metric is to be "euclidean" or "cosine", got "manhattan"',
  );
  await refusal(rows, { init: "spectral" as never }).toThrow('init is to be "pca" or "random"');
  await refusal(rows, { theta: 2 }).toThrow("tsne: theta is to be a number from 0 to 1, got 2");
  await refusal(rows, { iterations: 0 }).toThrow("iterations is to be a positive whole number, got 0");
  await refusal(rows, { learning_rate: 10 } as never).toThrow(
    'tsne: there is no option "learning_rate". Did you mean "learningRate"?',
  );
  await refusal(NdArray.zeros([20_001, 2]), { theta: 0 }).toThrow(
    "20001 points have too many pairs to look at each",
  );
});
