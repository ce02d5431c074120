// UMAP: its graph against umap-js, its curve against SciPy, clouds on maps, bad input.

import { describe, expect, test } from "vitest";
import { Random } from "../../../src/tensor/random.ts";
import { fuzzyGraph } from "../../../src/text/maps/fuzzy-graph.ts";
import { nearestNeighbours } from "../../../src/text/maps/neighbours.ts";
import { pointRows } from "../../../src/text/maps/point-rows.ts";
import { spectralPlaces } from "../../../src/text/maps/spectral-start.ts";
import { trustworthiness } from "../../../src/text/maps/trustworthiness.ts";
import { umap } from "../../../src/text/maps/umap.ts";
import { umapCurve } from "../../../src/text/maps/umap-curve.ts";
import { clouds, purity, waves } from "./points.ts";

// umap-js 1.4.0: new UMAP({ nNeighbors: 4 }), setPrecomputedKNN with the exact neighbours of waves(8), fuzzySimplicialSet(X, 4, 1).toArray()
const GRAPH = [
  [0, 0, 0.257183494, 0, 1, 0, 0, 1],
  [0, 0, 0, 0.806632545, 1, 0, 0.610864873, 0],
  [0.257183494, 0, 0, 0, 0.513065474, 1, 0, 0.712827077],
  [0, 0.806632545, 0, 0, 0, 0, 1, 0.504523753],
  [1, 1, 0.513065474, 0, 0, 0.470336505, 0.837121053, 0.754040381],
  [0, 0, 1, 0, 0.470336505, 0, 0, 0.529658738],
  [0, 0.610864873, 0, 1, 0.837121053, 0, 0, 0],
  [1, 0, 0.712827077, 0.504523753, 0.754040381, 0.529658738, 0, 0],
];

test("the graph is umap-js's", async () => {
  const found = await nearestNeighbours(pointRows("test", waves(8), 4), 3);
  const { starts, columns, values } = fuzzyGraph(found, found.squared.map(Math.sqrt));
  const dense = Array.from({ length: 8 }, () => new Array<number>(8).fill(0));
  for (const [i, row] of dense.entries()) {
    for (let k = starts[i] ?? 0; k < (starts[i + 1] ?? 0); k++) row[columns[k] ?? 0] = values[k] ?? 0;
  }
  for (const [i, row] of GRAPH.entries())
    for (const [j, wanted] of row.entries()) expect(dense[i]?.[j]).toBeCloseTo(wanted, 5);
});

// SciPy's curve_fit on the 300 distances of find_ab_params in umap-learn's umap_.py
test.each([
  [0.1, 1.57694346, 0.89506088],
  [0.5, 0.58303002, 1.33416699],
  [0, 1.9328084, 0.79049497],
])("the curve for a least distance of %s has SciPy's a and b", (minDistance, a, b) => {
  const curve = umapCurve(minDistance);
  expect(curve.a).toBeCloseTo(a, 5);
  expect(curve.b).toBeCloseTo(b, 5);
});

test("the start of a ring is a ring, by its eigenvectors cos and sin, and a graph in pieces has none", () => {
  const ring = (count: number, pieces: number) => {
    const size = count / pieces;
    const columns = Int32Array.from({ length: 2 * count }, (_, k) => {
      const i = Math.floor(k / 2);
      const first = i - (i % size);
      return first + ((i - first + (k % 2 === 0 ? 1 : size - 1)) % size);
    });
    const starts = Int32Array.from({ length: count + 1 }, (_, i) => 2 * i);
    return { starts, columns, values: new Float64Array(2 * count).fill(1) };
  };
  const placed = spectralPlaces(ring(24, 1), new Random(0)) ?? new Float64Array();
  for (let i = 0; i < 24; i++)
    expect(Math.hypot(placed[2 * i] ?? 0, placed[2 * i + 1] ?? 0)).toBeCloseTo(Math.sqrt(2 / 24), 6);
  expect(spectralPlaces(ring(24, 2), new Random(0))).toBeUndefined();
});

describe("maps", () => {
  const x = clouds(240, 6, 20, 0.35);

  test.each([
    // Neighbours of 60 reach beyond a cloud of 40, so the graph is in one piece.
    ["of a graph in pieces", {}],
    ["of a connected graph", { neighbors: 60 }],
    ["by the cosine", { metric: "cosine" }],
  ] as const)("keep clouds together %s", async (_, options) => {
    const { coordinates } = await umap(x, { epochs: 200, ...options });
    expect(coordinates.shape).toEqual([240, 2]);
    expect(purity(coordinates, 6)).toBe(1);
    expect(trustworthiness(x, coordinates, 5)).toBeGreaterThan(0.85);
  });

  test("have more room between points where the least distance is larger", async () => {
    const spacing = async (minDistance: number) => {
      const { coordinates } = await umap(x, { epochs: 200, minDistance });
      const { squared } = await nearestNeighbours(pointRows("test", coordinates, 4), 1);
      return squared.map(Math.sqrt).sort()[120] ?? 0;
    };
    expect(await spacing(0.8)).toBeGreaterThan(2 * (await spacing(0.01)));
  });

  test("are the same for the same seed, and tell how far they are", async () => {
    const told: number[] = [];
    const one = await umap(x, { epochs: 30, seed: 5, onProgress: ({ epoch }) => told.push(epoch) });
    expect(told).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    const again = await umap(x, { epochs: 30, seed: 5 });
    expect(again.coordinates.toFloat64()).toEqual(one.coordinates.toFloat64());
    const other = await umap(x, { epochs: 30, seed: 6 });
    expect(other.coordinates.toFloat64()).not.toEqual(one.coordinates.toFloat64());
  });

  test("hold finite places for equal points, and for nothing but equal points", async () => {
    const rows = waves(30);
    const doubled = [...rows, ...Array.from({ length: 20 }, () => rows[7] ?? [])];
    const same = Array.from({ length: 12 }, () => [1, 2]);
    for (const x of [doubled, same, waves(4)]) {
      const { coordinates } = await umap(x, { epochs: 50 });
      expect(coordinates.toFloat64().every(Number.isFinite)).toBe(true);
    }
  });

  test("end where they are told to", async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    const working = umap(x, {
      epochs: 1_000_000,
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(working).rejects.toBe(reason);
  });
});

test("bad input is refused by name", async () => {
  const rows = waves(20);
  const refusal = (x: Parameters<typeof umap>[0], options?: Parameters<typeof umap>[1]) =>
    expect(umap(x, options)).rejects;
  await refusal([[1, 2]]).toThrow("umap: got 1 rows of 2 numbers; wanted at least 4 rows");
  await refusal([...rows, [0, 0, 0, 0, Infinity]]).toThrow("umap: row 20 holds Infinity in column 4");
  await refusal(rows, { neighbors: 21 }).toThrow(
    "umap: neighbors is 21; with 20 points it is to be from 2 to 20.",
  );
  await refusal(rows, { minDistance: 3 }).toThrow("umap: minDistance is 3; it is to be below 3");
  await refusal(rows, { minDistance: -1 }).toThrow("minDistance is to be a number from 0 up, got -1");
  await refusal(rows, { minDist: 1 } as never).toThrow('umap: there is no option "minDist".');
});
