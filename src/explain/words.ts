// The words of a text with their places, and the text that is left when some of them are hidden.

import { RecurraError } from "../platform/error.ts";

/** A word at its place in a text. */
export interface Word {
  readonly text: string;
  /** From the start of the text, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/** Splits a text into words, in order; they may differ from the text in case. A tokenizer's `split` is one. */
export type SplitText = (text: string) => readonly string[];

/**
 * The words of a text.
 *
 * @param split default: words as Unicode finds them, without punctuation (UAX #29, through Intl.Segmenter)
 * @throws RecurraError `split` for a word that does not stand in the text
 */
export function wordsOf(text: string, split: SplitText | undefined): readonly Word[] {
  if (split === undefined) {
    const segments = new Intl.Segmenter("en", { granularity: "word" }).segment(text);
    return [...segments]
      .filter(({ isWordLike }) => isWordLike === true)
      .map(({ segment, index }) => ({ text: segment, start: index, end: index + segment.length }));
  }
  const lower = lowerCase(text);
  const words: Word[] = [];
  let from = 0;
  for (const word of split(text)) {
    if (word === "") continue;
    const exact = text.indexOf(word, from);
    const near = lower.indexOf(lowerCase(word), from);
    const start = exact >= 0 && exact <= near ? exact : near;
    if (start < 0)
      throw new RecurraError(
        "split",
        `split gave the word "${word}", which is not in the text after "${text.slice(Math.max(0, from - 20), from)}"; wanted words as they stand there, in order, but for their case`,
      );
    from = start + word.length;
    words.push({ text: text.slice(start, from), start, end: from });
  }
  return words;
}

/** In lower case, letter by letter, so that places stay where they are. */
function lowerCase(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from(text, (letter) => {
    const one = letter.toLowerCase();
    return one.length === letter.length ? one : letter;
  }).join("");
}

/**
 * The text with some words hidden.
 *
 * @param isShown whether a word stays, by its place among the words
 * @param mask what stands for a hidden word; "" takes it away together with the space after it
 */
export function hideWords(
  text: string,
  words: readonly Word[],
  isShown: (word: number) => boolean,
  mask: string,
): string {
  let result = "";
  let from = 0;
  for (let w = 0; w < words.length; w++) {
    const word = words[w] as Word;
    if (isShown(w)) continue;
    result += text.slice(from, word.start) + mask;
    from = word.end;
    if (mask === "") from += /^\s*/u.exec(text.slice(from, words[w + 1]?.start))?.[0].length ?? 0;
  }
  return result + text.slice(from);
}
