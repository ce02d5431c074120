// Where a file's weights do not fit a model: layer by layer what was wanted and what there was.

import { RecurraError } from "../../platform/error.ts";
import { formatShape, type Shape } from "../../tensor/shape.ts";

/** A weight that was wanted, or that there was. */
export interface ShapedWeight {
  readonly name: string;
  readonly shape: Shape;
  /** What the file stores it as, where that is no float. */
  readonly stored?: string;
}

/** A layer whose weights are not those of the file. */
export interface LayerMismatch {
  /** Where the file has it, or should have it: `layers/dense`. */
  readonly place: string;
  /** The layer's name in the model. */
  readonly layer?: string | undefined;
  /** What the model wants; nothing where the file has a layer that the model has not. */
  readonly wanted: readonly ShapedWeight[];
  /** What the file has. */
  readonly found: readonly ShapedWeight[];
}

/** How many layers a message lists. */
const shown = 20;

/**
 * An error that lists what does not fit.
 *
 * @param remark what explains them all, where something does
 */
export function mismatchError(
  file: string,
  mismatches: readonly LayerMismatch[],
  remark?: string,
): RecurraError {
  const lines = mismatches.slice(0, shown).map(({ place, layer, wanted, found }) => {
    const name =
      layer === undefined || layer === "" || `/${place}`.endsWith(`/${layer}`) ? "" : ` (${layer})`;
    const wants = wanted.length === 0 ? "wants nothing" : `wants ${list(wanted)}`;
    return `\n  ${place}${name}: the model ${wants}; the file has ${found.length === 0 ? "nothing" : list(found)}`;
  });
  if (mismatches.length > shown) lines.push(`\n  … and ${mismatches.length - shown} more layers`);
  const about = remark === undefined ? "" : ` ${remark}.`;
  return new RecurraError("weights-mismatch", `${file} does not fit the model.${about}${lines.join("")}`);
}

function list(weights: readonly ShapedWeight[]): string {
  return weights
    .map(({ name, shape, stored }) => {
      const kind = stored === undefined ? "" : `${stored} `;
      return `${name} ${kind}${formatShape(shape)}`;
    })
    .join(", ");
}
