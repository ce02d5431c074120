// The loop over time that all recurrent layers share: masks, direction, state. What one step does is the cell's.

import { add, cast, select } from "../../graph/ops/arithmetic.ts";
import { reverse, take, transpose } from "../../graph/ops/layout.ts";
import { scalar } from "../../graph/ops/leaf.ts";
import { scan } from "../../graph/ops/scan.ts";
import { broadcastTo, expandDims, reshape } from "../../graph/ops/sum.ts";
import { formatType, Tensor, type TensorType } from "../../graph/tensor.ts";
import { leavesOf, withLeaves } from "../../graph/tree.ts";
import { sameShape } from "../../tensor/shape.ts";
import { type ActivityOption, activityKinds, penalized } from "../activity-penalty.ts";
import { type CallContext, Layer, type LayerConfig, type LayerState, type Mask } from "../layer.ts";
import { checkConfig, flag, type OptionKinds } from "../layer-options.ts";
import type { Cell, CellSequence } from "./cell.ts";

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
  /** Output zeros at masked steps instead of the output before. Default false. */
  readonly zeroOutputForMask?: boolean;
}

export const loopKinds: OptionKinds = {
  returnSequences: flag,
  returnState: flag,
  goBackwards: flag,
  stateful: flag,
  unroll: flag,
  zeroOutputForMask: flag,
  ...activityKinds,
};

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;
const stateOf = (tree: unknown) => leavesOf(tree, isTensor, "the cell's state");

/**
 * A layer that carries a state over time: [B, T, F] -> [B, H], or [B, T, H] with `returnSequences`. A call can be given
 * `initialState`: a list of the tensors of the state, or the state as the cell has it. A masked step keeps the state and repeats the
 * output before.
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

  protected override build(input: TensorType): void {
    this.expectRank(input, 3, "[batch, steps, features]");
    const [batch = 0, , features = 0] = input.shape;
    this.#cell.ensureBuilt({ dtype: input.dtype, shape: [batch, features] });
    if (this.config.stateful !== true) return;
    const state = stateOf(this.#cell.zeroState(batch, input.dtype));
    this.#kept = state.map(({ shape }, i) => this.addState(`state_${i}`, shape.slice(1)));
  }

  override call(x: Tensor, context: CallContext): Tensor | readonly Tensor[] {
    this.expectRank(x, 3, "[batch, steps, features]");
    const { goBackwards = false, returnSequences = false, returnState = false } = this.config;
    const { outputs, output: lastOutput, last } = this.#loop(x, context);
    const final = stateOf(last);
    for (const [i, state] of (this.#kept ?? []).entries()) context.update(state, final[i] as Tensor);
    const output = returnSequences
      ? transpose(goBackwards ? reverse(outputs) : outputs, [1, 0, ...restOf(outputs)])
      : lastOutput;
    const given = returnState ? [output, ...final] : [output];
    for (const tensor of given) penalized(tensor, this.config, context);
    return returnState ? given : output;
  }

  override computeMask(_x: Tensor, mask: Mask): Mask {
    return this.config.returnSequences === true ? mask : undefined;
  }

  /** The output of every step in the order of time, [T, B, H], and the state after the last one that was read. */
  #loop(input: Tensor, context: CallContext): CellSequence<unknown> {
    const { goBackwards = false, zeroOutputForMask = false } = this.config;
    const [batch = 0, length = 0, features = 0] = input.shape;
    const x = transpose(input, [1, 0, 2]); // [B, T, F] -> [T, B, F]
    const init = this.#initialState(batch, context, input);
    const { mask, training } = context;
    if (!training && mask === undefined && context.probe === undefined) {
      const whole = this.#cell.sequence?.(x, init, context, { reverse: goBackwards });
      if (whole !== undefined) return whole;
    }
    const compute = this.#cell.steps(context, { dtype: input.dtype, shape: [batch, features] });
    const step = (xt: Tensor, state: unknown, probe: Tensor | undefined) => {
      const { output, state: next } = compute(xt, state);
      if (probe === undefined) return { output, state: next };
      // What is added to the output is added to the state as well, where the two are one.
      const probed = add(output, probe);
      const leaves = stateOf(next);
      return {
        output: probed,
        state: withLeaves(next, isTensor, leaves.map((leaf) => (leaf === output ? probed : leaf)).values()),
      };
    };
    const sample = compute(take(x, 0), init); // of which only the types matter, and whether the output is part of the state
    const place = stateOf(sample.state).indexOf(sample.output);
    const probes = this.#probes(context, sample.output, length);
    if (mask === undefined) {
      const { last, outputs } = scan(
        (state: unknown, at: { x: Tensor; probe?: Tensor }) => {
          const { output, state: next } = step(at.x, state, at.probe);
          return { carry: next, output };
        },
        init,
        { x, ...probes },
        { reverse: goBackwards },
      );
      return { last, outputs, output: stateOf(last)[place] ?? take(outputs, goBackwards ? 0 : -1) };
    }
    // The output before is a carry of its own only where it is no part of the state.
    const before = place < 0 ? broadcastTo(scalar(0, sample.output.dtype), sample.output.shape) : undefined;
    const real = reshape(transpose(mask), [length, batch, ...sample.output.shape.slice(1).map(() => 1)]); // [B, T] -> [T, B, 1]
    const { last, outputs } = scan(
      (carry: { state: unknown; before?: Tensor }, at: { x: Tensor; real: Tensor; probe?: Tensor }) => {
        const { output, state: next } = step(at.x, carry.state, at.probe);
        const old = stateOf(carry.state);
        const kept = stateOf(next).map((leaf, i) => select(fitted(at.real, leaf), leaf, old[i] ?? leaf));
        const shown =
          carry.before === undefined ? (kept[place] as Tensor) : select(at.real, output, carry.before);
        return {
          carry: {
            state: withLeaves(next, isTensor, kept.values()),
            ...(carry.before === undefined ? {} : { before: shown }),
          },
          output: zeroOutputForMask ? select(at.real, shown, scalar(0, shown.dtype)) : shown,
        };
      },
      { state: init, ...(before === undefined ? {} : { before }) },
      { x, real, ...probes },
      { reverse: goBackwards },
    );
    const lastOutput = zeroOutputForMask ? undefined : (last.before ?? stateOf(last.state)[place]);
    return { last: last.state, outputs, output: lastOutput ?? take(outputs, goBackwards ? 0 : -1) };
  }

  /** Zeros to add to the output of every step, where their gradients are recorded. */
  #probes({ probe }: CallContext, output: TensorType, length: number): { readonly probe?: Tensor } {
    const zeros = probe?.(this, { dtype: output.dtype, shape: [length, ...output.shape] });
    return zeros === undefined ? {} : { probe: zeros };
  }

  /** The state that the first step starts from: what the call was given, what the batch before left, or zeros. */
  #initialState(batch: number, context: CallContext, { dtype }: TensorType): unknown {
    const zero = this.#cell.zeroState(batch, dtype);
    const wanted = stateOf(zero);
    const given = context.options.initialState;
    if (given === undefined) {
      if (this.#kept === undefined) return zero;
      return withLeaves(
        zero,
        isTensor,
        this.#kept.map((state) => cast(context.state(state, batch), dtype)).values(),
      );
    }
    const leaves = leavesOf(given, isTensor, `layer ${this.name || this.className}: initialState`);
    const fits =
      leaves.length === wanted.length &&
      leaves.every(({ shape }, i) => sameShape(shape, wanted[i]?.shape ?? []));
    if (!fits) {
      throw this.fault(
        `wants an initial state of ${wanted.map(formatType).join(", ")}, got ${leaves.map(formatType).join(", ") || "none"}`,
      );
    }
    return withLeaves(zero, isTensor, leaves.values());
  }
}

/** [B, 1] with as many axes as a tensor [B, ...]. */
function fitted(real: Tensor, tensor: Tensor): Tensor {
  let mask = real;
  while (mask.rank < tensor.rank) mask = expandDims(mask, mask.rank);
  return mask;
}

function restOf({ rank }: Tensor): readonly number[] {
  return Array.from({ length: rank - 2 }, (_, i) => i + 2);
}
