// trainMerges: against a training that counts all pairs anew before each merge.

import { expect, test } from "vitest";
import { Random } from "../../../../src/tensor/random.ts";
import { trainMerges } from "../../../../src/text/tokenizers/subwords/train-merges.ts";

/** The most frequent pair of all, ties by the smaller symbols, found from scratch; overlapping pairs count as they do in the training. */
function trainPlainly(
  words: readonly number[][],
  counts: readonly number[],
  merges: number,
  symbols: number,
) {
  let all = words.map((word) => [...word]);
  const found: string[] = [];
  while (found.length < merges) {
    const totals = new Map<string, number>();
    for (const [i, word] of all.entries())
      for (let at = 0; at + 1 < word.length; at++) {
        const key = `${word[at]} ${word[at + 1]}`;
        totals.set(key, (totals.get(key) ?? 0) + (counts[i] ?? 0));
      }
    const [best] = [...totals]
      .map(([key, count]) => ({ key, count, pair: key.split(" ").map(Number) as [number, number] }))
      .sort((a, b) => b.count - a.count || a.pair[0] - b.pair[0] || a.pair[1] - b.pair[1]);
    if (best === undefined || best.count < 2) return found;
    const joined = symbols + found.length;
    found.push(best.key);
    all = all.map((word) => {
      const merged: number[] = [];
      for (let at = 0; at < word.length; at++) {
        const isPair = word[at] === best.pair[0] && word[at + 1] === best.pair[1];
        merged.push(isPair ? joined : (word[at] ?? 0));
        if (isPair) at++;
      }
      return merged;
    });
  }
  return found;
}

test("the same merges as counting anew", () => {
  const random = new Random(3);
  for (let round = 0; round < 20; round++) {
    const symbols = 4 + round;
    const words = Array.from(random.integers([80], 1, 12).data as Int32Array, (length) =>
      Array.from(random.integers([length], 0, symbols).data as Int32Array),
    );
    const counts = random.integers([words.length], 1, 9).data as Int32Array;
    const starts = Int32Array.from([0, ...words.map(({ length }) => length)]);
    for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!;
    let next = symbols;
    const merges = trainMerges(
      { symbols: Int32Array.from(words.flat()), starts, counts },
      { minCount: 2, join: () => (next < symbols + 60 ? next++ : undefined) },
    );
    const expected = trainPlainly(words, Array.from(counts), 60, symbols);
    expect(expected.length).toBeGreaterThan(10);
    expect(merges.map(({ left, right }) => `${left} ${right}`)).toEqual(expected);
  }
});

// R. Sennrich, B. Haddow, A. Birch, ACL 2016, section 3.2: from {low, lowest, newer, wider} "r ·", "l o", "lo w" and "er ·" are learnt. The
// paper gives no counts; the ones here make "er" and "low" the most frequent parts, too.
test("the merges of Sennrich et al.", () => {
  const letters = ["·", "d", "e", "i", "l", "n", "o", "r", "s", "t", "w"];
  const words = { low·: 5, lowest·: 2, newer·: 6, wider·: 3 };
  const symbols = Object.keys(words).flatMap((word) => [...word].map((letter) => letters.indexOf(letter)));
  const starts = Int32Array.of(0, 4, 11, 17, 23);
  const counts = Int32Array.from(Object.values(words));
  const tokens = [...letters];
  const join = (left: number, right: number) =>
    tokens.length < letters.length + 4 ? tokens.push(`${tokens[left]}${tokens[right]}`) - 1 : undefined;
  trainMerges({ symbols: Int32Array.from(symbols), starts, counts }, { minCount: 2, join });
  // "e r" and "r ·" come 9 times each; e is the smaller symbol. Then "er ·" 9 times, "l o" and "o w" 7 times each.
  expect(tokens.slice(letters.length)).toEqual(["er", "er·", "lo", "low"]);
});
