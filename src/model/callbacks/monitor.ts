// Watching one logged quantity for its best value.

import { checkedNumber, describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import type { Logs } from "../history.ts";
import type { TrainingState } from "./callback.ts";

export interface MonitorOptions {
  /** The logged quantity to watch. Default "val_loss". */
  readonly monitor?: string;
  /**
   * Whether it is to fall or to rise. Default "auto": accuracies, AUC, precision, recall, F scores, Matthews' correlation and R²
   * rise, all others fall.
   */
  readonly mode?: "auto" | "min" | "max";
}

/** Names of quantities that rise, whatever stands before them: `val_accuracy`, `head_auc_1`. */
const rising =
  /(accuracy|acc|auc|prc|precision|recall|f1|f1score|fbetascore|matthews|matthewscorrelation|mcc|r2|r2score)(_\d+)?$/i;

const modes: readonly unknown[] = ["auto", "min", "max"];

/** Watches one logged quantity. */
export class Monitor {
  readonly #who: string;
  readonly #name: string;
  readonly #rises: boolean;
  readonly #minDelta: number;
  /** The best value so far, which an improvement has to beat; `undefined` before the first. */
  best: number | undefined;

  /** @throws RecurraError `option-value` */
  constructor(who: string, { monitor = "val_loss", mode = "auto" }: MonitorOptions, minDelta = 0) {
    if (typeof monitor !== "string" || monitor === "") {
      throw new RecurraError(
        "option-value",
        `${who}: monitor is to name a logged quantity, got ${describe(monitor)}`,
      );
    }
    if (!modes.includes(mode)) {
      throw new RecurraError(
        "option-value",
        `${who}: mode is to be one of auto, min, max, got ${describe(mode)}`,
      );
    }
    checkedNumber(`${who}: minDelta`, minDelta, Number.isFinite, "a number");
    this.#who = who;
    this.#name = monitor;
    this.#rises = mode === "max" || (mode === "auto" && rising.test(monitor));
    this.#minDelta = Math.abs(minDelta);
  }

  /** Fails, before anything is trained, unless the quantity will be logged. @throws RecurraError `no-such-log` */
  check({ logNames }: TrainingState): void {
    if (logNames.includes(this.#name)) return;
    const data = this.#name.startsWith("val_") && !logNames.some((name) => name.startsWith("val_"));
    const advice = data ? ". Give fit validationData or validationSplit" : "";
    throw new RecurraError(
      "no-such-log",
      `${this.#who}: there is no "${this.#name}" in the logs; there are ${logNames.join(", ")}${advice}`,
    );
  }

  /** Whether the logs are better than a value by more than `minDelta`; anything but NaN is better than none. */
  beats(logs: Logs, best: number | undefined): boolean {
    const value = logs[this.#name] ?? Number.NaN;
    if (best === undefined) return this.#rises ? value > Number.NEGATIVE_INFINITY : value < Infinity;
    return this.#rises ? value > best + this.#minDelta : value < best - this.#minDelta;
  }

  /** True if the logs hold a new best, which is then kept. */
  improves(logs: Logs): boolean {
    const better = this.beats(logs, this.best);
    if (better) this.best = logs[this.#name];
    return better;
  }
}
