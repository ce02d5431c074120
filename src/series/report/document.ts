// A forecast as a JSON document, the same for `--json`, metrics.json and code.

import { formatTime } from "../../data/time-style.ts";
import { csvField } from "../../report/csv.ts";
import { metricsOf } from "../evaluate/backtest.ts";
import type { Metrics } from "../evaluate/metrics.ts";
import { frequencyName } from "../observed/calendar.ts";
import type { ForecastParts, SkippedSeries } from "./parts.ts";

/** Numbers that are no numbers, such as the MASE of a constant series, are null in JSON. */
export type MetricsDocument = { readonly [name in keyof Omit<Metrics, "coverage">]: number | null } & {
  /** In percent, by level. */
  readonly coverage: Readonly<Record<string, number>>;
};

export interface ForecastPoint {
  readonly time: string;
  readonly series: string;
  readonly value: number;
  /** [lower, upper] by level in percent. */
  readonly intervals: Readonly<Record<string, readonly [lower: number, upper: number]>>;
}

export interface ForecastDocument {
  readonly data: {
    readonly source: string;
    readonly columns: { readonly time: string; readonly target: string; readonly series?: string };
    readonly where?: string;
    readonly rows: number;
    readonly frequency: string;
    /** In steps, 1 for none; of several series the commonest. */
    readonly season: number;
    readonly series: readonly SeriesDocument[];
    /** Series that could not be forecast, with the reason. */
    readonly skipped: readonly SkippedSeries[];
    readonly notes: readonly string[];
  };
  readonly model: {
    /** A model, or `combination`. */
    readonly name: string;
    readonly horizon: number;
    readonly seed: number;
    readonly [setting: string]: string | number | boolean;
  };
  readonly backtest: {
    readonly folds: readonly FoldDocument[];
    /** By model, pooled over all points of all folds. */
    readonly metrics: Readonly<Record<string, MetricsDocument>>;
    /** The model with the least MASE; missing without folds. */
    readonly best?: string;
  };
  readonly forecast: readonly ForecastPoint[];
  readonly timing: Readonly<Record<string, number>>;
}

export interface SeriesDocument {
  readonly name: string;
  readonly rows: number;
  readonly from: string;
  readonly to: string;
  readonly season: number;
}

export interface FoldDocument {
  readonly series: string;
  readonly from: string;
  readonly to: string;
  readonly trainingRows: number;
  readonly metrics: Readonly<Record<string, MetricsDocument>>;
}

/** The document of a forecast. */
export function documentOf(parts: ForecastParts, best: string | undefined): ForecastDocument {
  const { table, style } = parts;
  const show = (time: number | undefined) => formatTime(time ?? 0, style);
  const seasons = parts.series.map(({ series }) => series.season);
  return {
    data: {
      source: table.source,
      columns: table.columns,
      ...(table.where === undefined ? {} : { where: table.where }),
      rows: table.values.length,
      frequency: frequencyName(parts.frequency),
      season: commonest(seasons),
      series: parts.series.map(({ series }) => ({
        name: series.name,
        rows: series.values.length,
        from: show(series.times[0]),
        to: show(series.times.at(-1)),
        season: series.season,
      })),
      skipped: parts.skipped,
      notes: [...parts.notes, ...parts.advice],
    },
    model: {
      name: parts.model,
      horizon: parts.horizon,
      seed: parts.seed,
      ...parts.series[0]?.description,
    },
    backtest: {
      folds: parts.series.flatMap(({ folds }) =>
        folds.map((fold) => ({
          series: fold.series,
          from: show(fold.times[0]),
          to: show(fold.times.at(-1)),
          trainingRows: fold.origin,
          metrics: metricsDocument(metricsOf([fold])),
        })),
      ),
      metrics: metricsDocument(parts.metrics),
      ...(best === undefined ? {} : { best }),
    },
    forecast: pointsOf(parts),
    timing: parts.timing,
  };
}

/** The forecast of every series, one after the other, each in order of time. */
export function pointsOf({ series, style }: Pick<ForecastParts, "series" | "style">): ForecastPoint[] {
  return series.flatMap(({ series: { name }, times, forecast }) =>
    Array.from(forecast.mean, (value, h) => ({
      time: formatTime(times[h] ?? 0, style),
      series: name,
      value,
      intervals: Object.fromEntries(
        forecast.intervals.map(({ level, lower, upper }) => [
          String(level),
          [lower[h] ?? Number.NaN, upper[h] ?? Number.NaN] as const,
        ]),
      ),
    })),
  );
}

/** The forecast as CSV with the columns time, series, value, and lower_80, upper_80 and so on for each level. */
export function forecastCsv(points: readonly ForecastPoint[], levels: readonly number[]): string {
  const bounds = levels.flatMap((level) => [`lower_${level}`, `upper_${level}`]);
  const head = ["time", "series", "value", ...bounds].join(",");
  const rows = points.map(({ time, series, value, intervals }) => {
    const ends = levels.flatMap((level) => intervals[String(level)]?.map(String) ?? ["", ""]);
    return [time, csvField(series), value, ...ends].join(",");
  });
  return `${[head, ...rows].join("\n")}\n`;
}

export function metricsDocument(metrics: ReadonlyMap<string, Metrics>): Record<string, MetricsDocument> {
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  return Object.fromEntries(
    [...metrics].map(([name, { coverage, mae, rmse, mape, smape, mase, rmsse, bias, pinball }]) => [
      name,
      {
        mae: finite(mae),
        rmse: finite(rmse),
        mape: finite(mape),
        smape: finite(smape),
        mase: finite(mase),
        rmsse: finite(rmsse),
        bias: finite(bias),
        pinball: finite(pinball),
        coverage,
      },
    ]),
  );
}

function commonest(values: readonly number[]): number {
  const count = (value: number) => values.filter((other) => other === value).length;
  return [...new Set(values)].reduce(
    (best, value) => (count(value) > count(best) ? value : best),
    values[0] ?? 1,
  );
}
