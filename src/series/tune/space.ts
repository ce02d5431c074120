// Where hyper-parameters are searched: choices and ranges, and configurations drawn from them.

import { RecurraError } from "../../platform/error.ts";
import type { Random } from "../../tensor/random.ts";
import type { Json } from "../forecasters/local-model.ts";

/** The values that one option may take. */
export type Dimension =
  | { readonly kind: "choice"; readonly values: readonly Json[] }
  | { readonly kind: "real" | "integer"; readonly from: number; readonly to: number; readonly log: boolean };

/** The options that are searched, by their names. */
export type SearchSpace = Readonly<Record<string, Dimension>>;

interface RangeOptions {
  /** Whether orders of magnitude are alike, as for a learning rate. Default: false. */
  readonly log?: boolean | undefined;
}

/** One of these values. */
export function choice(...values: readonly Json[]): Dimension {
  if (values.length === 0) throw new RecurraError("option", "choice: it has no values; wanted at least one");
  return { kind: "choice", values };
}

/** A number from one bound to the other. */
export function real(from: number, to: number, { log = false }: RangeOptions = {}): Dimension {
  return range("real", from, to, log);
}

/** A whole number from one bound to the other, both included. */
export function integer(from: number, to: number, { log = false }: RangeOptions = {}): Dimension {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to))
    throw new RecurraError("option", `integer: the bounds are ${from} and ${to}; wanted whole numbers`);
  return range("integer", from, to, log);
}

function range(kind: "real" | "integer", from: number, to: number, log: boolean): Dimension {
  if (!(from < to) || !Number.isFinite(from) || !Number.isFinite(to))
    throw new RecurraError(
      "option",
      `${kind}: the bounds are ${from} and ${to}; wanted a smaller and a larger number`,
    );
  if (log && from <= 0)
    throw new RecurraError(
      "option",
      `${kind}: the lower bound is ${from}; wanted one above 0 for a logarithmic range`,
    );
  return { kind, from, to, log };
}

/** A configuration drawn at random, each option by itself. */
export function drawFrom(space: SearchSpace, random: Random): Readonly<Record<string, Json>> {
  const names = Object.keys(space);
  const draws = random.uniform([Math.max(1, names.length)]).data;
  return Object.fromEntries(
    names.map((name, i) => [name, valueAt(space[name] as Dimension, Math.min(Number(draws[i]), 1 - 1e-9))]),
  );
}

/** @param share from 0 to below 1 */
function valueAt(dimension: Dimension, share: number): Json {
  if (dimension.kind === "choice")
    return dimension.values[Math.floor(share * dimension.values.length)] ?? null;
  const { kind, from, to, log } = dimension;
  const end = kind === "integer" ? to + 1 : to;
  const value = log ? from * (end / from) ** share : from + share * (end - from);
  return kind === "integer" ? Math.min(to, Math.floor(value)) : value;
}
