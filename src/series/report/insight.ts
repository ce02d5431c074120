// What a report shows of a series beyond its forecast: its trend and season, and what the model left unexplained.

import { decompositionSpec } from "../../plot/decomposition-chart.ts";
import { residualSpec } from "../../plot/residual-chart.ts";
import { displayNumber, displayP } from "../../report/numbers.ts";
import { figure, paragraph } from "../../report/page.ts";
import { decomposeStl } from "../decompose/stl.ts";
import { type Diagnostics, diagnose } from "../evaluate/diagnostics.ts";
import type { Series } from "../observed/series.ts";
import { displayName } from "./names.ts";
import type { ForecastParts, SeriesForecast } from "./parts.ts";

/** Trend, season and remainder of a seasonal series, drawn; nothing for others. */
export async function decompositionPart(
  { values, times, season }: Series,
  { style, table }: Pick<ForecastParts, "style" | "table">,
): Promise<string> {
  if (season < 2 || values.length < 2 * season + 1 || values.some(Number.isNaN)) return "";
  const { trend, seasonal, remainder } = decomposeStl(values, season);
  const spec = decompositionSpec({
    title: "Trend and season",
    subtitle: `STL decomposition with a season of ${season} steps`,
    calendar: style.form !== "index",
    times,
    parts: [
      { label: table.columns.target, values },
      { label: "trend", values: trend },
      { label: "season", values: seasonal },
      { label: "remainder", values: remainder },
    ],
  });
  return `<h2>What is it made of?</h2>\n${await figure(spec)}`;
}

/** The residuals of the model over the whole series, drawn, with what they say; nothing where it has none. */
export async function residualPart(
  { series, fittedValues }: SeriesForecast,
  { style, model }: Pick<ForecastParts, "style" | "model">,
): Promise<string> {
  if (fittedValues === undefined) return "";
  const found = diagnose(series.values, fittedValues, series.season);
  if (found === undefined) return "";
  const spec = residualSpec({
    title: "Residuals",
    subtitle: `Each value less what ${displayName(model)} expected one step before`,
    calendar: style.form !== "index",
    times: series.times,
    residuals: series.values.map((value, t) => value - (fittedValues[t] ?? Number.NaN)),
    autocorrelations: found.autocorrelations,
    limit: found.limit,
  });
  return `<h2>What is left unexplained?</h2>\n${await figure(spec)}\n${paragraph(sentenceOf(found), "small")}`;
}

function sentenceOf({ mean, biasPValue, ljungBox }: Diagnostics): string {
  const bias =
    biasPValue < 0.05
      ? `The residuals have a mean of ${displayNumber(mean)}, more than chance (p ${displayP(biasPValue)}): forecasts are ${mean > 0 ? "too low" : "too high"} on average.`
      : `The residuals have a mean of ${displayNumber(mean)}, no more than chance (p ${displayP(biasPValue)}).`;
  const left =
    ljungBox.pValue < 0.05
      ? `They are autocorrelated (Ljung–Box over ${ljungBox.lags} lags, p ${displayP(ljungBox.pValue)}): there is something in the series that the model has not learned.`
      : `They are not autocorrelated beyond chance (Ljung–Box over ${ljungBox.lags} lags, p ${displayP(ljungBox.pValue)}).`;
  return `${bias} ${left}`;
}
