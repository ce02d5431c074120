// The logarithm of the gamma function, in tensor code.

import { add, div, log, mul, sub } from "../../graph/ops/arithmetic.ts";
import type { Tensor } from "../../graph/tensor.ts";

/** The coefficients of z⁻¹, z⁻³, … in Stirling's series: B₂ₖ / (2k·(2k - 1)). */
const series = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];

/** Where the series is taken: at x + 7 its first seven terms are good to 1e-14. */
const shift = 7;

/**
 * log Γ(x) for x > 0: Stirling's series at x + 7, less log x·(x + 1)·…·(x + 6).
 *
 * Source: Abramowitz & Stegun, Handbook of Mathematical Functions (1964), 6.1.15 and 6.1.41.
 */
export function logGamma(x: Tensor): Tensor {
  const z = add(x, shift);
  const inverse = div(1, z);
  const square = mul(inverse, inverse);
  const tail = series.reduceRight<Tensor>((total, term) => add(mul(total, square), term), mul(inverse, 0));
  const stirling = add(
    sub(mul(sub(z, 0.5), log(z)), z),
    add(mul(tail, inverse), 0.5 * Math.log(2 * Math.PI)),
  );
  return sub(stirling, logProduct(x));
}

/** log x·(x + 1)·…·(x + 6), two factors to a logarithm: more would overflow. */
function logProduct(x: Tensor): Tensor {
  const pair = (i: number) => log(mul(add(x, i), add(x, i + 1)));
  return add(add(log(x), pair(1)), add(pair(3), pair(5)));
}
