// GradientNorms: records how large the gradients are, layer by layer and step of time by step of time.

import { checkedNumber, checkOptionNames, describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import type { Logs } from "../history.ts";
import type { Callback, CallbackState, TrainingState } from "./callback.ts";
import { StateReader } from "./state.ts";

export interface GradientNormsOptions {
  /** Steps from one record to the next, beginning with the first; a record reads every gradient once. Default 1. */
  readonly every?: number;
  /**
   * Record for each recurrent layer the norm ‖∂L/∂h_t‖ at each time step too, which takes a forward and a backward run of its own.
   * Default false.
   */
  readonly timeSteps?: boolean;
  /** Under which a checkpoint keeps its state. Default "GradientNorms". */
  readonly name?: string;
}

const optionNames: readonly (keyof GradientNormsOptions)[] = ["every", "timeSteps", "name"];

/** Gradient norms over a training, N times recorded. Those of a training that blew up are NaN or infinite. */
export interface GradientRecord {
  /** How many steps the optimiser had taken: [N]. */
  readonly steps: readonly number[];
  /** ‖∂L/∂w‖₂ over all trainable weights: [N]. What `globalClipnorm` is held against. */
  readonly total: readonly number[];
  /** ‖∂L/∂w‖₂ over the weights of each layer, in the model's order: [N] each. */
  readonly layers: Readonly<Record<string, readonly number[]>>;
  /** ‖∂L/∂h_t‖₂ of each recurrent layer at each of its time steps: N lists of T numbers each. Empty unless asked for. */
  readonly timeSteps: Readonly<Record<string, readonly (readonly number[])[]>>;
}

/**
 * Records how large the gradients of the loss are, before they are clipped: by each layer's weights, and by the hidden state at each
 * time step, which shows gradients that vanish or explode on their way back (Pascanu, Mikolov and Bengio 2013, On the difficulty of
 * training recurrent neural networks, equations 3 to 5). It starts anew at each `fit`.
 *
 * @throws RecurraError `unknown-option`, `option-value`; `fit` throws `no-state-gradients`, before anything is trained, where
 * `timeSteps` is asked for and the training cannot tell
 * @example
 * const norms = new GradientNorms({ every: 10 });
 * await model.fit(x, y, { callbacks: [norms] });
 * await renderSvg(gradientSpec(norms)); // from "recurra/plot"
 */
export class GradientNorms implements Callback, GradientRecord {
  readonly name: string;
  readonly #every: number;
  readonly #isTimed: boolean;
  /** The optimiser's steps when the last batch had been seen: batches whose gradients are only added up take none. */
  #lastStep = 0;
  /** Steps seen in this training. */
  #seen = 0;
  #steps: number[] = [];
  #total: number[] = [];
  #layers: Record<string, number[]> = {};
  #timeSteps: Record<string, number[][]> = {};

  constructor(options: GradientNormsOptions = {}) {
    checkOptionNames("GradientNorms", options, optionNames);
    const { every = 1, timeSteps = false, name = "GradientNorms" } = options;
    const isCount = (value: number) => Number.isInteger(value) && value > 0;
    this.#every = checkedNumber("GradientNorms: every", every, isCount, "a positive whole number");
    if (typeof timeSteps !== "boolean") {
      throw new RecurraError(
        "option-value",
        `GradientNorms: timeSteps is to be true or false, got ${describe(timeSteps)}`,
      );
    }
    this.name = name;
    this.#isTimed = timeSteps;
  }

  get steps(): readonly number[] {
    return this.#steps;
  }

  get total(): readonly number[] {
    return this.#total;
  }

  get layers(): Readonly<Record<string, readonly number[]>> {
    return this.#layers;
  }

  get timeSteps(): Readonly<Record<string, readonly (readonly number[])[]>> {
    return this.#timeSteps;
  }

  onTrainBegin(training: TrainingState): void {
    if (this.#isTimed && training.stateGradientNorms === undefined) {
      throw new RecurraError(
        "no-state-gradients",
        "GradientNorms: this training cannot tell the gradients by time step; leave timeSteps away",
      );
    }
    this.#lastStep = training.steps;
    this.#seen = 0;
    this.#steps = [];
    this.#total = [];
    this.#layers = {};
    this.#timeSteps = {};
  }

  async onBatchEnd(_step: number, _logs: Logs, training: TrainingState): Promise<void> {
    if (training.steps === this.#lastStep) return;
    this.#lastStep = training.steps;
    this.#seen++;
    if ((this.#seen - 1) % this.#every !== 0) return;
    this.#steps.push(training.steps);
    let total = 0;
    for (const [layer, squares] of squaresByLayer(training.gradients())) {
      total += squares;
      append(this.#layers, layer, Math.sqrt(squares));
    }
    this.#total.push(Math.sqrt(total));
    if (!this.#isTimed || training.stateGradientNorms === undefined) return;
    for (const [layer, norms] of Object.entries(await training.stateGradientNorms())) {
      append(this.#timeSteps, layer, [...norms]);
    }
  }

  saveState(): CallbackState {
    const numbers = (values: readonly number[]) => new NdArray(Float64Array.from(values), [values.length]);
    const arrays: Record<string, NdArray> = { steps: numbers(this.#steps), total: numbers(this.#total) };
    for (const [layer, norms] of Object.entries(this.#layers)) arrays[`layer:${layer}`] = numbers(norms);
    for (const [layer, norms] of Object.entries(this.#timeSteps)) {
      arrays[`lengths:${layer}`] = numbers(norms.map(({ length }) => length));
      arrays[`time:${layer}`] = numbers(norms.flat());
    }
    return { json: { lastStep: this.#lastStep, seen: this.#seen }, arrays };
  }

  /** @throws RecurraError `checkpoint-state` */
  loadState(state: CallbackState): void {
    const saved = new StateReader("GradientNorms", state);
    this.#lastStep = saved.number("lastStep");
    this.#seen = saved.number("seen");
    this.#steps = saved.array("steps").toArray();
    this.#total = saved.array("total").toArray();
    for (const [name, array] of Object.entries(saved.arrays)) {
      const [kind, layer] = [name.slice(0, name.indexOf(":")), name.slice(name.indexOf(":") + 1)];
      if (kind === "layer") this.#layers[layer] = array.toArray();
      if (kind === "time")
        this.#timeSteps[layer] = pieces(array.toArray(), saved.array(`lengths:${layer}`).toArray());
    }
  }
}

/** The sum of squares of all gradients of a layer: of the weights whose names are alike but for what follows the last slash. */
function squaresByLayer(gradients: Readonly<Record<string, Float32Array>>): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [weight, gradient] of Object.entries(gradients)) {
    const layer = weight.slice(0, Math.max(weight.lastIndexOf("/"), 0)) || weight;
    let squares = 0;
    for (let i = 0; i < gradient.length; i++) squares += (gradient[i] ?? 0) ** 2;
    sums.set(layer, (sums.get(layer) ?? 0) + squares);
  }
  return sums;
}

function append<Value>(lists: Record<string, Value[]>, name: string, value: Value): void {
  lists[name] ??= [];
  lists[name].push(value);
}

/** Cuts a list into pieces of the lengths given. */
function pieces(values: readonly number[], lengths: readonly number[]): number[][] {
  let start = 0;
  return lengths.map((length) => {
    start += length;
    return values.slice(start - length, start);
  });
}
