// Attention on the CPU device: with dropout, whose booleans the host draws, and in models for any batch size.

import { expect, test } from "vitest";
import { anyBatch } from "../../src/graph/batch.ts";
import { isOp, item } from "../../src/graph/op.ts";
import { scaledDotProductAttention } from "../../src/graph/ops/attention.ts";
import { input, randomOp } from "../../src/graph/ops/leaf.ts";
import { multiHeadAttention } from "../../src/graph/ops/multi-head.ts";
import { layerNorm } from "../../src/graph/ops/normalize.ts";
import { sum } from "../../src/graph/ops/sum.ts";
import { optimize } from "../../src/graph/passes/optimize.ts";
import { nodesOf } from "../../src/graph/rewrite.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { grad } from "../../src/graph/trace.ts";
import { Compiled } from "../../src/runtime/compile.ts";
import { device } from "../../src/runtime/node/cpu.ts";
import { drawLeaf, leafKey } from "../../src/runtime/random-fill.ts";
import { Random } from "../../src/tensor/random.ts";
import { asValue, draw, expectNear, model } from "./differential.ts";

test.each([true, false])("with dropout, passes on: %s", async (passes) => {
  const shape = [3, 5, 2, 4];
  const inputs = ["q", "k", "v"].map((name) => input(name, { dtype: "float32", shape }));
  const [q, k, v] = inputs as [Tensor, Tensor, Tensor];
  const rate = 0.3;
  const attend = (x: Tensor) => scaledDotProductAttention(x, k, v, { dropout: rate, causal: true });
  const outputs = [attend(q), grad((x: Tensor) => sum(attend(x)))(q)];
  const leaves = nodesOf(outputs).flatMap((node) => (isOp(node, randomOp) ? node.outputs : []));
  expect(leaves.map(({ dtype, shape: own }) => [dtype, own])).toEqual(
    Array(2).fill(["bool", [3, 2, 1, 5, 5]]),
  );
  const compiled = await Compiled.from(
    inputs.map((tensor, i) => [`in${i}`, tensor]),
    outputs.map((tensor, i) => [`out${i}`, tensor]),
    { optimize: passes, threads: 1 },
  );
  const random = new Random(3);
  const arrays = inputs.map(() => random.normal(shape));
  const key = [5, 6] as const;
  const masks = leaves.map((leaf, i) =>
    drawLeaf({ kind: "keep", rate }, leaf.shape, leafKey(key, i), "bool"),
  );
  const given = new Map([
    ...inputs.map((tensor, i) => [tensor, asValue(item(arrays, i))] as const),
    ...leaves.map((tensor, i) => [tensor, asValue(item(masks, i))] as const),
  ]);
  expectNear(await compiled.run(arrays, key), outputs, given);
  await compiled.release();
});

/** A masked, causal multi-head attention with layer normalisation, of heads four wide. */
function block(batch: number, features: number) {
  const [heads, width, positions] = [2, 4, 5];
  const kernel = [features, heads, width];
  const shapes = [[batch, positions, features], kernel, [heads, width], [heads, width, 3], [3]];
  const inputs = shapes.map((shape, i) => input(`in${i}`, { dtype: "float32", shape }));
  const [x, w, bias, out, scale] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const allowed = input("allowed", { dtype: "bool", shape: [batch, 1, 1, positions] });
  const projection = { kernel: w, bias };
  const weights = { query: projection, key: projection, value: projection, output: { kernel: out } };
  const attended = multiHeadAttention({ query: x, value: x }, weights, {
    mask: allowed,
    causal: true,
    returnScores: true,
  });
  const output = layerNorm(attended.output, { scale });
  return { inputs: [...inputs, allowed], outputs: [output, attended.scores] };
}

test.each([
  ["inputs as wide as a head", 4],
  ["inputs narrower than a head", 1],
])("any batch size: %s", async (_, features) => {
  const open = block(anyBatch, features);
  const outputs = optimize(open.outputs);
  const executable = await device.load(model(open.inputs, outputs), { threads: 1 });
  for (const batch of [1, 3]) {
    const { inputs, outputs: wanted } = block(batch, features);
    const feeds = inputs.map(({ shape, dtype }, i) => draw(shape, dtype, { seed: i, low: -1, high: 2 }));
    const leaves = new Map(inputs.map((tensor, i) => [tensor, asValue(item(feeds, i))]));
    expectNear(await executable.run(feeds), wanted, leaves);
  }
  await executable.release();
});
