// Training steps: forward, loss and gradients as one compiled graph; the optimiser's update in the arena.

import { item } from "../graph/op.ts";
import { logicalAnd } from "../graph/ops/arithmetic.ts";
import { input, scalar } from "../graph/ops/leaf.ts";
import { reshape } from "../graph/ops/sum.ts";
import { beforeGradient } from "../graph/passes/before-gradient.ts";
import type { Tensor } from "../graph/tensor.ts";
import { vjp } from "../graph/vjp.ts";
import type { Weight } from "../nn/layer.ts";
import { reduceLoss } from "../nn/losses.ts";
import type { Statistics } from "../nn/metrics.ts";
import { learningRateAt } from "../nn/schedules.ts";
import { RecurraError } from "../platform/error.ts";
import { Arena } from "../runtime/arena.ts";
import { Compiled } from "../runtime/compile.ts";
import type { Named } from "../runtime/onnx/lower.ts";
import { Updater } from "../runtime/updater.ts";
import { NdArray } from "../tensor/nd-array.ts";
import { Random } from "../tensor/random.ts";
import { formatShape } from "../tensor/shape.ts";
import { type GradientOutput, GradientStore } from "./gradient-store.ts";
import { gradientParts } from "./gradients.ts";
import { Meter, type StepResult } from "./meter.ts";
import type { Network } from "./network.ts";
import { checkRows, type GivenRows, type RowNames, type Rows } from "./rows.ts";
import type { TrainingSetup } from "./setup.ts";
import { StepCache } from "./step-cache.ts";
import type { NamedWeight } from "./weights.ts";

/** A compiled step for batches of one signature. */
interface Step {
  readonly compiled: Compiled;
  readonly gradients: readonly GradientOutput[];
  /** Puts a metric's statistics together from the outputs. */
  statistics(outputs: readonly NdArray[]): readonly Statistics[];
}

/** How many compiled steps are kept. A fit takes at most four: whole and last batches, to train and to validate. */
const keptSteps = 16;

/** The state of a model's training: weights, gradients and slots in one arena, and the compiled steps. */
export class Trainer {
  readonly #model: Network;
  readonly #setup: TrainingSetup;
  /** The weights as they were when the model was compiled: which of them are frozen does not change later. */
  readonly #weights: readonly NamedWeight[];
  readonly #arena: Arena;
  readonly #updater: Updater;
  readonly #store: GradientStore;
  readonly #steps = new StepCache<Step>(keptSteps, ({ compiled }) => compiled.release());
  #random: Random;
  #taken = 0;
  /** Ends when the step before has. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(model: Network, setup: TrainingSetup) {
    this.#model = model;
    this.#setup = setup;
    const { weights } = model;
    this.#weights = weights;
    this.#arena = new Arena({
      parameters: weights.map(({ name, weight, trainable }) => ({ name, shape: weight.shape, trainable })),
      slots: setup.optimizer.slots.length,
    });
    this.#claimWeights();
    const trainable = weights.flatMap((weight, i) => (weight.trainable ? [i] : []));
    this.#store = new GradientStore(this.#arena);
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

  /** Checks the arrays that the model is to be trained or evaluated on. `names` says what messages call them. */
  checkRows(given: GivenRows, names?: RowNames): Rows {
    return checkRows(this.#model, this.#setup.loss, given, names);
  }

  /**
   * Takes a step on a batch: the weights are changed when it returns. Steps wait for each other, since they share the weights and the
   * memory of the random numbers.
   */
  step(batch: Rows): Promise<StepResult> {
    const step = this.#turn.then(() => this.#step(batch));
    this.#turn = step.catch(() => {});
    return step;
  }

  #step(batch: Rows): Promise<StepResult> {
    return this.#withStep(batch, true, async (step) => {
      const outputs = await step.compiled.run(this.#feeds(batch), this.#random.fold(this.#taken).key);
      this.#store.receive(step.gradients, outputs);
      const { optimizer } = this.#setup;
      const rate = learningRateAt(optimizer.learningRate, this.#taken);
      this.#updater.apply(optimizer.hyperparameters(this.#taken + 1, rate));
      this.#taken++;
      return { loss: Number(outputs[0]?.data[0]), statistics: step.statistics(outputs) };
    });
  }

  /** The loss and the metrics of a batch, without a step. */
  evaluate(batch: Rows): Promise<StepResult> {
    return this.#withStep(batch, false, async (step) => {
      const outputs = await step.compiled.run(this.#feeds(batch));
      return { loss: Number(outputs[0]?.data[0]), statistics: step.statistics(outputs) };
    });
  }

  #feeds({ x, y, weight }: Rows): readonly NdArray[] {
    this.#claimWeights();
    return [
      x,
      y,
      ...(weight === undefined ? [] : [weight]),
      ...this.#weights.map((_, i) => this.#arena.parameter(i)),
    ];
  }

  /** Moves the weights into this arena; another model that shares a layer may have moved them to its own since. */
  #claimWeights(): void {
    for (const [i, { weight }] of this.#weights.entries()) {
      const place = this.#arena.parameter(i);
      if (weight.value !== place) weight.moveTo(place);
    }
  }

  /** Runs something with the step that is compiled for batches of such shapes. */
  #withStep(batch: Rows, training: boolean, work: (step: Step) => Promise<StepResult>): Promise<StepResult> {
    const shapes = [batch.x, batch.y, batch.weight].map((array) =>
      array === undefined ? "" : formatShape(array.shape),
    );
    return this.#steps.use(`${training} ${shapes.join(" ")}`, () => this.#compile(batch, training), work);
  }

  /** Traces and compiles a step. Outputs: the loss, the metrics' statistics, the gradients' parts. */
  async #compile(batch: Rows, training: boolean): Promise<Step> {
    const { loss, metrics, compile } = this.#setup;
    const model = this.#model;
    const x = input("x", batch.x);
    const y = input("y", batch.y);
    const sampleWeight = batch.weight === undefined ? undefined : input("sampleWeight", batch.weight);
    const weights = this.#weights.map(({ name, weight }) =>
      input(name, { dtype: "float32", shape: weight.shape }),
    );
    const bound = new Map<Weight, Tensor>(
      this.#weights.map(({ weight }, i) => [weight, weights[i] as Tensor]),
    );
    const value = (weight: Weight): Tensor => {
      const tensor = bound.get(weight);
      if (tensor === undefined)
        throw new RecurraError("foreign-weight", `weight ${weight.name} is not among those of ${model.name}`);
      return tensor;
    };
    const { output: predicted, mask: steps } = model.call(x, { training, value });
    const values = loss.call(y, predicted);
    const mask = bothMasks(maskFor(values, steps), loss.mask?.(y, predicted));
    const total = reduceLoss(values, { sampleWeight, mask });
    const statistics = metrics.map((metric) =>
      Object.entries(metric.update(y, predicted, steps === undefined ? {} : { mask: steps })),
    );
    const measured = [total, ...statistics.flat().map(([, tensor]) => tensor)];
    const ready = training ? beforeGradient(measured) : measured;
    const outputs: Named[] = ready.map((tensor, i) => [i === 0 ? "loss" : `statistic${i - 1}`, tensor]);
    const send = (name: string, tensor: Tensor) => outputs.push([name, tensor]) - 1;
    let place = 1;
    const places = statistics.map((entries) => entries.map(([name]) => [name, place++] as const));
    const gradients = training ? this.#gradients(item(ready), weights, send) : [];
    const inputs: Named[] = [
      ["x", x],
      ["y", y],
      ...(sampleWeight === undefined ? [] : [["sampleWeight", sampleWeight] as const]),
      ...weights.map((tensor, i): Named => [this.#weights[i]?.name ?? `weight${i}`, tensor]),
    ];
    return {
      compiled: await Compiled.from(inputs, outputs, {
        label: `${model.name}'s ${training ? "training" : "evaluation"} step`,
        ...compile,
      }),
      gradients,
      statistics: (results) =>
        places.map((entries) =>
          Object.fromEntries(
            entries.map(([name, i]) => [name, (results[i] ?? NdArray.zeros([1])).toFloat64()]),
          ),
        ),
    };
  }

  /** Differentiates the loss and sends the parts of each trainable weight's gradient out of the graph. */
  #gradients(
    total: Tensor,
    weights: readonly Tensor[],
    send: (name: string, tensor: Tensor) => number,
  ): GradientOutput[] {
    const trainable = this.#weights.flatMap((weight, i) => (weight.trainable ? [i] : []));
    const found = vjp(
      [total],
      [scalar(1, total.dtype)],
      trainable.map((i) => weights[i] as Tensor),
    );
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

/** The mask of the output as the losses need it; none where the losses have lost the time axis. */
function maskFor(losses: Tensor, mask: Tensor | undefined): Tensor | undefined {
  const fits = mask?.shape.every((dimension, axis) => dimension === losses.shape[axis]);
  return fits === true ? mask : undefined;
}

/** What both masks keep. */
function bothMasks(a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const missing = b.rank - a.rank;
  return logicalAnd(reshape(a, [...a.shape, ...new Array<number>(Math.max(missing, 0)).fill(1)]), b);
}
