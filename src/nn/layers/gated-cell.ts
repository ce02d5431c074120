// What SimpleRNN, GRU and LSTM cells share: options, a kernel, a recurrent kernel and a bias with a block of columns for each gate.

import { scalar } from "../../graph/ops/leaf.ts";
import type { RecurrentLayerWeights, RecurrentStep } from "../../graph/ops/recurrent-cell.ts";
import type { Scanned } from "../../graph/ops/scan.ts";
import { broadcastTo } from "../../graph/ops/sum.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Activation } from "../activations.ts";
import type { Initializer } from "../initializers.ts";
import type { CallContext, LayerConfig, Weight } from "../layer.ts";
import { activationKind, checkConfig, count, flag, type OptionKinds, rate } from "../layer-options.ts";
import { type WeightRules, weightKinds, weightRules } from "../weight-options.ts";
import { Cell, type CellSequence, type Step, stepDropout } from "./cell.ts";

export interface GatedCellConfig
  extends LayerConfig,
    WeightRules<"kernel">,
    WeightRules<"recurrent">,
    WeightRules<"bias"> {
  /** Width of the state and of the output. */
  readonly units: number;
  /** Default "tanh". */
  readonly activation?: Activation;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default "glorotUniform". */
  readonly kernelInitializer?: Initializer;
  /** Default "orthogonal". */
  readonly recurrentInitializer?: Initializer;
  /** Default "zeros". */
  readonly biasInitializer?: Initializer;
  /** Share of the inputs dropped in training, the same ones at every step. Default 0. */
  readonly dropout?: number;
  /** Share of the recurrent state dropped in training, the same units at every step. Default 0. */
  readonly recurrentDropout?: number;
}

export const gatedCellKinds: OptionKinds = {
  units: count,
  activation: activationKind,
  useBias: flag,
  ...weightKinds("kernel", "recurrent", "bias"),
  dropout: rate,
  recurrentDropout: rate,
};

/** The state as a list of tensors [B, H], the first of which is the output. */
export type GatedState = readonly Tensor[];

/** A cell whose state is tensors of width `units`, the first of them its output. */
export abstract class GatedCell extends Cell<GatedState> {
  override readonly config: GatedCellConfig;
  #weights:
    | { readonly kernel: Weight; readonly recurrentKernel: Weight; readonly bias: Weight | undefined }
    | undefined;

  constructor(className: string, config: GatedCellConfig, more: OptionKinds = {}) {
    super(config);
    checkConfig(className, config, { ...gatedCellKinds, ...more }, ["units"]);
    this.config = config;
  }

  /** Blocks of `units` columns in the kernels: 1 for a simple cell, 4 for an LSTM. */
  protected abstract readonly gates: number;
  /** Tensors in the state. */
  protected abstract readonly stateCount: number;

  /** Shape of the bias. */
  protected biasShape(): readonly number[] {
    return [this.gates * this.config.units];
  }

  protected biasInitializer(): Initializer {
    return this.config.biasInitializer ?? "zeros";
  }

  /** The step. `drop` applies recurrent dropout to the state before it meets the recurrent kernel. */
  protected abstract step(weights: RecurrentLayerWeights, drop: (state: Tensor) => Tensor): RecurrentStep;

  protected override build(input: TensorType): void {
    this.expectRank(input, 2, "one step [batch, features]");
    const {
      units,
      useBias = true,
      kernelInitializer = "glorotUniform",
      recurrentInitializer = "orthogonal",
    } = this.config;
    const columns = this.gates * units;
    const weight = (
      name: string,
      shape: readonly number[],
      initial: Initializer,
      rules: "kernel" | "recurrent" | "bias",
    ) => this.addWeight(name, shape, initial, weightRules(this.config, rules));
    this.#weights = {
      kernel: weight("kernel", [input.shape[1] ?? 0, columns], kernelInitializer, "kernel"),
      recurrentKernel: weight("recurrent_kernel", [units, columns], recurrentInitializer, "recurrent"),
      bias: useBias ? weight("bias", this.biasShape(), this.biasInitializer(), "bias") : undefined,
    };
  }

  override zeroState(batch: number, dtype: DType): GatedState {
    const { units } = this.config;
    return Array.from({ length: this.stateCount }, () => broadcastTo(scalar(0, dtype), [batch, units]));
  }

  override steps(
    context: CallContext,
    { shape: [batch = 0, features = 0], dtype }: TensorType,
  ): Step<GatedState> {
    const { units, dropout, recurrentDropout } = this.config;
    const dropInput = stepDropout(context, dropout, [batch, features], dtype);
    const dropState = stepDropout(context, recurrentDropout, [batch, units], dtype);
    const step = this.step(this.weightValues(context), dropState);
    return (x, state) => {
      const next = step(dropInput(x), state);
      const [output] = next;
      if (output === undefined) throw new TypeError("a recurrent state is never empty");
      return { output, state: next };
    };
  }

  /** What the gates are at a step, by name, each [B, H]: for those who look inside. Default: there are none. */
  gatesAt(_context: CallContext): (x: Tensor, state: GatedState) => Readonly<Record<string, Tensor>> {
    return () => ({});
  }

  /** The layer as one operator, for those weights that allow it; see {@link Cell.sequence}. */
  protected abstract whole(
    x: Tensor,
    weights: RecurrentLayerWeights,
    options: { readonly initialState: GatedState; readonly reverse: boolean },
  ): Scanned<GatedState, Tensor> | undefined;

  override sequence(
    x: Tensor,
    state: GatedState,
    context: CallContext,
    { reverse }: { readonly reverse: boolean },
  ): CellSequence<GatedState> | undefined {
    if (context.training) return undefined; // ONNX' operators have no gradient
    const found = this.whole(x, this.weightValues(context), { initialState: state, reverse });
    const output = found?.last[0];
    return found === undefined || output === undefined ? undefined : { ...found, output };
  }

  /** The weights as traced values. */
  protected weightValues({ value }: CallContext): RecurrentLayerWeights {
    if (this.#weights === undefined) throw this.fault("was called before it was built");
    const { kernel, recurrentKernel, bias } = this.#weights;
    return {
      kernel: value(kernel),
      recurrentKernel: value(recurrentKernel),
      bias: bias === undefined ? undefined : value(bias),
    };
  }
}
