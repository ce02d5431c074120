// The options of ARIMA, and what they may be.

import { checkedNumber, checkOptionNames, describe } from "../../../nn/choice.ts";
import { checkFlags } from "../../../nn/option-checks.ts";
import { RecurraError } from "../../../platform/error.ts";
import type { CovariateChoice } from "./regressors.ts";
import type { Criterion, OrderLimits } from "./search.ts";

export interface ArimaOptions {
  /** [p, d, q], or `auto` for the order with the smallest criterion. Default: `auto`. */
  readonly order?: "auto" | readonly [p: number, d: number, q: number] | undefined;
  /** [P, D, Q] by the season of the series, with an `order`. Default: [0, 0, 0]. */
  readonly seasonalOrder?: readonly [P: number, D: number, Q: number] | undefined;
  /**
   * Whether there is a constant: a mean, or a drift where it is differenced once; never where it is differenced more often. Default: by
   * the criterion; with an `order`, true for a mean and false for a drift.
   */
  readonly constant?: boolean | undefined;
  /** Differences from one value to the next, where the order is chosen. Default: by the KPSS test, at most 2. */
  readonly d?: number | undefined;
  /** Seasonal differences, where the order is chosen. Default: by the strength of the season, at most 1. */
  readonly D?: number | undefined;
  /** Whether there may be seasonal terms, where the order is chosen. Default: true. */
  readonly seasonal?: boolean | undefined;
  /** The largest p, q, P and Q of the search. Default: 5, 5, 2, 2. */
  readonly limits?: Partial<OrderLimits> | undefined;
  /** Default: `aicc`. */
  readonly criterion?: Criterion | undefined;
  /**
   * Whether the search compares models by conditional least squares rather than by likelihood. Default: where the length times twice the
   * season is above 100,000, as for years of hours.
   */
  readonly approximate?: boolean | undefined;
  /** Which covariates known ahead it takes: a regression with ARIMA errors. Default: `all`. */
  readonly covariates?: CovariateChoice | undefined;
  /**
   * λ of a Box–Cox transformation, such as 0 for logarithms; `guerrero` for the one by Guerrero's method; `none`. Forecasts are then
   * medians. Default: `none`.
   */
  readonly lambda?: number | "guerrero" | "none" | undefined;
}

const optionNames = [
  "order",
  "seasonalOrder",
  "constant",
  "d",
  "D",
  "seasonal",
  "limits",
  "criterion",
  "approximate",
  "covariates",
  "lambda",
];

/** Of any letter. */
const LARGEST_ORDER = 30;

/** @throws RecurraError `unknown-option`, `option-value` */
export function checkArimaOptions(options: ArimaOptions): void {
  checkOptionNames("arima", options, optionNames);
  const {
    order = "auto",
    seasonalOrder,
    constant,
    d,
    D,
    seasonal,
    limits = {},
    criterion = "aicc",
  } = options;
  const { approximate, covariates = "all", lambda = "none" } = options;
  if (order !== "auto") checkOrder("order", order, "[p, d, q]");
  if (seasonalOrder !== undefined) checkOrder("seasonalOrder", seasonalOrder, "[P, D, Q]");
  const searchOnly = Object.entries({
    d,
    D,
    seasonal,
    limits: options.limits,
    criterion: options.criterion,
    approximate,
  });
  const idle = order === "auto" ? [] : searchOnly.filter(([, value]) => value !== undefined);
  if (idle[0] !== undefined)
    refuse(`${idle[0][0]} is for the search: leave it out beside an order, or leave out the order`);
  if (order === "auto" && seasonalOrder !== undefined)
    refuse("seasonalOrder goes with an order; give both or neither");
  const flags = Object.entries({ constant, seasonal, approximate }).filter(
    ([, value]) => value !== undefined,
  );
  checkFlags("arima", Object.fromEntries(flags));
  for (const [name, value] of Object.entries({ d, D })) if (value !== undefined) checkOrderPart(name, value);
  checkOptionNames("arima limits", limits, ["p", "q", "P", "Q"]);
  for (const [name, value] of Object.entries(limits))
    if (value !== undefined) checkOrderPart(`limits.${name}`, value);
  if (!["aicc", "aic", "bic"].includes(criterion))
    refuse(`criterion is to be aicc, aic or bic, got ${describe(criterion)}`);
  if (covariates !== "all" && covariates !== "none" && !isListOfNames(covariates))
    refuse(`covariates is to be "all", "none" or a list of names, got ${describe(covariates)}`);
  if (lambda !== "guerrero" && lambda !== "none")
    checkedNumber("arima: lambda", lambda, Number.isFinite, 'a number, "guerrero" or "none"');
}

function isListOfNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}

function checkOrder(name: string, value: unknown, letters: string): void {
  if (!Array.isArray(value) || value.length !== 3)
    refuse(`${name} is to be three whole numbers ${letters}, got ${describe(value)}`);
  else for (const part of value) checkOrderPart(name, part);
}

function checkOrderPart(name: string, value: unknown): void {
  const fits = (part: number): boolean => Number.isInteger(part) && part >= 0 && part <= LARGEST_ORDER;
  checkedNumber(`arima: ${name}`, value, fits, `a whole number from 0 to ${LARGEST_ORDER}`);
}

function refuse(message: string): never {
  throw new RecurraError("option-value", `arima: ${message}`);
}
