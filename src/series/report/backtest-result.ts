// What a backtest of a table gives: its figures, and its files.

import { joinPath, writeFileAtomic, writeFolderAtomic } from "#platform";
import type { Table } from "../../data/table.ts";
import { formatTime } from "../../data/time-style.ts";
import { forecastSpec } from "../../plot/forecast-chart.ts";
import { renderSvg, type TopLevelSpec } from "../../plot/svg.ts";
import { csvField } from "../../report/csv.ts";
import { displayNumber, displayP } from "../../report/numbers.ts";
import { escapeHtml, figure, htmlPage, htmlTable, paragraph } from "../../report/page.ts";
import { bestOf, metricsOf, ranked } from "../evaluate/backtest.ts";
import { type DieboldMariano, dieboldMariano } from "../evaluate/diebold-mariano.ts";
import type { Metrics } from "../evaluate/metrics.ts";
import type { Evaluation } from "../evaluation.ts";
import { frequencyName, stepNoun } from "../observed/calendar.ts";
import { backtestChart } from "./charts.ts";
import { type MetricsDocument, metricsDocument } from "./document.ts";
import { metricsTable } from "./metrics-table.ts";
import { displayName, titleOf } from "./names.ts";
import type { SkippedSeries } from "./parts.ts";
import { skippedList } from "./skipped-list.ts";

/** What stands in a backtest's folder: nothing else is ever replaced. */
export const BACKTEST_FILES = ["backtest.csv", "metrics.json", "backtest.svg", "report.html"] as const;

export interface BacktestDocument {
  readonly source: string;
  readonly series: number;
  readonly horizon: number;
  readonly folds: number;
  readonly metrics: Readonly<Record<string, MetricsDocument>>;
  readonly best?: string;
  /** Against the best, by the Diebold–Mariano test over all folds of all series: p-values of the two-sided test. */
  readonly comparisons: Readonly<Record<string, DieboldMariano>>;
  readonly bySeries: readonly {
    readonly series: string;
    readonly metrics: Readonly<Record<string, MetricsDocument>>;
  }[];
  readonly skipped: readonly { readonly series: string; readonly reason: string }[];
  readonly notes: readonly string[];
}

/** The models of a table, set against each other on its past. */
export class BacktestResult {
  readonly table: Table;
  readonly evaluation: Evaluation;

  constructor(table: Table, evaluation: Evaluation) {
    this.table = table;
    this.evaluation = evaluation;
  }

  /** Of each model and baseline, pooled over all folds and series. */
  get metrics(): ReadonlyMap<string, Metrics> {
    return this.evaluation.metrics;
  }

  /** Series that could not be used, with the reason: only with `onError: "skip"`. */
  get skipped(): readonly SkippedSeries[] {
    const { set, plan } = this.evaluation;
    return [...set.skipped, ...plan.skipped];
  }

  /** The name of the best: the least MASE, or MAE where MASE is undefined. */
  get best(): string | undefined {
    return bestOf(this.metrics);
  }

  /** Each of the others against the best: whether the difference is more than chance. */
  get comparisons(): ReadonlyMap<string, DieboldMariano> {
    const { folds, plan } = this.evaluation;
    const best = this.best ?? "";
    const errorsOf = (name: string) =>
      folds
        .filter(({ forecasts }) => forecasts.has(name) && forecasts.has(best))
        .flatMap(({ actual, scale, forecasts }) =>
          Array.from(actual, (value, h) => {
            const error = value - (forecasts.get(name)?.mean[h] ?? Number.NaN);
            return scale.absolute > 0 ? error / scale.absolute : Number.NaN;
          }),
        )
        .map((error) => (Number.isFinite(error) ? error : 0));
    const others = [...this.metrics.keys()].filter((name) => name !== best);
    const compared = others.map((name): [string, DieboldMariano] | undefined => {
      const [own, reference] = [errorsOf(name), errorsOf(best)];
      return own.length < 2 || own.length !== reference.length
        ? undefined
        : [name, dieboldMariano(own, reference, { horizon: plan.horizon })];
    });
    return new Map(compared.filter((one) => one !== undefined));
  }

  toJSON(): BacktestDocument {
    const { plan, folds, notes } = this.evaluation;
    const bySeries = Map.groupBy(folds, ({ index }) => index);
    return {
      source: this.table.source,
      series: plan.series.length,
      horizon: plan.horizon,
      folds: folds.length,
      metrics: metricsDocument(new Map(ranked(this.metrics))),
      ...(this.best === undefined ? {} : { best: this.best }),
      comparisons: Object.fromEntries(this.comparisons),
      bySeries: [...bySeries.values()].map((of) => ({
        series: of[0]?.series ?? "",
        metrics: metricsDocument(metricsOf(of)),
      })),
      skipped: this.skipped,
      notes,
    };
  }

  /** The forecasts of the past as CSV: series, fold, time, model, value, forecast, and the ends of the intervals. */
  csv(): string {
    const { folds, levels, set } = this.evaluation;
    const bounds = levels.flatMap((level) => [`lower_${level}`, `upper_${level}`]);
    const lines = [["series", "fold", "time", "model", "value", "forecast", ...bounds].join(",")];
    // Folds before the first are those by which the combination weighs its members.
    const first = folds.reduce((least, { fold }) => Math.min(least, fold), Number.POSITIVE_INFINITY);
    for (const { series, fold, times, actual, forecasts } of folds) {
      for (const [name, { mean, intervals }] of forecasts) {
        for (const [h, value] of actual.entries()) {
          const ends = levels.flatMap((level) => {
            const interval = intervals.find((one) => one.level === level);
            return [interval?.lower[h] ?? "", interval?.upper[h] ?? ""];
          });
          const time = formatTime(times[h] ?? 0, set.style);
          lines.push([csvField(series), fold - first + 1, time, name, value, mean[h], ...ends].join(","));
        }
      }
    }
    return `${lines.join("\n")}\n`;
  }

  /** Writes the backtest's folder, whole or not at all: backtest.csv, metrics.json, backtest.svg and report.html. */
  async save(folder: string): Promise<void> {
    await writeFolderAtomic(folder, (into) => this.writeInto(into), { owned: isBacktestFile });
  }

  /** Writes the files of `save` into a folder that exists. */
  async writeInto(folder: string): Promise<void> {
    const write = (name: string, text: string) =>
      writeFileAtomic(joinPath(folder, name), (sink) => sink.write(new TextEncoder().encode(text)));
    await write("backtest.csv", this.csv());
    await write("metrics.json", `${JSON.stringify(this.toJSON(), null, 2)}\n`);
    await write("backtest.svg", await this.plot());
    await write("report.html", await this.page());
  }

  /** The folds of a series with what the best and the naive forecaster expected, as a Vega-Lite specification; undefined without folds. */
  spec(index = 0): TopLevelSpec | undefined {
    const { plan, set, folds } = this.evaluation;
    const series = plan.series[index]?.series;
    if (series === undefined) return undefined;
    const { style, frequency } = set;
    const surroundings = { horizon: plan.horizon, frequency, style, model: this.best ?? "" };
    const chart = backtestChart(surroundings, {
      series,
      folds: folds.filter((fold) => fold.index === index),
    });
    if (chart === undefined) return undefined;
    return forecastSpec(plan.series.length > 1 ? { ...chart, title: series.name } : chart);
  }

  /** The chart of a series as SVG text; empty where it has no folds. @param index default: the first */
  async plot(index = 0): Promise<string> {
    const spec = this.spec(index);
    return spec === undefined ? "" : renderSvg(spec);
  }

  /** The report, one HTML page that needs nothing beside it. */
  async page(): Promise<string> {
    const { plan, folds, notes, set } = this.evaluation;
    const title = `Backtest of ${titleOf(this.table, plan.series.length)}`;
    const specs = plan.series.slice(0, DRAWN).map((_, i) => this.spec(i));
    const figures = await Promise.all(specs.filter((spec) => spec !== undefined).map(figure));
    const steps = `${plan.horizon} ${stepNoun(set.frequency, plan.horizon)}`;
    const comparisons = [...this.comparisons].map(([name, { pValue, meanDifference }]) => ({
      cells: [
        escapeHtml(displayName(name)),
        displayNumber(meanDifference),
        displayP(pValue),
        pValue < 0.05 ? "more than chance" : "may be chance",
      ],
    }));
    const best = displayName(this.best ?? "");
    return htmlPage(title, [
      `<h1>${escapeHtml(title)}</h1>`,
      paragraph(
        `${this.table.source}: ${folds.length.toLocaleString("en-US")} forecasts of the past, ${steps} each, of ${plan.series.length.toLocaleString("en-US")} series (${frequencyName(set.frequency)}).`,
        "lead",
      ),
      metricsTable(this.metrics, this.best),
      paragraph(
        `Less error is better. MASE is the error as a share of the one that the seasonal naive forecast made within the data before; the last columns say how many of the values that came lay within the bands. In the combination each model counts by how it did before.`,
        "small",
      ),
      ...figures,
      plan.series.length > DRAWN
        ? paragraph(`${plan.series.length - DRAWN} more series are in backtest.csv.`, "small")
        : "",
      ...(comparisons.length === 0
        ? []
        : [
            `<h2>Is ${escapeHtml(best)} better by more than chance?</h2>`,
            htmlTable(["against", "more scaled error", "p", "the difference"], comparisons),
            paragraph(
              "Diebold–Mariano tests on absolute errors, with the correction of Harvey, Leybourne and Newbold.",
              "small",
            ),
          ]),
      skippedList(this.skipped, "metrics.json"),
      `<h2>Notes</h2>\n<ul class="small">${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join("\n")}</ul>`,
    ]);
  }
}

/** How many series are drawn. */
const DRAWN = 12;

/** Whether a name in a backtest's folder is one of its own. */
export function isBacktestFile(name: string): boolean {
  return BACKTEST_FILES.some((own) => own === name);
}
