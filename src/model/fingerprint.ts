// What tells the data of one training from that of another: it is kept with the model that was trained on it.

import type { NdArray } from "../tensor/nd-array.ts";
import { sha256 } from "./files.ts";
import type { ArrayFingerprint, DataFingerprint } from "./history.ts";
import type { Rows } from "./rows.ts";

/** Bytes that are copied at once to be summed. */
const partBytes = 2 ** 26;

/** The checksum of an array's bytes; of an array of several parts, that of the parts' checksums. */
async function fingerprintOf({ dtype, shape, data }: NdArray): Promise<ArrayFingerprint> {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const sums: string[] = [];
  for (let start = 0; start === 0 || start < bytes.length; start += partBytes) {
    sums.push(await sha256(bytes.slice(start, start + partBytes)));
  }
  const [first = ""] = sums;
  const sum = sums.length === 1 ? first : await sha256(new TextEncoder().encode(sums.join()));
  return { dtype, shape, sha256: sum };
}

/** The fingerprint of the rows that a model is trained on. */
export async function dataFingerprint({ x, y, weights }: Rows): Promise<DataFingerprint> {
  const all = (arrays: readonly NdArray[]) => Promise.all(arrays.map(fingerprintOf));
  const given = weights.filter((array) => array !== undefined);
  return {
    x: await all(x),
    y: await all(y),
    ...(given.length === 0 ? {} : { sampleWeight: await all(given) }),
  };
}
