// What a network of a language model is: a reading of ids, told in layers, in the forms that training and reading want.

import type { Functional } from "../../../model/functional.ts";
import type { Model } from "../../../model/model.ts";
import type { OptionKinds } from "../../../nn/layer-options.ts";

/** What a network is made for. */
export interface NetworkTask {
  /** V: ids that it reads and tells. */
  readonly vocabulary: number;
  /** T: tokens that it reads at a time. */
  readonly context: number;
  /** Share dropped in training. */
  readonly dropout: number;
  readonly seed: number;
}

/**
 * How a network reads.
 * - `stream`: token by token, with a state that goes on from piece to piece; a prediction after each token.
 * - `block`: `context` tokens at once; a prediction after each, from those before it in the block.
 * - `window`: `context` tokens at once; a prediction after the last. Id V stands for nothing, where a text has not begun.
 */
export type Reads = "stream" | "block" | "window";

/** A network in the form in which it is trained, and that in which it reads. The weights of both are the same, in the same order. */
export interface NetworkForms {
  readonly reads: Reads;
  /** ids [B, T] -> logits [B, T, V], or [B, V] of a window. A stream's is stateful. */
  readonly training: Model;
  /**
   * For `stream`: [ids [B, 1], ...states] -> [logits [B, 1, V], ...states], made for any number of tokens by `reading(tokens)`, with the
   * same layers. For the others as in training.
   */
  reading(tokens: number): Functional;
  /** [units] The widths of the states of a stream. */
  readonly states: readonly number[];
  /**
   * For `block`: how it goes on reading from the keys and values of what it has read. The layers are the same for any number of tokens;
   * their weights are those of `training`, in the same order.
   */
  readonly cached?: CachedForm;
}

/** A block read piece by piece. */
export interface CachedForm {
  /**
   * Made for n tokens: [ids [B, n], positions [B, n], count [B, 1], ...past [B, T, N, K]] -> [logits [B, n, V], ...new [B, n, N, K]].
   * The past are keys and values of each layer in turn, of which the first `count` hold; what is new comes after them.
   */
  reading(tokens: number): Functional;
  /** [arrays, numbers] Keys and values of the layers, and what each has for a token. */
  readonly arrays: number;
  readonly heads: number;
  readonly width: number;
}

/** A kind of network, with its own options. */
export interface NetworkKind<Options extends object> {
  /** What each option may be. */
  readonly options: { readonly [Name in keyof Options]-?: OptionKinds[string] };
  /** What they are where they are left out. */
  readonly defaults: Options;
  /** What the options of all networks are where they are left out. */
  readonly recipe: Recipe;
  build(task: NetworkTask, options: Options): NetworkForms;
}

/** How a network is trained where nothing else is asked for. */
export interface Recipe {
  readonly context: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly dropout: number;
}
