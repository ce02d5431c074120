// Columns of a file beside predictions: what they are called where the predictions have such a name themselves.

import { listOf } from "../../data/row-names.ts";
import type { CliContext } from "../context.ts";

/**
 * The names of columns that are copied, by those that they have in the file; `kept_row` for `row`, which predictions have themselves.
 *
 * @param own what else the predictions have columns for
 */
export function keptNames(names: readonly string[], own: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set([...own, ...names.filter((name) => !own.includes(name))]);
  return new Map(
    Array.from(new Set(names), (name) => {
      let called = name;
      if (own.includes(name)) while (taken.has(called)) called = `kept_${called}`;
      taken.add(called);
      return [name, called];
    }),
  );
}

/** Tells of columns that got another name. */
export function tellRenamed(names: ReadonlyMap<string, string>, { tell }: CliContext): void {
  const changed = [...names].filter(([name, called]) => name !== called);
  if (changed.length === 0) return;
  const [columns, which] = changed.length === 1 ? ["column", "a name"] : ["columns", "names"];
  tell(
    `The predictions have ${which} of the file's ${columns} ${listOf(changed.map(([name]) => `"${name}"`))}: what is kept is written as ${listOf(changed.map(([, called]) => called))}.\n`,
  );
}
