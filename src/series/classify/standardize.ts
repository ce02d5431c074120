// Features brought to one scale before a linear classifier is fitted to them.

/** What was done to the features. */
export interface FeatureScales {
  /** [F] What was taken off each feature. */
  readonly means: Float32Array;
  /** [F] What each feature was then multiplied by. */
  readonly factors: Float64Array;
}

/**
 * Brings features to mean 0 and variance 1 / F, so that the sum of a row's squares is about 1, and weighs the rows by the roots of their
 * weights. Features that are the same in all series become 0.
 *
 * @param features [N, F], written over
 * @param weights [N]
 */
export function standardize(features: Float32Array, weights: Float64Array): FeatureScales {
  const count = weights.length;
  const width = features.length / count;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sums = new Float64Array(width);
  for (let n = 0; n < count; n++) {
    const weight = weights[n] ?? 0;
    for (let f = 0; f < width; f++) sums[f] = (sums[f] ?? 0) + weight * (features[n * width + f] ?? 0);
  }
  const means = Float32Array.from(sums, (sum) => sum / total);
  const squares = new Float64Array(width);
  for (let n = 0; n < count; n++) {
    const weight = weights[n] ?? 0;
    for (let f = 0; f < width; f++) {
      const deviation = (features[n * width + f] ?? 0) - (means[f] ?? 0);
      squares[f] = (squares[f] ?? 0) + weight * deviation * deviation;
    }
  }
  const factors = squares.map((square) =>
    square / total > 1e-12 ? 1 / Math.sqrt((square / total) * width) : 0,
  );
  for (let n = 0; n < count; n++) {
    const root = Math.sqrt(weights[n] ?? 1);
    for (let f = 0; f < width; f++) {
      const place = n * width + f;
      features[place] = root * ((features[place] ?? 0) - (means[f] ?? 0)) * (factors[f] ?? 0);
    }
  }
  return { means, factors };
}
