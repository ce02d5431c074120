// Scalers that bend: the logarithm and the Box–Cox transformation, for spreads that grow with the level.

import { checkedNumber, checkOptionNames, describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { fillMissing } from "../observed/fill.ts";
import { boxCox, guerreroLambda, inverseBoxCox } from "./box-cox.ts";
import { type FittedScaler, knownValues, numberIn, type Scaler, type ScalerState } from "./scaler.ts";

export interface LogOptions {
  /** Added before the logarithm is taken; 1 for series with zeros. Default: 0. */
  readonly offset?: number | undefined;
}

/** The natural logarithm: log(x + offset). */
export function logScaler(options: LogOptions = {}): Scaler {
  checkOptionNames("log scaler", options, ["offset"]);
  const { offset = 0 } = options;
  checkedNumber("log scaler: offset", offset, Number.isFinite, "a number");
  return {
    config: { name: "log", offset },
    fit(values) {
      knownValues(values, "log");
      const fitted = fittedLog(offset);
      fitted.transform(values);
      return fitted;
    },
  };
}

/** A logarithm from its state. */
export function logFromState(state: ScalerState): FittedScaler {
  return fittedLog(numberIn(state, "offset"));
}

function fittedLog(offset: number): FittedScaler {
  return {
    transform(values) {
      const wrong = values.findIndex((value) => value + offset <= 0);
      if (wrong === -1) return values.map((value) => Math.log(value + offset));
      throw new RecurraError(
        "scaler-domain",
        `log scaler: value ${wrong + 1} of ${values.length} is ${values[wrong]}; wanted values above ${-offset || 0}. Give an offset above ${-(values[wrong] ?? 0) || 0}, or another scaler.`,
      );
    },
    inverse: (scaled) => scaled.map((value) => Math.exp(value) - offset),
    lost: 0,
    state: { name: "log", offset },
  };
}

export interface BoxCoxOptions {
  /** 0 is the logarithm, 1 leaves the shape as it is; "auto" is Guerrero's choice from the training values. Default: "auto". */
  readonly lambda?: number | "auto" | undefined;
  /** The season in steps, by which "auto" judges the spread. Default: 1. */
  readonly season?: number | undefined;
}

/** The Box–Cox transformation (Box and Cox 1964), of values above 0. */
export function boxCoxScaler(options: BoxCoxOptions = {}): Scaler {
  checkOptionNames("boxCox scaler", options, ["lambda", "season"]);
  const { lambda = "auto", season = 1 } = options;
  if (lambda !== "auto" && !Number.isFinite(lambda)) {
    throw new RecurraError(
      "option-value",
      `boxCox scaler: lambda is ${describe(lambda)}; wanted a number or "auto"`,
    );
  }
  checkedNumber(
    "boxCox scaler: season",
    season,
    (steps) => Number.isInteger(steps) && steps >= 1,
    "a positive whole number",
  );
  return {
    config: { name: "boxCox", lambda, season },
    fit(values) {
      knownValues(values, "boxCox");
      checkPositive(values);
      const chosen = lambda === "auto" ? guerreroLambda(fillMissing(values, "linear"), { season }) : lambda;
      return fittedBoxCox(chosen);
    },
  };
}

/** A Box–Cox transformation from its state. */
export function boxCoxFromState(state: ScalerState): FittedScaler {
  return fittedBoxCox(numberIn(state, "lambda"));
}

function fittedBoxCox(lambda: number): FittedScaler {
  return {
    transform(values) {
      checkPositive(values);
      return boxCox(values, lambda);
    },
    inverse: (scaled) => inverseBoxCox(scaled, lambda),
    lost: 0,
    state: { name: "boxCox", lambda },
  };
}

function checkPositive(values: Float64Array): void {
  const wrong = values.findIndex((value) => value <= 0);
  if (wrong === -1) return;
  throw new RecurraError(
    "scaler-domain",
    `boxCox scaler: value ${wrong + 1} of ${values.length} is ${values[wrong]}; wanted values above 0. Take the log scaler with an offset, or another one.`,
  );
}
