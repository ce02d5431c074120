// The recursion that all exponential smoothing models share, and the gradient of their likelihood by going through it backwards.

/** No season, an additive or a multiplicative one, as the loops know it. */
export type SeasonKind = 0 | 1 | 2;

/** Values and parameters, and room for what the recursion leaves behind. */
export interface Recursion {
  /** [T] NaN where a value is missing. */
  readonly values: Float64Array;
  /** The season's length; 1 for none. */
  readonly period: number;
  alpha: number;
  beta: number;
  gamma: number;
  phi: number;
  /** [T + 1] ℓ₀ to ℓ_T. */
  readonly level: Float64Array;
  /** [T + 1] b₀ to b_T. */
  readonly slope: Float64Array;
  /** [T + m] The seasonal state that step t uses at t, and the one that it leaves at t + m. */
  readonly season: Float64Array;
  /** [T] One-step forecasts. */
  readonly forecast: Float64Array;
}

/** Makes room. */
export function makeRecursion(values: Float64Array, period: number): Recursion {
  const length = values.length;
  return {
    values,
    period,
    alpha: 0,
    beta: 0,
    gamma: 0,
    phi: 1,
    level: new Float64Array(length + 1),
    slope: new Float64Array(length + 1),
    season: new Float64Array(length + period),
    forecast: new Float64Array(length),
  };
}

/**
 * Goes through the values from the states at 0. With q = ℓ + φb, the recursion of multiplicative errors is that of additive ones:
 * ε(ℓ + φb)s is the error y − f itself (Hyndman et al. 2008, tables 2.2 and 2.3), so the forecasts do not depend on the kind of error.
 *
 *     no season        f = q        ℓ' = q + αe      b' = φb + βe
 *     additive         f = q + s    ℓ' = q + αe      b' = φb + βe      s' = s + γe
 *     multiplicative   f = q·s      ℓ' = q + αe/s    b' = φb + βe/s    s' = s + γe/q
 *
 * A missing value has no error.
 */
export function runForward(run: Recursion, kind: SeasonKind): void {
  const { values, period, alpha, beta, gamma, phi, level, slope, season, forecast } = run;
  const length = values.length;
  let l = level[0] ?? 0;
  let b = slope[0] ?? 0;
  if (kind === 0) {
    for (let t = 0; t < length; t++) {
      const q = l + phi * b;
      const e = errorOf(values[t] ?? 0, q);
      forecast[t] = q;
      l = q + alpha * e;
      b = phi * b + beta * e;
      level[t + 1] = l;
      slope[t + 1] = b;
    }
  } else if (kind === 1) {
    for (let t = 0; t < length; t++) {
      const s = season[t] ?? 0;
      const q = l + phi * b;
      const f = q + s;
      const e = errorOf(values[t] ?? 0, f);
      forecast[t] = f;
      l = q + alpha * e;
      b = phi * b + beta * e;
      level[t + 1] = l;
      slope[t + 1] = b;
      season[t + period] = s + gamma * e;
    }
  } else {
    for (let t = 0; t < length; t++) {
      const s = season[t] ?? 0;
      const q = l + phi * b;
      const f = q * s;
      const e = errorOf(values[t] ?? 0, f);
      const d = e / s;
      forecast[t] = f;
      l = q + alpha * d;
      b = phi * b + beta * d;
      level[t + 1] = l;
      slope[t + 1] = b;
      season[t + period] = s + (gamma * e) / q;
    }
  }
}

function errorOf(value: number, forecast: number): number {
  const error = value - forecast;
  return Number.isNaN(error) ? 0 : error; // a missing value has none
}

/** What a criterion depends on. */
export interface RecursionGradient {
  alpha: number;
  beta: number;
  gamma: number;
  phi: number;
  level: number;
  slope: number;
  /** [T + m] Those of the initial seasonal states are the first m. */
  readonly season: Float64Array;
}

/**
 * The gradient of a criterion of the forecasts with respect to parameters and initial states, after {@link runForward}.
 *
 * @param outer [T] the criterion's derivative with respect to each forecast as such; 0 where the value is missing
 * @param out receives it
 */
export function runBackward(
  run: Recursion,
  kind: SeasonKind,
  outer: Float64Array,
  out: RecursionGradient,
): void {
  const { values, period, alpha, beta, gamma, phi, level, slope, season, forecast } = run;
  const seasonal = out.season;
  seasonal.fill(0);
  let [ofAlpha, ofBeta, ofGamma, ofPhi] = [0, 0, 0, 0];
  let l = 0; // the derivatives with respect to the states after step t
  let b = 0;
  for (let t = values.length - 1; t >= 0; t--) {
    const value = values[t] ?? 0;
    const e = errorOf(value, forecast[t] ?? 0);
    const observed = Number.isNaN(value) ? 0 : 1;
    const before = slope[t] ?? 0;
    let ofQ = l;
    if (kind === 0) {
      ofAlpha += l * e;
      ofBeta += b * e;
      ofQ += (outer[t] ?? 0) - observed * (alpha * l + beta * b);
    } else if (kind === 1) {
      const after = seasonal[t + period] ?? 0;
      ofAlpha += l * e;
      ofBeta += b * e;
      ofGamma += after * e;
      const ofForecast = (outer[t] ?? 0) - observed * (alpha * l + beta * b + gamma * after);
      ofQ += ofForecast;
      seasonal[t] = (seasonal[t] ?? 0) + after + ofForecast;
    } else {
      const after = seasonal[t + period] ?? 0;
      const s = season[t] ?? 0;
      const q = (level[t] ?? 0) + phi * before;
      const d = e / s;
      const r = e / q;
      const ofD = alpha * l + beta * b;
      ofAlpha += l * d;
      ofBeta += b * d;
      ofGamma += after * r;
      const ofForecast = (outer[t] ?? 0) - observed * (ofD / s + (gamma * after) / q);
      ofQ += ofForecast * s - (after * gamma * r) / q;
      seasonal[t] = (seasonal[t] ?? 0) + after + ofForecast * q - (ofD * d) / s;
    }
    const ofDamped = ofQ + b; // φb enters q and the next slope
    ofPhi += before * ofDamped;
    b = phi * ofDamped;
    l = ofQ;
  }
  out.alpha = ofAlpha;
  out.beta = ofBeta;
  out.gamma = ofGamma;
  out.phi = ofPhi;
  out.level = l;
  out.slope = b;
}
