// How words are drawn: subsampling of frequent ones, and negative samples from a table.

/**
 * For each word the bound up to which a random 32-bit number keeps it: word w stays with probability √(t/f) + t/f, where f is its
 * share of all words and t the threshold. Source: word2vec.c; Mikolov et al. 2013 (NIPS), equation 5, has 1 − √(t/f) for leaving out.
 *
 * @param sample t: 1e-3 is usual
 */
export function keepBounds(counts: Float64Array, sample: number): Uint32Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return Uint32Array.from(counts, (count) => {
    const ratio = (sample * total) / count;
    return Math.min(1, Math.sqrt(ratio) + ratio) * (2 ** 32 - 1);
  });
}

/** The weights of negative samples: counts to the power of 3/4. Source: Mikolov et al. 2013 (NIPS), section 2.2. */
export function unigramWeights(counts: Float64Array, power = 0.75): Float64Array {
  return counts.map((count) => count ** power);
}

/**
 * A table from which a draw takes the same time whatever the weights: for each column a bound, of 2^32, below which the column's own
 * number is drawn, and the number that is drawn otherwise. Source: Walker 1977; Vose 1991, "A linear algorithm for generating random
 * numbers with a given distribution".
 *
 * word2vec.c has a list of 100 million numbers instead, in which each word stands as often as it is to be drawn; this table is exact
 * to 2^-32 and stays in the cache.
 *
 * @returns [size, 2]: bound and alias of each column
 */
export function aliasTable(weights: Float64Array): Uint32Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const size = weights.length;
  const scaled = weights.map((weight) => (weight / total) * size);
  const table = new Uint32Array(2 * size);
  const small: number[] = [];
  const large: number[] = [];
  for (const [column, weight] of scaled.entries()) {
    table[2 * column] = 2 ** 32 - 1;
    table[2 * column + 1] = column;
    (weight < 1 ? small : large).push(column);
  }
  for (;;) {
    const column = small.pop();
    const giver = large.pop();
    if (column === undefined || giver === undefined) return table;
    const own = scaled[column] ?? 0;
    table[2 * column] = own * 2 ** 32;
    table[2 * column + 1] = giver;
    const left = (scaled[giver] ?? 0) - (1 - own);
    scaled[giver] = left;
    (left < 1 ? small : large).push(giver);
  }
}
