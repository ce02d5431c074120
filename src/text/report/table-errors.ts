// The parts of a table's report that tell how far numbers are off: beside baselines, point by point, and by size.

import { errorSizeSpec } from "../../plot/error-size-chart.ts";
import { predictedActualSpec } from "../../plot/predicted-actual-chart.ts";
import { displayNumber, percent } from "../../report/numbers.ts";
import { escapeHtml, figure, htmlTable, paragraph } from "../../report/page.ts";
import type { NumberScores } from "../table/scores.ts";
import { medianOf } from "./number-baselines.ts";
import type { TablePrediction } from "./train-table.ts";

/** Baselines in the table, besides those of all rows; bands of the chart of sizes. */
const BASELINES = 6;
const BANDS = 5;

/** [N] How far off the model is for each test row. */
export function errorsOf({ told, test }: Pick<TablePrediction, "told" | "test">): Float64Array {
  if (told.kind !== "numbers") return new Float64Array();
  return told.values.map((value, row) => Math.abs(Number(test.target[row]) - value));
}

/** By how much the model's mean error is below that of the best baseline, with the bounds that hold in 95 of 100 cases. */
export interface Advantage {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** The mean of the differences row by row, ± 1.96 standard errors. */
export function advantageOf(errors: Float64Array, others: Float64Array): Advantage {
  const differences = errors.map((error, row) => (others[row] ?? 0) - error);
  const count = differences.length;
  const mean = differences.reduce((sum, value) => sum + value, 0) / count;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, count - 1);
  const half = 1.96 * Math.sqrt(variance / count);
  return { mean, low: mean - half, high: mean + half };
}

/** How far the model can be trusted. */
export function numberVerdict(result: TablePrediction): string {
  const { evaluation, baselines, target } = result;
  const [best] = baselines;
  if (evaluation.kind !== "numbers" || best === undefined) return "";
  const { mae } = evaluation.scores;
  const errors = errorsOf(result);
  const half = medianOf(Array.from(errors));
  const own = `On average it misses “${target}” by ${displayNumber(mae)}; half of the rows by no more than ${displayNumber(half)}.`;
  const guess = `The best of simple guesses, “${best.name}”, misses it by ${displayNumber(best.scores.mae)}`;
  const { low, mean } = advantageOf(errors, best.errors);
  if (low > 0) return paragraph(`${own} ${guess}.`, "verdict");
  return mean > 0
    ? paragraph(`${own} ${guess}: the difference may be chance.`, "verdict worse")
    : paragraph(`${own} ${guess}: the model is no better, do not rely on it.`, "verdict worse");
}

export function numberScoresTable({ evaluation, baselines, model }: TablePrediction): string {
  if (evaluation.kind !== "numbers") return "";
  const cells = ({ mae, rmse, r2, mape }: NumberScores) => [
    displayNumber(mae),
    displayNumber(rmse),
    Number.isFinite(r2) ? r2.toFixed(3) : "–",
    percent(mape),
  ];
  const rows = [
    { cells: ["the model", ...cells(evaluation.scores)], isBest: true },
    ...baselines
      .filter(({ name }, place) => place < BASELINES || name.endsWith(" of all"))
      .map(({ name, scores }) => ({ cells: [escapeHtml(name), ...cells(scores)] })),
  ];
  const log = model.settings.log
    ? " The model learned logarithms, so that errors count by their ratio: what it tells is near the median of such rows, not their mean, and that costs in RMSE and R²."
    : "";
  return `<h2>Beside simple guesses</h2>
${htmlTable(["told by", "mean error", "RMSE", "R²", "mean error in %"], rows)}
${paragraph(`Mean error: of the sizes of the errors. RMSE: the root of the mean of their squares, in which large ones count for more. R²: the share of the variance that is explained; 0 for always telling the mean of the test.${log}`, "small")}`;
}

export async function errorCharts(result: TablePrediction): Promise<string> {
  const { told, test, target, model, baselines } = result;
  if (told.kind !== "numbers" || !(test.target instanceof Float64Array)) return "";
  const scatter = predictedActualSpec({
    actual: test.target,
    predicted: told.values,
    quantity: target,
    log: model.settings.log,
    subtitle: `A point for each test row; on the dashed line it is told as it is.${model.settings.log ? " Both by their logarithm." : ""}`,
  });
  const bands = errorBands(test.target, [
    errorsOf(result),
    ...baselines.slice(0, 1).map(({ errors }) => errors),
  ]);
  if (bands.length < 2) return figure(scatter);
  const sizes = errorSizeSpec({
    bands,
    names: ["the model", ...baselines.slice(0, 1).map(({ name }) => name)],
    quantity: target,
    subtitle: "The test rows in parts of as many, from the smallest numbers to the largest.",
  });
  return `${await figure(scatter)}\n${await figure(sizes)}`;
}

/** Mean errors in parts of as many rows, by size; rows of the same number are in the same part. */
export function errorBands(actual: Float64Array, errors: readonly Float64Array[]) {
  const sorted = Float64Array.from(actual).sort();
  const bounds = new Set(
    Array.from(
      { length: BANDS - 1 },
      (_, i) => sorted[Math.ceil(((i + 1) * sorted.length) / BANDS) - 1] ?? 0,
    ),
  );
  const starts = [Number.NEGATIVE_INFINITY, ...bounds];
  return starts.flatMap((from, i) => {
    const to = starts[i + 1] ?? Number.POSITIVE_INFINITY;
    const rows = Array.from(actual.keys()).filter((row) => {
      const value = actual[row] ?? 0;
      return value > from && value <= to;
    });
    if (rows.length === 0) return [];
    const values = rows.map((row) => actual[row] ?? 0);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const label = least === most ? short(least) : `${short(least)} – ${short(most)}`;
    const meanOf = (list: Float64Array) => rows.reduce((sum, row) => sum + (list[row] ?? 0), 0) / rows.length;
    return [{ label, errors: errors.map(meanOf) }];
  });
}

/** Three significant digits are enough beside an axis. */
function short(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en-US");
}
