// Tests of word2vec's kernel: held against a float64 training by the papers' formulas, draw by draw.

import { describe, expect, test } from "vitest";
import { Random } from "../../../src/tensor/random.ts";
import { type SentencePlan, STATE, sentenceKernel } from "../../../src/text/embed/kernels/sentences.ts";
import { copyRows } from "../../../src/text/embed/memory.ts";
import { type Word2vecSettings, word2vecMemory } from "../../../src/text/embed/word2vec-memory.ts";
import { rowShape } from "../../../src/text/vectors/row-code.ts";
import { dot, lossOf, type ReferencePlan, type ReferenceState, step, trainReference } from "./reference.ts";

const words = ["der", "die", "das", "und", "oder", "nicht", "wenn", "dann"];
const counts = Float64Array.of(90, 60, 40, 30, 20, 10, 8, 5);
const sentences = Array.from({ length: 30 }, (_, i) =>
  Array.from(new Random(i).integers([2 + (i % 9)], 0, words.length).data, Number),
);

const defaults: Word2vecSettings = {
  architecture: "skipGram",
  size: 12,
  window: 3,
  loss: "negativeSampling",
  negative: 5,
  sample: 0,
  subwords: undefined,
  threads: 1,
  seed: 3,
};

/** Trains the kernel and the reference on the same sentences from the same state. */
function trainBoth(changed: Partial<Word2vecSettings>, rate = 0.1) {
  const settings = { ...defaults, ...changed };
  const { memory, plan, threads, subwords } = word2vecMemory("test", { words, counts }, settings);
  const { scratch, piece } = threads[0]!;
  const inputs = words.length + (subwords?.buckets.length ?? 0);
  const rows = (at: number, count: number) => {
    const flat = copyRows(memory, { at, rows: count, width: settings.size, shape: plan.shape });
    return Array.from({ length: count }, (_, row) =>
      Array.from(flat.subarray(row * settings.size, (row + 1) * settings.size)),
    );
  };
  // From larger numbers than a training starts from, so that every term of a step shows.
  const floats = new Float32Array(memory.buffer);
  const random = new Random(7);
  for (let row = 0; row < inputs + words.length; row++) {
    const at =
      row < inputs ? plan.input + row * plan.shape.stride : plan.output + (row - inputs) * plan.shape.stride;
    floats.set(random.uniform([settings.size], -0.7, 0.7).data as Float32Array, at / 4);
  }
  const state: ReferenceState = {
    input: rows(plan.input, inputs),
    output: rows(plan.output, words.length),
    random: 123456789n,
    loss: 0,
    examples: 0,
  };
  new BigUint64Array(memory.buffer, scratch.state, 1)[0] = state.random;
  const ids = Int32Array.from(sentences.flatMap((sentence) => [...sentence, -1]));
  new Int32Array(memory.buffer).set(ids, piece / 4);
  sentenceKernel(plan, scratch, memory)(piece, piece + 4 * ids.length, rate);
  trainReference(referencePlan(plan, memory), state, sentences, rate);
  const numbers = new DataView(memory.buffer, scratch.state);
  let loss = 0;
  for (let lane = 0; lane < 4; lane++) {
    loss -= Math.log(numbers.getFloat32(STATE.mantissas + 4 * lane, true));
    loss -= Math.LN2 * numbers.getInt32(STATE.exponents + 4 * lane, true);
  }
  return {
    state,
    input: rows(plan.input, inputs),
    output: rows(plan.output, words.length),
    random: numbers.getBigUint64(STATE.random, true),
    loss,
    examples: numbers.getInt32(STATE.pairs, true),
  };
}

function referencePlan(
  { architecture, window, keep, subwords, loss }: SentencePlan,
  memory: WebAssembly.Memory,
) {
  const numbers = (at: number, count: number) => new Uint32Array(memory.buffer, at, count).slice();
  const starts = subwords && numbers(subwords.starts, words.length + 1);
  const plan: ReferencePlan = {
    architecture,
    window,
    keep: keep === undefined ? undefined : numbers(keep, words.length),
    rowsOf: words.map((_, word) =>
      subwords === undefined || starts === undefined
        ? [word]
        : Array.from(numbers(subwords.rows, starts.at(-1)!).subarray(starts[word]!, starts[word + 1]!)),
    ),
    loss:
      loss.kind === "negative"
        ? { kind: "negative", samples: loss.samples, alias: numbers(loss.table, 2 * words.length) }
        : {
            kind: "tree",
            starts: numbers(loss.starts, words.length + 1),
            steps: numbers(loss.steps, numbers(loss.starts, words.length + 1).at(-1)!),
          },
  };
  return plan;
}

function expectSame({ state, input, output, random, loss, examples }: ReturnType<typeof trainBoth>) {
  expect(random).toBe(state.random);
  expect(examples).toBe(state.examples);
  expect(examples).toBeGreaterThan(50);
  expect(loss / examples).toBeCloseTo(state.loss / state.examples, 4);
  const worst = (ours: readonly number[][], theirs: readonly number[][]) =>
    Math.max(...ours.flatMap((row, r) => row.map((value, k) => Math.abs(value - theirs[r]![k]!))));
  expect(worst(input, state.input)).toBeLessThan(2e-5);
  expect(worst(output, state.output)).toBeLessThan(2e-5);
}

describe("the reference", () => {
  test("a step is the gradient of the papers' loss (central differences)", () => {
    const rows = [
      [0.3, -0.2, 0.5],
      [-0.4, 0.1, 0.2],
      [0.7, 0.6, -0.1],
    ];
    const h = [0.2, -0.5, 0.9];
    const labels = [1, 0, 0];
    const slope = (change: (by: number) => number) => (change(1e-5) - change(-1e-5)) / 2e-5;
    const before = rows.map((row) => [...row]);
    const after = rows.map((row) => [...row]);
    const rate = 0.25;
    const moved = step(h, after, labels, rate);
    for (let k = 0; k < 3; k++) {
      const along = (by: number) =>
        lossOf(
          h.map((value, i) => (i === k ? value + by : value)),
          before,
          labels,
        );
      expect(moved[k]).toBeCloseTo(-rate * slope(along), 8);
      for (let j = 0; j < 3; j++) {
        const alongRow = (by: number) =>
          lossOf(
            h,
            before.map((row, r) => row.map((value, i) => (r === j && i === k ? value + by : value))),
            labels,
          );
        expect(after[j]![k]! - before[j]![k]!).toBeCloseTo(-rate * slope(alongRow), 8);
      }
    }
    // By hand: scores 0.61, 0.05, −0.25; ln(1 + e^−0.61), ln(1 + e^0.05), ln(1 + e^−0.25).
    expect(rows.map((row) => Math.round(100 * dot(row, h)) / 100)).toEqual([0.61, 0.05, -0.25]);
    expect(lossOf(h, rows, labels)).toBeCloseTo(0.433956 + 0.71846 + 0.575939, 5);
  });

  test("a worked case: loss and gradients as JAX 0.10.2 has them (jax.grad of -sum(log_sigmoid(±rows @ h)), float64)", () => {
    const rows = [
      [0.3, -0.2, 0.5],
      [-0.4, 0.1, 0.2],
      [0.7, 0.6, -0.1],
    ];
    const h = [0.2, -0.5, 0.9];
    const after = rows.map((row) => [...row]);
    expect(lossOf(h, rows, [1, 0, 0])).toBeCloseTo(1.7283550095089089, 12);
    const change = step(h, after, [1, 0, 0], 1);
    const hidden = [-0.004140268589547832, 0.3843556787008121, -0.11731246957425302];
    const output = [
      [-0.07041183958386997, 0.1760295989596749, -0.3168532781274148],
      [0.10249947929684207, -0.25624869824210517, 0.46124765683578933],
      [0.08756469982284038, -0.2189117495571009, 0.39404114920278166],
    ];
    for (let k = 0; k < 3; k++) {
      expect(change[k]).toBeCloseTo(-hidden[k]!, 12);
      for (let j = 0; j < 3; j++) expect(after[j]![k]! - rows[j]![k]!).toBeCloseTo(-output[j]![k]!, 12);
    }
  });
});

describe("the kernel does what the reference does", () => {
  test.each<[string, Partial<Word2vecSettings>]>([
    ["skip-gram, negative sampling", {}],
    ["skip-gram, one negative sample", { negative: 1 }],
    ["skip-gram, more negative samples than are updated at once", { negative: 17 }],
    ["skip-gram, subsampling", { sample: 0.05 }],
    ["skip-gram, hierarchical softmax", { loss: "hierarchicalSoftmax" }],
    ["CBOW, negative sampling", { architecture: "cbow" }],
    ["CBOW, hierarchical softmax", { architecture: "cbow", loss: "hierarchicalSoftmax" }],
    ["skip-gram, subwords", { subwords: { minLength: 2, maxLength: 3, buckets: 50 } }],
    ["CBOW, subwords", { architecture: "cbow", subwords: { minLength: 2, maxLength: 3, buckets: 50 } }],
    ["a width that fills no vector of four", { size: 7 }],
    ["a width whose code is a loop", { size: 300 }],
    ["a width of 1", { size: 1 }],
  ])("%s", (_, settings) => {
    // In wide rows a step is as long as the row; at the same rate errors of rounding would grow from step to step.
    expectSame(trainBoth(settings, Math.min(0.1, 1 / (settings.size ?? 12))));
  });

  test("scores far from 0 are as steep as the formula says", () => {
    expectSame(trainBoth({ size: 40, negative: 3 }, 0.05));
  });
});

test("rows are laid out in equal blocks", () => {
  expect(rowShape(100)).toEqual({ unrolled: 25, blocks: 1, stride: 400 });
  expect(rowShape(300)).toEqual({ unrolled: 25, blocks: 3, stride: 1200 });
  expect(rowShape(1)).toEqual({ unrolled: 1, blocks: 1, stride: 16 });
  expect(rowShape(129)).toEqual({ unrolled: 17, blocks: 2, stride: 544 });
});
