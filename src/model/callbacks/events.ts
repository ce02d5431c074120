// TensorBoard's events as bytes: Event and Summary messages (tensorboard/compat/proto/{event,summary,histogram}.proto), framed as
// TFRecords (tensorflow/core/lib/io/record_writer.cc).

import { MessageWriter } from "../../runtime/onnx/protobuf.ts";
import { maskedCrc32c } from "./crc32c.ts";

/** A value under a tag: a number, or all the numbers of an array, of which a histogram is shown. */
export interface Summary {
  readonly tag: string;
  readonly value: number | Float32Array;
}

/** The event that opens a file. */
export function fileVersionEvent(wallTime: number): Uint8Array {
  const event = new MessageWriter();
  event.string(3, "brain.Event:2");
  event.message(10, (source) => source.string(1, "recurra"));
  return record(joined(double(1, wallTime), event.finish()));
}

/**
 * An event with values.
 *
 * @param wallTime seconds since 1970
 * @param step where the values stand on the axis: an epoch, or a count of steps
 */
export function summaryEvent(wallTime: number, step: number, values: readonly Summary[]): Uint8Array {
  const event = new MessageWriter();
  event.int(2, step);
  event.message(5, (summary) => {
    for (const { tag, value } of values) {
      summary.message(1, (entry) => {
        entry.string(1, tag);
        if (typeof value === "number") entry.float(2, value);
        else entry.bytes(5, histogram(value));
      });
    }
  });
  return record(joined(double(1, wallTime), event.finish()));
}

const buckets = 30;

/** A HistogramProto: buckets of equal width from the least to the greatest number. Numbers that are not finite are left out. */
function histogram(values: Float32Array): Uint8Array {
  let [least, greatest, count, sum, squares] = [Infinity, Number.NEGATIVE_INFINITY, 0, 0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
    count++;
    sum += value;
    squares += value * value;
  }
  if (count === 0) [least, greatest] = [0, 0];
  const width = (greatest - least) / buckets;
  const limits =
    width === 0 ? [greatest] : Array.from({ length: buckets }, (_, i) => least + (i + 1) * width);
  limits[limits.length - 1] = greatest;
  const counts = new Float64Array(limits.length);
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const bucket = width === 0 ? 0 : Math.min(Math.floor((value - least) / width), buckets - 1);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  const lists = new MessageWriter();
  lists.bytes(6, doubles(limits));
  lists.bytes(7, doubles(counts));
  const numbers = [least, greatest, count, sum, squares].map((value, i) => double(i + 1, value));
  return joined(...numbers, lists.finish());
}

/** A field of type double. Fields in any order and from anywhere make a message when they stand one after the other. */
function double(field: number, value: number): Uint8Array {
  return joined(Uint8Array.of(field * 8 + 1), doubles([value]));
}

/** Eight bytes a number, the lowest first. */
function doubles(values: ArrayLike<number>): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i] ?? 0, true);
  return new Uint8Array(view.buffer);
}

/** A TFRecord: length, its checksum, the data, their checksum. */
function record(data: Uint8Array): Uint8Array {
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(data.length), true);
  const head = new Uint8Array(length.buffer);
  return joined(head, checksum(head), data, checksum(data));
}

function checksum(bytes: Uint8Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, maskedCrc32c(bytes), true);
  return new Uint8Array(view.buffer);
}

/** Bytes one after the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}
