// ModelCheckpoint: saves the model after epochs.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import type { Logs } from "../history.ts";
import type { Callback, CallbackState, TrainingState } from "./callback.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";
import { jsonNumber, StateReader } from "./state.ts";

export interface ModelCheckpointOptions extends MonitorOptions {
  /**
   * Folder to write; `{epoch}`, counted from 1, and logged quantities such as `{val_loss}` are filled in. They may be given a
   * width or decimals as in Keras: `{epoch:03d}`, `{val_loss:.2f}`.
   */
  readonly path: string;
  /** Write only when the watched quantity is better than ever. Default false. */
  readonly saveBestOnly?: boolean;
  /** Under which a checkpoint keeps its state. Default "ModelCheckpoint". */
  readonly name?: string;
}

const optionNames: readonly (keyof ModelCheckpointOptions)[] = [
  "monitor",
  "mode",
  "path",
  "saveBestOnly",
  "name",
];

/** `{name}`, `{name:03d}` or `{name:.2f}` in a path. */
const placeholder = /\{(\w+)(?::(?:0?(\d+)d|\.(\d+)f))?\}/g;

/**
 * Saves the model after epochs. What is best is compared over several calls of `fit`, and over a crash.
 *
 * @throws RecurraError `unknown-option`, `option-value`; `fit` throws `no-such-log`, before anything is trained, where the path or
 * the monitor names what will not be logged
 * @example
 * new ModelCheckpoint({ path: "models/{epoch:03d}-{val_loss:.4f}", saveBestOnly: true })
 */
export class ModelCheckpoint implements Callback {
  readonly name: string;
  readonly #options: ModelCheckpointOptions;
  readonly #monitor: Monitor;

  constructor(options: ModelCheckpointOptions) {
    checkOptionNames("ModelCheckpoint", options, optionNames);
    if (typeof options.path !== "string" || options.path === "") {
      throw new RecurraError(
        "option-value",
        `ModelCheckpoint: path is to name a folder, got ${describe(options.path)}`,
      );
    }
    this.name = options.name ?? "ModelCheckpoint";
    this.#options = options;
    this.#monitor = new Monitor("ModelCheckpoint", options);
  }

  onTrainBegin(training: TrainingState): void {
    if (this.#options.saveBestOnly === true) this.#monitor.check(training);
    const known = ["epoch", ...training.logNames];
    const names = Array.from(this.#options.path.matchAll(placeholder), ([, name]) => name ?? "");
    const odd =
      names.find((name) => !known.includes(name)) ??
      this.#options.path.replaceAll(placeholder, "").match(/\{[^}]*\}/)?.[0];
    if (odd !== undefined) {
      throw new RecurraError(
        "no-such-log",
        `ModelCheckpoint: path cannot fill in ${odd}; it can fill in ${known.join(", ")}`,
      );
    }
  }

  async onEpochEnd(epoch: number, logs: Logs, { model }: TrainingState): Promise<void> {
    const { path, saveBestOnly = false } = this.#options;
    if (saveBestOnly && !this.#monitor.improves(logs)) return;
    const fill = (_whole: string, name: string, width?: string, decimals?: string): string => {
      const value = name === "epoch" ? epoch + 1 : (logs[name] ?? Number.NaN);
      return value.toFixed(Number(decimals ?? (name === "epoch" ? 0 : 4))).padStart(Number(width ?? 0), "0");
    };
    await model.save(path.replaceAll(placeholder, fill));
  }

  saveState(): CallbackState {
    return { json: { best: jsonNumber(this.#monitor.best) } };
  }

  /** @throws RecurraError `checkpoint-state` */
  loadState(state: CallbackState): void {
    this.#monitor.best = new StateReader("ModelCheckpoint", state).optionalNumber("best");
  }
}
