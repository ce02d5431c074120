// Batches as messages between threads: arrays are taken apart, and their memory moves with the message.

import { RecurraError } from "../../platform/error.ts";
import type { TypedArray } from "../../tensor/dtype.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import type { Shape } from "../../tensor/shape.ts";
import { isPlainObject, type ModelData } from "../model-data.ts";
import type { Batch } from "../source.ts";

/** What the thread that trains tells the thread that makes batches. */
export type Order =
  | {
      readonly kind: "start";
      /** Address of the module. */
      readonly module: string;
      readonly epoch: number;
      readonly args: unknown;
      /** Batches to make ahead of those that were taken. */
      readonly ahead: number;
    }
  /** A batch was taken: one more may be made. */
  | { readonly kind: "taken" };

/** What the thread that makes batches answers. */
export type Answer =
  | { readonly kind: "batch"; readonly batch: PackedBatch }
  | { readonly kind: "end" }
  | {
      readonly kind: "failed";
      readonly message: string;
      readonly code: string | undefined;
      readonly stack: string | undefined;
    };

/** Data as a message holds them: an NdArray is no plain object, and would lose its methods on the way. */
type Packed =
  | { readonly kind: "array"; readonly data: TypedArray; readonly shape: Shape }
  | { readonly kind: "list"; readonly parts: readonly Packed[] }
  | { readonly kind: "named"; readonly parts: Readonly<Record<string, Packed>> }
  /** Numbers in lists. */
  | { readonly kind: "plain"; readonly value: unknown };

export type PackedBatch = Readonly<Record<keyof Batch, Packed | undefined>>;

/** A batch as a message, and the memory that moves with it: the batch cannot be read any more afterwards. */
export function packBatch(
  { x, y, sampleWeight }: Batch,
  what: string,
): { readonly batch: PackedBatch; readonly moved: readonly ArrayBuffer[] } {
  const moved = new Set<ArrayBuffer>();
  const packed = (name: string, data: unknown) =>
    data === undefined ? undefined : pack(`${what}: ${name}`, data, moved);
  const batch = { x: packed("x", x), y: packed("y", y), sampleWeight: packed("sampleWeight", sampleWeight) };
  return { batch, moved: [...moved] };
}

export function unpackBatch({ x, y, sampleWeight }: PackedBatch): Batch {
  return {
    x: unpack(x ?? { kind: "plain", value: undefined }) as ModelData,
    y: y && (unpack(y) as ModelData),
    sampleWeight: sampleWeight && (unpack(sampleWeight) as ModelData),
  };
}

function pack(what: string, data: unknown, moved: Set<ArrayBuffer>): Packed {
  if (ArrayBuffer.isView(data)) return array(what, data as TypedArray, [(data as TypedArray).length], moved);
  if (isArray(data)) return array(what, data.data, data.shape, moved);
  if (Array.isArray(data) && data.some((part) => isArray(part) || ArrayBuffer.isView(part)))
    return { kind: "list", parts: data.map((part, i) => pack(`${what}[${i}]`, part, moved)) };
  if (!isPlainObject(data)) return { kind: "plain", value: data };
  const parts = Object.entries(data).map(([name, part]) => [name, pack(`${what}.${name}`, part, moved)]);
  return { kind: "named", parts: Object.fromEntries(parts) };
}

/** Whether it is an NdArray, also one of another copy of this library. */
function isArray(data: unknown): data is NdArray {
  if (data instanceof NdArray) return true;
  return (
    typeof data === "object" &&
    data !== null &&
    "shape" in data &&
    "data" in data &&
    ArrayBuffer.isView(data.data)
  );
}

function array(what: string, data: TypedArray, shape: Shape, moved: Set<ArrayBuffer>): Packed {
  const { buffer } = data;
  if (buffer instanceof ArrayBuffer && buffer.detached) {
    throw new RecurraError(
      "batch-moved",
      `${what}: the array was part of an earlier batch, and its memory has moved to the thread that trains. Make a new array for each batch, or a copy`,
    );
  }
  // Of a part, only the part moves: sent as it is, all that it is a part of would be copied.
  const whole = data.byteLength === buffer.byteLength ? data : data.slice();
  if (whole.buffer instanceof ArrayBuffer) moved.add(whole.buffer);
  return { kind: "array", data: whole, shape };
}

function unpack(packed: Packed): unknown {
  switch (packed.kind) {
    case "array":
      return new NdArray(packed.data, packed.shape);
    case "list":
      return packed.parts.map(unpack);
    case "named":
      return Object.fromEntries(Object.entries(packed.parts).map(([name, part]) => [name, unpack(part)]));
    case "plain":
      return packed.value;
  }
}
