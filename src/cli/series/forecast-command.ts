// `recurra forecast`: from a file to a folder with the forecast, its backtest and a report.

import type { Command } from "commander";
import { now, writeFolderAtomic } from "#platform";
import type { CliContext } from "../context.ts";
import { type EvaluationArguments, evaluationCommand, evaluationOptionsFor } from "./evaluation-command.ts";
import { folderFor, tableWork } from "./table-command.ts";
import { readTableOf } from "./table-options.ts";
import { tellAll, tellSkipped } from "./tell.ts";

const EXAMPLES = `
Examples:
  recurra forecast
      the packaged airline passengers, 12 months ahead, into forecast-airpassengers/
  recurra forecast sales.csv --time day --target units --series store --horizon 28
      one forecast for each store, four weeks ahead, into forecast-sales/
  recurra forecast sales.csv --models "ets,arima,lstm(units=32)" --missing linear
      models of your choice; gaps and empty values are filled

Without FILE, the monthly airline passengers of 1949 to 1960 are forecast.
FILE may be several: files, a pattern such as "sales/*.csv", or a folder.
Of several models, the forecast is their combination: each weighs by how it did
in the backtest. The best of the table by itself: --models and its name.
The folder gets report.html (open it in a browser), forecast.csv, forecast.svg,
forecast.html (answers the mouse), metrics.json and model/. It appears whole, or
not at all.
`;

/** The command, ready to be added to the program. */
export function forecastCommand(context: CliContext): Command {
  const description =
    "Backtest models on the series of a table, forecast by them together, and write a report.";
  return evaluationCommand({ name: "forecast", description, examples: EXAMPLES }, (files, options) =>
    runForecast(files, options, context),
  );
}

async function runForecast(
  files: readonly string[],
  options: EvaluationArguments,
  context: CliContext,
): Promise<void> {
  // Loaded here, so that `--help` need not wait for them.
  const [{ forecast }, { isForecastFile }, { forecastSummary }] = await Promise.all([
    import("../../series/forecast.ts"),
    import("../../series/report/result.ts"),
    import("./summary.ts"),
  ]);
  const out = options.out ?? (await folderFor("forecast", files, options));
  const printed = await tableWork(context, options, options.threads, async (work) => {
    const started = now();
    const table = await readTableOf(files, options, work.signal);
    const readSeconds = Math.round(now() - started) / 1000;
    let print = "";
    await writeFolderAtomic(
      out,
      async (folder) => {
        const result = await forecast(table, await evaluationOptionsFor(options, context, work));
        await work.view.end();
        tellSkipped(result.skipped, context);
        tellAll(result.advice, context);
        context.tell(`Writing ${out} …\n`);
        await result.writeInto(folder);
        work.signal.throwIfAborted();
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
