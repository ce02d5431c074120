// Tests of the passes on graphs for any batch size: they stay legal, and run at each size with the values of a graph of that size.

import { expect, test } from "vitest";
import { anyBatch } from "../../../src/graph/batch.ts";
import { transpose } from "../../../src/graph/ops/layout.ts";
import { input } from "../../../src/graph/ops/leaf.ts";
import { matmul } from "../../../src/graph/ops/matmul.ts";
import { optimize } from "../../../src/graph/passes/optimize.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { checkGraph } from "../../../src/graph/verify.ts";
import { device } from "../../../src/runtime/node/cpu.ts";
import { Random } from "../../../src/tensor/random.ts";
import { asValue, draw, expectNear, model } from "../../runtime/differential.ts";
import { bodyOps, count, scansOf } from "./check-passes.ts";
import { type Cell, cells, F, H, layer, T } from "./zoo.ts";

/** Two layers and a head: x [B, T, F] -> [B, T, 2]. */
function network(cell: Cell, batch: number, checkpoint: boolean | number = false) {
  const shapes = [
    [batch, T, F],
    [H, 2],
    ...[F, H].flatMap((inputs) => cell.weights(inputs).map((source) => source(new Random(0)).shape)),
  ];
  const inputs = shapes.map((shape, i) => input(`in${i}`, { dtype: "float32", shape }));
  const [x, head, ...weights] = inputs as [Tensor, Tensor, ...Tensor[]];
  const half = weights.length / 2;
  const first = layer(cell, transpose(x, [1, 0, 2]), weights.slice(0, half), { checkpoint }).outputs;
  const second = layer(cell, first, weights.slice(half), { backwards: true, checkpoint }).outputs;
  return { inputs, outputs: [matmul(transpose(second, [1, 0, 2]), head)] };
}

/** Runs an optimised network for any batch size at two sizes, and holds it against networks of those sizes. */
async function expectAnySize(
  cell: Cell,
  optimised: { readonly inputs: readonly Tensor[]; readonly outputs: readonly Tensor[] },
): Promise<void> {
  const executable = await device.load(model(optimised.inputs, optimised.outputs), { threads: 1 });
  for (const batch of [1, 3]) {
    const { inputs, outputs: wanted } = network(cell, batch);
    const feeds = inputs.map(({ shape }, i) => draw(shape, "float32", { seed: i, low: -1, high: 1 }));
    const leaves = new Map(
      inputs.map((tensor, i) => [tensor, asValue(feeds[i] ?? draw(tensor.shape, "float32"))]),
    );
    expectNear(await executable.run(feeds), wanted, leaves);
  }
  await executable.release();
}

test.each(Object.entries(cells))("%s", async (name, cell) => {
  const open = network(cell, anyBatch);
  const outputs = optimize(open.outputs, (_, between) => checkGraph(between, open.inputs));
  const products = name === "gruBefore" ? 2 : 1;
  for (const scan of scansOf(outputs)) expect(count(bodyOps(scan), "matmul", "gemm")).toBe(products);
  await expectAnySize(cell, { inputs: open.inputs, outputs });
});

test.each([2, 3])("in segments of %i steps", async (segment) => {
  const open = network(cells.lstm, anyBatch, segment);
  const outputs = optimize(open.outputs, (_, between) => checkGraph(between, open.inputs));
  await expectAnySize(cells.lstm, { inputs: open.inputs, outputs });
});
