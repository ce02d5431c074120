// Forecasting competitions: models by name over the official splits, with sMAPE, MASE and OWA by frequency and in all.
//
//   npm run bench:competitions -- m3|m4-hourly|m4-weekly|FILE [--models a,b,mean:a+b] [--every N] [--data DIR] [--holdout]
//
// FILE is a CSV file, packed with gzip or not, with columns id, period, train and test: values with spaces between them. A combination is `mean:` or `median:` and the names of its members. `--every N` takes each N-th series. `--holdout` forecasts the last
// horizon of the training part instead of the test part: settings are chosen there, without a look at the test.

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { LocalModel } from "../src/series/forecasters/local-model.ts";
import { competitions, type Entry, readEntries, scoresOf } from "./competition-data.ts";
import { competitionModels } from "./competition-models.ts";

/** Forecasts of one model, with what they took in processor time. */
interface Run {
  readonly name: string;
  readonly forecasts: readonly (Float64Array | undefined)[];
  readonly failures: readonly string[];
  readonly seconds: number;
}

function runModel(name: string, model: LocalModel, entries: readonly Entry[]): Run {
  const failures: string[] = [];
  const began = process.cpuUsage();
  const forecasts = entries.map(({ training, test }) => {
    try {
      const state = model.fit(training, { horizon: test.length, seed: 0 });
      return model.forecast(state, { horizon: test.length, levels: [], future: {} }).mean;
    } catch (error) {
      failures.push(`${training.name}: ${String(error)}`);
      return undefined;
    }
  });
  const { user, system } = process.cpuUsage(began);
  return { name, forecasts, failures, seconds: (user + system) / 1e6 };
}

/** The mean or the median of forecasts that are there already; its time is theirs. */
function combine(name: string, runs: readonly Run[]): Run {
  const median = name.startsWith("median:");
  const count = runs[0]?.forecasts.length ?? 0;
  const forecasts = Array.from({ length: count }, (_, i) => {
    const members = runs.flatMap((run) => run.forecasts[i] ?? []);
    return members[0]?.map((_, h) => {
      const values = members.map((member) => member[h] ?? Number.NaN).sort((a, b) => a - b);
      const half = values.length / 2;
      const kept = median ? values.slice(Math.ceil(half) - 1, Math.floor(half) + 1) : values;
      return kept.reduce((sum, value) => sum + value, 0) / kept.length;
    });
  });
  return { name, forecasts, failures: [], seconds: runs.reduce((sum, run) => sum + run.seconds, 0) };
}

function main(): void {
  const { values: options, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      models: {
        type: "string",
        default: "naive,seasonal-naive,naive-2,theta,ets,arima,ces,ar,mean:theta+ets+arima+ces",
      },
      every: { type: "string", default: "1" },
      data: { type: "string" },
      holdout: { type: "boolean", default: false },
    },
  });
  const [name = ""] = positionals;
  const competition = competitions[name] ?? (existsSync(name) ? { file: resolve(name) } : undefined);
  if (competition === undefined)
    throw new Error(`give a file, or one of ${Object.keys(competitions).join(", ")}`);
  const beside = fileURLToPath(new URL("../../shared/data", import.meta.url));
  const folder = options.data ?? process.env.RECURRA_DATA ?? beside;
  const every = Number(options.every);
  const entries = readEntries(competition, folder, options.holdout).filter((_, i) => i % every === 0);
  const groups = [...new Set(entries.map(({ group }) => group))];
  const columns = groups.length > 1 ? [...groups, undefined] : [undefined];
  console.log(`${entries.length} series${options.holdout ? ", the end of the training part held out" : ""}`);

  const runs = new Map<string, Run>();
  const runOf = (name: string): Run => {
    const known = runs.get(name);
    if (known !== undefined) return known;
    const [, members] = /^(?:mean|median):(.+)$/.exec(name) ?? [];
    let run: Run;
    if (members !== undefined) run = combine(name, members.split("+").map(runOf));
    else {
      const model = competitionModels[name];
      if (model === undefined) throw new Error(`there is no model ${name}`);
      run = runModel(name, model(), entries);
    }
    runs.set(name, run);
    return run;
  };

  const benchmark = columns.map((group) => scoresOf(runOf("naive-2").forecasts, entries, group));
  const names = options.models.split(",");
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const title = columns.map((group) => (group ?? "all").padStart(25)).join("");
  console.log(`${"".padEnd(width)}${title}`);
  console.log(`${"".padEnd(width)}${columns.map(() => "    sMAPE   MASE    OWA  ").join("")}   cpu s`);
  for (const name of names) {
    const run = runOf(name);
    const cells = columns.map((group, i) => {
      const { smape, mase } = scoresOf(run.forecasts, entries, group);
      const naive2 = benchmark[i] ?? { smape: 1, mase: 1 };
      const owa = (smape / naive2.smape + mase / naive2.mase) / 2;
      return `${smape.toFixed(3).padStart(9)}${mase.toFixed(3).padStart(7)}${owa.toFixed(3).padStart(7)}  `;
    });
    console.log(`${name.padEnd(width)}${cells.join("")}${run.seconds.toFixed(1).padStart(8)}`);
    const [failure] = run.failures;
    if (failure !== undefined) console.log(`  ${run.failures.length} failed, such as ${failure}`);
  }
}

main();
