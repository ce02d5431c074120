// WordVectors: words and their vectors; neighbours, analogies, similarity, and the matrix of a vocabulary.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { checkCounts } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { Random } from "../../tensor/random.ts";
import type { Vocabulary } from "../tokenizers/vocabulary.ts";
import { type AnalogyMethod, analogyScores } from "./analogy-scores.ts";
import { Best } from "./best.ts";
import { cosine, inverseNorm, unit } from "./cosine.ts";
import { RowScorer } from "./row-scores.ts";
import type { Subwords } from "./subwords.ts";

/** A word near to something. */
export interface Neighbour {
  readonly word: string;
  /** The cosine, from -1 to 1; of an analogy by "multiply" its score. */
  readonly similarity: number;
}

export interface AnalogyOptions {
  /** Default "add". */
  readonly method?: AnalogyMethod | undefined;
  /** How many answers. Default 10. */
  readonly count?: number | undefined;
  /** Look among so many of the first words only, which are the most frequent ones as a rule. Default: all. */
  readonly among?: number | undefined;
}

export interface MatrixOptions {
  /** What the rows of tokens without a vector hold: zeros, or normal numbers with the spread of the known vectors. Default "zeros". */
  readonly missing?: "zeros" | "random" | undefined;
  /** Of the random rows. Default 0. */
  readonly seed?: number | undefined;
}

/** Words and a vector for each. */
export class WordVectors {
  /** The words by row; in files and after training the most frequent one comes first. */
  readonly words: readonly string[];
  /** The vectors [words, width], as they were learnt: not normalised. */
  readonly matrix: Float32Array;
  /** Numbers in a vector. */
  readonly width: number;
  /** What gives unknown words a vector, where the training was with subwords. */
  readonly subwords: Subwords | undefined;
  readonly #rows: ReadonlyMap<string, number>;
  #inverseNorms: Float32Array | undefined;
  #scorer: RowScorer | undefined;

  /**
   * @param matrix [words, width], used as it is
   * @throws RecurraError `word-vectors` where the matrix has not as many rows, or a word comes twice
   */
  constructor(
    words: readonly string[],
    matrix: Float32Array,
    options: { readonly subwords?: Subwords } = {},
  ) {
    const width = matrix.length / words.length;
    if (words.length === 0 || !Number.isInteger(width) || width === 0)
      throw new RecurraError(
        "word-vectors",
        `WordVectors: ${words.length} words and a matrix of ${matrix.length} numbers; wanted as many numbers for each word, and at least one word.`,
      );
    const rows = new Map(words.map((word, row) => [word, row]));
    if (rows.size < words.length) {
      const twice = words.find((word, row) => rows.get(word) !== row);
      throw new RecurraError(
        "word-vectors",
        `WordVectors: the word "${twice}" comes twice; wanted each word once.`,
      );
    }
    this.words = words;
    this.matrix = matrix;
    this.width = width;
    this.subwords = options.subwords;
    this.#rows = rows;
  }

  /** How many words there are. */
  get size(): number {
    return this.words.length;
  }

  /** Whether a word is in the vocabulary. */
  has(word: string): boolean {
    return this.#rows.has(word);
  }

  /** The row of a word in the matrix. */
  rowOf(word: string): number | undefined {
    return this.#rows.get(word);
  }

  /** The vector of a word: a view into the matrix; with subwords a new array for a word that is not in the vocabulary. */
  get(word: string): Float32Array | undefined {
    const row = this.#rows.get(word);
    return row === undefined ? this.subwords?.vectorOf(word) : this.#row(row);
  }

  /**
   * The cosine of the vectors of two words, from -1 to 1.
   *
   * @throws RecurraError `unknown-word`
   */
  similarity(a: string, b: string): number {
    return cosine(this.vectorOf(a), this.vectorOf(b));
  }

  /**
   * The words nearest to a word, which itself is left out, or to a vector; by their cosine, the nearest first.
   *
   * @param count how many
   * @throws RecurraError `unknown-word`; `vector-width` for a vector of another width
   */
  nearest(what: string | ArrayLike<number>, count = 10): Neighbour[] {
    checkCounts("nearest", { count });
    const vector = typeof what === "string" ? this.vectorOf(what) : this.#checked(what);
    const best = new Best(count);
    const left = typeof what === "string" ? this.#rows.get(what) : undefined;
    this.scan(unit(vector), this.size, (_, scores, first) => keepBest(best, scores, first, left));
    return this.#named(best);
  }

  /**
   * What is to c as b is to a; the three words are left out.
   *
   *     vectors.analogy("man", "king", "woman"); // queen
   *
   * @throws RecurraError `unknown-word`, `unknown-option`, `option-value`
   */
  analogy(a: string, b: string, c: string, options: AnalogyOptions = {}): Neighbour[] {
    checkOptionNames("analogy", options, ["method", "count", "among"]);
    const { method = "add", count = 10, among = this.size } = options;
    checkCounts("analogy", { count, among });
    const vectors = [a, b, c].map((word) => unit(this.vectorOf(word)));
    const left = [a, b, c].map((word) => this.#rows.get(word));
    const best = new Best(count);
    analogyScores(this, vectors, { method, among: Math.min(among, this.size) }, (_, scores, first) => {
      for (const row of left) if (row !== undefined) scores[row - first] = -Infinity;
      keepBest(best, scores, first, undefined);
    });
    return this.#named(best);
  }

  /**
   * The scalar products of vectors with the first `rows` words' vectors made as long as 1; a word whose vector is 0 has 0.
   *
   * @param queries [queries, width]
   * @param visit gets the number of the query, and scores from row `first` on, block by block; it may change them
   */
  scan(
    queries: Float32Array,
    rows: number,
    visit: (query: number, scores: Float32Array, first: number) => void,
  ): void {
    const inverse = this.#norms();
    this.#scorer ??= new RowScorer(this.width);
    this.#scorer.score(this.matrix, queries, rows, (query, scores, first) => {
      for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] ?? 0) * (inverse[first + i] ?? 0);
      visit(query, scores, first);
    });
  }

  /**
   * The vectors of a tokeniser's vocabulary, for the table of an embedding layer: row i is the vector of token i. Padding, and tokens
   * that no word here is equal to, get what `missing` says; padding always gets zeros.
   *
   * @returns float32 [vocabulary.size, width]
   * @throws RecurraError `unknown-option`, `option-value`
   */
  matrixFor(vocabulary: Vocabulary, options: MatrixOptions = {}): NdArray {
    checkOptionNames("matrixFor", options, ["missing", "seed"]);
    const { missing = "zeros", seed = 0 } = options;
    if (missing !== "zeros" && missing !== "random")
      throw new RecurraError(
        "option-value",
        `matrixFor: missing is ${describe(missing)}; wanted "zeros" or "random".`,
      );
    const matrix = new Float32Array(vocabulary.size * this.width);
    const random = new Random(seed);
    const spread = missing === "random" ? this.#spread() : 0;
    for (let id = 0; id < vocabulary.size; id++) {
      const token = vocabulary.tokenOf(id);
      const vector = token === undefined ? undefined : this.get(token);
      if (vector !== undefined) matrix.set(vector, id * this.width);
      else if (missing === "random" && id !== vocabulary.padding)
        matrix.set(random.normal([this.width], 0, spread).data as Float32Array, id * this.width);
    }
    return new NdArray(matrix, [vocabulary.size, this.width]);
  }

  /** The part of a vocabulary's tokens that have a vector here, from 0 to 1. */
  coverage(vocabulary: Vocabulary): number {
    let [tokens, found] = [0, 0];
    for (let id = 0; id < vocabulary.size; id++) {
      const token = vocabulary.tokenOf(id);
      if (token === undefined || id === vocabulary.padding || id === vocabulary.unknown) continue;
      tokens++;
      if (this.get(token) !== undefined) found++;
    }
    return found / tokens;
  }

  #row(row: number): Float32Array {
    return this.matrix.subarray(row * this.width, (row + 1) * this.width);
  }

  /** The vector of a word that is to have one. @throws RecurraError `unknown-word` */
  vectorOf(word: string): Float32Array {
    const vector = this.get(word);
    if (vector !== undefined) return vector;
    const known = this.words.length > MOST_SUGGESTED ? this.words.slice(0, MOST_SUGGESTED) : this.words;
    const lower = typeof word === "string" && this.has(word.toLowerCase()) ? word.toLowerCase() : undefined;
    const hint = lower === undefined ? suggestion(String(word), known) : `Did you mean "${lower}"? `;
    throw new RecurraError(
      "unknown-word",
      `There is no vector for ${describe(word)} among the ${this.size} words. ${hint}Give a word that is in the vocabulary.`,
    );
  }

  #checked(vector: ArrayLike<number>): Float32Array {
    if (typeof vector === "object" && vector !== null && vector.length === this.width)
      return Float32Array.from(vector);
    throw new RecurraError(
      "vector-width",
      `nearest: got ${describe(vector)}; wanted a word, or a vector of ${this.width} numbers.`,
    );
  }

  #named(best: Best): Neighbour[] {
    return best.all.map(({ index, score }) => ({ word: this.words[index] ?? "", similarity: score }));
  }

  /** 1 / ‖v‖ of each row, 0 for a row of zeros; computed once. */
  #norms(): Float32Array {
    this.#inverseNorms ??= Float32Array.from({ length: this.size }, (_, row) => inverseNorm(this.#row(row)));
    return this.#inverseNorms;
  }

  /** The standard deviation of the numbers of all vectors. */
  #spread(): number {
    let [sum, squares] = [0, 0];
    for (const value of this.matrix) {
      sum += value;
      squares += value * value;
    }
    const mean = sum / this.matrix.length;
    return Math.sqrt(squares / this.matrix.length - mean * mean);
  }
}

/** Words that a misspelt one is held against. */
const MOST_SUGGESTED = 50_000;

function keepBest(best: Best, scores: Float32Array, first: number, left: number | undefined): void {
  let bound = best.bound;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] ?? 0;
    if (score > bound && first + i !== left) {
      best.add(first + i, score);
      bound = best.bound;
    }
  }
}
