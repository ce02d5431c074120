// NGramModel: a language model of counted n-grams.

import { RecurraError } from "../../../platform/error.ts";
import { checkNotEmpty, forEachText } from "../../tokenizers/texts.ts";
import type { Texts, Tokenizer } from "../../tokenizers/tokenizer.ts";
import type { Vocabulary } from "../../tokenizers/vocabulary.ts";
import { countCharacters, type LanguageModel, type Reader, type TextScore } from "../language-model.ts";
import type { Estimator, Events } from "./estimator.ts";
import { NGramCounter } from "./n-gram-counter.ts";
import { checkNGramOptions, type NGramOptions } from "./n-gram-options.ts";
import type { NGramState } from "./n-gram-state.ts";
import type { NGramTrie } from "./n-gram-trie.ts";
import { saveNGramModel } from "./save-n-gram-model.ts";
import { estimatorOf, type Smoothing, smoothingOf } from "./smoothing.ts";
import { TokenNames } from "./token-names.ts";

/** An n-gram and how often it was counted. */
export interface CountedNGram {
  /** `<s>` and `</s>` stand for the boundaries. */
  readonly tokens: readonly string[];
  readonly count: number;
}

/**
 * Counts the n-grams of texts. Each text stands by itself: a sentence, a line, a document. Texts without tokens are left out.
 *
 *     const tokenizer = await fitTokenizer({ name: "words" }, lines);
 *     const model = await fitNGramModel(tokenizer, lines, { order: 3 });
 *     perplexity(await model.score("the quick brown fox"));
 *
 * @throws RecurraError `unknown-option`, `option-value`, `unknown-name`; `texts` where there is no token in them
 */
export async function fitNGramModel(
  tokenizer: Tokenizer,
  texts: Texts,
  options: NGramOptions = {},
): Promise<NGramModel> {
  checkNGramOptions(options);
  const { order = 3, smoothing = "kneserNey", boundaries = true } = options;
  const config = smoothingOf(smoothing);
  const { size } = tokenizer.vocabulary;
  const counter = boundaries
    ? new NGramCounter(order, size + 2, size + 1, size)
    : new NGramCounter(order, size);
  let tokens = 0;
  const count = await forEachText("fitNGramModel", texts, (text) => {
    const ids = tokenizer.encode(text);
    tokens += ids.length;
    if (ids.length > 0) counter.add(ids);
  });
  checkNotEmpty("fitNGramModel", tokens, count, "tokens");
  return new NGramModel({ tokenizer, smoothing: config, boundaries, trie: counter.trie() });
}

/** A language model that predicts a token from the `order - 1` before it, by how often they were seen together. */
export class NGramModel implements LanguageModel {
  readonly tokenizer: Tokenizer;
  readonly smoothing: Smoothing;
  /** Whether a text's start is known to the model, and its end is predicted. */
  readonly boundaries: boolean;
  /** The id that ends a text: the number of tokens. `undefined` without boundaries. */
  readonly endOfText: number | undefined;
  readonly #trie: NGramTrie;
  readonly #events: Events;
  readonly #estimator: Estimator;
  readonly #names: TokenNames;

  /** Models are made by {@link fitNGramModel} and `loadNGramModel`. */
  constructor({ tokenizer, smoothing, boundaries, trie }: NGramState) {
    this.tokenizer = tokenizer;
    this.smoothing = smoothing;
    this.boundaries = boundaries;
    this.#names = new TokenNames(tokenizer.vocabulary, boundaries);
    this.endOfText = this.#names.end;
    this.#trie = trie;
    this.#events = eventsOf(tokenizer.vocabulary, trie.width, this.endOfText);
    this.#estimator = estimatorOf(smoothing, trie, this.#events, this.#names.start);
  }

  /** Words of the longest n-grams. */
  get order(): number {
    return this.#trie.order;
  }

  /** How many distinct n-grams of a length were counted. */
  size(length: number): number {
    const counts = this.#trie.levels[length - 1]?.counts;
    return length === 1
      ? (counts?.reduce((sum, count) => sum + Number(count > 0), 0) ?? 0)
      : (counts?.length ?? 0);
  }

  /**
   * The n-grams of a length, the most frequent first.
   *
   * @param length from 1 to `order`
   */
  nGrams(length: number): readonly CountedNGram[] {
    const found: CountedNGram[] = [];
    this.#trie.each(length, (words, count) => {
      if (count > 0) found.push({ tokens: words.map((id) => this.#names.nameOf(id)), count });
    });
    return found.sort((a, b) => b.count - a.count);
  }

  /**
   * How often an n-gram was counted. The start of a text, `<s>`, is not counted by itself.
   *
   * @param tokens at most `order`
   * @throws RecurraError `unknown-token` for a token that the vocabulary has no id for
   */
  count(tokens: readonly string[]): number {
    const ids = tokens.map((token) => this.#names.idOf(token));
    const number = this.#trie.find(ids, 0, ids.length);
    return number < 0 || ids.length === 0 ? 0 : (this.#trie.levels[ids.length - 1]?.counts[number] ?? 0);
  }

  /**
   * The probability of a token after others.
   *
   *     model.probability("I", ["<s>"]);
   *
   * @param token of the vocabulary, or `</s>`
   * @param context the tokens before it, of which the last `order - 1` count; `<s>` at the start of a text. Default none
   * @throws RecurraError `unknown-token`
   */
  probability(token: string, context: readonly string[] = []): number {
    const contexts = [0];
    for (const before of context) this.#advance(contexts, this.#names.idOf(before));
    return this.#probability(contexts, this.#names.idOf(token));
  }

  /**
   * The log-probability of a text, as one sentence; -Infinity where a token cannot come. What the tokeniser leaves out is not scored.
   *
   * @throws RecurraError `empty-text` for a text without tokens
   */
  async score(text: string): Promise<TextScore> {
    const ids = this.tokenizer.encode(text);
    if (ids.length === 0) {
      throw new RecurraError(
        "empty-text",
        `score: the text has no tokens: ${text === "" ? "it is empty" : JSON.stringify(text.slice(0, 40))}. Score a text that has some`,
      );
    }
    const contexts = this.#startContexts();
    let logProbability = 0;
    for (const id of ids) {
      logProbability += Math.log(this.#probability(contexts, id));
      this.#advance(contexts, id);
    }
    if (this.endOfText !== undefined) logProbability += Math.log(this.#probability(contexts, this.endOfText));
    const tokens = ids.length + (this.endOfText === undefined ? 0 : 1);
    return { logProbability, tokens, characters: countCharacters(text) };
  }

  /** Reads a text from its start; reading no ids tells what a text begins with. */
  reader(): Reader {
    const contexts = this.#startContexts();
    const probabilities = new Float64Array(this.#trie.width);
    const logits = new Float32Array(this.#trie.width - (this.boundaries ? 1 : 0));
    return {
      read: async (ids) => {
        for (const id of ids) this.#advance(contexts, id);
        this.#estimator.probabilities(contexts, probabilities);
        for (let id = 0; id < logits.length; id++) logits[id] = Math.log(probabilities[id] ?? 0);
        return logits;
      },
    };
  }

  /**
   * Writes the model into a folder: n-gram.json, readable; where there are many n-grams their counts stand in counts.safetensors.
   *
   * @throws RecurraError what writing files throws; a folder that was there stays then
   */
  save(folder: string): Promise<void> {
    const { tokenizer, smoothing, boundaries } = this;
    return saveNGramModel(folder, { tokenizer, smoothing, boundaries, trie: this.#trie });
  }

  /** The numbers of the n-grams that end at the start of a text. */
  #startContexts(): number[] {
    const contexts = [0];
    if (this.#names.start !== undefined) this.#advance(contexts, this.#names.start);
    return contexts;
  }

  /** Moves the n-grams that end before a token on, so that they end with it. */
  #advance(contexts: number[], id: number): void {
    const known = Math.min(contexts.length, this.order - 1);
    for (let length = known; length >= 1; length--) {
      const parent = contexts[length - 1] ?? -1;
      contexts[length] = parent < 0 ? -1 : this.#trie.child(length, parent, id);
    }
  }

  #probability(contexts: readonly number[], id: number): number {
    return this.#events.isEvent[id] === 1 ? this.#estimator.probability(contexts, id) : 0;
  }
}

/** What may be predicted: tokens, what stands for unknown ones, and the end; not padding, not the start. */
function eventsOf(vocabulary: Vocabulary, width: number, end: number | undefined): Events {
  const isEvent = new Uint8Array(width);
  for (let id = 0; id < vocabulary.size; id++) {
    const isToken = vocabulary.tokenOf(id) !== undefined || id === vocabulary.unknown;
    isEvent[id] = Number(isToken && id !== vocabulary.padding);
  }
  if (end !== undefined) isEvent[end] = 1;
  return { isEvent, count: isEvent.reduce((sum, one) => sum + one, 0) };
}
