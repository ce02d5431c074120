// What the passes make of recurrent cells: how much stays in the loops. A rewrite that silently stops happening fails here.

import { describe, expect, test } from "vitest";
import { isOp, item } from "../../../src/graph/op.ts";
import { scalar } from "../../../src/graph/ops/leaf.ts";
import { type ScanAttributes, scanOp } from "../../../src/graph/ops/scan.ts";
import { optimize } from "../../../src/graph/passes/optimize.ts";
import { nodesOf } from "../../../src/graph/rewrite.ts";
import type { Node, Tensor } from "../../../src/graph/tensor.ts";
import { gradientGraph } from "../../support/check-op.ts";
import { bodyOps, count, outerOps, problemOf, scansOf, workOf } from "./check-passes.ts";
import { type Cell, cells, zoo } from "./zoo.ts";

const programOf = (name: string) => {
  const program = zoo.find((one) => one.name === name);
  if (program === undefined) throw new RangeError(`there is no program "${name}"`);
  return problemOf(program).graph;
};

/** The optimised graph of the gradients of a program with respect to all of its float inputs. */
const gradientsOf = (name: string) => optimize(gradientGraph(programOf(name)).outputs);

const products = ["matmul", "gemm"] as const;
const productsIn = (node: Node<ScanAttributes>) => count(bodyOps(node), ...products);

/** Products in the loop forward and backward, and outside: x·W, and the gradients of x, of W and of U. */
const expected: Readonly<
  Record<keyof typeof cells, { readonly inside: readonly number[]; readonly outside: number }>
> = {
  simpleRNN: { inside: [1, 1], outside: 4 },
  lstm: { inside: [1, 1], outside: 4 },
  peepholeLstm: { inside: [1, 1], outside: 4 },
  layerNormLstm: { inside: [1, 1], outside: 4 },
  gruAfter: { inside: [1, 1], outside: 4 },
  // Its two products cannot be one, since the second reads the reset gate.
  gruBefore: { inside: [2, 2], outside: 5 },
  reluRNN: { inside: [1, 1], outside: 4 },
};

describe.each(Object.entries(expected))("%s", (name, { inside, outside }) => {
  const cell: Cell = cells[name as keyof typeof cells];

  test.each(["outputs and last state", "a loss of the last step", "run backwards", "with a mask"])(
    "with its gradients, %s",
    (what) => {
      const outputs = gradientsOf(`${name}: ${what}`);
      const scans = scansOf(outputs);
      expect(scans.map(productsIn), "products in the loops").toEqual(inside);
      expect(count(outerOps(outputs), ...products), "products outside").toBe(outside);
      // Were the gradient of a matrix added up step by step, it would be a carry.
      for (const scan of scans) expect(scan.attributes.carries).toBe(cell.states);
    },
  );

  test("forward, the input's product is outside the loop", () => {
    const outputs = optimize(programOf(`${name}: outputs and last state`).outputs);
    expect(scansOf(outputs).map(productsIn)).toEqual(inside.slice(0, 1));
    expect(count(outerOps(outputs), ...products)).toBe(1);
  });
});

describe("an LSTM", () => {
  const [forward, backward] = scansOf(gradientsOf("lstm: a loss of the last step")) as [
    Node<ScanAttributes>,
    Node<ScanAttributes>,
  ];

  test("forward: a product, a sum, and the gates", () => {
    const ops = bodyOps(forward);
    expect(count(ops, "sigmoid", "tanh")).toBe(5);
    expect(ops.length).toBeLessThanOrEqual(13);
  });

  test("backward: seven nodes of which one is a product", () => {
    const ops = bodyOps(backward);
    expect(ops.length).toBeLessThanOrEqual(7);
    expect(count(ops, ...products)).toBe(1);
    expect(count(ops, "sigmoid", "tanh")).toBe(0);
  });

  test("keeps of the forward loop only what the backward one cannot have otherwise", () => {
    // h_t, the four gates, tanh c_t, c_{t-1}, h_{t-1}
    expect(forward.outputs.length - forward.attributes.carries).toBe(8);
  });

  test("with a mask, selects twice forward; the backward loop stays small", () => {
    const [masked, back] = scansOf(gradientsOf("lstm: with a mask"));
    expect(count(bodyOps(masked), "select")).toBe(2);
    expect(bodyOps(back).length).toBeLessThanOrEqual(12);
  });
});

describe("stacks", () => {
  test("each layer has one loop forward and one backward", () => {
    for (const depth of [2, 3]) {
      const outputs = gradientsOf(`a stack of ${depth} layers (lstm) with dropout and transposes between`);
      const scans = scansOf(outputs);
      expect(scans.map(productsIn)).toEqual(new Array(2 * depth).fill(1));
      expect(scans.every(({ attributes }) => attributes.carries === 2)).toBe(true);
      expect(workOf(outputs).length).toBeLessThanOrEqual(70 * depth);
    }
  });

  test("a bidirectional layer has two loops each way", () => {
    const outputs = gradientsOf("bidirectional");
    expect(
      scansOf(outputs)
        .map(({ attributes }) => attributes.reverse)
        .sort(),
    ).toEqual([false, false, true, true]);
    expect(scansOf(outputs).map(productsIn)).toEqual([1, 1, 1, 1]);
  });

  test("a layer that is used twice runs its loop twice each way, and has one gradient", () => {
    const outputs = gradientsOf("one layer used twice");
    expect(scansOf(outputs).map(productsIn)).toEqual([1, 1, 1, 1]);
  });

  test("transposes between time-major and batch-major meet and go", () => {
    const outputs = optimize(
      programOf("a stack of 3 layers (lstm) with dropout and transposes between").outputs,
    );
    // The input and the masks of the first two layers are turned, and the last step is taken.
    expect(count(outerOps(outputs), "transpose")).toBeLessThanOrEqual(4);
  });

  test("three LSTMs are optimised without making many nodes on the way", () => {
    const { outputs } = gradientGraph(
      programOf("a stack of 3 layers (lstm) with dropout and transposes between"),
    );
    const count = () => scalar(0).node.id;
    const start = count();
    let steps = 0;
    optimize(outputs, () => steps++);
    expect(count() - start).toBeLessThanOrEqual(20 * workOf(outputs).length);
    expect(steps).toBeLessThanOrEqual(20);
  });
});

test("every random leaf is still drawn once", () => {
  const name = "a stack of 3 layers (lstm) with dropout and transposes between";
  const leaves = (outputs: readonly Tensor[]) => outerOps(outputs).filter((op) => op === "random").length;
  expect(leaves(gradientsOf(name))).toBe(3);
});

test("a gradient that nobody asks for costs nothing", () => {
  const { inputs, outputs } = gradientGraph(programOf("lstm: a loss of the last step"));
  const onlyBias = optimize([item(outputs, 3)]);
  expect(inputs.length).toBe(4);
  expect(count(outerOps(onlyBias), ...products)).toBe(1);
  expect(nodesOf(onlyBias).filter((node) => isOp(node, scanOp)).length).toBe(2);
});
