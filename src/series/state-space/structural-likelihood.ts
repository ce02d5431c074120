// The likelihood of a structural model: of its variances up to a common factor, with the factor that is likeliest.

import { type FilterSpace, type FilterSums, filterSpace, runFilter } from "./filter-run.ts";
import { type ScoreSpace, scoreSpace, varianceScore } from "./score.ts";
import { type CompiledModel, compileModel } from "./state-space.ts";
import {
  designOf,
  type Layout,
  LOG_LARGE,
  layoutOf,
  type Structure,
  startOf,
  transitionOf,
} from "./structure.ts";

/** A common factor below this is rounding: values are of the size of 1. */
const LEAST_FACTOR = 1e-18;

/** The step of the difference that stands for the derivative by the damping. */
const DAMPING_STEP = 1e-6;

/** What a structure says of a series once its parameters stand. */
export interface Outcome {
  /** The diffuse log-likelihood. */
  readonly logLikelihood: number;
  /** The log-likelihood with the states at the start as parameters, at their likeliest: comparable between structures. */
  readonly profileLogLikelihood: number;
  /** The likeliest common factor of the variances. */
  readonly factor: number;
  /** Values seen. */
  readonly seen: number;
  /** States that values settled, and those that none did. */
  readonly settled: number;
  readonly unsettled: number;
  /** [m] The states at the step after the series. */
  readonly mean: Float64Array;
  /** [m, m] Their covariance. */
  readonly variance: Float64Array;
}

/**
 * The likelihood of a structure for one series. The variances are given up to a common factor, which is concentrated out (Durbin and
 * Koopman 2012, section 2.10.2; Harvey 1989, section 4.2.2): multiplying all by a number changes nothing.
 */
export class StructuralLikelihood {
  readonly structure: Structure;
  readonly layout: Layout;
  readonly #values: Float64Array;
  readonly #design: Float64Array;
  readonly #filter: FilterSpace;
  readonly #score: ScoreSpace;
  #model: CompiledModel;
  #damping = 1;
  /** The largest variance, by which all are divided. */
  #unit = 1;

  /**
   * @param regressors [T] each, finite
   * @param values [T] of the size of 1, NaN where one is missing
   */
  constructor(structure: Structure, regressors: readonly Float64Array[], values: Float64Array) {
    this.structure = structure;
    this.layout = layoutOf(structure);
    this.#values = values;
    this.#design = designOf(structure, regressors, values.length);
    this.#filter = filterSpace(this.layout.m, values.length);
    this.#score = scoreSpace(this.layout.m);
    this.#model = this.#compile(1);
  }

  /**
   * The diffuse log-likelihood with the likeliest common factor.
   *
   * @param variances of the noises, in the order of the layout's
   * @param damping φ of a damped trend
   * @param gradient receives its derivatives by the logarithms of the variances, and after them by φ where the trend is damped
   */
  evaluate(variances: Float64Array, damping: number, gradient?: Float64Array): number {
    const sums = this.#run(variances, damping);
    const value = this.#concentrated(sums);
    if (gradient === undefined || !Number.isFinite(value)) return value;
    const factor = this.#factor(sums);
    const noise = varianceScore(this.#model, this.#filter, this.#values.length, this.#score);
    const { squares, variances: summed } = this.#score;
    for (const [g, { states }] of this.layout.noises.entries()) {
      let [square, variance] = states.length === 0 ? noise : [0, 0];
      for (const i of states) {
        square += squares[i] ?? 0;
        variance += summed[i] ?? 0;
      }
      gradient[g] = 0.5 * ((variances[g] ?? 0) / this.#unit) * (square / factor - variance);
    }
    if (this.structure.trend !== "damped") return value;
    const further = this.#concentrated(this.#run(variances, damping + DAMPING_STEP));
    gradient[this.layout.noises.length] = (further - value) / DAMPING_STEP;
    return value;
  }

  /** What comes out with these parameters. */
  outcome(variances: Float64Array, damping: number): Outcome {
    const sums = this.#run(variances, damping);
    const factor = this.#factor(sums);
    const seen = sums.counted + sums.settling;
    const mean = this.#filter.mean.slice();
    const variance = this.#filter.variance.map((element) => element * factor);
    // Started from states that are fixed before the first step, whatever their values, the filter gives the covariance of the series.
    const { m } = this.layout;
    const known = new Array<boolean>(m).fill(false);
    const started = { ...this.#model, diffuse: known, initialVariance: this.#model.stateVariance };
    const { logVariances } = runFilter(started, this.#values, this.#filter);
    const spread = Math.max(sums.squares / seen, LEAST_FACTOR);
    return {
      logLikelihood: this.#concentrated(sums),
      profileLogLikelihood: -0.5 * (seen * (Math.log(2 * Math.PI * spread) + 1) + logVariances),
      factor: factor / this.#unit,
      seen,
      settled: sums.settling + this.layout.vague.length,
      unsettled: sums.unsettled,
      mean,
      variance,
    };
  }

  #run(variances: Float64Array, damping: number): FilterSums {
    if (damping !== this.#damping) {
      this.#model = this.#compile(damping);
      this.#damping = damping;
    }
    const { m, noises } = this.layout;
    const { stateVariance } = this.#model;
    this.#unit = unitOf(variances);
    for (const [g, { states }] of noises.entries())
      for (const i of states) stateVariance[i * m + i] = (variances[g] ?? 0) / this.#unit;
    this.#model = { ...this.#model, observationVariance: (variances[0] ?? 0) / this.#unit };
    return runFilter(this.#model, this.#values, this.#filter);
  }

  #compile(damping: number): CompiledModel {
    const { m } = this.layout;
    const model = {
      states: m,
      transition: transitionOf(this.structure, damping),
      design: this.#design,
      stateVariance: new Float64Array(m * m),
      observationVariance: 0,
      initial: startOf(this.layout, 1),
    };
    return compileModel(model, this.#values.length);
  }

  /** The likeliest common factor of the variances: σ̂² = Σ (v_t² / F_t) / (n - d). */
  #factor({ squares, counted }: FilterSums): number {
    return Math.max(squares / Math.max(counted - this.layout.vague.length, 1), LEAST_FACTOR);
  }

  #concentrated(sums: FilterSums): number {
    const { counted, settling, logVariances, squares, logDiffuse } = sums;
    const factor = this.#factor(sums);
    const vague = this.layout.vague.length;
    const constants = (counted + settling) * Math.log(2 * Math.PI) - vague * LOG_LARGE;
    return (
      -0.5 * (constants + (counted - vague) * Math.log(factor) + logVariances + squares / factor + logDiffuse)
    );
  }
}

function unitOf(variances: Float64Array): number {
  let largest = 0;
  for (let g = 0; g < variances.length; g++) largest = Math.max(largest, variances[g] ?? 0);
  return largest > 0 ? largest : 1;
}
