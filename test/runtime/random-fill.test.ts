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

test.each([0, 0.25, 0.3, 0.999999])("booleans of rate %d are filled as the reference does", (rate) => {
  const draw: Draw = { kind: "keep", rate };
  const bytes = new Uint8Array(memory.buffer);
  for (const length of [...Array(70).keys(), 200_003]) {
    bytes.fill(7);
    filler.fill(draw, 8, length, KEY, "bool");
    expect(bytes.subarray(8, 8 + length)).toEqual(drawLeaf(draw, [length], KEY, "bool").data);
    const end = 8 + 4 * Math.ceil(length / 4);
    expect([bytes[7], bytes[end]]).toEqual([7, 7]);
  }
});

describe("which element gets which number", () => {
  const word = (index: number, block = 0) => {
    const pair = new Uint32Array(2);
    threefry2x32(...KEY, Math.floor(index / 2), block, pair);
    return pair[index % 2]!;
  };

  test.each([0.25, 0.3])("dropout of rate %d: 16 bits each, the upper byte from the first draw", (rate) => {
    const mask = drawn({ kind: "keep", rate }, [4000]);
    const byte = (i: number, block: number) => (word(i >> 2, block) >>> (8 * (i % 4))) & 0xff;
    const sixteen = mask.map((_, i) => 256 * byte(i, 0) + byte(i, 1));
    const threshold = Math.round(rate * 65536);
    expect(mask).toEqual(sixteen.map((bits) => (bits < threshold ? 0 : Math.fround(1 / (1 - rate)))));
  });

  test("a mask of booleans keeps what one of floats keeps", () => {
    const draw: Draw = { kind: "keep", rate: 0.3 };
    const mask = drawLeaf(draw, [3, 50], KEY, "bool");
    expect(mask.dtype).toBe("bool");
    expect(mask.toArray()).toEqual(drawn(draw, [3, 50]).map((value) => Number(value > 0)));
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
