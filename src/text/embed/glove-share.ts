// The share of one thread in a GloVe training: pieces of the shuffled cells, handed to the kernel.

import { CELL_BYTES, type GlovePlan, gloveKernel } from "./kernels/glove.ts";
import { count, type Tally } from "./shares.ts";

/** Cells that the kernel gets at once. */
export const PIECE = 10_000;

export interface GloveShare {
  readonly memory: WebAssembly.Memory;
  readonly plan: GlovePlan;
  /** Where the pieces go: room for {@link PIECE} cells. */
  readonly piece: number;
  /** All cells, four numbers each: see the kernel; and this thread's part of them. */
  readonly cells: Int32Array;
  readonly from: number;
  readonly to: number;
  readonly passes: number;
  readonly learningRate: number;
  readonly tally: Tally;
}

/** Trains a share; gives the word after each piece. */
export function* trainPieces(share: GloveShare): Generator<void> {
  const { memory, plan, piece, cells, learningRate, tally } = share;
  const train = gloveKernel(plan, memory);
  const numbers = new Int32Array(memory.buffer);
  const width = CELL_BYTES / 4;
  for (let pass = 0; pass < share.passes; pass++) {
    for (let from = share.from; from < share.to; from += PIECE) {
      const some = Math.min(PIECE, share.to - from);
      numbers.set(cells.subarray(from * width, (from + some) * width), piece / 4);
      const loss = train(piece, piece + some * CELL_BYTES, learningRate);
      count(tally, some, loss, 2 * some);
      yield;
    }
  }
}

/** Trains a whole share: what a thread is told to do. */
export function trainShare(share: GloveShare): void {
  for (const _ of trainPieces(share));
}
