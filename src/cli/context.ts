// What a command needs of its surroundings, so that tests can stand in for them.

import type { Forecaster, ForecasterConfig } from "../series/forecasters/forecaster.ts";

export interface CliContext {
  /** Prints a result: standard output. */
  print(text: string): void;
  /** Tells the user something on the way: standard error. */
  tell(text: string): void;
  /** Makes the forecasters of `--models`; Recurra's own where it is missing. */
  readonly makeForecaster?: (config: ForecasterConfig) => Forecaster;
}
