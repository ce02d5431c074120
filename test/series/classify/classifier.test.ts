// SeriesClassifier: every method learns, repeats itself, and comes back from its folder the same; what is refused.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { labelledSeries } from "../../../src/data/labelled-series.ts";
import { SeriesClassifier, type SeriesClassifierOptions } from "../../../src/series/classify/classifier.ts";
import type { ClassifierChoice } from "../../../src/series/classify/methods.ts";
import { toySeries } from "./toy-series.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-classifier-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Small ones of every kind, with the accuracy that each is to reach on series of its own. */
const choices: readonly (readonly [name: string, choice: ClassifierChoice, accuracy: number])[] = [
  ["rocket", { name: "rocket", features: 420 }, 0.9],
  ["conv", { name: "conv", filters: 8, epochs: 20, batchSize: 4 }, 0.9],
  ["lstm", { name: "lstm", units: 8, pooling: "mean", epochs: 2 }, 0],
  ["gru", { name: "gru", units: 8, bidirectional: true, layers: 2, patch: 2, dropout: 0.1, epochs: 2 }, 0],
  ["transformer", { name: "transformer", width: 8, heads: 2, blocks: 1, epochs: 2 }, 0],
  ["nearest", "nearest", 0.6],
  ["dtw", "dtw", 0.6],
  ["majority", "majority", 0.5],
];
const cases = choices.flatMap(([name, choice, accuracy]) => [
  [name, "of one length", choice, accuracy, 16] as const,
  [name, "of several lengths and two channels", choice, accuracy * 0.8, [12, 20]] as const,
]);

describe.each(cases)("%s on series %s", (name, what, model, accuracy, length) => {
  const channels = typeof length === "number" ? 1 : 2;
  const training = toySeries({ count: 24, seed: 1, length, channels });
  const later = toySeries({ count: 16, seed: 2, length, channels });

  test("learns, repeats itself, and comes back from its folder the same", { timeout: 30_000 }, async () => {
    const classifier = new SeriesClassifier({ model, seed: 3 });
    expect(classifier.name).toBe(name);
    await classifier.fit(training);
    const evaluation = await classifier.evaluate(later);
    expect(evaluation.accuracy).toBeGreaterThanOrEqual(accuracy);
    const probabilities = await classifier.predictProbabilities(later);
    for (let n = 0; n < 16; n++) expect(probabilities.at(n, 0) + probabilities.at(n, 1)).toBeCloseTo(1, 9);

    if (channels === 1) {
      const again = new SeriesClassifier({ model, seed: 3 });
      await again.fit(training);
      expect((await again.predictProbabilities(later)).data).toEqual(probabilities.data);
    }

    const path = join(folder, `${name}-${what.length}`);
    await classifier.save(path);
    const loaded = await SeriesClassifier.load(path);
    expect((await loaded.predictProbabilities(later)).data).toEqual(probabilities.data);
    expect(await loaded.predict(later)).toEqual(await classifier.predict(later));
    expect(loaded.classes).toEqual(["sine", "triangle"]);
    expect(loaded.describe()).toMatchObject({
      model: name,
      seed: 3,
      trainingSeries: 24,
      normalize: "training",
    });
  });
});

test("filling up does not change what a network says of a series", { timeout: 30_000 }, async () => {
  const data = toySeries({ count: 20, seed: 1, length: [16, 24], channels: 2 });
  const longer = toySeries({ count: 2, seed: 5, length: 60, channels: 2 });
  for (const model of [
    { name: "conv", filters: 4, epochs: 2 },
    { name: "gru", units: 4, epochs: 1 },
    { name: "transformer", width: 8, heads: 2, blocks: 1, epochs: 1 },
  ] as const) {
    const classifier = new SeriesClassifier({ model });
    await classifier.fit(data);
    const own = (await classifier.predictProbabilities(data.x)).toArray();
    const beside = (await classifier.predictProbabilities([...data.x, ...longer.x])).toArray();
    for (const [i, value] of own.entries()) expect(beside[i]).toBeCloseTo(value, 5);
  }
});

test("a network with series held out keeps the epoch that did best on them", {
  timeout: 30_000,
}, async () => {
  const training = toySeries({ count: 60, seed: 1 });
  const seen: number[] = [];
  const classifier = new SeriesClassifier({
    model: { name: "conv", filters: 4, epochs: 12, validationShare: 0.25 },
  });
  await classifier.fit(training, {
    onProgress: ({ done, epoch }) => epoch === undefined || seen.push(done, epoch.epoch),
  });
  const record = classifier.training;
  const losses = record?.logs.val_loss ?? [];
  expect(record?.heldOut).toBe(16);
  expect(losses.length).toBe(record?.epochs.length);
  expect(losses[record?.best ?? -1]).toBe(Math.min(...losses));
  expect(seen.slice(0, 4)).toEqual([1 / 12, 1, 2 / 12, 2]);
});

test("class weights: balanced counts rare classes as much as frequent ones", async () => {
  const all = toySeries({ count: 60, seed: 4 });
  const kept = Array.from(all.labels.keys()).filter((n) => n % 2 === 0 || n % 10 === 1);
  const noisy = labelledSeries({
    x: kept.map(
      (n) => all.x[n]?.map((channel) => channel.map((value, t) => value + 2 * Math.sin(n * 7 + t * t))) ?? [],
    ),
    labels: kept.map((n) => (n % 2 === 0 ? "often" : "rare")),
  });
  const recallOf = async (options: SeriesClassifierOptions) => {
    const classifier = new SeriesClassifier({ model: { name: "rocket", features: 168 }, ...options });
    await classifier.fit(noisy);
    return (await classifier.predict(noisy)).filter((name) => name === "rare").length;
  };
  const plain = await recallOf({});
  expect(await recallOf({ classWeight: "balanced" })).toBeGreaterThanOrEqual(plain);
  expect(await recallOf({ classWeight: { rare: 50 } })).toBeGreaterThan(plain);
});

describe("refused", () => {
  const data = toySeries({ count: 8, seed: 1 });

  test("options", () => {
    const make = (options: object) => () => new SeriesClassifier(options as SeriesClassifierOptions);
    expect(make({ modle: "conv" })).toThrow('there is no option "modle". Did you mean "model"?');
    expect(make({ model: "rokcet" })).toThrow('there is no model "rokcet". Did you mean "rocket"?');
    expect(make({ model: { name: "conv", units: 3 } })).toThrow('conv: there is no option "units".');
    expect(make({ model: { name: "gru", dropout: 1 } })).toThrow(
      "gru: dropout is to be a share from 0 to below 1, got 1",
    );
    expect(make({ normalize: "some" })).toThrow("normalize is to be one of training, series, none");
    expect(make({ seed: -1 })).toThrow("seed is to be a whole number from 0 up");
  });

  test("data", async () => {
    const classifier = new SeriesClassifier({ model: "majority" });
    await expect(classifier.predict(data)).rejects.toThrow("it has learned nothing yet");
    const one = labelledSeries({
      x: [
        [1, 2],
        [3, 4],
      ],
      labels: ["a", "a"],
      source: "one.csv",
    });
    await expect(classifier.fit(one)).rejects.toThrow(
      'one.csv: all 2 series have the label "a"; wanted at least two classes',
    );
    const weighed = new SeriesClassifier({ model: "majority", classWeight: { sien: 2 } });
    await expect(weighed.fit(data)).rejects.toThrow(
      'classWeight names "sien", which is no class. Did you mean "sine"?',
    );
    await classifier.fit(data);
    const odd = labelledSeries({ x: [[1]], labels: ["square"], source: "t.csv", rows: [7] });
    await expect(classifier.evaluate(odd)).rejects.toThrow(
      't.csv, row 7: the label "square" is none of the classes trained on',
    );
    const channels = toySeries({ count: 2, seed: 1, channels: 2 });
    await expect(classifier.predict(channels)).rejects.toThrow(
      "toy, row 1: it has 2 channels, and the model was trained on 1.",
    );
  });

  test("series of another length, by a network that has seen one length", { timeout: 30_000 }, async () => {
    const classifier = new SeriesClassifier({ model: { name: "conv", filters: 2, epochs: 1 } });
    await classifier.fit(data);
    await expect(classifier.predict(toySeries({ count: 2, seed: 1, length: 20 }))).rejects.toThrow(
      "toy, row 1: it has 20 values, and the model was trained on series of 24.",
    );
  });

  test("a fit that is aborted", async () => {
    const controller = new AbortController();
    const classifier = new SeriesClassifier({ model: { name: "conv", filters: 2, epochs: 50 } });
    const fit = classifier.fit(data, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await expect(fit).rejects.toThrow("enough");
  });

  test("files that were altered", async () => {
    const classifier = new SeriesClassifier({ model: "nearest" });
    await classifier.fit(data);
    const path = join(folder, "altered");
    await classifier.save(path);
    const config = join(path, "classifier.json");
    const text = await readFile(config, "utf8");
    await writeFile(config, text.replace('"seed": 0', '"seed": 1'));
    await expect(SeriesClassifier.load(path)).rejects.toThrow("does not have the checksum that it holds");
    await writeFile(config, text.replace('"version": 1', '"version": 9'));
    await expect(SeriesClassifier.load(path)).rejects.toThrow("is of version 9 of the format");
    await writeFile(config, text);
    const arrays = join(path, "arrays.safetensors");
    await writeFile(arrays, (await readFile(arrays)).subarray(0, -8));
    await expect(SeriesClassifier.load(path)).rejects.toThrow("is not the file that was saved");
    await expect(SeriesClassifier.load(join(folder, "nowhere"))).rejects.toThrow("there is no such file");
  });
});
