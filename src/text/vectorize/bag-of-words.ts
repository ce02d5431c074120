// bagOfWords: each text as how often each token comes in it.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { checkSequences, type IdSequence } from "./sequences.ts";
import { SparseRows } from "./sparse-rows.ts";

/** What a bag holds: how often a token comes, whether it does, or its share of the text. */
export type BagMode = "count" | "binary" | "freq";

const MODES: readonly unknown[] = ["count", "binary", "freq"] satisfies BagMode[];

export interface BagOptions {
  /** Default "count". */
  readonly mode?: BagMode | undefined;
}

/**
 * How often each token comes in each text; the order of tokens is lost. `bagOfWords(…).dense()` is the matrix with its zeros.
 *
 * @param sequences N of them, of ids below `size`
 * @param size V, how many ids there are
 * @returns [N, V]; rows of empty sequences are zeros
 * @throws RecurraError `unknown-option`, `option-value`, `token-id`
 */
export function bagOfWords(
  sequences: readonly IdSequence[],
  size: number,
  options: BagOptions = {},
): SparseRows {
  checkOptionNames("bagOfWords", options, ["mode"]);
  const { mode = "count" } = options;
  if (!MODES.includes(mode))
    throw new RecurraError(
      "option-value",
      `bagOfWords: mode is ${describe(mode)}; wanted one of ${MODES.join(", ")}.`,
    );
  checkSequences("bagOfWords", sequences, size);
  const starts = new Int32Array(sequences.length + 1);
  for (const [n, sequence] of sequences.entries()) starts[n + 1] = (starts[n] ?? 0) + distinct(sequence);
  const total = starts[sequences.length] ?? 0;
  const indices = new Int32Array(total);
  const values = new Float64Array(total);
  for (const [n, sequence] of sequences.entries()) {
    const sorted = Int32Array.from(sequence).sort();
    let at = starts[n] ?? 0;
    for (let i = 0; i < sorted.length; ) {
      const id = sorted[i] ?? 0;
      const from = i;
      while (i < sorted.length && sorted[i] === id) i++;
      const count = i - from;
      indices[at] = id;
      values[at++] = mode === "count" ? count : mode === "binary" ? 1 : count / sorted.length;
    }
  }
  return new SparseRows(size, starts, indices, values);
}

function distinct(sequence: IdSequence): number {
  const seen = new Set<number>();
  for (let i = 0; i < sequence.length; i++) seen.add(sequence[i] ?? 0);
  return seen.size;
}
