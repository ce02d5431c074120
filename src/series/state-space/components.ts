// What a dynamic linear model makes of a series: its level, slope, season and the part of the covariates, seen from all values.

import type { Series } from "../observed/series.ts";
import { modelOf, prepareFor, type StateSpaceState } from "./dynamic-linear-model.ts";
import { kalmanSmoother } from "./kalman-smoother.ts";
import { layoutOf } from "./structure.ts";

/** A part of a series at each step. */
export interface Component {
  /** [T] */
  readonly mean: Float64Array;
  /** [T] */
  readonly variance: Float64Array;
}

/** The parts of a series; level + season + covariates + irregular is the series, or its logarithm. */
export interface Components {
  /** Whether the parts are those of the logarithms: their exponentials multiply to the series. */
  readonly log: boolean;
  readonly level: Component;
  /** By how much the level goes on at each step. */
  readonly slope?: Component;
  readonly season?: Component;
  /** The part of all covariates, as far as they differ from their means. */
  readonly covariates?: Component;
  /** What the parts leave; NaN where a value is missing. */
  readonly irregular: Float64Array;
  /** By what the series (or its logarithm) changes for each unit of a covariate. */
  readonly coefficients: Readonly<Record<string, { readonly mean: number; readonly variance: number }>>;
}

/**
 * The parts of a series by the fixed-interval smoother.
 *
 * @param series the one that the state was fitted to, or another of its kind
 */
export function components(state: StateSpaceState, series: Series): Components {
  const { values, columns } = prepareFor(state, series);
  const steps = values.length;
  const { centre, spread, structure, regressors } = state;
  const layout = layoutOf(structure);
  const { m } = layout;
  const model = modelOf(state, columns, steps);
  const smoothed = kalmanSmoother(model, values);

  /** What weights of the states give at each step. */
  const part = (weightsAt: (t: number) => Float64Array, shift = 0): Component => {
    const mean = new Float64Array(steps);
    const variance = new Float64Array(steps);
    for (let t = 0; t < steps; t++) {
      const weights = weightsAt(t);
      for (let i = 0; i < m; i++) {
        const w = weights[i] ?? 0;
        if (w === 0) continue;
        mean[t] = (mean[t] ?? 0) + w * (smoothed.mean[t * m + i] ?? 0);
        for (let j = 0; j < m; j++)
          variance[t] =
            (variance[t] ?? 0) + w * (weights[j] ?? 0) * (smoothed.variance[(t * m + i) * m + j] ?? 0);
      }
      mean[t] = shift + spread * (mean[t] ?? 0);
      variance[t] = spread * spread * Math.max(0, variance[t] ?? 0);
    }
    return { mean, variance };
  };
  const one = (i: number) => {
    const weights = new Float64Array(m);
    weights[i] = 1;
    return () => weights;
  };
  const between = (start: number, end: number) => (t: number) => {
    const row = model.design.length === m ? 0 : t * m;
    return model.design.slice(row, row + m).map((z, i) => (i >= start && i < end ? z : 0));
  };

  const level = part(one(0), centre);
  const slope = layout.slope < 0 ? undefined : part(one(layout.slope));
  const season =
    structure.season === "none"
      ? undefined
      : part(between(layout.season, layout.season + layout.seasonStates));
  const covariates = regressors.length === 0 ? undefined : part(between(layout.regressors, m));
  const irregular = values.map((value, t) => {
    const explained = [level, season, covariates].reduce((sum, other) => sum + (other?.mean[t] ?? 0), 0);
    return centre + spread * value - explained;
  });
  const coefficients = regressors.map(({ name, spread: unit }, k) => {
    const i = layout.regressors + k;
    const factor = spread / unit;
    return [
      name,
      {
        mean: factor * (smoothed.mean[i] ?? 0),
        variance: factor * factor * Math.max(0, smoothed.variance[i * m + i] ?? 0),
      },
    ] as const;
  });
  return {
    log: state.log,
    level,
    ...(slope === undefined ? {} : { slope }),
    ...(season === undefined ? {} : { season }),
    ...(covariates === undefined ? {} : { covariates }),
    irregular,
    coefficients: Object.fromEntries(coefficients),
  };
}
