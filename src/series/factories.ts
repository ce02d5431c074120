// A function for each forecaster, by its name in camel case: `forecasters.seasonalNaive()`, `forecasters.lstm({ units: 32 })`.

import type { Forecaster, ForecasterConfig } from "./forecasters/forecaster.ts";
import { type ForecasterName, type ForecasterOptions, forecasterNames, makeForecaster } from "./registry.ts";

type CamelCase<Text extends string> = Text extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Text;

export type Forecasters = {
  readonly [Name in ForecasterName as CamelCase<Name>]: (options?: ForecasterOptions<Name>) => Forecaster;
};

/**
 * Forecasters by name; each takes its options and refuses unknown ones.
 *
 * @example
 * const fitted = await forecasters.ets({ model: "AAA" }).fit([series], { horizon: 12 });
 * const [forecast] = await fitted.predict({ levels: [80, 95] });
 */
export const forecasters = Object.fromEntries(
  forecasterNames.map((name) => [
    name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
    (options: Omit<ForecasterConfig, "name"> = {}) => makeForecaster({ ...options, name }),
  ]),
) as unknown as Forecasters;
