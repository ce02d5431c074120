// The start of a functional model.

import { anyBatch } from "../graph/batch.ts";
import { input as leaf } from "../graph/ops/leaf.ts";
import { RecurraError } from "../platform/error.ts";
import type { DType } from "../tensor/dtype.ts";
import { checkOptionNames, describe } from "./choice.ts";
import type { Layer, LayerTensor } from "./layer.ts";
import { checkShape } from "./layer-options.ts";
import { type InputShape, isOpen, standIns, withSteps } from "./open-length.ts";
import { SymbolicTensor } from "./symbolic.ts";

export interface InputConfig {
  /** Shape of one sample: without the batch axis. `[null, 4]` leaves the number of steps open. */
  readonly shape: InputShape;
  /** Default "float32"; ids for an embedding are "int32". */
  readonly dtype?: DType;
  /** Default "input", or "input_1" and so on. */
  readonly name?: string;
}

/** The start of a functional model: `const x = input({ shape: [30, 4] })`. */
export function input(config: InputConfig): LayerTensor {
  checkOptionNames("input", config, ["shape", "dtype", "name"]);
  const { shape, dtype = "float32", name } = config;
  checkShape("input: shape", shape);
  const dtypes: readonly unknown[] = ["float32", "int32", "bool"];
  if (!dtypes.includes(dtype))
    throw new RecurraError(
      "layer-option",
      `input: dtype is to be one of ${dtypes.join(", ")}, got ${describe(dtype)}`,
    );
  if (name !== undefined && (typeof name !== "string" || name === "" || /[/\0]/.test(name)))
    throw new RecurraError(
      "layer-option",
      `input: name is to be text without slashes, got ${describe(name)}`,
    );
  const valueFor = (steps: number) => ({
    tensor: leaf(name ?? "input", { dtype, shape: [anyBatch, ...withSteps(shape, steps)] }),
    mask: undefined,
  });
  const value = isOpen(shape) ? new Map(standIns.map((steps) => [steps, valueFor(steps)])) : valueFor(1);
  return new SymbolicTensor<Layer>(value, { name });
}
