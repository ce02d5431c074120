// Counted n-grams as readable rows, and back.

import { RecurraError } from "../../../platform/error.ts";
import { type NGramLevel, NGramTrie } from "./n-gram-trie.ts";
import type { TokenNames } from "./token-names.ts";

/** The tokens of an n-gram, then its count: `["the", "quick", 1]`. An id stands where a token has no name of its own. */
export type NGramRow = readonly (string | number)[];

/** All n-grams, the short ones first. */
export function rowsOf(trie: NGramTrie, names: TokenNames): readonly NGramRow[] {
  const rows: NGramRow[] = [];
  for (let length = 1; length <= trie.order; length++) {
    trie.each(length, (words, count) => {
      if (length > 1 || count > 0) rows.push([...words.map((id) => names.exactNameOf(id)), count]);
    });
  }
  return rows;
}

/**
 * The trie of rows, in the order of {@link rowsOf}.
 *
 * @param width how many ids there are
 * @throws RecurraError `n-gram-format` for rows that are none, naming the row
 */
export function trieOfRows(
  rows: readonly NGramRow[],
  order: number,
  width: number,
  names: TokenNames,
): NGramTrie {
  const counts = new Uint32Array(width);
  const levels: NGramLevel[] = [
    { first: Int32Array.of(0, width), words: Int32Array.from({ length: width }, (_, id) => id), counts },
  ];
  const grams = rows.map((row) => {
    const ids = row.slice(0, -1).map((cell) => (typeof cell === "number" ? cell : names.idOf(cell)));
    const count = row.at(-1);
    if (typeof count !== "number" || ids.length < 1 || ids.length > order || ids.some((id) => id >= width))
      throw brokenRow(row, `wanted 1 to ${order} known tokens and a count`);
    return { row, ids, count };
  });
  for (const { ids, count } of grams) if (ids.length === 1) counts[ids[0] ?? 0] = count;
  for (let length = 2; length <= order; length++) {
    const own = grams.filter(({ ids }) => ids.length === length);
    const shorter = new NGramTrie(levels);
    const first = new Int32Array((levels.at(-1)?.words.length ?? 0) + 1);
    let last = [-1, -1];
    for (const { row, ids } of own) {
      const place = [shorter.find(ids, 0, length - 1), ids[length - 1] ?? 0];
      const [parent = -1, word = -1] = place;
      const [lastParent = -1, lastWord = -1] = last;
      if (parent < 0) throw brokenRow(row, "there is no row for its beginning");
      if (parent < lastParent || (parent === lastParent && word <= lastWord))
        throw brokenRow(row, "it is out of order, or comes twice");
      first[parent + 1] = (first[parent + 1] ?? 0) + 1;
      last = place;
    }
    for (let i = 1; i < first.length; i++) first[i] = (first[i] ?? 0) + (first[i - 1] ?? 0);
    levels.push({
      first,
      words: Int32Array.from(own, ({ ids }) => ids[length - 1] ?? 0),
      counts: Uint32Array.from(own, ({ count }) => count),
    });
  }
  return new NGramTrie(levels);
}

function brokenRow(row: NGramRow, problem: string): RecurraError {
  return new RecurraError("n-gram-format", `the n-gram ${JSON.stringify(row)} cannot be read: ${problem}`);
}
