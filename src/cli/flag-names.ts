// Messages of the library in the words of the command line: options by their flags.

import type { Command } from "commander";

/** Options of the library whose flags have other names, where a command has these. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  columns: ["keep"],
  filters: ["units"],
  maxTokens: ["length", "tokens"],
  numWords: ["vocabulary"],
  validationSplit: ["heldOut"],
  vocabularySize: ["vocabulary"],
  width: ["units"],
};

/**
 * A message with the flags of a command in place of its options' names, where it is certain that these are meant: names such as `minCount`,
 * names in brackets with or without a value, `(context)` or `(validationSplit: 0)`, and the name that a message begins with, as in
 * `generate: topP is to be …`. What stands in quotation marks, or is part of a path, stays.
 *
 * @param code that of the error
 */
export function withFlags(message: string, code: string, command: Command): string {
  const flags = flagsOf(command);
  const flagOf = (name: string) =>
    [name, ...(OTHER_NAMES[name] ?? [])].map((one) => flags.get(one)).find((flag) => flag !== undefined);
  const begun = message
    .replace(/^[\w ]+: (\w+) (?=is to be )/, (found, name) => (flagOf(name) ? `${flagOf(name)} ` : found))
    .replace(/^(\w+): /, (found, name) => (name === code && flagOf(name) ? `${flagOf(name)}: ` : found));
  // What columns are called is no option, nor is what they hold: `date (time)`.
  const listed = begun.search(/The columns (?:are|of) /);
  const end = listed === -1 ? begun.length : listed;
  const inFlags = begun
    .slice(0, end)
    .split(/("[^"]*")/)
    .map((part, i) => {
      if (i % 2 === 1) return part;
      return part
        .replace(/\((\w+)(?:: ([\d.]+))?\)/g, (found, name, value) => {
          const flag = flagOf(name);
          return flag === undefined ? found : `(${flag}${value === undefined ? "" : ` ${value}`})`;
        })
        .replace(/(?<![\w./\\-])[a-z]+[A-Z]\w*(?![\w/\\-]|[.]\w)/g, (name) => flagOf(name) ?? name);
    })
    .join("");
  return `${inFlags}${begun.slice(end)}`;
}

/** The flags of a command, and of those that it is part of, by the names of their values. */
function flagsOf(command: Command): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (let one: Command | null = command; one !== null; one = one.parent)
    for (const option of one.options) {
      const name = option.attributeName();
      if (option.long && !option.negate && !flags.has(name)) flags.set(name, option.long);
    }
  return flags;
}
