// Words of any language, as Unicode's rules and the dictionaries of Intl.Segmenter find them.

import { count, flag, oneOf } from "../../nn/layer-options.ts";
import { RecurraError } from "../../platform/error.ts";
import { asciiWords, isPlainAscii } from "./ascii-words.ts";
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

/** Forms in which Unicode writes a character that can be written in several ways. */
export type Normalization = "NFC" | "NFKC" | "none";

export interface UnicodeWordsOptions {
  /** Ids that there are, the padding's and `oovToken`'s among them: the most frequent words have them. Default: all words. */
  readonly numWords?: number | undefined;
  /** How often a word must come. Default 1. */
  readonly minCount?: number | undefined;
  /** Whether words are lower-cased. Default true. */
  readonly lower?: boolean | undefined;
  /** The form in which words are written: NFC joins letters and marks, NFKC also makes ligatures and wide letters plain. Default "NFC". */
  readonly normalization?: Normalization | undefined;
  /** The language, as in "ja" or "ar-EG". Default "en"; the rules differ little, since dictionaries are chosen by script. */
  readonly locale?: string | undefined;
  /** Whether punctuation and symbols, emoji among them, are tokens too. Default false. */
  readonly punctuation?: boolean | undefined;
  /** The word with id 1, which stands for all that are not known. Default: there is none, and they are left out. */
  readonly oovToken?: string | undefined;
}

export interface UnicodeWordsConfig extends UnicodeWordsOptions {
  readonly name: "unicode-words";
}

const KINDS = {
  numWords: count,
  minCount: count,
  normalization: oneOf("NFC", "NFKC", "none"),
  locale: someText,
  punctuation: flag,
  ...countedKinds,
};

/**
 * Numbers the words of any language by how often they come, ties by which came first; 0 is for padding. A word never ends within what a
 * reader sees as one character. Chinese, Japanese, Thai and others without spaces are parted by the dictionaries of the runtime, which
 * may change a little between its versions.
 *
 * Source: Unicode Standard Annex 29, word boundaries, through `Intl.Segmenter`.
 *
 * @throws RecurraError `unknown-option`, `option-value`; `texts` where there are no words
 */
export function fitUnicodeWords(options: UnicodeWordsOptions, texts: Texts): Promise<CountedTokenizer> {
  return fitCounted(kindOf(options), { ids: options.numWords, minCount: options.minCount }, texts);
}

/** @throws RecurraError `tokenizer-format` */
export function unicodeWordsOf(record: TokenizerRecord): CountedTokenizer {
  return countedOf(record, kindOf);
}

function kindOf(options: UnicodeWordsOptions): CountedKind {
  checkOptions("unicode-words", options, KINDS);
  return {
    name: "unicode-words",
    unit: "words",
    options,
    scan: unicodeWordScan(options),
    join: joinWords,
    oovToken: options.oovToken,
  };
}

/** Splits texts into words where no ids are wanted, as to train vectors of words. @throws RecurraError `unknown-option`, `option-value` */
export function unicodeWordSplitter(options: UnicodeWordsOptions = {}): {
  split(text: string): readonly string[];
} {
  checkOptions("unicodeWordSplitter", options, KINDS);
  const scan = unicodeWordScan(options);
  return {
    split(text) {
      const words: string[] = [];
      scan(text, (source, from, to) => words.push(source.slice(from, to)));
      return words;
    },
  };
}

/** Finds words by Unicode's rules. */
export function unicodeWordScan(options: UnicodeWordsOptions): Scan {
  const { lower = true, normalization = "NFC", punctuation = false } = options;
  const segmenter = segmenterOf(options.locale ?? "en");
  return (text, visit) => {
    const folded = lower ? text.toLowerCase() : text;
    const source = normalization === "none" ? folded : folded.normalize(normalization);
    // A line end always ends a word, and short stretches keep the segmenter's memory small.
    for (let from = 0; from < source.length; ) {
      const lineEnd = source.indexOf("\n", from);
      const to = lineEnd < 0 ? source.length : lineEnd + 1;
      const line = from === 0 && to === source.length ? source : source.slice(from, to);
      if (isPlainAscii(line)) asciiWords(line, punctuation, visit);
      else
        for (const { segment, index, isWordLike } of segmenter.segment(line))
          if (isWordLike || (punctuation && segment.trim().length > 0))
            visit(line, index, index + segment.length);
      from = to;
    }
  };
}

function segmenterOf(locale: string): Intl.Segmenter {
  try {
    return new Intl.Segmenter(locale, { granularity: "word" });
  } catch (cause) {
    throw new RecurraError(
      "option-value",
      `unicode-words: locale is "${locale}"; wanted the tag of a language, such as "en" or "zh-Hant".`,
      { cause },
    );
  }
}

const UNSPACED_END = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]$/u;
const UNSPACED_START = /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]/u;

/** Words as text: with spaces between them, but where both sides are of a script that has none. */
function joinWords(words: readonly string[]): string {
  let text = "";
  for (const word of words) {
    const close = text === "" || (UNSPACED_START.test(word) && UNSPACED_END.test(text.slice(-2)));
    text += close ? word : ` ${word}`;
  }
  return text;
}
