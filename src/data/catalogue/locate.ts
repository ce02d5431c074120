// Looks whether a data set is on this machine already.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { CatalogueEntry, CatalogueFile } from "./entry.ts";
import type { Place } from "./folders.ts";

/** A file of a set that is here. */
export interface LocatedFile {
  readonly file: CatalogueFile;
  readonly path: string;
  /** Only some rows of the file are there. */
  readonly isExcerpt: boolean;
}

/** A set that is here, whole. */
export interface Located {
  readonly place: Place;
  /** In the entry's order. */
  readonly files: readonly LocatedFile[];
}

/** The first place that has all files of a set, unpacked or as `.gz`; undefined where none has. */
export async function locate(entry: CatalogueEntry, places: readonly Place[]): Promise<Located | undefined> {
  for (const place of places) {
    const files = await filesAt(entry, place);
    if (files !== undefined) return { place, files };
  }
  return undefined;
}

async function filesAt(entry: CatalogueEntry, place: Place): Promise<LocatedFile[] | undefined> {
  const files: LocatedFile[] = [];
  for (const file of entry.files) {
    const found = await fileAt(file, place);
    if (found === undefined) return undefined;
    files.push(found);
  }
  return files;
}

async function fileAt(file: CatalogueFile, { kind, folder }: Place): Promise<LocatedFile | undefined> {
  const excerpt = file.excerpt ?? file.path;
  for (const name of [file.path, `${file.path}.gz`, excerpt, `${excerpt}.gz`]) {
    const path = join(folder, name);
    const size = await sizeOf(path);
    if (size === undefined) continue;
    // What the cache holds was whole once. What a data folder holds is the user's.
    const isKnown = name === file.path && file.isExact && file.bytes !== undefined;
    const isDamaged = kind === "cache" && isKnown && size !== file.bytes;
    if (!isDamaged) return { file, path, isExcerpt: name.startsWith(excerpt) && excerpt !== file.path };
  }
  return undefined;
}

/** Bytes of the file; undefined where there is none. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const status = await stat(path);
    return status.isFile() ? status.size : undefined;
  } catch {
    return undefined;
  }
}
