// `dataset("nietzsche")`: a data set of the catalogue, from this machine or from its public home.

import { checkOptionNames } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { entryOf } from "./catalogue.ts";
import type { CatalogueEntry, DatasetKind } from "./entry.ts";
import { type FetchProgress, fetchSet } from "./fetch-set.ts";
import { cacheFolder, filesIn, type Place, placesFor } from "./folders.ts";
import { type Located, locate } from "./locate.ts";
import { unpackedBytes } from "./read-file.ts";

export interface DatasetOptions {
  /** A folder with copies of data sets, looked into first. `RECURRA_DATA` names another, looked into next. */
  readonly dataDir?: string | undefined;
  /** Where downloads are kept. Default: `RECURRA_CACHE`, else the user's cache folder. */
  readonly cacheDir?: string | undefined;
  /** Whether a set that is not on this machine may be downloaded. Default true. */
  readonly download?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Follows a download. */
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
  /** Is told what goes wrong on the way, such as a cut connection. */
  readonly onNotice?: ((text: string) => void) | undefined;
}

/** A file of a data set on this machine. */
export interface DatasetFile {
  /** Its path in the catalogue: `ucr/GunPoint_TRAIN.tsv`. */
  readonly name: string;
  /** `train`, `test`, `validation`, or `all`; the catalogue has the parts of each set. */
  readonly part: string;
  /** Where it is, packed where it ends in `.gz`. */
  readonly path: string;
  /** Only some rows of the file are there. */
  readonly isExcerpt: boolean;
}

/** A data set on this machine. */
export interface Dataset {
  readonly name: string;
  readonly title: string;
  readonly kind: DatasetKind;
  readonly licence: string;
  /** A page about it. */
  readonly source: string;
  /** What to know of the files, in sentences; empty where there is nothing. */
  readonly note: string;
  /** Where the files were found, or were brought to. */
  readonly place: Place["kind"];
  readonly files: readonly DatasetFile[];
  /**
   * The path of a part, for what reads files by itself: `readTable` reads packed ones too.
   * @param part may be left out where the set is one file
   * @throws RecurraError `unknown-part`
   */
  path(part?: string): string;
  /** The bytes of a part, unpacked. */
  bytes(part?: string): Promise<Uint8Array>;
  /** The text of a part. */
  text(part?: string): Promise<string>;
}

/**
 * A data set of the catalogue: from `dataDir`, from the folder in the environment variable `RECURRA_DATA`, from the package, from the
 * user's cache, or else downloaded from its public home into the cache, which several processes may ask for at once. A program that
 * is to go through the proxies of its environment is started with `NODE_USE_ENV_PROXY=1`.
 *
 * ```ts
 * const nietzsche = await dataset("nietzsche");
 * const text = await nietzsche.text();
 * ```
 *
 * @param name one of those that `recurra data list` prints
 * @throws RecurraError `unknown-dataset`; `dataset-not-here` where it would have to be downloaded and may not; `folder-not-found` for a
 * data folder that is not there; `offline`, `download-failed`, `wrong-checksum`, `disk-full` and `original-format` of a download
 */
export async function dataset(name: string, options: DatasetOptions = {}): Promise<Dataset> {
  checkOptionNames(`dataset("${name}")`, options, OPTIONS);
  return await datasetOf(entryOf(name), options);
}

const OPTIONS = ["dataDir", "cacheDir", "download", "signal", "onProgress", "onNotice"];

/** As {@link dataset}, for an entry. */
export async function datasetOf(entry: CatalogueEntry, options: DatasetOptions = {}): Promise<Dataset> {
  const { download = true, signal, onProgress, onNotice } = options;
  const places = await placesFor(options);
  const here = await locate(entry, places);
  if (here !== undefined) return found(entry, here);
  if (!download) throw notHere(entry, places);
  const cache = options.cacheDir ?? cacheFolder();
  const files = await fetchSet(entry, { cache, signal, onProgress, onNotice });
  const place: Place = { kind: "cache", folder: filesIn(cache) };
  return found(entry, { place, files: files.map((file) => ({ ...file, isExcerpt: false })) });
}

function found(entry: CatalogueEntry, { place, files: located }: Located): Dataset {
  const { name, title, kind, licence, home: source, note = "" } = entry;
  const files = located.map(({ file, path, isExcerpt }) => ({
    name: file.path,
    part: file.part,
    path,
    isExcerpt,
  }));
  const pathOf = (part?: string): string => {
    const [only] = files;
    if (part === undefined && files.length === 1 && only !== undefined) return only.path;
    const file = files.find((one) => one.part === part);
    if (file !== undefined) return file.path;
    const parts = files.map((one) => `"${one.part}"`).join(", ");
    const asked = part === undefined ? "say which part" : `it has no part "${part}"`;
    throw new RecurraError("unknown-part", `Data set ${name}: ${asked}. Its parts are ${parts}.`);
  };
  const bytes = async (part?: string) => await unpackedBytes(pathOf(part));
  const text = async (part?: string) => new TextDecoder().decode(await bytes(part));
  return { name, title, kind, licence, source, note, place: place.kind, files, path: pathOf, bytes, text };
}

/** What is thrown where a set is on none of the places, and is not to be downloaded. */
export function notHere(entry: CatalogueEntry, places: readonly Place[]): RecurraError {
  const folders = places.filter(({ kind }) => kind !== "package").map(({ folder }) => `"${folder}"`);
  const files = entry.files.map(({ path }) => path).join(", ");
  return new RecurraError(
    "dataset-not-here",
    `Data set ${entry.name} is not on this machine: there is no ${files} in ${folders.join(" or ")}. Get it: recurra data get ${entry.name}. Or name a folder that has it: --data-dir DIR, or RECURRA_DATA=DIR.`,
  );
}
