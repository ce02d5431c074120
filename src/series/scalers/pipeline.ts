// Several scalers one after the other.

import { RecurraError } from "../../platform/error.ts";
import type { FittedScaler, Scaler, ScalerState } from "./scaler.ts";

/**
 * Scalers one after the other: each is fitted to what the one before makes of the training values.
 *
 *     scalerPipeline([logScaler(), seasonalDifferenceScaler({ season: 12 }), standardScaler()])
 */
export function scalerPipeline(scalers: readonly Scaler[]): Scaler {
  if (!Array.isArray(scalers) || scalers.length === 0)
    throw new RecurraError("option-value", "pipeline scaler: wants a list of scalers, at least one");
  return {
    config: { name: "pipeline", scalers: scalers.map(({ config }) => config) },
    fit(values) {
      const fitted: FittedScaler[] = [];
      let rest = values;
      for (const scaler of scalers) {
        const one = scaler.fit(rest);
        fitted.push(one);
        rest = one.transform(rest);
      }
      return fittedPipeline(fitted);
    },
  };
}

/** Fitted scalers one after the other. */
export function fittedPipeline(scalers: readonly FittedScaler[]): FittedScaler {
  return {
    transform: (values, place) => scalers.reduce((rest, scaler) => scaler.transform(rest, place), values),
    inverse: (scaled, place) => scalers.reduceRight((rest, scaler) => scaler.inverse(rest, place), scaled),
    lost: scalers.reduce((sum, { lost }) => sum + lost, 0),
    state: { name: "pipeline", scalers: scalers.map(({ state }): ScalerState => state) },
  };
}
