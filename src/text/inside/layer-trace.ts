// What is kept of each layer when a text is traced, and of the trace as a whole.

import type { NdArray } from "../../tensor/nd-array.ts";
import type { TokenSegment } from "./token-places.ts";

/** The steps of a layer as tokens. */
interface Steps {
  /** The layer's path in the network: `lstm`, `bidirectional/forward_layer`. */
  readonly name: string;
  /** [T] The token of each step; several with spaces between where convolutions or pooling come before. */
  readonly steps: readonly string[];
  /** Whether each step is one token of the trace. */
  readonly isByToken: boolean;
}

/** What a recurrent layer did, in the order of the text. */
export interface RecurrentTextTrace extends Steps {
  readonly kind: "lstm" | "gru" | "simpleRNN" | "recurrent";
  /** "backward": it reads the text from its end. */
  readonly direction: "forward" | "backward";
  /** [T, U] h after each step. */
  readonly hidden: NdArray;
  /** [T, U] c after each step, of an LSTM. */
  readonly cell: NdArray | undefined;
  /** [T, U] each: input, forget, output and candidate of an LSTM; update, reset and candidate of a GRU. */
  readonly gates: Readonly<Record<string, NdArray>>;
}

/** Where a layer of attention looked. */
export interface AttentionTextTrace extends Steps {
  readonly kind: "attention";
  /** [heads, T, T] How much of a token's attention goes to each token; what a row lacks to 1 goes to padding. */
  readonly weights: NdArray;
}

export type TextLayerTrace = RecurrentTextTrace | AttentionTextTrace;

/** A token that may follow, with its probability. */
export interface NextToken {
  readonly token: string;
  readonly probability: number;
}

/** How a classifier's verdict builds up. */
export interface TextVerdict {
  /** [K] */
  readonly classes: readonly string[];
  /** Whether a text may have several labels, or none. */
  readonly isMulti: boolean;
  /** [T, K] The probability of each class after each prefix of the tokens, as if the text ended there. */
  readonly probabilities: NdArray;
}

/** What a `TextTrace` is made of. */
export interface TextTraceParts {
  readonly text: string;
  /** [T] Those that were read, without padding. */
  readonly tokens: readonly string[];
  /** The stretch of the text that was read, piece by piece. */
  readonly segments: readonly TokenSegment[];
  /** Tokens of the text that were not read: before those that were, and after them. */
  readonly leftOut: { readonly before: number; readonly after: number };
  readonly layers: readonly TextLayerTrace[];
  readonly verdict?: TextVerdict | undefined;
  readonly reading?:
    | { readonly logProbabilities: Float64Array; readonly next: readonly (readonly NextToken[])[] }
    | undefined;
}
