// The options of n-gram models.

import { anything, count, flag } from "../../../nn/layer-options.ts";
import { checkOptions } from "../../../nn/losses/rule.ts";
import type { SmoothingChoice } from "./smoothing.ts";

export interface NGramOptions {
  /** Words of the longest n-grams: 2 for bigrams. Default 3. */
  readonly order?: number | undefined;
  /** How counts become probabilities. Default "kneserNey", with three discounts for each length. */
  readonly smoothing?: SmoothingChoice | undefined;
  /**
   * Whether a text's start is a token before its first one, and its end one that is predicted, as for sentences. Without them a text is
   * taken from the middle of something: its first tokens are predicted from what there is before them. Default true.
   */
  readonly boundaries?: boolean | undefined;
}

/** @throws RecurraError `unknown-option`, `option-value` */
export function checkNGramOptions(options: NGramOptions): void {
  checkOptions("fitNGramModel", options, { order: count, smoothing: anything, boundaries: flag });
}
