// Training steps: forward, loss and gradients as one compiled graph; the optimiser's update in the arena.

import { input, scalar } from "../graph/ops/leaf.ts";
import type { Tensor } from "../graph/tensor.ts";
import { vjp } from "../graph/vjp.ts";
import type { Weight } from "../nn/layer.ts";
import { reduceLoss, type ResolvedLoss } from "../nn/losses.ts";
import type { Metric, Statistics } from "../nn/metrics.ts";
import type { Optimizer } from "../nn/optimizers/optimizer.ts";
import { learningRateAt } from "../nn/schedules.ts";
import { RecurraError } from "../platform/error.ts";
import { Arena } from "../runtime/arena.ts";
import { Compiled, type CompileOptions } from "../runtime/compile.ts";
import type { Named } from "../runtime/onnx/lower.ts";
import { Updater } from "../runtime/updater.ts";
import { NdArray } from "../tensor/nd-array.ts";
import { Random } from "../tensor/random.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { type ArrayLike, asArray, checkSameRows } from "./batches.ts";
import { gradientParts } from "./gradients.ts";
import { Meter, type StepResult } from "./meter.ts";
import type { Model } from "./model.ts";

/** What `compile` resolved. */
export interface TrainingSetup {
  readonly loss: ResolvedLoss;
  readonly optimizer: Optimizer;
  readonly metrics: readonly Metric[];
  readonly compile: CompileOptions;
}

/** Arrays of one step. */
export interface Batch {
  /** [B, ...] */
  readonly x: NdArray;
  /** [B, ...] */
  readonly y: NdArray;
  /** [B] */
  readonly weight: NdArray | undefined;
}

/** Where an output of the step's graph goes: into the gradient of a weight, whole or row by row. */
type GradientOutput = { readonly parameter: number; readonly output: number; readonly ids?: number };

/** A compiled step for batches of one signature. */
interface Step {
  readonly compiled: Compiled;
  readonly gradients: readonly GradientOutput[];
  /** Puts a metric's statistics together from the outputs. */
  statistics(outputs: readonly NdArray[]): readonly Statistics[];
}

/** The state of a model's training: weights, gradients and slots in one arena, and the compiled steps. */
export class Trainer {
  readonly #model: Model;
  readonly #setup: TrainingSetup;
  readonly #arena: Arena;
  readonly #updater: Updater;
  readonly #steps = new Map<string, Promise<Step>>();
  #random: Random;
  #taken = 0;

  constructor(model: Model, setup: TrainingSetup) {
    this.#model = model;
    this.#setup = setup;
    const { weights } = model;
    this.#arena = new Arena({
      parameters: weights.map(({ name, weight, trainable }) => ({ name, shape: weight.shape, trainable })),
      slots: setup.optimizer.slots.length,
    });
    for (const [i, { weight }] of weights.entries()) weight.moveTo(this.#arena.parameter(i));
    const trainable = weights.flatMap((weight, i) => (weight.trainable ? [i] : []));
    this.#updater = new Updater(this.#arena, setup.optimizer, trainable);
    this.#random = new Random(model.seed).fold(2);
  }

  /** Forgets all steps: the slots are zero, the count starts anew, random numbers follow from the model's seed. */
  reset(): void {
    this.#arena.clearSlots();
    this.#taken = 0;
    this.#random = new Random(this.#model.seed).fold(2);
  }

  /** Steps taken so far. */
  get steps(): number {
    return this.#taken;
  }

  /** A meter for the loss and the metrics of this model. */
  meter(): Meter {
    return new Meter(this.#setup.metrics);
  }

  /** Targets in the dtype and, where only an axis of length 1 is missing, in the shape of the output. */
  checkTargets(what: string, data: ArrayLike, count: number): NdArray {
    const labels = this.#setup.loss.targets === "labels";
    const array = asArray(data, labels ? "int32" : "float32");
    checkSameRows(what, array, count, "x");
    const { outputShape, layers } = this.#model;
    const wanted = labels ? outputShape.slice(0, -1) : outputShape;
    const given = array.shape.slice(1);
    const sizes = (shape: readonly number[]) => shape.filter((dimension) => dimension !== 1);
    if (!sameShape(given, wanted) && sameShape(sizes(given), sizes(wanted))) return array.reshape([count, ...wanted]);
    if (this.#setup.loss.config !== undefined && this.#setup.loss.config.name !== "quantile" && !sameShape(given, wanted)) {
      throw new RecurraError(
        "target-shape",
        `${what}: layer ${layers.at(-1)?.name ?? ""} gives [samples${outputShape.map((d) => `, ${d}`).join("")}], for the loss ` +
          `${this.#setup.loss.name} the targets are to be [samples${wanted.map((d) => `, ${d}`).join("")}], got ${formatShape(array.shape)}`,
      );
    }
    return array;
  }

  checkSampleWeight(what: string, data: ArrayLike, count: number): NdArray {
    const array = asArray(data, "float32");
    checkSameRows(what, array, count, "x");
    return array;
  }

  /** Checks the arrays of one batch. */
  batch(x: NdArray, y: ArrayLike, sampleWeight: ArrayLike | undefined): Batch {
    const [count = 0] = x.shape;
    return {
      x,
      y: this.checkTargets("y", y, count),
      weight: sampleWeight === undefined ? undefined : this.checkSampleWeight("sampleWeight", sampleWeight, count),
    };
  }

  /** Takes a step on a batch: the weights are changed when it returns. */
  async step(batch: Batch): Promise<StepResult> {
    const step = await this.#compiled(batch, true);
    const outputs = await step.compiled.run(this.#feeds(batch), this.#random.fold(this.#taken).key);
    this.#receive(step.gradients, outputs);
    const { optimizer } = this.#setup;
    this.#taken++;
    this.#updater.apply(
      optimizer.hyperparameters(this.#taken, learningRateAt(optimizer.learningRate, this.#taken - 1)),
    );
    return { loss: Number(outputs[0]?.data[0]), statistics: step.statistics(outputs) };
  }

  /** The loss and the metrics of a batch, without a step. */
  async evaluate(batch: Batch): Promise<StepResult> {
    const step = await this.#compiled(batch, false);
    const outputs = await step.compiled.run(this.#feeds(batch));
    return { loss: Number(outputs[0]?.data[0]), statistics: step.statistics(outputs) };
  }

  #feeds({ x, y, weight }: Batch): readonly NdArray[] {
    const weights = this.#model.weights.map((_, i) => this.#arena.parameter(i));
    return [x, y, ...(weight === undefined ? [] : [weight]), ...weights];
  }

  /** Puts the gradients that a step gave into the arena. */
  #receive(gradients: readonly GradientOutput[], outputs: readonly NdArray[]): void {
    const fresh = new Set<number>();
    for (const { parameter, output, ids } of gradients) {
      const target = this.#arena.gradient(parameter).data as Float32Array;
      const values = outputs[output]?.data as Float32Array;
      if (ids === undefined) {
        target.set(values);
      } else {
        if (!fresh.has(parameter)) target.fill(0);
        addRows(target, outputs[ids]?.data as Int32Array, values);
      }
      fresh.add(parameter);
    }
  }

  #compiled(batch: Batch, training: boolean): Promise<Step> {
    const shapes = [batch.x, batch.y, batch.weight].map((array) => (array === undefined ? "" : formatShape(array.shape)));
    const key = `${training} ${shapes.join(" ")}`;
    let step = this.#steps.get(key);
    if (step === undefined) {
      step = this.#compile(batch, training);
      this.#steps.set(key, step);
      step.catch(() => this.#steps.delete(key));
    }
    return step;
  }

  /** Traces and compiles a step. Outputs: the loss, the metrics' statistics, the gradients' parts. */
  async #compile(batch: Batch, training: boolean): Promise<Step> {
    const { loss, metrics, compile } = this.#setup;
    const model = this.#model;
    const x = input("x", batch.x);
    const y = input("y", batch.y);
    const sampleWeight = batch.weight === undefined ? undefined : input("sampleWeight", batch.weight);
    const weights = model.weights.map(({ name, weight }) => input(name, { dtype: "float32", shape: weight.shape }));
    const bound = new Map<Weight, Tensor>(model.weights.map(({ weight }, i) => [weight, weights[i] as Tensor]));
    const value = (weight: Weight): Tensor => {
      const tensor = bound.get(weight);
      if (tensor === undefined) throw new RecurraError("foreign-weight", `weight ${weight.name} is not among those of ${model.name}`);
      return tensor;
    };
    const predicted = model.apply(x, { training, value });
    const total = reduceLoss(loss.call(y, predicted), { sampleWeight, mask: loss.mask?.(y, predicted) });
    const outputs: Named[] = [["loss", total]];
    const send = (name: string, tensor: Tensor) => outputs.push([name, tensor]) - 1;

    const places = metrics.map((metric, i) => {
      const statistics = metric.update(y, predicted);
      return Object.entries(statistics).map(([name, tensor]) => [name, send(`metric${i}_${name}`, tensor)] as const);
    });
    const gradients = training ? this.#gradients(total, weights, send) : [];
    const inputs: Named[] = [
      ["x", x],
      ["y", y],
      ...(sampleWeight === undefined ? [] : [["sampleWeight", sampleWeight] as const]),
      ...weights.map((tensor, i): Named => [model.weights[i]?.name ?? `weight${i}`, tensor]),
    ];
    return {
      compiled: await Compiled.from(inputs, outputs, { label: `${model.name}'s ${training ? "training" : "evaluation"} step`, ...compile }),
      gradients,
      statistics: (results) =>
        places.map((place) => Object.fromEntries(place.map(([name, i]) => [name, (results[i] ?? NdArray.zeros([1])).toFloat64()]))),
    };
  }

  /** Differentiates the loss and sends the parts of each trainable weight's gradient out of the graph. */
  #gradients(total: Tensor, weights: readonly Tensor[], send: (name: string, tensor: Tensor) => number): GradientOutput[] {
    const trainable = this.#model.weights.flatMap((weight, i) => (weight.trainable ? [i] : []));
    const found = vjp([total], [scalar(1, total.dtype)], trainable.map((i) => weights[i] as Tensor));
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
}

/** Adds rows into a table [n, width], at the places given. */
function addRows(table: Float32Array, ids: Int32Array | BigInt64Array, rows: Float32Array): void {
  const width = rows.length / ids.length;
  for (let i = 0; i < ids.length; i++) {
    const start = Number(ids[i]) * width;
    for (let j = 0; j < width; j++) table[start + j] = (table[start + j] ?? 0) + (rows[i * width + j] ?? 0);
  }
}
