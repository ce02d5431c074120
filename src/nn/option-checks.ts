// Checks of numbers and flags among options, several at once.

import { RecurraError } from "../platform/error.ts";
import { checkedNumber, describe } from "./choice.ts";

/** Options by name. */
type Options = Readonly<Record<string, unknown>>;

const numbers =
  (wanted: string, test: (value: number) => boolean) =>
  (what: string, options: Options): void => {
    for (const [option, value] of Object.entries(options))
      checkedNumber(`${what}: ${option}`, value, test, wanted);
  };

/** Finite numbers that are not negative: learning rates, penalties. @throws RecurraError `option-value` */
export const checkNotNegative = numbers("a number from 0 up", (x) => x >= 0 && x < Infinity);

/** Finite numbers above 0. @throws RecurraError `option-value` */
export const checkPositive = numbers("a positive number", (x) => x > 0 && x < Infinity);

/** Whole numbers above 0: counts. @throws RecurraError `option-value` */
export const checkCounts = numbers("a positive whole number", (x) => Number.isInteger(x) && x > 0);

/** Weights of the past in running means. @throws RecurraError `option-value` */
export const checkDecayRates = numbers("a number in [0, 1)", (x) => x >= 0 && x < 1);

/** @throws RecurraError `option-value` for anything but true and false */
export function checkFlags(what: string, options: Options): void {
  for (const [option, value] of Object.entries(options)) {
    if (typeof value !== "boolean") {
      throw new RecurraError(
        "option-value",
        `${what}: ${option} is to be true or false, got ${describe(value)}`,
      );
    }
  }
}
