// Traces of texts: which tokens they are of, that their numbers are those of the model, and what cannot be traced.

import { beforeAll, describe, expect, test } from "vitest";
import { traceLayers } from "../../../src/model/trace-layers.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import type { TextClassifierConfig } from "../../../src/text/classify/settings.ts";
import type { TextClassifier } from "../../../src/text/classify/text-classifier.ts";
import { trainTextClassifier } from "../../../src/text/classify/train-text-classifier.ts";
import type { AttentionTextTrace, RecurrentTextTrace } from "../../../src/text/inside/layer-trace.ts";
import { traceText } from "../../../src/text/inside/trace-text.ts";
import { fitNGramModel } from "../../../src/text/language/n-gram/n-gram-model.ts";
import type { LanguageModelConfig } from "../../../src/text/language/neural/settings.ts";
import { trainLanguageModel } from "../../../src/text/language/neural/train-language-model.ts";
import { trainTagger } from "../../../src/text/tag/train-tagger.ts";
import { fitTokenizer } from "../../../src/text/tokenizers/registry.ts";

const texts = Array.from({ length: 24 }, (_, i) =>
  i % 2 === 0 ? "The film was dull and the end was poor" : "A lovely story, great fun!",
);
const labels = texts.map((_, i) => (i % 2 === 0 ? "bad" : "good"));

function classifier(config: TextClassifierConfig): Promise<TextClassifier> {
  return trainTextClassifier({ texts, labels }, {
    embedding: 6,
    length: 8,
    epochs: 2,
    dropout: 0,
    threads: 1,
    seed: 4,
    ...config,
  } as TextClassifierConfig);
}

const numbers = (array: NdArray | undefined) => array?.toFloat64() ?? new Float64Array();

describe("a classifier", () => {
  let model: TextClassifier;
  beforeAll(async () => {
    model = await classifier({ name: "lstm", units: 5 });
  });

  test("is traced on the tokens that it reads, without the padding before them", async () => {
    const trace = await traceText(model, "A dull, dull film!");
    expect(trace.tokens).toEqual(["a", "dull", "dull", "film"]);
    expect(trace.leftOut).toEqual({ before: 0, after: 0 });
    // The text as it was written, marks and capitals too.
    expect(trace.segments).toEqual([
      { text: "A", token: 0 },
      { text: " " },
      { text: "dull", token: 1 },
      { text: ", " },
      { text: "dull", token: 2 },
      { text: " " },
      { text: "film", token: 3 },
    ]);
    const [lstm] = trace.layers as readonly RecurrentTextTrace[];
    expect(lstm).toMatchObject({ name: "lstm", kind: "lstm", direction: "forward", isByToken: true });
    expect(lstm?.hidden.shape).toEqual([4, 5]);
    expect(Object.keys(lstm?.gates ?? {}).sort()).toEqual(["candidate", "forget", "input", "output"]);
    // The last hidden state is what the layer hands on.
    const row = new Int32Array(8);
    row.set(model.tokenizer.encode("a dull dull film"), 4);
    const { layers } = await traceLayers(model.network, new NdArray(row, [1, 8]));
    const [whole] = layers;
    expect(whole?.kind).toBe("lstm");
    if (whole?.kind === "lstm") expect(numbers(lstm?.hidden)).toEqual(numbers(whole.hidden).slice(4 * 5));
  });

  test("the verdict after each token is that on the text up to there", async () => {
    const trace = await traceText(model, "a lovely film was dull");
    const prefixes = ["a", "a lovely", "a lovely film", "a lovely film was", "a lovely film was dull"];
    const told = await model.probabilities(prefixes);
    expect(trace.verdict?.classes).toEqual(["bad", "good"]);
    expect(trace.verdict?.probabilities.shape).toEqual([5, 2]);
    for (const [i, value] of numbers(trace.verdict?.probabilities).entries())
      expect(value).toBeCloseTo(told[i] ?? Number.NaN, 5);
  });

  test("of a longer text the part that is read, and how much is not", async () => {
    const trace = await traceText(model, "great fun the film was dull and the end was poor");
    expect(trace.tokens).toEqual(["film", "was", "dull", "and", "the", "end", "was", "poor"]);
    expect(trace.leftOut).toEqual({ before: 3, after: 0 });
    expect(trace.segments[0]).toEqual({ text: "film", token: 0 });
    const post = await classifier({ name: "gru", units: 3, truncating: "post" });
    const first = await traceText(post, "great fun the film was dull and the end was poor");
    expect(first.tokens).toEqual(["great", "fun", "the", "film", "was", "dull", "and", "the"]);
    expect(first.leftOut).toEqual({ before: 0, after: 3 });
    expect(first.layers[0]?.kind).toBe("gru");
  });

  test("gives charts, the text in the colours of a unit, and JSON", async () => {
    const trace = await traceText(model, "A lovely film");
    for (const of of ["hidden", "cell", "forget", "candidate", "saturation", "verdict"])
      expect(await trace.plot({ of })).toMatch(/^<svg /);
    expect(await trace.plot({ layer: "lstm", of: "input", units: [4, 1] })).toContain(">4</text>");
    const svg = trace.colouredText(2);
    expect(svg).toContain(">lovely</text>");
    const cell = numbers((trace.layers[0] as RecurrentTextTrace).cell)[1 * 5 + 2] ?? 0;
    expect(svg).toContain(`<title>lovely: ${Math.tanh(cell).toFixed(3).replace("-", "−")}</title>`);
    const json = JSON.parse(JSON.stringify(trace));
    expect(json).toMatchObject({ format: "recurra-text-trace", version: 1, tokens: ["a", "lovely", "film"] });
    expect(json.layers[0].gates.forget).toHaveLength(3);
    expect(json.layers[0].hidden[2]).toHaveLength(5);
    expect(json.verdict.probabilities[0]).toHaveLength(2);

    expect(() => trace.spec({ of: "forgets" })).toThrow(
      'lstm (lstm) has no "forgets" to draw. Did you mean "forget"? There are hidden, cell, input',
    );
    expect(() => trace.spec({ of: "surprise" })).toThrow('has no "surprise"');
    expect(() => trace.spec({ layer: "lstn" })).toThrow(
      'The trace has no layer "lstn". Did you mean "lstm"?',
    );
    expect(() => trace.spec({ unit: 3 } as never)).toThrow('plot: there is no option "unit"');
    expect(() => trace.spec({ units: [5] })).toThrow("units is [5]; wanted units from 0 to 4");
    expect(() => trace.colouredText(5)).toThrow("lstm has no unit 5; its units are 0 to 4");
  });

  test("from both ends: two traces in the order of the text", async () => {
    const both = await classifier({ name: "bilstm", units: 3 });
    const trace = await traceText(both, "a lovely film");
    expect(trace.layers.map((layer) => layer.name)).toEqual([
      "bidirectional/forward_layer",
      "bidirectional/backward_layer",
    ]);
    const [, backward] = trace.layers as readonly RecurrentTextTrace[];
    expect(backward?.direction).toBe("backward");
    // What the backward layer knows of the last word does not depend on the words before it.
    const other = await traceText(both, "great fun film");
    const last = (layers: typeof trace.layers) => numbers((layers[1] as RecurrentTextTrace).hidden).slice(-3);
    expect(last(other.layers)).toEqual(last(trace.layers));
    const one = await traceText(both, "a lovely film", { layers: ["bidirectional/backward_layer"] });
    expect(one.layers).toHaveLength(1);
  });

  test("attention, with what goes to the padding left over", async () => {
    const model = await classifier({ name: "transformer", units: 8 });
    const trace = await traceText(model, "a lovely film");
    const [attention] = trace.layers as readonly AttentionTextTrace[];
    expect(attention).toMatchObject({ kind: "attention", name: "transformer_encoder/self_attention" });
    expect(attention?.weights.shape).toEqual([2, 3, 3]);
    const weights = numbers(attention?.weights);
    for (let row = 0; row < 6; row++) {
      const sum = weights.slice(3 * row, 3 * row + 3).reduce((total, value) => total + value, 0);
      expect(sum).toBeGreaterThan(0);
      expect(sum).toBeLessThan(1);
    }
    expect(await trace.plot()).toContain("(padding)");
    // A text that fills the row leaves nothing over.
    const full = await traceText(model, "the film was dull and the end was");
    const all = numbers((full.layers[0] as AttentionTextTrace).weights);
    for (let row = 0; row < 16; row++)
      expect(all.slice(8 * row, 8 * row + 8).reduce((total, value) => total + value, 0)).toBeCloseTo(1, 5);
    expect(await full.plot()).not.toContain("(padding)");
  });

  test("after convolutions and pooling a step is a stretch of the text", async () => {
    const model = await classifier({ name: "conv-rnn", units: 3, filters: 4 });
    const trace = await traceText(model, "the film was dull");
    const [rnn] = trace.layers as readonly RecurrentTextTrace[];
    // Windows of 3 over 8 places, pooled by pairs: steps see places 0 to 3, 2 to 5, 4 to 7; the text stands at 4 to 7.
    expect(rnn?.steps).toEqual(["the film", "the film was dull"]);
    expect(rnn).toMatchObject({ kind: "simpleRNN", isByToken: false });
    expect(rnn?.hidden.shape).toEqual([2, 3]);
    expect(await trace.plot({ of: "hidden" })).toContain("stretches of the text");
    expect(() => trace.colouredText(0)).toThrow("stretches of the text, not tokens");
  });

  test.each([
    ["", "The text is empty. Give one with words."],
    ["?!", 'The text "?!" has no token that the model knows.'],
  ])("refuses %j", async (text, message) => {
    await expect(traceText(model, text)).rejects.toThrow(message);
  });

  test("refuses networks without states, layers that there are not, and odd options", async () => {
    const mlp = await classifier({ name: "mlp", units: 3 });
    await expect(traceText(mlp, "a film")).rejects.toThrow(
      "The network (mlp) has no recurrent layer and no attention, so there are no states to trace.",
    );
    await expect(traceText(model, "a film", { layers: ["gru"] })).rejects.toThrow(
      'There is no recurrent or attention layer "gru". There are lstm.',
    );
    await expect(traceText(model, "a film", { layers: ["embedding"] })).rejects.toThrow("There are lstm.");
    await expect(traceText(model, "a film", { layer: "lstm" } as never)).rejects.toThrow(
      'traceText: there is no option "layer". Did you mean "layers"?',
    );
    await expect(traceText(model, "a film", { maxTokens: 0 })).rejects.toThrow(
      "traceText: maxTokens is to be a positive whole number, got 0",
    );
  });
});

describe("a language model", () => {
  const text = "abcbabcbd ".repeat(24);
  const shared = { epochs: 1, batchSize: 4, dropout: 0, threads: 1, seed: 2 } as const;
  const train = (config: LanguageModelConfig) => trainLanguageModel([text], config);

  test.each([
    [{ name: "rnn", units: 4, embedding: 3, context: 10, ...shared }, "simpleRNN"],
    [{ name: "lstm", units: 4, embedding: "one-hot", layers: 2, context: 10, ...shared }, "lstm"],
    [{ name: "gpt", layers: 2, heads: 2, width: 8, context: 16, ...shared }, "attention"],
  ] as const)(
    "reads token by token, and its probabilities are those of a score: %j",
    async (config, kind) => {
      const model = await train(config);
      const trace = await traceText(model, "abcb dab");
      expect(trace.tokens).toEqual([..."abcb dab"]);
      expect(trace.layers.map((layer) => layer.kind)).toEqual(config.name === "rnn" ? [kind] : [kind, kind]);
      const [first = 0, ...rest] = trace.reading?.logProbabilities ?? [];
      expect(first).toBeNaN();
      const { logProbability } = await model.score("abcb dab");
      expect(rest.reduce((sum, value) => sum + value, 0)).toBeCloseTo(logProbability, 4);
      const next = trace.reading?.next.at(-1) ?? [];
      expect(next).toHaveLength(5);
      expect(next.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 4); // there are five tokens
      expect(next[0]?.probability).toBeGreaterThanOrEqual(next[1]?.probability ?? 1);
      expect(await trace.plot({ of: "surprise" })).toMatch(/^<svg /);
      expect(JSON.parse(JSON.stringify(trace)).reading.logProbabilities[0]).toBeNull();
      // What it does with the first tokens does not depend on those after them.
      const longer = await traceText(model, "abcb dabbbbb", { maxTokens: 8 });
      expect(longer.leftOut).toEqual({ before: 0, after: 4 });
      expect(longer.reading?.logProbabilities).toEqual(trace.reading?.logProbabilities);
    },
  );

  test("attention to what is ahead is 0, rows sum to 1, and a text beyond the context is not read", async () => {
    const model = await train({ name: "gpt", layers: 1, heads: 2, width: 8, context: 16, ...shared });
    const trace = await traceText(model, text.slice(0, 20));
    expect(trace.leftOut).toEqual({ before: 0, after: 4 });
    const [attention] = trace.layers as readonly AttentionTextTrace[];
    expect(attention?.weights.shape).toEqual([2, 16, 16]);
    const weights = numbers(attention?.weights);
    for (let row = 0; row < 32; row++) {
      const own = weights.slice(16 * row, 16 * row + 16);
      expect(own.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      expect(own.slice((row % 16) + 1).every((value) => value === 0)).toBe(true);
    }
  });

  test("of windows the last one; of counts and of a network without states nothing", async () => {
    const windowed = await train({
      name: "gru",
      units: 4,
      embedding: 3,
      windowed: true,
      context: 6,
      ...shared,
    });
    const trace = await traceText(windowed, "abcbabcbd");
    expect(trace.tokens.join("")).toBe("babcbd");
    expect(trace.leftOut).toEqual({ before: 3, after: 0 });
    expect(trace.reading).toBeUndefined();
    const short = await traceText(windowed, "ab");
    expect((short.layers[0] as RecurrentTextTrace).hidden.shape).toEqual([2, 4]);

    const bengio = await train({ name: "bengio", embedding: 3, units: 4, context: 4, ...shared });
    await expect(traceText(bengio, "abc")).rejects.toThrow("The network (bengio) has no recurrent layer");
    const counts = await fitNGramModel(await fitTokenizer({ name: "characters" }, [text]), [text]);
    await expect(traceText(counts, "abc")).rejects.toThrow(
      "The model counts n-grams: it has no layers to trace.",
    );
    await expect(traceText(bengio, "xyz")).rejects.toThrow('"x" (U+0078) at position 0');
  });
});

test("a tagger is traced on its tokens", async () => {
  const sentences = Array.from({ length: 12 }, () => ({
    tokens: ["Anna", "lives", "in", "Rome"],
    tags: ["B-PER", "O", "O", "B-LOC"],
  }));
  const model = await trainTagger(
    { sentences },
    { name: "bilstm", units: 3, epochs: 1, threads: 1, seed: 1 },
  );
  const trace = await traceText(model, ["Anna", "saw", "Rome"]);
  expect(trace.tokens).toEqual(["Anna", "saw", "Rome"]);
  expect(trace.layers.map((layer) => [layer.kind, layer.steps.length])).toEqual([
    ["lstm", 3],
    ["lstm", 3],
  ]);
  expect((await traceText(model, "Anna saw  Rome")).tokens).toEqual(trace.tokens);
});
