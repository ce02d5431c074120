// Dropout on attention weights: the booleans that the host draws are those that the interpreter is given.

import { expect, test } from "vitest";
import { isOp, item } from "../../src/graph/op.ts";
import { scaledDotProductAttention } from "../../src/graph/ops/attention.ts";
import { input, randomOp } from "../../src/graph/ops/leaf.ts";
import { sum } from "../../src/graph/ops/sum.ts";
import { nodesOf } from "../../src/graph/rewrite.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { grad } from "../../src/graph/trace.ts";
import { Compiled } from "../../src/runtime/compile.ts";
import { drawLeaf, leafKey } from "../../src/runtime/random-fill.ts";
import { Random } from "../../src/tensor/random.ts";
import { asValue, expectNear } from "./differential.ts";

test.each([true, false])("with the passes on: %s", async (optimize) => {
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
    { optimize, threads: 1 },
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
