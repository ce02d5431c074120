// A step as a graph: from a batch and the weights to the loss, the metrics, the gradients, and what layers keep.

import { scalar } from "../graph/ops/leaf.ts";
import { beforeGradient } from "../graph/passes/before-gradient.ts";
import type { Tensor } from "../graph/tensor.ts";
import { vjp } from "../graph/vjp.ts";
import type { LayerState, Weight } from "../nn/layer.ts";
import type { Statistics } from "../nn/metrics.ts";
import type { Named } from "../runtime/onnx/lower.ts";
import { NdArray } from "../tensor/nd-array.ts";
import type { GradientOutput } from "./gradient-store.ts";
import { gradientParts } from "./gradients.ts";
import { traceLoss } from "./loss-graph.ts";
import type { Network } from "./network.ts";
import type { Rows } from "./rows.ts";
import type { TrainingSetup } from "./setup.ts";
import type { NamedWeight } from "./weights.ts";

/** A weight or a state with the output that holds its next value. */
export interface StepUpdate {
  readonly target: Weight | LayerState;
  readonly output: number;
}

/** A step as a graph. Its inputs are the batch's arrays, the weights, then the states. */
export interface TracedStep {
  readonly inputs: readonly Named[];
  readonly outputs: readonly Named[];
  readonly states: readonly LayerState[];
  readonly updates: readonly StepUpdate[];
  readonly gradients: readonly GradientOutput[];
  /** Where there are several heads, for each the output that holds its loss before its weight. */
  readonly losses: readonly number[];
  /** For each metric of each head the outputs with its statistics. */
  readonly statistics: readonly (readonly (readonly [name: string, output: number])[])[];
}

/** What is drawn from a step's outputs for each metric. */
export function statisticsOf(step: TracedStep, results: readonly NdArray[]): readonly Statistics[] {
  return step.statistics.map((entries) =>
    Object.fromEntries(entries.map(([name, i]) => [name, (results[i] ?? NdArray.zeros([1])).toFloat64()])),
  );
}

/** Traces a step for batches of the rows' types. */
export function traceStep(
  model: Network,
  { heads }: TrainingSetup,
  weights: readonly NamedWeight[],
  rows: Rows,
  training: boolean,
): TracedStep {
  const graph = traceLoss(model, heads, weights, rows, { training });
  const named: Named[] = [["loss", graph.total]];
  const place = (name: string, tensor: Tensor) => named.push([name, tensor]) - 1;
  const losses = heads.length < 2 ? [] : graph.heads.map(({ loss }, i) => place(`loss${i}`, loss));
  const statistics = graph.heads.flatMap((head) =>
    head.statistics.map((entries) =>
      entries.map(([name, tensor]) => [name, place(`statistic${named.length}`, tensor)] as const),
    ),
  );
  const updates = [...graph.updates].map(([target, value], i) => ({
    target,
    output: place(`update${i}`, value),
  }));
  const tensors = named.map(([, tensor]) => tensor);
  const ready = training ? beforeGradient(tensors) : tensors;
  const outputs: Named[] = named.map(([name], i) => [name, ready[i] as Tensor]);
  const gradients = training ? addGradients(outputs, weights, graph.weightInputs) : [];
  return {
    inputs: graph.inputs,
    outputs,
    states: [...graph.stateInputs.keys()],
    updates,
    gradients,
    losses,
    statistics,
  };
}

/** Differentiates the loss, the first output, and sends the parts of each trainable weight's gradient out of the graph. */
function addGradients(
  outputs: Named[],
  weights: readonly NamedWeight[],
  weightInputs: readonly Tensor[],
): GradientOutput[] {
  const total = (outputs[0] as Named)[1];
  const trainable = weights.flatMap((weight, i) => (weight.trainable ? [i] : []));
  const found = vjp(
    [total],
    [scalar(1, total.dtype)],
    trainable.map((i) => weightInputs[i] as Tensor),
  );
  const send = (name: string, tensor: Tensor) => outputs.push([name, tensor]) - 1;
  return trainable.flatMap((parameter, i): GradientOutput[] => {
    const gradient = found[i];
    if (gradient === undefined) return [];
    const { dense, sparse } = gradientParts(gradient);
    return [
      ...(dense === undefined ? [] : [{ parameter, output: send(`gradient${parameter}`, dense) }]),
      ...sparse.map(({ ids, rows }, j) => ({
        parameter,
        ids: send(`ids${parameter}_${j}`, ids),
        output: send(`rows${parameter}_${j}`, rows),
      })),
    ];
  });
}
