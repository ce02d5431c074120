// N-grams: runs of n words or characters.

import { count, kind, oneOf, text } from "../../nn/layer-options.ts";
import {
  type CountedKind,
  type CountedTokenizer,
  countedKinds,
  countedOf,
  fitCounted,
  type Scan,
} from "./counted-tokenizer.ts";
import { checkOptions } from "./texts.ts";
import type { Texts, TokenizerRecord } from "./tokenizer.ts";
import { unicodeWordScan } from "./unicode-words.ts";
import { wordScan } from "./words.ts";

export interface NGramsOptions {
  /** What they are runs of: words as Keras finds them, words of any language, or characters (code points). Default "words". */
  readonly of?: "words" | "unicode-words" | "characters" | undefined;
  /** How many of them, or from how many to how many: [1, 2] for words and pairs of words. Default 2. */
  readonly n?: number | readonly [number, number] | undefined;
  /** Ids that there are, the padding's and `oovToken`'s among them: the most frequent n-grams have them. Default: all. */
  readonly numTokens?: number | undefined;
  /** How often an n-gram must come. Default 1. */
  readonly minCount?: number | undefined;
  /** Whether they are lower-cased. Default true. */
  readonly lower?: boolean | undefined;
  /** Of words: characters that part them. Default: Keras'. */
  readonly filters?: string | undefined;
  /** The n-gram with id 1, which stands for all that are not known. Default: there is none, and they are left out. */
  readonly oovToken?: string | undefined;
}

export interface NGramsConfig extends NGramsOptions {
  readonly name: "n-grams";
}

const isCount = (value: unknown): boolean =>
  typeof value === "number" && Number.isInteger(value) && value > 0;
const KINDS = {
  of: oneOf("words", "unicode-words", "characters"),
  n: kind(
    "a positive whole number or two of them, the smaller first",
    (value) =>
      isCount(value) ||
      (Array.isArray(value) && value.length === 2 && value.every(isCount) && value[0] <= value[1]),
  ),
  numTokens: count,
  minCount: count,
  filters: text,
  ...countedKinds,
};

/**
 * Numbers n-grams by how often they come, ties by which came first; 0 is for padding. The n-grams of a text come as in scikit-learn's
 * `CountVectorizer`: all of the shortest first, each length from left to right; words within one are parted by a space. Decoding puts
 * " | " between n-grams, since they overlap.
 *
 * @throws RecurraError `unknown-option`, `option-value`; `texts` where there are no n-grams
 */
export function fitNGrams(options: NGramsOptions, texts: Texts): Promise<CountedTokenizer> {
  return fitCounted(kindOf(options), { ids: options.numTokens, minCount: options.minCount }, texts);
}

/** @throws RecurraError `tokenizer-format` */
export function nGramsOf(record: TokenizerRecord): CountedTokenizer {
  return countedOf(record, kindOf);
}

function kindOf(options: NGramsOptions): CountedKind {
  checkOptions("n-grams", options, KINDS);
  const { of = "words", n = 2, lower, filters } = options;
  const [least, most] = typeof n === "number" ? [n, n] : n;
  const units = of === "words" ? wordScan({ lower, filters }) : unicodeWordScan({ lower });
  const scan =
    of === "characters" ? characterNGrams(least, most, lower ?? true) : wordNGrams(units, least, most);
  return {
    name: "n-grams",
    unit: "n-grams",
    options,
    scan,
    join: (all) => all.join(" | "),
    oovToken: options.oovToken,
  };
}

function wordNGrams(words: Scan, least: number, most: number): Scan {
  return (text, visit) => {
    // The words with one space between them: every n-gram is a stretch of that.
    const found: string[] = [];
    const bounds: number[] = [0]; // where each word begins
    let length = 0;
    words(text, (source, from, to) => {
      found.push(source.slice(from, to));
      length += to - from + 1;
      bounds.push(length);
    });
    const joined = found.join(" ");
    for (let n = least; n <= most; n++)
      for (let i = 0; i + n <= found.length; i++) visit(joined, bounds[i] ?? 0, (bounds[i + n] ?? 0) - 1);
  };
}

function characterNGrams(least: number, most: number, lower: boolean): Scan {
  return (text, visit) => {
    const source = lower ? text.toLowerCase() : text;
    const bounds = new Int32Array(source.length + 1); // where each character begins, and where the last ends
    let size = 0;
    for (const character of source) {
      bounds[size + 1] = (bounds[size] ?? 0) + character.length;
      size++;
    }
    for (let n = least; n <= most; n++)
      for (let i = 0; i + n <= size; i++) visit(source, bounds[i] ?? 0, bounds[i + n] ?? 0);
  };
}
