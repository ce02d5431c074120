// The share of one thread in a word2vec training: pieces of the corpus, handed to the kernel with the learning rate of the moment.

import { SENTENCE_END } from "./corpus.ts";
import { type Scratch, type SentencePlan, STATE, sentenceKernel } from "./kernels/sentences.ts";
import { allDone, count, type Tally } from "./shares.ts";

/** Ids that the kernel gets at once; the learning rate and the progress change from one piece to the next. */
export const PIECE = 10_000;

export interface Word2vecShare {
  readonly memory: WebAssembly.Memory;
  readonly plan: SentencePlan;
  readonly scratch: Scratch;
  /** Where the pieces go: room for {@link PIECE} ids. */
  readonly piece: number;
  /** The whole corpus, and this thread's part of it. */
  readonly ids: Int32Array;
  readonly from: number;
  readonly to: number;
  readonly passes: number;
  readonly learningRate: number;
  /** The state that the random generator starts from: two words. */
  readonly random: readonly [number, number];
  readonly tally: Tally;
  /** Ids of all threads and passes. */
  readonly total: number;
}

/** The learning rate never falls below this part of what it starts from. Source: word2vec.c */
const LOWEST_RATE = 1e-4;

/** Trains a share; gives the word after each piece. */
export function* trainPieces(share: Word2vecShare): Generator<void> {
  const { memory, plan, scratch, ids, learningRate, tally, total } = share;
  const train = sentenceKernel(plan, scratch, memory);
  const words = new Int32Array(memory.buffer);
  words.set(share.random, (scratch.state + STATE.random) / 4);
  for (let pass = 0; pass < share.passes; pass++) {
    for (let from = share.from; from < share.to; ) {
      const to = pieceEnd(ids, from, share.to);
      words.set(ids.subarray(from, to), share.piece / 4);
      const rate = learningRate * Math.max(LOWEST_RATE, 1 - allDone(tally) / total);
      train(share.piece, share.piece + 4 * (to - from), rate);
      const { loss, examples } = lossOf(memory, scratch.state);
      count(tally, to - from, loss, examples);
      from = to;
      yield;
    }
  }
}

/** Trains a whole share: what a thread is told to do. */
export function trainShare(share: Word2vecShare): void {
  for (const _ of trainPieces(share));
}

/** The end of a piece: after whole sentences, if that is possible. */
function pieceEnd(ids: Int32Array, from: number, end: number): number {
  const most = Math.min(end, from + PIECE);
  const last = ids.subarray(from, most).lastIndexOf(SENTENCE_END);
  return last < 0 ? most : from + last + 1;
}

/** What the kernel adds up over a call: see `LossSum`. */
function lossOf(memory: WebAssembly.Memory, state: number): { loss: number; examples: number } {
  const mantissas = new Float32Array(memory.buffer, state + STATE.mantissas, 4);
  const exponents = new Int32Array(memory.buffer, state + STATE.exponents, 4);
  const [examples = 0] = new Int32Array(memory.buffer, state + STATE.pairs, 1);
  let loss = 0;
  for (let lane = 0; lane < 4; lane++)
    loss -= Math.log(mantissas[lane] ?? 1) + Math.LN2 * (exponents[lane] ?? 0);
  return { loss, examples };
}
