// What the commands that read a table have in common: their arguments, the name of their folder, and a hint where one series spoils all.

import { basename, dirname } from "node:path";
import { Command } from "commander";
import { RecurraError } from "../../platform/error.ts";
import type { CliContext } from "../context.ts";
import { nameOf, type Work, work } from "../work.ts";
import { addTableOptions, namesItsOwnFiles, type TableArguments } from "./table-options.ts";

/** A command that reads a table, with the options that say what it is. */
export function tableCommand(name: string, description: string): Command {
  const command = new Command(name)
    .description(description)
    .argument("[FILE...]", "CSV, TSV, JSON, JSON lines, Parquet or .tsf, also .gz");
  return addTableOptions(command);
}

/** Where a command writes unless it is told: `forecast-sales` for `data/sales.csv` and for `sales/*.csv`. */
export async function folderFor(
  command: string,
  files: readonly string[],
  { sql }: TableArguments,
): Promise<string> {
  const { AIRLINE_NAME } = await import("../../data/packaged.ts");
  const [first, second] = files;
  if (first === undefined) return `${command}-${namesItsOwnFiles(sql) ? "query" : AIRLINE_NAME}`;
  const folder = basename(dirname(first));
  const isFolder = second !== undefined && files.every((file) => dirname(file) === dirname(first));
  return `${command}-${isFolder && !/^[./\\]*$/.test(folder) ? folder : nameOf(first)}`;
}

/** Runs the long part of a command on a table: see {@link work}. */
export async function tableWork<T>(
  context: CliContext,
  { onError }: TableArguments,
  threads: number | undefined,
  run: (work: Work) => Promise<T>,
): Promise<T> {
  try {
    return await work(context, threads, run);
  } catch (error) {
    // Messages that name a series are about it alone.
    if (!(error instanceof RecurraError) || onError === "skip" || !/^Series "|\(series "/.test(error.message))
      throw error;
    const hint = "Or leave out series that cannot be used: --on-error skip.";
    throw new RecurraError(error.code, `${error.message} ${hint}`, { cause: error });
  }
}
