// The learning curve of a training: each logged quantity over the epochs, with that of the held-out data.

import type { History } from "../model/history.ts";
import { RecurraError } from "../platform/error.ts";
import { linePanel, type PanelLine, pointsAt } from "./line-panel.ts";
import type { TopLevelSpec } from "./svg.ts";

export interface HistoryChart {
  readonly history: Pick<History, "epochs" | "logs">;
  /** Default "Learning curve". */
  readonly title?: string | undefined;
  /** Default: the quantity, where there is one only. */
  readonly subtitle?: string | undefined;
  /** The quantities to draw, each with its `val_` in one panel, two panels in a row. Default: all. */
  readonly quantities?: readonly string[] | undefined;
  /** An epoch, counted from 0 as in the history, that is set off by a line, such as `earlyStopping.bestEpoch`. */
  readonly best?: number | undefined;
  /** Draw the values by their logarithm. Default false. */
  readonly log?: boolean | undefined;
  /** Units of a panel's drawing, 1 by default a pixel. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/**
 * The Vega-Lite specification of a learning curve. Epochs are counted from 1, as they are while a model trains.
 *
 * @throws RecurraError `no-such-log` for a quantity that the history does not have
 * @example
 * const svg = await renderSvg(historySpec({ history: await model.fit(x, y, { epochs: 20, validationSplit: 0.2 }) }));
 */
export function historySpec(chart: HistoryChart): TopLevelSpec {
  const { history, title = "Learning curve", best } = chart;
  const known = Object.keys(history.logs).filter((name) => !isValidation(name));
  const quantities = chart.quantities ?? known;
  const odd = quantities.find((name) => !known.includes(name));
  if (odd !== undefined) {
    throw new RecurraError(
      "no-such-log",
      `historySpec: there is no "${odd}" in the history; there are ${known.join(", ")}`,
    );
  }
  const places = history.epochs.map((epoch) => epoch + 1);
  const heldOut = quantities.some((name) => `val_${name}` in history.logs);
  const labels = ["training", ...(heldOut ? ["held out"] : [])];
  const panels = quantities.map((name) => {
    const lines = [name, `val_${name}`].flatMap((key, i): PanelLine[] => {
      const values = history.logs[key];
      return values === undefined ? [] : [{ label: labels[i] ?? "", points: pointsAt(places, values) }];
    });
    return linePanel({
      title: quantities.length > 1 ? name : undefined,
      lines,
      labels,
      xTitle: "epoch",
      log: chart.log,
      rules: best === undefined ? [] : [best + 1],
      width: chart.width ?? (quantities.length > 1 ? 400 : 860),
      height: chart.height ?? (quantities.length > 1 ? 220 : 300),
    });
  });
  const subtitle = chart.subtitle ?? (quantities.length === 1 ? quantities[0] : undefined);
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: subtitle === undefined ? { text: title } : { text: title, subtitle },
    ...(panels.length === 1 ? panels[0] : { columns: 2, spacing: 28, concat: panels }),
  } as TopLevelSpec;
}

function isValidation(name: string): boolean {
  return name.startsWith("val_");
}
