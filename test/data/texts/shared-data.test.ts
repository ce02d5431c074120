// The shared data sets of texts: as many texts and labels as their README says.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readTaggedSentences } from "../../../src/data/texts/read-tagged-sentences.ts";
import { readTexts } from "../../../src/data/texts/read-texts.ts";
import type { ReadTextsOptions } from "../../../src/data/texts/text-options.ts";

const folder = process.env.RECURRA_DATA ?? join(import.meta.dirname, "../../../../shared/data");
const isThere = existsSync(folder);
if (!isThere) console.warn(`The shared data sets are not at ${folder}: their tests are left out.`);

/** How often each label comes, from the README of the data. */
const SETS: readonly [name: string, counts: Readonly<Record<string, number>>, options?: ReadTextsOptions][] =
  [
    ["imdb_full_train.tsv.gz", { 0: 12_500, 1: 12_500 }],
    ["yelp_reviews_10k.tsv.gz", { 1: 749, 2: 927, 3: 1461, 4: 3526, 5: 3337 }],
    ["yelp_polarity_reviews_train.tsv.gz", { 0: 1341, 1: 1341 }],
    ["yelp_polarity_sentences_train.tsv.gz", { 0: 20_000, 1: 20_000 }],
    ["yelp_polarity_sentences_test.tsv.gz", { 0: 5000, 1: 5000 }],
    ["astd_arabic_tweets.tsv.gz", { OBJ: 6691, POS: 799, NEG: 1684, NEUTRAL: 832 }],
  ];

describe.skipIf(!isThere)("shared data", () => {
  test.each(SETS)("%s", async (name, counts) => {
    const { texts, labels, skipped } = await readTexts(join(folder, name));
    const found: Record<string, number> = {};
    for (const label of labels ?? []) found[String(label)] = (found[String(label)] ?? 0) + 1;
    expect(found).toEqual(counts);
    expect(texts).toHaveLength(Object.values(counts).reduce((a, b) => a + b));
    expect(skipped).toEqual([]);
    // The README: 24,904 distinct texts.
    if (name === "imdb_full_train.tsv.gz") expect(new Set(texts).size).toBe(24_904);
  });

  test("question pairs, of which two columns could be the text", async () => {
    const path = join(folder, "quora_pairs_small.csv");
    await expect(readTexts(path)).rejects.toThrow(
      'quora_pairs_small.csv: which column holds the texts? It could be column "question1" or column "question2". Name it with --text. The columns are id, qid1, qid2, question1, question2 and is_duplicate.',
    );
    const pairs = await readTexts(path, { text: "question1", label: "is_duplicate", columns: ["question2"] });
    expect(pairs.texts).toHaveLength(1000);
    expect(pairs.columns.question2?.[3]).toBe(
      "Find the remainder when [math]23^{24}[/math] is divided by 24,23?",
    );
  });

  test("furniture: the only long texts are the descriptions", async () => {
    const data = await readTexts(join(folder, "ikea_prices.csv.gz"), { label: "price", columns: ["depth"] });
    expect(data.texts).toHaveLength(3694);
    expect(data.taken).toEqual({ text: "short_description", label: "price" });
    expect([data.texts[0], data.labels?.[0], data.columns.depth?.[0]]).toEqual([
      "Bar table, in/outdoor, 51x51 cm",
      "265.0",
      "",
    ]);
  });

  test("a condition on a split of the tweets", async () => {
    const path = join(folder, "astd_arabic_tweets.tsv.gz");
    const { texts } = await readTexts(path, { where: "balanced_split = 'train'" });
    // grep -cP '^\w+\ttrain\t' of the unpacked file.
    expect(texts).toHaveLength(1924);
  });

  test.each([
    ["train", 3394, 62_730],
    ["dev", 1009, 15_733],
    ["test", 1287, 23_394],
  ])("WNUT17, %s", async (part, count, tokens) => {
    const { sentences, scheme, skipped } = await readTaggedSentences(
      join(folder, `ner/wnut17_${part}.conll.gz`),
    );
    expect([sentences.length, scheme, skipped]).toEqual([count, "BIO", []]);
    expect(sentences.reduce((sum, sentence) => sum + sentence.tokens.length, 0)).toBe(tokens);
  });
});
