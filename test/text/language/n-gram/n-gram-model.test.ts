// N-gram models: counts and probabilities of worked cases, sums to one, reading and generating.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Random } from "../../../../src/tensor/random.ts";
import { generateText } from "../../../../src/text/language/generate.ts";
import { crossEntropy, perplexity, totalScore } from "../../../../src/text/language/language-model.ts";
import { fitNGramModel, type NGramModel } from "../../../../src/text/language/n-gram/n-gram-model.ts";
import type { NGramOptions } from "../../../../src/text/language/n-gram/n-gram-options.ts";
import type { SmoothingChoice } from "../../../../src/text/language/n-gram/smoothing.ts";
import { fitCharacters } from "../../../../src/text/tokenizers/characters.ts";
import { fitWords } from "../../../../src/text/tokenizers/words.ts";

/** Words between spaces, as they are written. */
const plain = { filters: "", lower: false } as const;
const sam = ["I am Sam", "Sam I am", "I do not like green eggs and ham"];
const fox = ["The quick brown fox jumps over the lazy dog"];

async function modelOf(texts: readonly string[], options: NGramOptions): Promise<NGramModel> {
  return fitNGramModel(await fitWords(plain, texts), texts, options);
}

describe("maximum likelihood", () => {
  test("Jurafsky & Martin's mini-corpus", async () => {
    // Speech and Language Processing, 3rd ed. draft, 3.1.2.
    const model = await modelOf(sam, { order: 2, smoothing: "maximumLikelihood" });
    expect(model.probability("I", ["<s>"])).toBeCloseTo(0.67, 2);
    expect(model.probability("Sam", ["<s>"])).toBeCloseTo(0.33, 2);
    expect(model.probability("am", ["I"])).toBeCloseTo(0.67, 2);
    expect(model.probability("</s>", ["Sam"])).toBeCloseTo(0.5, 12);
    expect(model.probability("Sam", ["am"])).toBeCloseTo(0.5, 12);
    expect(model.probability("do", ["I"])).toBeCloseTo(0.33, 2);
  });

  test("the probability of a sentence is the product along it", async () => {
    const model = await modelOf(sam, { order: 2, smoothing: "maximumLikelihood" });
    // P(I|<s>)·P(am|I)·P(Sam|am)·P(</s>|Sam) = 2/3 · 2/3 · 1/2 · 1/2
    const score = await model.score("I am Sam");
    expect(Math.exp(score.logProbability)).toBeCloseTo(1 / 9, 12);
    expect(score).toMatchObject({ tokens: 4, characters: 8 });
    expect(perplexity(score)).toBeCloseTo(9 ** 0.25, 12);
    expect((await model.score("Sam do")).logProbability).toBe(-Infinity);
  });

  test("bigrams of the quick brown fox", async () => {
    const lower = fox.map((text) => text.toLowerCase());
    const model = await modelOf(lower, { order: 2, smoothing: "maximumLikelihood", boundaries: false });
    expect(model.nGrams(2)).toHaveLength(8);
    expect(model.nGrams(1)[0]).toEqual({ tokens: ["the"], count: 2 });
    expect(model.count(["the", "quick"])).toBe(1);
    expect(model.count(["quick", "the"])).toBe(0);
    expect(model.probability("quick", ["the"])).toBe(0.5);
    expect(model.probability("lazy", ["the"])).toBe(0.5);
    expect(model.probability("fox", ["brown"])).toBe(1);
    expect(model.probability("the")).toBeCloseTo(2 / 9, 12);
    // P(the)·P(quick|the)·P(brown|quick)
    expect(Math.exp((await model.score("the quick brown")).logProbability)).toBeCloseTo(1 / 9, 12);
  });

  test("a context that was never continued gives way to a shorter one", async () => {
    const model = await modelOf(sam, { order: 3, smoothing: "maximumLikelihood" });
    expect(model.probability("am", ["ham", "I"])).toBe(model.probability("am", ["I"]));
  });
});

describe("add-k", () => {
  test("counts are raised by k", async () => {
    // 10 words and the end can follow: (2 + k) / (3 + 11 k), and k / (3 + 11 k).
    for (const k of [1, 0.05]) {
      const model = await modelOf(sam, { order: 2, smoothing: { name: "addK", k } });
      expect(model.probability("I", ["<s>"])).toBeCloseTo((2 + k) / (3 + 11 * k), 12);
      expect(model.probability("ham", ["<s>"])).toBeCloseTo(k / (3 + 11 * k), 12);
      expect(model.probability("ham", ["ham", "not", "</s>"])).toBeCloseTo(1 / 11, 12);
    }
    expect((await modelOf(sam, { order: 2, smoothing: "addK" })).probability("I", ["<s>"])).toBeCloseTo(
      3 / 14,
      12,
    );
  });
});

describe("all smoothings", () => {
  const smoothings: readonly SmoothingChoice[] = [
    "maximumLikelihood",
    { name: "addK", k: 0.3 },
    "kneserNey",
    { name: "kneserNey", modified: false },
    { name: "kneserNey", discount: 0.75, uniform: false },
  ];
  const lines = ["abracadabra", "a cab a bar", "bad crab", "a"];

  for (const smoothing of smoothings) {
    for (const boundaries of [true, false]) {
      test(`${JSON.stringify(smoothing)}, boundaries ${boundaries}: probabilities are those read, and sum to one`, async () => {
        const tokenizer = await fitCharacters({}, lines);
        const model = await fitNGramModel(tokenizer, lines, { order: 4, smoothing, boundaries });
        const text = "cabra bad";
        const reader = model.reader();
        let logits = await reader.read([]);
        let log = 0;
        for (const id of [
          ...tokenizer.encode(text),
          ...(model.endOfText === undefined ? [] : [model.endOfText]),
        ]) {
          expect(logits).toHaveLength(tokenizer.vocabulary.size + (boundaries ? 1 : 0));
          expect(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)).toBeCloseTo(1, 5);
          log += logits[id] ?? Number.NaN;
          if (id !== model.endOfText) logits = await reader.read([id]);
        }
        const { logProbability } = await model.score(text);
        if (Number.isFinite(logProbability)) expect(log).toBeCloseTo(logProbability, 4);
        else expect(log).toBe(-Infinity);
        // Read at once, it comes to the same.
        const expected = [...logits];
        expect([...(await model.reader().read(tokenizer.encode(text)))]).toEqual(expected);
      });
    }
  }

  test("longer contexts help, and Kneser-Ney more than add-one, on text that was not counted", async () => {
    // Each word says much about the next: w is followed by 5 w + a small number, modulo 60.
    const random = new Random(5);
    const sentences = Array.from({ length: 320 }, () => {
      let word = 0;
      const draws = random.uniform([8]).data as Float32Array;
      return Array.from(draws, (draw) => {
        word = (5 * word + Math.floor(12 * draw ** 2)) % 60;
        return `w${word}`;
      }).join(" ");
    });
    const measure = async (options: NGramOptions) => {
      const tokenizer = await fitWords(plain, sentences);
      const model = await fitNGramModel(tokenizer, sentences.slice(0, 300), options);
      return perplexity(totalScore(await Promise.all(sentences.slice(300).map((text) => model.score(text)))));
    };
    const bigrams = await measure({ order: 2 });
    expect(bigrams).toBeLessThan(0.5 * (await measure({ order: 1 })));
    expect(bigrams).toBeLessThan(await measure({ order: 2, smoothing: "addK" }));
    expect(await measure({ order: 3 })).toBeLessThan(0.75 * (await measure({ order: 3, smoothing: "addK" })));
  });
});

test("what is generated was counted, and ends where sentences end", async () => {
  const model = await modelOf(sam, { order: 3, smoothing: "maximumLikelihood" });
  for (let seed = 0; seed < 10; seed++) {
    const text = await generateText(model, { seed, maxTokens: 50 });
    expect((await model.score(text)).logProbability).toBeGreaterThan(-Infinity);
    expect(["am", "Sam", "ham"]).toContain(text.split(" ").at(-1));
  }
  const greedy = await generateText(model, { prompt: "I do", temperature: 0 });
  expect(greedy).toBe(" not like green eggs and ham");
});

test("padding is not predicted, what is unknown counts as one token", async () => {
  const texts = ["a a b c d", "a b"];
  const tokenizer = await fitWords({ ...plain, numWords: 4, oovToken: "<unk>" }, texts);
  const model = await fitNGramModel(tokenizer, texts, { order: 1, smoothing: "maximumLikelihood" });
  expect(model.probability("<unk>")).toBeCloseTo(2 / 9, 12); // c and d, of 7 words and 2 ends
  expect(model.probability("never seen")).toBe(model.probability("<unk>"));
  const logits = await model.reader().read([]);
  expect(logits[tokenizer.vocabulary.padding ?? -1]).toBe(-Infinity);
});

test("texts without tokens are left out, and nothing at all is refused", async () => {
  const tokenizer = await fitWords(plain, sam);
  const model = await fitNGramModel(tokenizer, ["", ...sam, " "], { order: 2 });
  expect(model.count(["</s>"])).toBe(3);
  expect(model.size(1)).toBe(11); // ten words and the end
  await expect(fitNGramModel(tokenizer, ["", " "])).rejects.toThrow(/no tokens in 2 texts/);
  await expect(model.score("  ")).rejects.toThrow(/the text has no tokens/);
});

test("wrong options and unknown tokens are named", async () => {
  const tokenizer = await fitWords(plain, sam);
  await expect(fitNGramModel(tokenizer, sam, { order: 0 })).rejects.toThrow(
    /order is to be a positive whole number, got 0/,
  );
  await expect(fitNGramModel(tokenizer, sam, { ordr: 2 } as NGramOptions)).rejects.toThrow(
    /no option "ordr". Did you mean "order"/,
  );
  await expect(fitNGramModel(tokenizer, sam, { smoothing: "kneserney" as "kneserNey" })).rejects.toThrow(
    /no smoothing "kneserney". Did you mean "kneserNey"/,
  );
  await expect(fitNGramModel(tokenizer, sam, { smoothing: { name: "addK", k: 0 } })).rejects.toThrow(
    /k is to be a positive number, got 0/,
  );
  const model = await fitNGramModel(tokenizer, sam);
  expect(() => model.probability("hma")).toThrow(/does not know the token "hma". Did you mean "ham"/);
});

const shakespeare = join(
  process.env.RECURRA_DATA ?? join(import.meta.dirname, "../../../../../shared/data"),
  "tinyshakespeare.txt",
);
if (!existsSync(shakespeare))
  console.log(`skipped: there is no ${shakespeare}; RECURRA_DATA says where the data are`);

test.skipIf(!existsSync(shakespeare))(
  "six-grams of tinyshakespeare's characters, the last tenth held out",
  async () => {
    const text = readFileSync(shakespeare, "utf8");
    const cut = Math.floor(0.9 * text.length);
    const tokenizer = await fitCharacters({}, [text]);
    const model = await fitNGramModel(tokenizer, [text.slice(0, cut)], { order: 6, boundaries: false });
    const nats = crossEntropy(await model.score(text.slice(cut)));
    expect(nats).toBeCloseTo(1.5226, 3); // measured when it was first right: a guard against changes
  },
);
