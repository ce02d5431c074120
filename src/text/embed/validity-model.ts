// What the validity task gives: vectors of words, and a judge of windows.

import { RecurraError } from "../../platform/error.ts";
import type { WordVectors } from "../vectors/word-vectors.ts";
import { scoreOf, type ValidityWeights } from "./validity-network.ts";

/** How windows that were not trained on are judged, each against the same with another word in the middle. */
export interface ValidityFigures {
  readonly windows: number;
  /** Of the real and the broken windows, the share that is told rightly; 0.5 is chance. */
  readonly accuracy: number;
  /** The share of pairs in which the real window scores higher; 0.5 is chance. */
  readonly ranking: number;
}

/** Judges windows of words. */
export class ValidityModel {
  readonly vectors: WordVectors;
  /** Words in a window. */
  readonly window: number;
  /** Undefined where nothing was held out. */
  readonly heldOut: ValidityFigures | undefined;
  readonly #weights: ValidityWeights;

  /** @internal */
  constructor(
    vectors: WordVectors,
    window: number,
    weights: ValidityWeights,
    heldOut: ValidityFigures | undefined,
  ) {
    this.vectors = vectors;
    this.window = window;
    this.heldOut = heldOut;
    this.#weights = weights;
  }

  /**
   * How much a window looks like text: above 0 where it does. After training with "logistic" it is the log-odds.
   *
   * @param words as many as a window has
   * @throws RecurraError `window-length`, `unknown-word`
   */
  score(words: readonly string[]): number {
    if (words.length !== this.window)
      throw new RecurraError(
        "window-length",
        `score: got ${words.length} word${words.length === 1 ? "" : "s"}; wanted ${this.window}, as many as the windows of the training had.`,
      );
    return scoreOf(
      this.#weights,
      words.map((word) => this.vectors.vectorOf(word)),
    );
  }

  /** Whether a window looks like text: its score is above 0. @throws RecurraError `window-length`, `unknown-word` */
  isValid(words: readonly string[]): boolean {
    return this.score(words) > 0;
  }
}
