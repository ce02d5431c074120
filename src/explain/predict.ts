// What an explainer asks a model for: predictions of many rows at once, checked before they are used.

import { describe } from "../nn/choice.ts";
import { RecurraError } from "../platform/error.ts";
import type { TypedArray } from "../tensor/dtype.ts";
import { NdArray, type Nested, ndarray } from "../tensor/nd-array.ts";
import { formatShape } from "../tensor/shape.ts";

/** Outputs for n rows: [n], or [n, outputs]. */
export type Predictions = NdArray | Nested | TypedArray;

/** A model as an explainer sees it: outputs for rows [n, ...]. */
export type PredictFunction = (rows: NdArray) => Predictions | Promise<Predictions>;

/** A function from rows to outputs, or a model with such a method. */
export type Predict = PredictFunction | { predict(rows: NdArray): Predictions | Promise<Predictions> };

/** A classifier or regression of texts: outputs for n texts, [n] or [n, outputs]. */
export type PredictTexts = (texts: string[]) => Predictions | Promise<Predictions>;

/** Checked outputs of n rows. */
export interface Outputs {
  /** [n × outputs] */
  readonly values: Float64Array;
  /** How many outputs a row has. */
  readonly width: number;
}

/** @throws RecurraError `option-value` for what cannot predict */
export function predictFunction(what: string, predict: Predict): PredictFunction {
  if (typeof predict === "function") return predict;
  if (typeof predict === "object" && predict !== null && typeof predict.predict === "function")
    return (rows) => predict.predict(rows);
  throw new RecurraError(
    "option-value",
    `${what}: wants a function from rows to predictions, or a model with predict, got ${describe(predict)}`,
  );
}

/**
 * Outputs as numbers.
 *
 * @param count how many rows were given
 * @param width how many outputs a row had before, where that is known
 * @throws RecurraError `predictions` for a wrong number of them, another shape than [n] or [n, outputs], and what is not finite
 */
export function checkPredictions(what: string, given: Predictions, count: number, width?: number): Outputs {
  const array = asArray(what, given);
  const [rows, columns = 1] = array.shape;
  if (array.rank === 0 || array.rank > 2 || rows !== count || columns === 0)
    throw new RecurraError(
      "predictions",
      `${what}: predict was given ${count} row${count === 1 ? "" : "s"} and gave ${formatShape(array.shape)}; wanted [${count}] or [${count}, outputs]`,
    );
  if (width !== undefined && columns !== width)
    throw new RecurraError(
      "predictions",
      `${what}: predict gave ${columns} output${columns === 1 ? "" : "s"} a row where it gave ${width} before`,
    );
  const values = array.toFloat64();
  const odd = values.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) {
    const place = columns === 1 ? "" : `, output ${odd % columns}`;
    throw new RecurraError(
      "predictions",
      `${what}: predict gave ${values[odd]} for row ${Math.floor(odd / columns)} of ${count}${place}; wanted finite numbers. ` +
        "Rows are put together from the row explained and the background: the model must take any such mixture",
    );
  }
  return { values, width: columns };
}

function asArray(what: string, given: Predictions): NdArray {
  if (given instanceof NdArray) return given;
  if (!Array.isArray(given) && !ArrayBuffer.isView(given))
    throw new RecurraError(
      "predictions",
      `${what}: predict gave ${describe(given)}; wanted an array of numbers, [n] or [n, outputs]`,
    );
  try {
    return ndarray(given as Nested, Array.isArray(given) ? { dtype: "float64" } : {});
  } catch (error) {
    if (!(error instanceof RecurraError)) throw error;
    throw new RecurraError(error.code, `${what}: what predict gave: ${error.message}`, { cause: error });
  }
}
