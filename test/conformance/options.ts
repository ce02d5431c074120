// The arguments that a case was made with. What nobody asks for is not understood, and the case is then skipped.

/** Thrown where a case asks for what Recurra does not have yet; the message says what. */
export class Unsupported extends Error {}

export class Options {
  readonly #what: string;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #taken = new Set<string>();

  constructor(what: string, values: Readonly<Record<string, unknown>>) {
    this.#what = what;
    this.#values = values;
  }

  get names(): readonly string[] {
    return Object.keys(this.#values);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#values, name);
  }

  /** The value of an argument; `undefined` where it is not given. */
  value(name: string): unknown {
    this.#taken.add(name);
    return this.#values[name] ?? undefined;
  }

  number(name: string, missing?: number): number {
    return this.#typed(name, "a number", (value) => typeof value === "number", missing);
  }

  boolean(name: string, missing?: boolean): boolean {
    return this.#typed(name, "a boolean", (value) => typeof value === "boolean", missing);
  }

  string(name: string, missing?: string): string {
    return this.#typed(name, "a text", (value) => typeof value === "string", missing);
  }

  numbers(name: string, missing?: readonly number[]): readonly number[] {
    const test = (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === "number");
    return this.#typed(name, "a list of numbers", test, missing);
  }

  strings(name: string, missing?: readonly string[]): readonly string[] {
    const test = (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === "string");
    return this.#typed(name, "a list of names", test, missing);
  }

  /** Skips the case where an argument was not asked for. */
  finish(): void {
    const left = this.names.filter((name) => !this.#taken.has(name));
    if (left.length === 0) return;
    const shown = left.map((name) => `${name} = ${JSON.stringify(this.#values[name])}`);
    throw new Unsupported(`${this.#what}: ${shown.join(", ")} is not supported yet`);
  }

  #typed<T>(name: string, wanted: string, test: (value: unknown) => boolean, missing: T | undefined): T {
    const value = this.value(name) ?? missing;
    if (value === missing && missing !== undefined) return missing;
    if (!test(value))
      throw new Unsupported(`${this.#what}: ${name} = ${JSON.stringify(value)}, ${wanted} is understood`);
    return value as T;
  }
}

/** `return_sequences` -> `returnSequences` */
export function camelCase(name: string): string {
  return name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** All arguments under camelCase names; names of activations and the like are made camelCase too. */
export function camelCased(options: Options, leaveOut: readonly string[] = []): Record<string, unknown> {
  const entries = options.names
    .filter((name) => !leaveOut.includes(name))
    .map((name) => [name, options.value(name)] as const);
  return Object.fromEntries(
    entries
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [camelCase(name), typeof value === "string" ? camelCase(value) : value]),
  );
}
