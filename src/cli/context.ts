// What a command needs of its surroundings, so that tests can stand in for them.

import type { Forecaster } from "../series/forecaster.ts";
import type { RecurrentConfig } from "../series/recurrent.ts";

export interface CliContext {
  /** Prints a result: standard output. */
  print(text: string): void;
  /** Tells the user something on the way: standard error. */
  tell(text: string): void;
  /** Makes the forecaster of `--model`; Recurra's own where it is missing. */
  readonly makeForecaster?: (config: RecurrentConfig) => Forecaster;
}
