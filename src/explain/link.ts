// Links: the scale on which contributions add up to a prediction.

import { describe } from "../nn/choice.ts";
import { RecurraError } from "../platform/error.ts";

/** `identity`: contributions add up to the output itself. `logit`: to the logarithm of the odds, for outputs that are probabilities. */
export type Link = "identity" | "logit";

/** How near 0 and 1 probabilities may come before their odds are cut off; that of Python's shap. */
const CLOSEST = 1e-15;

/** @throws RecurraError `option-value` for what is no link */
export function checkLink(what: string, link: unknown): asserts link is Link {
  if (link === "identity" || link === "logit") return;
  throw new RecurraError(
    "option-value",
    `${what}: link is to be "identity" or "logit", got ${describe(link)}`,
  );
}

/**
 * Puts outputs on the scale of a link, in place.
 *
 * @throws RecurraError `link-range` for the logit of what is no probability
 */
export function applyLink(what: string, link: Link, values: Float64Array): Float64Array {
  if (link === "identity") return values;
  for (let i = 0; i < values.length; i++) {
    const p = values[i] ?? 0;
    // Means of probabilities in float32 may come out a little above 1.
    if (!(p >= -1e-6 && p <= 1 + 1e-6))
      throw new RecurraError(
        "link-range",
        `${what}: link "logit" wants predictions from 0 to 1, got ${p}; explain what is no probability with link "identity"`,
      );
    const inside = Math.min(Math.max(p, CLOSEST), 1 - CLOSEST);
    values[i] = Math.log(inside / (1 - inside));
  }
  return values;
}
