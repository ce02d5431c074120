// Words as Keras' Tokenizer finds, counts and numbers them.

import { count, flag, text } from "../../nn/layer-options.ts";
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
  /**
   * Whether, beside `filters`, the punctuation and the spaces of all scripts part words, such as “ ” « » — … ، ؟ 。; the apostrophe ’ and
   * the Hebrew ׳ and ״ stay within words, and are taken off their ends. Words of plain ASCII are the same either way. Default false, as
   * Keras.
   */
  readonly unicode?: boolean | undefined;
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

const KINDS = { numWords: count, filters: text, unicode: flag, split: someText, ...countedKinds };

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

/** Finds words as Keras' `text_to_word_sequence` does, or with all of Unicode's punctuation. */
export function wordScan(options: WordsOptions): Scan {
  const { filters = KERAS_FILTERS, lower = true, split = " ", unicode = false } = options;
  const characters = unicode ? [...filters, ...unicodeParts()] : [...filters];
  const isLong = split.length > 1 || characters.some((one) => one.length > 1);
  const scan = isLong ? longScan(new Set(characters), lower, split) : unitScan([...characters, split], lower);
  return unicode ? (text, visit) => scan(text, withoutMarks(visit)) : scan;
}

/** @param separators each a single UTF-16 unit */
function unitScan(separators: readonly string[], lower: boolean): Scan {
  const parts = new Uint8Array(2 ** 16); // 1 for each UTF-16 unit that parts words
  for (const one of separators) parts[one.charCodeAt(0)] = 1;
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

/**
 * What stands within words as well as around them: the apostrophes ’ ՚ ＇, the acute ´ that stands for one, and geresh and gershayim of
 * Hebrew abbreviations.
 */
const MARKS = "\u2019\u00b4\u055a\uff07\u05f3\u05f4";
/** Beside punctuation and spaces: bullets, marks of writing direction, the zero-width space. */
const OTHER_PARTS = "\u25a0\u25aa\u25ba\u25cf\u25e6\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff";

let parts: readonly string[] | undefined;

/** All that parts words in any script, beyond ASCII, whose punctuation `filters` has; and ASCII's line ends. */
function unicodeParts(): readonly string[] {
  const parting = new RegExp(`^(?![${MARKS}])[\\p{P}\\p{Z}${OTHER_PARTS}]$`, "u");
  parts ??= ["\r", "\v", "\f"].concat(
    Array.from({ length: 2 ** 16 - 0x80 }, (_, i) => String.fromCharCode(0x80 + i)).filter((one) =>
      parting.test(one),
    ),
  );
  return parts;
}

/** Visits words without the marks at their ends. */
function withoutMarks(visit: Parameters<Scan>[1]): Parameters<Scan>[1] {
  return (source, start, end) => {
    let [from, to] = [start, end];
    while (from < to && MARKS.includes(source[from] ?? "")) from++;
    while (from < to && MARKS.includes(source[to - 1] ?? "")) to--;
    if (from < to) visit(source, from, to);
  };
}
