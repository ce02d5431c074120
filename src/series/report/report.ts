// The report of a forecast: one page that says what is expected, how far it can be trusted, and what it was made from.

import { fewOf } from "../../data/row-names.ts";
import { formatTime } from "../../data/time-style.ts";
import { forecastSpec } from "../../plot/forecast-chart.ts";
import { displayNumber } from "../../report/numbers.ts";
import { escapeHtml, figure, htmlPage, htmlTable, htmlTerms, paragraph } from "../../report/page.ts";
import { settingName } from "../../report/settings.ts";
import { bestOf, metricsOf, ranked } from "../evaluate/backtest.ts";
import type { Metrics } from "../evaluate/metrics.ts";
import { frequencyName, stepNoun } from "../observed/calendar.ts";
import { backtestChart, forecastChart, seriesGridSpec } from "./charts.ts";
import { decompositionPart, residualPart } from "./insight.ts";
import { metricsTable } from "./metrics-table.ts";
import { displayName, titleOf } from "./names.ts";
import type { ForecastParts, SeriesForecast } from "./parts.ts";
import { skippedList } from "./skipped-list.ts";

/** How many series stand in tables. */
const LISTED = 200;

/** Up to this many forecast values are shown at once; more can be unfolded. */
const VALUES_SHOWN = 60;

/** The page, which needs nothing beside it. @param best The name of the best in the backtest. */
export async function reportPage(parts: ForecastParts, best: string | undefined): Promise<string> {
  const title = `Forecast of ${titleOf(parts.table, parts.series.length)}`;
  const [only, second] = parts.series;
  return htmlPage(title, [
    `<h1>${escapeHtml(title)}</h1>`,
    paragraph(leadOf(parts), "lead"),
    verdict(parts, best),
    ...(only !== undefined && second === undefined
      ? await oneSeries(parts, only, best)
      : await manySeries(parts, best)),
    skippedList(parts.skipped, "metrics.json"),
    facts(parts),
  ]);
}

async function oneSeries(
  parts: ForecastParts,
  one: SeriesForecast,
  best: string | undefined,
): Promise<string[]> {
  const backtest = backtestChart(parts, one);
  return [
    await figure(forecastSpec(forecastChart(parts, one))),
    forecastTable(parts, one),
    accuracy(parts, best),
    ...(backtest === undefined ? [] : [await figure(forecastSpec(backtest)), foldTable(parts, one)]),
    await decompositionPart(one.series, parts),
    await residualPart(one, parts),
  ];
}

async function manySeries(parts: ForecastParts, best: string | undefined): Promise<string[]> {
  return [
    accuracy(parts, best),
    "<h2>Forecasts</h2>",
    await figure(seriesGridSpec(parts)),
    seriesTable(parts),
  ];
}

function leadOf(parts: ForecastParts): string {
  const [first] = parts.series;
  const show = (time: number | undefined) => formatTime(time ?? 0, parts.style);
  const ahead = `${parts.horizon} ${stepNoun(parts.frequency, parts.horizon)} ahead by ${parts.model === "combination" ? "a combination of models" : displayName(parts.model)}`;
  if (parts.series.length > 1) return `${ahead}, for ${parts.series.length.toLocaleString("en-US")} series.`;
  const { length = 0 } = first?.series.values ?? {};
  return `${ahead}, ${show(first?.times[0])} to ${show(first?.times.at(-1))}, from ${length} values (${frequencyName(parts.frequency)}, ${show(first?.series.times[0])} to ${show(first?.series.times.at(-1))}).`;
}

/** One sentence on how far the forecast can be trusted. */
function verdict(parts: ForecastParts, best: string | undefined): string {
  const own = parts.metrics.get(parts.model);
  if (own === undefined || best === undefined) {
    return paragraph(
      "The data are too short for a backtest: how good the forecast is cannot be said.",
      "verdict worse",
    );
  }
  const [name, other] = rival(parts) ?? [];
  if (name === undefined || other === undefined) return "";
  const [score, otherScore] = scoresOf(own, other);
  const share = Math.round(100 * Math.abs(1 - score / otherScore));
  const compared =
    share === 0
      ? `did as well as ${displayName(name)}`
      : score < otherScore
        ? `had ${share} % less error than ${displayName(name)}`
        : `had ${share} % more error than ${displayName(name)}, which needs no model: do not rely on this forecast`;
  const measure = Number.isFinite(own.mase)
    ? `MASE ${displayNumber(own.mase)}`
    : `MAE ${displayNumber(own.mae)}`;
  const subject = parts.model === "combination" ? "the combination of the models" : displayName(parts.model);
  const [level, covered] = Object.entries(own.coverage)[0] ?? [];
  const band =
    level === undefined || covered === undefined
      ? ""
      : ` Of what came, ${Math.round(covered)} % lay within its ${level} % bands.`;
  const sentence = `In the backtest, ${subject} ${compared} (${measure}).${band}`;
  return paragraph(sentence, score <= otherScore ? "verdict" : "verdict worse");
}

/** The better of the naive forecasts. */
function rival({ metrics, model }: ForecastParts): [string, Metrics] | undefined {
  const naive = new Map([...metrics].filter(([name]) => name.endsWith("naive") && name !== model));
  const name = bestOf(naive);
  const found = naive.get(name ?? "");
  return name === undefined || found === undefined ? undefined : [name, found];
}

function scoresOf(own: Metrics, other: Metrics): [number, number] {
  return Number.isFinite(own.mase) && Number.isFinite(other.mase)
    ? [own.mase, other.mase]
    : [own.mae, other.mae];
}

function accuracy(parts: ForecastParts, best: string | undefined): string {
  if (best === undefined) return "";
  const folds = parts.series.reduce((sum, one) => sum + one.folds.length, 0);
  const note = `Errors of ${folds.toLocaleString("en-US")} forecast${folds === 1 ? "" : "s"} of the past, ${parts.horizon} steps each; less is better. MAE and RMSE are in the units of the data. MASE is the error as a share of the one that the seasonal naive forecast made within the data before. The last columns say how many of the values that came lay within the bands.${togetherNote(parts, best)}`;
  return `<h2>How good is it?</h2>
${metricsTable(parts.metrics, best)}
${paragraph(note, "small")}`;
}

/** Why the forecast is not that of the best in the table. */
function togetherNote({ model }: ForecastParts, best: string): string {
  if (model !== "combination") return "";
  const together = " In the combination each model counts by how it did before.";
  return best === model || best.endsWith("naive")
    ? together
    : `${together} It is the forecast though ${displayName(best)} did better here: which single model comes first is partly luck, and several together err less in the long run.`;
}

function foldTable(parts: ForecastParts, { folds }: SeriesForecast): string {
  const show = (time: number | undefined) => formatTime(time ?? 0, parts.style);
  const names = ranked(parts.metrics).map(([name]) => name);
  const rows = folds.map((fold) => {
    const metrics = metricsOf([fold]);
    const errors = names.map((name) => metrics.get(name)?.rmse ?? Number.NaN);
    const least = errors.reduce((a, b) => (b < a ? b : a), Number.POSITIVE_INFINITY);
    const cells = errors.map((error) =>
      error === least ? `<strong>${displayNumber(error)}</strong>` : displayNumber(error),
    );
    return { cells: [escapeHtml(`${show(fold.times[0])} to ${show(fold.times.at(-1))}`), ...cells] };
  });
  return htmlTable(["RMSE of each fold", ...names.map(displayName)], rows);
}

function seriesTable(parts: ForecastParts): string {
  const rows = parts.series.slice(0, LISTED).map(({ series, folds }) => {
    const metrics = metricsOf(folds);
    const own = metrics.get(parts.model);
    const figures = [own?.rmse, own?.smape, own?.mase].map((value) => displayNumber(value ?? Number.NaN));
    return {
      cells: [
        escapeHtml(series.name),
        String(series.values.length),
        series.season > 1 ? String(series.season) : "–",
        ...figures,
        escapeHtml(displayName(bestOf(metrics) ?? "–")),
      ],
    };
  });
  const rest = parts.series.length - LISTED;
  const more =
    rest > 0 ? paragraph(`${rest.toLocaleString("en-US")} more series are in metrics.json.`, "small") : "";
  const heads = ["series", "values", "season", "RMSE", "sMAPE %", "MASE", "best in backtest"];
  return `<h2>Series</h2>\n${htmlTable(heads, rows)}${more}`;
}

function forecastTable(parts: ForecastParts, { times, forecast }: SeriesForecast): string {
  const rows = Array.from(forecast.mean, (value, h) => ({
    cells: [
      escapeHtml(formatTime(times[h] ?? 0, parts.style)),
      displayNumber(value),
      ...forecast.intervals.map(
        ({ lower, upper }) =>
          `${displayNumber(lower[h] ?? Number.NaN)} to ${displayNumber(upper[h] ?? Number.NaN)}`,
      ),
    ],
  }));
  const table = htmlTable(
    ["", "forecast", ...forecast.intervals.map(({ level }) => `${level} % band`)],
    rows,
  );
  const shown =
    rows.length <= VALUES_SHOWN
      ? table
      : `<details><summary>${rows.length} values</summary>${table}</details>`;
  return `<h2>The forecast in figures</h2>\n${shown}`;
}

/** What the model was and on which data. */
function facts(parts: ForecastParts): string {
  const { table } = parts;
  const settings = Object.entries(parts.series[0]?.description ?? {}).filter(
    ([name]) => !["kind", "seed", "name"].includes(name) && !/ (?!model$|order$|variant$)/.test(name),
  );
  const rows: [string, string][] = [
    ["Source", table.source],
    [
      "Columns",
      Object.entries(table.columns)
        .filter(([role]) => role !== "target" || table.columns.targets === undefined)
        .map(([role, column]) => `${role}: ${typeof column === "string" ? column : fewOf(column, 12)}`)
        .join("; "),
    ],
    ...(table.where === undefined ? [] : [["Rows chosen by", table.where] as [string, string]]),
    ["Rows", table.values.length.toLocaleString("en-US")],
    ["Frequency", frequencyName(parts.frequency)],
    ["Model", displayName(parts.model)],
    ...settings.map(([name, value]): [string, string] => [
      nameOf(name),
      name === "members"
        ? String(value).replace(/[a-z][\w-]*/g, displayName)
        : typeof value === "number" && !Number.isInteger(value)
          ? displayNumber(value)
          : String(value),
    ]),
    ["Seed", String(parts.seed)],
    ["Time taken", `${Math.ceil(parts.timing.totalSeconds ?? 0)} s`],
  ];
  const notes = [...parts.notes, ...parts.advice].map((note) => `<li>${escapeHtml(note)}</li>`).join("\n");
  return `<h2>Model and data</h2>\n${htmlTerms(rows)}${notes === "" ? "" : `\n<ul class="small">${notes}</ul>`}`;
}

/** `ETS model` for `ets model`, the setting of a part of the forecast; else in words. */
function nameOf(name: string): string {
  if (name === "method") return "Combined by";
  if (name === "model") return "Form";
  const [part = "", ...rest] = name.split(" ");
  return rest.length > 0 && displayName(part) !== part
    ? [displayName(part), ...rest].join(" ")
    : settingName(name);
}
