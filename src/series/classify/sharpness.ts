// Scores of a linear classifier become probabilities: a softmax, as sharp as fits held-out scores best.

/**
 * The factor of the scores with the least log loss, by golden-section search of its logarithm. The true class is meant to get a little less
 * than 1, (N_k + 1) / (N_k + 2), so that scores without an error do not become certainties (Platt 1999).
 *
 * @param scores [S][N]
 * @param labels [N]
 */
export function sharpnessOf(scores: readonly Float64Array[], labels: Int32Array, classes: number): number {
  const own = new Float64Array(scores.length);
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const lossOf = (sharpness: number) => {
    let sum = 0;
    for (const [n, label] of labels.entries()) {
      for (let s = 0; s < own.length; s++) own[s] = scores[s]?.[n] ?? 0;
      const aim = ((counts[label] ?? 0) + 1) / ((counts[label] ?? 0) + 2);
      for (const [k, share] of softmaxOf(own, sharpness, classes).entries())
        sum -= (k === label ? aim : (1 - aim) / (classes - 1)) * Math.log(Math.max(share, 1e-15));
    }
    return sum;
  };
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(0.05), Math.log(50)];
  for (let i = 0; i < 40; i++) {
    const [left, right] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (lossOf(Math.exp(left)) < lossOf(Math.exp(right))) high = right;
    else low = left;
  }
  return Math.exp((low + high) / 2);
}

/**
 * Probabilities of scores; one score is the second of two classes', the first one's is its negative.
 *
 * @param scores [S]
 * @returns [K]
 */
export function softmaxOf(scores: Float64Array, sharpness: number, classes: number): Float64Array {
  const all = classes === 2 ? Float64Array.of(-(scores[0] ?? 0), scores[0] ?? 0) : scores;
  const most = Math.max(...all);
  const exponentials = all.map((score) => Math.exp(sharpness * (score - most)));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}
