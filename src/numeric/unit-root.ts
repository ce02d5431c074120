// Whether a series wanders: the KPSS test, and how many differences make a series stationary.

/**
 * The upper percentage points of the KPSS statistic around a level, by level of the test (Kwiatkowski, Phillips, Schmidt and Shin 1992,
 * table 1). Its distribution is that of Cramér's and von Mises's statistic, whence the last one (Anderson and Darling 1952, Annals of
 * Mathematical Statistics 23(2), table 1).
 */
export const KPSS_CRITICAL = { 0.1: 0.347, 0.05: 0.463, 0.025: 0.574, 0.01: 0.739, 0.001: 1.168 } as const;

export interface KpssOptions {
  /** What the series is stationary around if it is. Default: `level`. */
  readonly around?: "level" | "trend" | undefined;
  /** Autocovariances that the long-run variance takes in, with Bartlett's weights. Default: ⌊3 √T / 13⌋. */
  readonly lags?: number | undefined;
}

/**
 * The statistic of the KPSS test that a series is stationary around a level or a trend: large where it is not
 * (Kwiatkowski, Phillips, Schmidt and Shin 1992, Journal of Econometrics 54, 159–178).
 *
 * @param values [T] without missing values
 * @returns 0 for values that lie on the level or trend exactly.
 */
export function kpss(values: Float64Array, options: KpssOptions = {}): number {
  const { around = "level", lags = Math.trunc((3 * Math.sqrt(values.length)) / 13) } = options;
  const residuals = around === "level" ? withoutMean(values) : withoutLine(values);
  const T = residuals.length;
  let [partial, sums, squares] = [0, 0, 0];
  for (const value of residuals) {
    partial += value;
    sums += partial * partial;
    squares += value * value;
  }
  let variance = squares / T;
  for (let lag = 1; lag <= lags && lag < T; lag++) {
    let products = 0;
    for (let t = lag; t < T; t++) products += (residuals[t] ?? 0) * (residuals[t - lag] ?? 0);
    variance += (2 / T) * (1 - lag / (lags + 1)) * products;
  }
  return variance > 0 ? sums / (T * T * variance) : 0;
}

/**
 * How many differences make a series stationary by the KPSS test, as Hyndman and Khandakar (2008, Journal of Statistical Software 27(3),
 * section 3.1) choose d: it is differenced until the test does not object.
 *
 * @param values [T] without missing values
 * @param critical What the statistic is to exceed for the first difference, for the second, and so on; as many as may be taken. Default:
 * the 5 % point, twice.
 */
export function differencesNeeded(
  values: Float64Array,
  critical: readonly number[] = [KPSS_CRITICAL[0.05], KPSS_CRITICAL[0.05]],
): number {
  const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let current = values;
  for (const [d, limit] of critical.entries()) {
    if (current.length < 2 || isConstant(current, size) || !(kpss(current) > limit)) return d;
    const before = current;
    current = before.subarray(1).map((value, t) => value - (before[t] ?? 0));
  }
  return critical.length;
}

/** Whether values differ by no more than rounding makes of numbers of a size. @param size Default: the largest of them. */
export function isConstant(values: Float64Array, size?: number): boolean {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return !(most - least > 1e-12 * (size ?? Math.max(Math.abs(least), Math.abs(most))));
}

function withoutMean(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function withoutLine(values: Float64Array): Float64Array {
  const centred = withoutMean(values);
  const middle = (values.length - 1) / 2;
  let [products, squares] = [0, 0];
  for (const [t, value] of centred.entries()) {
    products += (t - middle) * value;
    squares += (t - middle) ** 2;
  }
  const slope = squares > 0 ? products / squares : 0;
  return centred.map((value, t) => value - slope * (t - middle));
}
