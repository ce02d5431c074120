// Zip archives held in memory, as `.keras` files are: read with their checksums tested, and written without compression, as Keras does.

import { RecurraError } from "../../platform/error.ts";

/** Loaded when an archive is read or written, not before. */
const zipLibrary = () => import("fflate");

/** Zip entries begin so, and the whole file does. */
const localHeader = [0x50, 0x4b, 0x03, 0x04];

export function isArchive(bytes: Uint8Array): boolean {
  return localHeader.every((byte, i) => bytes[i] === byte);
}

/** The most that deflate can shrink. */
const largestExpansion = 1032;

/**
 * The files of an archive that are wanted, those of them that there are.
 *
 * @param file the archive's name, for messages
 * @throws RecurraError `archive` where it is cut off or altered; the message names it and what is wrong
 */
export async function readArchive(
  bytes: Uint8Array,
  file: string,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { unzipSync } = await zipLibrary();
  const checksums = checksumsOf(bytes, file);
  let entries: Readonly<Record<string, Uint8Array>>;
  try {
    entries = unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        if (originalSize > size * largestExpansion)
          throw broken(
            `${file}: ${name} is said to have ${originalSize} bytes, more than the archive can hold`,
          );
        return wanted.includes(name);
      },
    });
  } catch (cause) {
    if (cause instanceof RecurraError) throw cause;
    throw broken(`${file} cannot be unpacked: ${(cause as Error).message}`, cause);
  }
  for (const [name, content] of Object.entries(entries)) {
    if (crc32(content) !== checksums.get(name))
      throw broken(`${file}: ${name} does not have the checksum that the archive gives: it was altered`);
  }
  return new Map(Object.entries(entries));
}

/** The bytes of an archive of these files. The same files give the same bytes: entries are dated 1980. */
export async function encodeArchive(files: Readonly<Record<string, Uint8Array>>): Promise<Uint8Array> {
  const { zipSync } = await zipLibrary();
  return zipSync({ ...files }, { level: 0, mtime: new Date(1980, 0, 1) });
}

const directoryEntry = 0x02014b50;
const directoryEnd = 0x06054b50;
const endSize = 22;
const longestComment = 65_535;

/** The CRC-32 of each file, as the directory at the end of the archive gives it (APPNOTE.TXT 6.3, 4.3.12 and 4.3.16). */
function checksumsOf(bytes: Uint8Array, file: string): ReadonlyMap<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - endSize;
  const first = Math.max(0, end - longestComment);
  while (end >= first && view.getUint32(end, true) !== directoryEnd) end--;
  if (end < first) throw broken(`${file} is cut off: the directory that ends an archive is missing`);
  const found = new Map<string, number>();
  const text = new TextDecoder();
  let place = view.getUint32(end + 16, true);
  while (place + 46 <= end && view.getUint32(place, true) === directoryEntry) {
    const [name = 0, extra = 0, comment = 0] = [28, 30, 32].map((at) => view.getUint16(place + at, true));
    found.set(text.decode(bytes.subarray(place + 46, place + 46 + name)), view.getUint32(place + 16, true));
    place += 46 + name + extra + comment;
  }
  return found;
}

/** The table of CRC-32, polynomial 0xEDB88320. */
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function broken(message: string, cause?: unknown): RecurraError {
  return new RecurraError("archive", message, { cause });
}
