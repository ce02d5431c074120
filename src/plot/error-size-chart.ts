// The chart of how large errors are, among small and among large numbers: a model beside what is had without it.

import { RecurraError } from "../platform/error.ts";
import type { TopLevelSpec } from "./svg.ts";
import { LIGHT } from "./theme.ts";

/** Rows of numbers of about one size. */
export interface ErrorBand {
  /** `30 – 120` */
  readonly label: string;
  /** Mean sizes of errors, as many as there are names. */
  readonly errors: readonly number[];
}

export interface ErrorSizeChart {
  /** From small numbers to large ones. */
  readonly bands: readonly ErrorBand[];
  /** What the errors are of, the model first: one to three. */
  readonly names: readonly string[];
  readonly title?: string | undefined;
  readonly subtitle?: string | undefined;
  /** What the numbers are: `price`. Default "value". */
  readonly quantity?: string | undefined;
  /** Units of the drawing, 1 by default a pixel. */
  readonly width?: number | undefined;
}

const COLOURS = [LIGHT.forecast, LIGHT.baseline, LIGHT.backtest];

/** The Vega-Lite specification. @throws RecurraError `option-value` for no bands, and for more than three names or none */
export function errorSizeSpec(chart: ErrorSizeChart): TopLevelSpec {
  const { bands, names, title = "Errors by size", quantity = "value", width = 620 } = chart;
  if (bands.length === 0 || names.length === 0 || names.length > COLOURS.length)
    throw new RecurraError(
      "option-value",
      `errorSizeSpec: there are ${bands.length} bands and ${names.length} names; wanted bands, and one to ${COLOURS.length} names`,
    );
  const rows = bands.flatMap(({ label, errors }, place) =>
    names.map((name, i) => ({ place, band: label, name, error: errors[i] ?? null })),
  );
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: title, ...(chart.subtitle !== undefined && { subtitle: chart.subtitle }) },
    width,
    height: 220,
    data: { values: rows },
    mark: { type: "bar", cornerRadiusEnd: 2 },
    encoding: {
      x: {
        field: "band",
        type: "nominal",
        sort: { field: "place" },
        axis: { labelAngle: 0, ticks: false, labelLimit: width / bands.length },
        title: `actual ${quantity}`,
      },
      xOffset: { field: "name", sort: names },
      y: { field: "error", type: "quantitative", axis: { tickCount: 5, format: "~s" }, title: "mean error" },
      color: {
        field: "name",
        type: "nominal",
        scale: { domain: names, range: COLOURS.slice(0, names.length) },
        legend: { symbolType: "square", symbolStrokeWidth: 0 },
      },
    },
  } as TopLevelSpec;
}
