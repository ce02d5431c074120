// Tests of WordVectors: neighbours, analogies, similarity, matrices of vocabularies.

import { describe, expect, test } from "vitest";
import { Random } from "../../../src/tensor/random.ts";
import { vocabularyOf } from "../../../src/text/tokenizers/vocabulary.ts";
import { RowScorer } from "../../../src/text/vectors/row-scores.ts";
import { WordVectors } from "../../../src/text/vectors/word-vectors.ts";

/** On a circle, and one that is nothing: angles 0°, 10°, 90°, 100°, 180°. */
const angles = { east: 0, nearly: 10, north: 90, past: 100, west: 180 };
const compass = new WordVectors(
  [...Object.keys(angles), "nowhere"],
  Float32Array.from([
    ...Object.values(angles).flatMap((angle, i) => {
      const turned = (angle * Math.PI) / 180;
      return [(i + 1) * Math.cos(turned), (i + 1) * Math.sin(turned)]; // of different lengths
    }),
    0,
    0,
  ]),
);

const random = new WordVectors(
  Array.from({ length: 3000 }, (_, i) => `w${i}`),
  new Random(1).normal([3000, 30]).data as Float32Array,
);

const unitRows = Array.from({ length: 3000 }, (_, row) => {
  const vector = Array.from(random.matrix.subarray(30 * row, 30 * row + 30));
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
});
const product = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, k) => sum + value * b[k]!, 0);
/** Rows by a score, the best first, without some. */
const order = (score: (row: number) => number, without: readonly number[]) =>
  unitRows
    .map((_, row) => row)
    .filter((row) => !without.includes(row))
    .sort((a, b) => score(b) - score(a));

describe("words and vectors", () => {
  test("get, has, size", () => {
    expect(compass.size).toBe(6);
    expect(compass.width).toBe(2);
    expect(compass.has("north")).toBe(true);
    expect(compass.has("south")).toBe(false);
    expect(compass.get("south")).toBeUndefined();
    expect(compass.get("east")).toEqual(Float32Array.of(1, 0));
  });

  test("similarity is the cosine", () => {
    expect(compass.similarity("east", "nearly")).toBeCloseTo(Math.cos(Math.PI / 18), 6);
    expect(compass.similarity("north", "east")).toBeCloseTo(0, 6);
    expect(compass.similarity("east", "west")).toBeCloseTo(-1, 6);
    expect(compass.similarity("east", "nowhere")).toBe(0);
  });

  test("a matrix that does not fit, and words that come twice", () => {
    expect(() => new WordVectors(["a", "b"], new Float32Array(3))).toThrow(
      /2 words and a matrix of 3 numbers/,
    );
    expect(() => new WordVectors([], new Float32Array(0))).toThrow(/at least one word/);
    expect(() => new WordVectors(["a", "b", "a"], new Float32Array(3))).toThrow('the word "a" comes twice');
  });
});

describe("nearest", () => {
  test("by the cosine, whatever the lengths; the word itself is left out", () => {
    expect(compass.nearest("east", 3).map(({ word }) => word)).toEqual(["nearly", "north", "nowhere"]);
    expect(compass.nearest("east", 1)[0]!.similarity).toBeCloseTo(Math.cos(Math.PI / 18), 6);
    expect(compass.nearest([0, 5], 2).map(({ word }) => word)).toEqual(["north", "past"]);
    expect(compass.nearest("east", 100).length).toBe(5);
  });

  test("as a plain search finds it, over several blocks of rows", () => {
    for (const row of [0, 1500, 2999]) {
      const found = random.nearest(`w${row}`, 20);
      const wanted = order((other) => product(unitRows[other]!, unitRows[row]!), [row]).slice(0, 20);
      expect(found.map(({ word }) => word)).toEqual(wanted.map((other) => `w${other}`));
      expect(found[0]!.similarity).toBeCloseTo(product(unitRows[wanted[0]!]!, unitRows[row]!), 5);
    }
  });

  test("unknown words are named, with the nearest known one", () => {
    expect(() => compass.nearest("Nort")).toThrow(
      'There is no vector for "Nort" among the 6 words. Did you mean "north"? Give a word that is in the vocabulary',
    );
    expect(() => compass.nearest("EAST")).toThrow('Did you mean "east"?');
    expect(() => compass.nearest([1, 2, 3])).toThrow("got [1,2,3]; wanted a word, or a vector of 2 numbers");
    expect(() => compass.nearest("east", 0)).toThrow(
      "nearest: count is to be a positive whole number, got 0",
    );
  });
});

describe("analogies", () => {
  test("east is to nearly as north is to past", () => {
    const [first] = compass.analogy("east", "nearly", "north");
    expect(first!.word).toBe("past");
    // nearly − east + north = (cos 10° − 1, sin 10° + 1), which stands at 90.7°.
    expect(first!.similarity).toBeCloseTo(Math.cos(Math.PI * ((100 - 90.741) / 180)), 4);
  });

  test("3CosAdd and 3CosMul as a plain search by their formulas finds them", () => {
    const [a, b, c] = [5, 1700, 2900];
    const shifted = (x: number, row: number) => (1 + product(unitRows[x]!, unitRows[row]!)) / 2;
    const add = order(
      (row) =>
        product(unitRows[row]!, unitRows[b]!) -
        product(unitRows[row]!, unitRows[a]!) +
        product(unitRows[row]!, unitRows[c]!),
      [a, b, c],
    );
    const multiply = order(
      (row) => (shifted(b, row) * shifted(c, row)) / (shifted(a, row) + 0.001),
      [a, b, c],
    );
    const ask = (method: "add" | "multiply", among?: number) =>
      random
        .analogy(`w${a}`, `w${b}`, `w${c}`, { method, count: 5, among })
        .map(({ word }) => Number(word.slice(1)));
    expect(ask("add")).toEqual(add.slice(0, 5));
    expect(ask("multiply")).toEqual(multiply.slice(0, 5));
    expect(ask("add", 1000)).toEqual(add.filter((row) => row < 1000).slice(0, 5));
  });

  test("bad options", () => {
    expect(() => compass.analogy("east", "west", "north", { method: "sum" as "add" })).toThrow(
      'analogy: method is "sum"; wanted "add" or "multiply"',
    );
    expect(() => compass.analogy("east", "west", "north", { k: 3 } as object)).toThrow(
      /there is no option "k"/,
    );
  });
});

test.each([1, 3, 4, 50, 300])("scores are scalar products, width %i", (width) => {
  const [rows, queries] = [700, 6];
  const matrix = new Random(2).normal([rows, width]).data as Float32Array;
  const asked = new Random(3).normal([queries, width]).data as Float32Array;
  const scores = new Float64Array(rows * queries).fill(Number.NaN);
  new RowScorer(width).score(matrix, asked, rows - 1, (query, some, first) => {
    for (const [i, score] of some.entries()) scores[query * rows + first + i] = score;
  });
  let worst = 0;
  for (let query = 0; query < queries; query++) {
    expect(scores[query * rows + rows - 1]).toBeNaN(); // not asked for
    for (let row = 0; row < rows - 1; row++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += matrix[row * width + k]! * asked[query * width + k]!;
      worst = Math.max(worst, Math.abs(sum - scores[query * rows + row]!));
    }
  }
  expect(worst).toBeLessThan(1e-4);
});

describe("the matrix of a vocabulary", () => {
  const vocabulary = vocabularyOf([undefined, "<unk>", "north", "south", "east"], { padding: 0, unknown: 1 });

  test("has a row for each id; what is missing is zeros", () => {
    const matrix = compass.matrixFor(vocabulary);
    expect(matrix.shape).toEqual([5, 2]);
    expect(matrix.dtype).toBe("float32");
    expect(matrix.rows(2, 3).data).toEqual(compass.get("north"));
    expect(matrix.rows(4, 5).data).toEqual(compass.get("east"));
    expect(matrix.rows(0, 2).data).toEqual(new Float32Array(4));
    expect(matrix.rows(3, 4).data).toEqual(new Float32Array(2));
  });

  test("or normal numbers with the spread of the others; padding stays zeros", () => {
    const tokens = Array.from({ length: 400 }, (_, i) => (i === 0 ? undefined : `x${i}`));
    const matrix = random.matrixFor(vocabularyOf(tokens, { padding: 0 }), { missing: "random", seed: 1 });
    const values = Array.from(matrix.data as Float32Array);
    expect(values.slice(0, 30).every((value) => value === 0)).toBe(true);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    expect(spread).toBeCloseTo(1, 1);
    const again = random.matrixFor(vocabularyOf(tokens, { padding: 0 }), { missing: "random", seed: 1 });
    expect(again.data).toEqual(matrix.data);
    expect(() => compass.matrixFor(vocabulary, { missing: "mean" as "zeros" })).toThrow(/missing is "mean"/);
  });

  test("coverage leaves padding and the unknown out", () => {
    expect(compass.coverage(vocabulary)).toBeCloseTo(2 / 3, 12);
  });
});
