// Catalogue entries of files on the tests' server.

import type { CatalogueEntry, CatalogueFile } from "../../../src/data/catalogue/entry.ts";

/** A set of one file, taken as it is from an address. */
export function entryFor(
  address: string,
  file: Partial<CatalogueFile> = {},
  more: Partial<CatalogueEntry> = {},
): CatalogueEntry {
  return {
    name: "sample",
    title: "A sample",
    kind: "text",
    home: "http://example.test",
    licence: "MIT",
    files: [{ path: "sample.txt", part: "all", isExact: false, ...file }],
    originals: [{ name: "original.txt", addresses: [address], about: 1000 }],
    ...more,
  };
}
