// The alignment of two sequences with the fewest edits: Levenshtein's distance, and how it comes about.

import { RecurraError } from "../../platform/error.ts";

/** A stretch of two sequences: what of the reference became what of the hypothesis. Ends are excluded. */
export interface AlignmentChunk {
  readonly type: "equal" | "substitute" | "insert" | "delete";
  readonly reference: readonly [from: number, to: number];
  readonly hypothesis: readonly [from: number, to: number];
}

/** The largest table that is made, in cells of a byte. */
const LARGEST = 2 ** 29;

/**
 * One of the alignments with the fewest substitutions, deletions and insertions. Of several it is that of RapidFuzz, which jiwer takes:
 * what both begin and end with is equal; else, from the end, a deletion is preferred to an insertion, that to a substitution.
 * Source: V. Levenshtein, "Binary codes capable of correcting deletions, insertions, and reversals", 1966.
 *
 * @throws RecurraError `too-long` for sequences whose lengths multiply to more than 2^29
 */
export function align(
  reference: readonly string[],
  hypothesis: readonly string[],
): readonly AlignmentChunk[] {
  let prefix = 0;
  const shorter = Math.min(reference.length, hypothesis.length);
  while (prefix < shorter && reference[prefix] === hypothesis[prefix]) prefix++;
  let suffix = 0;
  while (suffix < shorter - prefix && reference.at(-1 - suffix) === hypothesis.at(-1 - suffix)) suffix++;
  const a = reference.slice(prefix, reference.length - suffix);
  const b = hypothesis.slice(prefix, hypothesis.length - suffix);
  const steps = trace(a, b, deltas(a, b));
  const chunks: AlignmentChunk[] = [];
  let [i, j] = [0, 0];
  const add = (type: AlignmentChunk["type"], count: number) => {
    if (count === 0) return;
    const last = chunks.at(-1);
    const [fromReference, fromHypothesis] =
      last?.type === type ? [last.reference[0], last.hypothesis[0]] : [i, j];
    if (last?.type === type) chunks.pop();
    if (type !== "insert") i += count;
    if (type !== "delete") j += count;
    chunks.push({ type, reference: [fromReference, i], hypothesis: [fromHypothesis, j] });
  };
  add("equal", prefix);
  for (const type of steps) add(type, 1);
  add("equal", suffix);
  return chunks;
}

/** [a.length, b.length + 1] D(i, j) - D(i - 1, j) for i from 1, where D is the distance of the first i and j items. */
function deltas(a: readonly string[], b: readonly string[]): Int8Array {
  const width = b.length + 1;
  if (a.length * width > LARGEST) {
    throw new RecurraError(
      "too-long",
      `align: sequences of ${a.length} and ${b.length} items are too long to be aligned; wanted at most ${LARGEST} for the product of their lengths. Compare them in parts: sentences, lines`,
    );
  }
  const differences = new Int8Array(a.length * width);
  const ids = new Map<string, number>();
  const idOf = (item: string) => {
    const id = ids.get(item) ?? ids.size;
    ids.set(item, id);
    return id;
  };
  const rows = Int32Array.from(a, idOf);
  const columns = Int32Array.from(b, idOf);
  let above = Int32Array.from({ length: width }, (_, j) => j);
  let own = new Int32Array(width);
  for (let i = 0; i < rows.length; i++) {
    own[0] = i + 1;
    differences[i * width] = 1;
    for (let j = 1; j < width; j++) {
      const diagonal = (above[j - 1] ?? 0) + (rows[i] === columns[j - 1] ? 0 : 1);
      const least = Math.min(diagonal, (above[j] ?? 0) + 1, (own[j - 1] ?? 0) + 1);
      own[j] = least;
      differences[i * width + j] = least - (above[j] ?? 0);
    }
    [above, own] = [own, above];
  }
  return differences;
}

/** The steps from the beginning to the end. */
function trace(
  a: readonly string[],
  b: readonly string[],
  differences: Int8Array,
): readonly AlignmentChunk["type"][] {
  const width = b.length + 1;
  const steps: AlignmentChunk["type"][] = [];
  let [i, j] = [a.length, b.length];
  while (i > 0 || j > 0) {
    if (j === 0 || (i > 0 && differences[(i - 1) * width + j] === 1)) {
      steps.push("delete");
      i--;
    } else if (i === 0 || differences[(i - 1) * width + j - 1] === -1) {
      steps.push("insert");
      j--;
    } else {
      steps.push(a[i - 1] === b[j - 1] ? "equal" : "substitute");
      i--;
      j--;
    }
  }
  return steps.reverse();
}
