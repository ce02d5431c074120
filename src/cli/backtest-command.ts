// `recurra backtest`: models set against each other on the past of a table.

import { join } from "node:path";
import { Command, Option } from "commander";
import { writeFolderAtomic } from "#platform";
import type { BacktestResult } from "../series/report/backtest-result.ts";
import type { CliContext } from "./context.ts";
import { addModelOptions, evaluationOptionsOf, type ModelArguments } from "./model-options.ts";
import { nonEmpty } from "./options.ts";
import { addTableOptions, readTableOf, seriesOptionsOf, type TableArguments } from "./table-options.ts";
import { nameOf, work } from "./work.ts";

interface BacktestArguments extends TableArguments, ModelArguments {
  readonly out?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  recurra backtest sales.csv --models ets,theta,arima --folds 6
      six forecasts of the past by each model, into backtest-sales/
  recurra backtest load.parquet --models "naive,dlinear(lookback=168)" --horizon 24 --step 12 --no-refit

The folder gets report.html, backtest.svg, backtest.csv (every forecast with what
came) and metrics.json, with Diebold–Mariano tests against the best.
`;

export function backtestCommand(context: CliContext): Command {
  const command = new Command("backtest")
    .description("Judge models by forecasts of the past, each from what came before it alone.")
    .argument("[FILE]", "CSV, TSV, JSON, JSON lines or Parquet, also .gz");
  addTableOptions(command);
  addModelOptions(command);
  return command
    .addOption(new Option("--out <FOLDER>", "where to write (default: backtest-NAME)").argParser(nonEmpty))
    .option("--json", "print one JSON document, and nothing else, on standard output")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", EXAMPLES)
    .action((file: string | undefined, options: BacktestArguments) => runBacktest(file, options, context));
}

async function runBacktest(
  file: string | undefined,
  options: BacktestArguments,
  context: CliContext,
): Promise<void> {
  const [{ AIRLINE_NAME }, { backtestTable }, { isBacktestFile }, { progressOf }] = await Promise.all([
    import("../data/packaged.ts"),
    import("../series/backtest-table.ts"),
    import("../series/report/backtest-result.ts"),
    import("./forecast-progress.ts"),
  ]);
  const out = options.out ?? `backtest-${nameOf(file ?? AIRLINE_NAME)}`;
  const result = await work(context, options.threads, async ({ signal, view, executor }) => {
    const table = await readTableOf(file, options, signal);
    const found = await backtestTable(table, {
      ...evaluationOptionsOf(options, context),
      table: seriesOptionsOf(options),
      calendar: options.calendar,
      onError: options.onError === "skip" ? "skip" : "throw",
      executor,
      signal,
      onStart: (notes) => {
        for (const note of notes) context.tell(`${note}\n`);
      },
      onProgress: (progress) => view.show(progressOf(progress)),
    });
    await view.end();
    await writeFolderAtomic(out, (folder) => found.writeInto(folder), { owned: isBacktestFile });
    return found;
  });
  if (options.json === true) context.print(`${JSON.stringify(result.toJSON(), null, 2)}\n`);
  else context.print(await backtestSummary(result, out));
}

async function backtestSummary(result: BacktestResult, out: string): Promise<string> {
  const [{ metricTable, alignColumns }, { displayName, displayNumber }] = await Promise.all([
    import("./summary.ts"),
    import("../series/report/names.ts"),
  ]);
  const { folds, plan } = result.evaluation;
  const compared = [...result.comparisons].map(([name, { pValue }]) => [
    displayName(name),
    displayNumber(pValue),
  ]);
  return [
    "",
    `${plan.series.length.toLocaleString("en-US")} series, ${plan.horizon} steps ahead`,
    "",
    ...metricTable(result.metrics, result.best, folds.length),
    "",
    ...(compared.length === 0
      ? []
      : [
          ...alignColumns([[`worse than ${displayName(result.best ?? "")} by chance: p`, ""], ...compared]),
          "",
        ]),
    `Report: ${join(out, "report.html")}`,
    "Also there: backtest.csv, backtest.svg, metrics.json",
    "",
  ].join("\n");
}
