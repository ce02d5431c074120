// The Kalman smoother: what all values of a series together say of the states behind it at each step.

import { addScaled, dot, multiply, transpose } from "../../numeric/matrix.ts";
import { type FilterListener, type FilterSpace, filterSpace, runFilter } from "./filter-run.ts";
import { stepSymmetric, stepVector } from "./filter-steps.ts";
import { type CompiledModel, compileModel, type StateSpace } from "./state-space.ts";

/** What all values together say of the states. */
export interface Smoothed {
  /** [T, m] */
  readonly mean: Float64Array;
  /** [T, m, m] Without the part of states that no value has settled. */
  readonly variance: Float64Array;
}

/** What the way back needs of a step at which diffuse states were left. */
interface DiffuseStep {
  /** [m, m] P_∞,t. */
  readonly diffuse: Float64Array;
  /** Of a value that settled a state: */
  readonly settled?: {
    /** [m] K_1 = P_t Z' / F_∞ - P_∞ Z' F / F_∞². */
    readonly gain: Float64Array;
    /** v_t / F_∞. */
    readonly scaled: number;
    /** F_1 = 1 / F_∞ and F_2 = -F / F_∞². */
    readonly precisions: readonly [number, number];
  };
}

/**
 * The states behind a series, each step from all values: the fixed-interval smoother (Durbin and Koopman 2012, sections 4.4 and, for
 * diffuse states, 5.3).
 *
 * @param values [T] NaN where a value is missing
 * @throws RecurraError `state-space` for a model that does not fit
 */
export function kalmanSmoother(model: StateSpace, values: Float64Array): Smoothed {
  const steps = values.length;
  const compiled = compileModel(model, steps);
  const { m } = compiled;
  const space = filterSpace(m, steps);
  const mean = new Float64Array(steps * m);
  const variance = new Float64Array(steps * m * m);
  const diffuseSteps: DiffuseStep[] = [];
  runFilter(compiled, values, space, listener(compiled, values, space, mean, variance, diffuseSteps));
  const back = new WayBack(compiled);
  for (let t = steps - 1; t >= 0; t--) {
    const design = compiled.design.subarray(t * compiled.designStep, t * compiled.designStep + m);
    const gain = space.gain.subarray(t * m, (t + 1) * m);
    const step = diffuseSteps[t];
    back.step(design, gain, space.scaled[t] ?? 0, space.precision[t] ?? 0, step);
    back.smooth(mean.subarray(t * m, (t + 1) * m), variance.subarray(t * m * m, (t + 1) * m * m), step);
  }
  return { mean, variance };
}

/** Keeps a_t and P_t of each step (where the way back will put what it finds), and what it needs of the diffuse ones. */
function listener(
  { m, design, designStep, observationVariance }: CompiledModel,
  values: Float64Array,
  space: FilterSpace,
  mean: Float64Array,
  variance: Float64Array,
  diffuseSteps: DiffuseStep[],
): FilterListener {
  return {
    before(t, settles, diffuse) {
      mean.set(space.mean, t * m);
      variance.set(space.variance, t * m * m);
      if (!diffuse) return;
      const row = design.subarray(t * designStep, t * designStep + m);
      const f = dot(row, space.seenBy) + observationVariance;
      const fInf = dot(row, space.seenByDiffuse);
      const step = { diffuse: space.diffuse.slice() };
      diffuseSteps[t] = !settles
        ? step
        : {
            ...step,
            settled: {
              gain: space.seenBy.map((x, i) => x / fInf - ((space.seenByDiffuse[i] ?? 0) * f) / fInf ** 2),
              scaled: ((values[t] ?? 0) - dot(row, space.mean)) / fInf,
              precisions: [1 / fInf, -f / fInf ** 2],
            },
          };
    },
    after() {},
  };
}

/**
 * What later values say of the states: r and N, as power series in 1/κ. With κ → ∞ the terms r_0, r_1 and N_0, N_1, N_2 count, and all
 * but the first of each only where diffuse states are left.
 */
class WayBack {
  readonly #model: CompiledModel;
  readonly #r: readonly [Float64Array, Float64Array];
  readonly #n: readonly [Float64Array, Float64Array, Float64Array];
  readonly #scratch: Float64Array;

  constructor(model: CompiledModel) {
    const { m } = model;
    const square = () => new Float64Array(m * m);
    this.#model = model;
    this.#r = [new Float64Array(m), new Float64Array(m)];
    this.#n = [square(), square(), square()];
    this.#scratch = square();
  }

  /** From after the value of a step to before it. With L = (I - K Z) and r̃ = T' r, Ñ = T' N T: r = Z' v/F + L' r̃, N = Z' Z/F + L' Ñ L. */
  step(
    z: Float64Array,
    gain: Float64Array,
    scaled: number,
    precision: number,
    step: DiffuseStep | undefined,
  ): void {
    const { m, backward } = this.#model;
    const [r0, r1] = this.#r;
    const [n0, n1, n2] = this.#n;
    for (const r of step === undefined ? [r0] : [r0, r1]) stepVector(backward, r, this.#scratch);
    for (const n of step === undefined ? [n0] : [n0, n1, n2]) stepSymmetric(backward, n, m, this.#scratch);
    if (step?.settled === undefined) {
      addScaled(r0, z, scaled - dot(gain, r0));
      sandwich(n0, gain, z, precision);
      if (step === undefined) return;
      addScaled(r1, z, -dot(gain, r1));
      sandwich(n1, gain, z, 0);
      sandwich(n2, gain, z, 0);
      return;
    }
    const { gain: gain1, scaled: scaled1, precisions } = step.settled;
    // L_0 = I - K_0 Z, L_1 = -K_1 Z.
    const fromFirst = dot(gain1, r0);
    addScaled(r0, z, -dot(gain, r0));
    addScaled(r1, z, scaled1 - dot(gain, r1) - fromFirst);
    // N_2 = F_2 Z'Z + L_0' Ñ_2 L_0 + L_0' Ñ_1 L_1 + L_1' Ñ_1 L_0 + L_1' Ñ_0 L_1, N_1 = F_1 Z'Z + L_0' Ñ_1 L_0 + L_1' Ñ_0 L_0 + L_0' Ñ_0 L_1.
    const cross1 = crossed(n1, gain, gain1, z);
    const cross0 = crossed(n0, gain, gain1, z);
    const own = dot(gain1, multiply(n0, gain1, m));
    sandwich(n2, gain, z, precisions[1] + own);
    addCross(n2, z, cross1);
    sandwich(n1, gain, z, precisions[0]);
    addCross(n1, z, cross0);
    sandwich(n0, gain, z, 0);
  }

  /** Takes a_t and P_t to the smoothed mean and covariance. */
  smooth(mean: Float64Array, p: Float64Array, step: DiffuseStep | undefined): void {
    const { m } = this.#model;
    const [r0, r1] = this.#r;
    const [n0, n1, n2] = this.#n;
    const known = p.slice();
    addScaled(mean, multiply(known, r0, m), 1);
    addScaled(p, multiply(multiply(known, n0, m), known, m), -1);
    if (step === undefined) return;
    const { diffuse } = step;
    addScaled(mean, multiply(diffuse, r1, m), 1);
    const cross = multiply(multiply(diffuse, n1, m), known, m);
    addScaled(p, cross, -1);
    addScaled(p, transpose(cross, m), -1);
    addScaled(p, multiply(multiply(diffuse, n2, m), diffuse, m), -1);
  }
}

/** N = L' N L + precision · Z' Z with L = I - K Z. */
function sandwich(n: Float64Array, gain: Float64Array, z: Float64Array, precision: number): void {
  const m = z.length;
  const w = multiply(n, gain, m);
  const middle = dot(gain, w) + precision;
  for (let i = 0; i < m; i++) {
    const zi = z[i] ?? 0;
    const wi = w[i] ?? 0;
    for (let j = 0; j < m; j++) {
      const zj = z[j] ?? 0;
      n[i * m + j] = (n[i * m + j] ?? 0) - zi * (w[j] ?? 0) - wi * zj + middle * zi * zj;
    }
  }
}

/** The vector c for which L_0' N L_1 = c Z, with L_0 = I - K_0 Z and L_1 = -K_1 Z. */
function crossed(n: Float64Array, gain: Float64Array, gain1: Float64Array, z: Float64Array): Float64Array {
  const w = multiply(n, gain1, z.length);
  const middle = dot(gain, w);
  return z.map((zi, i) => middle * zi - (w[i] ?? 0));
}

/** N += c Z + Z' c'. */
function addCross(n: Float64Array, z: Float64Array, c: Float64Array): void {
  const m = z.length;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++)
      n[i * m + j] = (n[i * m + j] ?? 0) + (c[i] ?? 0) * (z[j] ?? 0) + (z[i] ?? 0) * (c[j] ?? 0);
  }
}
