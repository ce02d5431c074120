// The state of a training: weights, gradients and optimiser slots in one arena, and the steps compiled so far.

import { LayerState, type Weight } from "../nn/layer.ts";
import { averageSlot } from "../nn/optimizers/average.ts";
import { learningRateAt } from "../nn/schedules.ts";
import { RecurraError } from "../platform/error.ts";
import { Arena } from "../runtime/arena.ts";
import { Compiled, type CompileOptions } from "../runtime/compile.ts";
import { Updater } from "../runtime/updater.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import { Random } from "../tensor/random.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { GradientStore } from "./gradient-store.ts";
import type { Json } from "./json.ts";
import { Meter, type StepResult } from "./meter.ts";
import type { Network } from "./network.ts";
import { checkRows, type GivenRows, type RowNames, type Rows } from "./rows.ts";
import type { TrainingSetup } from "./setup.ts";
import type { BatchReader } from "./source.ts";
import { type StateGradients, stateGradients } from "./state-gradients.ts";
import { statisticsOf, type TracedStep, traceStep } from "./step.ts";
import { StepCache } from "./step-cache.ts";
import type { NamedWeight } from "./weights.ts";

/** A compiled step. */
interface Step extends TracedStep {
  readonly compiled: Compiled;
}

/** Compiled steps that are kept: a fit takes at most four, for training and evaluation; with batches of several lengths, as many for each. */
const keptSteps = ({ isOpen }: Network): number => (isOpen ? 64 : 16);

/** What a training has come to: what a checkpoint holds. */
export interface TrainerState {
  readonly json: Json;
  /** Weights, slots, states and, between two changes of the weights, gradients. */
  readonly arrays: ReadonlyMap<string, NdArray>;
}

/** Trains and evaluates a model, batch by batch. */
export class Trainer {
  readonly #model: Network;
  readonly #setup: TrainingSetup;
  /** As they were when the model was compiled: which of them are frozen does not change later. */
  readonly #weights: readonly NamedWeight[];
  readonly #arena: Arena;
  readonly #updater: Updater;
  readonly #store: GradientStore;
  readonly #steps: StepCache<Step>;
  readonly #indices: ReadonlyMap<Weight, number>;
  #random: Random;
  /** Batches read so far, and how many of them since the weights last changed. */
  #batches = 0;
  #pending = 0;
  #taken = 0;
  #learningRate: number | undefined;
  /** The last batch that was trained on; its arrays hold until the next one is read. */
  #last: Rows | undefined;
  #stateGradients: { readonly key: string; readonly graph: Promise<StateGradients | undefined> } | undefined;
  /** Ends when the step before has. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(model: Network, setup: TrainingSetup) {
    this.#model = model;
    this.#setup = setup;
    this.#steps = new StepCache<Step>(keptSteps(model), ({ compiled }) => compiled.release());
    const { weights } = model;
    this.#weights = weights;
    this.#indices = new Map(weights.map(({ weight }, i) => [weight, i]));
    const groups = setup.optimizer.groupsOf(weights.map(({ name }) => name));
    this.#arena = new Arena({
      parameters: weights.map(({ name, weight, trainable }, i) => ({
        name,
        shape: weight.shape,
        trainable,
        group: groups[i] ?? "",
      })),
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
    this.#updater.reset();
    this.#batches = 0;
    this.#pending = 0;
    this.#taken = 0;
    this.#learningRate = undefined;
    this.#random = new Random(this.#model.seed).fold(2);
  }

  get setup(): TrainingSetup {
    return this.#setup;
  }

  /** Times that the weights have changed. */
  get steps(): number {
    return this.#taken;
  }

  /** The learning rate of the next step. */
  get learningRate(): number {
    return this.#learningRate ?? learningRateAt(this.#setup.optimizer.learningRate, this.#taken);
  }

  /** Replaces the learning rate of the steps that follow. @throws RecurraError `learning-rate-schedule` while a schedule is in force */
  set learningRate(rate: number) {
    const { learningRate } = this.#setup.optimizer;
    if (typeof learningRate !== "number") {
      throw new RecurraError(
        "learning-rate-schedule",
        "the learning rate follows the optimiser's schedule and cannot be set; compile with a number to set it while training",
      );
    }
    this.#learningRate = learningRateAt(rate, this.#taken);
  }

  /** The gradients of the last step by the names of their weights; the arrays are written anew by the next one. */
  gradients(): Readonly<Record<string, Float32Array>> {
    return Object.fromEntries(
      this.#weights.flatMap(({ name, trainable }, i) =>
        trainable ? [[name, this.#arena.gradient(i).data as Float32Array]] : [],
      ),
    );
  }

  /**
   * How much the loss of the last batch depends on the hidden state of each recurrent layer at each time step: ‖∂L/∂h_t‖ over batch
   * and units, with the weights as they are now and the dropout of that step.
   */
  async stateGradientNorms(): Promise<Readonly<Record<string, Float64Array>>> {
    const batch = this.#last;
    if (batch === undefined) return {};
    const key = signatureOf(batch);
    if (this.#stateGradients?.key !== key) {
      const { heads, compile } = this.#setup;
      await (await this.#stateGradients?.graph)?.compiled.release();
      const graph = stateGradients(this.#model, heads, this.#weights, batch, compileOptions(compile));
      this.#stateGradients = { key, graph };
    }
    const graph = await this.#stateGradients?.graph;
    if (graph === undefined) return {};
    const norms = await graph.compiled.run(
      this.#feeds(batch, graph),
      this.#random.fold(this.#batches - 1).key,
    );
    return Object.fromEntries(
      graph.layers.map((name, i) => [name, norms[i]?.toFloat64() ?? new Float64Array()]),
    );
  }

  /** Puts the averages that the optimiser keeps (`useEma`) in the weights' place, as Keras does at the end of `fit`. */
  takeAverages(): void {
    if (this.#taken === 0 || !this.#setup.optimizer.slots.includes(averageSlot)) return;
    this.#updater.takeAverages();
    for (const { weight } of this.#weights) weight.touch();
  }

  /** All that the training has come to. The arrays are views. */
  save(): TrainerState {
    return {
      json: {
        batches: this.#batches,
        pending: this.#pending,
        steps: this.#taken,
        learningRate: this.#learningRate ?? null,
      },
      arrays: new Map([...this.#places(), ...this.#stateArrays()]),
    };
  }

  /** The arrays of the arena that a checkpoint holds, by name. */
  #places(): readonly (readonly [string, NdArray])[] {
    const { slots } = this.#setup.optimizer;
    return this.#weights.flatMap(({ name, trainable }, i) => [
      [`weights/${name}`, this.#arena.parameter(i)] as const,
      ...(trainable
        ? slots.map((slot, k) => [`optimizer/${slot}/${name}`, this.#arena.slot(k, i)] as const)
        : []),
      ...(trainable && this.#setup.accumulate > 1
        ? [[`gradients/${name}`, this.#arena.gradient(i)] as const]
        : []),
    ]);
  }

  #stateArrays(): readonly (readonly [string, NdArray])[] {
    return this.#model.states.flatMap(({ value }, i) =>
      value === undefined ? [] : [[`states/${i}`, value] as const],
    );
  }

  /**
   * Puts all of it back.
   *
   * @param source what it came from, for messages
   * @throws RecurraError `checkpoint` where an array is missing or of another shape; nothing is changed then
   */
  load({ json, arrays }: TrainerState, source: string): void {
    const places = this.#places();
    const wrong = places.find(([name, { shape }]) => !sameShape(arrays.get(name)?.shape ?? [-1], shape));
    if (wrong !== undefined) {
      const [name, { shape }] = wrong;
      const came = arrays.get(name);
      throw new RecurraError(
        "checkpoint",
        `${source}: ${name} is to be ${formatShape(shape)}, ${came === undefined ? "it is missing" : `got ${formatShape(came.shape)}`}`,
      );
    }
    this.#claimWeights();
    for (const [name, place] of places)
      (place.data as Float32Array).set(arrays.get(name)?.data as Float32Array);
    for (const { weight } of this.#weights) weight.touch();
    for (const [i, state] of this.#model.states.entries()) state.value = arrays.get(`states/${i}`);
    const { batches, pending, steps, learningRate } = json as Readonly<Record<string, number | null>>;
    this.#batches = batches ?? 0;
    this.#pending = pending ?? 0;
    this.#taken = steps ?? 0;
    this.#learningRate = learningRate ?? undefined;
    this.#random = new Random(this.#model.seed).fold(2);
    this.#store.assumeWritten(this.#weights.flatMap(({ trainable }, i) => (trainable ? [i] : [])));
  }

  /** A meter for the loss and the metrics of this model. */
  meter(): Meter {
    return new Meter(this.#setup.heads);
  }

  /** Checks the arrays that the model is to be trained or evaluated on. `names` says what messages call them. */
  checkRows(given: GivenRows, names?: RowNames): Rows {
    return checkRows(this.#model, this.#setup.heads, given, names);
  }

  /** Reads the batches of a data set for this model. `names` says what messages call their arrays. */
  reader(names?: RowNames): BatchReader {
    return {
      check: (given) => this.checkRows(given, names),
      resetStates: () => this.#model.resetStates(),
    };
  }

  /**
   * Takes a step on a batch: the weights are changed when it returns. Steps wait for each other, since they share the weights and the
   * memory of the random numbers.
   */
  step(batch: Rows): Promise<StepResult> {
    return this.#inTurn(() => this.#step(batch));
  }

  #inTurn(work: () => Promise<StepResult>): Promise<StepResult> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #step(batch: Rows): Promise<StepResult> {
    return this.#withStep(batch, true, async (step) => {
      const outputs = await step.compiled.run(this.#feeds(batch, step), this.#random.fold(this.#batches).key);
      this.#store.receive(step.gradients, outputs, { add: this.#pending > 0 });
      this.#last = batch;
      this.#batches++;
      this.#pending++;
      if (this.#pending === this.#setup.accumulate) this.#update();
      this.#takeOver(step, outputs);
      return this.#resultOf(step, outputs);
    });
  }

  /** Changes the weights by the gradients of the batches since the last change. */
  #update(): void {
    const { optimizer, accumulate } = this.#setup;
    if (accumulate > 1) this.#updater.scaleGradients(1 / accumulate);
    this.#updater.apply(optimizer.hyperparameters(this.#taken + 1, this.learningRate));
    for (const { weight, trainable } of this.#weights) {
      if (trainable) weight.constrain?.(weight.peek());
      weight.touch();
    }
    this.#taken++;
    this.#pending = 0;
  }

  /** The loss and the metrics of a batch, without a step. A stateful layer's state moves on. */
  evaluate(batch: Rows): Promise<StepResult> {
    return this.#inTurn(() =>
      this.#withStep(batch, false, async (step) => {
        const outputs = await step.compiled.run(this.#feeds(batch, step));
        this.#takeOver(step, outputs);
        return this.#resultOf(step, outputs);
      }),
    );
  }

  #resultOf(step: Step, outputs: readonly NdArray[]): StepResult {
    const numberAt = (output: number) => Number(outputs[output]?.data[0]);
    return { loss: numberAt(0), losses: step.losses.map(numberAt), statistics: statisticsOf(step, outputs) };
  }

  #feeds({ x, y, weights }: Rows, { states }: Pick<Step, "states">): readonly NdArray[] {
    this.#claimWeights();
    const [batch = 0] = x[0]?.shape ?? [];
    return [
      ...x,
      ...y,
      ...weights.filter((array) => array !== undefined),
      ...this.#weights.map((_, i) => this.#arena.parameter(i)),
      ...states.map((state) => state.valueFor(batch, this.#model.name)),
    ];
  }

  /** Gives weights and states that layers keep the values that the step left. */
  #takeOver({ updates }: Step, outputs: readonly NdArray[]): void {
    for (const { target, output } of updates) {
      const value = outputs[output];
      if (value === undefined) continue;
      if (target instanceof LayerState) {
        target.value = value;
        continue;
      }
      const place = this.#indices.get(target);
      if (place !== undefined)
        (this.#arena.parameter(place).data as Float32Array).set(value.data as Float32Array);
      target.touch();
    }
  }

  /** Moves the weights into this arena; another model that shares a layer may have moved them to its own since. */
  #claimWeights(): void {
    for (const [i, { weight }] of this.#weights.entries()) {
      const place = this.#arena.parameter(i);
      if (weight.peek() !== place) weight.moveTo(place);
    }
  }

  /** Runs something with the step that is compiled for batches of such shapes. */
  #withStep(batch: Rows, training: boolean, work: (step: Step) => Promise<StepResult>): Promise<StepResult> {
    return this.#steps.use(`${training} ${signatureOf(batch)}`, () => this.#compile(batch, training), work);
  }

  async #compile(batch: Rows, training: boolean): Promise<Step> {
    const traced = traceStep(this.#model, this.#setup, this.#weights, batch, training);
    const compiled = await Compiled.from(traced.inputs, traced.outputs, {
      label: `${this.#model.name}'s ${training ? "training" : "evaluation"} step`,
      ...compileOptions(this.#setup.compile),
    });
    return { ...traced, compiled };
  }
}

/** What tells batches of different shapes apart. */
function signatureOf({ x, y, weights }: Rows): string {
  return [...x, ...y, ...weights]
    .map((array) => (array === undefined ? "" : formatShape(array.shape)))
    .join(" ");
}

/** The options that are for the compiler. */
function compileOptions({ device, threads, optimize, label }: CompileOptions): CompileOptions {
  return {
    ...(device === undefined ? {} : { device }),
    ...(threads === undefined ? {} : { threads }),
    ...(optimize === undefined ? {} : { optimize }),
    ...(label === undefined ? {} : { label }),
  };
}
