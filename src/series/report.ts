// The report: one HTML page with the forecast, the backtest, the table of metrics, and what the model was and on which data.

import { formatTime } from "../data/time-style.ts";
import { forecastSpec } from "../plot/forecast-chart.ts";
import { renderSvg } from "../plot/svg.ts";
import { bestOf, metricsOf, ranked } from "./backtest.ts";
import { frequencyName, stepNoun } from "./calendar.ts";
import { backtestChart, forecastChart } from "./charts.ts";
import type { Metrics } from "./metrics.ts";
import { displayName, displayNumber } from "./names.ts";
import type { ForecastParts, SeriesForecast } from "./parts.ts";
import { REPORT_STYLE } from "./report-style.ts";

/** How many series are drawn, and how many stand in tables. */
const DRAWN = 12;
const LISTED = 200;

/** Up to this many forecast values are shown at once; more can be unfolded. */
const VALUES_SHOWN = 60;

/** The page, which needs nothing beside it. @param best The name of the best in the backtest. */
export async function reportPage(parts: ForecastParts, best: string | undefined): Promise<string> {
  const title = `Forecast of ${parts.table.columns.target}`;
  const [only, second] = parts.series;
  const body = [
    `<h1>${escapeHtml(title)}</h1>`,
    `<p class="lead">${escapeHtml(leadOf(parts))}</p>`,
    verdict(parts, best),
    ...(only !== undefined && second === undefined
      ? await oneSeries(parts, only, best)
      : await manySeries(parts, best)),
    forecastTable(parts),
    facts(parts),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
${body.filter((part) => part !== "").join("\n")}
</body>
</html>
`;
}

async function oneSeries(
  parts: ForecastParts,
  one: SeriesForecast,
  best: string | undefined,
): Promise<string[]> {
  const backtest = backtestChart(parts, one);
  return [
    await figure(forecastChart(parts, one)),
    metricsTable(parts, best),
    ...(backtest === undefined ? [] : [await figure(backtest), foldTable(parts, one)]),
  ];
}

async function manySeries(parts: ForecastParts, best: string | undefined): Promise<string[]> {
  const figures: string[] = [];
  for (const one of parts.series.slice(0, DRAWN)) {
    figures.push(await figure({ ...forecastChart(parts, one), height: 200 }));
  }
  const rest = parts.series.length - DRAWN;
  return [
    metricsTable(parts, best),
    seriesTable(parts),
    "<h2>Forecasts</h2>",
    ...figures,
    ...(rest > 0 ? [`<p class="small">${rest} more series are in forecast.csv.</p>`] : []),
  ];
}

async function figure(chart: Parameters<typeof forecastSpec>[0]): Promise<string> {
  return `<figure>${await renderSvg(forecastSpec(chart))}</figure>`;
}

function leadOf(parts: ForecastParts): string {
  const [first] = parts.series;
  const show = (time: number | undefined) => formatTime(time ?? 0, parts.style);
  const ahead = `${parts.horizon} ${stepNoun(parts.frequency, parts.horizon)} ahead by ${displayName(parts.model)}`;
  if (parts.series.length > 1) return `${ahead}, for ${parts.series.length} series, one model each.`;
  const { length = 0 } = first?.series.values ?? {};
  return `${ahead}, ${show(first?.times[0])} to ${show(first?.times.at(-1))}, from ${length} values (${frequencyName(parts.frequency)}, ${show(first?.series.times[0])} to ${show(first?.series.times.at(-1))}).`;
}

/** One sentence on how far the forecast can be trusted. */
function verdict(parts: ForecastParts, best: string | undefined): string {
  const own = parts.metrics.get(parts.model);
  if (own === undefined || best === undefined) {
    return '<p class="verdict worse">The data are too short for a backtest: how good the forecast is cannot be said.</p>';
  }
  const [name, other] = rival(parts) ?? [];
  const [score, otherScore] = scoresOf(own, other ?? own);
  if (name === undefined || other === undefined) return "";
  const share = Math.round(100 * Math.abs(1 - score / otherScore));
  const compared =
    score === otherScore
      ? `did as well as ${displayName(name)}`
      : score < otherScore
        ? `had ${share} % less error than ${displayName(name)}`
        : `had ${share} % more error than ${displayName(name)}, which needs no model: do not rely on it`;
  const measure = Number.isFinite(own.mase)
    ? `MASE ${displayNumber(own.mase)}`
    : `MAE ${displayNumber(own.mae)}`;
  return `<p class="verdict${score < otherScore ? "" : " worse"}">In the backtest, ${escapeHtml(displayName(parts.model))} ${escapeHtml(compared)} (${measure}).</p>`;
}

/** The best of the others. */
function rival(parts: ForecastParts): [string, Metrics] | undefined {
  const others = new Map([...parts.metrics].filter(([name]) => name !== parts.model));
  const name = bestOf(others);
  const metrics = others.get(name ?? "");
  return name === undefined || metrics === undefined ? undefined : [name, metrics];
}

function scoresOf(own: Metrics, other: Metrics): [number, number] {
  return Number.isFinite(own.mase) && Number.isFinite(other.mase)
    ? [own.mase, other.mase]
    : [own.mae, other.mae];
}

function metricsTable(parts: ForecastParts, best: string | undefined): string {
  if (best === undefined) return "";
  const rows = ranked(parts.metrics);
  const body = rows.map(([name, { mae, rmse, smape, mase }]) => {
    const mark = name === best ? ' <span class="mark">★ best</span>' : "";
    const cells = [mae, rmse, smape, mase].map((value) => `<td>${displayNumber(value)}</td>`).join("");
    return `<tr${name === best ? ' class="best"' : ""}><td>${escapeHtml(displayName(name))}${mark}</td>${cells}</tr>`;
  });
  const folds = parts.series.reduce((sum, one) => sum + one.folds.length, 0);
  return `<h2>How good is it?</h2>
<div class="scroll"><table><thead><tr><th>model</th><th>MAE</th><th>RMSE</th><th>sMAPE %</th><th>MASE</th></tr></thead>
<tbody>${body.join("\n")}</tbody></table></div>
<p class="small">Errors of ${folds} forecast${folds === 1 ? "" : "s"} of the past, ${parts.horizon} steps each; less is better. MAE and RMSE are in the units of ${escapeHtml(parts.table.columns.target)}.
MASE is the error as a share of the one that the seasonal naive forecast made within the data before.</p>`;
}

function foldTable(parts: ForecastParts, { folds }: SeriesForecast): string {
  const show = (time: number | undefined) => formatTime(time ?? 0, parts.style);
  const names = ranked(parts.metrics).map(([name]) => name);
  const body = folds.map((fold) => {
    const metrics = metricsOf([fold]);
    const errors = names.map((name) => metrics.get(name)?.rmse ?? Number.NaN);
    const cells = errors.map((error) => {
      const value = displayNumber(error);
      return `<td>${error === Math.min(...errors) ? `<strong>${value}</strong>` : value}</td>`;
    });
    return `<tr><td>${show(fold.times[0])} to ${show(fold.times.at(-1))}</td>${cells.join("")}</tr>`;
  });
  const heads = names.map((name) => `<th>${escapeHtml(displayName(name))}</th>`).join("");
  return `<div class="scroll"><table><thead><tr><th>RMSE of each fold</th>${heads}</tr></thead><tbody>${body.join("\n")}</tbody></table></div>`;
}

function seriesTable(parts: ForecastParts): string {
  const rows = parts.series.slice(0, LISTED).map(({ series, season, folds }) => {
    const metrics = metricsOf(folds);
    const best = bestOf(metrics);
    const own = metrics.get(parts.model);
    const figures = [own?.rmse, own?.smape, own?.mase].map(
      (value) => `<td>${displayNumber(value ?? Number.NaN)}</td>`,
    );
    return `<tr><td>${escapeHtml(series.name)}</td><td>${series.values.length}</td><td>${season > 1 ? season : "–"}</td>${figures.join("")}<td>${escapeHtml(displayName(best ?? "–"))}</td></tr>`;
  });
  const rest = parts.series.length - LISTED;
  const more = rest > 0 ? `<p class="small">${rest} more series are in metrics.json.</p>` : "";
  return `<h2>Series</h2>
<div class="scroll"><table><thead><tr><th>series</th><th>values</th><th>season</th><th>RMSE</th><th>sMAPE %</th><th>MASE</th><th>best in backtest</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table></div>${more}`;
}

function forecastTable(parts: ForecastParts): string {
  const [only, second] = parts.series;
  if (only === undefined || second !== undefined) return "";
  const rows = Array.from(
    only.values,
    (value, h) =>
      `<div><dt>${formatTime(only.times[h] ?? 0, parts.style)}</dt><dd>${displayNumber(value)}</dd></div>`,
  );
  const list = `<dl class="figures">${rows.join("\n")}</dl>`;
  const shown =
    rows.length <= VALUES_SHOWN ? list : `<details><summary>${rows.length} values</summary>${list}</details>`;
  return `<h2>The forecast in figures</h2>\n${shown}`;
}

/** What the model was and on which data. */
function facts(parts: ForecastParts): string {
  const { table } = parts;
  const settings = Object.entries(parts.series[0]?.fitted.describe?.() ?? {}).filter(
    ([name]) => !["kind", "seed"].includes(name),
  );
  const rows: [string, string][] = [
    ["Source", table.source],
    [
      "Columns",
      Object.entries(table.columns)
        .map(([role, column]) => `${role}: ${column}`)
        .join(", "),
    ],
    ...(table.where === undefined ? [] : [["Rows chosen by", table.where] as [string, string]]),
    ["Rows", table.values.length.toLocaleString("en-US")],
    ["Frequency", frequencyName(parts.frequency)],
    ["Model", displayName(parts.model)],
    ...settings.map(([name, value]): [string, string] => [
      sentenceCase(name),
      typeof value === "number" && !Number.isInteger(value) ? displayNumber(value) : String(value),
    ]),
    ["Seed", String(parts.seed)],
    ["Time taken", `${Math.ceil(parts.timing.totalSeconds ?? 0)} s`],
  ];
  const list = rows
    .map(([term, text]) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(text)}</dd>`)
    .join("\n");
  const notes = parts.notes.map((note) => `<li>${escapeHtml(note)}</li>`).join("\n");
  return `<h2>Model and data</h2>\n<dl>${list}</dl>${notes === "" ? "" : `\n<ul class="small">${notes}</ul>`}`;
}

/** `Batch size` for `batchSize`. */
function sentenceCase(name: string): string {
  const words = name.replace(/([A-Z])/g, " $1").toLowerCase();
  return `${words[0]?.toUpperCase() ?? ""}${words.slice(1)}`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
