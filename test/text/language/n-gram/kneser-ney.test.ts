// Kneser-Ney: NLTK's values, and the formulas of Chen & Goodman taken word for word.

import { describe, expect, test } from "vitest";
import { Random } from "../../../../src/tensor/random.ts";
import type { KneserNeyOptions } from "../../../../src/text/language/n-gram/kneser-ney.ts";
import { fitNGramModel } from "../../../../src/text/language/n-gram/n-gram-model.ts";
import { fitWords } from "../../../../src/text/tokenizers/words.ts";

const plain = { filters: "", lower: false } as const;
const sam = ["I am Sam", "Sam I am", "I do not like green eggs and ham"];

async function modelOf(texts: readonly string[], order: number, options: KneserNeyOptions) {
  const tokenizer = await fitWords(plain, texts);
  return fitNGramModel(tokenizer, texts, { order, smoothing: { name: "kneserNey", ...options } });
}

test("NLTK's KneserNeyInterpolated", async () => {
  // nltk 3.10.3: KneserNeyInterpolated(order, discount=0.75) fitted to all n-grams of ["<s>", *words, "</s>"] up to `order`, but for <s>
  // alone. Its words alone are not smoothed: uniform is false.
  const options = { discount: 0.75, uniform: false };
  const bigrams = await modelOf(sam, 2, options);
  expect(bigrams.probability("Sam")).toBeCloseTo(0.13333333333333333, 14);
  expect(bigrams.probability("</s>")).toBeCloseTo(0.2, 14);
  expect(bigrams.probability("I", ["<s>"])).toBeCloseTo(0.48333333333333334, 14);
  expect(bigrams.probability("am", ["I"])).toBeCloseTo(0.45, 14);
  expect(bigrams.probability("Sam", ["am"])).toBeCloseTo(0.225, 14);
  expect(bigrams.probability("</s>", ["Sam"])).toBeCloseTo(0.275, 14);
  expect(bigrams.probability("ham", ["I"])).toBeCloseTo(0.03333333333333333, 14);
  const trigrams = await modelOf(sam, 3, options);
  expect(trigrams.probability("</s>", ["I", "am"])).toBeCloseTo(0.33125, 14);
  expect(trigrams.probability("Sam", ["I", "am"])).toBeCloseTo(0.29375, 14);
  expect(trigrams.probability("not", ["I", "do"])).toBeCloseTo(0.475, 14);
  expect(trigrams.probability("ham", ["I", "am"])).toBeCloseTo(0.0375, 14);
  const fox = await modelOf(["the quick brown fox jumps over the lazy dog"], 2, options);
  expect(fox.probability("quick", ["the"])).toBeCloseTo(0.2, 14);
  expect(fox.probability("the", ["<s>"])).toBeCloseTo(0.4, 14);
  expect(fox.probability("dog", ["the"])).toBeCloseTo(0.075, 14);
});

/** Interpolated Kneser-Ney by its formulas, over n-grams as text. */
class Literal {
  readonly counts: ReadonlyMap<string, number>[];
  readonly discounts: readonly (readonly number[])[];
  readonly events: ReadonlySet<string>;
  readonly order: number;

  constructor(sentences: readonly (readonly string[])[], order: number, modified: boolean) {
    this.order = order;
    const raw = Array.from({ length: order + 1 }, () => new Map<string, number>());
    for (const words of sentences) {
      const text = ["<s>", ...words, "</s>"];
      for (let n = 1; n <= order; n++) {
        for (let i = 0; i + n <= text.length; i++) {
          const key = text.slice(i, i + n).join(" ");
          if (key !== "<s>") raw[n]?.set(key, (raw[n]?.get(key) ?? 0) + 1);
        }
      }
    }
    this.events = new Set(raw[1]?.keys());
    this.counts = raw.map((own, n) => {
      if (n === order) return own;
      const adjusted = new Map<string, number>();
      for (const key of own.keys()) {
        // N1+(• g): how many words there are before it.
        const before = [...(raw[n + 1]?.keys() ?? [])].filter(
          (longer) => longer.slice(longer.indexOf(" ") + 1) === key,
        );
        adjusted.set(key, key.startsWith("<s> ") ? (own.get(key) ?? 0) : before.length);
      }
      return adjusted;
    });
    this.discounts = this.counts.map((own) => {
      const n = (count: number) => [...own.values()].filter((value) => value === count).length;
      const y = n(1) / (n(1) + 2 * n(2));
      return modified
        ? [0, 1 - (2 * y * n(2)) / n(1), 2 - (3 * y * n(3)) / n(2), 3 - (4 * y * n(4)) / n(3)]
        : [0, y, y, y];
    });
  }

  probability(word: string, context: readonly string[]): number {
    const n = context.length + 1;
    const shorter = n === 1 ? 1 / this.events.size : this.probability(word, context.slice(1));
    const children = [...this.events].map((one) => this.counts[n]?.get([...context, one].join(" ")) ?? 0);
    const total = children.reduce((sum, count) => sum + count, 0);
    if (total === 0) return shorter;
    const d = (count: number) => this.discounts[n]?.[Math.min(count, 3)] ?? Number.NaN;
    const own = this.counts[n]?.get([...context, word].join(" ")) ?? 0;
    const gamma = children.reduce((sum, count) => sum + d(count), 0) / total;
    return Math.max(own - d(own), 0) / total + gamma * shorter;
  }
}

describe("the formulas", () => {
  // Sentences of words drawn unevenly, each word from a range that the last one sets, so that all counts of counts are there.
  const random = new Random(11);
  const sentences = Array.from({ length: 160 }, () => {
    const draws = random.uniform([6]).data as Float32Array;
    let word = 0;
    return Array.from(draws, (draw) => {
      word = (7 * word + Math.floor(40 * draw ** 4)) % 120;
      return `w${word}`;
    });
  });

  for (const modified of [true, false]) {
    test(modified ? "three discounts" : "one discount", async () => {
      const order = 3;
      const literal = new Literal(sentences, order, modified);
      const model = await modelOf(
        sentences.map((words) => words.join(" ")),
        order,
        { modified },
      );
      for (const discount of literal.discounts.slice(1).flat()) expect(Number.isFinite(discount)).toBe(true);
      for (const words of sentences.slice(0, 12)) {
        const text = ["<s>", ...words, "</s>"];
        for (let i = 1; i < text.length; i++) {
          const context = text.slice(Math.max(0, i - order + 1), i);
          for (const word of [text[i] ?? "", "w0", "w5", "</s>"])
            expect(model.probability(word, context)).toBeCloseTo(literal.probability(word, context), 12);
        }
      }
      expect(model.probability("w1", ["w30", "w30"])).toBeCloseTo(
        literal.probability("w1", ["w30", "w30"]),
        12,
      );
    });
  }
});

test("where the counts of counts give no discounts, the usual ones stand in", async () => {
  // All bigrams of one sentence come once: D(1) is 0.5, of one discount 0.75. Five words can follow, and the end.
  const text = ["a b c d e"];
  const lower = (discount: number) => (1 - discount) / 6 + discount / 6; // continuation of one in six, then uniform
  const modified = await modelOf(text, 2, {});
  expect(modified.probability("b", ["a"])).toBeCloseTo(0.5 + 0.5 * lower(0.5), 12);
  const single = await modelOf(text, 2, { modified: false });
  expect(single.probability("b", ["a"])).toBeCloseTo(0.25 + 0.75 * lower(0.75), 12);
});
