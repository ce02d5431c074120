// The contract of tokenisers: text to ids and back.

import type { Vocabulary } from "./vocabulary.ts";

/** Turns text into ids and ids into text. */
export interface Tokenizer {
  /** The kind: "words", "bpe". */
  readonly name: string;
  readonly vocabulary: Vocabulary;
  /** The tokens of a text, also those that the vocabulary does not have. */
  split(text: string): readonly string[];
  /** The ids of a text's tokens. What is not known becomes `vocabulary.unknown`; where there is none, the kind says what happens. */
  encode(text: string): Int32Array;
  /** The text of ids; padding is left out. @throws RecurraError `token-id` for an id beyond the vocabulary */
  decode(ids: Iterable<number>): string;
  /** All of the tokeniser as plain JSON, which `tokenizerOf` reads. */
  record(): TokenizerRecord;
}

/** A tokeniser as plain JSON. */
export interface TokenizerRecord {
  readonly format: "recurra-tokenizer";
  readonly version: 1;
  /** The kind of tokeniser, which says what else is in the record. */
  readonly name: string;
  readonly [part: string]: unknown;
}

/** Texts, one after the other: a list, a generator, or what is read piece by piece. */
export type Texts = Iterable<string> | AsyncIterable<string>;
