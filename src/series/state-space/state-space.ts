// A linear Gaussian state-space model of one series, and its form for the loops of the filter.

import { transpose } from "../../numeric/matrix.ts";
import { RecurraError } from "../../platform/error.ts";

/**
 * A linear Gaussian model of one series with m hidden states (Durbin and Koopman, Time Series Analysis by State Space Methods, 2nd ed.
 * 2012, section 3.1):
 *
 *     y_t = Z_t α_t + ε_t,  ε_t ~ N(0, h)        α_{t+1} = T α_t + η_t,  η_t ~ N(0, Q)        α_1 ~ N(a_1, P_1 + κ P_∞), κ → ∞
 */
export interface StateSpace {
  /** m, the number of states. */
  readonly states: number;
  /** [m, m] T: how the states go on by a step. */
  readonly transition: Float64Array;
  /** [m] Z: what of each state is seen; or [T, m], a row for each step, where it changes (regressors). */
  readonly design: Float64Array;
  /** [m, m] Q: the covariance of what is new in the states at each step. */
  readonly stateVariance: Float64Array;
  /** h: the variance of the noise in what is seen. */
  readonly observationVariance: number;
  readonly initial?: InitialState | undefined;
}

/** What is known of the states at the first step, before it is seen. */
export interface InitialState {
  /** [m] a_1. Default: zeros. */
  readonly mean?: Float64Array | undefined;
  /** [m, m] P_1. Default: zeros. */
  readonly variance?: Float64Array | undefined;
  /** [m] Of which states nothing is known (an infinite variance, treated exactly). Default: of all. */
  readonly diffuse?: readonly boolean[] | undefined;
}

/** The elements of a square matrix that are not 0, row by row. */
export interface SparseMatrix {
  /** [m + 1] Where the elements of each row begin. */
  readonly rowStart: Int32Array;
  readonly column: Int32Array;
  readonly weight: Float64Array;
}

/** A model in the form that the loops want. */
export interface CompiledModel {
  readonly m: number;
  /** T. */
  readonly forward: SparseMatrix;
  /** T', for the way back. */
  readonly backward: SparseMatrix;
  /** The states that are seen at some step. */
  readonly seen: Int32Array;
  readonly design: Float64Array;
  /** The distance from a row of the design to the next: 0 where it stays the same. */
  readonly designStep: number;
  readonly stateVariance: Float64Array;
  readonly observationVariance: number;
  readonly initialMean: Float64Array;
  readonly initialVariance: Float64Array;
  readonly diffuse: readonly boolean[];
}

/**
 * Checks a model and brings it into the form of the loops.
 *
 * @param steps how many steps it is to run over
 * @throws RecurraError `state-space` for sizes that do not fit, numbers that are not finite, negative variances
 */
export function compileModel(model: StateSpace, steps: number): CompiledModel {
  const { states: m, transition, design, stateVariance, observationVariance, initial = {} } = model;
  if (!Number.isInteger(m) || m < 1)
    throw new RecurraError("state-space", `a state-space model wants 1 or more states, got ${m}`);
  const { mean, variance, diffuse = new Array<boolean>(m).fill(true) } = initial;
  checkNumbers("transition", transition, [m * m]);
  checkNumbers("design", design, [m, steps * m]);
  checkNumbers("stateVariance", stateVariance, [m * m]);
  checkNumbers("initial.mean", mean ?? new Float64Array(m), [m]);
  checkNumbers("initial.variance", variance ?? new Float64Array(m * m), [m * m]);
  if (diffuse.length !== m)
    throw new RecurraError("state-space", `initial.diffuse: wants ${m} flags, got ${diffuse.length}`);
  checkVariances("stateVariance", stateVariance, m);
  checkVariances("observationVariance", [observationVariance], 1);
  if (variance !== undefined) checkVariances("initial.variance", variance, m);
  return {
    m,
    forward: sparseRows(transition, m),
    backward: sparseRows(transpose(transition, m), m),
    seen: seenStates(design, m),
    design,
    designStep: design.length === m ? 0 : m,
    stateVariance,
    observationVariance,
    initialMean: mean ?? new Float64Array(m),
    initialVariance: variance ?? new Float64Array(m * m),
    diffuse,
  };
}

function checkNumbers(what: string, numbers: Float64Array, lengths: readonly number[]): void {
  if (!lengths.includes(numbers.length)) {
    const wanted = [...new Set(lengths)].join(" or ");
    throw new RecurraError("state-space", `${what}: wants ${wanted} numbers, got ${numbers.length}`);
  }
  const odd = numbers.findIndex((number) => !Number.isFinite(number));
  if (odd >= 0)
    throw new RecurraError("state-space", `${what}: number ${odd} is ${numbers[odd]}, wanted a finite one`);
}

function checkVariances(what: string, matrix: ArrayLike<number>, m: number): void {
  for (let i = 0; i < m; i++) {
    const variance = matrix[i * m + i] ?? 0;
    if (!(variance >= 0 && variance < Infinity))
      throw new RecurraError("state-space", `${what}: variance ${i} is ${variance}, wanted one from 0 up`);
  }
}

function sparseRows(matrix: Float64Array, m: number): SparseMatrix {
  const rowStart = new Int32Array(m + 1);
  const column: number[] = [];
  const weight: number[] = [];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      const value = matrix[i * m + j] ?? 0;
      if (value === 0) continue;
      column.push(j);
      weight.push(value);
    }
    rowStart[i + 1] = column.length;
  }
  return { rowStart, column: Int32Array.from(column), weight: Float64Array.from(weight) };
}

function seenStates(design: Float64Array, m: number): Int32Array {
  const seen = new Set<number>();
  for (let i = 0; i < design.length; i++) if (design[i] !== 0) seen.add(i % m);
  return Int32Array.from([...seen].sort((a, b) => a - b));
}
