// The chart of a confusion matrix: how often each class was taken for which.

import { RecurraError } from "../platform/error.ts";
import type { TopLevelSpec } from "./svg.ts";
import { LIGHT } from "./theme.ts";

export interface ConfusionChart {
  /** [K][K] How many of class i were taken for class j, at [i][j]. */
  readonly confusion: readonly (readonly number[])[];
  /** [K] What the classes are called. */
  readonly classes: readonly string[];
  /** Default "Confusion matrix". */
  readonly title?: string | undefined;
  /** Default: how the drawing is read. */
  readonly subtitle?: string | undefined;
  /** The width of a cell in units of the drawing, 1 by default a pixel. Default: by the number of classes. */
  readonly cell?: number | undefined;
}

/** Up to so many classes cells hold their shares, too; of more than the second number not even counts. */
const SHARES_UP_TO = 8;
const COUNTS_UP_TO = 24;

/** How opaque a cell is that holds next to nothing of its row, and one that holds all: text on it stays readable, in light and in dark. */
const OPACITY = { least: 0.12, most: 0.6 };

/**
 * The Vega-Lite specification of a confusion matrix: a row for each true class, a column for each that was predicted. A cell is the darker
 * the larger its share of the row; what is right lies on the diagonal, in another colour than what is wrong.
 *
 * @throws RecurraError `metric-shape` for a matrix that is not [K][K]
 */
export function confusionSpec(chart: ConfusionChart): TopLevelSpec {
  const { confusion, classes, title = "Confusion matrix" } = chart;
  const count = classes.length;
  if (count === 0 || confusion.length !== count || confusion.some((row) => row.length !== count)) {
    throw new RecurraError(
      "metric-shape",
      `confusionSpec: wants a matrix with a row and a column for each of ${count} classes, got ${confusion.length} rows of ${confusion[0]?.length ?? 0}`,
    );
  }
  const cell = chart.cell ?? Math.max(22, Math.min(96, Math.floor(560 / count)));
  const rows = confusion.flatMap((row, i) => {
    const total = row.reduce((sum, value) => sum + value, 0);
    return row.map((value, j) => {
      const share = total === 0 ? 0 : value / total;
      return {
        actual: i,
        predicted: j,
        opacity: value === 0 ? 0 : OPACITY.least + (OPACITY.most - OPACITY.least) * share,
        right: i === j ? "right" : "wrong",
        text: value === 0 ? "" : value.toLocaleString("en-US"),
        percent: value === 0 ? "" : `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`,
      };
    });
  });
  const axis = (extra: object) => ({
    labelExpr: `${JSON.stringify(classes)}[datum.value]`,
    labelLimit: 160,
    labelPadding: 6,
    ticks: false,
    domain: false,
    grid: false,
    titleAnchor: "start",
    ...extra,
  });
  const x = {
    field: "predicted",
    type: "ordinal",
    title: "predicted",
    scale: { paddingInner: 0.04, paddingOuter: 0 },
    axis: axis({ orient: "top", labelAngle: isWide(classes, cell) ? -45 : 0 }),
  };
  const y = {
    field: "actual",
    type: "ordinal",
    title: "true",
    scale: { paddingInner: 0.04, paddingOuter: 0 },
    axis: axis({ titleAngle: 0, titleAlign: "right", titleY: -6, titleX: -6 }),
  };
  const hasShares = count <= SHARES_UP_TO;
  const text = (field: string, dy: number, style: object) => ({
    mark: { type: "text", dy, ...style },
    encoding: { x, y, text: { field } },
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: {
      text: title,
      subtitle:
        chart.subtitle ?? "Rows: the true class. Columns: what it was taken for. Right on the diagonal.",
    },
    width: cell * count,
    height: cell * count * (count <= SHARES_UP_TO ? 0.75 : 1),
    data: { values: rows },
    layer: [
      { mark: { type: "rect", color: LIGHT.band }, encoding: { x, y } },
      {
        mark: { type: "rect" },
        encoding: {
          x,
          y,
          color: {
            field: "right",
            type: "nominal",
            legend: null,
            scale: { domain: ["right", "wrong"], range: [LIGHT.forecast, LIGHT.backtest] },
          },
          opacity: { field: "opacity", type: "quantitative", legend: null, scale: null },
        },
      },
      ...(count <= COUNTS_UP_TO
        ? [
            text("text", hasShares ? -7 : 0, {
              color: LIGHT.text,
              fontSize: hasShares ? 14 : 11,
              fontWeight: 600,
            }),
          ]
        : []),
      ...(hasShares ? [text("percent", 11, { color: LIGHT.text, fontSize: 11 })] : []),
    ],
  } as TopLevelSpec;
}

/** Whether a name is wider than a cell, at some 6.5 units a letter. */
function isWide(classes: readonly string[], cell: number): boolean {
  return classes.some((name) => 6.5 * name.length > cell);
}
