// How all commands print and fail.

import type { Command } from "commander";
import type { CliContext } from "./context.ts";

/** Gives a command, and those in it, one way to print and to fail. @param path `recurra classify series` */
export function equip(command: Command, path: string, context: CliContext): void {
  command
    .helpOption("-h, --help", "print this help")
    .exitOverride()
    .showHelpAfterError(`Try: ${path} --help`)
    .configureOutput({
      writeOut: context.print,
      writeErr: context.tell,
      outputError: (message, write) => write(message.replace(/^error: /, "recurra: ")),
    });
  for (const one of command.commands) equip(one, `${path} ${one.name()}`, context);
}
