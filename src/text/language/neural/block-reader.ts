// The reader of a block: keeps the keys and values of what it has read, so that a token costs one step.

import { NdArray } from "../../../tensor/nd-array.ts";
import type { Reader } from "../language-model.ts";
import type { CachedForm } from "./network.ts";
import { asFloats, emptyPrompt, type ReadingParts } from "./readers.ts";

/**
 * Tokens from one block to the next, where a text is longer than a block: half a block, so that each prediction is made from half a
 * block at least.
 */
export function blockStride(context: number): number {
  return Math.max(1, context >> 1);
}

/**
 * Reads token by token from the keys and values of those before. Positions are counted from the beginning of a block: when it is full,
 * its second half is read again as the first half of the next one. So predictions are those that scores are made of, however the text
 * comes, and memory stays the same.
 */
export class BlockReader implements Reader {
  readonly #parts: ReadingParts;
  readonly #form: CachedForm;
  /** Keys and values of each layer in turn. [1, context, heads, width] */
  readonly #past: readonly NdArray[];
  /** The tokens of the block, and how many of them the past has. */
  #block: number[] = [];
  #count = 0;
  /** What was predicted last. [V] */
  #logits: Float32Array | undefined;

  constructor(parts: ReadingParts, form: CachedForm) {
    this.#parts = parts;
    this.#form = form;
    const shape = [1, parts.context, form.heads, form.width];
    this.#past = Array.from({ length: form.arrays }, () => NdArray.zeros(shape));
  }

  async read(ids: readonly number[] | Int32Array): Promise<Float32Array> {
    const { context } = this.#parts;
    const stride = blockStride(context);
    for (const id of ids) this.#block.push(id);
    const over = this.#block.length - context;
    if (over > 0) {
      this.#block = this.#block.slice(stride * Math.ceil(over / stride));
      this.#count = 0;
    }
    while (this.#count < this.#block.length) {
      const left = this.#block.length - this.#count;
      await this.#step(left === 1 ? 1 : stride, Math.min(left, stride));
    }
    if (this.#logits === undefined) throw emptyPrompt();
    return this.#logits;
  }

  /** Reads the next tokens of the block; what fills a piece up stands after them, where they do not see it. */
  async #step(piece: number, tokens: number): Promise<void> {
    const { context, vocabulary } = this.#parts;
    const [ids, places] = [new Int32Array(piece), new Int32Array(piece)];
    ids.set(this.#block.slice(this.#count, this.#count + tokens));
    for (let i = 0; i < piece; i++) places[i] = Math.min(this.#count + i, context - 1);
    const outputs = await this.#form
      .reading(piece)
      .predictAll(
        [
          new NdArray(ids, [1, piece]),
          new NdArray(places, [1, piece]),
          new NdArray(Int32Array.of(this.#count), [1, 1]),
          ...this.#past,
        ],
        piece === 1 ? { threads: 1 } : {},
      );
    const [logits, ...added] = Object.values(outputs).map(asFloats);
    const numbers = this.#form.heads * this.#form.width;
    for (const [i, past] of this.#past.entries())
      asFloats(past).set(
        (added[i] ?? new Float32Array()).subarray(0, tokens * numbers),
        this.#count * numbers,
      );
    this.#count += tokens;
    this.#logits = logits?.subarray((tokens - 1) * vocabulary, tokens * vocabulary);
  }
}
