// Tests of evaluation: rank correlation with ties, similarity judgements, analogies by group.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/tensor/random.ts";
import { evaluateAnalogies, evaluateSimilarity } from "../../../src/text/vectors/evaluation.ts";
import { ranks, spearman } from "../../../src/text/vectors/rank-correlation.ts";
import { WordVectors } from "../../../src/text/vectors/word-vectors.ts";

const data = process.env.RECURRA_DATA ?? "../shared/data";

describe("Spearman's rank correlation", () => {
  test("equal values share the mean of their ranks", () => {
    expect(Array.from(ranks([10, 20, 20, 5]))).toEqual([2, 3.5, 3.5, 1]);
  });

  test("as scipy.stats.spearmanr (scipy 1.17.1) has it", () => {
    // spearmanr([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]).statistic = 0.8207826816681233, the example of its documentation
    expect(spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])).toBeCloseTo(0.8207826816681233, 12);
    expect(spearman([1, 2, 3], [9, 4, 1])).toBe(-1);
    expect(spearman([1, 2, 3], [4, 4, 4])).toBeNaN();
  });
});

/** Countries and capitals a step apart, adjectives and comparatives another; and words in between. */
const placed: Record<string, readonly number[]> = {
  athens: [1, 0, 0, 1],
  greece: [1, 0, 0, 0],
  oslo: [0, 1, 0, 1],
  norway: [0, 1, 0, 0],
  rome: [0.5, 0.5, 0, 1],
  italy: [0.5, 0.4, 0.5, 0],
  big: [0, 0, 1, 0],
  bigger: [0, 0, 1, 0.9],
  small: [0, 0.3, 1, 0],
  smaller: [0, 0, -1, 0],
};
const vectors = new WordVectors(Object.keys(placed), Float32Array.from(Object.values(placed).flat()));

describe("analogies", () => {
  const questions = `: capital-common-countries
Athens Greece Oslo Norway
Oslo Norway Athens Greece
Athens Greece Bern Switzerland
: gram3-comparative
big bigger small smaller
`;

  test("each group is counted by itself; questions with unknown words are not asked", () => {
    const { total, groups } = evaluateAnalogies(vectors, questions);
    expect(groups).toEqual([
      { group: "capital-common-countries", asked: 2, correct: 2, accuracy: 1, skipped: 1 },
      { group: "gram3-comparative", asked: 1, correct: 0, accuracy: 0, skipped: 0 },
    ]);
    expect(total).toEqual({ group: "total", asked: 3, correct: 2, accuracy: 2 / 3, skipped: 1 });
  });

  test("among the first words only", () => {
    const { total } = evaluateAnalogies(vectors, questions, { among: 4 });
    expect(total).toMatchObject({ asked: 2, correct: 2, skipped: 2 });
  });

  test("answers are those of analogy(), by both methods", () => {
    const words = Array.from({ length: 1200 }, (_, i) => `w${i}`);
    const random = new WordVectors(words, new Random(8).normal([1200, 12]).data as Float32Array);
    for (const method of ["add", "multiply"] as const) {
      const lines = Array.from({ length: 30 }, (_, i) => {
        const asked = [`w${i}`, `w${i + 100}`, `w${i + 600}`] as const;
        const answer = random.analogy(...asked, { method, count: 1 })[0]!.word;
        return [...asked, i % 3 === 0 ? "w1111" : answer].join(" ");
      });
      expect(evaluateAnalogies(random, lines.join("\n"), { method }).total).toMatchObject({
        asked: 30,
        correct: 20,
      });
    }
  });

  test("a line that is no question", () => {
    expect(() => evaluateAnalogies(vectors, ": a\nAthens Greece Oslo")).toThrow(
      'evaluateAnalogies: line 2 is "Athens Greece Oslo"; wanted four words, or ": " and the name of a group.',
    );
  });
});

describe("similarity", () => {
  test("the pairs that are known", () => {
    // Cosines: big–bigger 0.74, athens–greece 0.71, big–oslo 0; judged the other way round but for the last.
    const text = "word1\tword2\tscore\nBig\tbigger\t6\nathens\tgreece\t7\nbig\toslo\t1\nbig\tzebra\t3\n";
    expect(evaluateSimilarity(vectors, text)).toEqual({ spearman: 0.5, found: 3, pairs: 4 });
    expect(evaluateSimilarity(vectors, text.replaceAll("\t", ","))).toMatchObject({ found: 3 });
    expect(evaluateSimilarity(vectors, text.replaceAll("\t", " "))).toMatchObject({ found: 3 });
  });

  test("a line that is no pair", () => {
    expect(() => evaluateSimilarity(vectors, "a\tb\t3\na\tb\n")).toThrow(
      'line 2 is "a\\tb"'.replace("\\t", "\t"),
    );
  });
});

test.skipIf(!existsSync(join(data, "wordsim353.tsv")))(
  "the standard files are read whole (shared data)",
  () => {
    const read = (name: string) => readFileSync(join(data, name), "utf8");
    expect(evaluateSimilarity(vectors, read("wordsim353.tsv"))).toMatchObject({ pairs: 353 });
    const { groups, total } = evaluateAnalogies(vectors, read("questions-words.txt"));
    expect(groups.length).toBe(14);
    expect(total.asked + total.skipped).toBe(19_544);
  },
);
