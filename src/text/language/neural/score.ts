// The log-probability of a text under a network: piece by piece with a state, by overlapping blocks, or by windows.

import { NdArray } from "../../../tensor/nd-array.ts";
import { putWindow } from "./batches.ts";
import { blockStride } from "./block-reader.ts";
import type { Reads } from "./network.ts";
import { type ReadingParts, StreamReader } from "./readers.ts";

/** Tokens of a stream that are scored in one run. */
const PIECE = 128;
/** Blocks and windows that are scored in one run. */
const ROWS = 64;

/**
 * The sum of ln P of all tokens but the first, each given those before it as far as the network sees: all of them for a stream, `context`
 * for a window, at least half of `context` for a block.
 *
 * @param ids [N], two at least
 */
export async function logProbabilityOf(ids: Int32Array, reads: Reads, parts: ReadingParts): Promise<number> {
  if (reads === "stream") return streamScore(ids, parts);
  return reads === "block" ? blockScore(ids, parts) : windowScore(ids, parts);
}

async function streamScore(ids: Int32Array, parts: ReadingParts): Promise<number> {
  const reader = new StreamReader(parts);
  let sum = 0;
  for (let from = 0; from < ids.length - 1; ) {
    const left = ids.length - 1 - from;
    const tokens = left >= PIECE ? PIECE : 1;
    const logits = await reader.step(ids.subarray(from, from + tokens));
    for (let t = 0; t < tokens; t++)
      sum += logProbability(logits, t * parts.vocabulary, parts.vocabulary, ids[from + t + 1] ?? 0);
    from += tokens;
  }
  return sum;
}

async function blockScore(ids: Int32Array, { vocabulary, context, model }: ReadingParts): Promise<number> {
  const stride = blockStride(context);
  const starts: number[] = [];
  for (let start = 0; start === 0 || start + context - stride < ids.length - 1; start += stride)
    starts.push(start);
  let sum = 0;
  for (let from = 0; from < starts.length; from += ROWS) {
    const rows = starts.slice(from, from + ROWS);
    const x = new Int32Array(rows.length * context);
    for (const [row, start] of rows.entries())
      x.set(ids.subarray(start, Math.min(start + context, ids.length)), row * context);
    const output = await model(context).predict(new NdArray(x, [rows.length, context]), { batchSize: ROWS });
    const logits = output.data as Float32Array;
    for (const [row, start] of rows.entries()) {
      // What the block before has told is left out.
      for (let t = start === 0 ? 0 : context - stride; t < context && start + t < ids.length - 1; t++)
        sum += logProbability(logits, (row * context + t) * vocabulary, vocabulary, ids[start + t + 1] ?? 0);
    }
  }
  return sum;
}

async function windowScore(ids: Int32Array, { vocabulary, context, model }: ReadingParts): Promise<number> {
  let sum = 0;
  for (let from = 1; from < ids.length; from += 4 * ROWS) {
    const rows = Math.min(4 * ROWS, ids.length - from);
    const x = new Int32Array(rows * context);
    for (let row = 0; row < rows; row++) putWindow(x, row * context, ids, from + row, context, vocabulary);
    const output = await model(context).predict(new NdArray(x, [rows, context]), { batchSize: 4 * ROWS });
    const logits = output.data as Float32Array;
    for (let row = 0; row < rows; row++)
      sum += logProbability(logits, row * vocabulary, vocabulary, ids[from + row] ?? 0);
  }
  return sum;
}

/** ln softmax(logits)[id], of V logits from a place on. */
function logProbability(logits: Float32Array, at: number, vocabulary: number, id: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let v = 0; v < vocabulary; v++) most = Math.max(most, logits[at + v] ?? 0);
  let sum = 0;
  for (let v = 0; v < vocabulary; v++) sum += Math.exp((logits[at + v] ?? 0) - most);
  return (logits[at + id] ?? 0) - most - Math.log(sum);
}
