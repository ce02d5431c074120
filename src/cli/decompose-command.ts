// `recurra decompose`: the trend, the season and the remainder of the series of a table.

import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { writeFolderAtomic } from "#platform";
import type { DecompositionMethod } from "../series/decompose-table.ts";
import type { CliContext } from "./context.ts";
import { nonEmpty, oneOf } from "./options.ts";
import { addTableOptions, readTableOf, seriesOptionsOf, type TableArguments } from "./table-options.ts";
import { nameOf, work } from "./work.ts";

interface DecomposeArguments extends TableArguments {
  readonly method?: DecompositionMethod;
  readonly season?: readonly number[];
  readonly robust?: boolean;
  readonly out?: string;
}

const EXAMPLES = `
Examples:
  recurra decompose
      the packaged airline passengers, into decompose-airpassengers/
  recurra decompose demand.csv --season 48,336 --robust
      half hours with a day and a week; outliers count for less

The folder gets report.html, decomposition.svg and decomposition.csv.
`;

export function decomposeCommand(context: CliContext): Command {
  const command = new Command("decompose")
    .description("Split the series of a table into trend, season and remainder.")
    .argument("[FILE]", "CSV, TSV, JSON, JSON lines or Parquet, also .gz");
  addTableOptions(command);
  return command
    .addOption(
      new Option(
        "--method <NAME>",
        "stl, mstl, additive, multiplicative (default: stl, or mstl for several seasons)",
      )
        .argParser(oneOf("stl", "mstl", "additive", "multiplicative"))
        .helpGroup("Decomposition:"),
    )
    .addOption(
      new Option("--season <N>", "steps in a season; several with commas (default: found out)")
        .argParser(seasons)
        .helpGroup("Decomposition:"),
    )
    .addOption(new Option("--robust", "outliers count for less").helpGroup("Decomposition:"))
    .addOption(new Option("--out <FOLDER>", "where to write (default: decompose-NAME)").argParser(nonEmpty))
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", EXAMPLES)
    .action((file: string | undefined, options: DecomposeArguments) => runDecompose(file, options, context));
}

async function runDecompose(
  file: string | undefined,
  options: DecomposeArguments,
  context: CliContext,
): Promise<void> {
  const [{ AIRLINE_NAME }, { decomposeTable }, { isDecompositionFile }] = await Promise.all([
    import("../data/packaged.ts"),
    import("../series/decompose-table.ts"),
    import("../series/report/decomposition-result.ts"),
  ]);
  const out = options.out ?? `decompose-${nameOf(file ?? AIRLINE_NAME)}`;
  await work(context, 1, async ({ signal }) => {
    const table = await readTableOf(file, options, signal);
    const result = decomposeTable(table, {
      method: options.method,
      seasons: options.season,
      robust: options.robust,
      table: seriesOptionsOf(options),
      onError: options.onError === "skip" ? "skip" : "throw",
    });
    for (const note of [...table.notes, ...result.parts.set.notes]) context.tell(`${note}\n`);
    for (const { series, reason } of result.skipped) context.tell(`Skipped ${series}: ${reason}\n`);
    await writeFolderAtomic(out, (folder) => result.writeInto(folder), { owned: isDecompositionFile });
  });
  context.print(`Report: ${join(out, "report.html")}\nAlso there: decomposition.csv, decomposition.svg\n`);
}

function seasons(text: string): readonly number[] {
  const numbers = text.split(",").map(Number);
  if (numbers.every((season) => Number.isSafeInteger(season) && season >= 2)) return numbers;
  throw new InvalidArgumentError("Wanted whole numbers from 2 on, such as 12 or 24,168.");
}
