// TensorBoard: writes event files that TensorBoard shows while a model trains.

import { joinPath } from "#platform";
import { checkedNumber, checkOptionNames, describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import type { Logs } from "../history.ts";
import type { Callback, CallbackState, TrainingState } from "./callback.ts";
import { EventFile } from "./event-file.ts";
import type { Summary } from "./events.ts";
import { StateReader } from "./state.ts";

export interface TensorBoardOptions {
  /** Folder that TensorBoard is pointed to; the runs `train` and `validation` are folders in it. Default "logs". */
  readonly logDir?: string;
  /** Epochs from one histogram of all weights to the next, beginning with the first epoch; 0 for none. Default 0. */
  readonly histogramFreq?: number;
  /** Whether running means are written too: "batch" after each batch, a number after so many. Default "epoch": not. */
  readonly updateFreq?: "epoch" | "batch" | number;
  /** Under which a checkpoint keeps its state. Default "TensorBoard". */
  readonly name?: string;
}

const optionNames: readonly (keyof TensorBoardOptions)[] = ["logDir", "histogramFreq", "updateFreq", "name"];

/**
 * Writes event files that TensorBoard shows (`tensorboard --logdir logs`), under the names that Keras' callback gives:
 *
 * - in the run `train` `epoch_loss`, each metric as `epoch_…`, and `epoch_learning_rate`, over epochs;
 * - in the run `validation` the same of the held-out data, and `evaluation_loss_vs_iterations` over the optimiser's steps;
 * - with `updateFreq`, `batch_loss` and so on, means over the epoch so far, and `batch_learning_rate`, over batches;
 * - with `histogramFreq`, the weights as `lstm/kernel/histogram`.
 *
 * Each `fit` begins files of its own. A training that goes on from a checkpoint goes on with its files, cut back to what they held
 * then.
 *
 * @throws RecurraError `unknown-option`, `option-value`; `fit` throws before anything is trained where the folder cannot be written
 */
export class TensorBoard implements Callback {
  readonly name: string;
  readonly #histogramFreq: number;
  /** Batches from one event to the next; 0 for none. */
  readonly #every: number;
  readonly #train: EventFile;
  readonly #validation: EventFile;
  /** Batches of this training so far. */
  #batches = 0;

  constructor(options: TensorBoardOptions = {}) {
    checkOptionNames("TensorBoard", options, optionNames);
    const { logDir = "logs", histogramFreq = 0, updateFreq = "epoch", name = "TensorBoard" } = options;
    if (typeof logDir !== "string" || logDir === "") {
      throw new RecurraError(
        "option-value",
        `TensorBoard: logDir is to name a folder, got ${describe(logDir)}`,
      );
    }
    const isCount = (value: number) => Number.isInteger(value) && value >= 0;
    checkedNumber("TensorBoard: histogramFreq", histogramFreq, isCount, "a whole number from 0 up");
    const every = updateFreq === "epoch" ? 0 : updateFreq === "batch" ? 1 : updateFreq;
    const wanted = '"epoch", "batch" or a positive whole number';
    checkedNumber("TensorBoard: updateFreq", every, (value) => isCount(value) && updateFreq !== 0, wanted);
    this.name = name;
    this.#histogramFreq = histogramFreq;
    this.#every = every;
    this.#train = new EventFile(joinPath(logDir, "train"));
    this.#validation = new EventFile(joinPath(logDir, "validation"));
  }

  async onTrainBegin({ logNames, resumed }: TrainingState): Promise<void> {
    this.#batches = 0;
    if (resumed) return;
    await this.#train.begin();
    if (logNames.some(isValidation)) await this.#validation.begin();
  }

  async onBatchEnd(_step: number, logs: Logs, training: TrainingState): Promise<void> {
    this.#batches++;
    if (this.#every === 0 || this.#batches % this.#every !== 0) return;
    await this.#train.add(this.#batches, withRate("batch_", Object.entries(logs), training));
  }

  async onEpochEnd(epoch: number, logs: Logs, training: TrainingState): Promise<void> {
    const entries = Object.entries(logs);
    const measured = entries.filter(([name]) => !isValidation(name));
    await this.#train.add(epoch, withRate("epoch_", measured, training));
    const heldOut = entries
      .filter(([name]) => isValidation(name))
      .map(([name, value]) => [name.slice(4), value] as const);
    if (heldOut.length > 0) {
      await this.#validation.add(
        epoch,
        heldOut.map(([name, value]) => ({ tag: `epoch_${name}`, value })),
      );
      await this.#validation.add(
        training.steps,
        heldOut.map(([name, value]) => ({ tag: `evaluation_${name}_vs_iterations`, value })),
      );
    }
    if (this.#histogramFreq > 0 && epoch % this.#histogramFreq === 0) await this.#addWeights(epoch, training);
    await this.#flush();
  }

  async #addWeights(epoch: number, { model }: TrainingState): Promise<void> {
    const copies = model.snapshotWeights();
    const histograms = model.weights.map(({ name }, i): Summary => {
      return { tag: `${name}/histogram`, value: copies[i] ?? new Float32Array(0) };
    });
    await this.#train.add(epoch, histograms);
  }

  onTrainEnd(): Promise<void> {
    return this.#flush();
  }

  async #flush(): Promise<void> {
    await this.#train.flush();
    await this.#validation.flush();
  }

  async saveState(): Promise<CallbackState> {
    return {
      json: {
        batches: this.#batches,
        train: await this.#train.saveState(),
        validation: await this.#validation.saveState(),
      },
    };
  }

  /** @throws RecurraError `checkpoint-state` */
  async loadState(state: CallbackState): Promise<void> {
    const saved = new StateReader("TensorBoard", state);
    this.#batches = saved.number("batches");
    await this.#train.loadState(saved.json("train"));
    await this.#validation.loadState(saved.json("validation"));
  }
}

function isValidation(name: string): boolean {
  return name.startsWith("val_");
}

/** The logs under tags, with the learning rate. */
function withRate(
  prefix: string,
  logs: readonly (readonly [string, number])[],
  { learningRate }: TrainingState,
): readonly Summary[] {
  const values = [...logs, ["learning_rate", learningRate] as const];
  return values.map(([name, value]) => ({ tag: prefix + name, value }));
}
