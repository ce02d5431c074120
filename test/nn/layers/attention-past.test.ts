// Going on from keys and values of before: the same as all steps at once; and calls that do not fit.

import { describe, expect, test } from "vitest";
import { model } from "../../../src/model/functional.ts";
import { input } from "../../../src/nn/input.ts";
import type { Layer, LayerTensor } from "../../../src/nn/layer.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";

const [steps, room, width] = [5, 7, 6];
const x = new Random(3).normal([2, steps, width]);
const floats = ({ data }: NdArray) => data as Float32Array;

interface Kind {
  readonly layer: Layer;
  readonly options: Readonly<Record<string, unknown>>;
  readonly heads: number;
}

const kinds: readonly (readonly [string, () => Kind])[] = [
  [
    "attention",
    () => ({
      layer: layers.multiHeadAttention({ numHeads: 2, keyDim: 3 }),
      options: { useCausalMask: true },
      heads: 2,
    }),
  ],
  [
    "attention without biases",
    () => ({
      layer: layers.multiHeadAttention({ numHeads: 3, keyDim: 3, useBias: false }),
      options: { useCausalMask: true },
      heads: 3,
    }),
  ],
  [
    "a block, norm first",
    () => ({
      layer: layers.transformerEncoder({
        intermediateDim: 8,
        numHeads: 2,
        causal: true,
        normalizeFirst: true,
      }),
      options: {},
      heads: 2,
    }),
  ],
  [
    "a block, norm last",
    () => ({
      layer: layers.transformerEncoder({ intermediateDim: 8, numHeads: 2, causal: true }),
      options: {},
      heads: 2,
    }),
  ],
];

/** The layer applied to a piece of n steps, with its past as inputs. */
function going({ layer, options, heads }: Kind, tokens: number) {
  const piece = input({ shape: [tokens, width] });
  const keys = input({ shape: [room, heads, 3] });
  const values = input({ shape: [room, heads, 3] });
  const count = input({ shape: [1], dtype: "int32" });
  const outputs = layer.applyAll([piece], { ...options, past: { keys, values, count } });
  return model({ inputs: [piece, keys, values, count], outputs });
}

test.each(kinds)("%s: piece by piece as at once", async (_, make) => {
  const kind = make();
  const all = input({ shape: [steps, width] });
  const whole = await model({ inputs: all, outputs: kind.layer.apply(all, kind.options) }).predict(x);
  for (const pieces of [
    [1, 1, 1, 1, 1],
    [2, 3],
    [4, 1],
  ]) {
    const past = [0, 1].map(() => NdArray.zeros([2, room, kind.heads, 3]));
    // What lies in the room that is not filled is not seen.
    for (const array of past) floats(array).fill(7);
    const numbers = kind.heads * 3;
    let done = 0;
    for (const tokens of pieces) {
      const part = new Float32Array(2 * tokens * width);
      for (const row of [0, 1])
        part.set(
          floats(x).subarray((row * steps + done) * width, (row * steps + done + tokens) * width),
          row * tokens * width,
        );
      const outputs = await going(kind, tokens).predictAll([
        new NdArray(part, [2, tokens, width]),
        ...past,
        new NdArray(Int32Array.of(done, done), [2, 1]),
      ]);
      const [y, ...added] = Object.values(outputs).map(floats);
      for (const row of [0, 1]) {
        for (let i = 0; i < tokens * width; i++)
          expect(y?.[row * tokens * width + i]).toBeCloseTo(
            floats(whole)[(row * steps + done) * width + i] ?? Number.NaN,
            4,
          );
        for (const [k, array] of past.entries())
          floats(array).set(
            (added[k] ?? new Float32Array()).subarray(row * tokens * numbers, (row + 1) * tokens * numbers),
            (row * room + done) * numbers,
          );
      }
      done += tokens;
    }
  }
});

describe("what does not fit", () => {
  const part = input({ shape: [2, width] });
  const past = {
    keys: input({ shape: [room, 2, 3] }),
    values: input({ shape: [room, 2, 3] }),
    count: input({ shape: [1], dtype: "int32" }),
  };
  const attention = (options: object = {}) =>
    layers.multiHeadAttention({ numHeads: 2, keyDim: 4, ...options });

  test.each<[string, () => readonly LayerTensor[], string]>([
    [
      "no count",
      () => attention().applyAll(part, { useCausalMask: true, past: { ...past, count: undefined } }),
      "wants past to be { keys [batch, steps, heads, width]",
    ],
    [
      "attention in both directions",
      () => attention().applyAll(part, { past }),
      "goes on from a past with useCausalMask alone",
    ],
    [
      "rotary positions",
      () => attention({ rotary: true }).applyAll(part, { useCausalMask: true, past }),
      "goes on from a past with useCausalMask alone",
    ],
    [
      "a block that looks both ways",
      () => layers.transformerEncoder({ intermediateDim: 8, numHeads: 2 }).applyAll(part, { past }),
      "goes on from a past with useCausalMask alone",
    ],
    [
      "a past of other heads",
      () => attention({ keyDim: 3, numHeads: 3 }).applyAll(part, { useCausalMask: true, past }),
      "MultiHeadAttention",
    ],
    [
      "positions for other steps",
      () =>
        layers.positionEmbedding({ sequenceLength: 9 }).applyAll(part, {
          positions: input({ shape: [3], dtype: "int32" }),
        }),
      "wants positions as int32 [batch, 2]",
    ],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});

test("positions of one's own: the vectors of the table that they name", async () => {
  const layer = layers.positionEmbedding({ sequenceLength: 9, initializer: "randomNormal" });
  const part = input({ shape: [2, width] });
  const positions = input({ shape: [2], dtype: "int32" });
  const added = model({ inputs: [part, positions], outputs: layer.apply(part, { positions }) });
  const y = floats(
    await added.predict([NdArray.zeros([1, 2, width]), new NdArray(Int32Array.of(7, 2), [1, 2])]),
  );
  const table = added.weights[0]?.weight.peek().data as Float32Array;
  expect([...y.subarray(0, width)]).toEqual([...table.subarray(7 * width, 8 * width)]);
  expect([...y.subarray(width)]).toEqual([...table.subarray(2 * width, 3 * width)]);
});
