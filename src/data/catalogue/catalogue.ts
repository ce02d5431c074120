// The catalogue: the data sets of the lectures, by name.

import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import { CLASSIFICATION_SETS } from "./classification-sets.ts";
import type { CatalogueEntry } from "./entry.ts";
import { FORECASTING_SETS } from "./forecasting-sets.ts";
import { OTHER_SETS } from "./other-sets.ts";
import { TEXT_SETS } from "./text-sets.ts";

export const CATALOGUE: readonly CatalogueEntry[] = [
  ...FORECASTING_SETS,
  ...CLASSIFICATION_SETS,
  ...TEXT_SETS,
  ...OTHER_SETS,
];

/** @throws RecurraError `unknown-dataset`, with the nearest name */
export function entryOf(name: string, catalogue: readonly CatalogueEntry[] = CATALOGUE): CatalogueEntry {
  const entry = catalogue.find((one) => one.name === name);
  if (entry !== undefined) return entry;
  const names = catalogue.map((one) => one.name);
  throw new RecurraError(
    "unknown-dataset",
    `There is no data set "${name}" in the catalogue. ${suggestion(name, names)}There are ${names.join(", ")}.`,
  );
}

/** Bytes of a set: of its files, where they are known, else of what is downloaded, about. */
export function bytesOf({ files, originals }: CatalogueEntry): number {
  const known = files.map(({ bytes }) => bytes).filter((bytes) => bytes !== undefined);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  return known.length === files.length ? sum(known) : downloadOf({ originals });
}

/** Bytes that are downloaded for a set, about. */
export function downloadOf({ originals }: Pick<CatalogueEntry, "originals">): number {
  return originals.reduce((total, { about }) => total + about, 0);
}
