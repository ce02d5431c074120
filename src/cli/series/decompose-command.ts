// `recurra decompose`: the trend, the season and the remainder of the series of a table.

import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { writeFolderAtomic } from "#platform";
import type { DecompositionMethod } from "../../series/decompose-table.ts";
import type { DecompositionResult } from "../../series/report/decomposition-result.ts";
import type { CliContext } from "../context.ts";
import { nonEmpty, oneOf } from "../options.ts";
import { folderFor, tableCommand, tableWork } from "./table-command.ts";
import { readTableOf, seriesOptionsOf, type TableArguments } from "./table-options.ts";
import { tellAll, tellSkipped } from "./tell.ts";

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
  return tableCommand("decompose", "Split the series of a table into trend, season and remainder.")
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
    .addHelpText("after", EXAMPLES)
    .action((files: readonly string[], options: DecomposeArguments) => runDecompose(files, options, context));
}

async function runDecompose(
  files: readonly string[],
  options: DecomposeArguments,
  context: CliContext,
): Promise<void> {
  const [{ decomposeTable }, { isDecompositionFile }] = await Promise.all([
    import("../../series/decompose-table.ts"),
    import("../../series/report/decomposition-result.ts"),
  ]);
  const out = options.out ?? (await folderFor("decompose", files, options));
  const result = await tableWork(context, options, 1, async ({ signal }) => {
    const table = await readTableOf(files, options, signal);
    const result = decomposeTable(table, {
      method: options.method,
      seasons: options.season,
      robust: options.robust,
      table: seriesOptionsOf(options),
      onError: options.onError === "skip" ? "skip" : "throw",
    });
    tellAll([...table.notes, ...result.parts.set.notes], context);
    tellSkipped(result.skipped, context);
    await writeFolderAtomic(out, (folder) => result.writeInto(folder), { owned: isDecompositionFile });
    return result;
  });
  context.print(await decompositionSummary(result, out));
}

/** How many series are told of. */
const SHOWN = 12;

async function decompositionSummary({ series }: DecompositionResult, out: string): Promise<string> {
  const [{ alignColumns }, { displayNumber }, { strengthsOf }] = await Promise.all([
    import("./summary.ts"),
    import("../../report/numbers.ts"),
    import("../../series/report/decomposition-result.ts"),
  ]);
  const rows = series.slice(0, SHOWN).map((one) => {
    const { trend, season } = strengthsOf(one);
    return [one.series.name, one.seasons.join(" and "), displayNumber(trend), displayNumber(season)];
  });
  const rest = series.length - SHOWN;
  return [
    "",
    ...alignColumns([["strength, from 0 to 1", "steps in a season", "of trend", "of season"], ...rows]),
    ...(rest > 0 ? [`… and ${rest.toLocaleString("en-US")} more in report.html`] : []),
    "",
    `Report: ${join(out, "report.html")}`,
    "Also there: decomposition.csv, decomposition.svg",
    "",
  ].join("\n");
}

function seasons(text: string): readonly number[] {
  const numbers = text.split(",").map(Number);
  if (numbers.every((season) => Number.isSafeInteger(season) && season >= 2)) return numbers;
  throw new InvalidArgumentError("Wanted whole numbers from 2 on, such as 12 or 24,168.");
}
