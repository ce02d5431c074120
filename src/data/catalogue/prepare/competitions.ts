// Preparations of the forecasting competitions: a row a series, its training and its test values.

import type { Preparation } from "../entry.ts";
import { unzip } from "./archives.ts";
import { parseCsv, writeCsv } from "./csv.ts";
import { expectFormat, linesOf, textOf } from "./text.ts";

/** M4's training and test tables, a series a row, filled up with empty cells. */
export function m4(period: number): Preparation {
  return ([training, test]) => {
    const tests = new Map(seriesOf(training === undefined ? "" : textOf(test)));
    const rows = seriesOf(textOf(training)).map(([id, values]) => {
      const held = tests.get(id);
      expectFormat(held !== undefined, `series ${id} has no test part`);
      const counts = [period, held.length, values.length].map(String);
      return [id, ...counts, values.join(" "), held.join(" ")];
    });
    expectFormat(rows.length === tests.size, "its parts have not the same series");
    return [writeCsv([["id", "period", "horizon", "n_train", "train", "test"], ...rows])];
  };
}

function seriesOf(table: string): [id: string, values: string[]][] {
  const [, ...rows] = parseCsv(table);
  return rows.map(([id = "", ...cells]) => [id, cells.filter((cell) => cell !== "" && cell !== "NA")]);
}

/** The parts of M3, in its order, as the Monash archive has them. */
export const M3_PARTS = [
  { name: "yearly", record: 4656222, frequency: "YEARLY", period: 1, horizon: 6, series: 645 },
  { name: "quarterly", record: 4656262, frequency: "QUARTERLY", period: 4, horizon: 8, series: 756 },
  { name: "monthly", record: 4656298, frequency: "MONTHLY", period: 12, horizon: 18, series: 1428 },
  { name: "other", record: 4656335, frequency: "OTHER", period: 1, horizon: 8, series: 174 },
] as const;

/** M3 of the Monash archive's .tsf files: whole series, of which the last values, as many as the horizon, are the test part. */
export const m3: Preparation = (originals) => {
  const rows = M3_PARTS.flatMap(({ name, frequency, period, horizon, series }, part) => {
    const text = tsfOf(originals[part], `m3_${name}_dataset.tsf`);
    const before = M3_PARTS.slice(0, part).reduce((sum, one) => sum + one.series, 0);
    const lines = dataLines(text);
    expectFormat(lines.length === series, `it has ${lines.length} ${name} series, not ${series}`);
    return lines.map((line, i) => {
      const fields = line.split(":");
      const values = (fields.at(-1) ?? "").split(",").map((value) => String(Number(value)));
      const id = `N${String(before + i + 1).padStart(4, "0")}`;
      const start = fields.length > 2 ? decimalYear(fields[1] ?? "") : "1";
      const counts = [period, horizon, values.length - horizon].map(String);
      const parts = [values.slice(0, -horizon), values.slice(-horizon)].map((some) => some.join(" "));
      return [id, id, frequency, "", ...counts, start, ...parts];
    });
  });
  const header = ["id", "name", "frequency", "category", "period", "horizon", "n_train", "start"];
  return [writeCsv([[...header, "train", "test"], ...rows])];
};

function tsfOf(archive: Uint8Array | undefined, name: string): string {
  const files = unzip(archive, (path) => path.endsWith(".tsf"));
  const [[path = "", bytes] = []] = files;
  expectFormat(bytes !== undefined, `the archive has no ${name}, only ${path}`);
  return new TextDecoder("latin1").decode(bytes).replaceAll("\r\n", "\n");
}

function dataLines(text: string): string[] {
  const lines = linesOf(text);
  const start = lines.findIndex((line) => line.trim().toLowerCase() === "@data");
  expectFormat(start >= 0, "it has no @data");
  return lines.slice(start + 1).filter((line) => line.trim() !== "");
}

/** `1984.25` of `1984-04-01 00-00-00`. */
function decimalYear(timestamp: string): string {
  const [, year, month] = /^(\d+)-(\d+)/.exec(timestamp) ?? [];
  return String(Number((Number(year) + (Number(month) - 1) / 12).toFixed(6)));
}
