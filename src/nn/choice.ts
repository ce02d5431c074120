// What is chosen by name, or by a name with options: activations, initialisers, losses, metrics, optimisers.

import { RecurraError } from "../platform/error.ts";
import { suggestion } from "../platform/nearest.ts";

/** A name with options, such as `{ name: "huber", delta: 2 }`: what a saved model holds. */
export interface NamedConfig {
  readonly name: string;
}

/** The options that each name takes. */
export type OptionNames = Readonly<Record<string, readonly string[]>>;

/**
 * The config that a choice stands for: a name alone is one without options.
 *
 * @param kind what is chosen, for messages: "activation"
 * @param names the names there are
 * @throws RecurraError `unknown-name` for a name that is not among them
 */
export function configOf(kind: string, choice: unknown, names: readonly string[]): NamedConfig {
  const config = typeof choice === "string" ? { name: choice } : choice;
  if (
    config === null ||
    typeof config !== "object" ||
    !("name" in config) ||
    typeof config.name !== "string"
  ) {
    throw new RecurraError(
      "unknown-name",
      `${kind}: wants a name, a config { name, … } or a function, got ${describe(choice)}`,
    );
  }
  const { name } = config;
  if (!names.includes(name)) {
    throw new RecurraError(
      "unknown-name",
      `there is no ${kind} "${name}". ${suggestion(name, names)}There are ${names.join(", ")}`,
    );
  }
  return config as NamedConfig;
}

/**
 * As {@link configOf}, with the options checked too.
 *
 * @param known the names there are, each with its options
 * @throws RecurraError `unknown-name`; `unknown-option` for an option that the name does not take
 */
export function checkedConfig(kind: string, choice: unknown, known: OptionNames): NamedConfig {
  const config = configOf(kind, choice, Object.keys(known));
  const { name, ...options } = config;
  checkOptionNames(`${kind} ${name}`, options, known[name] ?? []);
  return config;
}

/**
 * Fails for an option that is not among the known ones, and for what is no object of options.
 *
 * @throws RecurraError `unknown-option`, `option-value`
 */
export function checkOptionNames(what: string, options: object, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new RecurraError("option-value", `${what}: options are to be an object, got ${describe(options)}`);
  const odd = Object.keys(options).find((key) => !known.includes(key));
  if (odd === undefined) return;
  const takes = known.length === 0 ? "It takes none" : `It takes ${known.join(", ")}`;
  throw new RecurraError(
    "unknown-option",
    `${what}: there is no option "${odd}". ${suggestion(odd, known)}${takes}`,
  );
}

/**
 * Checks a number among options.
 *
 * @param wanted what is wanted, in words
 * @throws RecurraError `option-value` for anything but a number that passes the test
 */
export function checkedNumber(
  what: string,
  value: unknown,
  test: (value: number) => boolean,
  wanted: string,
): number {
  if (typeof value === "number" && test(value)) return value;
  throw new RecurraError("option-value", `${what} is to be ${wanted}, got ${describe(value)}`);
}

/** A value as messages show it: what is an object of some class by the name of that, long lists and texts by their beginning. */
export function describe(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null)
    return typeof value === "string" ? shorten(`"${value}"`) : String(value);
  const name = classOf(value);
  if (name !== undefined) return `an instance of ${name}`;
  try {
    return shorten(JSON.stringify(value, (_, part) => classOf(part) ?? part));
  } catch {
    return Array.isArray(value) ? "a list" : "an object"; // of what is no JSON
  }
}

/** The class of an object that is neither plain nor a list. */
function classOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { name } = (Object.getPrototypeOf(value)?.constructor ?? Object) as { readonly name: string };
  return name === "Object" || name === "Array" ? undefined : name;
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
