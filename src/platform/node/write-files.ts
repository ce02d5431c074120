// Writing files and folders on Node, whole or not at all.

import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, realpath, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { RecurraError } from "../error.ts";
import type { Platform } from "../types.ts";
import { explainFileError, systemCodeOf } from "./file-errors.ts";

export const writeFileAtomic: Platform["writeFileAtomic"] = (path, write) =>
  explaining(path, async () => {
    const target = await followLink(path);
    const existing = await statusOf(target);
    if (existing?.isDirectory()) {
      throw new RecurraError(
        "not-a-file",
        `Cannot write "${path}": it is a folder, and a file is to be written. Choose another name.`,
      );
    }
    const temporary = siblingOf(target, "tmp");
    try {
      const file = await open(temporary, "wx", existing?.mode);
      try {
        await write({ write: (bytes) => writeAll(file, bytes) });
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncFolder(dirname(target));
  });

export const removeLeftovers: Platform["removeLeftovers"] = (path) =>
  explaining(path, async () => {
    const folder = dirname(await followLink(resolve(path)));
    const start = `.${basename(path)}.`;
    const isLeftover = (name: string) =>
      name.startsWith(start) && /^[0-9a-f]{12}[.]tmp$/.test(name.slice(start.length));
    const names = (await statusOf(folder))?.isDirectory() === true ? await readdir(folder) : [];
    for (const name of names) if (isLeftover(name)) await rm(join(folder, name), { force: true });
  });

export const writeFolderAtomic: Platform["writeFolderAtomic"] = (path, fill, options = {}) =>
  explaining(path, async () => {
    const target = await followLink(resolve(path));
    const existing = await statusOf(target);
    if (existing !== undefined && !existing.isDirectory()) {
      throw new RecurraError(
        "not-a-folder",
        `Cannot write "${path}": it is a file, and a folder is to be written. Choose another name.`,
      );
    }
    if (existing !== undefined && options.owned !== undefined) await checkOwned(path, target, options.owned);

    const temporary = siblingOf(target, "tmp");
    const firstMade = await mkdir(dirname(target), { recursive: true });
    try {
      await mkdir(temporary);
      await fill(temporary);
      await syncTree(temporary);
      if (existing === undefined) {
        await rename(temporary, target);
      } else {
        const filled = new Set(await readdir(temporary));
        await checkOwned(path, target, options.owned ?? ((name) => filled.has(name)));
        await replaceFolder(target, temporary);
      }
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      if (firstMade !== undefined) await removeEmptyFolders(dirname(target), firstMade);
      throw error;
    }
    await syncFolder(dirname(target));
  });

/** Puts `replacement` in the place of the folder `target`; when that fails, `target` is as it was. */
async function replaceFolder(target: string, replacement: string): Promise<void> {
  const old = siblingOf(target, "old");
  await rename(target, old);
  try {
    await rename(replacement, target);
  } catch (error) {
    await rename(old, target);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

async function checkOwned(
  path: string,
  folder: string,
  owned: (entryName: string) => boolean,
): Promise<void> {
  const foreign = (await readdir(folder)).filter((name) => !owned(name)).sort();
  if (foreign.length === 0) return;
  const shown =
    foreign.slice(0, 5).join(", ") + (foreign.length > 5 ? `, and ${foreign.length - 5} more` : "");
  throw new RecurraError(
    "folder-has-other-files",
    `Cannot write "${path}": the folder would be replaced, and it holds other files (${shown}). Choose another folder, or move them away.`,
  );
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += (await file.write(bytes, written)).bytesWritten;
}

/** A hidden name next to `path` that nothing else uses. */
function siblingOf(path: string, ending: "tmp" | "old"): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.${ending}`);
}

/** Where `path` leads, so that a symbolic link stays a link and what it points to is replaced. */
async function followLink(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return path;
    throw error;
  }
}

async function statusOf(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Syncs every file and folder below `folder`, and the folder itself. */
async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncPath(path, "r+");
  }
  await syncFolder(folder);
}

/** Makes a rename in `folder` outlast a power cut. Windows keeps names safe itself and cannot open a folder. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform !== "win32") await syncPath(folder, "r");
}

async function syncPath(path: string, flags: "r" | "r+"): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Removes `folder` and its parents up to and with `last`, as far as they are empty. */
async function removeEmptyFolders(folder: string, last: string): Promise<void> {
  for (let current = folder; current.length >= last.length; current = dirname(current)) {
    try {
      await rmdir(current);
    } catch {
      return;
    }
  }
}

async function explaining(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw explainFileError(error, "write", path);
  }
}
