// Tests of the memory of random leaves: where they lie, and that each is filled from its own stream.

import { expect, test } from "vitest";
import { dropoutMask, randomUniform } from "../../src/graph/ops/leaf.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { randomBuffers } from "../../src/runtime/random-buffers.ts";
import { drawLeaf, leafKey } from "../../src/runtime/random-fill.ts";

const keep = { kind: "keep", rate: 0.3 } as const;
const uniform = { kind: "uniform", low: 0, high: 1 } as const;
const mask = (tensor: Tensor) => ({ tensor, draw: keep });

test("leaves of both kinds are filled side by side", () => {
  const leaves = [
    mask(dropoutMask([3, 5], 0.3, "bool")),
    { tensor: randomUniform([7]), draw: uniform },
    mask(dropoutMask([2, 33], 0.3)),
    mask(dropoutMask([1], 0.3, "bool")),
  ];
  const { arrays, fill } = randomBuffers(leaves);
  for (const key of [
    [1, 2],
    [3, 4],
  ] as const) {
    fill(key);
    for (const [i, { tensor, draw }] of leaves.entries()) {
      const dtype = tensor.dtype === "bool" ? "bool" : "float32";
      expect(arrays[i]).toEqual(drawLeaf(draw, tensor.shape, leafKey(key, i), dtype));
    }
  }
});

test("what is too much for one memory is spread over several", () => {
  const large = mask(dropoutMask([600, 100], 0.3, "bool"));
  const small = mask(dropoutMask([8], 0.3, "bool"));
  const { arrays } = randomBuffers([large, small, large], 70_000);
  expect(arrays.map(({ shape }) => shape)).toEqual([[600, 100], [8], [600, 100]]);
  const memories = arrays.map(({ data }) => data.buffer);
  expect(memories[0]).toBe(memories[1]);
  expect(memories[2]).not.toBe(memories[0]);
});

test("other dtypes are refused", () => {
  expect(() => randomBuffers([mask(dropoutMask([2], 0.3, "float64"))])).toThrow(
    "random numbers are drawn as float32, the graph asks for float64: cast them",
  );
  expect(() => randomBuffers([{ tensor: randomUniform([2], 0, 1, "bool"), draw: uniform }])).toThrow(
    "the graph asks for bool",
  );
});
