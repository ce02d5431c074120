// Readers of the three kinds of networks: with a state, by blocks, by windows.

import type { Functional } from "../../../model/functional.ts";
import { RecurraError } from "../../../platform/error.ts";
import { NdArray } from "../../../tensor/nd-array.ts";
import type { Reader } from "../language-model.ts";
import { putWindow } from "./batches.ts";

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
}

const asFloats = (array: NdArray | undefined): Float32Array =>
  (array?.data ?? new Float32Array()) as Float32Array;

const emptyPrompt = (): RecurraError =>
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

/** Reads the last tokens anew each time, as many as a block or a window has. */
export class ContextReader implements Reader {
  readonly #parts: ReadingParts;
  readonly #isBlock: boolean;
  /** [context] The last tokens that were read. */
  #last: number[] = [];

  constructor(parts: ReadingParts, isBlock: boolean) {
    this.#parts = parts;
    this.#isBlock = isBlock;
  }

  async read(ids: readonly number[] | Int32Array): Promise<Float32Array> {
    const { vocabulary, context } = this.#parts;
    this.#last = [...this.#last, ...ids].slice(-context);
    if (this.#isBlock && this.#last.length === 0) throw emptyPrompt();
    const x = new Int32Array(context);
    // What stands after the last token of a block is not seen by it.
    if (this.#isBlock) x.set(this.#last);
    else putWindow(x, 0, Int32Array.from(this.#last), this.#last.length, context, vocabulary);
    const output = await this.#parts.model(context).predict(new NdArray(x, [1, context]));
    const logits = asFloats(output);
    const at = this.#isBlock ? (this.#last.length - 1) * vocabulary : 0;
    return logits.subarray(at, at + vocabulary);
  }
}
