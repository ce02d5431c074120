// A forecast as a JSON document, the same for `--json`, metrics.json and code.

import { formatTime } from "../data/time-style.ts";
import { metricsOf } from "./backtest.ts";
import { frequencyName } from "./calendar.ts";
import type { Metrics } from "./metrics.ts";
import type { ForecastParts } from "./parts.ts";

/** Numbers that are no numbers, such as the MASE of a constant series, are null in JSON. */
export type MetricsDocument = { readonly [name in keyof Metrics]: number | null };

export interface ForecastPoint {
  readonly time: string;
  readonly series: string;
  readonly value: number;
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
    readonly notes: readonly string[];
  };
  readonly model: {
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
  const seasons = parts.series.map(({ season }) => season);
  return {
    data: {
      source: table.source,
      columns: table.columns,
      ...(table.where === undefined ? {} : { where: table.where }),
      rows: table.values.length,
      frequency: frequencyName(parts.frequency),
      season: commonest(seasons),
      series: parts.series.map(({ series, season }) => ({
        name: series.name,
        rows: series.values.length,
        from: show(series.times[0]),
        to: show(series.times.at(-1)),
        season,
      })),
      notes: parts.notes,
    },
    model: {
      name: parts.model,
      horizon: parts.horizon,
      seed: parts.seed,
      ...parts.series[0]?.fitted.describe?.(),
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
  return series.flatMap((one) =>
    Array.from(one.values, (value, h) => ({
      time: formatTime(one.times[h] ?? 0, style),
      series: one.series.name,
      value,
    })),
  );
}

/** The forecast as CSV with the columns time, series and value. */
export function forecastCsv(points: readonly ForecastPoint[]): string {
  const rows = points.map(({ time, series, value }) => `${time},${csvField(series)},${value}`);
  return `${["time,series,value", ...rows].join("\n")}\n`;
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function metricsDocument(metrics: ReadonlyMap<string, Metrics>): Record<string, MetricsDocument> {
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  return Object.fromEntries(
    [...metrics].map(([name, { mae, rmse, smape, mase }]) => [
      name,
      { mae: finite(mae), rmse: finite(rmse), smape: finite(smape), mase: finite(mase) },
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
