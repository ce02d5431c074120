// Gauss and Legendre's rule: where to look at a function, and with what weights, so that few values give its integral.

export interface Quadrature {
  /** [n] in (0, 1), ascending */
  readonly nodes: Float64Array;
  /** [n] They sum to 1. */
  readonly weights: Float64Array;
}

/**
 * The rule of n nodes on [0, 1], exact for polynomials up to degree 2n - 1.
 *
 * Source: Press, Teukolsky, Vetterling and Flannery 2007, Numerical Recipes, 3rd edition, section 4.6.1: Newton's method on the Legendre
 * polynomial, from its roots' asymptotic places.
 */
export function gaussLegendre(count: number): Quadrature {
  const nodes = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let round = 0; round < 100; round++) {
      // P_k by their recurrence: k·P_k = (2k - 1)·x·P_{k-1} - (k - 1)·P_{k-2}
      let [value, before] = [1, 0];
      for (let k = 1; k <= count; k++)
        [value, before] = [((2 * k - 1) * x * value - (k - 1) * before) / k, value];
      slope = (count * (x * value - before)) / (x * x - 1);
      const step = value / slope;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    // The roots come from the largest down; [-1, 1] -> [0, 1]
    nodes[count - 1 - i] = (1 + x) / 2;
    weights[count - 1 - i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}
