// Spearman's rank correlation.

/** Ranks from 1 up; equal values share the mean of their ranks. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const value = (i: number) => values[i] ?? Number.NaN;
  const order = Array.from({ length: values.length }, (_, i) => i).sort((a, b) => value(a) - value(b));
  const result = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && value(order[to] ?? 0) === value(order[from] ?? 0)) to++;
    for (let i = from; i < to; i++) result[order[i] ?? 0] = (from + to + 1) / 2;
    from = to;
  }
  return result;
}

/**
 * Spearman's ρ: the correlation of the ranks of two lists of equal length. NaN where one of them is constant, or has fewer than two
 * values.
 *
 * Source: Spearman 1904; with ties as in scipy.stats.spearmanr.
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (x.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [(x[i] ?? 0) - middle, (y[i] ?? 0) - middle];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}
