// A series as windows are cut from it: its own arrays, and what its numbers are measured by.

/** Numbers over time and what they are measured by: (value - location) / scale. */
export interface ScaledColumn {
  /** [T], or longer for what is known ahead. NaN where a number is missing. */
  readonly values: Float64Array | Float32Array;
  readonly location: number;
  readonly scale: number;
}

/** A series as windows are cut from it. The arrays are shared, never copied. */
export interface WindowSource extends ScaledColumn {
  /** Whether some of the values are missing. */
  readonly hasGaps: boolean;
  /** Whether the values are logarithms. */
  readonly isLog: boolean;
  /** The mean absolute change from one season to the next, or from one step to the next: what MASE divides by. */
  readonly change: number;
  /** Covariates known up to the last value, [T] each. */
  readonly past: readonly ScaledColumn[];
  /** Covariates known ahead, [≥ T] each. */
  readonly future: readonly ScaledColumn[];
  /** [S] What is known of the series as a whole, scaled. */
  readonly numbers: Float32Array;
  /** [K] Ids of the categories that it belongs to. */
  readonly categories: Int32Array;
}

/**
 * A source of which forecasts are a part: the last `lookback` steps, and room for `steps` more, which {@link append} fills.
 * Covariates known up to the last value keep that value.
 */
export function extensible(source: WindowSource, lookback: number, steps: number): WindowSource {
  const end = source.values.length;
  const start = Math.max(0, end - lookback);
  const values = new Float64Array(end - start + steps).fill(Number.NaN);
  values.set(source.values.subarray(start));
  const held = ({ values: known, ...scaled }: ScaledColumn): ScaledColumn => {
    const longer = new Float64Array(values.length).fill(known[end - 1] ?? Number.NaN);
    longer.set(known.subarray(start, end));
    return { ...scaled, values: longer };
  };
  const shifted = ({ values: known, ...scaled }: ScaledColumn): ScaledColumn => ({
    ...scaled,
    values: known.subarray(start),
  });
  return { ...source, values, past: source.past.map(held), future: source.future.map(shifted) };
}
