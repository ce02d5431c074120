// The recurrence of a diagonal state space, s_t = Ā s_{t-1} + u_t with complex Ā, over whole sequences: a chunk of steps is two
// products, and only the states between chunks are carried.

import { add, mul, neg, sub } from "../../graph/ops/arithmetic.ts";
import { cos, exp, sin } from "../../graph/ops/functions.ts";
import { concat, reverse, slice, take, transpose } from "../../graph/ops/layout.ts";
import { constant } from "../../graph/ops/leaf.ts";
import { matmul } from "../../graph/ops/matmul.ts";
import { scan } from "../../graph/ops/scan.ts";
import { broadcastTo, expandDims, reshape, sum, zeros } from "../../graph/ops/sum.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { ndarray } from "../../tensor/nd-array.ts";

/** Complex numbers as two tensors of one shape. */
export interface Complex {
  readonly re: Tensor;
  readonly im: Tensor;
}

/** a·b. */
export function times(a: Complex, b: Complex): Complex {
  return {
    re: sub(mul(a.re, b.re), mul(a.im, b.im)),
    im: add(mul(a.re, b.im), mul(a.im, b.re)),
  };
}

/** e^z. */
export function cexp({ re, im }: Complex): Complex {
  const radius = exp(re);
  return { re: mul(radius, cos(im)), im: mul(radius, sin(im)) };
}

/** The numbers of a diagonal state space of M modes in each of F channels. */
export interface Modes {
  /** ln Ā: [M, F]. */
  readonly logStep: Complex;
  /** What a mode counts in the output, [M, F]: y_t = Σ_m Re(gain_m s_{m,t}) + skip u_t. */
  readonly gain: Complex;
  /** [F]. */
  readonly skip: Tensor;
}

export interface ModesRun {
  /** [T, B, F]. */
  readonly outputs: Tensor;
  /** The state after the last step: [B, M, F]. */
  readonly last: Complex;
}

/** Steps in a chunk. Measured best between 50 and 100 for a state of 16 in 64 channels. */
const chunkSteps = 64;

/**
 * Reads u [T, B, F] from a state [B, M, F]. With w_j = gain Ā^j, a chunk of K steps that starts from the state s gives
 *
 *     y_i = Σ_{j≤i} Re(Σ_m w_{i-j}) u_j + Re(Σ_m w_{i+1} s_m),   s' = Ā^K s + Σ_j Ā^{K-1-j} u_j
 *
 * which for each channel are products with matrices [K, K], [K, 2M] and [2M, K]. Source: the form of Dao & Gu, "Transformers are SSMs",
 * ICML 2024, section 6, for a transition that does not depend on time.
 */
export function runModes(u: Tensor, { logStep, gain, skip }: Modes, state: Complex): ModesRun {
  const [steps = 0, batch = 0, channels = 0] = u.shape;
  const [modes = 0] = logStep.re.shape;
  const size = Math.min(steps, chunkSteps);
  const count = Math.ceil(steps / size) - 1; // chunks after the first, which may be shorter
  const head = steps - count * size;

  const exponents = constant(ndarray([...Array(size + 1).keys()], { dtype: u.dtype }));
  const byChannel = (z: Complex): Complex => ({
    re: expandDims(transpose(z.re), 2),
    im: expandDims(transpose(z.im), 2),
  }); // [M, F] -> [F, M, 1]
  const log = byChannel(logStep);
  const powers = cexp({ re: mul(log.re, exponents), im: mul(log.im, exponents) }); // Ā^j: [F, M, K+1]
  const weights = times(byChannel(gain), powers); // w_j
  const kernel = sum(weights.re, 1); // [F, K+1]
  const now = add(slice(kernel, 1, 0, 1), expandDims(skip, 1));
  const across = lowerToeplitz(concat([now, slice(kernel, 1, 1, size)], 1)); // [F, K, K]
  const read = concat([weights.re, neg(weights.im)], 1); // [F, 2M, K+1]: y_i reads column i + 1
  const write = reverse(slice(concat([powers.re, powers.im], 1), 2, 0, size), 2); // [F, 2M, K]: column j is Ā^{K-1-j}

  const powerAt = (k: number): Complex => ({
    re: expandDims(take(powers.re, k, 2), 2),
    im: expandDims(take(powers.im, k, 2), 2),
  }); // [F, M, 1]
  const chunked = (x: Tensor, n: number, k: number) =>
    reshape(transpose(reshape(x, [n, k, batch, channels]), [3, 1, 0, 2]), [channels, k, n * batch]);
  const inOrder = (y: Tensor, n: number, k: number) =>
    reshape(transpose(reshape(y, [channels, k, n, batch]), [2, 1, 3, 0]), [n * k, batch, channels]);
  const advance = (s: Complex, power: Complex, added: Complex): Complex => {
    const kept = times(power, s);
    return { re: add(kept.re, added.re), im: add(kept.im, added.im) };
  };
  const outputs = (x: Tensor, states: Tensor, k: number) =>
    add(
      matmul(slice(slice(across, 1, 0, k), 2, 0, k), x),
      matmul(slice(read, 2, 1, k + 1), states, { transposeA: true }),
    );
  const halves = (x: Tensor, axis: number): Complex => ({
    re: slice(x, axis, 0, modes),
    im: slice(x, axis, modes),
  });

  const start: Complex = { re: transpose(state.re, [2, 1, 0]), im: transpose(state.im, [2, 1, 0]) }; // [F, M, B]
  const first = chunked(slice(u, 0, 0, head), 1, head); // [F, k, B]
  const given = [inOrder(outputs(first, concat([start.re, start.im], 1), head), 1, head)];
  let last = advance(start, powerAt(head), halves(matmul(slice(write, 2, size - head), first), 1));
  if (count > 0) {
    const rest = chunked(slice(u, 0, head), count, size); // [F, K, N·B]
    const added = reshape(matmul(write, rest), [channels, 2 * modes, count, batch]);
    const power = powerAt(size);
    const between = scan(
      (s: Complex, x: Tensor) => ({
        carry: advance(s, power, halves(x, 1)),
        output: concat([s.re, s.im], 1),
      }),
      last,
      transpose(added, [2, 0, 1, 3]), // [N, F, 2M, B]
    );
    const states = reshape(transpose(between.outputs, [1, 2, 0, 3]), [channels, 2 * modes, count * batch]);
    given.push(inOrder(outputs(rest, states, size), count, size));
    last = between.last;
  }
  return {
    outputs: given.length === 1 ? (given[0] as Tensor) : concat(given, 0),
    last: { re: transpose(last.re, [2, 1, 0]), im: transpose(last.im, [2, 1, 0]) },
  };
}

/** [F, K] -> [F, K, K]: row i, column j is number i - j of the channel, 0 above the diagonal. */
function lowerToeplitz(kernel: Tensor): Tensor {
  const [channels = 0, size = 0] = kernel.shape;
  // Of a row of 2K numbers written K times and read in rows of 2K - 1, each row starts one place later than the row before.
  const nothing = zeros([channels, size], kernel.dtype);
  const row = concat([slice(kernel, 1, 0, 1), nothing, reverse(slice(kernel, 1, 1), 1)], 1); // [F, 2K]
  const copies = reshape(broadcastTo(expandDims(row, 1), [channels, size, 2 * size]), [channels, -1]);
  const rows = reshape(slice(copies, 1, 0, size * (2 * size - 1)), [channels, size, 2 * size - 1]);
  return slice(rows, 2, 0, size);
}
