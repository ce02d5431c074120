// Texts as rows of ids of one length.

import { NdArray } from "../../tensor/nd-array.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";

/** How texts become rows. */
export interface RowPlan {
  readonly tokenizer: Tokenizer;
  /** T */
  readonly length: number;
  /** Which part of a longer text is left out. */
  readonly truncating: "pre" | "post";
}

/** The id that fills rows up: the vocabulary's, or one beyond it. */
export function paddingOf({ vocabulary }: Tokenizer): number {
  return vocabulary.padding ?? vocabulary.size;
}

/** Ids that an embedding has rows for. */
export function idsOf(tokenizer: Tokenizer): number {
  return Math.max(tokenizer.vocabulary.size, paddingOf(tokenizer) + 1);
}

/** Ids of texts, filled up from the left: [N, T]. */
export function rowsOf(texts: readonly string[], plan: RowPlan): NdArray {
  const rows = new Int32Array(texts.length * plan.length).fill(paddingOf(plan.tokenizer));
  for (const [row, text] of texts.entries()) putRow(rows, row, plan.tokenizer.encode(text), plan);
  return new NdArray(rows, [texts.length, plan.length]);
}

/** Writes the ids of a text into its row. @param rows [N · T] */
export function putRow(
  rows: Int32Array,
  row: number,
  ids: Int32Array,
  { length, truncating }: Pick<RowPlan, "length" | "truncating">,
): void {
  const kept =
    ids.length <= length ? ids : truncating === "pre" ? ids.subarray(-length) : ids.subarray(0, length);
  rows.set(kept, (row + 1) * length - kept.length);
}

/** [N] How many ids of each row are of tokens that the vocabulary has. @param rows [N, T] */
export function knownTokens(rows: NdArray, tokenizer: Tokenizer): Int32Array {
  const [count = 0, length = 0] = rows.shape;
  const [padding, unknown] = [paddingOf(tokenizer), tokenizer.vocabulary.unknown];
  const known = new Int32Array(count);
  const ids = rows.data as Int32Array;
  for (let row = 0; row < count; row++) {
    let sum = 0;
    for (let i = row * length; i < (row + 1) * length; i++)
      if (ids[i] !== padding && ids[i] !== unknown) sum++;
    known[row] = sum;
  }
  return known;
}

/** Tokens that are read of each sequence: as many as asked for, but no more than the longest has; else the usual. */
export function rowLength(asked: number | undefined, lengths: readonly number[]): number {
  if (asked === undefined) return usualLength(lengths);
  return lengths.reduce((longest, length) => Math.max(longest, Math.min(asked, length)), 1);
}

/** The length that 95 of 100 sequences do not exceed, from 1 to 400. */
export function usualLength(lengths: readonly number[]): number {
  const sorted = Int32Array.from(lengths).sort();
  return Math.max(1, Math.min(400, sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 1));
}
