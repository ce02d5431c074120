// Taggers: what they learn, tags that keep to their scheme, files, and bad input.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import { loadTagger } from "../../../src/text/tag/load-tagger.ts";
import { tagNetworkNames } from "../../../src/text/tag/networks.ts";
import type { TaggerConfig } from "../../../src/text/tag/settings.ts";
import { type TaggerEpoch, trainTagger } from "../../../src/text/tag/train-tagger.ts";

const FIRST = ["Ada", "Emil", "Ines", "Otto", "Rosa"];
const LAST = ["Berg", "Kahn", "Lind", "Moss", "Vogt"];
const TOWNS = ["Bremen", "Cork", "Lyon", "Turin"];
const FILLERS = ["today", "often", "again", "then", "gladly"];

/** Sentences such as "Ada Berg often came from Cork today": a word is a town after from, and a name otherwise. */
function toySentences(count: number, seed: number) {
  const random = new Random(seed);
  const draw = (list: readonly string[]) => list[Number(random.integers([1], 0, list.length).data[0])] ?? "";
  const coin = () => Number(random.uniform([1]).data[0]) < 0.5;
  return Array.from({ length: count }, () => {
    const parts: (readonly [string, string])[] = [[draw(FIRST), "B-person"]];
    if (coin()) parts.push([draw(LAST), "I-person"]);
    if (coin()) parts.push([draw(FILLERS), "O"]);
    parts.push(["came", "O"], ["from", "O"], [draw([...TOWNS, ...LAST]), "B-town"]);
    if (coin()) parts.push([draw(FILLERS), "O"]);
    return { tokens: parts.map(([token]) => token), tags: parts.map(([, tag]) => tag) };
  });
}

const shared = {
  embedding: 8,
  characterFilters: 6,
  characterEmbedding: 6,
  wordLength: 8,
  dropout: 0,
  epochs: 8,
  patience: 8,
  learningRate: 0.02,
  threads: 1,
} as const;
const small: Readonly<Record<string, object>> = {
  conv: { filters: 16 },
  transformer: { width: 16, heads: 2, units: 16, blocks: 1 },
};
const configOf = (name: string) => ({ name, ...shared, ...(small[name] ?? { units: 8 }) }) as TaggerConfig;
const training = toySentences(160, 1);
const tested = toySentences(40, 2);

test.each(tagNetworkNames)("%s learns names and towns", async (name) => {
  const tagger = await trainTagger({ sentences: training }, configOf(name));
  const { accuracy, entities, tokens } = await tagger.evaluate(tested);
  expect(tokens).toBe(tested.reduce((sum, one) => sum + one.tokens.length, 0));
  expect(accuracy).toBeGreaterThan(0.95);
  expect(entities?.micro.f1Score).toBeGreaterThan(0.95);
  expect(entities?.classes.map(({ name: type }) => type)).toEqual(["person", "town"]);
  // What a sentence is read with, and how far it is filled up, tells nothing of its tags.
  const long = { tokens: Array.from({ length: 30 }, () => "then") };
  const [alone] = await tagger.probabilities([tested[0]?.tokens ?? []]);
  const [, , beside] = await tagger.probabilities([long.tokens, [], tested[0]?.tokens ?? []]);
  const [longer] = await tagger.probabilities([[...(tested[0]?.tokens ?? [])]]);
  for (const [i, value] of (alone ?? []).entries()) {
    expect(beside?.[i]).toBeCloseTo(value, 5);
    expect(longer?.[i]).toBeCloseTo(value, 5);
  }
});

test.each(["softmax", "crf"] as const)(
  "a tagger with %s comes back from a folder, with what its training came to",
  async (output) => {
    const epochs: TaggerEpoch[] = [];
    const steps: number[] = [];
    const tagger = await trainTagger(
      { sentences: training },
      { ...configOf("bilstm"), epochs: 3, output },
      { onEpoch: (epoch) => void epochs.push(epoch), onStep: (done, of) => void steps.push(done / of) },
    );
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(steps.at(-1)).toBe(1);
    expect(epochs.at(-1)?.accuracy).toBeGreaterThan(epochs[0]?.accuracy ?? 1);
    expect(tagger.settings.output).toBe(output);
    expect(tagger.training).toMatchObject({ sentences: 144, heldOut: 16, epochs: 3 });
    expect(tagger.training?.validationF1).toBe(
      Math.max(...epochs.map(({ validationF1 = Number.NaN }) => validationF1)),
    );
    const sentences = [...tested.map(({ tokens }) => tokens), [], ["Zoë", "😀", "internationalisation"]];
    const folder = await mkdtemp(join(tmpdir(), "recurra-tagger-"));
    try {
      await tagger.save(join(folder, "model"));
      const loaded = await loadTagger(join(folder, "model"));
      const tags = await loaded.predict(sentences);
      expect(tags).toEqual(await tagger.predict(sentences));
      expect(tags.map(({ length }) => length)).toEqual(sentences.map(({ length }) => length));
      expect(loaded.training).toEqual(tagger.training);
      expect(loaded.scheme).toBe("BIO");
      expect(await loaded.probabilities(sentences)).toEqual(await tagger.probabilities(sentences));
      if (output === "crf") return;
      // Taggers that were saved before there was a choice do not say which output they have.
      const { preprocessing } = JSON.parse(await readFile(join(folder, "model", "config.json"), "utf8"));
      delete preprocessing.config.output;
      await tagger.network.save(join(folder, "first"), { preprocessing });
      expect(await (await loadTagger(join(folder, "first"))).predict(sentences)).toEqual(tags);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);

test("a conditional random field gives nothing to what the scheme does not allow", async () => {
  const tagger = await trainTagger({ sentences: training }, { ...configOf("bilstm"), epochs: 1 });
  const sentences = tested.map(({ tokens }) => tokens);
  const inside = tagger.tags.indexOf("I-person");
  const begin = tagger.tags.indexOf("B-person");
  const count = tagger.tags.length;
  for (const [i, probabilities] of (await tagger.probabilities(sentences)).entries()) {
    const at = (t: number, k: number) => probabilities[t * count + k] ?? Number.NaN;
    expect(probabilities).toHaveLength((sentences[i]?.length ?? 0) * count);
    expect(at(0, inside)).toBe(0);
    for (let t = 0; t < (sentences[i]?.length ?? 0); t++) {
      expect(Array.from({ length: count }, (_, k) => at(t, k)).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      // What is inside of a person comes after a person's begin or inside.
      if (t > 0) expect(at(t, inside)).toBeLessThanOrEqual(at(t - 1, begin) + at(t - 1, inside) + 1e-6);
    }
  }
});

test("tags of single tokens need no scheme, and give no entities", async () => {
  const sentences = training.map(({ tokens, tags }) => ({
    tokens,
    tags: tags.map((tag) => (tag === "O" ? "X" : "NOUN")),
  }));
  const tagger = await trainTagger({ sentences }, { ...configOf("gru"), characterFilters: 0, epochs: 4 });
  expect(tagger.scheme).toBe("none");
  const evaluation = await tagger.evaluate(sentences);
  expect(evaluation.entities).toBeUndefined();
  expect(evaluation.accuracy).toBeGreaterThan(0.95);
});

test("words with vectors of their own are known, though training has not seen them", async () => {
  const vectors = ({ size, idOf }: { readonly size: number; idOf(token: string): number | undefined }) => {
    const matrix = new Float32Array(size * 8);
    for (const town of [...TOWNS, "Genoa"])
      matrix.fill(1, (idOf(town.toLowerCase()) ?? 0) * 8, (idOf(town.toLowerCase()) ?? 0) * 8 + 8);
    return new NdArray(matrix, [size, 8]);
  };
  const config = { ...configOf("bilstm"), trainEmbedding: false, epochs: 1 };
  const tagger = await trainTagger({ sentences: training }, config, { vectors, words: ["Genoa"] });
  const table = tagger.network.weights.find(({ name }) => name === "words_table/embeddings")?.weight.value;
  const id = tagger.tables.words.idOf("genoa") ?? 0;
  expect(Array.from((table?.data as Float32Array | undefined)?.subarray(id * 8, id * 8 + 8) ?? [])).toEqual(
    new Array(8).fill(1),
  );
  await expect(
    trainTagger({ sentences: training }, { ...config, embedding: 9 }, { vectors }),
  ).rejects.toThrow("one of the width of the embedding for each word. Set embedding to 8");
});

describe("bad input", () => {
  const one = training[0] ?? { tokens: [], tags: [] };
  const quick = { ...configOf("bilstm"), epochs: 1 };
  const sentence = (tokens: readonly string[], tags: readonly string[]) => [one, { tokens, tags }];

  test.each<[string, readonly { tokens: readonly string[]; tags: readonly string[] }[], object, string]>([
    [
      "too few tags",
      sentence(["a", "b"], ["O"]),
      quick,
      "sentence 1 has 2 tokens and 1 tags; wanted a tag for each token",
    ],
    ["an empty sentence", sentence([], []), quick, "sentence 1 has no tokens; leave it out"],
    ["no sentences", [], quick, "there are no sentences"],
    ["one tag", [{ tokens: ["a"], tags: ["O"] }], quick, 'all tokens of 1 sentences have the tag "O"'],
    [
      "I after O",
      sentence(["a", "b"], ["O", "I-town"]),
      quick,
      "sentence 1, token 1: the tag I-town follows O, and a span begins with B-town",
    ],
    [
      "I of another type",
      sentence(["a", "b"], ["B-person", "I-town"]),
      quick,
      "the tag I-town follows B-person",
    ],
    [
      "an open span in BIOES",
      sentence(["a"], ["B-town"]),
      { ...quick, scheme: "BIOES" },
      "does not end: wanted E-",
    ],
    ["a token that is no text", sentence([3 as never], ["O"]), quick, "token 0 is number; wanted text"],
    [
      "an unknown network",
      training,
      { ...quick, name: "crf" },
      'there is no tagger "crf". There are lstm, gru, bilstm, conv, transformer',
    ],
    ["an unknown option", training, { ...quick, filters: 3 }, 'tagger bilstm: there is no option "filters"'],
    ["an option out of range", training, { ...quick, wordDropout: -1 }, "wordDropout is -1; wanted"],
  ])("%s", async (_, sentences, config, message) => {
    await expect(
      trainTagger({ sentences }, { validationSplit: 0, ...config } as TaggerConfig),
    ).rejects.toThrow(message);
  });

  test("a tag that training has not seen, in the validation and in an evaluation", async () => {
    const odd = [{ tokens: ["Rhine"], tags: ["B-river"] }];
    await expect(
      trainTagger({ sentences: training }, quick, { validation: { sentences: odd } }),
    ).rejects.toThrow('validation: sentence 0, token 0: the tagger does not know the tag "B-river"');
    const tagger = await trainTagger({ sentences: training }, quick);
    await expect(tagger.evaluate(odd)).rejects.toThrow("it was trained with B-person, B-town, I-person, O");
    await expect(tagger.evaluate([{ tokens: ["a"], tags: ["I-town"] }])).rejects.toThrow("follows O");
    await expect(tagger.predict(["Ada came"] as never)).rejects.toThrow(
      "tagger: sentence 0: it is string; wanted its tokens",
    );
  });

  test("a training that is given up", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(trainTagger({ sentences: training }, quick, { signal })).rejects.toThrow("enough");
  });
});
