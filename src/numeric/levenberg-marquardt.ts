// Non-linear least squares for few parameters: Levenberg and Marquardt's method with differences for derivatives.

export interface NonLinearFit {
  /** [K] */
  readonly parameters: Float64Array;
  /** The sum of squares there; Infinity where it had none at the start. */
  readonly sumOfSquares: number;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface LevenbergMarquardtOptions {
  /** It ends where a step lowers the sum of squares by no more than this part. Default: 1e-8. */
  readonly tolerance?: number | undefined;
  /** Default: 50. */
  readonly iterations?: number | undefined;
  /** No parameter moves further than this in one step. Default: 1. */
  readonly longestStep?: number | undefined;
}

/** The relative step of the differences: the square root of what rounding leaves of a residual. */
const DIFFERENCE = 1e-7;

/**
 * Minimises a sum of squares (Marquardt 1963, SIAM Journal 11(2), 431–441; Nocedal and Wright, Numerical Optimization, section 10.3).
 *
 * @param residuals fills its second argument, [N], from the parameters, [K], and returns their sum of squares, or Infinity where there is
 * none
 * @param start [K]
 * @param size N
 */
export function levenbergMarquardt(
  residuals: (parameters: Float64Array, out: Float64Array) => number,
  start: Float64Array,
  size: number,
  options: LevenbergMarquardtOptions = {},
): NonLinearFit {
  const { tolerance = 1e-8, iterations = 50, longestStep = 1 } = options;
  const count = start.length;
  let parameters = start.slice();
  let trial = start.slice();
  let here = new Float64Array(size);
  let there = new Float64Array(size);
  let sum = residuals(parameters, here);
  if (count === 0 || !Number.isFinite(sum))
    return { parameters, sumOfSquares: sum, iterations: 0, converged: count === 0 };
  const jacobian = Array.from({ length: count }, () => new Float64Array(size));
  const normal = new Float64Array(count * count);
  const gradient = new Float64Array(count);
  const step = new Float64Array(count);
  const factor = new Float64Array(count * count);
  let damping = 1e-3;

  for (let iteration = 1; iteration <= iterations; iteration++) {
    trial.set(parameters);
    for (const [k, column] of jacobian.entries()) {
      const before = parameters[k] ?? 0;
      // Towards zero, away from where parameters without bounds come to nothing.
      const change = (before > 0 ? -1 : 1) * DIFFERENCE * Math.max(1, Math.abs(before));
      trial[k] = before + change;
      if (!Number.isFinite(residuals(trial, column))) column.set(here);
      trial[k] = before;
      for (let n = 0; n < size; n++) column[n] = ((column[n] ?? 0) - (here[n] ?? 0)) / change;
    }
    normalEquations(jacobian, here, normal, gradient);
    let lowered = 0;
    for (;;) {
      if (dampedStep(normal, gradient, damping, factor, step, longestStep)) {
        for (let k = 0; k < count; k++) trial[k] = (parameters[k] ?? 0) + (step[k] ?? 0);
        const reached = residuals(trial, there);
        if (reached < sum) {
          lowered = (sum - reached) / sum;
          sum = reached;
          [parameters, trial] = [trial, parameters];
          [here, there] = [there, here];
          damping = Math.max(1e-9, damping / 10);
          break;
        }
      }
      damping *= damping < 1e-3 ? 100 : 10;
      if (damping > 1e6) return { parameters, sumOfSquares: sum, iterations: iteration, converged: true };
    }
    if (lowered <= tolerance)
      return { parameters, sumOfSquares: sum, iterations: iteration, converged: true };
  }
  return { parameters, sumOfSquares: sum, iterations, converged: false };
}

/** J'J and J'r. */
function normalEquations(
  jacobian: readonly Float64Array[],
  residual: Float64Array,
  normal: Float64Array,
  gradient: Float64Array,
): void {
  const count = jacobian.length;
  for (let i = 0; i < count; i++) {
    const left = jacobian[i] ?? residual;
    for (let j = 0; j <= i; j++) {
      const value = dot(left, jacobian[j] ?? residual);
      normal[i * count + j] = value;
      normal[j * count + i] = value;
    }
    gradient[i] = dot(left, residual);
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let n = 0; n < a.length; n++) sum += (a[n] ?? 0) * (b[n] ?? 0);
  return sum;
}

/** Solves (J'J + λ diag) δ = -J'r by Cholesky's factors; false where that is singular. */
function dampedStep(
  normal: Float64Array,
  gradient: Float64Array,
  damping: number,
  factor: Float64Array,
  step: Float64Array,
  longestStep: number,
): boolean {
  const count = gradient.length;
  let trace = 0;
  for (let i = 0; i < count; i++) trace += normal[i * count + i] ?? 0;
  const least = (1e-6 * trace) / count;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let value = normal[i * count + j] ?? 0;
      if (i === j) value += damping * (value + least) + 1e-6 * damping * least;
      for (let k = 0; k < j; k++) value -= (factor[i * count + k] ?? 0) * (factor[j * count + k] ?? 0);
      if (i !== j) factor[i * count + j] = value / (factor[j * count + j] ?? 1);
      else if (value > 0) factor[i * count + i] = Math.sqrt(value);
      else return false;
    }
  }
  for (let i = 0; i < count; i++) {
    let value = -(gradient[i] ?? 0);
    for (let k = 0; k < i; k++) value -= (factor[i * count + k] ?? 0) * (step[k] ?? 0);
    step[i] = value / (factor[i * count + i] ?? 1);
  }
  let longest = 0;
  for (let i = count - 1; i >= 0; i--) {
    let value = step[i] ?? 0;
    for (let k = i + 1; k < count; k++) value -= (factor[k * count + i] ?? 0) * (step[k] ?? 0);
    step[i] = value / (factor[i * count + i] ?? 1);
    longest = Math.max(longest, Math.abs(step[i] ?? 0));
  }
  if (longest > longestStep)
    for (let i = 0; i < count; i++) step[i] = ((step[i] ?? 0) * longestStep) / longest;
  return Number.isFinite(longest);
}
