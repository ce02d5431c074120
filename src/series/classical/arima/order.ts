// The order of a seasonal ARIMA model: how many coefficients of which kind it has, and what it is called.

/**
 * ARIMA(p,d,q)(P,D,Q)[m] in the usual letters (Box and Jenkins 1970; Hyndman and Athanasopoulos, Forecasting: Principles and Practice,
 * 3rd ed., section 9.9): autoregressive terms, differences, moving-average terms; the same by season; the length of the season.
 */
export interface ArimaOrder {
  readonly p: number;
  readonly d: number;
  readonly q: number;
  readonly P: number;
  readonly D: number;
  readonly Q: number;
  /** The season in steps; 1 for none. */
  readonly m: number;
}

/** How many coefficients an order has, the constant and regressors not counted. */
export function coefficientCount({ p, q, P, Q }: ArimaOrder): number {
  return p + q + P + Q;
}

/** How many values at the beginning differencing takes. */
export function lostValues({ d, D, m }: ArimaOrder): number {
  return d + m * D;
}

/** What a constant is called: the mean of a series that is not differenced, the drift (a line's slope per step) of one that is, once. */
export function constantName({ d, D }: ArimaOrder): "mean" | "drift" | undefined {
  if (d + D > 1) return undefined; // It would be a parabola.
  return d + D === 0 ? "mean" : "drift";
}

/**
 * The name of a model, as R's forecast package writes it: `ARIMA(2,1,1)(0,1,0)[12] with drift`, or `Regression with ARIMA(1,0,0) errors`.
 *
 * @param regressors how many, the constant not counted
 */
export function arimaName(order: ArimaOrder, constant: boolean, regressors = 0): string {
  const { p, d, q, P, D, Q, m } = order;
  const plain = `ARIMA(${p},${d},${q})${P + D + Q > 0 ? `(${P},${D},${Q})[${m}]` : ""}`;
  if (regressors > 0) return `Regression with ${plain} errors`;
  const name = constantName(order);
  if (name === undefined) return plain;
  if (name === "mean") return `${plain} with ${constant ? "non-zero" : "zero"} mean`;
  return constant ? `${plain} with drift` : plain;
}
