// A minimum of a smooth function within a box, by a projected quasi-Newton method.

/** Gives the value at a point and writes the gradient into the second array; `Infinity` where the point is forbidden. */
export type SmoothFunction = (point: Float64Array, gradient: Float64Array) => number;

export interface Box {
  /** [D] */
  readonly lower: Float64Array;
  /** [D] */
  readonly upper: Float64Array;
}

export interface QuasiNewtonOptions {
  /** The search ends when a step is expected to gain, or has gained, less than this. */
  readonly tolerance: number;
  readonly maxIterations: number;
}

export interface BoxMinimum {
  /** [D] */
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
  readonly evaluations: number;
}

/**
 * Minimises within a box: variables that stand at a bound and would leave are fixed, for the others the step solves
 * B·d = −g, is projected onto the box and shortened until the value falls (Bertsekas 1982, SIAM Journal on Control and Optimization
 * 20(2)). B is the BFGS approximation of the second derivatives, damped to stay positive definite (Nocedal and Wright 2006, Numerical
 * Optimization, procedure 18.2).
 *
 * @param start [D] within the box, where `f` is finite
 * @param curvature [D] A guess of the second derivative in each variable, above 0: the first B.
 */
export function minimizeInBox(
  f: SmoothFunction,
  start: Float64Array,
  { lower, upper }: Box,
  curvature: Float64Array,
  { tolerance, maxIterations }: QuasiNewtonOptions,
): BoxMinimum {
  const size = start.length;
  const x = start.slice();
  const gradient = new Float64Array(size);
  const nextX = new Float64Array(size);
  const nextGradient = new Float64Array(size);
  const step = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  for (let i = 0; i < size; i++) hessian[i * size + i] = curvature[i] ?? 1;
  const solver = makeSolver(size);
  let value = f(x, gradient);
  let evaluations = 1;
  let iterations = 0;
  let idle = 0;
  while (iterations < maxIterations && Number.isFinite(value)) {
    iterations++;
    const free = freeVariables(x, gradient, lower, upper, solver.free);
    if (free === 0) break;
    solveStep(hessian, gradient, step, free, solver);
    const slope = dot(gradient, step);
    if (!(-slope > 2 * tolerance)) break;

    let share = 1;
    let nextValue = Infinity;
    let moved = 0;
    for (let tries = 0; tries < 25; tries++) {
      moved = 0;
      for (let i = 0; i < size; i++) {
        const to = (x[i] ?? 0) + share * (step[i] ?? 0);
        const within = Math.min(upper[i] ?? 0, Math.max(lower[i] ?? 0, to));
        nextX[i] = within;
        moved += (gradient[i] ?? 0) * (within - (x[i] ?? 0));
      }
      nextValue = f(nextX, nextGradient);
      evaluations++;
      if (nextValue <= value + 1e-4 * moved) break;
      // The minimum of the parabola through the value, the slope and the value found, within reason.
      const curve = (nextValue - value - moved) / share;
      const guess = Number.isFinite(curve) && curve > 0 ? -moved / (2 * curve) : 0;
      share = Math.min(0.5 * share, Math.max(0.1 * share, guess));
    }
    if (!(nextValue <= value + 1e-4 * moved)) break;

    updateHessian(hessian, x, nextX, gradient, nextGradient, solver);
    const gain = value - nextValue;
    x.set(nextX);
    gradient.set(nextGradient);
    value = nextValue;
    idle = gain < tolerance ? idle + 1 : 0;
    if (idle === 2) break;
  }
  return { point: x, value, iterations, evaluations };
}

interface Solver {
  /** The variables that may move, in front. */
  readonly free: Int32Array;
  /** [D, D] The lower triangle of the Cholesky factor. */
  readonly factor: Float64Array;
  /** [D] */
  readonly right: Float64Array;
  /** [D] */
  readonly difference: Float64Array;
  /** [D] */
  readonly product: Float64Array;
}

function makeSolver(size: number): Solver {
  return {
    free: new Int32Array(size),
    factor: new Float64Array(size * size),
    right: new Float64Array(size),
    difference: new Float64Array(size),
    product: new Float64Array(size),
  };
}

function freeVariables(
  x: Float64Array,
  gradient: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
  free: Int32Array,
): number {
  let count = 0;
  for (let i = 0; i < x.length; i++) {
    const at = x[i] ?? 0;
    const g = gradient[i] ?? 0;
    const fixed = (at <= (lower[i] ?? 0) && g >= 0) || (at >= (upper[i] ?? 0) && g <= 0);
    if (!fixed) free[count++] = i;
  }
  return count;
}

/** Solves B·d = −g for the free variables by Cholesky; the others stay. */
function solveStep(
  hessian: Float64Array,
  gradient: Float64Array,
  step: Float64Array,
  count: number,
  { free, factor, right }: Solver,
): void {
  const size = step.length;
  step.fill(0);
  for (let i = 0; i < count; i++) {
    const row = (free[i] ?? 0) * size;
    let rest = -(gradient[free[i] ?? 0] ?? 0);
    for (let j = 0; j <= i; j++) {
      let sum = hessian[row + (free[j] ?? 0)] ?? 0;
      for (let k = 0; k < j; k++) sum -= (factor[i * size + k] ?? 0) * (factor[j * size + k] ?? 0);
      if (j < i) {
        const entry = sum / (factor[j * size + j] ?? 1);
        factor[i * size + j] = entry;
        rest -= entry * (right[j] ?? 0);
      } else {
        const pivot = Math.sqrt(Math.max(sum, 1e-12 * Math.abs(hessian[row + (free[i] ?? 0)] ?? 0), 1e-300));
        factor[i * size + i] = pivot;
        right[i] = rest / pivot;
      }
    }
  }
  for (let i = count - 1; i >= 0; i--) {
    let sum = right[i] ?? 0;
    for (let k = i + 1; k < count; k++) sum -= (factor[k * size + i] ?? 0) * (right[k] ?? 0);
    right[i] = sum / (factor[i * size + i] ?? 1);
    step[free[i] ?? 0] = right[i] ?? 0;
  }
}

/** B ← B − B s sᵀB / sᵀB s + r rᵀ / sᵀr, with r = θy + (1 − θ)B s so that sᵀr ≥ 0.2 sᵀB s. */
function updateHessian(
  hessian: Float64Array,
  x: Float64Array,
  nextX: Float64Array,
  gradient: Float64Array,
  nextGradient: Float64Array,
  { difference, product }: Solver,
): void {
  const size = x.length;
  for (let i = 0; i < size; i++) difference[i] = (nextX[i] ?? 0) - (x[i] ?? 0);
  let curved = 0; // sᵀB s
  let turned = 0; // sᵀy
  for (let i = 0; i < size; i++) {
    let sum = 0;
    const row = i * size;
    for (let j = 0; j < size; j++) sum += (hessian[row + j] ?? 0) * (difference[j] ?? 0);
    product[i] = sum;
    curved += sum * (difference[i] ?? 0);
    turned += (difference[i] ?? 0) * ((nextGradient[i] ?? 0) - (gradient[i] ?? 0));
  }
  if (!(curved > 0) || !Number.isFinite(turned)) return;
  const share = turned >= 0.2 * curved ? 1 : (0.8 * curved) / (curved - turned);
  const scale = share * turned + (1 - share) * curved;
  for (let i = 0; i < size; i++) {
    const change = (nextGradient[i] ?? 0) - (gradient[i] ?? 0);
    difference[i] = share * change + (1 - share) * (product[i] ?? 0); // r; s is not needed any more
  }
  for (let i = 0; i < size; i++) {
    const row = i * size;
    const p = (product[i] ?? 0) / curved;
    const r = (difference[i] ?? 0) / scale;
    for (let j = 0; j < size; j++)
      hessian[row + j] = (hessian[row + j] ?? 0) + r * (difference[j] ?? 0) - p * (product[j] ?? 0);
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
