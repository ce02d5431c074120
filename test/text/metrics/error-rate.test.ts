// Word and character error rates: jiwer's cases, and alignments.

import { describe, expect, test } from "vitest";
import { align } from "../../../src/text/metrics/alignment.ts";
import { characterErrorRate, wordErrorRate } from "../../../src/text/metrics/error-rate.ts";

const wer = (reference: string, hypothesis: string) =>
  wordErrorRate({ hypotheses: [hypothesis], references: [reference] });
const cer = (reference: string, hypothesis: string) =>
  characterErrorRate({ hypotheses: [hypothesis], references: [reference] });

describe("words", () => {
  test("rates of jiwer's tests", () => {
    // jiwer, tests/test_measures.py at commit 346cb97; the last five from Morris, Maier & Green, "From WER and RIL to MER and WIL", Interspeech 2004.
    const cases: readonly (readonly [string, string, number])[] = [
      ["This is a test", "This is a test", 0],
      ["This is a test", "", 1],
      ["This is a test", "This test", 0.5],
      ["i am a short ground truth", "i am a considerably longer and very much incorrect hypothesis", 7 / 6],
      ["X", "X", 0],
      ["X", "X X Y Y", 3],
      ["X Y X", "X Z", 2 / 3],
      ["X", "Y", 1],
      ["X", "Y Z", 2],
    ];
    for (const [reference, hypothesis, rate] of cases)
      expect(wer(reference, hypothesis).rate).toBeCloseTo(rate, 12);
  });

  test("counts of jiwer's tests", () => {
    // jiwer, tests/test_alignment.py at commit 1df972c, test_show_measures
    expect(wer("this test will  have a high word error rate", "no it will not")).toMatchObject({
      hits: 1,
      substitutions: 3,
      deletions: 5,
      insertions: 0,
      rate: 8 / 9,
    });
  });

  test("several texts are counted together", () => {
    const { rate, deletions } = wordErrorRate({
      hypotheses: ["a b c d", "x"],
      references: ["a b c d", "x y"],
    });
    expect(deletions).toBe(1);
    expect(rate).toBeCloseTo(1 / 6, 12); // the mean of the texts' rates would be 1/4
  });

  test("texts may be normalised first", () => {
    const transcripts = { hypotheses: ["Hello, world!"], references: ["hello world"] };
    expect(wordErrorRate(transcripts).rate).toBe(1);
    const normalize = (text: string) => text.replace(/[,!]/g, "");
    expect(wordErrorRate(transcripts, { lowercase: true, normalize }).rate).toBe(0);
  });
});

describe("characters", () => {
  test("counts of jiwer's tests", () => {
    // jiwer, tests/test_alignment.py at commit 1df972c, of characters: test_show_measures and test_all_three
    expect(cer("this test will  have a high word error rate", "no it will not")).toMatchObject({
      hits: 10,
      substitutions: 4,
      deletions: 29,
      insertions: 0,
    });
    expect(cer("this is a test of skill", "this was a messy test")).toMatchObject({
      hits: 13,
      substitutions: 6,
      deletions: 4,
      insertions: 2,
    });
  });

  test("white space around texts does not count, and characters are code points", () => {
    expect(cer(" 😀b ", "😁b\n")).toMatchObject({ hits: 1, substitutions: 1, rate: 0.5 });
  });
});

describe("alignments", () => {
  const compact = (reference: string, hypothesis: string) =>
    align([...reference], [...hypothesis]).map(({ type, reference: [a, b], hypothesis: [c, d] }) => [
      type,
      a,
      b,
      c,
      d,
    ]);

  test("chunks of all kinds", () => {
    expect(align("this is a test of skill".split(" "), "this was a messy test".split(" "))).toEqual([
      { type: "equal", reference: [0, 1], hypothesis: [0, 1] },
      { type: "substitute", reference: [1, 2], hypothesis: [1, 2] },
      { type: "equal", reference: [2, 3], hypothesis: [2, 3] },
      { type: "insert", reference: [3, 3], hypothesis: [3, 4] },
      { type: "equal", reference: [3, 4], hypothesis: [4, 5] },
      { type: "delete", reference: [4, 6], hypothesis: [5, 5] },
    ]);
  });

  test("of those with as few edits RapidFuzz's is taken", () => {
    // RapidFuzz 3.14.6: Levenshtein.opcodes
    expect(compact("kitten", "sitting")).toEqual([
      ["substitute", 0, 1, 0, 1],
      ["equal", 1, 4, 1, 4],
      ["substitute", 4, 5, 4, 5],
      ["equal", 5, 6, 5, 6],
      ["insert", 6, 6, 6, 7],
    ]);
    expect(compact("abcabba", "cbabac")).toEqual([
      ["substitute", 0, 1, 0, 1],
      ["equal", 1, 2, 1, 2],
      ["delete", 2, 3, 2, 2],
      ["equal", 3, 5, 2, 4],
      ["substitute", 5, 7, 4, 6],
    ]);
  });

  test("nothing to align", () => {
    expect(align([], [])).toEqual([]);
    expect(compact("", "ab")).toEqual([["insert", 0, 0, 0, 2]]);
    expect(compact("ab", "")).toEqual([["delete", 0, 2, 0, 0]]);
  });

  test("sequences too long for a table are refused", () => {
    const long = Array.from({ length: 30_000 }, (_, i) => String(i));
    expect(() => align(long, long.toReversed())).toThrow(/sequences of 30000 and 30000 items are too long/);
  });
});

test("references without words, and more than one, are refused", () => {
  expect(() => wer("  ", "test")).toThrow(/the references have no words/);
  expect(() => cer("", "test")).toThrow(/the references have no characters/);
  expect(() => wordErrorRate({ hypotheses: ["a"], references: [["a", "b"] as unknown as string] })).toThrow(
    /text 0 has 2 references; wanted one/,
  );
});
