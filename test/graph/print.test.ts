// Tests of graphs as readable code.

import { describe, expect, test } from "vitest";
import { item } from "../../src/graph/op.ts";
import { add, mul } from "../../src/graph/ops/arithmetic.ts";
import { tanh } from "../../src/graph/ops/functions.ts";
import { pad, split } from "../../src/graph/ops/layout.ts";
import { constant, dropoutMask, input, randomNormal, scalar } from "../../src/graph/ops/leaf.ts";
import { matmul } from "../../src/graph/ops/matmul.ts";
import { scan } from "../../src/graph/ops/scan.ts";
import { optimize } from "../../src/graph/passes/optimize.ts";
import { attributesText, printGraph, printNode } from "../../src/graph/print.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { ndarray } from "../../src/tensor/nd-array.ts";

const x = input("x", { dtype: "float32", shape: [3, 2] });
const v = input("v", { dtype: "float32", shape: [2] });

test("a line a node, in the order in which they run; results last", () => {
  const product = matmul(x, v);
  expect(printGraph([x, v], [add(product, 1), product])).toBe(`\
(%0: float32[3, 2], %1: float32[2]) => {
  %2: float32[2, 1] = reshape(%1) {shape: [2, 1]}
  %3: float32[3, 1] = matmul(%0, %2) {transposeA: false, transposeB: false}
  %4: float32[3] = reshape(%3) {shape: [3]}
  %5: float32[] = constant [1]
  %6: float32[3] = add(%4, %5)
  return %6, %4
}`);
});

test("the body of a scan, indented, with its carries, sequences and captures", () => {
  const { last, outputs } = scan((h, xt) => tanh(add(mul(h, v), xt)), v, x, { reverse: true });
  expect(printGraph([x, v], [outputs, last])).toBe(`\
(%0: float32[3, 2], %1: float32[2]) => {
  %2: float32[2], %3: float32[3, 2] = scan(3 steps, reverse; carry [%1], over [%0], with [%1]) (%4: float32[2]; %5: float32[2]; %6: float32[2]) => {
    %7: float32[2] = mul(%4, %6)
    %8: float32[2] = add(%7, %5)
    %9: float32[2] = tanh(%8)
    return %9, %9
  }
  return %3, %2
}`);
});

test("a scan in a scan, and one without sequence or capture", () => {
  const { last } = scan(
    (h: Tensor) => ({
      carry: scan((g: Tensor) => ({ carry: tanh(g), output: [] }), h, [], { length: 2 }).last,
      output: [],
    }),
    v,
    [],
    { length: 3 },
  );
  expect(printGraph([v], [last])).toBe(`\
(%0: float32[2]) => {
  %1: float32[2] = scan(3 steps; carry [%0], over [], with []) (%2: float32[2]; ; ) => {
    %3: float32[2] = scan(2 steps; carry [%2], over [], with []) (%4: float32[2]; ; ) => {
      %5: float32[2] = tanh(%4)
      return %5
    }
    return %3
  }
  return %1
}`);
});

describe("leaves", () => {
  const shown = (tensor: Tensor) => printGraph([], [tensor]).split("\n")[1]?.trim();

  test("random ones show what they draw", () => {
    expect(shown(dropoutMask([2, 1], 0.25))).toBe('%0: float32[2, 1] = random {kind: "keep", rate: 0.25}');
    expect(shown(randomNormal([2], 1, 2))).toBe(
      '%0: float32[2] = random {kind: "normal", mean: 1, stddev: 2}',
    );
  });

  test("small constants show their elements, large ones do not", () => {
    expect(
      shown(
        constant(
          ndarray([
            [1, 2],
            [3, 4],
          ]),
        ),
      ),
    ).toBe("%0: float32[2, 2] = constant [1, 2, 3, 4]");
    expect(shown(constant(ndarray([true, false])))).toBe("%0: bool[2] = constant [1, 0]");
    expect(shown(constant(ndarray([5n])))).toBe("%0: int64[1] = constant [5]");
    expect(shown(scalar(1.5, "float16"))).toBe("%0: float16[] = constant [1.5]");
    expect(shown(scalar(Number.NaN))).toBe("%0: float32[] = constant [NaN]");
    expect(shown(constant(ndarray(new Float32Array(9))))).toBe("%0: float32[9] = constant …");
  });

  test("an input that is not among those given gets a name, too", () => {
    expect(printGraph([], [tanh(v)])).toBe("() => {\n  %0: float32[2] = tanh(%1)\n  return %0\n}");
  });
});

test("a node of several outputs names them all", () => {
  const pieces = split(x, 2, 1);
  expect(printGraph([x], [item(pieces, 1)])).toContain(
    "%1: float32[3, 1], %2: float32[3, 1] = split(%0) {axis: 1, sizes: [1, 1]}\n  return %2",
  );
});

test("attributes that JSON has no word for", () => {
  expect(printGraph([v], [pad(v, 0, 1, 0, Number.NEGATIVE_INFINITY)])).toContain("value: -Infinity}");
  expect(attributesText({ a: [Number.NaN, -0, 1e21], b: { c: 'd"e' }, f: undefined, g: true })).toBe(
    '{a: [NaN, -0, 1e+21], b: {c: "d\\"e"}, f: undefined, g: true}',
  );
});

test("the same graph, the same text", () => {
  const build = () => optimize([scan((h, xt) => tanh(add(mul(h, v), mul(xt, 2))), v, x).outputs]);
  expect(printGraph([x, v], build())).toBe(printGraph([x, v], build()));
});

describe("one node", () => {
  const { outputs } = scan((h, xt) => tanh(add(h, xt)), v, x);

  test("is shown as in the whole graph", () => {
    const after = tanh(outputs);
    expect(printNode(after.node, [x, v], [after])).toBe("%8: float32[3, 2] = tanh(%3)");
  });

  test("a scan without its body, and a node within it", () => {
    expect(printNode(outputs.node, [x, v], [outputs])).toBe(
      "%2: float32[2], %3: float32[3, 2] = scan(3 steps; carry [%1], over [%0], with [])",
    );
    const { body } = outputs.node.attributes as { body: { outputs: readonly Tensor[] } };
    expect(printNode(item(body.outputs).node, [x, v], [outputs])).toBe("%7: float32[2] = tanh(%6)");
  });

  test("an input by its name", () => {
    expect(printNode(v.node, [x, v], [outputs])).toBe('%1: float32[2] = input "v"');
  });
});
