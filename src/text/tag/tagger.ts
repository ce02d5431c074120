// A tagger: a network that tells the tag of each token of a sentence; predicts, is measured, saves itself as a model.

import type { TaggedSentence } from "../../data/texts/read-tagged-sentences.ts";
import type { TaggingScheme } from "../../data/texts/tag-scheme.ts";
import type { Functional } from "../../model/functional.ts";
import { bestPath } from "../../numeric/viterbi.ts";
import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { type EntityReport, entityReport } from "../metrics/entity-f1.ts";
import { bestTags, tagRules } from "./best-tags.ts";
import { checkScheme, checkSentences, type TagSet, tagNumbers } from "./sentences.ts";
import { type TaggerConfig, type TaggerSettings, taggerSettings } from "./settings.ts";
import { tagNetwork } from "./tag-network.ts";
import { FIRST_CHARACTER, featuresOf, type TokenTables, tokensIn, wordOf } from "./token-features.ts";

/** What a training came to, as it is saved with the tagger. */
export interface TaggerTraining {
  readonly sentences: number;
  /** Sentences that were held out. */
  readonly heldOut: number;
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly loss: number;
  /** The share of tokens with the right tag, on what was held out, at the best epoch. */
  readonly validationAccuracy: number | undefined;
  /** F₁ of entities there, where tags mark spans. */
  readonly validationF1: number | undefined;
}

/** How right a tagger is. */
export interface TaggerEvaluation {
  readonly sentences: number;
  readonly tokens: number;
  /** The share of the tokens whose tag is right. */
  readonly accuracy: number;
  /** That of tokens whose lower-cased word the tagger does not know; NaN where there are none. */
  readonly unknownAccuracy: number;
  /** Precision, recall and F₁ of entities, as conlleval counts them; undefined where tags mark no spans. */
  readonly entities: EntityReport | undefined;
}

/** @internal What a saved tagger says that it is. */
export const FORMAT = { format: "recurra-tagger", version: 1 } as const;

/** What the network tells of a sentence. */
interface ToldTags {
  /** [T, K] The probability of each tag for each token. */
  readonly tags: Float32Array;
  /** [T, K, K] log p(tag | the tag before it), with a conditional random field. */
  readonly chain: Float32Array | undefined;
}

/** Sentences that the network reads in one run. */
const BATCH = 64;

export class Tagger {
  readonly config: TaggerConfig;
  readonly settings: TaggerSettings;
  readonly tables: TokenTables;
  /** [K] */
  readonly tags: readonly string[];
  /** How tags mark spans; predictions keep to it. */
  readonly scheme: TaggingScheme;
  /**
   * words [N, T], casings [N, T], characters [N, T, C], real [N, T, 1] -> tags: probabilities [N, T, K]; with a conditional random field
   * also chain: log p(tag | the tag before it) [N, T, K, K].
   */
  readonly network: Functional;
  /** Undefined until it is trained. */
  training: TaggerTraining | undefined;

  /** A tagger with fresh weights. @throws RecurraError `unknown-name`, `unknown-option`, `option-value` */
  constructor(config: TaggerConfig, tables: TokenTables, { tags, scheme }: TagSet) {
    this.config = JSON.parse(JSON.stringify(config)) as TaggerConfig;
    this.settings = taggerSettings(config);
    this.tables = tables;
    this.tags = tags;
    this.scheme = scheme;
    this.network = tagNetwork(this.settings, tables, { tags, scheme });
  }

  /**
   * The tags of each sentence's tokens: those that are most probable together among those that the scheme allows. Of BIO, no I stands where
   * no span of its type is open. See `bestTags`, and with a conditional random field `bestPath`.
   *
   * @throws RecurraError `tokens` for what is no list of texts
   */
  async predict(sentences: readonly (readonly string[])[]): Promise<readonly (readonly string[])[]> {
    const rules = tagRules(this.tags, this.scheme);
    const result: (readonly string[])[] = sentences.map(() => []);
    await this.#read(sentences, (i, length, { tags, chain }) => {
      const best =
        chain === undefined ? bestTags(tags, length, rules) : bestPath(chain, length, this.tags.length).path;
      result[i] = Array.from(best, (k) => this.tags[k] ?? "");
    });
    return result;
  }

  /**
   * The probability of each tag for each token: [T, K], row-major, for each sentence. With a conditional random field it is that over all
   * sequences of tags (a marginal), so that what the scheme does not allow has none; else each token is told by itself.
   *
   * @throws RecurraError `tokens`
   */
  async probabilities(sentences: readonly (readonly string[])[]): Promise<readonly Float32Array[]> {
    const result = sentences.map(() => new Float32Array());
    await this.#read(sentences, (i, _, { tags }) => {
      result[i] = tags.slice();
    });
    return result;
  }

  /** Runs the network over sentences that have tokens, and hands on what it tells of each; the arrays are views. */
  async #read(
    sentences: readonly (readonly string[])[],
    take: (sentence: number, length: number, told: ToldTags) => void,
  ): Promise<void> {
    const features = sentences.map((tokens, i) => this.featuresOf(tokens, i));
    const order = [...sentences.keys()].sort((a, b) => lengthAt(sentences, a) - lengthAt(sentences, b));
    const filled = order.filter((i) => lengthAt(sentences, i) > 0);
    const count = this.tags.length;
    for (let from = 0; from < filled.length; ) {
      // Sentences of one ladder step go together: each further length is compiled once.
      const steps = paddedLength(lengthAt(sentences, filled[from] ?? 0));
      const chosen: number[] = [];
      for (; chosen.length < BATCH && from < filled.length; from++) {
        const i = filled[from] ?? 0;
        if (lengthAt(sentences, i) > steps) break;
        chosen.push(i);
      }
      const rows = this.#padded(
        chosen.map((i) => features[i] ?? new Int32Array()),
        steps,
      );
      const told = await this.network.predictAll(this.inputsOf(rows), { batchSize: BATCH });
      const rowOf = (array: NdArray | undefined, row: number, i: number, width: number) =>
        (array?.data as Float32Array | undefined)?.subarray(
          row * steps * width,
          (row * steps + lengthAt(sentences, i)) * width,
        );
      for (const [row, i] of chosen.entries())
        take(i, lengthAt(sentences, i), {
          tags: rowOf(told.tags, row, i, count) ?? new Float32Array(),
          chain: rowOf(told.chain, row, i, count * count),
        });
    }
  }

  /**
   * How right the tagger is on tagged sentences.
   *
   * @throws RecurraError `no-rows`; `tags`, `tag`, `unknown-tag`, naming sentence and token
   */
  async evaluate(sentences: readonly TaggedSentence[]): Promise<TaggerEvaluation> {
    checkSentences("evaluate", { sentences });
    checkScheme("evaluate", sentences, this.scheme);
    const numbers = new Map(this.tags.map((tag, k) => [tag, k]));
    for (const [i, { tags }] of sentences.entries()) tagNumbers("evaluate", i, tags, numbers);
    const predicted = await this.predict(sentences.map(({ tokens }) => tokens));
    let [tokens, right, unknown, unknownRight] = [0, 0, 0, 0];
    for (const [i, sentence] of sentences.entries()) {
      for (const [t, tag] of sentence.tags.entries()) {
        const isRight = predicted[i]?.[t] === tag ? 1 : 0;
        const isUnknown = this.tables.words.idOf(wordOf(sentence.tokens[t] ?? "")) === undefined;
        tokens++;
        right += isRight;
        if (isUnknown) unknown++;
        if (isUnknown) unknownRight += isRight;
      }
    }
    const actual = sentences.map(({ tags }) => tags);
    return {
      sentences: sentences.length,
      tokens,
      accuracy: right / tokens,
      unknownAccuracy: unknownRight / unknown,
      entities: this.scheme === "none" ? undefined : entityReport(actual, predicted),
    };
  }

  /** Writes a folder that `loadTagger` reads. */
  async save(folder: string): Promise<void> {
    const { tags, scheme, training, tables } = this;
    const config = { ...this.config, output: this.settings.output };
    const words = tokensIn(tables.words);
    const characters = tokensIn(tables.characters);
    await this.network.save(folder, {
      preprocessing: { ...FORMAT, config, tags, scheme, words, characters, training },
    });
  }

  /** @internal [T, 2 + C] See {@link featuresOf}. */
  featuresOf(tokens: readonly string[], sentence: number): Int32Array {
    try {
      if (!Array.isArray(tokens))
        throw new RecurraError("tokens", `it is ${typeof tokens}; wanted its tokens`);
      return featuresOf(tokens, this.tables, this.settings.wordLength);
    } catch (error) {
      if (!(error instanceof RecurraError)) throw error;
      throw new RecurraError(error.code, `tagger: sentence ${sentence}: ${error.message}`);
    }
  }

  /** @internal The network's inputs, from features [B, T, 2 + C]. */
  inputsOf(features: NdArray): Readonly<Record<string, NdArray>> {
    const [batch = 0, steps = 0, width = 0] = features.shape;
    const data = features.data as Int32Array;
    const tokens = batch * steps;
    const length = width - FIRST_CHARACTER;
    const words = new Int32Array(tokens);
    const casing = new Int32Array(tokens);
    const real = new Float32Array(tokens);
    const characters = new Int32Array(tokens * length);
    for (let t = 0; t < tokens; t++) {
      words[t] = data[t * width] ?? 0;
      casing[t] = data[t * width + 1] ?? 0;
      real[t] = words[t] === 0 ? 0 : 1;
      characters.set(data.subarray(t * width + FIRST_CHARACTER, (t + 1) * width), t * length);
    }
    const inputs: Record<string, NdArray> = {
      words: new NdArray(words, [batch, steps]),
      casing: new NdArray(casing, [batch, steps]),
      real: new NdArray(real, [batch, steps, 1]),
    };
    if (this.settings.characterFilters > 0)
      inputs.characters = new NdArray(characters, [batch, steps, length]);
    return inputs;
  }

  #padded(features: readonly Int32Array[], steps: number): NdArray {
    const width = FIRST_CHARACTER + this.settings.wordLength;
    const rows = new Int32Array(features.length * steps * width);
    for (const [row, one] of features.entries()) rows.set(one, row * steps * width);
    return new NdArray(rows, [features.length, steps, width]);
  }
}

function lengthAt(sentences: readonly (readonly string[])[], i: number): number {
  return sentences[i]?.length ?? 0;
}

/** The length that a sentence is filled up to: 8, 12, 16, 24, 32, 48, … */
export function paddedLength(length: number): number {
  let step = 8;
  while (step < length) step = Math.log2(step) % 1 === 0 ? 1.5 * step : (4 * step) / 3;
  return step;
}
