// Adding to the end of a file on Node, as logs do.

import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { Platform } from "../types.ts";
import { explainFileError, systemCodeOf } from "./file-errors.ts";

export const appendFile: Platform["appendFile"] = async (path, bytes, { keep, sync = false } = {}) => {
  try {
    const file = await openToAppend(path);
    try {
      const { size } = await file.stat();
      if (keep !== undefined && keep < size) await file.truncate(keep);
      let written = 0;
      while (written < bytes.length) written += (await file.write(bytes, written)).bytesWritten;
      if (sync) await file.sync();
      return Math.min(size, keep ?? size) + bytes.length;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw explainFileError(error, "write", path);
  }
};

async function openToAppend(path: string): Promise<FileHandle> {
  try {
    return await open(path, "a");
  } catch (error) {
    if (systemCodeOf(error) !== "ENOENT") throw error;
    await mkdir(dirname(path), { recursive: true });
    return await open(path, "a");
  }
}
