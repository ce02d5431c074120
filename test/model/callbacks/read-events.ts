// Reads TensorBoard's event files, by the format's description alone: nothing is shared with what writes them.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** CRC-32C bit by bit, the highest bit first, on mirrored bytes: the definition, without a table. */
export function checksumByBits(bytes: Uint8Array): number {
  const mirrored = (value: number, bits: number) => {
    let result = 0n;
    for (let i = 0; i < bits; i++)
      if ((BigInt(value) >> BigInt(i)) & 1n) result |= 1n << BigInt(bits - 1 - i);
    return result;
  };
  let remainder = 0xffffffffn;
  for (const byte of bytes) {
    remainder ^= mirrored(byte, 8) << 24n;
    for (let bit = 0; bit < 8; bit++) {
      remainder =
        remainder & 0x80000000n ? ((remainder << 1n) ^ 0x11edc6f41n) & 0xffffffffn : remainder << 1n;
    }
  }
  return Number(mirrored(Number(remainder ^ 0xffffffffn), 32));
}

/** The checksum as a record holds it: turned right by 15 bits, with a constant added, modulo 2³². */
function masked(bytes: Uint8Array): number {
  const checksum = BigInt(checksumByBits(bytes));
  return Number((((checksum >> 15n) | (checksum << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

/** A field of a message: numbers stay as the wire has them. */
interface Field {
  readonly field: number;
  readonly wire: number;
  readonly varint: number;
  readonly bytes: Uint8Array;
}

function fieldsOf(bytes: Uint8Array): readonly Field[] {
  const found: Field[] = [];
  let position = 0;
  const varint = () => {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = bytes[position++];
      if (byte === undefined) throw new Error("a varint ends before its last byte");
      value |= BigInt(byte & 127) << shift;
      shift += 7n;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
  };
  while (position < bytes.length) {
    const tag = varint();
    const [field, wire] = [tag >> 3, tag & 7];
    const value = wire === 0 ? varint() : 0;
    const length = wire === 0 ? 0 : wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? varint() : Number.NaN;
    if (!(position + length <= bytes.length))
      throw new Error(`field ${field} of wire type ${wire} does not fit`);
    found.push({ field, wire, varint: value, bytes: bytes.slice(position, position + length) });
    position += length;
  }
  return found;
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const doublesOf = (bytes: Uint8Array) =>
  Array.from({ length: bytes.length / 8 }, (_, i) => view(bytes).getFloat64(8 * i, true));
const textOf = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

/** The only field of a number, of the wire type it is to have. */
function one(fields: readonly Field[], field: number, wire: number): Field | undefined {
  const found = fields.filter((entry) => entry.field === field);
  if (found.length > 1 || found.some((entry) => entry.wire !== wire))
    throw new Error(`field ${field} is odd`);
  return found[0];
}

export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly num: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly bucketLimit: readonly number[];
  readonly bucket: readonly number[];
}

export interface ReadValue {
  readonly tag: string;
  readonly value: number | Histogram;
}

export interface ReadEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly fileVersion?: string;
  readonly values: readonly ReadValue[];
}

function histogramOf(bytes: Uint8Array): Histogram {
  const fields = fieldsOf(bytes);
  const number = (field: number) =>
    doublesOf(one(fields, field, 1)?.bytes ?? new Uint8Array(8))[0] ?? Number.NaN;
  const list = (field: number) => doublesOf(one(fields, field, 2)?.bytes ?? new Uint8Array(0));
  const [min, max, num, sum, sumSquares] = [number(1), number(2), number(3), number(4), number(5)];
  return { min, max, num, sum, sumSquares, bucketLimit: list(6), bucket: list(7) };
}

function summaryValueOf(bytes: Uint8Array): ReadValue {
  const fields = fieldsOf(bytes);
  const tag = textOf(one(fields, 1, 2)?.bytes);
  const [simple, histogram] = [one(fields, 2, 5), one(fields, 5, 2)];
  if (simple !== undefined) return { tag, value: view(simple.bytes).getFloat32(0, true) };
  if (histogram === undefined) throw new Error(`${tag} has no value`);
  return { tag, value: histogramOf(histogram.bytes) };
}

function eventOf(bytes: Uint8Array): ReadEvent {
  const fields = fieldsOf(bytes);
  const version = one(fields, 3, 2);
  const summary = one(fields, 5, 2);
  return {
    wallTime: doublesOf(one(fields, 1, 1)?.bytes ?? new Uint8Array(8))[0] ?? Number.NaN,
    step: one(fields, 2, 0)?.varint ?? 0,
    ...(version === undefined ? {} : { fileVersion: textOf(version.bytes) }),
    values:
      summary === undefined ? [] : fieldsOf(summary.bytes).map(({ bytes: value }) => summaryValueOf(value)),
  };
}

/** The events of a file's bytes; fails for a record that is cut short or whose checksums are wrong. */
export function readEvents(bytes: Uint8Array): readonly ReadEvent[] {
  const events: ReadEvent[] = [];
  for (let position = 0; position < bytes.length; ) {
    const head = bytes.slice(position, position + 8);
    const length = Number(view(head).getBigUint64(0, true));
    const data = bytes.slice(position + 12, position + 12 + length);
    const [headSum, dataSum] = [position + 8, position + 12 + length].map((at) =>
      view(bytes).getUint32(at, true),
    );
    if (headSum !== masked(head)) throw new Error("the length's checksum is wrong");
    if (dataSum !== masked(data)) throw new Error("the data's checksum is wrong");
    events.push(eventOf(data));
    position += 16 + length;
  }
  return events;
}

/** The events of all files of a run, in the order in which TensorBoard reads them. */
export async function readRun(folder: string): Promise<readonly ReadEvent[]> {
  const files = (await readdir(folder)).filter((name) => name.includes("tfevents")).toSorted();
  const contents = await Promise.all(files.map((name) => readFile(join(folder, name))));
  return contents.flatMap((content) => readEvents(new Uint8Array(content)));
}
