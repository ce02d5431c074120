// The family of exponential smoothing models: error, trend and season, each additive, multiplicative or absent.

import { RecurraError } from "../../../platform/error.ts";

/** Additive or multiplicative errors; no, an additive or a damped trend; no, an additive or a multiplicative season. */
export interface EtsForm {
  readonly error: "A" | "M";
  readonly trend: "N" | "A" | "Ad";
  readonly season: "N" | "A" | "M";
}

/** What may be chosen from: the letters that are allowed in each place. */
export interface EtsFamily {
  readonly errors: readonly EtsForm["error"][];
  readonly trends: readonly EtsForm["trend"][];
  readonly seasons: readonly EtsForm["season"][];
}

/** The usual name: `ETS(M,Ad,M)`. */
export function formName({ error, trend, season }: EtsForm): string {
  return `ETS(${error},${trend},${season})`;
}

/** α, β, γ, φ and the free initial states: one season's states are known from the others, as they sum to 0 or to the season. */
export function parameterCount({ trend, season }: EtsForm, period: number): number {
  const ofTrend = trend === "N" ? 0 : trend === "A" ? 2 : 3;
  return 2 + ofTrend + (season === "N" ? 0 : period);
}

/** Whether errors or season are multiplicative, so that the values must be positive. */
export function needsPositive({ error, season }: EtsForm): boolean {
  return error === "M" || season === "M";
}

/**
 * Whether forecasts have a finite variance that is numerically stable: additive errors with a multiplicative season divide by what may
 * come near zero (Hyndman, Koehler, Ord and Snyder 2008, Forecasting with Exponential Smoothing, section 15.1).
 */
export function isStable({ error, season }: EtsForm): boolean {
  return error === "M" || season !== "M";
}

/** The stable members of a family, simple ones first. */
export function formsOf({ errors, trends, seasons }: EtsFamily): EtsForm[] {
  return seasons
    .flatMap((season) => trends.flatMap((trend) => errors.map((error) => ({ error, trend, season }))))
    .filter(isStable);
}

const LETTERS = /^([AMZ])(N|A|Ad|Z)([NAMZ])$/;

/**
 * The family that letters stand for, as R's `ets` writes them: error, trend, season; Z leaves the choice open. `AAdA` is short for `AAA`
 * with a damped trend.
 *
 * @param damped whether a trend is damped; undefined leaves the choice open where the letters do not say it
 * @throws RecurraError `option-value`
 */
export function familyOf(what: string, letters: string, damped: boolean | undefined): EtsFamily {
  const [, error, trend, season] = LETTERS.exec(letters) ?? [];
  if (error === undefined || trend === undefined || season === undefined) {
    throw new RecurraError(
      "option-value",
      `${what}: model "${letters}" is none. Wanted three letters, such as "ZZZ" or "MAM": error (A, M, Z), trend (N, A, Ad, Z) and season (N, A, M, Z), where Z leaves the choice open`,
    );
  }
  const family = {
    errors: error === "Z" ? (["A", "M"] as const) : [error as EtsForm["error"]],
    trends: trendsOf(trend, damped),
    seasons: season === "Z" ? (["N", "A", "M"] as const) : [season as EtsForm["season"]],
  };
  if (family.trends.length === 0) {
    throw new RecurraError(
      "option-value",
      `${what}: model "${letters}" with damped ${damped} contradicts itself; leave out \`damped\``,
    );
  }
  if (formsOf(family).length === 0) {
    throw new RecurraError(
      "option-value",
      `${what}: model "${letters}" has additive errors and a multiplicative season, whose forecasts are unstable; use "M${letters.slice(1)}"`,
    );
  }
  return family;
}

function trendsOf(letter: string, damped: boolean | undefined): readonly EtsForm["trend"][] {
  const open =
    letter === "Z" ? (["N", "A", "Ad"] as const) : letter === "A" ? (["A", "Ad"] as const) : [letter];
  return (open as readonly EtsForm["trend"][]).filter(
    (trend) =>
      damped === undefined || (trend === "N" && !(damped && letter === "N")) || (trend === "Ad") === damped,
  );
}
