// DiagonalStateSpace: a linear recurrence whose transition is diagonal, as a cell and as a layer.

import { add, div, mul, neg, sub } from "../../graph/ops/arithmetic.ts";
import { exp, square } from "../../graph/ops/functions.ts";
import { reverse, take } from "../../graph/ops/layout.ts";
import { matmul } from "../../graph/ops/matmul.ts";
import { expandDims, sum, zeros } from "../../graph/ops/sum.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import type { DType } from "../../tensor/dtype.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import type { Initializer } from "../initializers.ts";
import type { CallContext, LayerConfig, Weight } from "../layer.ts";
import { checkConfig, count, kind, type OptionKinds, positive } from "../layer-options.ts";
import { type WeightRules, weightKinds, weightRules } from "../weight-options.ts";
import { Cell, type CellSequence, type Step } from "./cell.ts";
import { type Complex, cexp, type Modes, runModes, times } from "./diagonal-recurrence.ts";
import { type LoopConfig, Recurrent } from "./recurrent.ts";
import { cellConfig } from "./rnn.ts";

export interface DiagonalStateSpaceCellConfig extends LayerConfig, WeightRules<"kernel"> {
  /** Channels, which x·kernel feeds. Default: the features of the input, which are the channels themselves. */
  readonly units?: number;
  /** Numbers in the state of a channel: even, since two are a complex one. Default 64. */
  readonly stateSize?: number;
  /** The step sizes of the channels are drawn between this and `dtMax`: a channel remembers some 2 / dt steps. Default 0.001. */
  readonly dtMin?: number;
  /** Default 0.1. */
  readonly dtMax?: number;
  /** Of x·kernel, where there is one. Default "glorotUniform". */
  readonly kernelInitializer?: Initializer;
}

export type DiagonalStateSpaceConfig = DiagonalStateSpaceCellConfig & LoopConfig;

const kinds: OptionKinds = {
  units: count,
  stateSize: kind(
    "an even positive whole number",
    (size) => typeof size === "number" && size > 0 && size % 2 === 0 && Number.isSafeInteger(size),
  ),
  dtMin: positive,
  dtMax: positive,
  ...weightKinds("kernel"),
};

interface Weights {
  readonly kernel: Weight | undefined;
  readonly logDt: Weight;
  readonly logDecay: Weight;
  readonly frequency: Weight;
  readonly c: Weight;
  readonly d: Weight;
}

/**
 * In each channel M = stateSize / 2 complex numbers s_m that decay and turn, fed by the channel's input u:
 *
 *     s'(t) = A s(t) + u(t),   y(t) = 2 Re(Σ_m C_m s_m(t)) + D u(t),   A = -exp(log_decay) + i frequency
 *
 * held over steps of the size Δ = exp(log_dt) (zero-order hold):
 *
 *     s_t = Ā s_{t-1} + B̄ u_t,   Ā = exp(ΔA),   B̄ = (Ā - 1) / A,   y_t = 2 Re(Σ_m C_m s_{m,t}) + D u_t
 *
 * |Ā| < 1 whatever the weights are. It is linear in u: put an activation and a Dense layer behind it, and the channels mix. The state
 * of the code is s / B̄, so that the input is added as it is: { re, im }, each [B, M, channels].
 *
 * Weights: kernel [F, units] with `units` alone; log_dt [channels], evenly between ln dtMin and ln dtMax; log_decay [M, channels], ln 0.5;
 * frequency [M, channels], π·m ("S4D-Lin"); c [2, M, channels], real and imaginary parts of variance 1/2; d [channels], of variance 1.
 * Source: Gu, Gupta, Goel & Ré, "On the parameterization and initialization of diagonal state space models", NeurIPS 2022.
 */
export class DiagonalStateSpaceCell extends Cell<Complex> {
  readonly className = "DiagonalStateSpaceCell";
  override readonly config: DiagonalStateSpaceCellConfig;
  #weights: Weights | undefined;
  #channels = 0;

  constructor(config: DiagonalStateSpaceCellConfig = {}) {
    super(config);
    checkConfig("DiagonalStateSpaceCell", config, kinds);
    const { dtMin = 0.001, dtMax = 0.1 } = config;
    if (dtMin > dtMax)
      throw new RecurraError(
        "layer-option",
        `DiagonalStateSpaceCell: dtMin is at most dtMax, ${dtMax}, got ${dtMin}`,
      );
    this.config = config;
  }

  get #modes(): number {
    return (this.config.stateSize ?? 64) / 2;
  }

  protected override build(input: TensorType): void {
    this.expectRank(input, 2, "one step [batch, features]");
    const [, features = 0] = input.shape;
    const { units, dtMin = 0.001, dtMax = 0.1, kernelInitializer = "glorotUniform" } = this.config;
    const channels = units ?? features;
    const shape = [this.#modes, channels];
    this.#channels = channels;
    this.#weights = {
      kernel:
        units === undefined
          ? undefined
          : this.addWeight(
              "kernel",
              [features, units],
              kernelInitializer,
              weightRules(this.config, "kernel"),
            ),
      logDt: this.addWeight("log_dt", [channels], {
        name: "randomUniform",
        minval: Math.log(dtMin),
        maxval: Math.log(dtMax),
      }),
      logDecay: this.addWeight("log_decay", shape, { name: "constant", value: Math.log(0.5) }),
      frequency: this.addWeight("frequency", shape, multiplesOfPi),
      c: this.addWeight("c", [2, ...shape], { name: "randomNormal", stddev: Math.SQRT1_2 }),
      d: this.addWeight("d", [channels], { name: "randomNormal", stddev: 1 }),
    };
  }

  override zeroState(batch: number, dtype: DType): Complex {
    const shape = [batch, this.#modes, this.#channels];
    return { re: zeros(shape, dtype), im: zeros(shape, dtype) };
  }

  override steps(context: CallContext): Step<Complex> {
    const feed = this.#feed(context);
    const modes = this.#discrete(context);
    const transition = cexp(modes.logStep);
    return (x, state) => {
      const u = feed(x); // [B, channels]
      const kept = times(transition, state);
      const next = { re: add(kept.re, expandDims(u, 1)), im: kept.im };
      return { output: outputOf(modes, next, u), state: next };
    };
  }

  /** In chunks of steps, which are products. */
  override sequence(
    x: Tensor,
    state: Complex,
    context: CallContext,
    options: { readonly reverse: boolean },
  ): CellSequence<Complex> | undefined {
    const [steps = 0] = x.shape;
    if (steps < 2) return undefined;
    const ordered = (tensor: Tensor) => (options.reverse ? reverse(tensor) : tensor);
    const u = this.#feed(context)(ordered(x)); // [T, B, channels]
    const modes = this.#discrete(context);
    const { outputs, last } = runModes(u, modes, state);
    return { outputs: ordered(outputs), output: outputOf(modes, last, take(u, -1)), last };
  }

  #feed({ value }: CallContext): (x: Tensor) => Tensor {
    const { kernel } = this.#made;
    return kernel === undefined ? (x) => x : (x) => matmul(x, value(kernel));
  }

  /** Ā, what the state counts in the output, and D. */
  #discrete({ value }: CallContext): Modes {
    const { logDt, logDecay, frequency, c, d } = this.#made;
    const dt = exp(value(logDt)); // [channels]
    const a: Complex = { re: neg(exp(value(logDecay))), im: value(frequency) };
    const logStep: Complex = { re: mul(dt, a.re), im: mul(dt, a.im) };
    const { re, im } = cexp(logStep);
    // B̄ = (Ā - 1) / A = (Ā - 1)·conj(A) / |A|²
    const raised = times({ re: sub(re, 1), im }, { re: a.re, im: neg(a.im) });
    const size = add(square(a.re), square(a.im));
    const both = value(c);
    const gain = times({ re: take(both, 0), im: take(both, 1) }, raised);
    return {
      logStep,
      gain: { re: mul(div(gain.re, size), 2), im: mul(div(gain.im, size), 2) },
      skip: value(d),
    };
  }

  get #made(): Weights {
    if (this.#weights === undefined) throw this.fault("was called before it was built");
    return this.#weights;
  }
}

/** y = Σ_m Re(gain_m s_m) + skip u: a state [B, M, F] and an input [B, F] to [B, F]. */
function outputOf({ gain, skip }: Modes, state: Complex, u: Tensor): Tensor {
  return add(sum(times(gain, state).re, 1), mul(skip, u));
}

/** 0, π, 2π, … down each column. */
function multiplesOfPi([modes = 0, channels = 0]: readonly number[]): NdArray {
  return new NdArray(
    Float32Array.from({ length: modes * channels }, (_, i) => Math.PI * Math.floor(i / channels)),
    [modes, channels],
  );
}

/**
 * A loop over a {@link DiagonalStateSpaceCell}: [B, T, F] -> [B, channels], or [B, T, channels] with `returnSequences`. Without a mask it is
 * computed by products over chunks of steps.
 */
export class DiagonalStateSpace extends Recurrent {
  readonly className = "DiagonalStateSpace";
  override readonly config: DiagonalStateSpaceConfig;

  constructor(config: DiagonalStateSpaceConfig = {}) {
    super("DiagonalStateSpace", config, kinds, () => new DiagonalStateSpaceCell(cellConfig(config)));
    this.config = config;
  }
}
