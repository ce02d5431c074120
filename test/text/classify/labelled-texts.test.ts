// Texts with labels as they are given: what is taken, what is refused, and how they are parted.

import { describe, expect, test } from "vitest";
import { classifyTexts } from "../../../src/text/classify/classify-texts.ts";
import { explainText } from "../../../src/text/classify/explain-text.ts";
import { checkedTexts, type GivenTexts, partedTexts } from "../../../src/text/classify/labelled-texts.ts";
import { labelSetOf } from "../../../src/text/classify/labels.ts";
import type { TextClassifierConfig } from "../../../src/text/classify/settings.ts";
import { trainTextClassifier } from "../../../src/text/classify/train-text-classifier.ts";

const texts = Array.from(
  { length: 40 },
  (_, i) => `${i % 2 === 0 ? "dull" : "fine"} film of a kind ${i % 3}`,
);
const config = { name: "mlp", units: 4, embedding: 4, epochs: 2, threads: 1 } as const;

test("numbers, true and false are labels by how they are written", async () => {
  const model = await trainTextClassifier({ texts, labels: texts.map((_, i) => i % 2) }, config);
  expect(model.classes).toEqual(["0", "1"]);
  const isFine = { texts, labels: texts.map((_, i) => i % 2 === 1) };
  const { model: other, training } = await classifyTexts(isFine, config);
  expect(other.classes).toEqual(["false", "true"]);
  expect(training.labels[0]).toMatch(/^(true|false)$/);
});

test("no label is left to be held out alone", () => {
  const labels = texts.map((_, i) => [i % 2 === 0 ? "a" : "b", ...(i >= 20 && i < 28 ? [`rare${i}`] : [])]);
  const set = labelSetOf(labels, true);
  for (let seed = 0; seed < 5; seed++) {
    const { training, held } = partedTexts({ texts, labels }, set, 0.5, seed);
    expect(labelSetOf(training.labels, true).classes).toEqual(set.classes);
    expect(training.texts.length + held.texts.length).toBe(40);
    // Half of 40 but for those of the eight labels of one text each.
    expect(held.texts.length).toBeGreaterThanOrEqual(12);
    expect(held.labels.flat().some((name) => name.startsWith("rare"))).toBe(false);
  }
});

describe("refused", () => {
  const labels = texts.map((_, i) => (i % 2 === 0 ? "bad" : "good"));
  const data = { texts, labels };
  const as = (value: unknown) => value as GivenTexts;

  test.each<[string, unknown, string]>([
    ["nothing", null, "who: wants { texts, labels }, got null"],
    ["one text", { texts: "good", labels }, 'who: texts is to be a list, one for each text, got "good"'],
    ["no labels", { texts }, "who: labels is to be a list, one for each text, got undefined"],
    ["too few labels", { texts, labels: labels.slice(1) }, "who: there are 40 texts and 39 labels"],
    ["a number for a text", { texts: [1], labels: ["a"] }, "who: text 0 is 1; wanted text"],
    ["a label that is no name", { texts: ["a"], labels: [Number.NaN] }, "who: text 0 has the label NaN"],
    ["a missing label", { texts: ["a"], labels: [undefined] }, "who: text 0 has no label"],
    ["empty texts", { texts: ["", " "], labels: ["a", "b"] }, "who: all 2 texts are empty"],
  ])("%s", (_, given, message) => {
    expect(() => checkedTexts("who", as(given))).toThrow(message);
  });

  test("labels of the wrong count, before they are parted", async () => {
    await expect(classifyTexts({ texts, labels: labels.slice(3) }, config)).rejects.toThrow(
      "classifyTexts: there are 40 texts and 37 labels",
    );
  });

  test.each<[object, string]>([
    [{ testshare: 3 }, 'classifyTexts: there is no option "testshare"'],
    [null as unknown as object, "classifyTexts: options are to be an object, got null"],
    [{ testShare: 1 }, "classifyTexts: testShare is 1; wanted a share above 0 and below 1"],
    [{ testShare: 0 }, "testShare is 0; wanted a share"],
    [{ testShare: Number.NaN }, "testShare is NaN; wanted a share"],
    [{ onEpoch: true }, "classifyTexts: onEpoch is true; wanted a function"],
    [
      { test: { texts: ["a"], labels: ["god"] } },
      'text 0 has the label "god", which is none of the classes bad, good. Did you mean "good"?',
    ],
  ])("the options %j", async (options, message) => {
    await expect(classifyTexts(data, config, options)).rejects.toThrow(message);
  });

  test("a config that is none", async () => {
    await expect(classifyTexts(data, null as unknown as TextClassifierConfig)).rejects.toThrow(
      'the config is to be an object such as { name: "lstm" }, got null',
    );
  });

  test("of a model: what is no list of texts", async () => {
    const model = await trainTextClassifier(data, { ...config, epochs: 1 });
    await expect(model.probabilities("good" as unknown as string[])).rejects.toThrow(
      'TextClassifier.probabilities: wants a list of texts, got "good". Put one text into a list: [text].',
    );
    await expect(model.predict([1] as unknown as string[])).rejects.toThrow("text 0 is 1; wanted text");
    await expect(explainText(model, "a film", { klass: "good" } as object)).rejects.toThrow(
      'explainText: there is no option "klass"',
    );
    await expect(explainText(model, "?!")).rejects.toThrow(
      'explainText: the text "?!" has no words to explain',
    );
  });

  test("a label of many classes names a few of them", async () => {
    const many = texts.map((_, i) => `class ${i % 20}`);
    await expect(
      classifyTexts({ texts, labels: many }, config, { test: { texts: ["a"], labels: ["odd"] } }),
    ).rejects.toThrow(/class 14, class 15 and 12 more\. Give the labels/);
  });
});
