// Values as the estimation wants them: of a size of about 1, and once more without gaps.

export interface PreparedValues {
  /** What they were divided by. */
  readonly scale: number;
  /** [T] NaN where one is missing. */
  readonly scaled: Float64Array;
  /** [T] */
  readonly filled: Float64Array;
  /** How many are not missing. */
  readonly observed: number;
}

export function prepare(values: Float64Array): PreparedValues {
  const scale = meanSize(values);
  const scaled = values.map((y) => y / scale);
  const observed = values.reduce((count, y) => (!Number.isNaN(y) ? count + 1 : count), 0);
  return { scale, scaled, filled: fillGaps(scaled), observed };
}

/** The mean of |y|; 1 where all are 0. */
function meanSize(values: Float64Array): number {
  let most = 0;
  for (let t = 0; t < values.length; t++) {
    const size = Math.abs(values[t] ?? 0);
    if (size > most) most = size;
  }
  if (most === 0) return 1;
  let sum = 0;
  let count = 0;
  for (let t = 0; t < values.length; t++) {
    const share = Math.abs(values[t] ?? 0) / most; // the sum of huge values would overflow
    if (Number.isNaN(share)) continue;
    sum += share;
    count++;
  }
  return most * (sum / count);
}

/** Missing values on the line between their neighbours, at the ends like the nearest. */
function fillGaps(values: Float64Array): Float64Array {
  const filled = values.slice();
  let before = -1;
  for (let t = 0; t < filled.length; t++) {
    const y = filled[t] ?? 0;
    if (Number.isNaN(y)) continue;
    const from = before < 0 ? y : (filled[before] ?? 0);
    for (let gap = before + 1; gap < t; gap++)
      filled[gap] = from + ((y - from) * (gap - before)) / (t - before);
    before = t;
  }
  filled.fill(filled[before] ?? 0, before + 1);
  return filled;
}
