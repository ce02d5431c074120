// The chart of a number after each token of a text: how a prediction builds up, how much each token surprises.

import { RecurraError } from "../platform/error.ts";
import type { TopLevelSpec } from "./svg.ts";
import { LIGHT } from "./theme.ts";
import { shownNote, TOKENS_SHOWN, tokenAxis, tokenRows } from "./token-axis.ts";

export interface TokenChart {
  /** [T] */
  readonly tokens: readonly string[];
  /** Names with values [T]; what is not finite is left out. */
  readonly series: readonly { readonly name: string; readonly values: ArrayLike<number> }[];
  /** Lines from token to token, or bars on each; bars for one series alone. Default "lines". */
  readonly marks?: "lines" | "bars" | undefined;
  readonly title: string;
  readonly subtitle?: string | undefined;
  /** What the numbers are. */
  readonly quantity: string;
  /** What numbers the axis runs between. Default: from 0 to the greatest. */
  readonly domain?: readonly [number, number] | undefined;
  /** How the axis writes numbers, as d3-format has it: "%". */
  readonly format?: string | undefined;
  /** Tokens that are drawn, from the first. Default 120. */
  readonly maxTokens?: number | undefined;
}

const HEIGHT = 130;
/** Colours that differ in hue and in darkness, and can be told apart on white and on black; the first are those of the theme. */
const COLOURS = [
  LIGHT.forecast,
  LIGHT.backtest,
  "#8250df",
  "#2da44e",
  "#bf3989",
  "#0598a8",
  "#9a6700",
  LIGHT.baseline,
];

/** Series that have colours of their own. */
export const SERIES_SHOWN = COLOURS.length;

/**
 * The Vega-Lite specification of numbers over the tokens of a text, in several strips where there are many.
 *
 * @throws RecurraError `chart` for no tokens or series, too many of them, and series of other lengths
 */
export function tokenSpec(chart: TokenChart): TopLevelSpec {
  const { tokens, series, title, quantity, marks = "lines", maxTokens = TOKENS_SHOWN, format } = chart;
  if (tokens.length === 0 || series.length === 0 || series.length > SERIES_SHOWN)
    throw new RecurraError(
      "chart",
      `tokenSpec: wants tokens and 1 to ${SERIES_SHOWN} series, got ${tokens.length} tokens and ${series.length} series`,
    );
  const odd = series.find(({ values }) => values.length !== tokens.length);
  if (odd !== undefined)
    throw new RecurraError(
      "chart",
      `tokenSpec: wants a value for each of ${tokens.length} tokens, got ${odd.values.length} of ${odd.name}`,
    );
  const shown = Math.min(tokens.length, maxTokens);
  const finite = series.flatMap(({ values }) => Array.from(values).slice(0, shown).filter(Number.isFinite));
  const { domain = [0, Math.max(1e-9, ...finite)] } = chart;
  const names = series.map(({ name }) => name);
  const subtitle = [chart.subtitle ?? "", shownNote(tokens.length, maxTokens)].filter((line) => line !== "");
  const rows = tokenRows(tokens, maxTokens);
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: title, ...(subtitle.length > 0 && { subtitle }) },
    spacing: 12,
    vconcat: rows.map((row, i): object => {
      const isLast = i === rows.length - 1;
      // A line goes on where the next strip begins.
      const count = row.labels.length + (marks === "lines" && !isLast ? 1 : 0);
      const first = Math.max(0, row.from - (marks === "lines" ? 1 : 0));
      const values = series.flatMap(({ name, values: own }) =>
        Array.from({ length: row.from + count - first }, (_, j) => ({
          t: first + j,
          name,
          value: Number((own[first + j] ?? Number.NaN).toPrecision(5)),
        })).filter(({ value }) => Number.isFinite(value)),
      );
      const x = {
        field: "t",
        type: "quantitative",
        scale: { domain: [row.from - 0.5, row.from + row.labels.length - 0.5], nice: false },
        axis: tokenAxis(row, { values: row.labels.map((_, j) => row.from + j) }),
      };
      const y = {
        field: "value",
        type: "quantitative",
        scale: { domain, nice: chart.domain === undefined },
        axis: { title: quantity, tickCount: 4, ...(format !== undefined && { format }) },
      };
      return {
        width: row.step * row.labels.length,
        height: HEIGHT,
        data: { values },
        mark:
          marks === "lines"
            ? { type: "line", strokeWidth: 2, clip: true }
            : { type: "bar", color: LIGHT.forecast, width: Math.max(2, row.step - 3) },
        encoding: {
          x,
          y,
          ...(marks === "lines" && {
            color: {
              field: "name",
              type: "nominal",
              scale: { domain: names, range: COLOURS.slice(0, names.length) },
              legend: i === 0 && names.length > 1 ? { orient: "top" } : null,
            },
          }),
          tooltip: [{ field: "name" }, { field: "value", format: ".4" }],
        },
      };
    }),
  } as TopLevelSpec;
}
