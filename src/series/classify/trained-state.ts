// All that a trained classifier knows: what is saved, and what predictions come from.

import type { FittedMethod } from "./method.ts";
import type { ClassifierChoice } from "./methods.ts";
import type { Preparation } from "./preparation.ts";

/** All that a trained classifier knows. */
export interface TrainedState {
  readonly model: ClassifierChoice;
  readonly seed: number;
  readonly classes: readonly string[];
  readonly preparation: Preparation;
  /** The length of all training series; 0 where they differ. */
  readonly length: number;
  /** How many training series there were of each class. */
  readonly counts: readonly number[];
  readonly fitted: FittedMethod;
}
