// LambdaCallback: a callback made of functions.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { type Callback, hookNames, stateNames } from "./callback.ts";

/**
 * A callback made of functions, any of the hooks. A plain object is a callback too; this one is checked when it is made.
 *
 * @throws RecurraError `unknown-option` for a name that is no hook, `option-value` for a hook that is no function
 * @example
 * new LambdaCallback({ onEpochEnd: (epoch, logs) => console.log(epoch, logs.loss) })
 */
export class LambdaCallback implements Callback {
  readonly name: string;
  readonly onTrainBegin: Callback["onTrainBegin"];
  readonly onEpochBegin: Callback["onEpochBegin"];
  readonly onBatchBegin: Callback["onBatchBegin"];
  readonly onBatchEnd: Callback["onBatchEnd"];
  readonly onEpochEnd: Callback["onEpochEnd"];
  readonly onTrainEnd: Callback["onTrainEnd"];
  readonly saveState: Callback["saveState"];
  readonly loadState: Callback["loadState"];

  constructor(hooks: Callback) {
    checkOptionNames("LambdaCallback", hooks, ["name", ...hookNames, ...stateNames]);
    for (const name of [...hookNames, ...stateNames]) {
      if (hooks[name] !== undefined && typeof hooks[name] !== "function") {
        throw new RecurraError(
          "option-value",
          `LambdaCallback: ${name} is to be a function, got ${describe(hooks[name])}`,
        );
      }
    }
    this.name = hooks.name ?? "LambdaCallback";
    this.onTrainBegin = hooks.onTrainBegin;
    this.onEpochBegin = hooks.onEpochBegin;
    this.onBatchBegin = hooks.onBatchBegin;
    this.onBatchEnd = hooks.onBatchEnd;
    this.onEpochEnd = hooks.onEpochEnd;
    this.onTrainEnd = hooks.onTrainEnd;
    this.saveState = hooks.saveState;
    this.loadState = hooks.loadState;
  }
}
