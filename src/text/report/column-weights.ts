// How much worse a model tells rows once the cells of a column are shuffled among them: what it goes by.

import { Random } from "../../tensor/random.ts";
import { type TextTableRows, takeRows } from "../table/rows.ts";
import type { TextTable } from "../table/text-table.ts";

/** What shuffling a column does. */
export interface ColumnWeight {
  /** `text`, or the name of a column. */
  readonly name: string;
  /** By how much the error grows: mean |y - ŷ|, or the share of rows that get a wrong class. */
  readonly loss: number;
}

/** Rows that are shuffled, at most. */
const MOST = 1000;

/**
 * Permutation importance: the error with the cells of one column shuffled, less the error as it is. Columns that tell the same stand in for
 * one another, and each then seems to count for little.
 *
 * Source: L. Breiman, "Random forests", Machine Learning 45, 2001, section 10.
 *
 * @param actual [N] @param textName what the texts are called
 * @returns the columns in the order in which the model has them, texts first
 */
export async function columnWeights(
  model: TextTable,
  rows: TextTableRows,
  actual: Float64Array | readonly string[],
  textName: string,
): Promise<readonly ColumnWeight[]> {
  const count = Math.min(actual.length, MOST);
  const random = new Random(7);
  const chosen = random.permutation(actual.length).subarray(0, count);
  const some = takeRows(rows, Int32Array.from(chosen));
  const wanted = Array.from(chosen, (row) => actual[row] ?? 0);
  const errorOf = async (given: TextTableRows) => errorIn(await model.predict(given), wanted);
  const own = await errorOf(some);
  const order = random.fold(1).permutation(count);
  const mixed = takeRows(some, Int32Array.from(order));
  const weights: ColumnWeight[] = [];
  if (some.texts !== undefined)
    weights.push({ name: textName, loss: (await errorOf({ ...some, texts: mixed.texts })) - own });
  for (const kind of ["numbers", "categories"] as const) {
    for (const [name, column] of Object.entries(mixed[kind] ?? {})) {
      const shuffled = { ...some, [kind]: { ...some[kind], [name]: column } };
      weights.push({ name, loss: (await errorOf(shuffled)) - own });
    }
  }
  return weights;
}

function errorIn(
  told: Awaited<ReturnType<TextTable["predict"]>>,
  actual: readonly (number | string)[],
): number {
  const errors =
    told.kind === "numbers"
      ? actual.map((value, row) => Math.abs(Number(value) - (told.values[row] ?? 0)))
      : actual.map((value, row) => (value === told.labels[row] ? 0 : 1));
  return errors.reduce<number>((sum, error) => sum + error, 0) / errors.length;
}
