// What recurrent layers share: the loop over time, masks, direction, state and dropout. Each cell stands in a file of its own.

import { add, mul, select } from "../../graph/ops/arithmetic.ts";
import { reverse, take, transpose } from "../../graph/ops/layout.ts";
import { dropoutMask, scalar } from "../../graph/ops/leaf.ts";
import { matmul } from "../../graph/ops/matmul.ts";
import { scan } from "../../graph/ops/scan.ts";
import { broadcastTo, expandDims } from "../../graph/ops/sum.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import { formatType } from "../../graph/tensor.ts";
import { sameShape } from "../../tensor/shape.ts";
import type { Activation } from "../activations.ts";
import type { Initializer } from "../initializers.ts";
import {
  type CallContext,
  checkOptions,
  commonOptions,
  Layer,
  type LayerConfig,
  positiveInteger,
  rateOf,
  type Weight,
} from "../layer.ts";

export interface RecurrentConfig extends LayerConfig {
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
  /** The output of every step instead of the last alone. Default false. */
  readonly returnSequences?: boolean;
  /** Return the final state as well: the call gives [output, ...state]. Default false. */
  readonly returnState?: boolean;
  /** Read the sequence from its end; returned sequences are in the order of reading. Default false. */
  readonly goBackwards?: boolean;
  /** Output zeros at masked steps instead of the output before. Default false. */
  readonly zeroOutputForMask?: boolean;
}

export const recurrentOptions: readonly string[] = [
  ...commonOptions,
  "units",
  "activation",
  "useBias",
  "kernelInitializer",
  "recurrentInitializer",
  "biasInitializer",
  "dropout",
  "recurrentDropout",
  "returnSequences",
  "returnState",
  "goBackwards",
  "zeroOutputForMask",
];

/** The weights of a recurrent layer as traced values. */
export interface RecurrentWeights {
  /** [F, G], G being `units` times the number of gates. */
  readonly kernel: Tensor;
  /** [H, G] */
  readonly recurrentKernel: Tensor;
  readonly bias: Tensor | undefined;
}

/** One step of a cell: from the input [B, F] and the state to the next state, whose first tensor is the output. */
export type Step = (x: Tensor, state: readonly Tensor[]) => readonly Tensor[];

/** A layer that carries a state over time: [B, T, F] -> [B, H], or [B, T, H] with `returnSequences`. */
export abstract class Recurrent extends Layer {
  override readonly config: RecurrentConfig;
  #weights:
    | { readonly kernel: Weight; readonly recurrentKernel: Weight; readonly bias: Weight | undefined }
    | undefined;

  constructor(className: string, config: RecurrentConfig, moreOptions: readonly string[] = []) {
    super(config);
    checkOptions(className, config, [...recurrentOptions, ...moreOptions]);
    positiveInteger(className, "units", config.units);
    rateOf(className, "dropout", config.dropout ?? 0);
    rateOf(className, "recurrentDropout", config.recurrentDropout ?? 0);
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

  /** The cell. `drop` applies recurrent dropout to the state before it meets the recurrent kernel. */
  protected abstract step(weights: RecurrentWeights, drop: (state: Tensor) => Tensor): Step;

  protected override build(input: TensorType): void {
    this.expectRank(input, 3, "[batch, steps, features]");
    const {
      units,
      useBias = true,
      kernelInitializer = "glorotUniform",
      recurrentInitializer = "orthogonal",
    } = this.config;
    const columns = this.gates * units;
    this.#weights = {
      kernel: this.addWeight("kernel", [input.shape[2] ?? 0, columns], kernelInitializer),
      recurrentKernel: this.addWeight("recurrent_kernel", [units, columns], recurrentInitializer),
      bias: useBias ? this.addWeight("bias", this.biasShape(), this.biasInitializer()) : undefined,
    };
  }

  override call(
    input: Tensor,
    { training, value, mask, initialState }: CallContext,
  ): Tensor | readonly Tensor[] {
    if (this.#weights === undefined) throw this.fault("was called before it was built");
    this.expectRank(input, 3, "[batch, steps, features]");
    const { kernel, recurrentKernel, bias } = this.#weights;
    const weights = {
      kernel: value(kernel),
      recurrentKernel: value(recurrentKernel),
      bias: bias === undefined ? undefined : value(bias),
    };
    const {
      units,
      dropout = 0,
      recurrentDropout = 0,
      goBackwards = false,
      returnSequences,
      returnState,
    } = this.config;
    const [batch = 0, , features = 0] = input.shape;

    const kept =
      training && dropout > 0 ? mul(input, dropoutMask([batch, 1, features], dropout, input.dtype)) : input;
    const steps = transpose(kept, [1, 0, 2]); // [B, T, F] -> [T, B, F]
    const stateMask =
      training && recurrentDropout > 0
        ? dropoutMask([batch, units], recurrentDropout, input.dtype)
        : undefined;
    const step = this.step(weights, (state) => (stateMask === undefined ? state : mul(state, stateMask)));

    const init = initialState ?? this.#zeroState(batch, input);
    this.#checkState(init, batch);
    const { last, outputs } =
      mask === undefined
        ? scan(
            (state: readonly Tensor[], x: Tensor) => {
              const next = step(x, state);
              return { carry: next, output: first(next) };
            },
            init,
            steps,
            { reverse: goBackwards },
          )
        : scan(
            (state: readonly Tensor[], { x, real }: { x: Tensor; real: Tensor }) => {
              const next = step(x, state).map((tensor, i) => select(real, tensor, state[i] ?? tensor));
              const output = first(next);
              const shown =
                this.config.zeroOutputForMask === true
                  ? select(real, output, scalar(0, output.dtype))
                  : output;
              return { carry: next, output: shown };
            },
            init,
            { x: steps, real: expandDims(transpose(mask), 2) }, // [B, T] -> [T, B, 1]
            { reverse: goBackwards },
          );
    const lastOutput =
      this.config.zeroOutputForMask === true ? take(outputs, goBackwards ? 0 : -1) : first(last);
    const output =
      returnSequences === true ? transpose(goBackwards ? reverse(outputs) : outputs, [1, 0, 2]) : lastOutput;
    return returnState === true ? [output, ...last] : output;
  }

  override computeMask(_x: Tensor, mask: Tensor | undefined): Tensor | undefined {
    return this.config.returnSequences === true ? mask : undefined;
  }

  #zeroState(batch: number, { dtype }: TensorType): readonly Tensor[] {
    return Array.from({ length: this.stateCount }, () =>
      broadcastTo(scalar(0, dtype), [batch, this.config.units]),
    );
  }

  #checkState(state: readonly Tensor[], batch: number): void {
    const wanted = [batch, this.config.units];
    const fits = state.length === this.stateCount && state.every(({ shape }) => sameShape(shape, wanted));
    if (!fits) {
      throw this.fault(
        `wants an initial state of ${this.stateCount} × [${wanted.join(", ")}], got ${state.map(formatType).join(", ")}`,
      );
    }
  }
}

function first(state: readonly Tensor[]): Tensor {
  const [output] = state;
  if (output === undefined) throw new TypeError("a recurrent state is never empty");
  return output;
}

/** x·W + b, or x·W without a bias. */
export function affine(x: Tensor, kernel: Tensor, bias: Tensor | undefined): Tensor {
  const product = matmul(x, kernel);
  return bias === undefined ? product : add(product, bias);
}
