// What a tagger sees of a token: its lower-cased word, how it is written, its characters.

import { RecurraError } from "../../platform/error.ts";
import { type Vocabulary, vocabularyOf } from "../tokenizers/vocabulary.ts";

/** The words and characters that a tagger knows. Id 0 is padding, 1 is for what is not known. */
export interface TokenTables {
  readonly words: Vocabulary;
  readonly characters: Vocabulary;
}

export const PADDING = 0;
export const UNKNOWN = 1;

/** How a token may be written; its place is its id, 0 is padding. */
export const casings = [
  "padding",
  "lower case",
  "capitalised",
  "upper case",
  "mixed case",
  "digits",
  "digits and others",
  "neither letters nor digits",
] as const;

/** Columns before those of the characters: the word's id, how it is written. */
export const FIRST_CHARACTER = 2;

/**
 * The tables of some sentences.
 *
 * @param minCount times that a word comes before it has an id
 * @param more words that have an id besides, as those with vectors of their own
 */
export function tokenTables(
  sentences: Iterable<readonly string[]>,
  minCount: number,
  more: Iterable<string> = [],
): TokenTables & { readonly counts: Float64Array } {
  const counts = new Map<string, number>();
  const characters = new Set<string>();
  for (const tokens of sentences) {
    for (const token of tokens) {
      const word = wordOf(token);
      counts.set(word, (counts.get(word) ?? 0) + 1);
      for (const character of token) characters.add(character);
    }
  }
  const words = [...counts].filter(([, count]) => count >= minCount).map(([word]) => word);
  const known = new Set(words);
  for (const word of more) known.add(wordOf(word));
  known.delete(UNKNOWN_WORD);
  const table = tableOf([...known]);
  return {
    words: table,
    characters: tableOf([...characters]),
    counts: Float64Array.from({ length: table.size }, (_, id) => counts.get(table.tokenOf(id) ?? "") ?? 0),
  };
}

const UNKNOWN_WORD = "<unknown>";

/** The word by which a token is looked up. */
export function wordOf(token: string): string {
  return token.toLowerCase();
}

/** A vocabulary of tokens with ids from 2 on. */
export function tableOf(tokens: readonly string[]): Vocabulary {
  return vocabularyOf([undefined, UNKNOWN_WORD, ...tokens], { padding: PADDING, unknown: UNKNOWN });
}

/** The tokens that a table was made of. */
export function tokensIn(table: Vocabulary): readonly string[] {
  return Array.from({ length: table.size - 2 }, (_, i) => table.tokenOf(i + 2) ?? "");
}

/** How a token is written: an index of {@link casings}. */
export function casingOf(token: string): number {
  const digits = token.match(/\p{Nd}/gu)?.length ?? 0;
  if (digits > 0) return digits === [...token].length ? 5 : 6;
  const letters = token.match(/\p{L}/gu)?.join("") ?? "";
  if (letters === "") return 7;
  const [lower, upper] = [letters.toLowerCase(), letters.toUpperCase()];
  if (letters === lower) return 1; // also in scripts without cases
  const [first = "", ...rest] = letters;
  if (first === first.toUpperCase() && rest.join("") === rest.join("").toLowerCase()) return 2;
  return letters === upper ? 3 : 4;
}

/**
 * The features of a sentence: [T, 2 + C] ids, row-major: word, how it is written, characters filled up with 0. Of a word of more than C
 * characters its first and its last are read.
 *
 * @throws RecurraError `tokens` for a token that is no text
 */
export function featuresOf(
  tokens: readonly string[],
  { words, characters }: TokenTables,
  wordLength: number,
): Int32Array {
  const width = FIRST_CHARACTER + wordLength;
  const rows = new Int32Array(tokens.length * width);
  for (const [t, token] of tokens.entries()) {
    if (typeof token !== "string")
      throw new RecurraError("tokens", `token ${t} is ${typeof token}; wanted text`);
    rows[t * width] = words.idOf(wordOf(token)) ?? UNKNOWN;
    rows[t * width + 1] = casingOf(token);
    const all = [...token];
    const head = Math.ceil(wordLength / 2);
    const read =
      all.length <= wordLength ? all : [...all.slice(0, head), ...all.slice(all.length - wordLength + head)];
    for (const [c, character] of read.entries())
      rows[t * width + FIRST_CHARACTER + c] = characters.idOf(character) ?? UNKNOWN;
  }
  return rows;
}
