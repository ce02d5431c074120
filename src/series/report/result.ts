// What a forecast gives: its figures, its pictures, and its files.

import { joinPath, writeFileAtomic, writeFolderAtomic } from "#platform";
import { renderHtml } from "../../plot/html.ts";
import { renderSvg } from "../../plot/svg.ts";
import { bestOf } from "../evaluate/backtest.ts";
import type { Metrics } from "../evaluate/metrics.ts";
import { overviewSpec } from "./charts.ts";
import { documentOf, type ForecastDocument, type ForecastPoint, forecastCsv, pointsOf } from "./document.ts";
import { titleOf } from "./names.ts";
import type { ForecastParts, SkippedSeries } from "./parts.ts";
import { reportPage } from "./report.ts";

/** What stands in a forecast's folder: nothing else is ever replaced. */
export const FORECAST_FILES = [
  "forecast.csv",
  "metrics.json",
  "forecast.svg",
  "forecast.html",
  "report.html",
  "model",
] as const;

/** A forecast with its backtest. */
export class ForecastResult {
  readonly parts: ForecastParts;
  /** The forecast of every series, one after the other. */
  readonly forecast: readonly ForecastPoint[];

  constructor(parts: ForecastParts) {
    this.parts = parts;
    this.forecast = pointsOf(parts);
  }

  /** The backtest's metrics of each model and baseline, pooled over all folds and series; empty where no fold fitted. */
  get metrics(): ReadonlyMap<string, Metrics> {
    return this.parts.metrics;
  }

  /** Series that could not be forecast, with the reason: only with `onError: "skip"`. */
  get skipped(): readonly SkippedSeries[] {
    return this.parts.skipped;
  }

  /** What a person may want to do about it, in sentences: bounds, where the forecast goes below 0 and no value does. */
  get advice(): readonly string[] {
    return this.parts.advice;
  }

  /** The name of the model or baseline that did best in the backtest: the least MASE, or MAE where MASE is undefined. */
  get best(): string | undefined {
    return bestOf(this.parts.metrics);
  }

  /** Plain data, as `recurra forecast --json` prints it. */
  toJSON(): ForecastDocument {
    return documentOf(this.parts, this.best);
  }

  /** The chart of data, backtest and forecast as SVG text. Of many series the first sixty are drawn. */
  plot(): Promise<string> {
    return renderSvg(overviewSpec(this.parts));
  }

  /** The same chart as a page that answers the mouse. */
  plotHtml(): Promise<string> {
    return renderHtml(
      overviewSpec(this.parts),
      `Forecast of ${titleOf(this.parts.table, this.parts.series.length)}`,
    );
  }

  /** Writes the report, an HTML page that needs nothing beside it. */
  async report(path: string): Promise<void> {
    await writeText(path, await reportPage(this.parts, this.best));
  }

  /**
   * Writes the forecast's folder, whole or not at all: forecast.csv, metrics.json, forecast.svg, forecast.html, report.html and model/.
   *
   * @throws RecurraError `folder-has-other-files` where `folder` holds anything else, and what writing files throws.
   */
  async save(folder: string): Promise<void> {
    await writeFolderAtomic(folder, (into) => this.writeInto(into), { owned: isForecastFile });
  }

  /** Writes the files of `save` into a folder that exists. */
  async writeInto(folder: string): Promise<void> {
    const { forecast: _, ...metrics } = this.toJSON();
    await writeText(joinPath(folder, "forecast.csv"), forecastCsv(this.forecast, this.parts.levels));
    await writeText(joinPath(folder, "metrics.json"), `${JSON.stringify(metrics, null, 2)}\n`);
    await writeText(joinPath(folder, "forecast.svg"), await this.plot());
    await writeText(joinPath(folder, "forecast.html"), await this.plotHtml());
    await this.report(joinPath(folder, "report.html"));
    await this.parts.fitted.save(joinPath(folder, "model"));
  }
}

/** Whether a name in a forecast's folder is one of its own. */
export function isForecastFile(name: string): boolean {
  return FORECAST_FILES.some((own) => own === name);
}

async function writeText(path: string, text: string): Promise<void> {
  await writeFileAtomic(path, (sink) => sink.write(new TextEncoder().encode(text)));
}
