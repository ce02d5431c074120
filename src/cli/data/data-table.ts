// What `recurra data list` prints.

import { bytesOf, downloadOf } from "../../data/catalogue/catalogue.ts";
import { displayBytes } from "../../data/catalogue/download/display-bytes.ts";
import type { CatalogueEntry } from "../../data/catalogue/entry.ts";
import type { Place } from "../../data/catalogue/folders.ts";
import type { Located } from "../../data/catalogue/locate.ts";

/** Titles come last, so that the columns before them are narrow. */
const HEAD = ["name", "kind", "size", "licence", "where", "what"] as const;
const RIGHT = new Set<string>(["size"]);
const LICENCE_WIDTH = 24;

/** A set, and where it is on this machine. */
export interface CatalogueRow {
  readonly entry: CatalogueEntry;
  readonly here: Located | undefined;
}

export function catalogueTable(rows: readonly CatalogueRow[], places: readonly Place[]): string {
  const cells = rows.map(({ entry, here }) => [
    entry.name,
    entry.kind,
    displayBytes(bytesOf(entry)),
    shortened(entry.licence),
    here === undefined ? `to fetch (${displayBytes(downloadOf(entry))})` : whereOf(here),
    entry.title,
  ]);
  const count = rows.filter(({ here }) => here !== undefined).length;
  return [
    ...aligned([[...HEAD], ...cells]),
    "",
    `${count} of ${rows.length} ${rows.length === 1 ? "set is" : "sets are"} on this machine.`,
    ...places.filter(({ kind }) => kind !== "package").map(({ kind, folder }) => `${kind}: ${folder}`),
    "",
  ].join("\n");
}

function whereOf({ place, files }: Located): string {
  return files.some(({ isExcerpt }) => isExcerpt) ? `${place.kind} (excerpt)` : place.kind;
}

function shortened(text: string): string {
  return text.length <= LICENCE_WIDTH ? text : `${text.slice(0, LICENCE_WIDTH - 1).trimEnd()}…`;
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return RIGHT.has(HEAD[column] ?? "") ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}
