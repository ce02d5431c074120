// Reading files on Node: random access to bytes, and text.

import { type FileHandle, open, readFile, stat } from "node:fs/promises";
import { RecurraError } from "../error.ts";
import type { ByteSource, Platform } from "../types.ts";
import { explainFileError, systemCodeOf } from "./file-errors.ts";

export const openBytes: Platform["openBytes"] = async (path) => {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const status = await file.stat();
    if (status.isDirectory()) throw folderGiven(path);
    return byteSource(path, file, status.size);
  } catch (error) {
    await file?.close();
    throw explainFileError(error, "read", path);
  }
};

function byteSource(path: string, file: FileHandle, size: number): ByteSource {
  return {
    size,
    async read(offset, length) {
      if (!isCount(offset) || !isCount(length)) {
        throw new RecurraError(
          "invalid-range",
          `Cannot read "${path}": offset ${offset} and length ${length} were asked for; both must be whole numbers from 0 on.`,
        );
      }
      if (offset + length > size) throw pastEnd(path, offset, length, size);
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        // One read gives less than asked for when it is larger than 2 GiB, and nothing when the file was cut meanwhile.
        const { bytesRead } = await readAt(file, bytes, filled, offset + filled, path);
        if (bytesRead === 0) throw pastEnd(path, offset, length, offset + filled);
        filled += bytesRead;
      }
      return bytes;
    },
    close: () => file.close(),
  };
}

const LARGEST_READ = 2 ** 30;

async function readAt(file: FileHandle, bytes: Uint8Array, filled: number, position: number, path: string) {
  try {
    return await file.read(bytes, filled, Math.min(bytes.length - filled, LARGEST_READ), position);
  } catch (error) {
    throw explainFileError(error, "read", path);
  }
}

export const readTextFile: Platform["readTextFile"] = async (path) => {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw explainFileError(error, "read", path);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new RecurraError(
      "not-utf8",
      `Cannot read "${path}": its bytes are not UTF-8 text. Convert the file to UTF-8.`,
      {
        cause: error,
      },
    );
  }
};

export const pathExists: Platform["pathExists"] = async (path) => {
  try {
    await stat(path);
    return true;
  } catch (error) {
    const systemCode = systemCodeOf(error);
    if (systemCode === "ENOENT" || systemCode === "ENOTDIR") return false;
    throw explainFileError(error, "read", path);
  }
};

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function folderGiven(path: string): RecurraError {
  return new RecurraError(
    "not-a-file",
    `Cannot read "${path}": it is a folder, and a file is wanted. Name a file in it.`,
  );
}

function pastEnd(path: string, offset: number, length: number, size: number): RecurraError {
  return new RecurraError(
    "read-past-end",
    `Cannot read "${path}": ${length} bytes are wanted from byte ${offset} on, but the file ends at byte ${size}. It may have been cut short.`,
  );
}
