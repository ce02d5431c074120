// The states and gates of a recurrent layer at every step of a sequence, for those who look inside.

import { item } from "../../graph/op.ts";
import { select } from "../../graph/ops/arithmetic.ts";
import { take } from "../../graph/ops/layout.ts";
import { scalar } from "../../graph/ops/leaf.ts";
import { scan } from "../../graph/ops/scan.ts";
import { broadcastTo } from "../../graph/ops/sum.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { CallContext } from "../layer.ts";
import { givenState, stateLike, tensorsLike, tensorsOf } from "./cell-state.ts";
import { GatedCell } from "./gated-cell.ts";
import { masksFor, ofOneStep, type Recurrent, swapTime } from "./recurrent.ts";

/** What a recurrent layer does at every step, each tensor [B, T, H], in the order of time. */
export interface RecurrentStates {
  /** h: what the layer gives with `returnSequences`. */
  readonly hidden: Tensor;
  /** c, of an LSTM. */
  readonly cell: Tensor | undefined;
  /** By name: input, forget, output and candidate of an LSTM; update, reset and candidate of a GRU; of other cells none. */
  readonly gates: Readonly<Record<string, Tensor>>;
}

/**
 * Runs the cell of a recurrent layer over a sequence, with the formulas of the layer, and keeps what is inside. It starts from
 * `options.initialState` of the context, or from zeros, also where the layer is stateful. A masked step keeps the state; its gates are
 * what they would be.
 *
 * @param x [B, T, F]
 */
export function recurrentStates(layer: Recurrent, x: Tensor, context: CallContext): RecurrentStates {
  const { cell } = layer;
  const what = `layer ${layer.name || layer.className}: the state of ${cell.className}`;
  const [batch = 0, , ...features] = x.shape;
  const zero = cell.zeroState(batch, x.dtype);
  const { initialState } = context.options;
  const init = initialState === undefined ? tensorsOf(zero, what) : givenState(zero, initialState, what);
  const inside = { ...context, ...ofOneStep };
  const step = cell.steps(inside, { dtype: x.dtype, shape: [batch, ...features] });
  const gatesAt = cell instanceof GatedCell ? cell.gatesAt(inside) : () => ({});
  const steps = swapTime(x); // [T, B, F]
  // Of which only the type matters.
  const sample = step(take(steps, 0), stateLike(zero, init)).output;
  const { mask } = context;
  const { outputs } = scan(
    (
      { state, shown }: { state: readonly Tensor[]; shown: Tensor },
      at: { x: Tensor; real?: Readonly<Record<number, Tensor>> },
    ) => {
      const { output, state: after } = step(at.x, stateLike(zero, state));
      const gates: Readonly<Record<string, Tensor>> = gatesAt(at.x, state);
      const kept = (tensor: Tensor, before: Tensor) => {
        const real = at.real?.[tensor.rank];
        return real === undefined ? tensor : select(real, tensor, before);
      };
      const given = tensorsLike(zero, after, what);
      const next = given.map((tensor, i) => kept(tensor, item(state, i)));
      // Where the output is part of the state, it starts from there.
      const hidden = next[given.indexOf(output)] ?? kept(output, shown);
      const second = cell instanceof GatedCell && next.length > 1 ? { cell: item(next, 1) } : {};
      return { carry: { state: next, shown: hidden }, output: { hidden, ...second, gates } };
    },
    { state: init, shown: broadcastTo(scalar(0, sample.dtype), sample.shape) },
    { x: steps, ...(mask === undefined ? {} : { real: masksFor([sample, ...init], mask) }) },
    { reverse: layer.config.goBackwards === true },
  );
  const {
    hidden,
    cell: memory,
    gates,
  } = outputs as {
    readonly hidden: Tensor;
    readonly cell?: Tensor;
    readonly gates: Readonly<Record<string, Tensor>>;
  };
  return {
    hidden: swapTime(hidden),
    cell: memory === undefined ? undefined : swapTime(memory),
    gates: Object.fromEntries(Object.entries(gates).map(([name, tensor]) => [name, swapTime(tensor)])),
  };
}
