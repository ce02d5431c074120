// Names of the layers of a model: those without one are called after their class.

import type { Layer } from "../nn/layer.ts";
import { RecurraError } from "../platform/error.ts";

/**
 * Names those that have none after their class: lstm, lstm_1, … A layer of another model keeps the name that it has there.
 *
 * @param taken names that are in use otherwise
 * @throws RecurraError `layer-name` where two have one name
 */
export function nameLayers(what: string, layers: readonly Layer[], taken = new Set<string>()): void {
  for (const { name } of layers) {
    if (name === "") continue;
    if (taken.has(name)) throw new RecurraError("layer-name", `${what}: two layers are named "${name}"`);
    taken.add(name);
  }
  for (const layer of layers) {
    if (layer.name === "") layer.name = freeName(snakeCase(layer.className), taken);
  }
}

/** The name, or the name with the first number that makes it new; it is then taken. */
export function freeName(base: string, taken: Set<string>): string {
  let name = base;
  for (let count = 1; taken.has(name); count++) name = `${base}_${count}`;
  taken.add(name);
  return name;
}

/** TimeDistributed -> time_distributed, Conv1D -> conv1d, LSTM -> lstm */
function snakeCase(className: string): string {
  return className.replaceAll(/(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();
}
