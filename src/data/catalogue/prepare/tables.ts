// Preparations of single tables: a column less, another header, another order.

import type { Preparation } from "../entry.ts";
import { columnsOf, parseCsv, writeCsv } from "./csv.ts";
import { expectFormat, fileOf, linesOf, textOf } from "./text.ts";

/** Line ends and a byte order mark, nothing else. */
export const plainText: Preparation = ([text]) => [new TextEncoder().encode(textOf(text))];

/** Another header in the place of one whose beginning is known. */
export function renamed(before: string, after: string): Preparation {
  return ([table]) => {
    const [header = "", ...rows] = linesOf(textOf(table));
    expectFormat(unquoted(header) === before, `its header is "${header.slice(0, 100)}", not "${before}"`);
    return [fileOf([after, ...rows])];
  };
}

/** A header before a table that has none. */
export function withHeader(header: string): Preparation {
  return ([table]) => [fileOf([header, ...linesOf(textOf(table))])];
}

/** Without the first column, the numbers of the rows, which are not quoted. */
export const withoutRowNumbers: Preparation = ([table]) => {
  const [header = "", ...rows] = linesOf(textOf(table));
  expectFormat(/^("?rownames"?|""|"X"),/.test(header), `its header is "${header.slice(0, 100)}"`);
  const rest = (line: string) => line.slice(line.indexOf(",") + 1);
  return [fileOf([unquoted(rest(header)), ...rows.map(rest)])];
};

/** The airline passengers: decimal years become months. */
export const airPassengers: Preparation = ([table]) => {
  const rows = columnsOf(parseCsv(textOf(table)), ["time", "value"]);
  return [
    writeCsv([
      ["month", "passengers"],
      ...rows.map(([time = "", value = ""]) => {
        const months = Math.round(Number(time) * 12);
        const month = String((months % 12) + 1).padStart(2, "0");
        return [`${Math.floor(months / 12)}-${month}`, value];
      }),
    ]),
  ];
};

/** IKEA's prices: semicolons, decimal commas and runs of spaces give way. */
export const ikeaPrices: Preparation = ([table]) => {
  const [header = "", ...lines] = linesOf(textOf(table));
  const names = header.split(";");
  const wanted = names.filter((name) => !["X1", "link", "old_price"].includes(name));
  expectFormat(wanted.length === 11, `its columns are ${names.join(", ")}`);
  const rows = columnsOf([names, ...parseCsv(lines.map((line) => `${line}\n`).join(""), ";")], wanted).map(
    (row) =>
      row.map((cell, i) => {
        const text = cell.replace(/\s+/g, " ").trim();
        return wanted[i] === "price" ? text.replace(",", ".") : text;
      }),
  );
  return [writeCsv([wanted, ...rows])];
};

/** Prices of women's shoes: without the links to images. */
export const shoePrices: Preparation = ([table]) => {
  const rows = columnsOf(parseCsv(textOf(table)), ["id", "brand", "colors", "price.avg"]);
  return [writeCsv([["id", "brand", "colors", "price_usd"], ...rows])];
};

/** The symbols of the lectures' daily stocks. */
export const STOCKS =
  "AAPL AMZN BA CAT CSCO CVX DIS GE GOOGL HD IBM INTC JNJ JPM KO MCD MMM MRK MSFT NKE PFE PG VZ WMT XOM".split(
    " ",
  );

/** Daily stocks, a file a symbol: one table, prices rounded to 6 decimals. */
export const dailyStocks: Preparation = (originals) => {
  const rows = originals.flatMap((original, i) => {
    const table = parseCsv(textOf(original));
    const names = ["Date", "Name", "Open", "High", "Low", "Close", "Adj Close", "Volume"];
    return columnsOf(table, names)
      .map(([date = "", symbol = "", ...numbers]) => [date, symbol, ...numbers.map(rounded)])
      .filter(([, symbol]) => symbol === STOCKS[i]);
  });
  return [writeCsv([["Date", "Symbol", "Open", "High", "Low", "Close", "AdjClose", "Volume"], ...rows])];
};

function rounded(number: string): string {
  return number === "" ? "" : String(Number(Number(number).toFixed(6)));
}

function unquoted(header: string): string {
  return header.replaceAll('"', "");
}
