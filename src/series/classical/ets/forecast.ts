// Point forecasts of an exponential smoothing model and their variances.

import { normalQuantile } from "../../../numeric/distributions.ts";
import type { Forecast } from "../../forecasters/local-model.ts";
import type { EtsState } from "./state.ts";

/**
 * Forecasts with normal intervals. The variances are those of Hyndman et al. (2008), section 6.3: exact for a linear model with additive
 * errors (class 1) or multiplicative ones (class 2), and approximate with a multiplicative season (class 3).
 *
 * @param horizon H
 * @param levels in percent
 */
export function forecastEts(state: EtsState, horizon: number, levels: readonly number[]): Forecast {
  const { form, phi, last, period } = state;
  const plain = new Float64Array(horizon); // μ without the season
  const mean = new Float64Array(horizon);
  let damped = 0; // φ + φ² + … + φʰ
  for (let h = 0; h < horizon; h++) {
    damped += phi ** (h + 1);
    const q = last.level + (form.trend === "N" ? 0 : damped * last.slope);
    const s = last.season[h % period] ?? 0;
    plain[h] = q;
    mean[h] = form.season === "N" ? q : form.season === "A" ? q + s : q * s;
  }
  if (levels.length === 0) return { mean, intervals: [] };
  const deviation = deviations(state, plain, mean);
  const intervals = levels.map((level) => {
    const width = normalQuantile(0.5 + level / 200);
    return {
      level,
      lower: mean.map((m, h) => m - width * (deviation[h] ?? 0)),
      upper: mean.map((m, h) => m + width * (deviation[h] ?? 0)),
    };
  });
  return { mean, intervals };
}

/** [H] Standard deviations. */
function deviations(state: EtsState, plain: Float64Array, mean: Float64Array): Float64Array {
  const { form, period, alpha, beta, gamma, phi, sigma, last } = state;
  const horizon = mean.length;
  const weights = new Float64Array(horizon); // c_j: what an error does to the forecast j steps later
  let damped = 0;
  for (let j = 1; j < horizon; j++) {
    damped += phi ** j;
    weights[j] = alpha + beta * damped + (form.season !== "N" && j % period === 0 ? gamma : 0);
  }
  if (form.error === "A") {
    let sum = 1;
    return mean.map((_, h) => {
      if (h > 0) sum += (weights[h] ?? 0) ** 2;
      return sigma * Math.sqrt(sum);
    });
  }
  // Class 2: θ_h = μ_h² + σ² Σ_j c_j² θ_{h−j} and v_h = (1 + σ²)θ_h − μ_h². Class 3 is the same for the states without the season,
  // times s²; an error moves level and season alike, hence c_j + γ after whole seasons. (The book's (1 + γ²σ²)ᵏ leaves out 2c_jγ.)
  const centre = form.season === "M" ? plain : mean;
  const unit = centre.reduce((most, m) => Math.max(most, Math.abs(m)), 0) || 1; // squares of huge values would overflow
  const variance = sigma * sigma;
  const theta = new Float64Array(horizon);
  return mean.map((_, h) => {
    const square = ((centre[h] ?? 0) / unit) ** 2;
    let sum = square;
    for (let j = 1; j <= h; j++) sum += variance * (weights[j] ?? 0) ** 2 * (theta[h - j] ?? 0);
    theta[h] = sum;
    const s = form.season === "M" ? (last.season[h % period] ?? 1) : 1;
    return unit * s * Math.sqrt(Math.max(0, sum * (1 + variance) - square));
  });
}
