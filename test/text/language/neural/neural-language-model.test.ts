// Neural language models: what they learn, that all ways to read a text agree, files, and bad input.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { generate } from "../../../../src/text/language/generate.ts";
import { crossEntropy, type LanguageModel } from "../../../../src/text/language/language-model.ts";
import {
  loadNeuralLanguageModel,
  type NeuralLanguageModel,
} from "../../../../src/text/language/neural/neural-language-model.ts";
import type { LanguageModelConfig } from "../../../../src/text/language/neural/settings.ts";
import { trainLanguageModel } from "../../../../src/text/language/neural/train-language-model.ts";

/** Each letter follows from the two before it, not from the one: after "ab" comes "c", after "cb" "a". */
const PATTERN = "abcbabcbd ";
const text = PATTERN.repeat(240);

const shared = { epochs: 30, batchSize: 8, learningRate: 0.01, dropout: 0, threads: 1 } as const;
const configs: readonly LanguageModelConfig[] = [
  { name: "rnn", units: 24, embedding: 8, context: 20, ...shared },
  { name: "lstm", units: 24, embedding: 8, context: 20, layers: 2, ...shared },
  { name: "gru", units: 24, embedding: "one-hot", context: 20, ...shared },
  { name: "lstm", units: 24, embedding: "one-hot", windowed: true, context: 8, stride: 3, ...shared },
  { name: "gpt", layers: 1, heads: 2, width: 24, context: 16, ...shared },
  { name: "bengio", embedding: 8, units: 24, context: 6, ...shared },
];

const train = (config: LanguageModelConfig) => trainLanguageModel([text], { ...config, seed: 3 });

async function sampleOf(model: LanguageModel, prompt: string, maxTokens: number): Promise<string> {
  let sample = "";
  for await (const piece of generate(model, { prompt, temperature: 0, maxTokens })) sample += piece;
  return sample;
}

/** ln P of a text but for its first token, by reading it token by token. */
async function byReading(model: LanguageModel, what: string): Promise<number> {
  const reader = model.reader();
  const [first = 0, ...rest] = model.tokenizer.encode(what);
  let logits = await reader.read([first]);
  let sum = 0;
  for (const id of rest) {
    const most = Math.max(...logits);
    const total = logits.reduce((all, value) => all + Math.exp(value - most), 0);
    sum += (logits[id] ?? 0) - most - Math.log(total);
    logits = await reader.read([id]);
  }
  return sum;
}

describe.each(configs.map((config, i) => [`${config.name} (${i + 1})`, config] as const))(
  "%s",
  (_, config) => {
    test("learns a pattern, writes it on, and comes back from its folder", async () => {
      const model = await train(config);
      expect(model.training?.validationLoss).toBeLessThan(0.3);
      expect(await sampleOf(model, PATTERN.repeat(2), 30)).toBe(PATTERN.repeat(3));
      // Every way to read comes to the same: at once, token by token.
      const score = await model.score(PATTERN + PATTERN.slice(0, 4));
      expect(score.tokens).toBe(13);
      expect(score.characters).toBe(13);
      expect(await byReading(model, PATTERN + PATTERN.slice(0, 4))).toBeCloseTo(score.logProbability, 3);

      const folder = await mkdtemp(join(tmpdir(), "recurra-language-"));
      try {
        await model.save(join(folder, "model"));
        const loaded = await loadNeuralLanguageModel(join(folder, "model"));
        const [saved, own] = [await loaded.score(text.slice(0, 300)), await model.score(text.slice(0, 300))];
        expect(saved.logProbability).toBeCloseTo(own.logProbability, 4);
        expect(loaded.training).toEqual(model.training);
        expect(loaded.config).toEqual(model.config);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  },
);

describe("a stream", () => {
  test("is read to the same predictions in pieces and token by token", async () => {
    const model = await train({ name: "gru", units: 8, context: 20, ...shared, epochs: 1 });
    const ids = model.tokenizer.encode(text.slice(0, 150));
    const [whole, single] = [model.reader(), model.reader()];
    const atOnce = (await whole.read(ids)).slice();
    let last = new Float32Array();
    for (const id of ids) last = (await single.read([id])).slice();
    for (const [v, logit] of last.entries()) expect(atOnce[v]).toBeCloseTo(logit, 4);
  });

  test("is scored as its validation is, but for what lies between the rows", async () => {
    const model = await train({ name: "lstm", units: 8, context: 20, ...shared, epochs: 2 });
    const held = text.slice(-Math.floor(text.length * 0.1));
    const loss = crossEntropy(await model.score(held));
    expect(Math.abs(loss - (model.training?.validationLoss ?? 0))).toBeLessThan(0.1 * loss);
  });
});

test("a seed gives the same model, another one another", async () => {
  const config: LanguageModelConfig = { name: "gru", units: 8, context: 20, ...shared, epochs: 1 };
  const weights = (model: NeuralLanguageModel) => model.forms.training.snapshotWeights();
  const [a, b, c] = [
    await trainLanguageModel([text], { ...config, seed: 1 }),
    await trainLanguageModel([text], { ...config, seed: 1 }),
    await trainLanguageModel([text], { ...config, seed: 2 }),
  ];
  expect(weights(a)).toEqual(weights(b));
  expect(weights(a)).not.toEqual(weights(c));
});

test("each epoch is told, with a model that can write; a signal ends the training", async () => {
  const config: LanguageModelConfig = { name: "gru", units: 8, context: 20, ...shared, epochs: 5 };
  const told: string[] = [];
  const steps: number[] = [];
  const stop = new AbortController();
  const training = trainLanguageModel([text], config, {
    signal: stop.signal,
    onStep: (done, of) => steps.push(done / of),
    onEpoch: async ({ epoch, epochs, model }) => {
      told.push(`${epoch} of ${epochs}: ${(await sampleOf(model, "ab", 4)).length} characters`);
      if (epoch === 2) stop.abort(new Error("enough"));
    },
  });
  await expect(training).rejects.toThrow("enough");
  expect(told).toEqual(["1 of 5: 4 characters", "2 of 5: 4 characters"]);
  expect(steps[0]).toBeGreaterThan(0);
  expect(steps).toEqual(steps.toSorted((a, b) => a - b));
});

describe("bad input", () => {
  test.each<[string, readonly string[], object, string]>([
    [
      "an unknown network",
      [text],
      { name: "lstn" },
      'there is no language model "lstn". There are rnn, lstm',
    ],
    [
      "an unknown option",
      [text],
      { name: "gpt", units: 3 },
      'language model gpt: there is no option "units"',
    ],
    [
      "an odd value",
      [text],
      { name: "lstm", units: 0 },
      "language model lstm: units is 0; wanted a positive whole number",
    ],
    [
      "two lengths of training",
      [text],
      { name: "lstm", steps: 10, epochs: 1 },
      "steps and epochs are two ways to say one thing",
    ],
    [
      "a short text",
      ["too short"],
      { name: "lstm", validationSplit: 0 },
      "language model lstm: the text has 9 tokens; wanted 101 at least, for a context of 100",
    ],
    [
      "a short end",
      [text.slice(0, 300)],
      { name: "lstm" },
      "what is held out of the text has 30 tokens; wanted 101 at least",
    ],
    ["no text", [], { name: "lstm" }, "there are no characters in 1 text"],
  ])("%s", async (_, texts, config, message) => {
    await expect(trainLanguageModel(texts, config as LanguageModelConfig)).rejects.toThrow(message);
  });

  test("an empty prompt, an empty text, a character never seen", async () => {
    const model = await train({ name: "gru", units: 8, context: 20, ...shared, epochs: 1 });
    await expect(sampleOf(model, "", 3)).rejects.toThrow("the model has nothing to begin with");
    await expect(model.score("a")).rejects.toThrow("the text has 1 token; wanted two at least");
    await expect(model.score("a☃")).rejects.toThrow("☃");
  });
});
