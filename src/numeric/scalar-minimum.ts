// The minimum of a function of one variable between two ends.

export interface ScalarMinimumOptions {
  /** Points of a first look, evenly spaced, that finds the right one of several valleys. Default: 12. */
  readonly looks?: number | undefined;
  /** How exact the place of the minimum is, relative to the interval. Default: 1e-5. */
  readonly tolerance?: number | undefined;
}

const GOLDEN = (3 - Math.sqrt(5)) / 2;

/**
 * The place where `f` is smallest on [low, high]: a first look at evenly spaced points, then Brent's method around the lowest of them
 * (Brent 1973, Algorithms for Minimization without Derivatives, chapter 5). Values that are not finite count as forbidden.
 */
export function scalarMinimum(
  f: (x: number) => number,
  low: number,
  high: number,
  options: ScalarMinimumOptions = {},
): number {
  const { looks = 12, tolerance = 1e-5 } = options;
  const at = (x: number): number => {
    const value = f(x);
    return Number.isFinite(value) ? value : Number.MAX_VALUE;
  };
  const step = (high - low) / (looks - 1);
  let best = low;
  let lowest = Infinity;
  for (let i = 0; i < looks; i++) {
    const x = i === looks - 1 ? high : low + i * step;
    const value = at(x);
    if (value < lowest) [best, lowest] = [x, value];
  }
  const found = brent(at, Math.max(low, best - step), Math.min(high, best + step), tolerance * (high - low));
  return at(found) < lowest ? found : best;
}

/** @param exact how far off the result may be */
function brent(f: (x: number) => number, low: number, high: number, exact: number): number {
  let [a, b] = [low, high];
  // x is the best point, w the second best, v the one that w was before.
  let x = a + GOLDEN * (b - a);
  let [w, v] = [x, x];
  let fx = f(x);
  let [fw, fv] = [fx, fx];
  let [move, before] = [0, 0];
  for (let i = 0; i < 100; i++) {
    const middle = (a + b) / 2;
    if (Math.abs(x - middle) + (b - a) / 2 <= 2 * exact) break;
    // The vertex of the parabola through the three points, where it lies inside and is nearer than half the move before the last.
    const r = (x - w) * (fx - fv);
    const q = (x - v) * (fx - fw);
    let p = (x - v) * q - (x - w) * r;
    let bottom = 2 * (q - r);
    if (bottom > 0) p = -p;
    bottom = Math.abs(bottom);
    const good =
      Math.abs(p) < Math.abs((bottom * before) / 2) && p > bottom * (a - x) && p < bottom * (b - x);
    if (good) {
      before = move;
      move = p / bottom;
    } else {
      before = (x < middle ? b : a) - x;
      move = GOLDEN * before;
    }
    const next = Math.abs(move) >= exact ? x + move : x + (move > 0 ? exact : -exact);
    const value = f(next);
    if (value <= fx) {
      if (next < x) b = x;
      else a = x;
      [v, fv, w, fw, x, fx] = [w, fw, x, fx, next, value];
    } else {
      if (next < x) a = next;
      else b = next;
      if (value <= fw || w === x) [v, fv, w, fw] = [w, fw, next, value];
      else if (value <= fv || v === x || v === w) [v, fv] = [next, value];
    }
  }
  return x;
}
