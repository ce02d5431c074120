// `recurra forecast`: from a file to a folder with the forecast, its backtest and a report.

import { Command, Option } from "commander";
import { now, writeFolderAtomic } from "#platform";
import type { CliContext } from "./context.ts";
import { addModelOptions, evaluationOptionsOf, type ModelArguments } from "./model-options.ts";
import { nonEmpty } from "./options.ts";
import { addTableOptions, readTableOf, seriesOptionsOf, type TableArguments } from "./table-options.ts";
import { nameOf, work } from "./work.ts";

interface ForecastArguments extends TableArguments, ModelArguments {
  readonly out?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  recurra forecast
      the packaged airline passengers, 12 months ahead, into forecast-airpassengers/
  recurra forecast sales.csv --time day --target units --series store --horizon 28
      one forecast for each store, four weeks ahead, into forecast-sales/
  recurra forecast sales.csv --models "ets,arima,lstm(units=32)" --missing linear
      models of your choice; gaps and empty values are filled

Without FILE, the monthly airline passengers of 1949 to 1960 are forecast.
FILE may be several: a pattern such as "sales/*.csv", or a folder.
The folder gets report.html (open it in a browser), forecast.csv, forecast.svg,
metrics.json and model/. It appears whole, or not at all.
`;

/** The command, ready to be added to the program. */
export function forecastCommand(context: CliContext): Command {
  const command = new Command("forecast")
    .description("Backtest models on the series of a table, forecast them by the best, and write a report.")
    .argument("[FILE]", "CSV, TSV, JSON, JSON lines or Parquet, also .gz");
  addTableOptions(command);
  addModelOptions(command);
  return command
    .addOption(new Option("--out <FOLDER>", "where to write (default: forecast-NAME)").argParser(nonEmpty))
    .option("--json", "print one JSON document, and nothing else, on standard output")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", EXAMPLES)
    .action((file: string | undefined, options: ForecastArguments) => runForecast(file, options, context));
}

async function runForecast(
  file: string | undefined,
  options: ForecastArguments,
  context: CliContext,
): Promise<void> {
  // Loaded here, so that `--help` need not wait for them.
  const [{ AIRLINE_NAME }, { forecast }, { isForecastFile }, { forecastSummary }, { progressOf }] =
    await Promise.all([
      import("../data/packaged.ts"),
      import("../series/forecast.ts"),
      import("../series/report/result.ts"),
      import("./summary.ts"),
      import("./forecast-progress.ts"),
    ]);
  const out = options.out ?? `forecast-${nameOf(file ?? AIRLINE_NAME)}`;
  const printed = await work(context, options.threads, async ({ signal, view, executor }) => {
    const started = now();
    const table = await readTableOf(file, options, signal);
    const readSeconds = Math.round(now() - started) / 1000;
    let print = "";
    await writeFolderAtomic(
      out,
      async (folder) => {
        const result = await forecast(table, {
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
        for (const { series, reason } of result.skipped.slice(0, SKIPPED_TOLD))
          context.tell(`Skipped ${series}: ${reason}\n`);
        context.tell(`Writing ${out} …\n`);
        await result.writeInto(folder);
        signal.throwIfAborted();
        const document = result.toJSON();
        const timing = { readSeconds, ...document.timing };
        print = options.json
          ? `${JSON.stringify({ ...document, timing }, null, 2)}\n`
          : forecastSummary(result, out);
      },
      { owned: isForecastFile },
    );
    return print;
  });
  context.print(printed);
}

/** How many skipped series are named on the terminal; all stand in metrics.json. */
const SKIPPED_TOLD = 10;
