// The tokenisers by name: fitted from their options, and read from their records.

import { configOf } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import { type BpeConfig, bpeOf, fitBpe } from "./bpe/bpe.ts";
import { type CharactersConfig, charactersOf, fitCharacters } from "./characters.ts";
import { huggingFaceOf, loadHuggingFaceLibrary } from "./hugging-face.ts";
import { fitNGrams, type NGramsConfig, nGramsOf } from "./n-grams.ts";
import { readTokenizer } from "./read-tokenizer.ts";
import { checkRecord } from "./record.ts";
import { checkOptions, someText } from "./texts.ts";
import type { Texts, Tokenizer } from "./tokenizer.ts";
import { fitUnicodeWords, type UnicodeWordsConfig, unicodeWordsOf } from "./unicode-words.ts";
import { fitUnigram, type UnigramConfig, unigramOf } from "./unigram/unigram.ts";
import { fitWordPiece, type WordPieceConfig, wordPieceOf } from "./word-piece/word-piece.ts";
import { fitWords, type WordsConfig, wordsOf } from "./words.ts";

/** A tokeniser that is to be fitted, as plain JSON: its name and its options. */
export type TokenizerConfig =
  | CharactersConfig
  | WordsConfig
  | UnicodeWordsConfig
  | NGramsConfig
  | BpeConfig
  | WordPieceConfig
  | UnigramConfig
  | TokenizerFile;

/** A tokeniser that is there already, in place of one that is to be fitted. */
export interface TokenizerFile {
  readonly name: "file";
  /** A file that `saveTokenizer` wrote, or a tokenizer.json of Hugging Face. */
  readonly path: string;
}

/** The tokenisers that can be fitted. */
export type TokenizerName = Exclude<TokenizerConfig["name"], "file">;

const FITS = {
  characters: fitCharacters,
  words: fitWords,
  "unicode-words": fitUnicodeWords,
  "n-grams": fitNGrams,
  bpe: fitBpe,
  "word-piece": fitWordPiece,
  unigram: fitUnigram,
};

const READERS = {
  characters: charactersOf,
  words: wordsOf,
  "unicode-words": unicodeWordsOf,
  "n-grams": nGramsOf,
  bpe: bpeOf,
  "word-piece": wordPieceOf,
  unigram: unigramOf,
  "hugging-face": huggingFaceOf,
};

export const tokenizerNames = Object.keys(FITS) as readonly TokenizerName[];

/**
 * Fits a tokeniser to texts, which are gone through once and need not be in memory:
 *
 *     const tokenizer = await fitTokenizer({ name: "words", numWords: 20000, oovToken: "<unk>" }, texts);
 *     tokenizer.encode("The cat sat on the mat.");
 *
 * @param choice its name, or its name and options; { name: "file", path } is read as it is, and the texts are not gone through
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`; `texts` where there is nothing to learn from; of a file
 *   `file-not-found`, `tokenizer-format`
 */
export async function fitTokenizer(
  choice: TokenizerName | TokenizerConfig,
  texts: Texts,
): Promise<Tokenizer> {
  if (typeof choice === "object" && choice !== null && choice.name === "file") {
    const { name: _, ...options } = choice;
    checkOptions("tokeniser file", options, { path: someText });
    return readTokenizer(choice.path, openTokenizer);
  }
  const { name, ...options } = configOf("tokeniser", choice, tokenizerNames);
  const learn = FITS[name as TokenizerName] as (options: object, texts: Texts) => Promise<Tokenizer>;
  return learn(options, texts);
}

/**
 * A tokeniser from its record, as `record()` gives it.
 *
 * @throws RecurraError `tokenizer-format`; `library-not-loaded` for Hugging Face's, which {@link openTokenizer} reads
 */
export function tokenizerOf(record: unknown): Tokenizer {
  const checked = checkRecord(record);
  const { name } = checked;
  if (!Object.hasOwn(READERS, name)) {
    const names = Object.keys(READERS);
    throw new RecurraError(
      "tokenizer-format",
      `There is no tokeniser "${name}". ${suggestion(name, names)}There are ${names.join(", ")}.`,
    );
  }
  return READERS[name as keyof typeof READERS](checked);
}

/** As {@link tokenizerOf}, for all kinds: a library that one needs is loaded first. @throws RecurraError `tokenizer-format` */
export async function openTokenizer(record: unknown): Promise<Tokenizer> {
  if (checkRecord(record).name === "hugging-face") await loadHuggingFaceLibrary();
  return tokenizerOf(record);
}
