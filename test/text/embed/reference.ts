// word2vec in float64, written from the papers' formulas: what the kernel is held against.

/** What a reference training knows. Rows are lists of numbers. */
export interface ReferencePlan {
  readonly architecture: "skipGram" | "cbow";
  readonly window: number;
  /** Rows that make up each word's input. */
  readonly rowsOf: readonly (readonly number[])[];
  readonly keep: Uint32Array | undefined;
  readonly loss:
    | { readonly kind: "negative"; readonly samples: number; readonly alias: Uint32Array }
    | { readonly kind: "tree"; readonly starts: Uint32Array; readonly steps: Uint32Array };
}

export interface ReferenceState {
  readonly input: number[][];
  readonly output: number[][];
  random: bigint;
  loss: number;
  examples: number;
}

export const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);
export const sigma = (x: number) => 1 / (1 + Math.exp(-x));

/**
 * E = −log σ(v'_O·h) − Σ log σ(−v'_j·h): Rong 2014, "word2vec parameter learning explained", equation 55; Goldberg & Levy 2014,
 * "word2vec explained", equation 4 for one pair. Labels: 1 for the right row, 0 for the others.
 */
export function lossOf(
  h: readonly number[],
  rows: readonly (readonly number[])[],
  labels: readonly number[],
) {
  return rows.reduce((sum, row, i) => sum - Math.log(sigma((labels[i] === 1 ? 1 : -1) * dot(row, h))), 0);
}

/**
 * One step at h: Rong's equations 59 and 61, with all scores taken before any row changes. Changes the rows, one after the other, and
 * gives what h is to change by.
 */
export function step(
  h: readonly number[],
  rows: readonly number[][],
  labels: readonly number[],
  rate: number,
): number[] {
  const factors = rows.map((row, i) => rate * (labels[i]! - sigma(dot(row, h))));
  const change = h.map(() => 0);
  for (const [i, row] of rows.entries()) {
    for (const [k, value] of h.entries()) {
      change[k]! += factors[i]! * row[k]!;
      row[k]! += factors[i]! * value;
    }
  }
  return change;
}

/** The upper 32 bits of the next state of the generator that the kernel has. */
function draw(state: ReferenceState): bigint {
  state.random = BigInt.asUintN(64, state.random * 25214903917n + 11n);
  return state.random >> 32n;
}

/** Trains on a list of sentences. */
export function trainReference(
  plan: ReferencePlan,
  state: ReferenceState,
  sentences: readonly (readonly number[])[],
  rate: number,
): void {
  for (const whole of sentences) {
    const sentence = whole.filter(
      (word) => plan.keep === undefined || draw(state) <= BigInt(plan.keep[word]!),
    );
    for (const [position, word] of sentence.entries()) {
      const reach = 1 + Number((draw(state) * BigInt(plan.window)) >> 32n);
      const around = sentence.filter((_, i) => i !== position && Math.abs(i - position) <= reach);
      const groups = plan.architecture === "cbow" ? [around] : around.map((other) => [other]);
      for (const group of groups) if (group.length > 0) trainExample(plan, state, word, group, rate);
    }
  }
}

function trainExample(
  { rowsOf, loss }: ReferencePlan,
  state: ReferenceState,
  word: number,
  group: readonly number[],
  rate: number,
): void {
  const inputs = group.flatMap((other) => rowsOf[other]!);
  const h = state.input[0]!.map(
    (_, k) => inputs.reduce((sum, row) => sum + state.input[row]![k]!, 0) / inputs.length,
  );
  let change: number[];
  if (loss.kind === "negative") {
    const drawn = Array.from({ length: loss.samples }, () => {
      const product = draw(state) * BigInt(loss.alias.length / 2);
      const column = Number(product >> 32n);
      const isOwn = (product & 0xffffffffn) < BigInt(loss.alias[2 * column]!);
      return isOwn ? column : loss.alias[2 * column + 1]!;
    }).filter((sample) => sample !== word);
    const rows = [word, ...drawn].map((row) => state.output[row]!);
    const labels = rows.map((_, i) => (i === 0 ? 1 : 0));
    state.loss += lossOf(h, rows, labels);
    change = step(h, rows, labels, rate);
  } else {
    change = h.map(() => 0);
    for (let i = loss.starts[word]!; i < loss.starts[word + 1]!; i++) {
      const [node, bit] = [loss.steps[i]! >> 1, loss.steps[i]! & 1];
      const [rows, labels] = [[state.output[node]!], [1 - bit]];
      state.loss += lossOf(h, rows, labels);
      for (const [k, value] of step(h, rows, labels, rate).entries()) change[k]! += value;
    }
  }
  for (const row of inputs) for (const [k, value] of change.entries()) state.input[row]![k]! += value;
  state.examples++;
}
