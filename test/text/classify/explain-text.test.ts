// Explanations of texts by a classifier: what is read, what is known, progress, and that all sums up.

import { beforeAll, describe, expect, test } from "vitest";
import { explainText, knowsWord, partRead } from "../../../src/text/classify/explain-text.ts";
import type { TextClassifier } from "../../../src/text/classify/text-classifier.ts";
import { trainTextClassifier } from "../../../src/text/classify/train-text-classifier.ts";

const texts = Array.from(
  { length: 60 },
  (_, i) => `a ${i % 2 === 0 ? "dull" : "fine"} film, number ${i % 7}`,
);
const labels = texts.map((_, i) => (i % 2 === 0 ? "bad" : "good"));
const config = { name: "mlp", units: 4, embedding: 4, epochs: 20, learningRate: 0.02, threads: 1 } as const;

describe("of a model that reads the last four tokens", () => {
  let model: TextClassifier;
  beforeAll(async () => {
    model = await trainTextClassifier({ texts, labels }, { ...config, length: 4 });
  });
  const text = `${"a dull film. ".repeat(300)}It was a fine, fine film!`;

  test("only these have values, and these sum to the prediction of the whole", async () => {
    const { start, end } = partRead(model, text);
    expect(text.slice(start, end)).toBe("a fine, fine film!");
    const explanation = await explainText(model, text);
    const { features, baseValue, prediction } = explanation.row("good");
    expect(features.map(({ name }) => name)).toEqual(["a", "fine", "fine", "film"]);
    const [told] = await model.predict([text]);
    expect(prediction).toBe(told?.probabilities[1]);
    expect(features.reduce((sum, { value }) => sum + value, baseValue)).toBeCloseTo(prediction, 6);
    const segments = explanation.segments("good");
    expect(segments.map((segment) => segment.text).join("")).toBe(text);
    expect(segments[0]).toEqual({ text: text.slice(0, start) });
  });

  test("tells of its progress, up to the end", async () => {
    const told: (readonly [number, number])[] = [];
    await explainText(model, text, { onProgress: (done, of) => told.push([done, of]) });
    // 2⁴ sets of four words.
    expect(told.at(-1)).toEqual([16, 16]);
  });

  test("counts the tokens of a text that it knows", async () => {
    const predictions = await model.predict([
      "xyz hello",
      "",
      "a fine hello",
      "film film film film film film",
    ]);
    expect(predictions.map(({ knownTokens }) => knownTokens)).toEqual([0, 0, 2, 4]);
  });
});

describe("of a model that reads punctuation", () => {
  let model: TextClassifier;
  beforeAll(async () => {
    const tokenizer = { name: "unicode-words", punctuation: true, oovToken: "<unknown>" } as const;
    const marked = texts.map((text, i) => `${text}${i % 2 === 0 ? "." : "!"}`);
    model = await trainTextClassifier({ texts: marked, labels }, { ...config, tokenizer });
  });
  const names = async (text: string) =>
    (await explainText(model, text)).row("good").features.map(({ name }) => name);

  test("its marks are explained, and the base is that of an empty text whatever stood there", async () => {
    expect(await names("A fine film, number 3!")).toEqual(["A", "fine", "film", ",", "number", "3", "!"]);
    expect(await names("!!")).toEqual(["!", "!"]);
    const base = async (text: string) => (await explainText(model, text)).row("good").baseValue;
    expect(await base("A fine film!!!")).toBe(await base("dull, dull."));
  });

  test("a word is known where the vocabulary has it", () => {
    expect(["fine", "!", "xqzv", "?"].map((word) => knowsWord(model, word))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

test("the first tokens, where a model leaves out the end", async () => {
  const model = await trainTextClassifier(
    { texts, labels },
    { ...config, epochs: 1, length: 2, truncating: "post" },
  );
  const text = "fine films, never dull";
  const { start, end } = partRead(model, text);
  expect(text.slice(start, end)).toBe("fine films");
});

test("of very many words neighbours are taken together", async () => {
  const long = Array.from({ length: 900 }, (_, i) => (i % 50 === 0 ? "fine" : "film")).join(" ");
  const model = await trainTextClassifier(
    { texts: [...texts, long, long], labels: [...labels, "good", "bad"] },
    { ...config, epochs: 1, length: 900 },
  );
  const explanation = await explainText(model, long, { samples: 700 });
  const { features, baseValue, prediction } = explanation.row("good");
  expect(features.length).toBe(300);
  expect(features[0]?.name).toBe("fine film film");
  expect(features.reduce((sum, { value }) => sum + value, baseValue)).toBeCloseTo(prediction, 6);
});
