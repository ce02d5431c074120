// What the catalogue says of a data set.

export const DATASET_KINDS = ["forecasting", "classification", "text", "speech", "regression"] as const;
export type DatasetKind = (typeof DATASET_KINDS)[number];

/** A file of a data set, as a data folder or the cache holds it. */
export interface CatalogueFile {
  /** Its path in the folder, without `.gz`: a folder may hold it packed as well. */
  readonly path: string;
  /** Which part of the set it is: `train`, `test`, `validation`, or `all`. */
  readonly part: string;
  /** Its size and SHA-256, unpacked. Undefined for a file of which the catalogue's makers had no copy. */
  readonly bytes?: number;
  readonly sha256?: string;
  /** What is downloaded, or comes of preparing it, is this very file, byte for byte: another one is refused. */
  readonly isExact: boolean;
  /** Under this path a data folder may have some rows of the file instead. */
  readonly excerpt?: string;
}

/** A file at the set's public home. */
export interface Original {
  /** What it is called while it is here. */
  readonly name: string;
  /** Where it is to be had, the same bytes at each. */
  readonly addresses: readonly string[];
  /** Its SHA-256, where it is known. */
  readonly sha256?: string;
  /** About how many bytes it has, to tell a user beforehand. */
  readonly about: number;
}

/**
 * Makes a set's files of its originals.
 *
 * @param originals as in the entry, in its order
 * @returns the files, in the entry's order
 * @throws RecurraError `original-format` for an original that is not as it was when the catalogue was made
 */
export type Preparation = (originals: readonly Uint8Array[]) => readonly Uint8Array[];

export interface CatalogueEntry {
  /** What it is got by: small letters, digits and hyphens. */
  readonly name: string;
  /** What it is, in a line. */
  readonly title: string;
  readonly kind: DatasetKind;
  /** A page about it, or its repository. */
  readonly home: string;
  /** As far as the home states one. */
  readonly licence: string;
  readonly files: readonly CatalogueFile[];
  readonly originals: readonly Original[];
  /** How the files come of the originals. Absent: each original is a file as it is. */
  readonly prepare?: Preparation;
  /** What a user should know of the files: how they differ from the originals, or what a data folder lacks. */
  readonly note?: string;
}
