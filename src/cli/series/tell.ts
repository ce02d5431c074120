// What commands tell on the way: what was assumed, and what was left out.

import type { SkippedSeries } from "../../data/faults.ts";
import type { CliContext } from "../context.ts";

/** Says each in a line of its own. */
export function tellAll(notes: readonly string[], { tell }: CliContext): void {
  for (const note of notes) tell(`${note}\n`);
}

/** How many skipped series are named on the terminal; all stand in the files. */
const SKIPPED_TOLD = 10;

/** Says which series were left out, and why. */
export function tellSkipped(skipped: readonly SkippedSeries[], { tell }: CliContext): void {
  for (const { series, reason } of skipped.slice(0, SKIPPED_TOLD)) tell(`Skipped ${series}: ${reason}\n`);
  const rest = skipped.length - SKIPPED_TOLD;
  if (rest > 0) tell(`… and ${rest.toLocaleString("en-US")} more skipped series\n`);
}
