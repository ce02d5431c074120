// Puts the gradients that a step's graph gave into the arena: dense ones as they are, those of a table row by row.

import type { Arena } from "../runtime/arena.ts";
import type { NdArray } from "../tensor/nd-array.ts";

/** Where an output of the step's graph goes: into the gradient of a weight, whole, or added to the rows that another output names. */
export interface GradientOutput {
  readonly parameter: number;
  readonly output: number;
  /** The output with the rows' places. */
  readonly ids?: number;
}

type Places = Int32Array | BigInt64Array;

/** What the last step wrote into a gradient: all of it, or the rows at these places. */
type Written = "all" | readonly Places[];

/** Keeps the gradients of an arena. A table's is cleared only where the step before wrote rows, not as a whole. */
export class GradientStore {
  readonly #arena: Arena;
  readonly #written = new Map<number, Written>();

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /**
   * Takes a step's gradients. What was there before is gone, unless they are to be added to it.
   */
  receive(
    gradients: readonly GradientOutput[],
    outputs: readonly NdArray[],
    { add = false }: { readonly add?: boolean } = {},
  ): void {
    const isDense = ({ ids }: GradientOutput) => ids === undefined;
    const now = new Map<number, Written>(add ? this.#written : []);
    for (const { parameter, output } of gradients.filter(isDense)) {
      const given = outputs[output]?.data as Float32Array;
      if (add && now.has(parameter)) addInto(this.#gradient(parameter), given);
      else this.#gradient(parameter).set(given);
      now.set(parameter, "all");
    }
    for (const { parameter, output, ids } of gradients) {
      if (ids === undefined) continue;
      const table = this.#gradient(parameter);
      const rows = outputs[output]?.data as Float32Array;
      const places = outputs[ids]?.data as Places;
      const written = now.get(parameter);
      if (written === undefined) clear(table, this.#written.get(parameter), rows.length / places.length);
      addRows(table, places, rows);
      if (written !== "all") now.set(parameter, [...(written ?? []), places]);
    }
    for (const [parameter, written] of now) this.#written.set(parameter, written);
  }

  /** Says that these gradients were written by another: they are cleared as a whole before rows are added. */
  assumeWritten(parameters: readonly number[]): void {
    for (const parameter of parameters) this.#written.set(parameter, "all");
  }

  #gradient(parameter: number): Float32Array {
    return this.#arena.gradient(parameter).data as Float32Array;
  }
}

function addInto(sum: Float32Array, given: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (given[i] ?? 0);
}

/** Makes a gradient zero, given what was written into it. */
function clear(table: Float32Array, written: Written | undefined, width: number): void {
  if (written === "all") {
    table.fill(0);
    return;
  }
  for (const places of written ?? []) {
    for (const place of places) {
      const start = startOf(table, Number(place), width);
      table.fill(0, start, start + width);
    }
  }
}

/** Adds rows into a table [n, width], at the places given. */
function addRows(table: Float32Array, places: Places, rows: Float32Array): void {
  const width = rows.length / places.length;
  for (let i = 0; i < places.length; i++) {
    const start = startOf(table, Number(places[i]), width);
    for (let j = 0; j < width; j++) table[start + j] = (table[start + j] ?? 0) + (rows[i * width + j] ?? 0);
  }
}

/** Where a row lies; places below zero count from the end of the table. */
function startOf(table: Float32Array, place: number, width: number): number {
  return place * width + (place < 0 ? table.length : 0);
}
