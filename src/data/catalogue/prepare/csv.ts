// CSV as the originals have it (RFC 4180), read and written whole.

import { expectFormat, fileOf } from "./text.ts";

/** Rows of cells, the header among them. */
export type Rows = readonly (readonly string[])[];

/** Reads cells that may stand in double quotes, within which quotes are doubled and lines may end. */
export function parseCsv(text: string, separator = ","): Rows {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = "";
    if (text[at] === '"') {
      let end = text.indexOf('"', at + 1);
      while (text[end + 1] === '"') end = text.indexOf('"', end + 2);
      expectFormat(end > 0, "a quote is never closed");
      cell = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    } else {
      const start = at;
      while (at < text.length && text[at] !== separator && text[at] !== "\n") at++;
      cell = text.slice(start, at);
    }
    row.push(cell);
    const next = text[at++];
    expectFormat(next === undefined || next === separator || next === "\n", "a quote ends within a cell");
    if (next === separator) {
      if (at < text.length && text[at] !== "\n") continue;
      row.push("");
      at++;
    }
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

/** Writes cells, in quotes only where they need them. */
export function writeCsv(rows: Rows): Uint8Array {
  const cellOf = (cell: string) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return fileOf(rows.map((row) => row.map(cellOf).join(",")));
}

/**
 * Some columns, in another order.
 *
 * @param names the columns wanted, as the header has them
 * @returns the rows below the header
 */
export function columnsOf([header = [], ...rows]: Rows, names: readonly string[]): string[][] {
  const places = names.map((name) => {
    const place = header.indexOf(name);
    expectFormat(place >= 0, `it has no column "${name}", only ${header.slice(0, 20).join(", ")}`);
    return place;
  });
  return rows.map((row) => places.map((place) => row[place] ?? ""));
}
