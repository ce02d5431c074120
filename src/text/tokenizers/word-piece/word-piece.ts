// WordPiece: words in pieces, the longest that is known first, as BERT does it.

import { z } from "zod";
import { count, flag } from "../../../nn/layer-options.ts";
import { RecurraError } from "../../../platform/error.ts";
import { readRecord } from "../record.ts";
import { countWords, type SplitWords } from "../subwords/count-words.ts";
import { checkVocabularySize, SpecialTokens, subwordKinds } from "../subwords/special-tokens.ts";
import { IdList, type IdSink, WordCache } from "../subwords/word-cache.ts";
import { checkId, checkOptions } from "../texts.ts";
import type { Texts, Tokenizer, TokenizerRecord } from "../tokenizer.ts";
import { type Vocabulary, vocabularyOf } from "../vocabulary.ts";
import { WordTable } from "../word-table.ts";
import { bertSplit } from "./bert-split.ts";
import { CONTINUING, trainWordPiece } from "./train-word-piece.ts";

export interface WordPieceOptions {
  /** Ids that there are at most, special tokens among them. Default 8000. */
  readonly vocabularySize?: number | undefined;
  /** How often two pieces must come side by side to be joined. Default 2. */
  readonly minCount?: number | undefined;
  /** Characters that are known at most: the most frequent. Default 1000. */
  readonly alphabetSize?: number | undefined;
  /** Whether text is lower-cased. Default true. */
  readonly lower?: boolean | undefined;
  /** Whether accents are taken off letters. Default: as `lower`. */
  readonly stripAccents?: boolean | undefined;
  /** Tokens that stand for themselves; they have the first ids. "[PAD]" and "[UNK]" are always among them. Default: BERT's five. */
  readonly specialTokens?: readonly string[] | undefined;
}

export interface WordPieceConfig extends WordPieceOptions {
  readonly name: "word-piece";
}

const KINDS = {
  ...subwordKinds,
  minCount: count,
  alphabetSize: count,
  lower: flag,
  stripAccents: flag,
};

const PADDING = "[PAD]";
const UNKNOWN = "[UNK]";
const BERT_TOKENS = [PADDING, UNKNOWN, "[CLS]", "[SEP]", "[MASK]"];

/** Longer words are not known, as in BERT. */
const LONGEST_WORD = 100;

/**
 * Learns the pieces of WordPiece.
 *
 * Source: M. Schuster, K. Nakajima, "Japanese and Korean Voice Search", ICASSP 2012; J. Devlin et al., "BERT", NAACL 2019. The training
 * is that of Hugging Face's `BertWordPieceTokenizer`; ties are in the order of characters.
 *
 * @throws RecurraError `unknown-option`, `option-value`; `texts` where there is nothing to learn from
 */
export async function fitWordPiece(options: WordPieceOptions, texts: Texts): Promise<WordPieceTokenizer> {
  checkOptions("word-piece", options, KINDS);
  const { vocabularySize = 8000, minCount = 2, alphabetSize = 1000 } = options;
  const first = [...new Set([PADDING, UNKNOWN, ...(options.specialTokens ?? BERT_TOKENS)])];
  const special = new SpecialTokens(first);
  const counted = await countWords("word-piece", texts, special.between(bertSplit(options)));
  const tokens = trainWordPiece(counted, first, { vocabularySize, minCount, alphabetSize });
  checkVocabularySize("word-piece", vocabularySize, tokens.length, "the characters and special tokens");
  return new WordPieceTokenizer({ ...options, specialTokens: first }, tokens);
}

/**
 * A WordPiece tokeniser of a list of tokens, such as the lines of BERT's vocab.txt.
 *
 * @param tokens in the order of their ids, "[UNK]" among them; those that continue a word begin with "##"
 * @throws RecurraError `vocabulary` where there is no "[UNK]" or a token comes twice
 */
export function wordPieceFrom(
  tokens: readonly string[],
  options: Pick<WordPieceOptions, "lower" | "stripAccents" | "specialTokens"> = {},
): WordPieceTokenizer {
  checkOptions("word-piece", options, KINDS);
  return new WordPieceTokenizer(options, tokens);
}

/** Made by {@link fitWordPiece} and {@link wordPieceFrom}. */
export class WordPieceTokenizer implements Tokenizer {
  readonly name = "word-piece";
  /** The pieces; those that continue a word begin with "##". */
  readonly vocabulary: Vocabulary;
  readonly #options: WordPieceOptions;
  readonly #tokens: readonly string[];
  readonly #special: SpecialTokens;
  readonly #split: SplitWords;
  readonly #cache: WordCache;

  constructor(options: WordPieceOptions, tokens: readonly string[]) {
    this.#options = options;
    this.#tokens = tokens;
    const unknown = tokens.indexOf(UNKNOWN);
    if (unknown < 0)
      throw new RecurraError(
        "vocabulary",
        `A word-piece vocabulary of ${tokens.length} tokens has no "${UNKNOWN}", which stands for words not known. Add it.`,
      );
    const padding = tokens.indexOf(PADDING);
    this.vocabulary = vocabularyOf(tokens, { padding: padding < 0 ? undefined : padding, unknown });
    const known = new Set(tokens);
    const special = (options.specialTokens ?? BERT_TOKENS).filter((token) => known.has(token));
    this.#special = new SpecialTokens(special);
    this.#split = bertSplit(options);
    const pieces = new PieceMatcher(tokens, new Set(special));
    this.#cache = new WordCache((word, into) => {
      if (isTooLong(word) || !pieces.match(word, into)) into.push(unknown);
    });
  }

  split(text: string): readonly string[] {
    return Array.from(this.encode(text), (id) => this.#tokens[id] ?? "");
  }

  encode(text: string): Int32Array {
    const ids = new IdList();
    const visit = (source: string, from: number, to: number): void =>
      this.#cache.encode(source, from, to, ids);
    this.#special.parts(
      text,
      (part) => this.#split(part, visit),
      (token) => ids.push(this.vocabulary.idOf(token) ?? 0),
    );
    return ids.view.slice();
  }

  /** The words that pieces make, with spaces between them, but none where English has none, as before a full stop. */
  decode(ids: Iterable<number>): string {
    const { size, padding } = this.vocabulary;
    let text = "";
    for (const id of ids) {
      checkId("word-piece", id, size);
      if (id === padding) continue;
      const token = this.#tokens[id] ?? "";
      if (token.startsWith(CONTINUING) && text !== "") text += token.slice(CONTINUING.length);
      else text += text === "" ? token : ` ${token}`;
    }
    return text
      .replace(/ ([.,!?])/g, "$1")
      .replace(/ ' /g, "'")
      .replace(/ ('s|'m|'ve|'re|n't)\b/g, "$1");
  }

  record(): TokenizerRecord {
    return {
      format: "recurra-tokenizer",
      version: 1,
      name: this.name,
      options: this.#options,
      tokens: this.#tokens,
    };
  }
}

const schema = z.object({ options: z.looseObject({}), tokens: z.array(z.string().min(1)) });

/** @throws RecurraError `tokenizer-format`, `vocabulary` */
export function wordPieceOf(record: TokenizerRecord): WordPieceTokenizer {
  const { options, tokens } = readRecord(record, schema);
  checkOptions("word-piece", options, KINDS);
  return new WordPieceTokenizer(options, tokens);
}

/** Whether a word has more than {@link LONGEST_WORD} characters, each of which is one or two UTF-16 units. */
function isTooLong(word: string): boolean {
  if (word.length <= LONGEST_WORD) return false;
  return word.length > 2 * LONGEST_WORD || [...word].length > LONGEST_WORD;
}

/** Finds the longest pieces of words. */
class PieceMatcher {
  readonly #beginning = new WordTable();
  readonly #beginningIds: number[] = [];
  readonly #continuing = new WordTable();
  readonly #continuingIds: number[] = [];
  #longest = 0;

  constructor(tokens: readonly string[], special: ReadonlySet<string>) {
    for (const [id, token] of tokens.entries()) {
      if (special.has(token)) continue;
      const continues = token.startsWith(CONTINUING) && token.length > CONTINUING.length;
      const piece = continues ? token.slice(CONTINUING.length) : token;
      (continues ? this.#continuing : this.#beginning).add(piece, 0, piece.length);
      (continues ? this.#continuingIds : this.#beginningIds).push(id);
      this.#longest = Math.max(this.#longest, piece.length);
    }
  }

  /** Adds the ids of a word's pieces. @returns whether it is made of known ones; if not, nothing is added */
  match(word: string, into: IdSink): boolean {
    const found: number[] = [];
    let from = 0;
    while (from < word.length) {
      const table = from === 0 ? this.#beginning : this.#continuing;
      let to = Math.min(word.length, from + this.#longest);
      let piece = -1;
      for (; to > from; to--) {
        piece = table.find(word, from, to);
        if (piece >= 0) break;
      }
      if (piece < 0) return false;
      found.push((from === 0 ? this.#beginningIds : this.#continuingIds)[piece] ?? 0);
      from = to;
    }
    for (const id of found) into.push(id);
    return true;
  }
}
