// The table of metrics on a page: the best first, marked.

import { displayNumber } from "../../report/numbers.ts";
import { escapeHtml, htmlTable } from "../../report/page.ts";
import { ranked } from "../evaluate/backtest.ts";
import type { Metrics } from "../evaluate/metrics.ts";
import { displayName } from "./names.ts";

/** @param best the name of the best; undefined to mark none */
export function metricsTable(metrics: ReadonlyMap<string, Metrics>, best: string | undefined): string {
  const levels = [...new Set([...metrics.values()].flatMap(({ coverage }) => Object.keys(coverage)))];
  const rows = ranked(metrics).map(([name, { mae, rmse, smape, mase, coverage }]) => {
    const mark = name === best ? ' <span class="mark">★ best</span>' : "";
    const within = levels.map((level) => coverage[Number(level)]);
    return {
      isBest: name === best,
      cells: [
        `${escapeHtml(displayName(name))}${mark}`,
        ...[mae, rmse, smape, mase].map(displayNumber),
        ...within.map((share) => (share === undefined ? "–" : share.toFixed(0))),
      ],
    };
  });
  const heads = ["model", "MAE", "RMSE", "sMAPE %", "MASE", ...levels.map((level) => `% in ${level} % band`)];
  return htmlTable(heads, rows);
}
