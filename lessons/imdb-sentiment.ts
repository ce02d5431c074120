// Lesson: is a film review good or bad? The lecture's LSTM on IMDB, its first twenty answers, and why it gives them.
//
//     node --conditions=source lessons/imdb-sentiment.ts [--data DIR] [--out DIR] [--quick]
//
// The 20,000 most frequent words, the last 80 of a review, Embedding(128), LSTM(128), dropout 0.7, batches of 32. 25,000 reviews to train
// on and as many to test (Maas et al., ACL 2011). The lecture reaches 0.834. A tenth of the training reviews is held out, and the epoch is
// chosen by it, not by the test; three seeds: 0.837, 0.840, 0.837 after the first epoch of each, their mean 0.838.
//
// The explanations are Shapley values by KernelSHAP (Lundberg & Lee, NeurIPS 2017): the first ten test reviews against 100 training rows,
// of which ten are drawn for each set of words that is tried.

import { padSequences } from "recurra";
import { kernelExplainer } from "recurra/explain";
import { colouredTextSvg, forceSpec, historySpec, wordSegments } from "recurra/plot";
import { type ClassifierEpoch, readTexts, type TextClassifier, trainTextClassifier } from "recurra/text";
import { dataFile, draw, drawSvg, expectFigure, options } from "./support.ts";

const limit = options.quick ? 1500 : undefined;
const training = await read("imdb_full_train.tsv.gz");
const test = await read("imdb_full_test.tsv.gz");

async function read(name: string) {
  const { texts, labels = [] } = await readTexts(dataFile(name), { header: false });
  // The files are sorted by label.
  const rows =
    limit === undefined
      ? texts.keys()
      : Array.from({ length: limit }, (_, i) => Math.floor((i * texts.length) / limit));
  const chosen = [...rows];
  return {
    texts: chosen.map((row) => texts[row] ?? ""),
    labels: chosen.map((row) => (labels[row] === "1" ? "good" : "bad")),
  };
}

const accuracies: number[] = [];
let model: TextClassifier | undefined;
for (const seed of options.quick ? [0] : [0, 1, 2]) {
  const epochs: ClassifierEpoch[] = [];
  const began = performance.now();
  model = await trainTextClassifier(
    training,
    {
      name: "lstm",
      units: 128,
      embedding: 128,
      length: 80,
      dropout: 0.7,
      batchSize: 32,
      epochs: options.quick ? 3 : 5,
      patience: 2,
      tokenizer: { name: "words", numWords: 20_000 },
      seed,
    },
    {
      onEpoch: (epoch) => {
        epochs.push(epoch);
        console.log(
          `seed ${seed}, epoch ${epoch.epoch}: loss ${epoch.loss.toFixed(3)}, held out ${epoch.validationLoss?.toFixed(3)}, accuracy ${epoch.validationAccuracy?.toFixed(3)}`,
        );
      },
    },
  );
  const trained = performance.now();
  const predictions = await model.predict(test.texts);
  const seconds = (performance.now() - trained) / 1000;
  const accuracy = predictions.filter(({ label }, i) => label === test.labels[i]).length / test.labels.length;
  accuracies.push(accuracy);
  const steps = epochs.length * Math.ceil((training.texts.length * 0.9) / 32);
  console.log(
    `seed ${seed}: test accuracy ${accuracy.toFixed(4)} after epoch ${model.training?.bestEpoch}; ${((trained - began) / steps).toFixed(1)} ms a step with all else, ${(test.texts.length / seconds).toFixed(0)} reviews a second\n`,
  );
  if (seed === 0) {
    await draw(
      "imdb-history",
      historySpec({
        history: {
          epochs: epochs.map((_, i) => i),
          logs: {
            accuracy: epochs.map(({ accuracy: one }) => one),
            val_accuracy: epochs.map(({ validationAccuracy = Number.NaN }) => validationAccuracy),
          },
        },
        title: "IMDB by an LSTM(128)",
        best: (model.training?.bestEpoch ?? 1) - 1,
      }),
    );
  }
}
const mean = accuracies.reduce((sum, one) => sum + one, 0) / accuracies.length;
const wanted = options.quick ? 0.55 : 0.834;
expectFigure(
  `accuracy ${mean.toFixed(4)}, the mean of ${accuracies.length} seed${accuracies.length === 1 ? "" : "s"}; wanted ${wanted}`,
  mean >= wanted,
);

if (model !== undefined) {
  console.log("\nThe first 20 test reviews:");
  const first = await model.predict(test.texts.slice(0, 20));
  for (const [i, { label, probability }] of first.entries())
    console.log(
      `${label === test.labels[i] ? " " : "✗"} ${label.padEnd(4)} ${(100 * probability).toFixed(0).padStart(3)} %  ${(test.texts[i] ?? "").slice(0, 90)}…`,
    );

  const { tokenizer, length, network } = model;
  const rows = (texts: readonly string[]) =>
    padSequences(
      texts.map((text) => tokenizer.encode(text)),
      { maxLength: length },
    );
  const explained = options.quick ? 1 : 10;
  const explainer = kernelExplainer(network, rows(training.texts.slice(0, 100)), {
    backgroundDraws: options.quick ? 2 : 10,
    samples: options.quick ? 256 : 2 * length + 2048,
    outputs: ["good"],
  });
  const x = rows(test.texts.slice(0, explained));
  const began = performance.now();
  const explanation = await explainer.explain(x);
  console.log(`\n${explained} reviews explained in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  let worst = 0;
  for (let i = 0; i < explained; i++) {
    const names = Array.from(
      x.data.slice(i * length, (i + 1) * length) as Int32Array,
      (id) => tokenizer.vocabulary.tokenOf(id) ?? "",
    );
    const row = explanation.row(i, { names });
    const sum = row.features.reduce((total, { value }) => total + value, row.baseValue);
    worst = Math.max(worst, Math.abs(sum - row.prediction));
    if (i > 2) continue;
    await draw(`imdb-force-${i + 1}`, forceSpec({ explanation: row, title: `Review ${i + 1}` }));
    drawSvg(
      `imdb-text-${i + 1}`,
      colouredTextSvg({
        segments: wordSegments(row),

        prediction: row.prediction,
        baseValue: row.baseValue,
        output: "good",
      }),
    );
  }
  expectFigure(`each explanation sums to its prediction, to ${worst.toExponential(1)}`, worst < 1e-6);
}
