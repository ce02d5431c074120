// The Theta method as a model of one series.

import { checkOptionNames, configOf } from "../../../nn/choice.ts";
import { checkNotNegative } from "../../../nn/option-checks.ts";
import {
  adjust,
  findSeason,
  type SeasonalIndices,
  type Seasonality,
  seasonalities,
  withSeason,
} from "../../decompose/adjustment.ts";
import type { LocalModel } from "../../forecasters/local-model.ts";
import type { Series } from "../../observed/series.ts";
import { normalIntervals } from "../normal-intervals.ts";
import {
  fitThetaLine,
  forecastThetaLine,
  type ThetaState as LineState,
  type ThetaLine,
  type ThetaVariant,
  thetaFitted,
  thetaSpread,
  thetaStateAfter,
  thetaVariants,
} from "./theta-lines.ts";

export interface ThetaOptions {
  /**
   * The model: `STM` (standard), `OTM` (with θ estimated), `DSTM` and `DOTM` (the same with a line that moves with the series), or
   * `automatic`, the one of these with the smallest squared errors. Default: `DOTM`, which does best on held-out ends of the training
   * parts of the M3 competition.
   */
  readonly variant?: ThetaVariant | "automatic" | undefined;
  /** How the season is found that is taken off before and put back after. Default: `shrunk`. */
  readonly seasonality?: Seasonality | undefined;
  /**
   * How many values the belief that θ is 2 counts for where θ is estimated; with 0 the models are those of the paper. Default: 3, which
   * steadies short series.
   */
  readonly prior?: number | undefined;
}

export interface ThetaState {
  readonly line: ThetaLine;
  /** Where the adjusted series ends. */
  readonly end: LineState;
  /** null where there is none. */
  readonly seasonal: SeasonalIndices | null;
  /** The time of the first position in the cycle. */
  readonly start: number;
  /** The next value's position in the cycle. */
  readonly position: number;
}

/**
 * The Theta method (Assimakopoulos and Nikolopoulos 2000, International Journal of Forecasting 16(4)) as the state space models of
 * Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler 2016 (the same journal, 32(4)). Its intervals take errors to be normal, and
 * the parameters and the season to be known.
 *
 * @throws RecurraError `unknown-option`, `unknown-name`, `option-value`
 */
export function theta(options: ThetaOptions = {}): LocalModel<ThetaState> {
  checkOptionNames("theta", options, ["variant", "seasonality", "prior"]);
  const { variant = "DOTM", seasonality = "shrunk", prior = 3 } = options;
  configOf("theta variant", variant, [...thetaVariants, "automatic"]);
  configOf("theta seasonality", seasonality, seasonalities);
  checkNotNegative("theta", { prior });
  const variants = variant === "automatic" ? thetaVariants : [variant];

  const stateOf = (series: Series, state: Omit<ThetaState, "end" | "position">): ThetaState => {
    const { adjusted, position } = adjust(series, state.seasonal, state.start);
    return { ...state, end: thetaStateAfter(adjusted, state.line), position: position + adjusted.length };
  };
  return {
    name: "theta",
    need: () => ({ rows: 4, because: "three parameters and an error" }),
    fit(series) {
      const seasonal = findSeason(series, seasonality) ?? null;
      const start = series.times[0] ?? 0;
      const { adjusted } = adjust(series, seasonal, start);
      const line = variants
        .map((one) => fitThetaLine(adjusted, one, prior))
        .reduce((best, other) => (other.squares < best.squares ? other : best));
      return stateOf(series, { line, seasonal, start });
    },
    update: ({ line, seasonal, start }, series) => stateOf(series, { line, seasonal, start }),
    forecast({ line, end, seasonal, position }, { horizon, levels }) {
      const mean = forecastThetaLine(end, line, horizon);
      const put = (values: Float64Array) => withSeason(values, seasonal ?? undefined, position);
      if (levels.length === 0) return { mean: put(mean), intervals: [] };
      const deviation = deviationOf(line);
      const spread = thetaSpread(end, line, horizon).map((factor) => factor * deviation);
      const intervals = normalIntervals(mean, spread, levels).map(({ level, lower, upper }) => ({
        level,
        lower: put(lower),
        upper: put(upper),
      }));
      return { mean: put(mean), intervals };
    },
    fitted({ line, seasonal, start }, series) {
      const { adjusted, position } = adjust(series, seasonal, start);
      return withSeason(thetaFitted(adjusted, line), seasonal ?? undefined, position);
    },
    describe: ({ line, seasonal }) => ({
      variant: line.variant,
      theta: 1 / (1 - line.omega),
      alpha: line.alpha,
      seasonality: seasonal?.composition ?? "none",
      deviation: deviationOf(line),
    }),
  };
}

/** The standard deviation of an error one step ahead. */
function deviationOf({ variant, squares, count }: ThetaLine): number {
  const parameters = variant === "OTM" || variant === "DOTM" ? 3 : 2;
  return Math.sqrt(squares / Math.max(count - parameters, 1));
}
