// Text classifiers: what they learn, several labels, files, and bad input.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import { textNetworkNames } from "../../../src/text/classify/networks.ts";
import type { TextClassifierConfig } from "../../../src/text/classify/settings.ts";
import { loadTextClassifier } from "../../../src/text/classify/text-classifier.ts";
import { trainTextClassifier } from "../../../src/text/classify/train-text-classifier.ts";

const FILLERS = ["the", "film", "was", "and", "a", "story", "of", "some", "kind"];
const WORDS = { bad: ["awful", "dull", "poor"], good: ["fine", "great", "lovely"], so: ["fair", "plain"] };

/** Texts of fillers around one word that tells their class. */
function toyTexts(count: number, classes: readonly (keyof typeof WORDS)[], seed: number) {
  const random = new Random(seed);
  const draw = <T>(list: readonly T[]): T => list[Number(random.integers([1], 0, list.length).data[0])] as T;
  const labels = Array.from({ length: count }, (_, i) => classes[i % classes.length] ?? "bad");
  const texts = labels.map((label) => {
    const words = Array.from({ length: 5 }, () => draw(FILLERS));
    words[Number(random.integers([1], 0, 5).data[0])] = draw(WORDS[label]);
    return words.join(" ");
  });
  return { texts, labels };
}

const shared = {
  embedding: 8,
  epochs: 25,
  patience: 25,
  learningRate: 0.01,
  threads: 1,
  dropout: 0,
} as const;
const small: Readonly<Record<string, object>> = {
  conv: { filters: 8 },
  "conv-rnn": { units: 8, filters: 8 },
  transformer: { units: 16 },
};

test.each(textNetworkNames)("%s learns which words tell the class", async (name) => {
  const training = toyTexts(240, ["bad", "good"], 1);
  const tested = toyTexts(60, ["bad", "good"], 2);
  const config = { name, ...shared, ...(small[name] ?? { units: 8 }) } as TextClassifierConfig;
  const model = await trainTextClassifier(training, config);
  const predictions = await model.predict(tested.texts);
  const right = predictions.filter(({ label }, i) => label === tested.labels[i]).length;
  expect(right / tested.labels.length).toBeGreaterThan(0.95);
  for (const { probabilities, probability, label } of predictions) {
    expect(probabilities[0]).toBeCloseTo(1 - (probabilities[1] ?? 0), 12);
    expect(probability).toBe(probabilities[model.classes.indexOf(label)]);
  }
});

test("three classes come back from a folder with the same probabilities", async () => {
  const training = toyTexts(240, ["bad", "good", "so"], 3);
  const model = await trainTextClassifier(training, { name: "mlp", ...shared, units: 8, balanced: true });
  expect(model.classes).toEqual(["bad", "good", "so"]);
  expect(model.training).toMatchObject({ texts: 216, heldOut: 24, epochs: 25 });
  expect(model.training?.validationAccuracy).toBeGreaterThan(0.9);
  const texts = ["a great story", "dull", "", "words never seen"];
  const folder = await mkdtemp(join(tmpdir(), "recurra-classifier-"));
  try {
    await model.save(join(folder, "model"));
    const loaded = await loadTextClassifier(join(folder, "model"));
    expect(await loaded.predict(texts)).toEqual(await model.predict(texts));
    expect(loaded.training).toEqual(model.training);
  } finally {
    await rm(folder, { recursive: true });
  }
  const [great] = await model.predict(texts);
  expect(great?.label).toBe("good");
});

test("a text may have several labels, or none", async () => {
  const [a, b] = [toyTexts(200, ["bad"], 4), toyTexts(200, ["good"], 5)];
  const none = Array.from(
    { length: 200 },
    (_, i) => `the ${FILLERS[i % 9]} ${FILLERS[(i + (i % 8)) % 9]} of a ${FILLERS[(i + 4) % 9]}`,
  );
  const both = a.texts.map((text, i) => `${text} ${b.texts[i]}`);
  const model = await trainTextClassifier(
    {
      texts: [...a.texts, ...b.texts, ...both, ...none],
      labels: [
        ...a.texts.map(() => ["bad"]),
        ...b.texts.map(() => ["good"]),
        ...both.map(() => ["good", "bad"]),
        ...none.map(() => []),
      ],
    },
    { name: "conv", ...shared, filters: 8 },
  );
  const told = await model.predict([
    "a dull film",
    "a lovely film and some awful story",
    "the story of a film",
  ]);
  expect(told.map(({ labels }) => labels)).toEqual([["bad"], ["bad", "good"], []]);
});

test("classes that are numbers are in the order of their size", async () => {
  const { texts } = toyTexts(40, ["bad", "good"], 6);
  const labels = texts.map((_, i) => ["2", "10"][i % 2] ?? "");
  const model = await trainTextClassifier({ texts, labels }, { name: "mlp", ...shared, epochs: 1 });
  expect(model.classes).toEqual(["2", "10"]);
});

test("training begins with vectors that are given, and leaves them where it is told to", async () => {
  const training = toyTexts(80, ["bad", "good"], 7);
  const vectors = ({ size }: { readonly size: number }) =>
    new NdArray(
      Float32Array.from({ length: size * 8 }, (_, i) => (i % 7) / 7 + 0.1),
      [size, 8],
    );
  const config = { name: "mlp", ...shared, epochs: 1, trainEmbedding: false } as const;
  const model = await trainTextClassifier(training, config, { vectors });
  const table = model.network.weights.find(({ name }) => name === "embedding/embeddings")?.weight.value;
  expect(table?.data.slice(0, 16)).toEqual(vectors({ size: 2 }).data);
  await expect(trainTextClassifier(training, { ...config, embedding: 9 }, { vectors })).rejects.toThrow(
    "one of the width of the embedding for each token. Set embedding to 8",
  );
});

describe("bad input", () => {
  const { texts, labels } = toyTexts(20, ["bad", "good"], 8);
  const config = { name: "mlp", ...shared, epochs: 1 } as const;

  test.each<[string, { texts: readonly string[]; labels: readonly string[] }, object, string]>([
    [
      "one class",
      { texts, labels: texts.map(() => "x") },
      config,
      'all 20 texts have the label "x"; wanted two classes at least',
    ],
    [
      "a missing label",
      { texts, labels: ["", ...labels.slice(1)] },
      config,
      "text 0 has no label; wanted one",
    ],
    ["too few labels", { texts, labels: labels.slice(1) }, config, "there are 20 texts and 19 labels"],
    ["no texts", { texts: [], labels: [] }, config, "there are no texts; wanted some of each class"],
    [
      "an unknown network",
      { texts, labels },
      { name: "bert" },
      'there is no text classifier "bert". There are mlp, rnn, lstm',
    ],
    [
      "an unknown option",
      { texts, labels },
      { ...config, filters: 3 },
      'text classifier mlp: there is no option "filters"',
    ],
    [
      "texts without words",
      { texts: texts.map(() => "!"), labels },
      config,
      "there are no words in 18 texts",
    ],
  ])("%s", async (_, data, given, message) => {
    await expect(trainTextClassifier(data, given as TextClassifierConfig)).rejects.toThrow(message);
  });

  test("a label that was not trained with, in what is held out", async () => {
    await expect(
      trainTextClassifier({ texts, labels }, config, { validation: { texts: ["a"], labels: ["odd"] } }),
    ).rejects.toThrow('text 0 has the label "odd", which is none of the classes bad, good');
  });
});
