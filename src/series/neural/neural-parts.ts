// What a fit of networks came to: what is saved, and what forecasts come from.

import type { Functional } from "../../model/functional.ts";
import type { WeightsSnapshot } from "../../model/weights.ts";
import type { Failure, Forecaster } from "../forecasters/forecaster.ts";
import type { Description } from "../forecasters/local-model.ts";
import type { CovariateScales } from "./covariate-scales.ts";
import type { Head } from "./heads.ts";
import type { PreparedSeries } from "./prepared-series.ts";
import type { NeuralSettings } from "./settings.ts";
import type { WindowShape } from "./window-batch.ts";

/** A forecaster that makes networks. */
export interface NeuralMaker extends Forecaster {
  readonly settings: NeuralSettings;
  /** The head of its networks. */
  readonly head: Head;
  /** A network for windows, with fresh weights. */
  network(shape: WindowShape, scales: CovariateScales): Functional;
}

/** What a fit came to. */
export interface NeuralParts {
  readonly forecaster: NeuralMaker;
  readonly failures: readonly Failure[];
  /** Steps that it was fitted for. */
  readonly horizon: number;
  readonly seed: number;
  readonly shape: WindowShape;
  readonly scales: CovariateScales;
  /** One for each series of the fit; undefined for those that failed. */
  readonly prepared: readonly (PreparedSeries | undefined)[];
  readonly model: Functional;
  /** For each network that stands for itself, for each step that has its own, for each member of the ensemble. */
  readonly weights: readonly (readonly (readonly WeightsSnapshot[])[])[];
  /** For each network that stands for itself, the standard deviation of its errors at each step; empty without Monte-Carlo dropout. */
  readonly noise: readonly (readonly number[])[];
  readonly description: Description;
}
