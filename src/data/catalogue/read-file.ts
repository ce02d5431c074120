// Reading a file of a data set, packed or not.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip, gunzipSync } from "node:zlib";
import { openBytes } from "#platform";
import { RecurraError } from "../../platform/error.ts";

/** The bytes of a file, unpacked where it is a gzip file, whatever its name says. */
export async function unpackedBytes(path: string): Promise<Uint8Array> {
  const source = await openBytes(path);
  try {
    const bytes = await source.read(0, source.size);
    if (!isGzip(bytes)) return bytes;
    const unpacked = gunzipSync(bytes);
    return new Uint8Array(unpacked.buffer, unpacked.byteOffset, unpacked.byteLength);
  } catch (error) {
    throw error instanceof RecurraError ? error : damaged(path, error);
  } finally {
    await source.close();
  }
}

/** SHA-256 of a file's unpacked bytes, in hexadecimal, without holding them all. */
export async function unpackedSha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  const file = createReadStream(path);
  const isPacked = await startsAsGzip(path);
  const stream = isPacked ? file.pipe(createGunzip()) : file;
  file.on("error", (error) => stream.destroy(error));
  try {
    for await (const piece of stream) hash.update(piece);
  } catch (error) {
    throw damaged(path, error);
  } finally {
    file.destroy();
  }
  return hash.digest("hex");
}

async function startsAsGzip(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(2), 0, 2, 0);
    return bytesRead === 2 && isGzip(buffer);
  } finally {
    await file.close();
  }
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function damaged(path: string, cause: unknown): RecurraError {
  return new RecurraError("file-format", `Cannot read "${path}": it is a damaged gzip file. Get it anew.`, {
    cause,
  });
}
