// What `recurra forecast` and `recurra backtest` have in common: models that are tried on the past of a table.

import { type Command, Option } from "commander";
import type { ForecastProgress } from "../../series/forecast.ts";
import type { CliContext } from "../context.ts";
import { nonEmpty } from "../options.ts";
import type { Work } from "../work.ts";
import { addModelOptions, evaluationOptionsOf, type ModelArguments } from "./model-options.ts";
import { tableCommand } from "./table-command.ts";
import { seriesOptionsOf, type TableArguments } from "./table-options.ts";
import { tellAll } from "./tell.ts";

export interface EvaluationArguments extends TableArguments, ModelArguments {
  readonly out?: string;
  readonly json?: boolean;
}

/** The command, with its options and examples. */
export function evaluationCommand(
  {
    name,
    description,
    examples,
  }: { readonly name: string; readonly description: string; readonly examples: string },
  run: (files: readonly string[], options: EvaluationArguments) => Promise<void>,
): Command {
  return addModelOptions(tableCommand(name, description))
    .addOption(new Option("--out <FOLDER>", `where to write (default: ${name}-NAME)`).argParser(nonEmpty))
    .option("--json", "print one JSON document, and nothing else, on standard output")
    .addHelpText("after", examples)
    .action(run);
}

/** The options of `forecast` and `backtestTable`, which tell how far they are. */
export async function evaluationOptionsFor(
  options: EvaluationArguments,
  context: CliContext,
  { signal, view, executor }: Work,
) {
  const { progressOf } = await import("./forecast-progress.ts");
  return {
    ...evaluationOptionsOf(options, context),
    table: seriesOptionsOf(options),
    calendar: options.calendar,
    onError: options.onError === "skip" ? ("skip" as const) : ("throw" as const),
    executor,
    signal,
    onStart: (notes: readonly string[]) => tellAll(notes, context),
    onProgress: (progress: ForecastProgress) => view.show(progressOf(progress)),
  };
}
