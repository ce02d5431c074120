// What a decomposition gives: its figures, its pictures, and its files.

import { joinPath, writeFileAtomic, writeFolderAtomic } from "#platform";
import type { Table } from "../../data/table.ts";
import { formatTime } from "../../data/time-style.ts";
import { decompositionSpec } from "../../plot/decomposition-chart.ts";
import { renderSvg, type TopLevelSpec } from "../../plot/svg.ts";
import { csvField } from "../../report/csv.ts";
import { displayNumber, displayP } from "../../report/numbers.ts";
import { escapeHtml, figure, htmlPage, htmlTable, paragraph } from "../../report/page.ts";
import type { Decomposition } from "../decompose/decomposition.ts";
import type { SeasonalPart } from "../decompose/mstl.ts";
import { dominantPeriods, periodogram } from "../decompose/periodogram.ts";
import { frequencyName } from "../observed/calendar.ts";
import type { SeriesSet } from "../observed/from-table.ts";
import type { Series } from "../observed/series.ts";
import { titleOf } from "./names.ts";
import type { SkippedSeries } from "./parts.ts";
import { skippedList } from "./skipped-list.ts";

/** What stands in a decomposition's folder: nothing else is ever replaced. */
export const DECOMPOSITION_FILES = ["decomposition.csv", "decomposition.svg", "report.html"] as const;

/** One series with its parts. */
export interface SeriesDecomposition extends Decomposition {
  readonly series: Series;
  readonly method: string;
  /** In steps. */
  readonly seasons: readonly number[];
  /** The seasons, one by one. */
  readonly parts: readonly SeasonalPart[];
}

export interface DecompositionParts {
  readonly table: Table;
  readonly set: SeriesSet;
  readonly series: readonly SeriesDecomposition[];
  readonly skipped: readonly SkippedSeries[];
}

/** How many series are drawn. */
const DRAWN = 12;

/** How much of the variance trend and season explain, from 0 to 1 (Wang, Smith and Hyndman 2006, Data Mining and Knowledge Discovery 13). */
export interface Strengths {
  readonly trend: number;
  readonly season: number;
}

/** The series of a table, decomposed. */
export class DecompositionResult {
  readonly parts: DecompositionParts;

  constructor(parts: DecompositionParts) {
    this.parts = parts;
  }

  /** Of each series, in their order. */
  get series(): readonly SeriesDecomposition[] {
    return this.parts.series;
  }

  get skipped(): readonly SkippedSeries[] {
    return this.parts.skipped;
  }

  /** The chart of a series as a Vega-Lite specification. @param index default: the first */
  spec(index = 0): TopLevelSpec {
    const one = this.series[index];
    if (one === undefined) throw new RangeError(`there is no series ${index}`);
    const { series, trend, parts, remainder, composition, method, seasons } = one;
    return decompositionSpec({
      title: series.name,
      subtitle: `${method === "stl" || method === "mstl" ? method.toUpperCase() : `classical, ${composition}`}, season of ${seasons.join(" and ")} steps`,
      calendar: this.parts.set.style.form !== "index",
      times: series.times,
      parts: [
        { label: "observed", values: series.values },
        { label: "trend", values: trend },
        ...parts.map(({ season, values }) => ({ label: `season of ${season}`, values })),
        { label: "remainder", values: remainder },
      ],
    });
  }

  /** The chart of a series as SVG text. @param index default: the first */
  plot(index = 0): Promise<string> {
    return renderSvg(this.spec(index));
  }

  /** The parts as CSV: series, time, value, trend, one column for each season, remainder; empty where there is none. */
  csv(): string {
    const most = this.series.reduce(
      (a, { seasons }) => (seasons.length > a.length ? seasons : a),
      [] as readonly number[],
    );
    const lines = [
      ["series", "time", "value", "trend", ...most.map((season) => `season_${season}`), "remainder"].join(
        ",",
      ),
    ];
    for (const { series, trend, parts, remainder } of this.series) {
      for (const [t, value] of series.values.entries()) {
        const seasons = most.map((season) => parts.find((part) => part.season === season)?.values[t]);
        const numbers = [value, trend[t], ...seasons, remainder[t]];
        const time = formatTime(series.times[t] ?? 0, this.parts.set.style);
        lines.push([csvField(series.name), time, ...numbers.map(numberField)].join(","));
      }
    }
    return `${lines.join("\n")}\n`;
  }

  /** Writes the decomposition's folder, whole or not at all: decomposition.csv, decomposition.svg and report.html. */
  async save(folder: string): Promise<void> {
    await writeFolderAtomic(folder, (into) => this.writeInto(into), { owned: isDecompositionFile });
  }

  /** Writes the files of `save` into a folder that exists. */
  async writeInto(folder: string): Promise<void> {
    const write = (name: string, text: string) =>
      writeFileAtomic(joinPath(folder, name), (sink) => sink.write(new TextEncoder().encode(text)));
    await write("decomposition.csv", this.csv());
    await write("decomposition.svg", await this.plot());
    await write("report.html", await this.page());
  }

  /** The report, one HTML page that needs nothing beside it. */
  async page(): Promise<string> {
    const { table, set, skipped } = this.parts;
    const title = `Decomposition of ${titleOf(table, this.series.length)}`;
    const figures: string[] = [];
    for (const [i] of this.series.slice(0, DRAWN).entries()) figures.push(await figure(this.spec(i)));
    const rest = this.series.length - DRAWN;
    const rows = this.series.slice(0, 200).map((one) => {
      const { trend, season } = strengthsOf(one);
      return {
        cells: [
          escapeHtml(one.series.name),
          String(one.series.values.length),
          one.seasons.join(" and "),
          ...[trend, season].map(displayNumber),
        ],
      };
    });
    return htmlPage(title, [
      `<h1>${escapeHtml(title)}</h1>`,
      paragraph(
        `${table.source}: ${frequencyName(set.frequency)}, ${table.values.length.toLocaleString("en-US")} rows.`,
        "lead",
      ),
      ...figures,
      rest > 0 ? paragraph(`${rest} more series are in decomposition.csv.`, "small") : "",
      "<h2>How strong are trend and season?</h2>",
      htmlTable(["series", "values", "season", "strength of trend", "strength of season"], rows),
      paragraph("From 0, nothing of it, to 1, all but trend or season is negligible.", "small"),
      this.#periods(),
      skippedList(skipped),
    ]);
  }

  /** The periods that stand out in the periodogram of a single series. */
  #periods(): string {
    const [only, second] = this.series;
    if (only === undefined || second !== undefined) return "";
    const rows = dominantPeriods(periodogram(only.series.values)).map(({ period, share, pValue }) => ({
      cells: [String(Number(period.toPrecision(4))), `${(100 * share).toFixed(1)} %`, displayP(pValue)],
    }));
    if (rows.length === 0) return "";
    return `<h2>Which periods stand out?</h2>
${htmlTable(["steps a cycle", "share of the variance", "p of Fisher's test"], rows)}
${paragraph("Peaks of the periodogram of the values less a straight line.", "small")}`;
  }
}

/** How strong trend and season are: 1 - Var(R) / Var(R + T), and the same with the season. */
export function strengthsOf({ trend, seasonal, remainder, composition }: SeriesDecomposition): Strengths {
  const logs = (part: Float64Array) => (composition === "multiplicative" ? part.map(Math.log) : part);
  const [t, s, r] = [logs(trend), logs(seasonal), logs(remainder)];
  const left = variance(r);
  const strength = (part: Float64Array) => {
    const whole = variance(r.map((value, i) => value + (part[i] ?? Number.NaN)));
    return whole === 0 ? Number.NaN : Math.max(0, 1 - left / whole);
  };
  return { trend: strength(t), season: strength(s) };
}

/** Whether a name in a decomposition's folder is one of its own. */
export function isDecompositionFile(name: string): boolean {
  return DECOMPOSITION_FILES.some((own) => own === name);
}

function variance(values: Float64Array): number {
  const known = values.filter(Number.isFinite);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length;
}

function numberField(value: number | undefined): string {
  return value !== undefined && Number.isFinite(value) ? String(value) : "";
}
