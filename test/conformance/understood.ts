// Makes what a case names, and skips the case where Recurra knows no such name or option.

import { RecurraError } from "../../src/platform/error.ts";
import { Unsupported } from "./options.ts";

/** Codes of the errors that say that there is no such thing, or that it has no such option. */
const unknown: readonly string[] = ["unknown-name", "unknown-option", "layer-option"];

/** What the function makes. */
export function understood<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof RecurraError && unknown.includes(error.code)) throw new Unsupported(error.message);
    throw error;
  }
}
