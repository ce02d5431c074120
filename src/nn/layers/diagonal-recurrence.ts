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
import type { DType } from "../../tensor/dtype.ts";
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

/**
 * Reads u [T, B, F] from a state [B, M, F]. With w_j = gain Ā^j, a chunk of K steps that starts from the state s gives
 *
 *     y_i = Σ_{j≤i} Re(Σ_m w_{i-j}) u_j + Re(Σ_m w_{i+1} s_m),   s' = Ā^K s + Σ_j Ā^{K-1-j} u_j
 *
 * which for each channel are products with matrices [K, K], [2M, K] and [K, 2M]. Source: the form of Dao & Gu, "Transformers are SSMs",
 * ICML 2024, section 6, for a transition that does not depend on time.
 */
export function runModes(u: Tensor, modes: Modes, state: Complex): ModesRun {
  const [steps = 0, batch = 0, channels = 0] = u.shape;
  const { head, count, size } = chunksOf(steps);
  const chunk = chunkProducts(modes, Math.max(head, size), u.dtype);
  const x = transpose(u, [2, 1, 0]); // [F, B, T]
  const outputs: Tensor[] = [];
  let last: Complex = { re: transpose(state.re, [2, 0, 1]), im: transpose(state.im, [2, 0, 1]) }; // [F, B, M]
  if (head > 0) {
    const first = count === 0 ? x : slice(x, 2, 0, head);
    outputs.push(chunk.outputs(first, joined(last)));
    last = chunk.advance(last, chunk.written(first), head);
  }
  if (count > 0) {
    const rest = reshape(head === 0 ? x : slice(x, 2, head), [channels, batch * count, size]);
    const written = reshape(chunk.written(rest), [channels, batch, count, -1]);
    const between = scan(
      (s: Complex, added: Tensor) => ({ carry: chunk.advance(s, added, size), output: joined(s) }),
      last,
      transpose(written, [2, 0, 1, 3]), // [N, F, B, 2M]
    );
    const states = reshape(transpose(between.outputs, [1, 2, 0, 3]), [channels, batch * count, -1]);
    outputs.push(reshape(chunk.outputs(rest, states), [channels, batch, count * size]));
    last = between.last;
  }
  return {
    outputs: transpose(concat(outputs, 2), [2, 1, 0]),
    last: { re: transpose(last.re, [1, 2, 0]), im: transpose(last.im, [1, 2, 0]) },
  };
}

/** How many steps are read as a chunk of their own, and how many chunks of what size then follow. */
function chunksOf(steps: number): { readonly head: number; readonly count: number; readonly size: number } {
  const [least, best, most] = [32, 64, 128]; // measured: between 50 and 100 is fastest, for a state of 16 in 64 channels
  if (steps <= most) return { head: steps, count: 0, size: 0 };
  const sizes = Array.from({ length: most - least + 1 }, (_, i) => least + i);
  const even = sizes
    .filter((size) => steps % size === 0)
    .sort((a, b) => Math.abs(a - best) - Math.abs(b - best))[0];
  const size = even ?? best;
  return { head: steps % size, count: Math.floor(steps / size), size };
}

/** The products of a chunk of up to so many steps. Chunks are [F, R, k], states [F, R, 2M] or complex [F, R, M]. */
function chunkProducts({ logStep, gain, skip }: Modes, size: number, dtype: DType) {
  const [modes = 0] = logStep.re.shape;
  const exponents = constant(ndarray([...Array(size + 1).keys()], { dtype }));
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
  const read = joined({ re: weights.re, im: neg(weights.im) }, 1); // [F, 2M, K+1]: y_i reads column i + 1
  const write = reverse(slice(joined(powers, 1), 2, 0, size), 2); // [F, 2M, K]: column j is Ā^{K-1-j}
  return {
    /** What a chunk gives, from the states that its rows start from. */
    outputs(x: Tensor, states: Tensor): Tensor {
      const [, , k = 0] = x.shape;
      const square = slice(slice(across, 1, 0, k), 2, 0, k);
      return add(matmul(x, square, { transposeB: true }), matmul(states, slice(read, 2, 1, k + 1)));
    },
    /** What a chunk adds to the state. */
    written: (x: Tensor): Tensor =>
      matmul(x, slice(write, 2, size - (x.shape[2] ?? 0)), { transposeB: true }),
    /** The state after k steps, to which so much was added. */
    advance(state: Complex, added: Tensor, k: number): Complex {
      const power = { re: expandDims(take(powers.re, k, 2), 1), im: expandDims(take(powers.im, k, 2), 1) };
      const kept = times(power, state); // [F, 1, M] and [F, R, M]
      return {
        re: add(kept.re, slice(added, 2, 0, modes)),
        im: add(kept.im, slice(added, 2, modes)),
      };
    },
  };
}

/** Real parts, then imaginary parts, along an axis. */
function joined({ re, im }: Complex, axis = 2): Tensor {
  return concat([re, im], axis);
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
