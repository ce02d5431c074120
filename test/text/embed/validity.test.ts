// Tests of the validity task: what is learnt, the figures of what is held out, scores by hand, seeds, progress, options.

import { describe, expect, test } from "vitest";
import { Random } from "../../../src/tensor/random.ts";
import { SENTENCE_END } from "../../../src/text/embed/corpus.ts";
import { type ValidityOptions, validity } from "../../../src/text/embed/validity.ts";
import { scoreOf } from "../../../src/text/embed/validity-network.ts";
import {
  windowBatches,
  windowPairs,
  windowStarts,
  wordDrawer,
} from "../../../src/text/embed/validity-windows.ts";

/** Sentences of five words in which a verb stands in the middle, and its kind is that of the others. */
const kinds = [
  { who: ["dog", "cat", "wolf"], does: ["eats", "hunts", "smells"], what: ["meat", "bones", "mice"] },
  { who: ["car", "truck", "bus"], does: ["needs", "burns", "holds"], what: ["petrol", "diesel", "oil"] },
];

const corpus = (() => {
  const numbers = new Random(1).integers([4000, 4], 0, 6).data;
  return Array.from({ length: 4000 }, (_, i) => {
    const at = (k: number) => Number(numbers[4 * i + k]) % 3;
    const { who, does, what } = kinds[Number(numbers[4 * i]) % 2]!;
    return `the ${who[at(1)]} ${does[at(2)]} the ${what[at(3)]}`;
  });
})();

const small: ValidityOptions = {
  size: 8,
  hidden: 16,
  passes: 20,
  minCount: 1,
  batchSize: 64,
  learningRate: 0.01,
  noisePower: 0,
  validationSplit: 0.1,
  threads: 1,
};

/**
 * The best that can be told: one of the other 18 words is drawn in place of the verb; each of the two of its kind makes a real sentence
 * again, and those windows are told by chance.
 */
const best = 1 - 2 / 18 / 2;

describe("validity", () => {
  test("tells real windows from broken ones, and words of a kind come to lie together", async () => {
    const model = await validity(corpus, small);
    // 400 windows are held out.
    expect(model.heldOut?.windows).toBe(400);
    expect(Math.abs((model.heldOut?.accuracy ?? 0) - best)).toBeLessThan(0.03);
    expect(Math.abs((model.heldOut?.ranking ?? 0) - best)).toBeLessThan(0.03);
    expect(model.isValid(["the", "dog", "hunts", "the", "mice"])).toBe(true);
    expect(model.isValid(["the", "dog", "burns", "the", "mice"])).toBe(false);
    expect(model.isValid(["the", "truck", "burns", "the", "oil"])).toBe(true);
    const { vectors } = model;
    expect([vectors.size, vectors.width]).toEqual([19, 8]);
    for (const { does } of kinds)
      for (const verb of does) expect(does).toContain(vectors.nearest(verb, 1)[0]?.word);
  });

  test("by the ranking hinge, which compares: a window alone is judged less well", async () => {
    const model = await validity(corpus, { ...small, loss: "hinge" });
    expect(Math.abs((model.heldOut?.ranking ?? 0) - best)).toBeLessThan(0.03);
    expect(model.heldOut?.accuracy).toBeGreaterThan(0.55);
    expect(model.heldOut?.accuracy).toBeLessThan(model.heldOut?.ranking ?? 0);
    expect(model.score(["the", "dog", "hunts", "the", "mice"])).toBeGreaterThan(
      1 + model.score(["the", "dog", "burns", "the", "mice"]),
    );
  });

  test("the seed decides, to the bit", async () => {
    const train = (seed: number) => validity(corpus.slice(0, 300), { ...small, passes: 2, seed });
    const [first, again, other] = [await train(5), await train(5), await train(6)];
    expect(again.vectors.matrix).toEqual(first.vectors.matrix);
    expect(again.heldOut).toEqual(first.heldOut);
    expect(other.vectors.matrix).not.toEqual(first.vectors.matrix);
  });

  test("progress reaches the total, and the loss falls", async () => {
    const told: { done: number; total: number; secondsLeft: number; loss: number }[] = [];
    await validity(corpus, { ...small, validationSplit: 0, onProgress: (progress) => told.push(progress) });
    expect(told.at(-1)).toMatchObject({ done: 80_000, total: 80_000, secondsLeft: 0 });
    expect(told.map(({ done }) => done)).toEqual(told.map(({ done }) => done).toSorted((a, b) => a - b));
    // Chance costs ln 2.
    expect(told.at(-1)?.loss).toBeLessThan(0.3);
  });

  test("an abort ends it", async () => {
    const stop = new AbortController();
    const training = validity(corpus, {
      ...small,
      passes: 100_000,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error("enough")),
    });
    await expect(training).rejects.toThrow("enough");
  });

  test("nothing held out, no figures", async () => {
    const model = await validity(corpus.slice(0, 50), { ...small, passes: 1, validationSplit: 0 });
    expect(model.heldOut).toBeUndefined();
  });

  test("windows of another width", async () => {
    const model = await validity(corpus, { ...small, window: 3, passes: 3 });
    expect(model.window).toBe(3);
    expect(model.score(["cat", "eats", "the"])).toBeGreaterThan(model.score(["cat", "oil", "the"]));
  });
});

test("the score of a window is that of the formula", () => {
  // One number a vector, two hidden units: h = tanh(Σ x_i·H_i + b), score = v·h + c.
  const weights = {
    aroundKernel: Float32Array.of(1, 0, 0, 2), // first and last word
    aroundBias: Float32Array.of(0.5, -0.5),
    middleKernel: Float32Array.of(-1, 1),
    scoreKernel: Float32Array.of(2, 3),
    scoreBias: Float32Array.of(0.25),
  };
  const vectors = [0.5, 0.25, -1].map((value) => Float32Array.of(value));
  const expected = 2 * Math.tanh(0.5 + 0.5 - 0.25) + 3 * Math.tanh(-0.5 - 2 + 0.25) + 0.25;
  expect(scoreOf(weights, vectors)).toBeCloseTo(expected, 6);
});

describe("windows", () => {
  const ids = Int32Array.of(0, 1, 2, 3, 4, 0, SENTENCE_END, 5, 6, SENTENCE_END, 2, 3, 4, SENTENCE_END);

  test("lie within sentences", () => {
    expect([...windowStarts(ids, 5)]).toEqual([0, 1]);
    expect([...windowStarts(ids, 3)]).toEqual([0, 1, 2, 3, 10]);
    expect([...windowStarts(ids, 7)]).toEqual([]);
  });

  test("stand against the same with another word in the middle", () => {
    const source = { ids, width: 5, draw: wordDrawer(Float64Array.of(1, 1, 1, 1, 1, 1, 1), 0) };
    const { around, middles } = windowPairs(source, [0, 1], new Random(1));
    expect(around.shape).toEqual([2, 4]);
    expect([...around.data]).toEqual([0, 1, 3, 4, 1, 2, 4, 0]);
    expect([middles.data[0], middles.data[2]]).toEqual([2, 3]);
    expect(middles.data[1]).not.toBe(2);
    expect(middles.data[3]).not.toBe(3);
  });

  test("come once a pass, in another order each time", () => {
    const starts = Int32Array.from({ length: 10 }, (_, i) => i);
    const source = {
      ids: Int32Array.from({ length: 12 }, (_, i) => i),
      width: 3,
      draw: (count: number) => new Int32Array(count),
    };
    const dataset = windowBatches(source, starts, 5, new Random(2));
    expect(dataset.steps).toBe(2);
    const read = (pass: number) =>
      [...(dataset.batches(pass) as Iterable<{ x: readonly { data: Int32Array }[] }>)].flatMap(({ x }) =>
        Array.from(x[1]?.data ?? []).filter((_, i) => i % 2 === 0),
      );
    expect(read(0).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(read(1)).not.toEqual(read(0));
    expect(read(1)).toEqual(read(1));
  });

  test("words are drawn by a power of their counts", () => {
    const counts = Float64Array.of(16, 1);
    const share = (power: number) =>
      wordDrawer(counts, power)(20_000, new Random(4)).reduce((sum, id) => sum + id, 0) / 20_000;
    // 1 / (16^p + 1); the standard error is at most 0.0036.
    expect(share(0)).toBeCloseTo(1 / 2, 1.5);
    expect(share(0.5)).toBeCloseTo(1 / 5, 1.5);
    expect(share(1)).toBeCloseTo(1 / 17, 1.5);
  });
});

describe("bad input", () => {
  test.each<[string, object, string]>([
    ["an even window", { window: 4 }, "validity: window is 4; wanted an odd number from 3 up"],
    ["a window of one", { window: 1 }, "validity: window is 1; wanted an odd number from 3 up"],
    ["an unknown option", { negative: 5 }, 'validity: there is no option "negative"'],
    ["an unknown loss", { loss: "softmax" }, "validity: loss is"],
    ["sentences too short", { window: 9 }, "validity: no sentence has 9 words that come often enough"],
    ["rare words", { minCount: 5000 }, "validity: of 19 different words"],
    ["vectors too large", { size: 50_000_000 }, "validity: the vectors want"],
  ])("%s", async (_, options, message) => {
    await expect(validity(corpus, { ...small, ...options })).rejects.toThrow(message);
  });

  test("words that are not known, and too few of them", async () => {
    const model = await validity(corpus.slice(0, 50), { ...small, passes: 1 });
    expect(() => model.score(["the", "cat"])).toThrow("score: got 2 words; wanted 5");
    expect(() => model.score(["the", "cat", "likes", "the", "mice"])).toThrow(
      'There is no vector for "likes" among the 19 words',
    );
  });
});
