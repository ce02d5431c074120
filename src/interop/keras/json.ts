// The JSON that Keras writes, taken apart with errors that say where.

import { RecurraError } from "../../platform/error.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** An object as Keras serialises it: `{ "class_name": "LSTM", "config": { … } }`. */
export interface KerasObject {
  readonly className: string;
  readonly config: Fields;
  /** All fields, `class_name` and `config` among them. */
  readonly fields: Fields;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws RecurraError `keras-config` */
export function fieldsAt(value: unknown, place: string): Fields {
  if (isFields(value)) return value;
  throw badConfig(place, "an object", value);
}

/** @throws RecurraError `keras-config` */
export function listAt(value: unknown, place: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw badConfig(place, "a list", value);
}

/** @throws RecurraError `keras-config` */
export function textAt(value: unknown, place: string): string {
  if (typeof value === "string") return value;
  throw badConfig(place, "text", value);
}

/** @throws RecurraError `keras-config` where it is no object of a class */
export function objectAt(value: unknown, place: string): KerasObject {
  const fields = fieldsAt(value, place);
  const className = textAt(fields.class_name, `${place}: class_name`);
  // Keras 1 and 2.0 held the layers of a stack as a list.
  const config = Array.isArray(fields.config)
    ? { layers: fields.config }
    : fieldsAt(fields.config ?? {}, `${place}: config`);
  return { className, config, fields };
}

/**
 * A value with what Keras writes for tuples, and for shapes, as lists: `{ "class_name": "__tuple__", "items": [1, 2] }`.
 *
 * Source: keras 3.15.1, keras/src/legacy/saving/json_utils.py.
 */
export function plainAt(value: unknown, place: string): unknown {
  if (Array.isArray(value)) return value.map((part, i) => plainAt(part, `${place}[${i}]`));
  if (!isFields(value)) return value;
  if (value.class_name === "__tuple__" || value.class_name === "TensorShape")
    return plainAt(value.items ?? fieldsAt(value.config, place).value, place);
  if (typeof value.class_name === "string" && "config" in value)
    throw new RecurraError(
      "keras-config",
      `${place}: ${value.class_name} is not one of the values that Recurra reads`,
    );
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, plainAt(part, `${place}.${key}`)]),
  );
}

/** The error for a value that is not what Keras writes at this place. */
export function badConfig(place: string, wanted: string, value: unknown): RecurraError {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return new RecurraError("keras-config", `${place} is to be ${wanted}, got ${shown}`);
}
