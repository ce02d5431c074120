// Making a series fit for a network, and its forecasts fit for a reader: logarithm, differences, standard scale.

/** A transformation fitted to one series: it is applied to that series and inverted on what comes after it. */
export interface FittedTransform {
  /** What it did and with which figures, for the saved model. */
  readonly config: Readonly<Record<string, string | number | boolean>>;
  /** [T'] The transformed training values. */
  readonly values: Float64Array;
  /** [H] -> [H] The values that transformed forecasts stand for. */
  invert(forecast: Float64Array): Float64Array;
}

/** A way to transform a series; it sees the training values only. */
export type Transform = (training: Float64Array) => FittedTransform;

/** The natural logarithm where all values are positive, which makes growth a straight line and seasons equally high; else nothing. */
export const logWhenPositive: Transform = (training) => {
  if (!training.every((value) => value > 0)) {
    return { config: { log: false }, values: training, invert: (forecast) => forecast };
  }
  return { config: { log: true }, values: training.map(Math.log), invert: (forecast) => forecast.map(Math.exp) };
};

/** Differences w_t = y_t - y_{t-lag}; [T] -> [T - lag]. Inverted from the last `lag` training values on. */
export function difference(lag: number): Transform {
  return (training) => ({
    config: { differenceLag: lag },
    values: training.subarray(lag).map((value, t) => value - (training[t] ?? 0)),
    invert(forecast) {
      const known = [...training.subarray(training.length - lag)];
      for (const [h, step] of forecast.entries()) known.push(step + (known[h] ?? 0));
      return Float64Array.from(known.slice(lag));
    },
  });
}

/** (y - mean) / standard deviation of the training values; a constant is only centred. */
export const standardize: Transform = (training) => {
  const mean = training.reduce((sum, value) => sum + value, 0) / training.length;
  const variance = training.reduce((sum, value) => sum + (value - mean) ** 2, 0) / training.length;
  // Rounding leaves a trace of variance in a constant.
  const constant = Math.sqrt(variance) <= 1e-9 * Math.max(1, Math.abs(mean));
  const scale = constant ? 1 : Math.sqrt(variance);
  return {
    config: { mean, scale, constant },
    values: training.map((value) => (constant ? 0 : (value - mean) / scale)),
    invert: (forecast) => forecast.map((value) => value * scale + mean),
  };
};

/** One transformation after the other; inverted in the opposite order. */
export function chain(...transforms: readonly Transform[]): Transform {
  return (training) => {
    const fitted: FittedTransform[] = [];
    let values = training;
    for (const transform of transforms) {
      const next = transform(values);
      fitted.push(next);
      values = next.values;
    }
    return {
      config: Object.assign({}, ...fitted.map((step) => step.config)),
      values,
      invert: (forecast) => fitted.reduceRight((result, step) => step.invert(result), forecast),
    };
  };
}
