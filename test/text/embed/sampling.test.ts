// Tests of subsampling, of the table of negative samples, and of Huffman codes.

import { describe, expect, test } from "vitest";
import { Random } from "../../../src/tensor/random.ts";
import { huffmanTree } from "../../../src/text/embed/huffman.ts";
import { aliasTable, keepBounds, unigramWeights } from "../../../src/text/embed/sampling.ts";

/** How often each number is drawn: its own column up to the bound, and the rest of the columns it is the alias of. */
function drawn(table: Uint32Array): number[] {
  const size = table.length / 2;
  const shares = new Array<number>(size).fill(0);
  for (let column = 0; column < size; column++) {
    const own = table[2 * column]! / 2 ** 32;
    shares[column]! += own / size;
    shares[table[2 * column + 1]!]! += (1 - own) / size;
  }
  return shares;
}

describe("the table of negative samples", () => {
  test("draws each word by its count to the power of 3/4", () => {
    // 16, 81, 1 -> 8, 27, 1 of 36.
    const weights = unigramWeights(Float64Array.of(16, 81, 1));
    expect(Array.from(weights)).toEqual([8, 27, 1]);
    const shares = drawn(aliasTable(weights));
    for (const [i, part] of [8, 27, 1].entries()) expect(shares[i]).toBeCloseTo(part / 36, 8);
  });

  test("is exact for many words of very different counts", () => {
    const counts = Float64Array.from({ length: 1000 }, (_, i) => Math.ceil(1e7 / (i + 1) ** 1.3));
    const weights = unigramWeights(counts);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const shares = drawn(aliasTable(weights));
    const worst = Math.max(...shares.map((share, i) => Math.abs(share / (weights[i]! / total) - 1)));
    expect(worst).toBeLessThan(1e-5);
  });

  test("one word that has all the weight is always drawn", () => {
    expect(drawn(aliasTable(Float64Array.of(0, 0, 5)))[2]).toBeCloseTo(1, 8);
  });
});

test("frequent words are kept with probability √(t/f) + t/f", () => {
  // Of 1,000,000 words, with t = 1e-3: f = 0.1 -> √0.01 + 0.01 = 0.11; f = 0.001 or less -> 1.
  const bounds = keepBounds(Float64Array.of(100_000, 898_000, 1000, 1000), 1e-3);
  const probabilities = Array.from(bounds, (bound) => (bound + 1) / 2 ** 32);
  expect(probabilities[0]).toBeCloseTo(0.11, 8);
  expect(probabilities[1]).toBeCloseTo(Math.sqrt(1 / 898) + 1 / 898, 8);
  expect(probabilities.slice(2)).toEqual([1, 1]);
});

/** Codes as texts of 0 and 1. */
function codes({ starts, steps }: ReturnType<typeof huffmanTree>): string[] {
  return Array.from({ length: starts.length - 1 }, (_, word) =>
    Array.from(steps.subarray(starts[word]!, starts[word + 1]!), (step) => step & 1).join(""),
  );
}

describe("Huffman codes", () => {
  test("the textbook's: a 45, b 13, c 12, d 16, e 9, f 5 (Cormen et al., Introduction to Algorithms, section 16.3)", () => {
    const counts = [45, 16, 13, 12, 9, 5]; // a, d, b, c, e, f
    const lengths = codes(huffmanTree(Float64Array.from(counts))).map((code) => code.length);
    expect(lengths).toEqual([1, 3, 3, 3, 4, 4]);
    const cost = counts.reduce((sum, count, i) => sum + count * lengths[i]!, 0);
    expect(cost).toBe(224);
  });

  test("paths go from the root along inner nodes: no code begins another, and each node splits once", () => {
    const counts = Float64Array.from({ length: 200 }, (_, i) => Math.ceil(5000 / (i + 1)));
    const tree = huffmanTree(counts);
    const all = codes(tree);
    const begun = all.filter((code, i) => all.some((other, j) => i !== j && other.startsWith(code)));
    expect(begun).toEqual([]);
    // Kraft's sum of a full tree is 1.
    expect(all.reduce((sum, code) => sum + 2 ** -code.length, 0)).toBeCloseTo(1, 12);
    const byPrefix = new Map<string, number>();
    for (const [word, code] of all.entries()) {
      for (let at = 0; at < code.length; at++) {
        const node = tree.steps[tree.starts[word]! + at]! >> 1;
        expect(byPrefix.get(code.slice(0, at)) ?? node).toBe(node);
        byPrefix.set(code.slice(0, at), node);
      }
    }
    expect(byPrefix.get("")).toBe(198); // the root is the last of 199 inner nodes
    expect(new Set(byPrefix.values()).size).toBe(199);
  });

  test("two words take one bit each", () => {
    expect(codes(huffmanTree(Float64Array.of(3, 2))).sort()).toEqual(["0", "1"]);
  });

  test("is as short as can be: the cost is that of merging the two lightest again and again", () => {
    const counts = Array.from(new Random(5).integers([60], 1, 1000).data, Number).sort((a, b) => b - a);
    const lengths = codes(huffmanTree(Float64Array.from(counts))).map((code) => code.length);
    let cost = 0;
    const left = [...counts];
    while (left.length > 1) {
      left.sort((a, b) => b - a);
      const merged = left.pop()! + left.pop()!;
      cost += merged;
      left.push(merged);
    }
    expect(counts.reduce((sum, count, i) => sum + count * lengths[i]!, 0)).toBe(cost);
  });
});
