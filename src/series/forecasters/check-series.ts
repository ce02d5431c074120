// What a series must be before anything is fitted to it.

import { countOf } from "../../data/row-names.ts";
import { RecurraError } from "../../platform/error.ts";
import type { Series } from "../observed/series.ts";
import type { Need } from "./local-model.ts";

export interface SeriesDemands {
  /** The forecaster, for messages. */
  readonly name: string;
  readonly takesMissing: boolean;
  readonly need: Need;
}

/**
 * Checks that a series has the values that a forecaster needs.
 *
 * @throws RecurraError `too-short`, `missing-values`, `not-finite`
 */
export function checkSeries({ values }: Series, { name, takesMissing, need }: SeriesDemands): void {
  if (values.length < need.rows) {
    throw new RecurraError(
      "too-short",
      `it has ${countOf(values.length, "row")}, and ${name} needs at least ${need.rows}: ${need.because}. Give more rows, or another model.`,
    );
  }
  let missing = 0;
  for (let t = 0; t < values.length; t++) {
    const value = values[t] ?? Number.NaN;
    if (Number.isNaN(value)) missing++;
    else if (!Number.isFinite(value)) {
      throw new RecurraError(
        "not-finite",
        `value ${t + 1} of ${values.length} is ${value}; wanted finite numbers`,
      );
    }
  }
  if (missing === 0) return;
  if (missing === values.length)
    throw new RecurraError("missing-values", "all of its values are missing; wanted at least one");
  if (takesMissing) return;
  throw new RecurraError(
    "missing-values",
    `${countOf(missing, "value")} of ${values.length} ${missing === 1 ? "is" : "are"} missing, and ${name} takes none. Fill them when reading (missing: "linear"), or use state-space or arima.`,
  );
}
