// The contract of language models: how probable a text is, and what comes next in it.

import { RecurraError } from "../../platform/error.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";

/** Says how probable texts are, and what follows what has been read. */
export interface LanguageModel {
  readonly tokenizer: Tokenizer;
  /** The id that ends a text, where the model has one: `generate` stops at it. It may be `vocabulary.size`, one beyond the tokens. */
  readonly endOfText?: number | undefined;
  /** The log-probability of a text. @throws RecurraError `empty-text` where there is nothing to score */
  score(text: string): Promise<TextScore>;
  /** Begins a text: what the reader reads is its beginning. */
  reader(): Reader;
  /** Writes the model into a folder. */
  save(folder: string): Promise<void>;
}

/** Reads one text, piece by piece. */
export interface Reader {
  /**
   * Reads the tokens that come next, and tells what follows them.
   *
   * @param ids may be empty at the start of a text, for what a text begins with
   * @returns [V] unnormalised log-probabilities of the token that follows, by id; [V + 1] where `endOfText` is V. The array is used
   *   again by the next call.
   * @throws RecurraError `empty-prompt` for no ids at the start, where the model needs some
   */
  read(ids: readonly number[] | Int32Array): Promise<Float32Array>;
}

/** How probable a text is. */
export interface TextScore {
  /** Of all tokens that were predicted, in nats. */
  readonly logProbability: number;
  /** How many tokens were predicted; the end of a sentence or a text is one, where the model predicts it. */
  readonly tokens: number;
  /** How many characters (Unicode code points) they stand for. */
  readonly characters: number;
}

/** The score of several texts as one. */
export function totalScore(scores: Iterable<TextScore>): TextScore {
  let [logProbability, tokens, characters] = [0, 0, 0];
  for (const score of scores) {
    logProbability += score.logProbability;
    tokens += score.tokens;
    characters += score.characters;
  }
  return { logProbability, tokens, characters };
}

/**
 * The cross-entropy of a model on a text: -ln P / tokens, nats a token.
 *
 * @throws RecurraError `empty-text` for a score of no tokens
 */
export function crossEntropy({ logProbability, tokens }: TextScore): number {
  return perUnit("crossEntropy", -logProbability, tokens, "tokens");
}

/**
 * The perplexity of a model on a text: P^(-1/tokens), as many equally probable tokens as it is as hard to choose from.
 * Source: Jurafsky & Martin, Speech and Language Processing, 3rd ed. draft, 3.3.
 *
 * @throws RecurraError `empty-text` for a score of no tokens
 */
export function perplexity({ logProbability, tokens }: TextScore): number {
  return Math.exp(perUnit("perplexity", -logProbability, tokens, "tokens"));
}

/**
 * Bits that the model needs for a character: -log₂ P / characters. Unlike perplexity it compares models of different tokens.
 *
 * @throws RecurraError `empty-text` for a score of no characters
 */
export function bitsPerCharacter({ logProbability, characters }: TextScore): number {
  return perUnit("bitsPerCharacter", -logProbability / Math.LN2, characters, "characters");
}

/** Characters of a text: Unicode code points. */
export function countCharacters(text: string): number {
  let count = text.length;
  for (let i = 0; i + 1 < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      count--;
      i++;
    }
  }
  return count;
}

function perUnit(what: string, cost: number, units: number, name: string): number {
  if (units > 0) return cost / units;
  throw new RecurraError(
    "empty-text",
    `${what}: the score is one of ${units} ${name}; wanted at least one. Score a text that has some`,
  );
}
