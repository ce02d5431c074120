// word2vec: vectors of words from the words around them; with subwords, as fastText has them.

import { describe } from "../../nn/choice.ts";
import {
  anything,
  code,
  count as countKind,
  countOrZero,
  notNegative,
  oneOf,
  positive,
} from "../../nn/layer-options.ts";
import { RecurraError } from "../../platform/error.ts";
import { Random } from "../../tensor/random.ts";
import { checkOptions } from "../tokenizers/texts.ts";
import { type SubwordShape, Subwords } from "../vectors/subwords.ts";
import { WordVectors } from "../vectors/word-vectors.ts";
import { type Corpus, type CorpusOptions, type CorpusSource, readCorpus, SENTENCE_END } from "./corpus.ts";
import { copyRows } from "./memory.ts";
import { possibleThreads, type RunOptions, tallyNumbers, trainShares } from "./shares.ts";
import { type Word2vecMemory, word2vecMemory } from "./word2vec-memory.ts";
import { trainPieces, type Word2vecShare } from "./word2vec-share.ts";

export interface Word2vecOptions extends CorpusOptions, RunOptions {
  /**
   * "skipGram" predicts a word from each word around it, "cbow" (continuous bag of words) from the mean of all of them, in a fifth of
   * the time. Default "skipGram".
   */
  readonly architecture?: "skipGram" | "cbow" | undefined;
  /** Numbers in a vector. Default 100. */
  readonly size?: number | undefined;
  /** Most words to each side that count as around a word; for each word it is drawn from 1 to this. Default 5. */
  readonly window?: number | undefined;
  /** Default "negativeSampling". */
  readonly loss?: "negativeSampling" | "hierarchicalSoftmax" | undefined;
  /** Words that a right one is told from at each step of negative sampling. Default 5. */
  readonly negative?: number | undefined;
  /** Words that make up more than this share of the corpus are left out at random now and then; 0 keeps all. Default 1e-3. */
  readonly sample?: number | undefined;
  /** Times that the corpus is gone through. Default 5. */
  readonly passes?: number | undefined;
  /** At the beginning; it falls to 0 evenly. Default 0.025, for "cbow" 0.05. */
  readonly learningRate?: number | undefined;
  /**
   * Make up words of their characters' n-grams too, so that words not seen in training have vectors: true for fastText's 3 to 6
   * characters and 2,000,000 buckets, or which. Default false.
   */
  readonly subwords?: boolean | Partial<SubwordShape> | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
}

const kinds = {
  architecture: oneOf("skipGram", "cbow"),
  size: countKind,
  window: countKind,
  loss: oneOf("negativeSampling", "hierarchicalSoftmax"),
  negative: countKind,
  sample: notNegative,
  passes: countKind,
  learningRate: positive,
  subwords: anything,
  seed: countOrZero,
  minCount: countKind,
  maxWords: countKind,
  tokenizer: anything,
  threads: countKind,
  onProgress: code,
  signal: anything,
};

/**
 * Learns vectors of words from a corpus.
 *
 *     const vectors = await word2vec(texts, { architecture: "cbow", size: 100, passes: 5, threads: 2 });
 *     vectors.nearest("king");
 *
 * The algorithm is that of the original C program, with its learning rate, window and subsampling; the loss's gradient is taken for all
 * rows of a step at once, negative samples come from an exact table, and σ is computed, not looked up.
 *
 * Source: Mikolov et al. 2013, "Efficient estimation of word representations in vector space"; "Distributed representations of words
 * and phrases and their compositionality" (NIPS); subwords: Bojanowski et al., TACL 2017.
 *
 * @returns the vectors, the most frequent word first
 * @throws RecurraError `unknown-option`, `option-value`; `corpus` for one that there is nothing to learn from; `too-large`
 */
export async function word2vec(source: CorpusSource, options: Word2vecOptions = {}): Promise<WordVectors> {
  checkOptions("word2vec", options, kinds);
  const {
    architecture = "skipGram",
    size = 100,
    window = 5,
    loss = "negativeSampling",
    negative = 5,
    sample = 1e-3,
    passes = 5,
    learningRate = architecture === "cbow" ? 0.05 : 0.025,
    seed = 0,
  } = options;
  const subwords = subwordShape(options.subwords ?? false);
  const wanted = possibleThreads(options.threads ?? 1);
  const corpus = await readCorpus("word2vec", source, options, wanted > 1);
  const parts = corpusParts(corpus.ids, wanted);
  const threads = parts.length;
  const settings = { architecture, size, window, loss, negative, sample, subwords, threads, seed };
  const laid = word2vecMemory("word2vec", corpus, settings);
  const numbers = tallyNumbers(threads);
  const total = passes * corpus.ids.length;
  const inputs = parts.map(({ from, to }, thread): Word2vecShare => {
    const [first = 0, second = 0] = new Random(seed).fold(thread + 1).bits(2);
    const tally = { numbers, thread };
    const { scratch, piece } = laid.threads[thread] ?? failThread();
    const { memory, plan } = laid;
    const random = [first, second] as const;
    return {
      memory,
      plan,
      scratch,
      piece,
      ids: corpus.ids,
      from,
      to,
      passes,
      learningRate,
      random,
      tally,
      total,
    };
  });
  const job = { module: new URL(jobModule, import.meta.url).href, function: "trainShare" };
  await trainShares({ inputs, train: trainPieces, job, numbers, total }, options);
  return resultOf(corpus, laid, size, subwords);
}

/** The sources run as they are; what is built has other names. */
const jobModule = import.meta.url.endsWith(".ts") ? "./word2vec-share.ts" : "./word2vec-share.js";

function failThread(): never {
  throw new TypeError("a thread without memory of its own");
}

/** The shape that an option asks for. */
export function subwordShape(option: unknown): SubwordShape | undefined {
  if (option === false) return undefined;
  const what = "word2vec: subwords";
  if (option !== true && (typeof option !== "object" || option === null))
    throw new RecurraError(
      "option-value",
      `${what} is ${describe(option)}; wanted true, false or { minLength, maxLength, buckets }.`,
    );
  const given: Partial<SubwordShape> = option === true ? {} : option;
  checkOptions(what, given, { minLength: countKind, maxLength: countKind, buckets: countKind });
  const { minLength = 3, maxLength = Math.max(6, minLength), buckets = 2_000_000 } = given;
  if (maxLength < minLength)
    throw new RecurraError(
      "option-value",
      `${what}: maxLength is ${maxLength}; wanted at least minLength, ${minLength}.`,
    );
  return { minLength, maxLength, buckets };
}

/** Parts of about equal length, cut after sentences. */
export function corpusParts(
  ids: Int32Array,
  parts: number,
): { readonly from: number; readonly to: number }[] {
  const cuts = [0];
  for (let part = 1; part < parts; part++) {
    const next = ids.indexOf(SENTENCE_END, Math.floor((ids.length * part) / parts)) + 1;
    if (next > (cuts.at(-1) ?? 0) && next < ids.length) cuts.push(next);
  }
  return cuts.map((from, i) => ({ from, to: cuts[i + 1] ?? ids.length }));
}

/** The vectors: input rows, or means of a word's rows. */
function resultOf(
  { words }: Corpus,
  { memory, plan, subwords }: Word2vecMemory,
  width: number,
  shape: SubwordShape | undefined,
): WordVectors {
  const rowsFrom = (first: number, rows: number) =>
    copyRows(memory, { at: plan.input + first * plan.shape.stride, rows, width, shape: plan.shape });
  const own = rowsFrom(0, words.length);
  if (shape === undefined || subwords === undefined) return new WordVectors(words, own);
  const grams = rowsFrom(words.length, subwords.buckets.length);
  const { starts, rows } = subwords;
  const matrix = new Float32Array(own.length);
  for (let word = 0; word < words.length; word++) {
    const [start, end] = [starts[word] ?? 0, starts[word + 1] ?? 0];
    for (let i = start; i < end; i++) {
      const row = rows[i] ?? 0;
      const [from, at] = row < words.length ? [own, row] : [grams, row - words.length];
      for (let k = 0; k < width; k++)
        matrix[word * width + k] =
          (matrix[word * width + k] ?? 0) + (from[at * width + k] ?? 0) / (end - start);
    }
  }
  return new WordVectors(words, matrix, { subwords: new Subwords(shape, subwords.buckets, grams, width) });
}
