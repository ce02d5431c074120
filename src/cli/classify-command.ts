// `recurra classify`: classifiers of texts and of series.

import { Command } from "commander";
import type { CliContext } from "./context.ts";
import { classifySeriesCommand } from "./series/classify-series-command.ts";
import { classifyTextCommands } from "./text/classify-text-command.ts";

/** The command with its subcommands, ready to be added to the program. */
export function classifyCommand(context: CliContext): Command {
  const command = new Command("classify")
    .description("Tell classes apart: train, test, and use a classifier.")
    .helpCommand(false);
  for (const one of classifyTextCommands(context)) command.addCommand(one);
  return command.addCommand(classifySeriesCommand(context));
}
