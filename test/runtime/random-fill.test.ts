// Tests of random leaves: the filled numbers are the reference's to the last bit, and are distributed as asked.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Draw } from "../../src/graph/ops/leaf.ts";
import { drawLeaf, leafKey, RandomFiller, type RandomKey } from "../../src/runtime/random-fill.ts";
import { Random, threefry2x32 } from "../../src/tensor/random.ts";
import type { Shape } from "../../src/tensor/shape.ts";

const memory = new WebAssembly.Memory({ initial: 20 });
const floats = new Float32Array(memory.buffer);
const filler = new RandomFiller(memory);
const KEY: RandomKey = [0xdeadbeef, 0xfeed1234];

const DRAWS: readonly Draw[] = [
  { kind: "keep", rate: 0.3 },
  { kind: "keep", rate: 0 },
  { kind: "keep", rate: 0.999999 },
  { kind: "uniform", low: 0, high: 1 },
  { kind: "uniform", low: -0.05, high: 0.05 },
  { kind: "uniform", low: 2, high: 2 },
  { kind: "normal", mean: 1, stddev: 0.1 },
];

const drawn = (draw: Draw, shape: Shape, key = KEY): number[] => drawLeaf(draw, shape, key).toArray();
const bits = (values: ArrayLike<number>) => Array.from(new Int32Array(Float32Array.from(values).buffer));

describe.each(DRAWS)("%j", (draw) => {
  test("fills as the reference does, and nothing beside", () => {
    const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 70 }),
        fc.integer({ min: 1, max: 9 }),
        word,
        word,
        (length, start, k0, k1) => {
          floats.fill(-7);
          filler.fill(draw, 4 * start, length, [k0, k1]);
          expect(bits(floats.subarray(start, start + length))).toEqual(bits(drawn(draw, [length], [k0, k1])));
          expect([floats[start - 1], floats[start + length]]).toEqual([-7, -7]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("and far on", () => {
    const length = 200_003;
    filler.fill(draw, 0, length, KEY);
    expect(bits(floats.subarray(0, length))).toEqual(bits(drawn(draw, [length])));
  });
});

describe("which element gets which number", () => {
  const word = (index: number) => {
    const pair = new Uint32Array(2);
    threefry2x32(...KEY, Math.floor(index / 2), 0, pair);
    return pair[index % 2]!;
  };

  test("dropout: 16 bits each, the lower ones first", () => {
    const mask = drawn({ kind: "keep", rate: 0.25 }, [40]);
    const sixteen = mask.map((_, i) => (word(i >> 1) >>> (16 * (i % 2))) & 0xffff);
    expect(mask).toEqual(sixteen.map((bits) => (bits < 0.25 * 65536 ? 0 : Math.fround(1 / 0.75))));
  });

  test("uniform: the upper 24 bits of a word each", () => {
    const numbers = drawn({ kind: "uniform", low: 0, high: 1 }, [4, 5]);
    expect(numbers).toEqual(numbers.map((_, i) => (word(i) >>> 8) * 2 ** -24));
  });

  test("normal: as Random has it", () => {
    const random = Random.fromKey(...KEY);
    expect(drawLeaf({ kind: "normal", mean: 3, stddev: 2 }, [3, 3], KEY)).toEqual(
      random.normal([3, 3], 3, 2),
    );
  });
});

describe("distribution", () => {
  test.each([0.1, 0.5, 0.8])("dropout of rate %d drops that share and keeps the mean", (rate) => {
    const mask = drawn({ kind: "keep", rate }, [300, 300], leafKey([1, 2], 0));
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]));
    /** Whether so many of `count` have a property of that probability, within four standard deviations. */
    const expectShare = (found: number, count: number, probability: number) =>
      expect(Math.abs(found / count - probability)).toBeLessThan(
        4 * Math.sqrt((probability * (1 - probability)) / count),
      );
    expectShare(mask.filter((value) => value === 0).length, mask.length, rate);
    // Neighbours, which share a word, are dropped independently of each other.
    const pairs = mask.filter((value, i) => i % 2 === 0 && value === 0 && mask[i + 1] === 0).length;
    expectShare(pairs, mask.length / 2, rate ** 2);
  });

  test("leaves and runs have streams of their own", () => {
    const keys = [leafKey([1, 2], 0), leafKey([1, 2], 1), leafKey([1, 3], 0), [1, 2] as const];
    const masks = keys.map((key) => drawn({ kind: "keep", rate: 0.5 }, [4000], key));
    for (const [i, a] of masks.entries()) {
      for (const b of masks.slice(i + 1)) {
        const same = a.filter((value, j) => value === b[j]).length / a.length;
        expect(Math.abs(same - 0.5)).toBeLessThan(0.035); // more than four standard deviations of 0.0079
      }
    }
    expect(leafKey([1, 2], 1)).toEqual(Random.fromKey(1, 2).fold(1).key);
  });
});
