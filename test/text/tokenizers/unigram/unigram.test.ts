// unigram: seeds, training, the best and drawn segmentations, what is not known.

import { describe, expect, test } from "vitest";
import { Random } from "../../../../src/tensor/random.ts";
import { seedPieces } from "../../../../src/text/tokenizers/unigram/seed-pieces.ts";
import { fitUnigram, unigramFrom } from "../../../../src/text/tokenizers/unigram/unigram.ts";

describe("seeds", () => {
  // Counted by hand: "ab" is in three words, "abc" and "bc" in two; "zq" always goes on with "v", so that "zqv" says all that it does.
  test("stretches of two words that do not always go on alike", () => {
    const words = { abcx: 2, abd: 3, abc: 1, zqv: 1, zqvw: 1 };
    const codes = Int32Array.from(Object.keys(words).join(""), (letter) => letter.charCodeAt(0));
    const counts = Int32Array.from(Object.values(words));
    const limits = { longest: 4, size: 100 };
    const seeds = seedPieces({ codes, starts: Int32Array.of(0, 4, 7, 10, 13, 17) }, counts, limits);
    const found = Object.fromEntries(seeds.map((seed) => [String.fromCharCode(...seed.codes), seed.count]));
    expect(found).toEqual({
      ...{ a: 6, b: 6, c: 3, x: 2, d: 3, z: 2, q: 2, v: 2, w: 1 },
      ...{ ab: 6, abc: 3, bc: 3, zqv: 2, qv: 2 },
    });
  });
});

// Pieces and scores as tokenizers 0.23.2 (Python) was given them: Tokenizer(models.Unigram([("<pad>", 0), ("<unk>", 0), …], unk_id=1)) with
// pre_tokenizers.Metaspace(); its tokens are the ones expected.
const pieces = Object.entries({
  "▁": -2.5,
  "▁un": -3,
  un: -4,
  related: -5,
  "▁unrelated": -9,
  rel: -5.5,
  ated: -5.6,
  at: -6,
  a: -7,
  t: -7,
  e: -7,
  d: -7,
  s: -4.5,
  r: -7,
  l: -7,
  u: -7,
  n: -7,
}).map(([piece, score]) => ({ piece, score }));

describe("segmentation", () => {
  test.each<[string, string[]]>([
    ["unrelated", ["▁un", "related"]],
    ["dated unrelateds", ["▁", "d", "ated", "▁un", "related", "s"]],
    ["xyzs", ["▁", "<unk>", "s"]],
    ["a日本e", ["▁", "a", "<unk>", "e"]],
  ])("%j", (text, tokens) => {
    const tokenizer = unigramFrom(pieces);
    expect(tokenizer.split(text)).toEqual(tokens);
  });

  test("white space comes back as one space, wide letters as plain ones", () => {
    const tokenizer = unigramFrom(pieces);
    expect(tokenizer.decode(tokenizer.encode("  unrelated\n\tｄated  "))).toBe("unrelated dated");
    expect(tokenizer.decode([0, 3, 5, 0])).toBe("unrelated");
  });

  test("words without an end are parted in time", () => {
    const tokenizer = unigramFrom(pieces);
    const text = "related".repeat(30_000);
    expect(tokenizer.decode(tokenizer.encode(text)) === text).toBe(true);
  });
});

/** All ways to put a word together. */
function waysOf(word: string): (typeof pieces)[] {
  if (word === "") return [[]];
  return pieces.flatMap((one) =>
    word.startsWith(one.piece) ? waysOf(word.slice(one.piece.length)).map((rest) => [one, ...rest]) : [],
  );
}

describe("drawn segmentations", () => {
  test("come by their probability to the power of alpha", () => {
    const tokenizer = unigramFrom(pieces);
    const random = new Random(4);
    const draws = 20_000;
    const counts = new Map<string, number>();
    for (let i = 0; i < draws; i++) {
      const ids = tokenizer.sample("unat", { alpha: 0.3, random });
      const way = Array.from(ids, (id) => tokenizer.vocabulary.tokenOf(id)).join(" ");
      counts.set(way, (counts.get(way) ?? 0) + 1);
    }
    const ways = waysOf("▁unat").map((way) => ({
      way: way.map(({ piece }) => piece).join(" "),
      weight: Math.exp(0.3 * way.reduce((sum, { score }) => sum + score, 0)),
    }));
    expect(ways).toHaveLength(6);
    const total = ways.reduce((sum, { weight }) => sum + weight, 0);
    for (const { way, weight } of ways) {
      const p = weight / total;
      // Within four standard deviations of a binomial share.
      expect(Math.abs((counts.get(way) ?? 0) / draws - p), way).toBeLessThan(
        4 * Math.sqrt((p * (1 - p)) / draws),
      );
    }
  });

  test("of a large alpha are the best", () => {
    const tokenizer = unigramFrom(pieces);
    const text = "unrelated dateds";
    expect(tokenizer.sample(text, { alpha: 1000, random: new Random(1) })).toEqual(tokenizer.encode(text));
    expect(() => tokenizer.sample(text, { alpha: -1, random: new Random(1) })).toThrow(
      "unigram: alpha is -1; wanted a number from 0 up.",
    );
  });
});

describe("training", () => {
  // Words of twenty random stems and five endings, without every seventh of them: there is room for the parts of words, not for all words.
  const letters = new Random(9).integers([20, 5], 0, 8).toNested() as number[][];
  const stems = letters.map((stem) => stem.map((letter) => "bkmoprtu"[letter]).join(""));
  const endings = ["ing", "ed", "ers", "able", "ness"];
  const words = stems.flatMap((stem) => endings.map((ending) => stem + ending));
  const texts = words.filter((_, i) => i % 7 > 0).flatMap((word) => [word, word, word]);

  test("finds stems and endings, also of words that were not seen", async () => {
    const tokenizer = await fitUnigram({ vocabularySize: 50, characterCoverage: 1 }, texts);
    expect(tokenizer.vocabulary.size).toBeLessThanOrEqual(50);
    const unseen = words.filter((_, i) => i % 7 === 0);
    const parted = unseen.filter((word) => endings.includes(tokenizer.split(word).at(-1) ?? ""));
    expect(parted).toEqual(unseen);
    for (const ending of endings) expect(tokenizer.vocabulary.idOf(ending), ending).toBeDefined();
  });

  test("keeps every character, and the probabilities sum to about 1", async () => {
    const tokenizer = await fitUnigram({ vocabularySize: 60, characterCoverage: 1 }, texts);
    for (const character of new Set(texts.join("")))
      expect(tokenizer.vocabulary.idOf(character), character).toBeDefined();
    const all = tokenizer.record().pieces as [string, number][];
    const total = all.reduce((sum, [, score]) => sum + Math.exp(score), 0);
    expect(total).toBeGreaterThan(0.8);
    expect(total).toBeLessThanOrEqual(1.000001);
    expect(all.map(([, score]) => score)).toEqual(all.map(([, score]) => score).sort((a, b) => b - a));
  });

  test("leaves rare characters unknown", async () => {
    const tokenizer = await fitUnigram({ vocabularySize: 40, characterCoverage: 0.99 }, [...texts, "é"]);
    expect(tokenizer.split("é")).toEqual(["▁", "<unk>"]);
  });

  test("a vocabulary that has no room for the characters", async () => {
    const least = new Set(texts.join("")).size + 3; // the mark of words and two special tokens
    await expect(fitUnigram({ vocabularySize: 10, characterCoverage: 1 }, texts)).rejects.toThrow(
      `unigram: vocabularySize is 10; wanted at least ${least}, which the characters and special tokens take.`,
    );
  });
});
