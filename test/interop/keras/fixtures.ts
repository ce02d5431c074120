// The files that Keras wrote: fixtures/make.py makes them, and says with which versions.

import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";
import { type NdArray, ndarray } from "../../../src/tensor/nd-array.ts";

const files = unzipSync(readFileSync(new URL("./fixtures/fixtures.zip", import.meta.url)));

/** The names of all files. */
export const fixtureNames: readonly string[] = Object.keys(files);

/** A copy of a file. */
export function fixture(name: string): Uint8Array {
  const bytes = files[name];
  if (bytes === undefined) throw new Error(`there is no fixture ${name}`);
  return bytes.slice();
}

export function jsonFixture(name: string): unknown {
  return JSON.parse(new TextDecoder().decode(fixture(name)));
}

type Values = Readonly<Record<string, Parameters<typeof ndarray>[0]>>;

/** Inputs of a model, and the outputs that Keras computes from them. */
export function caseOf(name: string): { readonly inputs: Values; readonly outputs: readonly NdArray[] } {
  const { inputs, outputs } = jsonFixture(`${name}.json`) as { inputs: Values; outputs: Values };
  return { inputs, outputs: Object.values(outputs).map((values) => ndarray(values)) };
}
