// `recurra forecast`: from a file to a folder with the forecast, its backtest and a report.

import { basename } from "node:path";
import { Command, Option } from "commander";
import { now, onInterrupt, writeFolderAtomic } from "#platform";
import { RecurraError } from "../platform/error.ts";
import type { RecurrentKind } from "../series/network.ts";
import type { CliContext } from "./context.ts";
import { nonEmpty, wholeNumber } from "./options.ts";

interface ForecastArguments {
  readonly time?: string;
  readonly target?: string;
  readonly series?: string;
  readonly where?: string;
  readonly lookback?: number;
  readonly horizon?: number;
  readonly season?: number;
  readonly model: RecurrentKind;
  readonly epochs?: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  recurra forecast
      the packaged airline passengers, 12 months ahead, into forecast-airpassengers/
  recurra forecast sales.csv --time day --target units --series store --horizon 28
      one forecast for each store, four weeks ahead, into forecast-sales/

Without FILE, the monthly airline passengers of 1949 to 1960 are forecast.
The folder gets report.html (open it in a browser), forecast.csv, forecast.svg,
metrics.json and model/. It appears whole, or not at all.
`;

/** The command, ready to be added to the program. */
export function forecastCommand(context: CliContext): Command {
  return new Command("forecast")
    .description("Train, backtest and forecast the series of a table, and write a report.")
    .argument("[FILE]", "CSV, TSV, JSON, JSON lines or Parquet, also .gz")
    .addOption(
      new Option("--time <COLUMN>", "dates or times (default: the only such column)").argParser(nonEmpty),
    )
    .addOption(
      new Option("--target <COLUMN>", "numbers to forecast (default: the only such column)").argParser(
        nonEmpty,
      ),
    )
    .addOption(
      new Option("--series <COLUMN>", "names the series of each row: one model a series").argParser(nonEmpty),
    )
    .addOption(new Option("--where <SQL>", 'rows to use, such as "store = 3"').argParser(nonEmpty))
    .addOption(
      new Option("--lookback <N>", "steps back that the model sees (default: by season)").argParser(
        wholeNumber(1),
      ),
    )
    .addOption(new Option("--horizon <N>", "steps ahead (default: one season)").argParser(wholeNumber(1)))
    .addOption(
      new Option("--season <N>", "steps in a season, 1 for none (default: found out)").argParser(
        wholeNumber(1),
      ),
    )
    .addOption(
      new Option("--model <NAME>", "recurrent layer").choices(["lstm", "gru", "rnn"]).default("lstm"),
    )
    .addOption(
      new Option("--epochs <N>", "passes over the data (default: by its size)").argParser(wholeNumber(1)),
    )
    .addOption(
      new Option("--seed <N>", "the same seed gives the same forecast").argParser(wholeNumber(0)).default(0),
    )
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
  const [
    { AIRLINE_NAME, airlinePassengers },
    { readTable },
    { forecast },
    { isForecastFile },
    { recurrent },
  ] = await Promise.all([
    import("../data/packaged.ts"),
    import("../data/read-table.ts"),
    import("../series/forecast.ts"),
    import("../series/result.ts"),
    import("../series/recurrent.ts"),
  ]);
  const { ForecastProgressView } = await import("./progress.ts");
  const { summaryOf } = await import("./summary.ts");

  const out = options.out ?? `forecast-${nameOf(file ?? AIRLINE_NAME)}`;
  const { signal, release } = interruptible(context);
  const view = new ForecastProgressView(context.tell);
  try {
    const started = now();
    const { time, target, series, where } = options;
    const wanted = { time, target, series, where, signal };
    const table = file === undefined ? await airlinePassengers(wanted) : await readTable(file, wanted);
    const readSeconds = Math.round(now() - started) / 1000;

    const make = context.makeForecaster ?? recurrent;
    const { lookback, horizon, season, epochs, seed } = options;
    let print = () => {};
    await writeFolderAtomic(
      out,
      async (folder) => {
        const result = await forecast(table, {
          models: [make({ kind: options.model, lookback, epochs })],
          horizon,
          season,
          seed,
          signal,
          onStart: (notes) => {
            for (const note of notes) context.tell(`${note}\n`);
          },
          onProgress: (progress) => view.show(progress),
        });
        await view.end();
        context.tell(`Writing ${out} …\n`);
        await result.writeInto(folder);
        signal.throwIfAborted();
        print = () => {
          const document = result.toJSON();
          const timing = { readSeconds, ...document.timing };
          context.print(
            options.json ? `${JSON.stringify({ ...document, timing }, null, 2)}\n` : summaryOf(result, out),
          );
        };
      },
      { owned: isForecastFile },
    );
    print();
  } finally {
    await view.end();
    release();
  }
}

/** A signal that Ctrl-C aborts. A second Ctrl-C ends the program at once. */
function interruptible({ tell }: CliContext): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const release = onInterrupt(() => {
    if (controller.signal.aborted) process.exit(130);
    tell("\nStopping …\n");
    controller.abort(new RecurraError("interrupted", "Stopped. Nothing was written."));
  });
  return { signal: controller.signal, release };
}

/** `sales` for `data/sales.csv.gz`. */
function nameOf(path: string): string {
  return (
    basename(path).replace(/(?<=.)\.(?:csv|tsv|txt|dat|json|jsonl|ndjson|parquet|gz)(?=\.|$)/gi, "") ||
    "table"
  );
}
