// Texts word by word: what models of known sums give, hidden words, repeated words, and what is refused.

import { expect, test } from "vitest";
import { type TextExplainerOptions, textExplainer } from "../../src/explain/text-explainer.ts";
import { hideWords, wordsOf } from "../../src/explain/words.ts";

const worth: Readonly<Record<string, number>> = { good: 2, bad: -3, film: 0.5 };
const wordsIn = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\d']+/gu) ?? [];
/** A sum over words, which counts a word each time that it comes. */
const linear = (texts: string[]) =>
  texts.map((text) => wordsIn(text).reduce((sum, word) => sum + (worth[word] ?? 0), 1));
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const explainOne = async (
  predict: (texts: string[]) => number[] | number[][],
  text: string,
  options?: TextExplainerOptions,
) => {
  const [explanation] = await textExplainer(predict, options).explain([text]);
  if (explanation === undefined) throw new Error("there is one");
  return explanation;
};
const byName = (row: { features: readonly { name: string; value: number }[] }) =>
  row.features.map(({ name, value }) => [name, Number(value.toFixed(9)) + 0]);

test.each(["kernel", "exact", "permutation", "occlusion"] as const)(
  "a sum over words, by %s: each word's own number",
  async (method) => {
    const explanation = await explainOne(linear, "A good, good film: not bad!", { method });
    expect(explanation.baseValues[0]).toBe(1);
    expect(explanation.predictions[0]).toBe(2.5);
    expect(byName(explanation.row())).toEqual([
      ["A", 0],
      ["good", 2],
      ["good", 2],
      ["film", 0.5],
      ["not", 0],
      ["bad", -3],
    ]);
  },
);

test("repeated words together: one feature, in the text each time", async () => {
  const explanation = await explainOne(linear, "Good film, good GOOD film", { repeated: "together" });
  expect(byName(explanation.row())).toEqual([
    ["Good", 6],
    ["film", 1],
  ]);
  const values = explanation
    .segments()
    .map(({ text, value }) => (value === undefined ? text : [text, Math.round(value)]));
  expect(values).toEqual([
    ["Good", 6],
    " ",
    ["film", 1],
    ", ",
    ["good", 6],
    " ",
    ["GOOD", 6],
    " ",
    ["film", 1],
  ]);
});

test("an explanation as JSON", async () => {
  const explanation = await explainOne(linear, "Good film", { repeated: "together" });
  expect(JSON.parse(JSON.stringify(explanation))).toEqual({
    text: "Good film",
    words: [
      { text: "Good", start: 0, end: 4, feature: 0 },
      { text: "film", start: 5, end: 9, feature: 1 },
    ],
    names: ["Good", "film"],
    outputs: ["output 0"],
    baseValues: [1],
    predictions: [3.5],
    values: [expect.closeTo(2, 9), expect.closeTo(0.5, 9)],
  });
});

test("words that work together share: `not` turns `good` round", async () => {
  // v = 2 with good alone, -2 with both: Shapley values 0 for good, -2 for not.
  const turned = (texts: string[]) =>
    texts.map((text) => (wordsIn(text).includes("good") ? (wordsIn(text).includes("not") ? -2 : 2) : 0));
  const explanation = await explainOne(turned, "not good");
  expect(byName(explanation.row())).toEqual([
    ["not", -2],
    ["good", 0],
  ]);
  // Hiding one word at a time, and both.
  const one = await explainOne(turned, "not good", { method: "occlusion" });
  expect(byName(one.row())).toEqual([
    ["not", -4],
    ["good", -2],
  ]);
  const window = await explainOne(turned, "not good", { method: "occlusion", window: 2 });
  expect(byName(window.row())).toEqual([
    ["not", -2],
    ["good", -2],
  ]);
});

test("several outputs on the scale of their odds; a long text by drawn coalitions sums to the prediction", async () => {
  const predict = (texts: string[]) =>
    linear(texts).map((value) => [sigmoid(value / 4), 1 - sigmoid(value / 4)]);
  const text = "this good film has a good cast and a bad end but it is a good film all in all";
  const explanation = await explainOne(predict, text, { link: "logit", outputs: ["positive", "negative"] });
  expect(explanation.values.shape).toEqual([20, 2]);
  for (const output of ["positive", "negative"]) {
    const row = explanation.row(output);
    const sum = row.features.reduce((total, { value }) => total + value, row.baseValue);
    expect(Math.abs(sum - row.prediction)).toBeLessThan(1e-9);
  }
  // The logit of a sigmoid is linear again.
  const good = explanation.row("positive").features.filter(({ name }) => name === "good");
  for (const { value } of good) expect(value).toBeCloseTo(0.5, 6);
  expect(() => explanation.row()).toThrow("explanation: there are 2 outputs (positive, negative)");
});

test("what the model is given: words taken out with the space after them, or something in their place", async () => {
  const seen = new Set<string>();
  const note = (texts: string[]) => {
    for (const text of texts) seen.add(text);
    return texts.map(() => 0);
  };
  await explainOne(note, "A good (old) film.");
  expect(seen).toContain("A (old) film.");
  expect(seen).toContain("A good () film.");
  expect(seen).toContain("() .");
  seen.clear();
  await explainOne(note, "A good film.", { mask: "[MASK]" });
  expect(seen).toContain("A [MASK] film.");
  expect(seen).toContain("[MASK] [MASK] [MASK].");
});

test("words: of Unicode, also where no spaces are; of a tokenizer, in any case, at their places", () => {
  const texts = (text: string, split?: (text: string) => string[]) =>
    wordsOf(text, split).map((word) => {
      expect(text.slice(word.start, word.end)).toBe(word.text);
      return word.text;
    });
  expect(texts("It isn't Käse—or 3.5, is it?")).toEqual(["It", "isn't", "Käse", "or", "3.5", "is", "it"]);
  expect(texts("كان الفيلم رائعا!")).toEqual(["كان", "الفيلم", "رائعا"]);
  expect(texts("电影很好").length).toBeGreaterThan(1);
  expect(texts("The CAT, the cat", (text) => text.toLowerCase().split(/\W+/))).toEqual([
    "The",
    "CAT",
    "the",
    "cat",
  ]);
  expect(texts("İstanbul straße", (text) => text.toLowerCase().replace("i̇", "İ").split(" "))).toEqual([
    "İstanbul",
    "straße",
  ]);
  expect(() => wordsOf("a b", () => ["a", "c"])).toThrow(
    'split gave the word "c", which is not in the text after "a"',
  );
  const words = wordsOf("one  two three", undefined);
  expect(hideWords("one  two three", words, (w) => w !== 1, "")).toBe("one  three");
});

test("texts in batches, several of them, with progress", async () => {
  const sizes: number[] = [];
  const told: number[] = [];
  const predict = (texts: string[]) => {
    sizes.push(texts.length);
    return linear(texts);
  };
  const explainer = textExplainer(predict, { batchSize: 10 });
  const list = await explainer.explain(["good bad film good bad", "film"], {
    onProgress: (done) => told.push(done),
  });
  expect(list.map(({ names }) => names.length)).toEqual([5, 1]);
  expect(byName(list[1]?.row() ?? { features: [] })).toEqual([["film", 0.5]]);
  expect(Math.max(...sizes)).toBe(10);
  expect(told).toEqual([1, 2]);
});

test("bad input is named", async () => {
  const explain = (texts: unknown, options = {}, predict: unknown = linear) =>
    textExplainer(predict as never, options).explain(texts as never);
  await expect(explain([])).rejects.toThrow("textExplainer: there are no texts");
  await expect(explain("a text")).rejects.toThrow('textExplainer: wants a list of texts, got "a text"');
  await expect(explain(["good", " … "])).rejects.toThrow(
    'textExplainer: text 1 (" … ") has no words to explain; leave it out, or give a split that finds some',
  );
  await expect(explain([3])).rejects.toThrow("textExplainer: text 0 is 3; wanted text");
  await expect(explain(["good"], {}, () => [1])).rejects.toThrow(
    "textExplainer: predict was given 2 rows and gave [1]; wanted [2] or [2, outputs]",
  );
  const refused = (options: object) => () => textExplainer(linear, options as never);
  expect(refused({ method: "shap" })).toThrow(
    'textExplainer: method is to be one of "kernel", "exact", "permutation", "occlusion", got "shap"',
  );
  expect(refused({ method: "exact", samples: 5 })).toThrow(
    'textExplainer by "exact": there is no option "samples"',
  );
  expect(refused({ repeated: true })).toThrow(
    'textExplainer: repeated is to be one of "apart", "together", got true',
  );
  expect(refused({ mask: 0 })).toThrow("textExplainer: mask is to be text, got 0");
  expect(refused({ window: 0, method: "occlusion" })).toThrow(
    "textExplainer: window is to be a positive whole number, got 0",
  );
  expect(() => textExplainer("model" as never)).toThrow(
    'textExplainer: wants a function from texts to predictions, got "model"',
  );
});
