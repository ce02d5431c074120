// What `recurra forecast` prints when it is done: the metrics, the first figures, and where the files are.

import { join } from "node:path";
import { countOf } from "../data/row-names.ts";
import { ranked } from "../series/backtest.ts";
import { stepNoun } from "../series/calendar.ts";
import { displayName, displayNumber } from "../series/names.ts";
import type { ForecastResult } from "../series/result.ts";

/** How many forecast values are printed. */
const SHOWN = 12;

/** @param folder Where the forecast was written. */
export function summaryOf(result: ForecastResult, folder: string): string {
  const { model, forecast, data } = result.toJSON();
  const several = data.series.length > 1;
  const head = several ? `${data.columns.target} of ${data.series.length} series` : data.columns.target;
  const values = several
    ? []
    : forecast.slice(0, SHOWN).map(({ time, value }) => [time, displayNumber(value)]);
  const rest = forecast.length - values.length;
  return [
    "",
    `${head}: ${model.horizon} ${stepNoun(result.parts.frequency, model.horizon)} ahead by ${displayName(model.name)}`,
    "",
    ...metricLines(result),
    ...(several ? [] : alignColumns([["time", "forecast"], ...values])),
    ...(rest > 0
      ? [`${several ? "" : "… and "}${countOf(rest, several ? "value" : "more value")} in forecast.csv`]
      : []),
    "",
    `Report: ${join(folder, "report.html")}`,
    `Also there: forecast.csv, forecast.svg, metrics.json, model/`,
    "",
  ].join("\n");
}

function metricLines({ metrics, best, parts }: ForecastResult): string[] {
  const folds = parts.series.reduce((sum, one) => sum + one.folds.length, 0);
  if (folds === 0) return [];
  const rows = ranked(metrics).map(([name, { mae, rmse, smape, mase }]) => [
    displayName(name) + (name === best ? " ★" : ""),
    ...[mae, rmse, smape, mase].map(displayNumber),
  ]);
  const head = [`backtest of ${countOf(folds, "fold")}`, "MAE", "RMSE", "sMAPE %", "MASE"];
  return [...alignColumns([head, ...rows]), ""];
}

/** The first column to the left, the others to the right. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("   ")
      .trimEnd(),
  );
}
