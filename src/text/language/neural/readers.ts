// Readers of networks with a state, and of those that see a window.

import type { Functional } from "../../../model/functional.ts";
import { RecurraError } from "../../../platform/error.ts";
import { NdArray } from "../../../tensor/nd-array.ts";
import type { Reader } from "../language-model.ts";
import { putWindow } from "./batches.ts";
import type { CachedForm } from "./network.ts";

/** Tokens of a long beginning that are read in one run. */
const PIECE = 64;

/** What a reader runs. */
export interface ReadingParts {
  readonly vocabulary: number;
  readonly context: number;
  /** [units] of each state of a stream. */
  readonly states: readonly number[];
  /** The network for so many tokens at a time, with the weights as they are. */
  model(tokens: number): Functional;
  /** The same for a block that is read piece by piece, where the network can. */
  readonly cached?: CachedForm | undefined;
}

export const asFloats = (array: NdArray | undefined): Float32Array =>
  (array?.data ?? new Float32Array()) as Float32Array;

export const emptyPrompt = (): RecurraError =>
  new RecurraError(
    "empty-prompt",
    "the model has nothing to begin with: a text without tokens. Give it a prompt of at least one token that it knows",
  );

/** Reads token by token, with a state. */
export class StreamReader implements Reader {
  readonly #parts: ReadingParts;
  #states: readonly NdArray[];
  /** What was predicted last. [V] */
  #logits: Float32Array | undefined;

  constructor(parts: ReadingParts) {
    this.#parts = parts;
    this.#states = parts.states.map((units) => NdArray.zeros([1, units]));
  }

  async read(ids: readonly number[] | Int32Array): Promise<Float32Array> {
    let from = 0;
    const all = Int32Array.from(ids);
    while (from < all.length) {
      const tokens = all.length - from >= PIECE ? PIECE : 1;
      const logits = await this.step(all.subarray(from, from + tokens));
      this.#logits = logits.subarray(logits.length - this.#parts.vocabulary);
      from += tokens;
    }
    if (this.#logits === undefined) throw emptyPrompt();
    return this.#logits;
  }

  /** Logits after each of some tokens: [T · V]. @internal */
  async step(ids: Int32Array): Promise<Float32Array> {
    const x = new NdArray(ids.slice(), [1, ids.length]);
    const outputs = await this.#parts.model(ids.length).predictAll([x, ...this.#states]);
    const [logits, ...states] = Object.values(outputs);
    this.#states = states;
    return asFloats(logits);
  }
}

/** Reads the last tokens anew each time, as many as a window has. */
export class WindowReader implements Reader {
  readonly #parts: ReadingParts;
  /** [context] The last tokens that were read. */
  #last: number[] = [];

  constructor(parts: ReadingParts) {
    this.#parts = parts;
  }

  async read(ids: readonly number[] | Int32Array): Promise<Float32Array> {
    const { vocabulary, context, model } = this.#parts;
    this.#last = [...this.#last, ...ids].slice(-context);
    const x = new Int32Array(context);
    putWindow(x, 0, Int32Array.from(this.#last), this.#last.length, context, vocabulary);
    return asFloats(await model(context).predict(new NdArray(x, [1, context])));
  }
}
