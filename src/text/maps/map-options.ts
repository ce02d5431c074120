// Checks of options that the maps have in common.

import { describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";

/**
 * Fails for a choice that is none of its names.
 *
 * @param choices by option: what came, and the names there are
 * @throws RecurraError `option-value`
 */
export function checkChoices(
  what: string,
  choices: Readonly<Record<string, readonly [unknown, ...string[]]>>,
): void {
  for (const [option, [value, ...names]] of Object.entries(choices)) {
    if (names.some((name) => name === value)) continue;
    const wanted = names.map((name) => `"${name}"`).join(" or ");
    throw new RecurraError("option-value", `${what}: ${option} is to be ${wanted}, got ${describe(value)}`);
  }
}
