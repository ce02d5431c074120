// Learns the pieces of WordPiece from words and their counts.

import type { WordCounts } from "../subwords/count-words.ts";
import { trainMerges } from "../subwords/train-merges.ts";
import { IdList } from "../subwords/word-cache.ts";

/** What a piece that continues a word begins with. */
export const CONTINUING = "##";

export interface WordPieceLimits {
  readonly vocabularySize: number;
  /** How often two pieces must come side by side to be joined. */
  readonly minCount: number;
  /** How many characters are known at most: the most frequent. */
  readonly alphabetSize: number;
}

/**
 * The pieces of words: characters, as they begin and as they continue words, then joined ones.
 *
 * Source: M. Schuster, K. Nakajima, "Japanese and Korean Voice Search", ICASSP 2012, and Hugging Face's `WordPieceTrainer`, which joins
 * the most frequent pair.
 *
 * @param first tokens that have the first ids
 * @returns the tokens in the order of their ids
 */
export function trainWordPiece(
  { words, counts }: WordCounts,
  first: readonly string[],
  { vocabularySize, minCount, alphabetSize }: WordPieceLimits,
): readonly string[] {
  const all = Array.from({ length: words.size }, (_, word) => [...words.word(word)]);
  const alphabet = alphabetOf(all, counts, alphabetSize);
  const known = new Set(alphabet);
  const continuing = new Set<string>();
  for (const word of all)
    for (let i = 1; i < word.length; i++) if (known.has(word[i] ?? "")) continuing.add(word[i] ?? "");
  const tokens = [...first];
  const ids = new Map<string, number>(tokens.map((token, id) => [token, id]));
  const add = (token: string): number => {
    const id = ids.get(token) ?? tokens.push(token) - 1;
    ids.set(token, id);
    return id;
  };
  for (const character of alphabet) add(character);
  for (const character of alphabet) if (continuing.has(character)) add(CONTINUING + character);
  const symbols = new IdList();
  const starts = new Int32Array(all.length + 1);
  for (const [i, word] of all.entries()) {
    for (const [at, character] of word.entries())
      if (known.has(character)) symbols.push(ids.get(at === 0 ? character : CONTINUING + character) ?? 0);
    starts[i + 1] = symbols.length;
  }
  const join = (left: number, right: number): number | undefined => {
    const end = tokens[right] ?? "";
    const token = `${tokens[left]}${end.startsWith(CONTINUING) ? end.slice(CONTINUING.length) : end}`;
    if (tokens.length >= vocabularySize && !ids.has(token)) return undefined;
    return add(token);
  };
  trainMerges({ symbols: symbols.view, starts, counts }, { minCount, join });
  return tokens;
}

/** The most frequent characters in the order of their code points. */
function alphabetOf(
  words: readonly (readonly string[])[],
  counts: Int32Array,
  size: number,
): readonly string[] {
  const totals = new Map<string, number>();
  for (const [i, word] of words.entries())
    for (const character of word) totals.set(character, (totals.get(character) ?? 0) + (counts[i] ?? 0));
  const codeOf = (character: string) => character.codePointAt(0) ?? 0;
  return [...totals]
    .sort(([a, countA], [b, countB]) => countB - countA || codeOf(a) - codeOf(b))
    .slice(0, size)
    .map(([character]) => character)
    .sort((a, b) => codeOf(a) - codeOf(b));
}
