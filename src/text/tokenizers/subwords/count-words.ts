// Counts the words of texts, which subwords are then learnt from.

import { checkNotEmpty, forEachText } from "../texts.ts";
import type { Texts } from "../tokenizer.ts";
import { grown, WordTable } from "../word-table.ts";

/** Words with how often each came. */
export interface WordCounts {
  readonly words: WordTable;
  /** By the word's number. */
  readonly counts: Int32Array;
}

/** Hands each word of a text to `visit`, as a stretch of a text, which need not be the one that was given. */
export type SplitWords = (text: string, visit: (source: string, from: number, to: number) => void) => void;

/**
 * Longer words are learnt from in parts of so many UTF-16 units: no subword will be as long, and a line of 50 MB without a space is
 * not gone through at each merge.
 */
const LONGEST = 64;

/** @throws RecurraError `texts` where there are no words */
export async function countWords(what: string, texts: Texts, split: SplitWords): Promise<WordCounts> {
  const words = new WordTable();
  let counts = new Int32Array(1024);
  const add = (source: string, from: number, to: number): void => {
    const word = words.add(source, from, to);
    if (word >= counts.length) counts = grown(counts, 2 * word);
    counts[word] = (counts[word] ?? 0) + 1;
  };
  const visit = (source: string, from: number, to: number): void => {
    let start = from;
    while (to - start > LONGEST) {
      const end = start + LONGEST - (splitsPair(source, start + LONGEST) ? 1 : 0);
      add(source, start, end);
      start = end;
    }
    add(source, start, to);
  };
  const total = await forEachText(what, texts, (text) => split(text, visit));
  checkNotEmpty(what, words.size, total, "words");
  return { words, counts: counts.subarray(0, words.size) };
}

/** Whether a cut before position `at` parts the two halves of one code point. */
function splitsPair(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  return before >= 0xd800 && before < 0xdc00 && after >= 0xdc00 && after < 0xe000;
}
