// GloVe: vectors of words from how often they stand near each other.

import { anything, code, count as countKind, countOrZero, positive } from "../../nn/layer-options.ts";
import { Random } from "../../tensor/random.ts";
import { checkOptions } from "../tokenizers/texts.ts";
import { rowShape } from "../vectors/row-code.ts";
import { WordVectors } from "../vectors/word-vectors.ts";
import { type CoOccurrences, coOccurrences } from "./co-occurrence.ts";
import { type CorpusOptions, type CorpusSource, readCorpus } from "./corpus.ts";
import { type GloveShare, PIECE, trainPieces } from "./glove-share.ts";
import { CELL_BYTES, type GloveHalf, type GlovePlan } from "./kernels/glove.ts";
import { copyRows, fillRows, makeMemory, Room } from "./memory.ts";
import { possibleThreads, type RunOptions, tallyNumbers, trainShares } from "./shares.ts";

export interface GloveOptions extends CorpusOptions, RunOptions {
  /** Numbers in a vector. Default 100. */
  readonly size?: number | undefined;
  /** Words to each side that count as near; one d words away counts 1/d. Default 10. */
  readonly window?: number | undefined;
  /** x_max: pairs that come less often weigh less; 10 is better for corpora of some million words. Default 100. */
  readonly maxCount?: number | undefined;
  /** α: how much less, (X / x_max)^α. Default 0.75. */
  readonly power?: number | undefined;
  /** Times that all pairs are gone through. Default 25. */
  readonly passes?: number | undefined;
  /** Default 0.05. */
  readonly learningRate?: number | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
}

const kinds = {
  size: countKind,
  window: countKind,
  maxCount: positive,
  power: positive,
  passes: countKind,
  learningRate: positive,
  seed: countOrZero,
  minCount: countKind,
  maxWords: countKind,
  tokenizer: anything,
  threads: countKind,
  onProgress: code,
  signal: anything,
};

/**
 * Learns vectors of words whose scalar products are the logarithms of how often the words stand near each other, w_i·w̃_j + b_i + b̃_j ≈ log X_ij,
 * by weighted least squares with AdaGrad. A word's vector is w + w̃.
 *
 * The pairs of words that come in the corpus are held in memory, 32 bytes each.
 *
 * Source: Pennington, Socher & Manning, "GloVe: global vectors for word representation", EMNLP 2014.
 *
 * @returns the vectors, the most frequent word first
 * @throws RecurraError `unknown-option`, `option-value`; `corpus` for one that there is nothing to learn from; `too-large`
 */
export async function glove(source: CorpusSource, options: GloveOptions = {}): Promise<WordVectors> {
  checkOptions("glove", options, kinds);
  const { size = 100, window = 10, maxCount = 100, power = 0.75, passes = 25 } = options;
  const { learningRate = 0.05, seed = 0 } = options;
  const wanted = possibleThreads(options.threads ?? 1);
  const { words, ids } = await readCorpus("glove", source, options, false);
  const found = await coOccurrences(ids, words.length, window, options.signal);
  const pairs = found.values.length;
  const threads = Math.min(wanted, Math.ceil(pairs / PIECE));
  const random = new Random(seed);
  const cells = shuffledCells(found, { maxCount, power, shared: threads > 1 }, random.fold(1));
  const laid = gloveMemory(words.length, size, threads, random.fold(2));
  const numbers = tallyNumbers(threads);
  const inputs = laid.pieces.map(
    (piece, thread): GloveShare => ({
      memory: laid.memory,
      plan: laid.plan,
      piece,
      cells,
      from: Math.floor((pairs * thread) / threads),
      to: Math.floor((pairs * (thread + 1)) / threads),
      passes,
      learningRate,
      tally: { numbers, thread },
    }),
  );
  const job = { module: new URL(jobModule, import.meta.url).href, function: "trainShare" };
  await trainShares({ inputs, train: trainPieces, job, numbers, total: passes * pairs }, options);
  const { memory, plan } = laid;
  const rowsOf = (half: GloveHalf) =>
    copyRows(memory, { at: half.rows, rows: words.length, width: size, shape: plan.shape });
  const matrix = rowsOf(plan.words);
  const contexts = rowsOf(plan.contexts);
  for (let i = 0; i < matrix.length; i++) matrix[i] = (matrix[i] ?? 0) + (contexts[i] ?? 0);
  return new WordVectors(words, matrix);
}

/** The sources run as they are; what is built has other names. */
const jobModule = import.meta.url.endsWith(".ts") ? "./glove-share.ts" : "./glove-share.js";

/** The cells in random order as the kernel reads them: i, j, log X, and f(X) = min(1, (X / x_max)^α), equation 9. */
export function shuffledCells(
  { first, second, values }: CoOccurrences,
  {
    maxCount,
    power,
    shared,
  }: { readonly maxCount: number; readonly power: number; readonly shared: boolean },
  random: Random,
): Int32Array {
  const bytes = values.length * CELL_BYTES;
  const buffer = shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  const [cells, floats] = [new Int32Array(buffer), new Float32Array(buffer)];
  const order = random.permutation(values.length);
  for (let at = 0; at < order.length; at++) {
    const from = order[at] ?? 0;
    const value = values[from] ?? 1;
    cells[4 * at] = first[from] ?? 0;
    cells[4 * at + 1] = second[from] ?? 0;
    floats[4 * at + 2] = Math.log(value);
    floats[4 * at + 3] = Math.min(1, (value / maxCount) ** power);
  }
  return cells;
}

/** Lays out the memory: vectors and biases are random within ±1/(2·size), sums of squares begin with 1, as in the authors' program. */
function gloveMemory(words: number, size: number, threads: number, random: Random) {
  const shape = rowShape(size);
  const room = new Room();
  const half = (): GloveHalf => ({
    rows: room.take(words * shape.stride),
    squares: room.take(words * shape.stride),
    biases: room.take(4 * words),
    biasSquares: room.take(4 * words),
  });
  const plan: GlovePlan = { shape, words: half(), contexts: half() };
  const pieces = Array.from({ length: threads }, () => room.take(PIECE * CELL_BYTES));
  const memory = makeMemory("glove", room.used, threads);
  const floats = new Float32Array(memory.buffer);
  for (const { rows, squares, biases, biasSquares } of [plan.words, plan.contexts]) {
    fillRows(memory, { at: rows, rows: words, width: size, shape }, random);
    floats.fill(1, squares / 4, squares / 4 + (words * shape.stride) / 4);
    floats.set(random.uniform([words], -0.5 / size, 0.5 / size).data as Float32Array, biases / 4);
    floats.fill(1, biasSquares / 4, biasSquares / 4 + words);
  }
  return { memory, plan, pieces };
}
