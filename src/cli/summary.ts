// What `recurra forecast` prints when it is done: the metrics, the first figures, and where the files are.

import { join } from "node:path";
import { countOf } from "../data/row-names.ts";
import type { ForecastDocument } from "../series/document.ts";
import { displayName, displayNumber } from "../series/names.ts";

/** How many forecast values are printed. */
const SHOWN = 12;

/** @param folder Where the forecast was written. */
export function summaryOf({ model, backtest, forecast, data }: ForecastDocument, folder: string): string {
  const several = data.series.length > 1;
  const values = forecast
    .slice(0, SHOWN)
    .map(({ time, series, value }) => [time, ...(several ? [series] : []), displayNumber(value)]);
  const rest = forecast.length - values.length;
  const head = several ? `${data.columns.target} of ${data.series.length} series` : data.columns.target;
  return [
    "",
    `${head}: ${countOf(model.horizon, "step")} ahead by ${displayName(model.name)}`,
    "",
    ...metricLines(backtest),
    ...alignColumns([["time", ...(several ? ["series"] : []), "forecast"], ...values]),
    ...(rest > 0 ? [`… and ${countOf(rest, "more value")} in forecast.csv`] : []),
    "",
    `Report: ${join(folder, "report.html")}`,
    `Also there: forecast.csv, forecast.svg, metrics.json, model/`,
    "",
  ].join("\n");
}

function metricLines({ metrics, best, folds }: ForecastDocument["backtest"]): string[] {
  if (folds.length === 0) return [];
  const show = (value: number | null) => displayNumber(value ?? Number.NaN);
  const order = Object.entries(metrics).sort(([, a], [, b]) => (a.mase ?? 0) - (b.mase ?? 0));
  const rows = order.map(([name, { mae, rmse, smape, mase }]) => [
    displayName(name) + (name === best ? " ★" : ""),
    ...[mae, rmse, smape, mase].map(show),
  ]);
  return [
    ...alignColumns([
      [`backtest of ${countOf(folds.length, "fold")}`, "MAE", "RMSE", "sMAPE %", "MASE"],
      ...rows,
    ]),
    "",
  ];
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
