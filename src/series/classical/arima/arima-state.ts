// A fitted ARIMA model as plain data, and what follows from it: forecasts, their spread, fitted values.

import { RecurraError } from "../../../platform/error.ts";
import { differenced, differencePolynomial } from "./difference.ts";
import type { ArimaFit } from "./estimate.ts";
import { exactFilter } from "./exact-filter.ts";
import { kalmanFilter } from "./kalman-filter.ts";
import { type ArimaOrder, lostValues } from "./order.ts";
import { type Arma, createArma, multiplyOut } from "./polynomials.ts";

/** What a model is, apart from the series it was fitted to. */
export interface ArimaModel {
  readonly order: ArimaOrder;
  readonly constant: boolean;
  /** φ [p], θ [q], Φ [P], Θ [Q] */
  readonly coefficients: readonly number[];
  /** The constant first, where there is one, then the covariates'. */
  readonly regression: readonly number[];
}

/** Where a series ends, as far as the model needs to know. */
export interface ArimaEnd {
  /** T: where the line of a drift has come to. */
  readonly length: number;
  /** What is known of the next values of the differenced process: its state, of which the first number is expected next. */
  readonly process: readonly number[];
  /** [d + mD] The last values less what the regression says, the latest first. */
  readonly history: readonly number[];
  /** How many values are missing at the end. */
  readonly age: number;
}

/** The model of a fit. */
export function modelOf({ order, constant, coefficients, regression }: ArimaFit): ArimaModel {
  return { order, constant, coefficients: [...coefficients], regression: [...regression] };
}

function armaOf({ order, coefficients }: ArimaModel): Arma {
  const arma = createArma(order);
  multiplyOut(order, Float64Array.from(coefficients), arma);
  return arma;
}

/** What the regression says at a time, the constant or the line of the drift among it. */
function regressionAt(model: ArimaModel, columns: readonly Float64Array[], t: number, step: number): number {
  const { order, constant, regression } = model;
  const skip = constant ? 1 : 0;
  let sum = constant ? (regression[0] ?? 0) * (order.d + order.D === 0 ? 1 : step) : 0;
  for (const [k, column] of columns.entries()) sum += (regression[k + skip] ?? 0) * (column[t] ?? 0);
  return sum;
}

/** A filter run over a series. @param predictions [T] to be filled with what is expected, of the values less the regression */
function runOver(
  model: ArimaModel,
  values: Float64Array,
  columns: readonly Float64Array[],
  predictions?: Float64Array,
): ArimaEnd {
  const errors = values.map((value, t) => value - regressionAt(model, columns, t, t + 1));
  return errors.some(Number.isNaN)
    ? runOverGaps(model, errors, predictions)
    : runOverWhole(model, errors, predictions);
}

function runOverWhole(model: ArimaModel, errors: Float64Array, predictions?: Float64Array): ArimaEnd {
  const { order } = model;
  const lost = lostValues(order);
  const length = errors.length;
  if (length < lost) {
    throw new RecurraError(
      "too-short",
      `there are ${length} values; wanted at least the ${lost} that differencing takes`,
    );
  }
  const differences = differenced(errors, order);
  const filter = exactFilter(armaOf(model), differences.length, 1, { settles: false });
  filter.run([differences], [new Float64Array(differences.length)], predictions?.subarray(lost));
  if (predictions !== undefined) {
    predictions.fill(Number.NaN, 0, lost);
    for (let t = lost; t < length; t++)
      predictions[t] = (predictions[t] ?? 0) + (errors[t] ?? 0) - (differences[t - lost] ?? 0);
  }
  const history = Array.from({ length: lost }, (_, i) => errors[length - 1 - i] ?? 0);
  return { length, process: [...(filter.states[0] ?? differences).subarray(0, -1)], history, age: 0 };
}

function runOverGaps(model: ArimaModel, errors: Float64Array, predictions?: Float64Array): ArimaEnd {
  const lost = lostValues(model.order);
  const length = errors.length;
  const observed = Uint8Array.from(errors, (value) => (Number.isNaN(value) ? 0 : 1));
  // The diffuse start knows nothing of the level, but reckons with one that is not far from the size of the innovations.
  const level = lost > 0 ? (errors.find((value) => !Number.isNaN(value)) ?? 0) : 0;
  let size = 0;
  for (const value of errors) if (Math.abs(value - level) > size) size = Math.abs(value - level);
  if (size === 0) size = 1;
  const scaled = errors.map((value) => (Number.isNaN(value) ? 0 : (value - level) / size));
  const filter = kalmanFilter(armaOf(model), observed, differencePolynomial(model.order), 1);
  filter.run([scaled], [new Float64Array(length)], predictions);
  if (predictions !== undefined)
    for (let t = 0; t < length; t++) predictions[t] = (predictions[t] ?? 0) * size + level;
  const state = filter.states[0] ?? new Float64Array(lost);
  return {
    length,
    process: Array.from(state.subarray(0, state.length - lost), (value) => value * size),
    history: Array.from(state.subarray(state.length - lost), (value) => value * size + level),
    age: length - 1 - observed.lastIndexOf(1),
  };
}

/** Where a series ends. @param values [T] NaN where missing @param columns [T] each: the covariates of the model */
export function endOf(model: ArimaModel, values: Float64Array, columns: readonly Float64Array[]): ArimaEnd {
  return runOver(model, values, columns);
}

/** [T] What was expected of each value from those before it; NaN for those that differencing takes. */
export function fittedValues(
  model: ArimaModel,
  values: Float64Array,
  columns: readonly Float64Array[],
): Float64Array {
  const predictions = new Float64Array(values.length);
  runOver(model, values, columns, predictions);
  return predictions.map((value, t) => value + regressionAt(model, columns, t, t + 1));
}

/** [H] What is expected after the end. @param columns [H] each: the covariates ahead */
export function forecastMean(
  model: ArimaModel,
  end: ArimaEnd,
  horizon: number,
  columns: readonly Float64Array[],
): Float64Array {
  const { order } = model;
  const { ar } = armaOf(model);
  const delta = differencePolynomial(order);
  const lost = delta.length;
  const state = Float64Array.from([...end.process, 0]);
  const path = Float64Array.from([...end.history.toReversed(), ...Array<number>(horizon).fill(0)]);
  const mean = new Float64Array(horizon);
  for (let h = 0; h < horizon; h++) {
    const next = state[0] ?? 0;
    for (let i = 0; i + 1 < state.length; i++) state[i] = (state[i + 1] ?? 0) + (ar[i] ?? 0) * next;
    let value = next;
    for (let i = 0; i < lost; i++) value += (delta[i] ?? 0) * (path[lost + h - 1 - i] ?? 0);
    path[lost + h] = value;
    mean[h] = value + regressionAt(model, columns, h, end.length + h + 1);
  }
  return mean;
}

/**
 * [H] The variances of the errors in units of the innovations': Σ ψ_j² up to each step, of the weights ψ of the innovations in the values
 * (Box and Jenkins 1970, section 5.1.1). The coefficients are taken to be known.
 *
 * @param age Values that are missing at the end, which are steps as well.
 */
export function forecastSpread(model: ArimaModel, age: number, horizon: number): Float64Array {
  const { ar, ma } = armaOf(model);
  const delta = differencePolynomial(model.order);
  const count = horizon + age;
  const psi = new Float64Array(count);
  const plain = new Float64Array(count); // of the differenced process
  const spread = new Float64Array(horizon);
  let sum = 0;
  for (let j = 0; j < count; j++) {
    let weight = j === 0 ? 1 : (ma[j - 1] ?? 0);
    for (let i = 1; i <= Math.min(j, ar.length); i++) weight += (ar[i - 1] ?? 0) * (plain[j - i] ?? 0);
    plain[j] = weight;
    for (let i = 1; i <= Math.min(j, delta.length); i++) weight += (delta[i - 1] ?? 0) * (psi[j - i] ?? 0);
    psi[j] = weight;
    sum += weight * weight;
    if (j >= age) spread[j - age] = sum;
  }
  return spread;
}
