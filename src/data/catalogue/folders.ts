// Where data sets lie on this machine: the user's cache, and folders with copies.

import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { posix, resolve, win32 } from "node:path";
import { RecurraError } from "../../platform/error.ts";
import { PACKAGED_FOLDER } from "../packaged-folder.ts";

/** What the choice of folders depends on. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly system: NodeJS.Platform;
  readonly home: string;
}

export const surroundings = (): Surroundings => ({
  env: process.env,
  system: process.platform,
  home: homedir(),
});

/**
 * The user's cache folder for data: `RECURRA_CACHE`; else `recurra` in `%LOCALAPPDATA%` on Windows, in `~/Library/Caches` on macOS, and in
 * `XDG_CACHE_HOME` or `~/.cache` elsewhere (XDG Base Directory Specification: a relative path there is not valid and is passed over).
 */
export function cacheFolder({ env, system, home }: Surroundings = surroundings()): string {
  const chosen = env.RECURRA_CACHE ?? "";
  if (chosen !== "") return resolve(chosen);
  if (system === "win32") {
    const local = env.LOCALAPPDATA ?? "";
    return win32.join(local === "" ? win32.join(home, "AppData", "Local") : local, "recurra");
  }
  if (system === "darwin") return posix.join(home, "Library", "Caches", "recurra");
  const base = env.XDG_CACHE_HOME ?? "";
  return posix.join(posix.isAbsolute(base) ? base : posix.join(home, ".cache"), "recurra");
}

/** A folder in which sets are looked for. */
export interface Place {
  readonly kind: "data folder" | "package" | "cache";
  readonly folder: string;
}

/**
 * The folders in which sets are looked for, in this order: `dataDir`, `RECURRA_DATA`, what comes with the package, the cache.
 *
 * @throws RecurraError `folder-not-found` where one that was named is not there
 */
export async function placesFor(
  { dataDir, cacheDir }: { readonly dataDir?: string | undefined; readonly cacheDir?: string | undefined },
  around: Surroundings = surroundings(),
): Promise<Place[]> {
  const places: Place[] = [];
  const variable = around.env.RECURRA_DATA ?? "";
  if (dataDir !== undefined) places.push(await dataPlace(dataDir, "the data folder"));
  if (variable !== "") places.push(await dataPlace(variable, "the folder in RECURRA_DATA"));
  places.push({ kind: "package", folder: PACKAGED_FOLDER });
  places.push({ kind: "cache", folder: filesIn(cacheDir ?? cacheFolder(around)) });
  return places;
}

/** Where the files of sets lie in a cache folder, in the form of a data folder. */
export function filesIn(cache: string): string {
  return resolve(cache, "data");
}

async function dataPlace(folder: string, what: string): Promise<Place> {
  const isFolder = await stat(folder).then(
    (status) => status.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    throw new RecurraError("folder-not-found", `There is no folder "${folder}": ${what} is wanted there.`);
  }
  return { kind: "data folder", folder: resolve(folder) };
}
