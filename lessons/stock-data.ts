// The daily prices of 25 companies, 2015 to 2020, and the lecture's windows over them: 30 days back, the first 70 % to train on.

import { type NdArray, ndarray } from "recurra";
import { type FittedScaler, minMaxScaler } from "recurra/series";
import { readData } from "./support.ts";

/** Days that a network looks back. */
export const lookback = 30;

/** The share of the days, from the first on, that is trained on. */
const share = 0.7;

const columns = ["Open", "High", "Low", "Close", "AdjClose", "Volume"] as const;
export type Column = (typeof columns)[number];

export interface Stock {
  readonly symbol: string;
  /** [T] Trading days, as milliseconds since 1970. */
  readonly times: Float64Array;
  /** [T] each; prices in dollars. */
  readonly values: Readonly<Record<Column, Float64Array>>;
}

/** All 25, in the order of their symbols. */
export function readStocks(): readonly Stock[] {
  const [, ...lines] = readData("stocks_25_daily.csv.gz").trim().split("\n");
  const rows = lines.map((line) => line.split(","));
  const bySymbol = Map.groupBy(rows, ([, symbol = ""]) => symbol);
  return Array.from(bySymbol, ([symbol, days]): Stock => {
    const numbers = columns.map((_, i) => Float64Array.from(days, (day) => Number(day[i + 2])));
    return {
      symbol,
      times: Float64Array.from(days, ([date = ""]) => Date.parse(date)),
      values: Object.fromEntries(columns.map((column, i) => [column, numbers[i]])) as Stock["values"],
    };
  });
}

/** One of them. */
export function readStock(symbol: string): Stock {
  const stock = readStocks().find((one) => one.symbol === symbol);
  if (stock === undefined) throw new Error(`there is no ${symbol} among the stocks`);
  return stock;
}

export interface Windows {
  /** [N, 30, F] */
  readonly x: NdArray;
  /** [N, 1] The close of the day after, scaled. */
  readonly y: NdArray;
}

/** A stock, scaled and cut into windows: what comes in are the columns of 30 days, what is asked for is the close of the next. */
export interface StockTask {
  readonly stock: Stock;
  /** The first day of the test. */
  readonly start: number;
  readonly training: Windows;
  /** One window for each test day; the first look back into the training days. */
  readonly test: Windows;
  /** Of the close, fitted to the training days, as those of the other columns are. */
  readonly scaler: FittedScaler;
}

export function stockTask(stock: Stock, inputs: readonly Column[] = ["Close"]): StockTask {
  const days = stock.times.length;
  const start = Math.floor(share * days);
  const scalerOf = (column: Column) => minMaxScaler().fit(stock.values[column].subarray(0, start));
  const scaler = scalerOf("Close");
  const close = scaler.transform(stock.values.Close);
  const scaled = inputs.map((column) => scalerOf(column).transform(stock.values[column]));
  const windows = (from: number, to: number): Windows => {
    const targets = Array.from({ length: to - from }, (_, i) => from + i);
    const at = (day: number) => scaled.map((column) => column[day] ?? Number.NaN);
    return {
      x: ndarray(targets.map((t) => Array.from({ length: lookback }, (_, i) => at(t - lookback + i)))),
      y: ndarray(targets.map((t) => [close[t] ?? Number.NaN])),
    };
  };
  return { stock, start, scaler, training: windows(lookback, start), test: windows(start, days) };
}
