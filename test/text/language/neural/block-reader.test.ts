// The reader of a block: what it says from keys and values kept is what the whole block says, however long the text, however it comes.

import { expect, test } from "vitest";
import { NdArray } from "../../../../src/tensor/nd-array.ts";
import { NeuralLanguageModel } from "../../../../src/text/language/neural/neural-language-model.ts";
import { fitTokenizer } from "../../../../src/text/tokenizers/registry.ts";

const tokenizer = await fitTokenizer({ name: "characters" }, ["the quick brown fox jumps over a lazy dog"]);
const vocabulary = tokenizer.vocabulary.size;
const text = "the lazy fox jumps over a quick brown dog over the fox";

/** A network as it is before training, with weights large enough for its predictions to differ. */
function modelOf(context: number): NeuralLanguageModel {
  const model = new NeuralLanguageModel(
    { name: "gpt", layers: 2, heads: 2, width: 16, context, seed: 4 },
    tokenizer,
  );
  const { training } = model.forms;
  training.restoreWeights(training.snapshotWeights().map((weights) => weights.map((value) => 20 * value)));
  return model;
}

function logProbabilities(logits: Float32Array): number[] {
  const most = Math.max(...logits);
  const sum = logits.reduce((all, value) => all + Math.exp(value - most), 0);
  return Array.from(logits, (value) => value - most - Math.log(sum));
}

function expectClose(actual: readonly number[], wanted: readonly number[]): void {
  expect(actual.length).toBe(wanted.length);
  const farthest = Math.max(...actual.map((value, i) => Math.abs(value - (wanted[i] ?? Number.NaN))));
  expect(farthest).toBeLessThan(1e-4);
}

test("while a text fits the block, each prediction is the whole block's", async () => {
  const context = 16;
  const model = modelOf(context);
  const ids = tokenizer.encode(text).slice(0, context);
  const whole = (await model.forms.training.predict(new NdArray(ids, [1, context]))).data as Float32Array;
  const reader = model.reader();
  for (const [t, id] of ids.entries()) {
    const logits = await reader.read([id]);
    const wanted = logProbabilities(whole.slice(t * vocabulary, (t + 1) * vocabulary));
    expect(Math.max(...wanted) - Math.min(...wanted)).toBeGreaterThan(1);
    expectClose(logProbabilities(logits), wanted);
  }
});

test.each([1, 2, 3, 8, 13])("a long text is read as it is scored, with a context of %i", async (context) => {
  const model = modelOf(context);
  const [first = 0, ...rest] = tokenizer.encode(text);
  const reader = model.reader();
  let logits = await reader.read([first]);
  let sum = 0;
  for (const id of rest) {
    sum += logProbabilities(logits)[id] ?? Number.NaN;
    logits = await reader.read([id]);
  }
  const score = await model.score(text);
  expect(score.tokens).toBe(text.length - 1);
  expect(Math.abs(sum - score.logProbability)).toBeLessThan(1e-3);
});

test.each([1, 2, 3, 8, 13])(
  "it does not matter in what pieces a text comes, with a context of %i",
  async (context) => {
    const model = modelOf(context);
    const ids = tokenizer.encode(text);
    const single = model.reader();
    const after: number[][] = [];
    for (const id of ids) after.push(logProbabilities(await single.read([id])));
    for (const pieces of [[5, 1, 20, 2, 26], [54], [7, 7, 7, 7, 7, 7, 7, 5]]) {
      const reader = model.reader();
      let read = 0;
      for (const size of pieces) {
        const logits = await reader.read(ids.subarray(read, read + size));
        read += size;
        expectClose(logProbabilities(logits), after[read - 1] ?? []);
      }
      // Nothing new: what was said last.
      expectClose(logProbabilities(await reader.read([])), after.at(-1) ?? []);
    }
  },
);

test("weights that have changed are read as they are", async () => {
  const model = modelOf(8);
  const before = logProbabilities(await model.reader().read([1, 2, 3]));
  const { training } = model.forms;
  training.restoreWeights(training.snapshotWeights().map((weights) => weights.map((value) => -value)));
  const after = logProbabilities(await model.reader().read([1, 2, 3]));
  const whole = await training.predict(new NdArray(Int32Array.of(1, 2, 3, 0, 0, 0, 0, 0), [1, 8]));
  expectClose(after, logProbabilities((whole.data as Float32Array).slice(2 * vocabulary, 3 * vocabulary)));
  expect(Math.max(...after.map((value, i) => Math.abs(value - (before[i] ?? 0))))).toBeGreaterThan(0.1);
});

test("nothing to begin with is an error", async () => {
  await expect(modelOf(8).reader().read([])).rejects.toThrow("the model has nothing to begin with");
});
