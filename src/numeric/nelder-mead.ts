// The simplex search of Nelder and Mead: a minimum of a function of a few variables, without derivatives.

export interface NelderMeadOptions {
  /** [D] How far each first vertex lies from the start, or one distance for all. Default: a tenth of the largest |start|, at least 0.1. */
  readonly step?: number | ArrayLike<number> | undefined;
  /** The search ends when the values at the best and the worst vertex differ by less than this, relative to the best, also after the simplex has shrunk by half. Default: 1e-8. */
  readonly tolerance?: number | undefined;
  /** Evaluations after which the search gives up. Default: 2000. */
  readonly maxEvaluations?: number | undefined;
}

/** What a search has found. */
export interface Minimum {
  /** [D] */
  readonly point: Float64Array;
  readonly value: number;
  readonly evaluations: number;
  /** Whether it ended by the tolerance. */
  readonly converged: boolean;
}

/**
 * Minimises a function, as R's `optim` does by default (Nelder and Mead 1965, The Computer Journal 7(4); Nash 1990, Compact Numerical
 * Methods for Computers, algorithm 19): reflection 1, expansion 2, contraction and shrinkage 1/2.
 *
 * @param f The array it is given is reused and is not to be kept. Points that are forbidden have the value `Infinity`; NaN counts as that.
 * @param start [D], at least one variable, where `f` is finite.
 */
export function nelderMead(
  f: (point: Float64Array) => number,
  start: ArrayLike<number>,
  options: NelderMeadOptions = {},
): Minimum {
  const { tolerance = 1e-8, maxEvaluations = 2000 } = options;
  const size = start.length;
  const { vertices, values } = firstSimplex(f, start, options.step);
  let evaluations = size + 1;
  const centre = new Float64Array(size);
  const tried = new Float64Array(size);
  const further = new Float64Array(size);
  const at = (point: Float64Array): number => {
    evaluations++;
    const value = f(point);
    return Number.isNaN(value) ? Infinity : value;
  };

  let shrunk = false; // whether the last values that were alike have been looked at closer
  for (;;) {
    const { best, worst, second } = order(values);
    const low = values[best] ?? 0;
    const high = values[worst] ?? 0;
    const alike = high <= low + tolerance * (Math.abs(low) + tolerance);
    const converged = alike && shrunk;
    if (converged || evaluations >= maxEvaluations)
      return { point: (vertices[best] ?? centre).slice(), value: low, evaluations, converged };
    if (alike) shrink(vertices, values, best, at); // they may be alike on both sides of a minimum
    shrunk = alike;
    if (alike) continue;

    const worstVertex = vertices[worst] ?? centre;
    meanWithout(vertices, worst, centre);
    between(centre, worstVertex, -1, tried); // reflected
    const reflected = at(tried);
    if (reflected < low) {
      between(centre, worstVertex, -2, further);
      const expanded = at(further);
      worstVertex.set(expanded < reflected ? further : tried);
      values[worst] = Math.min(expanded, reflected);
      continue;
    }
    if (reflected < high) {
      worstVertex.set(tried);
      values[worst] = reflected;
      if (reflected < (values[second] ?? 0)) continue;
    }
    between(centre, worstVertex, 0.5, tried); // contracted, from the better of the two sides
    const contracted = at(tried);
    if (contracted < (values[worst] ?? 0)) {
      worstVertex.set(tried);
      values[worst] = contracted;
    } else if (reflected >= high) {
      shrink(vertices, values, best, at);
    }
  }
}

/** Halves the distances to the best vertex. */
function shrink(
  vertices: readonly Float64Array[],
  values: Float64Array,
  best: number,
  at: (point: Float64Array) => number,
): void {
  const bestVertex = vertices[best];
  if (bestVertex === undefined) return;
  for (const [i, vertex] of vertices.entries()) {
    if (i === best) continue;
    between(bestVertex, vertex, 0.5, vertex);
    values[i] = at(vertex);
  }
}

function firstSimplex(
  f: (point: Float64Array) => number,
  start: ArrayLike<number>,
  step: number | ArrayLike<number> | undefined,
): { readonly vertices: Float64Array[]; readonly values: Float64Array } {
  const origin = Float64Array.from(start);
  const distance =
    step ?? Math.max(0.1, 0.1 * origin.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0));
  const vertices = [origin];
  for (let i = 0; i < origin.length; i++) {
    const vertex = origin.slice();
    vertex[i] = (origin[i] ?? 0) + (typeof distance === "number" ? distance : (distance[i] ?? 0));
    vertices.push(vertex);
  }
  const values = Float64Array.from(vertices, (vertex) => {
    const value = f(vertex);
    return Number.isNaN(value) ? Infinity : value;
  });
  return { vertices, values };
}

/** The places of the best, the worst and the second worst value. */
function order(values: Float64Array): {
  readonly best: number;
  readonly worst: number;
  readonly second: number;
} {
  let [best, worst, second] = [0, 0, -1];
  for (let i = 1; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value < (values[best] ?? 0)) best = i;
    if (value > (values[worst] ?? 0)) {
      second = worst;
      worst = i;
    } else if (second < 0 || value > (values[second] ?? 0)) second = i;
  }
  return { best, worst, second: Math.max(0, second) };
}

/** The mean of all vertices but one. */
function meanWithout(vertices: readonly Float64Array[], left: number, out: Float64Array): void {
  out.fill(0);
  for (const [i, vertex] of vertices.entries()) {
    if (i === left) continue;
    for (let d = 0; d < out.length; d++) out[d] = (out[d] ?? 0) + (vertex[d] ?? 0);
  }
  for (let d = 0; d < out.length; d++) out[d] = (out[d] ?? 0) / (vertices.length - 1);
}

/** from + share · (to - from). */
function between(from: Float64Array, to: Float64Array, share: number, out: Float64Array): void {
  for (let d = 0; d < out.length; d++) out[d] = (from[d] ?? 0) + share * ((to[d] ?? 0) - (from[d] ?? 0));
}
