// Checks of the options that layers are made with: each is named with what it may be.

import type { TensorType } from "../graph/tensor.ts";
import { RecurraError } from "../platform/error.ts";
import { suggestion } from "../platform/nearest.ts";
import { formatShape } from "../tensor/shape.ts";
import { type Activation, activation as resolveActivation } from "./activations.ts";
import { describe } from "./choice.ts";
import { type Initializer, initializer as resolveInitializer } from "./initializers.ts";

/** What an option may be: says what is wanted where a value is none of it. */
export type OptionKind = (value: unknown) => string | undefined;

/** A kind of its own: what is wanted, in words, and the test. */
export const kind =
  (wanted: string, test: (value: unknown) => boolean): OptionKind =>
  (value) =>
    test(value) ? undefined : wanted;

const isWhole = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value);
const isList = (value: unknown, test: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(test);

/** A positive whole number: `units`, `filters`. */
export const count = kind("a positive whole number", (value) => isWhole(value) && value > 0);
/** A whole number from 0 up. */
export const countOrZero = kind("a whole number from 0 up", (value) => isWhole(value) && value >= 0);
/** A whole number: an axis. */
export const whole = kind("a whole number", isWhole);
/** A share: `dropout`. */
export const rate = kind("in [0, 1)", (value) => typeof value === "number" && value >= 0 && value < 1);
export const finite = kind("a number", (value) => typeof value === "number" && Number.isFinite(value));
export const notNegative = kind(
  "a number from 0 up",
  (value) => typeof value === "number" && value >= 0 && value < Infinity,
);
export const positive = kind(
  "a positive number",
  (value) => typeof value === "number" && value > 0 && value < Infinity,
);
export const flag = kind("true or false", (value) => typeof value === "boolean");
export const text = kind("text", (value) => typeof value === "string");
export const code = kind("a function", (value) => typeof value === "function");
export const anything: OptionKind = () => undefined;

/** One of some names. */
export function oneOf(...names: readonly (string | null)[]): OptionKind {
  return kind(`one of ${names.map((name) => (name === null ? "null" : `"${name}"`)).join(", ")}`, (value) =>
    names.includes(value as string | null),
  );
}

/** A whole number of at least 1, or a list of so many of them. */
export function countOrList(length: number): OptionKind {
  const isCount = (value: unknown) => isWhole(value) && value > 0;
  return kind(
    `a positive whole number or a list of ${length} of them`,
    (value) => isCount(value) || (isList(value, isCount) && (value as unknown[]).length === length),
  );
}

/** A list of whole numbers that pass a test. */
export function wholeList(wanted: string, test: (value: number) => boolean = () => true): OptionKind {
  return kind(wanted, (value) => isList(value, (part) => isWhole(part) && test(part)));
}

/** One of several kinds. */
export function either(wanted: string, ...kinds: readonly OptionKind[]): OptionKind {
  return (value) => (kinds.some((one) => one(value) === undefined) ? undefined : wanted);
}

/** An activation, by name, by config or as a function. */
export const activationKind: OptionKind = (value) => {
  resolveActivation(value as Activation);
  return undefined;
};

/** An initialiser, by name, by config or as a function. */
export const initializerKind: OptionKind = (value) => {
  resolveInitializer(value as Initializer);
  return undefined;
};

/** Options of a layer by name. */
export type OptionKinds = Readonly<Record<string, OptionKind>>;

/** Those that every layer takes; the base class checks their values. */
const common: OptionKinds = { name: anything, inputShape: anything, trainable: anything };

/**
 * Fails for an option that a layer does not have, that is missing, or that is none of what it may be.
 *
 * @param required the options that must be given
 * @throws RecurraError `layer-option`
 */
export function checkConfig(
  className: string,
  config: object,
  kinds: OptionKinds,
  required: readonly string[] = [],
): void {
  if (typeof config !== "object" || config === null)
    throw new RecurraError(
      "layer-option",
      `${className}: wants options as an object, got ${describe(config)}`,
    );
  const all: OptionKinds = { ...common, ...kinds };
  const names = Object.keys(all);
  for (const [name, value] of Object.entries(config)) {
    const test = Object.hasOwn(all, name) ? all[name] : undefined;
    if (test === undefined) {
      throw new RecurraError(
        "layer-option",
        `${className}: there is no option "${name}". ${suggestion(name, names)}It takes ${names.join(", ")}`,
      );
    }
    if (value === undefined) continue;
    const wanted = within(`${className}: ${name}`, () => test(value));
    if (wanted !== undefined)
      throw new RecurraError("layer-option", `${className}: ${name} is ${wanted}, got ${shown(value)}`);
  }
  const missing = required.find((name) => (config as Readonly<Record<string, unknown>>)[name] === undefined);
  if (missing !== undefined) {
    const wanted = all[missing]?.(undefined) ?? "needed";
    throw new RecurraError("layer-option", `${className}: ${missing} is ${wanted}, got undefined`);
  }
}

function within<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RecurraError)) throw error;
    throw new RecurraError(error.code, `${place}: ${error.message}`, { cause: error });
  }
}

function shown(value: unknown): string {
  const isShape = Array.isArray(value) && value.every((part) => typeof part === "number");
  return isShape ? formatShape(value) : describe(value);
}

/** Fails unless a value is the shape of one sample. */
export function checkShape(what: string, shape: unknown): void {
  if (isList(shape, (dimension) => isWhole(dimension) && dimension > 0)) return;
  const isOpen = Array.isArray(shape) && shape[0] === null;
  if (isOpen && isList(shape.slice(1), (dimension) => isWhole(dimension) && dimension > 0)) return;
  const open =
    Array.isArray(shape) && shape.includes(null) ? "; the first, the number of steps, may be null" : "";
  throw new RecurraError(
    "layer-option",
    `${what}: wants positive whole numbers without the batch axis, got ${shown(shape)}${open}`,
  );
}

/** A type with the unknown batch size shown as batch. */
export function formatInput(type: TensorType): string {
  const [, ...rest] = type.shape;
  return `${type.dtype} [batch${rest.map((dimension) => `, ${dimension}`).join("")}]`;
}
