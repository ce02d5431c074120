// What models and series are called where people read, beside the names that programs use.

import type { Table } from "../../data/table.ts";

const DISPLAY_NAMES = new Map([
  ["ar", "AR"],
  ["arima", "ARIMA"],
  ["ces", "CES"],
  ["dlinear", "DLinear"],
  ["encoder-decoder", "encoder-decoder"],
  ["ets", "ETS"],
  ["gru", "GRU"],
  ["hmm", "hidden Markov model"],
  ["holt", "Holt"],
  ["holt-winters", "Holt–Winters"],
  ["lstm", "LSTM"],
  ["moving-average", "moving average"],
  ["mstl", "MSTL"],
  ["nhits", "N-HiTS"],
  ["nlinear", "NLinear"],
  ["patchtst", "PatchTST"],
  ["rnn", "simple RNN"],
  ["seasonal-naive", "seasonal naive"],
  ["ses", "exponential smoothing"],
  ["state-space", "state space"],
  ["tcn", "TCN"],
  ["theta", "Theta"],
]);

/** What is forecast, for titles: `units`; `4 series of sales.csv` where each of several columns is one. */
export function titleOf({ columns, source }: Pick<Table, "columns" | "source">, series: number): string {
  return series < 2 || columns.targets === undefined
    ? columns.target
    : `${series.toLocaleString("en-US")} series of ${source}`;
}

/** The same with the number of series: `units of 198 series`. */
export function subjectOf(table: Pick<Table, "columns" | "source">, series: number): string {
  const title = titleOf(table, series);
  return series < 2 || table.columns.targets !== undefined
    ? title
    : `${title} of ${series.toLocaleString("en-US")} series`;
}

/** `LSTM` for `lstm`; a name that is not known stays as it is. */
export function displayName(model: string): string {
  return DISPLAY_NAMES.get(model) ?? model;
}
