// Runs a command line: parses it, calls the command, and turns what it throws into a message and an exit code.

import { readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import { Command, CommanderError } from "commander";
import { RecurraError } from "../platform/error.ts";
import { classifyCommand } from "./classify-command.ts";
import type { CliContext } from "./context.ts";
import { dataCommand } from "./data/data-command.ts";
import { equip } from "./equip.ts";
import { withFlags } from "./flag-names.ts";
import { backtestCommand } from "./series/backtest-command.ts";
import { decomposeCommand } from "./series/decompose-command.ts";
import { forecastCommand } from "./series/forecast-command.ts";
import { tuneCommand } from "./series/tune-command.ts";
import { embedCommand } from "./text/embed-command.ts";
import { generateCommand } from "./text/generate-command.ts";
import { textTableCommand } from "./text/table/table-command.ts";
import { tagCommand } from "./text/tag-command.ts";

/** What a shell sees. 2: bad input, told in a message. 130: stopped by Ctrl-C. 1: a fault in Recurra. */
export const EXIT = { ok: 0, fault: 1, badInput: 2, interrupted: 130 } as const;

const STANDARD: CliContext = {
  print: (text) => process.stdout.write(text),
  tell: (text) => process.stderr.write(text),
};

/**
 * Runs `recurra` with these arguments.
 *
 * @param argv The arguments after the program's name.
 * @returns The exit code.
 */
export async function run(argv: readonly string[], context: CliContext = STANDARD): Promise<number> {
  const program = createProgram(context);
  let running = program;
  program.hook("preAction", (_, command) => {
    running = command;
  });
  try {
    // Without a command there is nothing to do: say what there is.
    await program.parseAsync(argv.length === 0 ? ["--help"] : argv, { from: "user" });
    return EXIT.ok;
  } catch (error) {
    return explain(error, running, context);
  }
}

function createProgram(context: CliContext): Command {
  const program = new Command("recurra")
    .description("Sequence learning for TypeScript, from the command line.")
    .version(version(), "-V, --version", "print the version")
    .helpCommand(false)
    .addHelpText("after", "\nMore about a command: recurra COMMAND --help\n");
  program.addCommand(forecastCommand(context));
  program.addCommand(backtestCommand(context));
  program.addCommand(decomposeCommand(context));
  program.addCommand(tuneCommand(context));
  program.addCommand(classifyCommand(context));
  program.addCommand(tagCommand(context));
  program.addCommand(textTableCommand(context));
  program.addCommand(generateCommand(context));
  program.addCommand(embedCommand(context));
  program.addCommand(dataCommand(context));
  equip(program, "recurra", context);
  return program;
}

function explain(error: unknown, command: Command, { tell }: CliContext): number {
  // Commander has printed its own messages; printing help ends in one of its errors too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
  if (error instanceof RecurraError) {
    tell(`recurra: ${withFlags(error.message, error.code, command)}${lookedIn(error)}\n`);
    return error.code === "interrupted" ? EXIT.interrupted : EXIT.badInput;
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  tell(
    `recurra: This is a fault in recurra, not in your data. Please report it with these lines:\n${trace}\n`,
  );
  return EXIT.fault;
}

/** Where a path was looked for that does not say it itself, and was not found. */
function lookedIn({ code, message }: RecurraError): string {
  const [, path] = /^Cannot \w+ "([^"]+)"/.exec(message) ?? [];
  const isMissing = code === "file-not-found" || code === "model-missing";
  return isMissing && path !== undefined && !isAbsolute(path)
    ? ` It was looked for in ${process.cwd()}.`
    : "";
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const known = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return known ? String(manifest.version) : "unknown";
}
