// Sampler: shows after epochs what the model makes, such as text that it writes.

import { checkedNumber, checkOptionNames, describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import type { Logs } from "../history.ts";
import type { Callback, TrainedModel, TrainingState } from "./callback.ts";

export interface SamplerOptions {
  /** Makes a sample; the epoch is counted from 0. */
  readonly sample: (model: TrainedModel, epoch: number) => string | Promise<string>;
  /** Epochs from one sample to the next; 3 is after the third, the sixth… Default 1. */
  readonly every?: number;
  /** Takes the sample. Default: it is printed where progress is shown, on standard error. */
  readonly print?: (text: string, epoch: number) => void | Promise<void>;
}

const optionNames: readonly (keyof SamplerOptions)[] = ["sample", "every", "print"];

/**
 * Shows after epochs what the model makes.
 *
 * @throws RecurraError `unknown-option`, `option-value`; `fit` throws `option-value` where a sample is no text
 * @example
 * new Sampler({ every: 5, sample: async (model) => describeForecast(await model.predict(lastWeek)) })
 */
export class Sampler implements Callback {
  readonly #options: SamplerOptions;

  constructor(options: SamplerOptions) {
    checkOptionNames("Sampler", options, optionNames);
    const { sample, print = () => {}, every = 1 } = options;
    for (const [name, value] of Object.entries({ sample, print })) {
      if (typeof value !== "function")
        throw new RecurraError(
          "option-value",
          `Sampler: ${name} is to be a function, got ${describe(value)}`,
        );
    }
    const isCount = (value: number) => Number.isInteger(value) && value > 0;
    checkedNumber("Sampler: every", every, isCount, "a positive whole number");
    this.#options = options;
  }

  async onEpochEnd(epoch: number, _logs: Logs, training: TrainingState): Promise<void> {
    const { sample, every = 1, print = (line: string) => training.say(line) } = this.#options;
    if ((epoch + 1) % every !== 0) return;
    const text: unknown = await sample(training.model, epoch);
    if (typeof text !== "string") {
      throw new RecurraError(
        "option-value",
        `Sampler: sample is to give text, gave ${describe(text)} for epoch ${epoch}`,
      );
    }
    await print(text, epoch);
  }
}
