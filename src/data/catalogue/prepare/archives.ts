// Archives: zip and tar.

import { unzipSync } from "fflate";
import { expectFormat } from "./text.ts";

/** The files of a zip archive whose names pass. */
export function unzip(
  bytes: Uint8Array | undefined,
  wanted: (name: string) => boolean,
): Map<string, Uint8Array> {
  try {
    const files = unzipSync(bytes ?? new Uint8Array(0), { filter: ({ name }) => wanted(name) });
    return new Map(Object.entries(files));
  } catch (error) {
    expectFormat(false, `it is no zip archive (${String(error)})`);
    throw error;
  }
}

const BLOCK = 512;

/** The plain files of a tar archive (POSIX ustar, GNU long names and pax paths), by name. They are views of the archive. */
export function untar(bytes: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const decoder = new TextDecoder();
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const head = bytes.subarray(at, at + BLOCK);
    if (head.every((byte) => byte === 0)) break;
    const field = (start: number, length: number) => {
      const text = decoder.decode(head.subarray(start, start + length));
      const end = text.indexOf("\0");
      return end < 0 ? text : text.slice(0, end);
    };
    expectFormat(/^ustar/.test(field(257, 6)) || field(257, 6) === "", "it is no tar archive");
    const size = Number.parseInt(field(124, 12).trim(), 8);
    expectFormat(Number.isSafeInteger(size), "a size in the tar archive is no number");
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size);
    expectFormat(content.length === size, "the tar archive ends in the middle of a file");
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;

    const type = field(156, 1);
    if (type === "L") longName = decoder.decode(content).replace(/\0+$/, "");
    else if (type === "x") longName = /\d+ path=([^\n]*)\n/.exec(decoder.decode(content))?.[1];
    else {
      const prefix = field(345, 155);
      const name = longName ?? (prefix === "" ? field(0, 100) : `${prefix}/${field(0, 100)}`);
      if (type === "0" || type === "") files.set(name, content);
      longName = undefined;
    }
  }
  return files;
}

/** A tar archive that depends on nothing but names and contents: no owners, no times. Names are to be ASCII of at most 100 characters. */
export function plainTar(files: readonly (readonly [name: string, content: Uint8Array])[]): Uint8Array {
  const length = files.reduce((sum, [, content]) => sum + BLOCK + padded(content.length), 0);
  // Two empty blocks end an archive, and archives are multiples of 20 blocks.
  const bytes = new Uint8Array(Math.ceil((length + 2 * BLOCK) / (20 * BLOCK)) * 20 * BLOCK);
  let at = 0;
  for (const [name, content] of files) {
    bytes.set(headOf(name, content.length), at);
    bytes.set(content, at + BLOCK);
    at += BLOCK + padded(content.length);
  }
  return bytes;
}

function headOf(name: string, size: number): Uint8Array {
  const head = new Uint8Array(BLOCK);
  const put = (start: number, text: string) => head.set(new TextEncoder().encode(text), start);
  put(0, name);
  put(100, "0000644\0");
  put(108, "0000000\0");
  put(116, "0000000\0");
  put(124, `${size.toString(8).padStart(11, "0")}\0`);
  put(136, "00000000000\0");
  put(148, "        "); // The checksum counts itself as spaces.
  put(156, "0");
  put(257, "ustar\0" + "00");
  const sum = head.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return head;
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
