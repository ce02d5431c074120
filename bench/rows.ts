// npm run bench:rows [rows]: trains a network on windows of a Parquet file of 10 million rows, and says how much memory that took.

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqlText, withDuckdb } from "../src/data/duckdb.ts";
import { readTable } from "../src/data/read-table.ts";
import { NeuralForecaster } from "../src/series/neural/neural-forecaster.ts";
import { seriesOf } from "../src/series/observed/from-table.ts";

const rows = Number(process.argv[2] ?? 10_000_000);
const allowedGB = 2;
const began = performance.now();

const stage = (what: string) => {
  const peak = process.resourceUsage().maxRSS / 1e6;
  console.log(
    `${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  peak ${peak.toFixed(2)} GB  ${what}`,
  );
  return peak;
};

const folder = mkdtempSync(join(tmpdir(), "recurra-rows-"));
const file = join(folder, "rows.parquet");
try {
  // A season of a day and a week in minutes, a drifting level, noise.
  await withDuckdb(async (connection) => {
    await connection.run(`COPY (
      SELECT TIMESTAMP '2001-01-01' + INTERVAL 1 MINUTE * i AS time,
        100 + 10 * sin(i / 229.18) + 5 * sin(i / 1604.3) + 20 * sin(i / 800000.0) + 2 * random() AS load
      FROM range(${rows}) AS t(i)) TO ${sqlText(file)} (FORMAT parquet)`);
  });
  stage(`wrote ${rows} rows, ${(statSync(file).size / 1e6).toFixed(0)} MB of Parquet`);
  const table = await readTable(file);
  stage("read");
  const { series } = seriesOf(table);
  stage(`${series.length} series of ${series[0]?.values.length} values`);
  const forecaster = new NeuralForecaster({
    name: "nlinear",
    lookback: 96,
    seasonality: "none",
    epochs: 1,
    batchSize: 1024,
    windowsPerEpoch: 1_024_000,
  });
  const fitted = await forecaster.fit(series, {
    horizon: 24,
    onProgress: ({ epoch }) => {
      if (epoch !== undefined)
        stage(`epoch part ${epoch.epoch} of ${epoch.epochs}, loss ${epoch.loss.toFixed(4)}`);
    },
  });
  const { windows, steps } = fitted.describe();
  const [forecast] = await fitted.predict();
  const peak = stage(
    `${steps} steps of 1,024 of ${windows} windows; next value ${forecast?.mean[0]?.toFixed(2)}`,
  );
  process.exitCode = peak < allowedGB ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
