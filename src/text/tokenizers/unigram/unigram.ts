// Unigram subwords: words in the pieces that are most probable together, or in pieces that are drawn.

import { z } from "zod";
import { count, flag, kind } from "../../../nn/layer-options.ts";
import { RecurraError } from "../../../platform/error.ts";
import type { Random } from "../../../tensor/random.ts";
import { readRecord } from "../record.ts";
import { countWords, type SplitWords } from "../subwords/count-words.ts";
import { checkVocabularySize, SpecialTokens, subwordKinds } from "../subwords/special-tokens.ts";
import { IdList, WordCache } from "../subwords/word-cache.ts";
import { checkId, checkOptions } from "../texts.ts";
import type { Texts, Tokenizer, TokenizerRecord } from "../tokenizer.ts";
import { type Vocabulary, vocabularyOf } from "../vocabulary.ts";
import { type MarkedWordsOptions, markedWords, normalizationKind, unmarked } from "./marked-words.ts";
import { PieceSegmenter } from "./piece-segmenter.ts";
import { type ScoredPiece, trainUnigram } from "./train-unigram.ts";

export interface UnigramOptions extends MarkedWordsOptions {
  /** Ids that there are at most, special tokens among them. Default 8000. */
  readonly vocabularySize?: number | undefined;
  /** The share of all characters that get pieces of their own, the most frequent ones; the others are not known. Default 0.9995. */
  readonly characterCoverage?: number | undefined;
  /** Characters in a piece at most, up to 64. Default 16. */
  readonly longestPiece?: number | undefined;
  /** How many pieces the training starts from at most. Default 1,000,000. */
  readonly seedSize?: number | undefined;
  /** Tokens that stand for themselves; they have the ids after "<pad>" and "<unk>". Default: none. */
  readonly specialTokens?: readonly string[] | undefined;
}

export interface UnigramConfig extends UnigramOptions {
  readonly name: "unigram";
}

const KINDS = {
  ...subwordKinds,
  characterCoverage: kind(
    "a number in (0, 1]",
    (value) => typeof value === "number" && value > 0 && value <= 1,
  ),
  longestPiece: kind(
    "a whole number from 2 to 64",
    (value) => typeof value === "number" && Number.isInteger(value) && value >= 2 && value <= 64,
  ),
  seedSize: count,
  normalization: normalizationKind,
  lower: flag,
};

const PADDING = "<pad>";
const UNKNOWN = "<unk>";

/**
 * Learns the pieces of a unigram language model.
 *
 * Source: T. Kudo, "Subword Regularization: Improving Neural Network Translation Models with Multiple Subword Candidates", ACL 2018;
 * T. Kudo, J. Richardson, "SentencePiece", EMNLP 2018, for the mark before words. White space is not kept: decoding gives one space.
 *
 * @throws RecurraError `unknown-option`, `option-value`; `texts` where there is nothing to learn from
 */
export async function fitUnigram(options: UnigramOptions, texts: Texts): Promise<UnigramTokenizer> {
  checkOptions("unigram", options, KINDS);
  const { vocabularySize = 8000, characterCoverage = 0.9995, longestPiece = 16, seedSize = 1e6 } = options;
  const first = firstTokens(options);
  const special = new SpecialTokens(first);
  const counted = await countWords("unigram", texts, special.between(markedWords(options)));
  const pieces = trainUnigram(counted, {
    size: Math.max(0, vocabularySize - first.length),
    characterCoverage,
    longestPiece,
    seedSize,
  });
  const size = first.length + pieces.length;
  checkVocabularySize("unigram", vocabularySize, size, "the characters and special tokens");
  return new UnigramTokenizer(options, pieces);
}

/**
 * A unigram tokeniser of pieces that were learnt elsewhere.
 *
 * @param pieces with the logarithms of their probabilities, in the order of their ids after the special tokens
 */
export function unigramFrom(
  pieces: readonly ScoredPiece[],
  options: MarkedWordsOptions & Pick<UnigramOptions, "specialTokens"> = {},
): UnigramTokenizer {
  checkOptions("unigram", options, KINDS);
  return new UnigramTokenizer(options, pieces);
}

function firstTokens({ specialTokens = [] }: UnigramOptions): readonly string[] {
  return [...new Set([PADDING, UNKNOWN, ...specialTokens])];
}

export interface SampleOptions {
  /** How the probabilities of the ways are sharpened: 0 draws from all alike, 1 by the model, large numbers take the best. Default 0.2. */
  readonly alpha?: number | undefined;
  readonly random: Random;
}

/** Made by {@link fitUnigram} and {@link unigramFrom}. */
export class UnigramTokenizer implements Tokenizer {
  readonly name = "unigram";
  /** The pieces; one that begins a word begins with "▁". */
  readonly vocabulary: Vocabulary;
  readonly #options: UnigramOptions;
  readonly #pieces: readonly ScoredPiece[];
  readonly #special: SpecialTokens;
  readonly #split: SplitWords;
  readonly #segmenter: PieceSegmenter;
  readonly #cache: WordCache;

  constructor(options: UnigramOptions, pieces: readonly ScoredPiece[]) {
    this.#options = options;
    this.#pieces = pieces;
    const first = firstTokens(options);
    this.vocabulary = vocabularyOf([...first, ...pieces.map(({ piece }) => piece)], {
      padding: 0,
      unknown: 1,
    });
    this.#special = new SpecialTokens(first);
    this.#split = markedWords(options);
    this.#segmenter = new PieceSegmenter(pieces, first.length, 1);
    this.#cache = new WordCache((word, into) => this.#segmenter.best(word, into));
  }

  split(text: string): readonly string[] {
    return Array.from(this.encode(text), (id) => this.vocabulary.tokenOf(id) ?? "");
  }

  encode(text: string): Int32Array {
    return this.#encode(text, (source, from, to, ids) => this.#cache.encode(source, from, to, ids));
  }

  /**
   * As `encode`, but the pieces of each word are drawn from all ways to part it, by their probability to the power of alpha: a model that
   * is trained on such text sees words in different pieces (Kudo 2018, section 3.3).
   *
   * @throws RecurraError `option-value` for a negative alpha
   */
  sample(text: string, { alpha = 0.2, random }: SampleOptions): Int32Array {
    if (!(alpha >= 0 && alpha < Infinity))
      throw new RecurraError("option-value", `unigram: alpha is ${alpha}; wanted a number from 0 up.`);
    let draws = new Float64Array(0);
    let next = 0;
    const draw = (): number => {
      if (next === draws.length) {
        draws = random.uniform([256], 0, 1, "float64").data as Float64Array<ArrayBuffer>;
        next = 0;
      }
      return draws[next++] ?? 0;
    };
    return this.#encode(text, (source, from, to, ids) =>
      this.#segmenter.sample(source.slice(from, to), alpha, draw, ids),
    );
  }

  #encode(text: string, word: (source: string, from: number, to: number, ids: IdList) => void): Int32Array {
    const ids = new IdList();
    this.#special.parts(
      text,
      (part) => this.#split(part, (source, from, to) => word(source, from, to, ids)),
      (token) => ids.push(this.vocabulary.idOf(token) ?? 0),
    );
    return ids.view.slice();
  }

  /** The text of ids, with one space between words; where the pieces were not known, the token says so. */
  decode(ids: Iterable<number>): string {
    const { size, padding } = this.vocabulary;
    const parts: string[] = [];
    for (const id of ids) {
      checkId("unigram", id, size);
      if (id === padding) continue;
      parts.push(this.vocabulary.tokenOf(id) ?? "");
    }
    return unmarked(parts.join(""));
  }

  record(): TokenizerRecord {
    return {
      format: "recurra-tokenizer",
      version: 1,
      name: this.name,
      options: this.#options,
      pieces: this.#pieces.map(({ piece, score }) => [piece, score]),
    };
  }
}

const schema = z.object({
  options: z.looseObject({}),
  pieces: z.array(z.tuple([z.string().min(1), z.number()])),
});

/** @throws RecurraError `tokenizer-format`, `vocabulary` */
export function unigramOf(record: TokenizerRecord): UnigramTokenizer {
  const { options, pieces } = readRecord(record, schema);
  checkOptions("unigram", options, KINDS);
  return new UnigramTokenizer(
    options,
    pieces.map(([piece, score]) => ({ piece, score })),
  );
}
