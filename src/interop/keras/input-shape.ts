// Shapes of a model's inputs as Keras writes them.

import type { InputShape } from "../../nn/open-length.ts";
import { RecurraError } from "../../platform/error.ts";
import { badConfig, type Fields, plainAt } from "./json.ts";

/** Where shapes of inputs stand, which are read with the model. */
export const shapeOptions: readonly string[] = ["batch_input_shape", "batch_shape", "input_shape"];

/** The shape of a sample that a layer's config gives, batch left out; `null` stands for what is open. */
export function shapeIn(config: Fields, place: string): readonly (number | null)[] | undefined {
  for (const option of shapeOptions) {
    const value = plainAt(config[option] ?? null, `${place}: ${option}`);
    if (value === null) continue;
    if (!Array.isArray(value) || !value.every((part) => part === null || typeof part === "number"))
      throw badConfig(`${place}: ${option}`, "a shape", value);
    return option === "input_shape" ? value : value.slice(1);
  }
  return undefined;
}

/**
 * A shape as Recurra takes it: known, but for the number of steps at its head.
 *
 * @throws RecurraError `unknown-shape`
 */
export function knownShape(
  shape: readonly (number | null)[] | undefined,
  name: string,
  place: string,
): InputShape {
  if (shape?.every((part, axis) => part !== null || axis === 0) === true) return shape;
  const text = (open: string) => (shape ?? []).map((part) => part ?? open).join(", ");
  throw new RecurraError(
    "unknown-shape",
    `${place}: the shape of the input ${name} ${shape === undefined ? "is not in the file" : `is [${text("?")}]`}; say it: { inputShapes: { ${name}: [${text("…") || "…"}] } }`,
  );
}
