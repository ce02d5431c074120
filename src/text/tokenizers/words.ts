// Words as Keras' Tokenizer finds, counts and numbers them.

import { count, text } from "../../nn/layer-options.ts";
import {
  type CountedKind,
  type CountedTokenizer,
  countedKinds,
  countedOf,
  fitCounted,
  type Scan,
} from "./counted-tokenizer.ts";
import { checkOptions, someText } from "./texts.ts";
import type { Texts, TokenizerRecord } from "./tokenizer.ts";

/** The characters that Keras takes out: punctuation but the apostrophe, tabs and line ends. */
export const KERAS_FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n';

export interface WordsOptions {
  /** Ids that there are, the padding's and `oovToken`'s among them: the most frequent words have them. Default: all words. */
  readonly numWords?: number | undefined;
  /** Characters that part words as `split` does. Default: {@link KERAS_FILTERS}. */
  readonly filters?: string | undefined;
  /** Whether words are lower-cased. Default true. */
  readonly lower?: boolean | undefined;
  /** What stands between words. Default " ". */
  readonly split?: string | undefined;
  /** The word with id 1, which stands for all that are not known. Default: there is none, and they are left out. */
  readonly oovToken?: string | undefined;
}

export interface WordsConfig extends WordsOptions {
  readonly name: "words";
}

const KINDS = { numWords: count, filters: text, split: someText, ...countedKinds };

/**
 * Numbers words by how often they come, ties by which came first; 0 is for padding.
 *
 * The results are those of Keras' `keras.preprocessing.text.Tokenizer`, but for three things: decoding leaves padding out, where Keras puts
 * `oovToken`, and refuses ids that there are not; a word that equals `oovToken` counts as not known; words beyond `numWords` are forgotten,
 * not kept without use.
 *
 * @throws RecurraError `unknown-option`, `option-value`; `texts` where there are no words
 */
export function fitWords(options: WordsOptions, texts: Texts): Promise<CountedTokenizer> {
  return fitCounted(kindOf(options), { ids: options.numWords }, texts);
}

/** @throws RecurraError `tokenizer-format` */
export function wordsOf(record: TokenizerRecord): CountedTokenizer {
  return countedOf(record, kindOf);
}

function kindOf(options: WordsOptions): CountedKind {
  checkOptions("words", options, KINDS);
  return {
    name: "words",
    unit: "words",
    options,
    scan: wordScan(options),
    join: (words) => words.join(" "),
    oovToken: options.oovToken,
  };
}

/** Finds words as Keras' `text_to_word_sequence` does. */
export function wordScan({ filters = KERAS_FILTERS, lower = true, split = " " }: WordsOptions): Scan {
  const characters = [...filters];
  if (split.length > 1 || characters.some((one) => one.length > 1))
    return longScan(new Set(characters), lower, split);
  const parts = new Uint8Array(2 ** 16); // 1 for each UTF-16 unit that parts words
  for (const one of [...characters, split]) parts[one.charCodeAt(0)] = 1;
  return (text, visit) => {
    const source = lower ? text.toLowerCase() : text;
    const end = source.length;
    for (let i = 0; i < end; i++) {
      if (parts[source.charCodeAt(i)] === 1) continue;
      const from = i;
      do i++;
      while (i < end && parts[source.charCodeAt(i)] === 0);
      visit(source, from, i);
    }
  };
}

/** The same where the filters or `split` are more than single UTF-16 units. */
function longScan(filters: ReadonlySet<string>, lower: boolean, split: string): Scan {
  return (text, visit) => {
    const parted: string[] = [];
    for (const one of lower ? text.toLowerCase() : text) parted.push(filters.has(one) ? split : one);
    for (const word of parted.join("").split(split)) if (word.length > 0) visit(word, 0, word.length);
  };
}
