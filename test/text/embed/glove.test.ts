// Tests of GloVe: co-occurrences counted by hand, steps against float64, neighbours that must come out.

import { describe, expect, test } from "vitest";
import { Random } from "../../../src/tensor/random.ts";
import { coOccurrences } from "../../../src/text/embed/co-occurrence.ts";
import { type GloveOptions, glove, shuffledCells } from "../../../src/text/embed/glove.ts";
import { CELL_BYTES, type GlovePlan, gloveKernel } from "../../../src/text/embed/kernels/glove.ts";
import { copyRows, Room } from "../../../src/text/embed/memory.ts";
import { rowShape } from "../../../src/text/vectors/row-code.ts";

/** Cells as texts "row,column" with their values. */
async function cellsOf(
  ids: readonly number[],
  words: number,
  window: number,
): Promise<Record<string, number>> {
  const { first, second, values } = await coOccurrences(Int32Array.from(ids), words, window);
  return Object.fromEntries(Array.from(values, (value, i) => [`${first[i]},${second[i]}`, value]));
}

describe("co-occurrences", () => {
  test("a word d words away counts 1/d; sentences are apart", async () => {
    // 0 1 2 | 2 0: distances 0-1: 1, 0-2: 2, 1-2: 1; 2-0: 1.
    expect(await cellsOf([0, 1, 2, -1, 2, 0, -1], 3, 10)).toEqual({ "0,1": 1, "0,2": 0.5 + 1, "1,2": 1 });
  });

  test("no farther than the window", async () => {
    expect(await cellsOf([0, 1, 2, -1], 3, 1)).toEqual({ "0,1": 1, "1,2": 1 });
  });

  test("a word near itself is seen from both sides", async () => {
    expect(await cellsOf([0, 0, 1, -1], 2, 2)).toEqual({ "0,0": 2, "0,1": 0.5 + 1 });
  });

  test("words beyond the full matrix come out the same: against a plain count", async () => {
    const words = 6000;
    // Products of uniform numbers: small ids come often, large ones rarely.
    const u = new Random(1).uniform([2, 30_000]).data as Float32Array;
    const ids = Array.from({ length: 30_000 }, (_, i) =>
      i % 25 === 24 ? -1 : Math.floor(words * u[i]! * u[30_000 + i]!),
    );
    const plain = new Map<string, number>();
    for (let at = 0, begin = 0; at < ids.length; at++) {
      if (ids[at] === -1) begin = at + 1;
      else
        for (let other = begin; other < at; other++)
          if (at - other <= 4) {
            const [low, high] = [Math.min(ids[at]!, ids[other]!), Math.max(ids[at]!, ids[other]!)];
            const weight = (low === high ? 2 : 1) / (at - other);
            plain.set(`${low},${high}`, (plain.get(`${low},${high}`) ?? 0) + weight);
          }
    }
    const counted = await cellsOf(ids, words, 4);
    expect(Object.keys(counted).length).toBe(plain.size);
    expect(plain.size).toBeGreaterThan(65_536); // the table has grown
    const worst = Math.max(...Array.from(plain, ([cell, value]) => Math.abs((counted[cell] ?? 0) - value)));
    expect(worst).toBeLessThan(1e-12);
  });
});

test("cells carry log X and f(X) = min(1, (X / x_max)^α), in an order by the seed", () => {
  const found = { first: Int32Array.of(0, 1), second: Int32Array.of(1, 2), values: Float64Array.of(16, 400) };
  const cells = shuffledCells(found, { maxCount: 256, power: 0.75, shared: false }, new Random(1));
  const floats = new Float32Array(cells.buffer);
  const rows = [0, 1].map((at) => [
    cells[4 * at]!,
    cells[4 * at + 1]!,
    floats[4 * at + 2]!,
    floats[4 * at + 3]!,
  ]);
  rows.sort((a, b) => a[0]! - b[0]!);
  // (16/256)^(3/4) = 1/8
  expect(rows).toEqual([
    [0, 1, Math.fround(Math.log(16)), 0.125],
    [1, 2, Math.fround(Math.log(400)), 1],
  ]);
});

describe("the kernel", () => {
  test.each([6, 100, 200])("takes the steps of equation 8 with AdaGrad, width %i", (width) => {
    const words = 5;
    const shape = rowShape(width);
    const room = new Room();
    const half = () => ({
      rows: room.take(words * shape.stride),
      squares: room.take(words * shape.stride),
      biases: room.take(4 * words),
      biasSquares: room.take(4 * words),
    });
    const plan: GlovePlan = { shape, words: half(), contexts: half() };
    const cellsAt = room.take(100 * CELL_BYTES);
    const memory = new WebAssembly.Memory({ initial: Math.ceil(room.used / 65536) });
    const floats = new Float32Array(memory.buffer);
    const random = new Random(2);
    const halves = [plan.words, plan.contexts].map((at) => {
      const rows = random.uniform([words, width], -0.5, 0.5).data as Float32Array;
      const biases = random.uniform([words], -0.5, 0.5).data as Float32Array;
      for (let row = 0; row < words; row++)
        floats.set(rows.subarray(row * width, (row + 1) * width), (at.rows + row * shape.stride) / 4);
      floats.set(biases, at.biases / 4);
      floats.fill(1, at.squares / 4, at.squares / 4 + (words * shape.stride) / 4);
      floats.fill(1, at.biasSquares / 4, at.biasSquares / 4 + words);
      const list = (values: Float32Array) => Array.from(values);
      return {
        rows: Array.from({ length: words }, (_, row) => [
          ...list(rows.subarray(row * width, (row + 1) * width)),
          biases[row]!,
        ]),
        squares: Array.from({ length: words }, () => new Array<number>(width + 1).fill(1)),
      };
    });
    const cells = Array.from({ length: 40 }, (_, n) => ({
      i: n % 5,
      j: (3 * n) % 5,
      log: Math.fround(Math.log(1 + (n % 7))),
      weight: Math.fround(((n % 4) + 1) / 4),
    }));
    const integers = new Int32Array(memory.buffer);
    for (const [n, { i, j, log, weight }] of cells.entries()) {
      integers.set([i, j], cellsAt / 4 + 4 * n);
      floats.set([log, weight], cellsAt / 4 + 4 * n + 2);
    }
    const rate = Math.fround(0.05);
    const loss = gloveKernel(plan, memory)(cellsAt, cellsAt + cells.length * CELL_BYTES, rate);

    let expected = 0;
    const [w, c] = halves as [(typeof halves)[number], (typeof halves)[number]];
    const take = (i: number, j: number, log: number, weight: number) => {
      const [x, y] = [w.rows[i]!, c.rows[j]!];
      const product = x.slice(0, width).reduce((sum, value, k) => sum + value * y[k]!, 0);
      const error = product + x[width]! + y[width]! - log;
      expected += 0.5 * weight * error * error;
      const factor = rate * weight * error;
      const gradients = [
        [...y.slice(0, width).map((value) => factor * value), factor],
        [...x.slice(0, width).map((value) => factor * value), factor],
      ] as const;
      for (const [side, { rows, squares }] of [w, c].entries()) {
        const row = side === 0 ? i : j;
        for (const [k, g] of gradients[side]!.entries()) {
          rows[row]![k]! -= g / Math.sqrt(squares[row]![k]!);
          squares[row]![k]! += g * g;
        }
      }
    };
    for (const { i, j, log, weight } of cells) {
      take(i, j, log, weight);
      if (i !== j) take(j, i, log, weight);
    }
    expect(loss / expected).toBeCloseTo(1, 5);
    for (const [side, at] of [plan.words, plan.contexts].entries()) {
      const rows = copyRows(memory, { at: at.rows, rows: words, width, shape });
      const worst = Math.max(
        ...Array.from(rows, (value, n) =>
          Math.abs(value - halves[side]!.rows[Math.floor(n / width)]![n % width]!),
        ),
      );
      expect(worst).toBeLessThan(1e-5);
      for (let row = 0; row < words; row++)
        expect(floats[at.biases / 4 + row]).toBeCloseTo(halves[side]!.rows[row]![width]!, 5);
    }
  });
});

describe("glove", () => {
  const pairs = [
    ["ice", "solid", "cold"],
    ["steam", "gas", "hot"],
  ] as const;
  const numbers = new Random(4).integers([2000, 3], 0, 6).data;
  const corpus = Array.from({ length: 2000 }, (_, n) => {
    const at = (k: number) => Number(numbers[3 * n + k]);
    const [thing, ...properties] = pairs[at(0) % 2]!;
    return `${thing} is ${properties[at(1) % 2]} water ${properties[at(2) % 2]} ${thing}`;
  });
  const options: GloveOptions = { size: 10, window: 5, minCount: 1, maxCount: 1000, passes: 100 };

  test.each([1, 2])("words that stand together are near each other, with %i threads", async (threads) => {
    const vectors = await glove(corpus, { ...options, threads });
    expect(vectors.similarity("ice", "solid")).toBeGreaterThan(vectors.similarity("ice", "gas") + 0.02);
    expect(vectors.similarity("steam", "hot")).toBeGreaterThan(vectors.similarity("steam", "cold") + 0.02);
  });

  test("the seed decides, to the bit; progress counts pairs", async () => {
    let last = { done: 0, total: 0, loss: 0 };
    const train = (seed: number) =>
      glove(corpus.slice(0, 100), { ...options, seed, onProgress: (progress) => (last = progress) });
    const first = await train(1);
    expect((await train(1)).matrix).toEqual(first.matrix);
    expect((await train(2)).matrix).not.toEqual(first.matrix);
    expect(last.done).toBe(last.total);
    expect(last.loss).toBeGreaterThan(0);
  });

  test("bad options and corpora are refused", async () => {
    await expect(glove(corpus, { xMax: 3 } as GloveOptions)).rejects.toThrow(
      /glove: there is no option "xMax"/,
    );
    await expect(glove(corpus, { power: -1 })).rejects.toThrow(
      /glove: power is -1; wanted a positive number/,
    );
    await expect(glove(["a"])).rejects.toThrow(/glove: of 1 different words none comes at least 5 times/);
  });
});
