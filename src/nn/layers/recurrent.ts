// The loop over time that all recurrent layers share: masks, direction, state. What one step does is the cell's.

import { item } from "../../graph/op.ts";
import { add, cast, select } from "../../graph/ops/arithmetic.ts";
import { reverse, take, transpose } from "../../graph/ops/layout.ts";
import { scalar } from "../../graph/ops/leaf.ts";
import { scan } from "../../graph/ops/scan.ts";
import { broadcastTo, reshape } from "../../graph/ops/sum.ts";
import { formatType, Tensor, type TensorType } from "../../graph/tensor.ts";
import { type DType, isFloat } from "../../tensor/dtype.ts";
import { sameShape } from "../../tensor/shape.ts";
import { type ActivityOption, activityKinds, penalized } from "../activity-penalty.ts";
import { describe } from "../choice.ts";
import { type CallContext, Layer, type LayerConfig, type LayerState, type Mask } from "../layer.ts";
import { checkConfig, count, either, flag, type OptionKinds } from "../layer-options.ts";
import type { Cell, CellSequence, CellStep, Step } from "./cell.ts";
import { givenState, stateLike, tensorsLike, tensorsOf } from "./cell-state.ts";

export interface LoopConfig extends LayerConfig, ActivityOption {
  /** The output of every step instead of the last alone. Default false. */
  readonly returnSequences?: boolean;
  /** Return the final state as well: the call gives [output, ...state]. Default false. */
  readonly returnState?: boolean;
  /** Read the sequence from its end; returned sequences are in the order of reading. Default false. */
  readonly goBackwards?: boolean;
  /** Start each batch from the state that the batch before left, row by row; see `resetStates`. Default false. */
  readonly stateful?: boolean;
  /** Accepted for Keras' sake: the loop is never unrolled, and is faster so. */
  readonly unroll?: boolean;
  /**
   * In training, keep the state of some steps alone and work out the others again when their gradient is: memory for about √T steps
   * instead of T, for about 1.1 times the time of a large layer. A number is the steps from one kept state to the next. Default false.
   */
  readonly recompute?: boolean | number;
  /** Output zeros at masked steps instead of the output before. Default false. */
  readonly zeroOutputForMask?: boolean;
}

export const loopKinds: OptionKinds = {
  returnSequences: flag,
  returnState: flag,
  goBackwards: flag,
  stateful: flag,
  unroll: flag,
  recompute: either("true, false or a positive whole number", flag, count),
  zeroOutputForMask: flag,
  ...activityKinds,
};

/**
 * A layer that carries a state over time: [B, T, F] -> [B, H], or [B, T, H] with `returnSequences`. A call can be given
 * `initialState`: a list of the tensors of the state, or the state as the cell has it, by its names. The tensors of a state are listed
 * in the order in which the cell's `zeroState` writes them. A masked step keeps the state and repeats the output before.
 */
export abstract class Recurrent extends Layer {
  override readonly config: LoopConfig;
  readonly #cell: Cell;
  #kept: readonly LayerState[] | undefined;

  /** @param cell its weights are the layer's, under the name given or, without one, directly */
  constructor(className: string, config: LoopConfig, kinds: OptionKinds, cell: () => Cell, cellName = "") {
    super(config);
    checkConfig(className, config, { ...kinds, ...loopKinds });
    this.config = config;
    this.#cell = this.child(cellName, cell());
  }

  override get callOptions(): readonly string[] {
    return ["initialState"];
  }

  /** What computes a step. */
  get cell(): Cell {
    return this.#cell;
  }

  override get inputDtype(): DType {
    return this.#cell.inputDtype;
  }

  /** Fails for what is no sequence that it can read. */
  protected checkSequence(input: TensorType): void {
    this.expectRank(input, 3, "[batch, steps, features]");
  }

  protected override build(input: TensorType): void {
    this.checkSequence(input);
    const [batch = 0, , ...features] = input.shape;
    this.#cell.ensureBuilt({ dtype: input.dtype, shape: [batch, ...features] });
    const state = tensorsOf(this.#cell.zeroState(batch, input.dtype), this.#stateName);
    const odd = state.find(({ shape }) => shape[0] !== batch);
    if (odd !== undefined)
      throw this.fault(
        `wants tensors [batch, ...] as the state of ${this.#cell.className}, got ${formatType(odd)}`,
      );
    if (this.config.stateful !== true) return;
    this.#kept = state.map(({ shape }, i) => this.addState(`state_${i}`, shape.slice(1)));
  }

  override call(x: Tensor, context: CallContext): Tensor | readonly Tensor[] {
    this.checkSequence(x);
    const { goBackwards = false, returnSequences = false, returnState = false } = this.config;
    const { outputs, output: lastOutput, last } = this.#loop(x, context);
    for (const [i, state] of (this.#kept ?? []).entries()) {
      const final = item(last, i);
      context.update(state, isFloat(final.dtype) ? final : cast(final, "float32"));
    }
    const output = returnSequences ? swapTime(goBackwards ? reverse(outputs) : outputs) : lastOutput;
    const given = returnState ? [output, ...last] : [output];
    for (const tensor of given) penalized(tensor, this.config, context);
    return returnState ? given : output;
  }

  override computeMask(_x: Tensor, mask: Mask): Mask {
    return this.config.returnSequences === true ? mask : undefined;
  }

  /** The output of every step in the order of time, [T, B, H], and the state after the last one that was read. */
  #loop(input: Tensor, context: CallContext): CellSequence<readonly Tensor[]> {
    const { goBackwards = false, zeroOutputForMask = false } = this.config;
    const [batch = 0, length = 0, ...features] = input.shape;
    const x = swapTime(input); // [B, T, F] -> [T, B, F]
    const zero = this.#cell.zeroState(batch, input.dtype);
    const init = this.#initialState(zero, context);
    const { mask, training } = context;
    const checkpoint = training && (this.config.recompute ?? false);
    if (mask === undefined && context.probe === undefined) {
      const whole = this.#cell.sequence?.(x, stateLike(zero, init), context, { reverse: goBackwards });
      if (whole !== undefined) return { ...whole, last: tensorsLike(zero, whole.last, this.#stateName) };
    }
    const compute = this.#steps(context, { dtype: input.dtype, shape: [batch, ...features] }, zero);
    const step = (xt: Tensor, state: readonly Tensor[], probe: Tensor | undefined) => {
      const { output, state: next } = compute(xt, state);
      if (probe === undefined) return { output, state: next };
      // What is added to the output is added to the state as well, where the two are one.
      const probed = add(output, probe);
      return { output: probed, state: next.map((tensor) => (tensor === output ? probed : tensor)) };
    };
    const sample = compute(take(x, 0), init); // of which only the types matter, and whether the output is part of the state
    const place = sample.state.indexOf(sample.output);
    const probes = this.#probes(context, sample.output, length);
    if (mask === undefined) {
      const { last, outputs } = scan(
        (state: readonly Tensor[], at: { x: Tensor; probe?: Tensor }) => {
          const { output, state: next } = step(at.x, state, at.probe);
          return { carry: next, output };
        },
        init,
        { x, ...probes },
        { reverse: goBackwards, checkpoint },
      );
      return { last, outputs, output: last[place] ?? take(outputs, goBackwards ? 0 : -1) };
    }
    // The output before is a carry of its own only where it is no part of the state.
    const before = place < 0 ? broadcastTo(scalar(0, sample.output.dtype), sample.output.shape) : undefined;
    const real = masksFor([sample.output, ...init], mask);
    const { last, outputs } = scan(
      (
        carry: { state: readonly Tensor[]; before?: Tensor },
        at: { x: Tensor; real: Readonly<Record<number, Tensor>>; probe?: Tensor },
      ) => {
        const { output, state: next } = step(at.x, carry.state, at.probe);
        const isReal = ({ rank }: Tensor) => at.real[rank] as Tensor;
        const kept = next.map((tensor, i) => select(isReal(tensor), tensor, item(carry.state, i)));
        const shown =
          carry.before === undefined ? item(kept, place) : select(isReal(output), output, carry.before);
        return {
          carry: { state: kept, ...(carry.before === undefined ? {} : { before: shown }) },
          output: zeroOutputForMask ? select(isReal(shown), shown, scalar(0, shown.dtype)) : shown,
        };
      },
      { state: init, ...(before === undefined ? {} : { before }) },
      { x, real, ...probes },
      { reverse: goBackwards, checkpoint },
    );
    const lastOutput = zeroOutputForMask ? undefined : (last.before ?? last.state[place]);
    return { last: last.state, outputs, output: lastOutput ?? take(outputs, goBackwards ? 0 : -1) };
  }

  /** The cell's step on the tensors of its state, checked. */
  #steps(context: CallContext, x: TensorType, zero: unknown): Step<readonly Tensor[]> {
    const { className } = this.#cell;
    let isInLoop = false;
    const outside = (what: string) => {
      if (isInLoop)
        throw this.fault(
          `wants a step of ${className} to give an output and a state, and no more: it ${what}, which does not leave the loop`,
        );
    };
    const steps = this.#cell.steps(
      {
        ...context,
        ...ofOneStep,
        update(target, value) {
          outside(`updates ${target.name}`);
          context.update(target, value);
        },
        addLoss(loss) {
          outside("adds a loss");
          context.addLoss(loss);
        },
      },
      x,
    );
    const wanted = tensorsOf(zero, this.#stateName);
    return (xt, state) => {
      isInLoop = true;
      const result = Object(steps(xt, stateLike(zero, state))) as Partial<CellStep<unknown>>;
      isInLoop = false;
      const { output } = result;
      if (!(output instanceof Tensor) || output.shape[0] !== x.shape[0])
        throw this.fault(
          `wants a step of ${className} to give { output: [batch, ...], state }, got ${output instanceof Tensor ? formatType(output) : describe(output)} as the output`,
        );
      const next = tensorsLike(zero, result.state, this.#stateName);
      const odd = next.findIndex((tensor, i) => formatType(tensor) !== formatType(item(wanted, i)));
      if (odd >= 0)
        throw this.fault(
          `wants a step of ${className} to leave the state as it was, ${wanted.map(formatType).join(", ")}; it leaves ${next.map(formatType).join(", ")}`,
        );
      return { output, state: next };
    };
  }

  /** Zeros to add to the output of every step, where their gradients are recorded. */
  #probes({ probe }: CallContext, output: TensorType, length: number): { readonly probe?: Tensor } {
    const zeros = probe?.(this, { dtype: output.dtype, shape: [length, ...output.shape] });
    return zeros === undefined ? {} : { probe: zeros };
  }

  /** The state that the first step starts from: what the call was given, what the batch before left, or zeros. */
  #initialState(zero: unknown, context: CallContext): readonly Tensor[] {
    const wanted = tensorsOf(zero, this.#stateName);
    const given = context.options.initialState;
    if (given === undefined) {
      if (this.#kept === undefined) return wanted;
      return this.#kept.map((state, i) => {
        const { dtype, shape } = item(wanted, i);
        return cast(context.state(state, shape[0] ?? 0), dtype);
      });
    }
    const tensors = givenState(zero, given, `layer ${this.name || this.className}: initialState`);
    const fits =
      tensors.length === wanted.length &&
      tensors.every(({ shape }, i) => sameShape(shape, wanted[i]?.shape ?? []));
    if (!fits) {
      throw this.fault(
        `wants an initial state of ${wanted.map(formatType).join(", ")}, got ${tensors.map(formatType).join(", ") || "none"}`,
      );
    }
    return tensors.map((tensor, i) => cast(tensor, item(wanted, i).dtype));
  }

  get #stateName(): string {
    return `layer ${this.name || this.className}: the state of ${this.#cell.className}`;
  }
}

/** What in the context of a sequence is not for its steps. */
export const ofOneStep = {
  mask: undefined,
  masks: [undefined],
  options: {},
  probe: undefined,
  observe: undefined,
} as const;

/** The mask for tensors [B, ...], by their rank, at every step: [B, T] -> [T, B, 1, ...]. */
export function masksFor(tensors: readonly Tensor[], mask: Tensor): Readonly<Record<number, Tensor>> {
  const [batch = 0, length = 0] = mask.shape;
  const ranks = new Set(tensors.map(({ rank }) => rank));
  const ones = (rank: number) => new Array<number>(rank - 1).fill(1);
  return Object.fromEntries(
    [...ranks].map((rank) => [rank, reshape(transpose(mask), [length, batch, ...ones(rank)])]),
  );
}

/** The first two axes change places: [B, T, ...] <-> [T, B, ...]. */
export function swapTime(x: Tensor): Tensor {
  return transpose(x, [1, 0, ...Array.from({ length: x.rank - 2 }, (_, i) => i + 2)]);
}
