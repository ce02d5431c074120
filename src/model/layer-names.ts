// Names of the layers of a model: those without one are called after their class.

import type { Layer } from "../nn/layer.ts";
import { RecurraError } from "../platform/error.ts";

/**
 * Names those that have none after their class: lstm, lstm_1, … A layer of another model keeps the name that it has there.
 *
 * @param inputs names of the model's inputs, which layers cannot have
 * @throws RecurraError `layer-name` where two have one name
 */
export function nameLayers(
  what: string,
  layers: readonly Layer[],
  inputs: ReadonlySet<string> = new Set(),
): void {
  const taken = new Set(inputs);
  for (const { name } of layers) {
    if (name === "") continue;
    if (taken.has(name)) {
      const both = inputs.has(name) ? "an input and a layer" : "two layers";
      throw new RecurraError(
        "layer-name",
        `${what}: ${both} are named "${name}"; give one of them a name of its own`,
      );
    }
    taken.add(name);
  }
  for (const layer of layers) {
    if (layer.name === "") layer.name = freeName(classInSnakeCase(layer.className), taken);
  }
}

/** The name, or the name with the first number that makes it new; it is then taken. */
export function freeName(base: string, taken: Set<string>): string {
  let name = base;
  for (let count = 1; taken.has(name); count++) name = `${base}_${count}`;
  taken.add(name);
  return name;
}

/**
 * A class name as Keras makes a layer's name of it: TimeDistributed -> time_distributed, Conv1D -> conv1d, LSTMCell -> lstm_cell.
 *
 * Source: keras 3.15.1, keras/src/utils/naming.py, to_snake_case.
 */
export function classInSnakeCase(className: string): string {
  return className
    .replace(/[^\p{L}\p{N}_]+/gu, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
