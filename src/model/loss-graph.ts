// A batch up to its loss as a graph: the network bound to inputs, the losses of its outputs, penalties, and what layers add.

import { add, logicalAnd, mul } from "../graph/ops/arithmetic.ts";
import { input } from "../graph/ops/leaf.ts";
import { reshape } from "../graph/ops/sum.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type CallContext, callContext, LayerState, type Mask, type Weight } from "../nn/layer.ts";
import { maskFor } from "../nn/losses/align.ts";
import { reduceLoss } from "../nn/losses.ts";
import { RecurraError } from "../platform/error.ts";
import type { Named } from "../runtime/onnx/lower.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import type { Network } from "./network.ts";
import type { Rows } from "./rows.ts";
import type { Head } from "./setup.ts";
import type { NamedWeight } from "./weights.ts";

/** A network's forward pass in a graph that binds its weights and states to inputs. */
export interface Bound {
  readonly context: CallContext;
  readonly weightInputs: readonly Tensor[];
  readonly stateInputs: ReadonlyMap<LayerState, Tensor>;
  readonly updates: ReadonlyMap<Weight | LayerState, Tensor>;
  /** Losses that layers have added. */
  readonly added: readonly Tensor[];
}

export interface BindOptions {
  readonly training: boolean;
  /** Adds to the states of recurrent layers; see {@link CallContext}. */
  readonly probe?: CallContext["probe"];
}

/** A context for a call of a network, whose weights and states become inputs of the graph. */
export function bind(
  model: Network,
  weights: readonly NamedWeight[],
  { training, probe }: BindOptions,
): Bound {
  const weightInputs = weights.map(({ name, weight }) =>
    input(name, { dtype: "float32", shape: weight.shape }),
  );
  const values = new Map(weights.map(({ weight }, i) => [weight, weightInputs[i] as Tensor]));
  const stateInputs = new Map<LayerState, Tensor>();
  const updates = new Map<Weight | LayerState, Tensor>();
  const added: Tensor[] = [];
  const inputOf = (weight: Weight) => {
    const tensor = values.get(weight);
    if (tensor !== undefined) return tensor;
    throw new RecurraError("foreign-weight", `weight ${weight.name} is not among those of ${model.name}`);
  };
  const context = callContext({
    training,
    probe,
    value: (weight) => updates.get(weight) ?? inputOf(weight),
    state(state, batch) {
      const before = updates.get(state) ?? stateInputs.get(state);
      if (before !== undefined) return before;
      const tensor = input(state.name, { dtype: "float32", shape: [batch, ...state.shape] });
      stateInputs.set(state, tensor);
      return tensor;
    },
    update(target, value) {
      if (!(target instanceof LayerState)) inputOf(target);
      if (target instanceof LayerState || training) updates.set(target, value);
    },
    addLoss: (loss) => added.push(loss),
  });
  return { context, weightInputs, stateInputs, updates, added };
}

/** A batch up to its loss. */
export interface LossGraph extends Bound {
  /** The batch's arrays, the weights, then the states. */
  readonly inputs: readonly Named[];
  readonly total: Tensor;
  /** For each head its loss before its weight, and for each of its metrics the statistics. */
  readonly heads: readonly {
    readonly loss: Tensor;
    readonly statistics: readonly (readonly (readonly [name: string, tensor: Tensor])[])[];
  }[];
}

/** Traces a batch of the rows' types up to its loss. */
export function traceLoss(
  model: Network,
  heads: readonly Head[],
  weights: readonly NamedWeight[],
  rows: Rows,
  options: BindOptions,
): LossGraph {
  const leaves = (arrays: readonly (NdArray | undefined)[], name: string) =>
    arrays.map((array, i) => (array === undefined ? undefined : input(`${name}${i === 0 ? "" : i}`, array)));
  const x = leaves(rows.x, "x") as Tensor[];
  const y = leaves(rows.y, "y") as Tensor[];
  const sampleWeights = leaves(rows.weights, "sampleWeight");
  const bound = bind(model, weights, options);
  const traced = model.trace(x, [], bound.context);

  const measured = heads.map(({ output, loss: headLoss, metrics }, i) => {
    const predicted = traced.outputs[output] as Tensor;
    const steps = traced.masks[output];
    const target = y[i] as Tensor;
    const values = headLoss.call(target, predicted, { mask: steps });
    const mask = bothMasks(maskFor(values, steps), headLoss.mask?.(target, predicted));
    const loss = reduceLoss(values, { sampleWeight: sampleWeights[i], mask });
    const statistics = metrics.map((metric) =>
      Object.entries(metric.update(target, predicted, steps === undefined ? {} : { mask: steps })),
    );
    return { loss, statistics };
  });
  // As in Keras, what is frozen is not penalised.
  const penalties = weights.flatMap(({ weight, trainable }) =>
    trainable ? (weight.penalty?.(bound.context.value(weight)) ?? []) : [],
  );
  const terms = [
    ...measured.map(({ loss }, i) => weighted(loss, heads[i]?.lossWeight ?? 1)),
    ...bound.added,
    ...penalties,
  ];
  if (terms.length === 0)
    throw new RecurraError(
      "no-loss",
      `${model.name}: there is no loss: compile it with one, or let a layer add one`,
    );
  const inputs: Named[] = [
    ...[...x, ...y, ...sampleWeights].flatMap((tensor): Named[] =>
      tensor === undefined ? [] : [[(tensor.node.attributes as { readonly name: string }).name, tensor]],
    ),
    ...bound.weightInputs.map((tensor, i): Named => [weights[i]?.name ?? `weight${i}`, tensor]),
    ...[...bound.stateInputs.values()].map((tensor, i): Named => [`state${i}`, tensor]),
  ];
  return { ...bound, inputs, total: terms.reduce((sum, term) => add(sum, term)), heads: measured };
}

function weighted(loss: Tensor, weight: number): Tensor {
  return weight === 1 ? loss : mul(loss, weight);
}

/** What both masks keep. */
function bothMasks(a: Mask, b: Mask): Mask {
  if (a === undefined || b === undefined) return a ?? b;
  const missing = b.rank - a.rank;
  return logicalAnd(reshape(a, [...a.shape, ...new Array<number>(Math.max(missing, 0)).fill(1)]), b);
}
