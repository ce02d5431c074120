// Lesson: the sentiment of Arabic tweets, by networks that read words of any script.
//
//     node --conditions=source lessons/arabic-tweets.ts [--data DIR] [--out DIR] [--quick]
//
// ASTD (Nabil, Aly & Atiya, EMNLP 2015): 10,006 tweets, most of them objective. The balanced split keeps as many of each of the four
// classes as the rarest has; the paper's best on it, a linear SVM on TF-IDF of words, is right for about half of the test tweets. Words
// are found by Unicode's rules (Intl.Segmenter), and normalised, so that a letter written in two ways is one letter.

import { confusionSpec } from "recurra/plot";
import { classifyTexts, type LabelledTexts, readTexts, type TextClassifierConfig } from "recurra/text";
import { dataFile, draw, expectFigure, options } from "./support.ts";

const {
  texts,
  labels = [],
  columns,
} = await readTexts(dataFile("astd_arabic_tweets.tsv.gz"), {
  text: "text",
  label: "label",
  columns: ["balanced_split"],
});
const split = columns.balanced_split ?? [];
const part = (name: string): LabelledTexts => {
  const rows = [...texts.keys()].filter((row) => split[row] === name);
  return { texts: rows.map((row) => texts[row] ?? ""), labels: rows.map((row) => labels[row] ?? "") };
};
const [training, validation, test] = [part("train"), part("validation"), part("test")];
console.log(
  `${training.texts.length} tweets to train on, ${validation.texts.length} to choose the epoch by, ${test.texts.length} to test`,
);

const tokenizer = {
  name: "unicode-words",
  normalization: "NFKC",
  numWords: 20_000,
  oovToken: "<unknown>",
} as const;
const shared = {
  tokenizer,
  epochs: options.quick ? 4 : 20,
  patience: 4,
  embedding: 64,
  batchSize: 16,
} as const;
const configs: Readonly<Record<string, TextClassifierConfig>> = {
  MLP: { name: "mlp", ...shared },
  CNN: { name: "conv", ...shared, filters: 64 },
  LSTM: { name: "lstm", units: 64, ...shared },
};

let best = { name: "", accuracy: 0 };
for (const [name, config] of Object.entries(configs)) {
  const began = performance.now();
  const { evaluation, model } = await classifyTexts(training, config, { validation, test });
  if (evaluation === undefined) continue;
  const { accuracy, macroF1, confusion } = evaluation;
  console.log(
    `${name.padEnd(5)} accuracy ${accuracy.toFixed(3)}, mean F₁ ${macroF1.toFixed(3)}, ${((performance.now() - began) / 1000).toFixed(0)} s`,
  );
  if (accuracy > best.accuracy) best = { name, accuracy };
  await draw(
    `arabic-tweets-${name.toLowerCase()}`,
    confusionSpec({ confusion, classes: model.classes, title: `Arabic tweets by ${name}` }),
  );
}
const wanted = options.quick ? 0.3 : 0.42;
expectFigure(
  `the best, ${best.name}, is right for ${(100 * best.accuracy).toFixed(1)} %; guessing for 25 %; wanted ${100 * wanted} %`,
  best.accuracy >= wanted,
);
