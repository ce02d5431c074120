// Tests of word2vec as a whole: neighbours that must come out, seeds, threads, subwords, progress, options.

import { describe, expect, test } from "vitest";
import { Random } from "../../../src/tensor/random.ts";
import { corpusParts, type Word2vecOptions, word2vec } from "../../../src/text/embed/word2vec.ts";

/** Sentences in which the words of a group stand in each other's places: "the dog eats meat", "the truck needs petrol". */
const groups = [
  { who: ["dog", "cat", "wolf", "fox"], does: ["eats", "hunts", "smells"], what: ["meat", "bones", "mice"] },
  {
    who: ["car", "truck", "bus", "van"],
    does: ["needs", "burns", "holds"],
    what: ["petrol", "diesel", "oil"],
  },
  {
    who: ["king", "queen", "duke", "earl"],
    does: ["rules", "loses", "wins"],
    what: ["land", "wars", "crowns"],
  },
];

function sentences(count: number): string[] {
  const numbers = new Random(1).integers([count, 4], 0, 12).data;
  return Array.from({ length: count }, (_, i) => {
    const at = (k: number) => Number(numbers[4 * i + k]);
    const { who, does, what } = groups[at(0) % 3]!;
    return `the ${who[at(1) % 4]} ${does[at(2) % 3]} ${what[at(3) % 3]}`;
  });
}

const corpus = sentences(3000);
const small: Word2vecOptions = {
  size: 16,
  window: 3,
  passes: 5,
  minCount: 1,
  sample: 1e-2,
  learningRate: 0.05,
};

/** Of the two nearest words of each word, the part that is in its group. */
function wellPlaced(vectors: Awaited<ReturnType<typeof word2vec>>): number {
  let [right, all] = [0, 0];
  for (const { who, does, what } of groups) {
    const group = new Set([...who, ...does, ...what]);
    for (const word of group) {
      for (const { word: near } of vectors.nearest(word, 2)) {
        all++;
        if (group.has(near)) right++;
      }
    }
  }
  return right / all;
}

describe("word2vec", () => {
  test.each<[string, Word2vecOptions]>([
    ["skip-gram, negative sampling", {}],
    ["skip-gram, hierarchical softmax", { loss: "hierarchicalSoftmax" }],
    ["CBOW, negative sampling", { architecture: "cbow", passes: 20 }],
    ["CBOW, hierarchical softmax", { architecture: "cbow", loss: "hierarchicalSoftmax", passes: 20 }],
    ["skip-gram, subwords", { subwords: true }],
    ["two threads", { threads: 2 }],
  ])("words of a group are near each other: %s", async (_, options) => {
    const vectors = await word2vec(corpus, { ...small, ...options });
    expect(vectors.size).toBe(31);
    expect(vectors.words[0]).toBe("the");
    expect(vectors.width).toBe(16);
    expect(wellPlaced(vectors)).toBeGreaterThan(0.95);
  });

  test("the seed decides, to the bit", async () => {
    const train = (seed: number) => word2vec(corpus.slice(0, 300), { ...small, seed });
    const [first, again, other] = await Promise.all([train(5), train(5), train(6)]);
    expect(again.matrix).toEqual(first.matrix);
    expect(other.matrix).not.toEqual(first.matrix);
  });

  test("words not seen have vectors of their n-grams", async () => {
    const vectors = await word2vec(corpus, {
      ...small,
      subwords: { minLength: 3, maxLength: 4, buckets: 10_000 },
    });
    expect(vectors.has("trucks")).toBe(false);
    expect(vectors.similarity("trucks", "truck")).toBeGreaterThan(0.9);
    expect(vectors.similarity("trucks", "truck")).toBeGreaterThan(vectors.similarity("trucks", "duke") + 0.2);
    expect(vectors.get("zzz")).toBeUndefined();
    expect(() => vectors.similarity("zzz", "truck")).toThrow(
      /There is no vector for "zzz" among the 31 words/,
    );
  });

  test("progress reaches the total, and the loss falls", async () => {
    const losses: number[] = [];
    let last = { done: 0, total: 1, perSecond: 0, secondsLeft: 1 };
    const many = Array.from({ length: 10 }, () => corpus).flat();
    await word2vec(many, {
      ...small,
      size: 100,
      onProgress: (progress) => {
        last = progress;
        if (!Number.isNaN(progress.loss)) losses.push(progress.loss);
      },
    });
    expect(last.done).toBe(last.total);
    expect(last.total).toBe(5 * 30_000 * 5);
    expect(last.secondsLeft).toBe(0);
    expect(last.perSecond).toBeGreaterThan(0);
    // Six labels at chance cost 6·ln 2 = 4.16 nats.
    expect(losses.at(-1)).toBeLessThan(3);
  });

  test.each([1, 2])("an abort ends it, with %i threads", async (threads) => {
    const stop = new AbortController();
    const training = word2vec(corpus, {
      ...small,
      threads,
      passes: 100_000,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error("enough")),
    });
    await expect(training).rejects.toThrow("enough");
  });

  test("a line longer than a piece, and a vocabulary of two words", async () => {
    const line = Array.from({ length: 25_000 }, (_, i) => (i % 3 === 0 ? "a" : "b")).join(" ");
    for (const loss of ["negativeSampling", "hierarchicalSoftmax"] as const) {
      let done = 0;
      const progress = (now: { readonly done: number }) => {
        done = now.done;
      };
      const vectors = await word2vec([line], { ...small, loss, passes: 2, onProgress: progress });
      expect(done).toBe(2 * 25_001);
      expect(vectors.words).toEqual(["b", "a"]);
      expect(vectors.matrix.every((value) => Number.isFinite(value))).toBe(true);
    }
  });

  test("an abort while texts are read", async () => {
    const stop = new AbortController();
    async function* endless() {
      for (;;) {
        yield "a b a b";
        stop.abort(new Error("enough"));
      }
    }
    await expect(word2vec(endless(), { minCount: 1, signal: stop.signal })).rejects.toThrow("enough");
  });

  test("an error while texts are read comes through", async () => {
    async function* broken() {
      yield "a b a b";
      throw new Error("the disk is gone");
    }
    await expect(word2vec(broken(), { minCount: 1 })).rejects.toThrow("the disk is gone");
  });
});

describe("options", () => {
  test.each<[unknown, RegExp]>([
    [{ windw: 3 }, /word2vec: there is no option "windw"\. Did you mean "window"\?/],
    [{ size: 0 }, /word2vec: size is 0; wanted a positive whole number/],
    [{ architecture: "skipgram" }, /architecture is "skipgram"; wanted one of "skipGram", "cbow"/],
    [{ loss: "softmax" }, /loss is "softmax"; wanted one of "negativeSampling", "hierarchicalSoftmax"/],
    [{ subwords: 3 }, /word2vec: subwords is 3; wanted true, false or/],
    [{ subwords: { minn: 3 } }, /word2vec: subwords: there is no option "minn"/],
    [{ subwords: { minLength: 4, maxLength: 3 } }, /maxLength is 3; wanted at least minLength, 4/],
    [{ size: 20_000_000 }, /word2vec: the vectors want .* GiB of memory, and WebAssembly has 4/],
  ])("%j is refused", async (options, message) => {
    await expect(word2vec(corpus, { minCount: 1, ...(options as Word2vecOptions) })).rejects.toThrow(message);
  });
});

describe("the parts of threads", () => {
  const ids = Int32Array.of(1, 2, -1, 3, 4, 5, 6, 7, -1, 8, 9, -1);

  test("end after sentences, and are about equal", () => {
    expect(corpusParts(ids, 1)).toEqual([{ from: 0, to: 12 }]);
    expect(corpusParts(ids, 2)).toEqual([
      { from: 0, to: 9 },
      { from: 9, to: 12 },
    ]);
  });

  test("are fewer than threads where there are not enough sentences", () => {
    expect(corpusParts(Int32Array.of(1, 2, -1), 4)).toEqual([{ from: 0, to: 3 }]);
  });
});
