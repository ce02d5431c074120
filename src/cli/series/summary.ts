// What `recurra forecast` prints when it is done: the metrics, the first figures, and where the files are.

import { join } from "node:path";
import { countOf } from "../../data/row-names.ts";
import { displayNumber } from "../../report/numbers.ts";
import { ranked } from "../../series/evaluate/backtest.ts";
import type { Metrics } from "../../series/evaluate/metrics.ts";
import { stepNoun } from "../../series/observed/calendar.ts";
import { displayName, subjectOf } from "../../series/report/names.ts";
import type { ForecastResult } from "../../series/report/result.ts";

/** How many forecast values are printed. */
const SHOWN = 12;

/** @param folder Where the forecast was written. */
export function forecastSummary(result: ForecastResult, folder: string): string {
  const { model, forecast, data } = result.toJSON();
  const several = data.series.length > 1;
  const head = subjectOf(result.parts.table, data.series.length);
  const [level] = result.parts.levels;
  const values = several
    ? []
    : forecast
        .slice(0, SHOWN)
        .map(({ time, value, intervals }) => [
          time,
          displayNumber(value),
          ...(level === undefined ? [] : [(intervals[String(level)] ?? []).map(displayNumber).join(" to ")]),
        ]);
  const rest = forecast.length - values.length;
  return [
    "",
    `${head}: ${model.horizon} ${stepNoun(result.parts.frequency, model.horizon)} ahead by ${displayName(model.name)}`,
    "",
    ...metricLines(result),
    ...(several
      ? []
      : alignColumns([["time", "forecast", ...(level === undefined ? [] : [`${level} %`])], ...values])),
    ...(rest > 0
      ? [`${several ? "" : "… and "}${countOf(rest, several ? "value" : "more value")} in forecast.csv`]
      : []),
    "",
    `Report: ${join(folder, "report.html")}`,
    `Also there: forecast.csv, forecast.html, forecast.svg, metrics.json, model/`,
    "",
  ].join("\n");
}

function metricLines({ metrics, best, parts }: ForecastResult): string[] {
  const folds = parts.series.reduce((sum, one) => sum + one.folds.length, 0);
  if (folds === 0) return [];
  return [...metricTable(metrics, best, folds), ...whyNot(metrics, best, parts.model), ""];
}

/** What it means that another model than the forecast's is marked as best. */
function whyNot(
  metrics: ReadonlyMap<string, Metrics>,
  best: string | undefined,
  model: string,
): readonly string[] {
  const errorOf = (name: string) => displayNumber(metrics.get(name)?.mase ?? Number.NaN);
  if (best === undefined || errorOf(best) === errorOf(model)) return [];
  if (best.endsWith("naive"))
    return [`${displayName(best)}, which needs no model, did better: do not rely on this forecast.`];
  return model === "combination"
    ? [`The forecast is the combination's: that ${displayName(best)} comes first may be luck.`]
    : [];
}

/** The table of metrics, the best first. @param folds of how many forecasts of the past */
export function metricTable(
  metrics: ReadonlyMap<string, Metrics>,
  best: string | undefined,
  folds: number,
): string[] {
  const levels = new Set([...metrics.values()].flatMap(({ coverage }) => Object.keys(coverage)));
  const rows = ranked(metrics).map(([name, { mae, rmse, smape, mase, coverage }]) => [
    displayName(name) + (name === best ? " ★" : ""),
    ...[mae, rmse, smape, mase].map(displayNumber),
    ...[...levels].map((level) => shareOf(coverage[Number(level)])),
  ]);
  const within = [...levels].map((level) => `in ${level} %`);
  const head = [`backtest of ${countOf(folds, "fold")}`, "MAE", "RMSE", "sMAPE %", "MASE", ...within];
  return alignColumns([head, ...rows]);
}

function shareOf(percent: number | undefined): string {
  return percent === undefined ? "–" : percent.toFixed(0);
}

/** The first column to the left, the others to the right. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
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
