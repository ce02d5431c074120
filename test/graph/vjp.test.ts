// Tests of reverse-mode differentiation and of walking and rewriting graphs: sharing, depth, and what is left out.

import { describe, expect, test } from "vitest";
import { item } from "../../src/graph/op.ts";
import { add, cast, greater, mul, sub } from "../../src/graph/ops/arithmetic.ts";
import { exp, tanh } from "../../src/graph/ops/functions.ts";
import { split } from "../../src/graph/ops/layout.ts";
import { constant, input, scalar } from "../../src/graph/ops/leaf.ts";
import { scan } from "../../src/graph/ops/scan.ts";
import { sum } from "../../src/graph/ops/sum.ts";
import { dependents, nodesOf, rewrite, substitute } from "../../src/graph/rewrite.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { grad } from "../../src/graph/trace.ts";
import { vjp } from "../../src/graph/vjp.ts";
import { NdArray, ndarray } from "../../src/tensor/nd-array.ts";
import { evaluate, evaluateOne } from "../support/check-op.ts";

const real = (...shape: number[]) => input("x", { dtype: "float64", shape });
const point = (...values: number[]) => ndarray(values, { dtype: "float64" });
const ones = (shape: readonly number[]) => constant(NdArray.full(shape, 1, "float64"));

describe("vjp", () => {
  test("is undefined for what the outputs do not depend on, or only through ops without a gradient", () => {
    const [x, y, z] = [real(2), real(2), real(2)];
    const output = mul(x, cast(greater(y, 0), "float64"));
    const [dx, dy, dz] = vjp([output], [ones([2])], [x, y, z]);
    expect([dx, dy, dz].map((gradient) => gradient !== undefined)).toEqual([true, false, false]);
  });

  test("leaves out outputs without a cotangent", () => {
    const [x, y] = [real(2), real(2)];
    const found = vjp([mul(x, 2), mul(y, 3)], [ones([2]), undefined], [x, y]);
    expect(found.map((gradient) => gradient !== undefined)).toEqual([true, false]);
  });

  test("of a wanted output is its cotangent", () => {
    const x = real(2);
    const cotangent = ones([2]);
    expect(vjp([x], [cotangent], [x])).toEqual([cotangent]);
  });

  test("adds up an output that is listed twice", () => {
    const slope = evaluateOne(
      (x) => {
        const y = mul(x, 3);
        return item(vjp([y, y], [ones([2]), ones([2])], [x]) as readonly Tensor[]);
      },
      point(1, 2),
    );
    expect(slope.toArray()).toEqual([6, 6]);
  });

  test("of tensors one of which depends on the other gives the whole gradient of each", () => {
    const [dx, dy] = evaluate(
      (x) => {
        const y = mul(x, 3);
        return vjp([mul(y, x)], [ones([2])], [x, y]) as readonly Tensor[];
      },
      point(1, 2),
    );
    expect(dx?.toArray()).toEqual([6, 12]);
    expect(dy?.toArray()).toEqual([1, 2]);
  });

  test("goes on through the wanted tensor of one output of a split, and through the other", () => {
    const [dx, dleft] = evaluate(
      (x) => {
        const [left = x, right = x] = split(mul(x, 2), 2);
        return vjp([mul(left, right)], [ones([1])], [x, left]) as readonly Tensor[];
      },
      point(3, 5),
    );
    expect(dx?.toArray()).toEqual([20, 12]);
    expect(dleft?.toArray()).toEqual([10]);
  });

  test("passes each shared node once: a graph of 2^60 paths", () => {
    const slope = evaluateOne(
      (x) =>
        grad((u: Tensor) => {
          let y = u;
          for (let i = 0; i < 60; i++) y = add(y, y);
          return mul(sum(y), 2 ** -60);
        })(x),
      point(1, 2),
    );
    expect(slope.toArray()).toEqual([1, 1]);
  });

  test("does not run out of stack on long chains", () => {
    const deep = (x: Tensor) => {
      let y = x;
      for (let i = 0; i < 5000; i++) y = sub(mul(y, 1), 0);
      return sum(y);
    };
    expect(evaluateOne((x) => grad(deep)(x), point(1, 2)).toArray()).toEqual([1, 1]);
  });

  test("nor on long chains within the body of a scan", () => {
    const body = (h: Tensor, x: Tensor) => {
      let y = add(h, x);
      for (let i = 0; i < 2000; i++) y = tanh(mul(y, 1));
      return y;
    };
    const slope = evaluateOne(
      (x) => grad((u: Tensor) => sum(scan(body, scalar(0, "float64"), u).last))(x),
      point(0.1, 0.2),
    );
    expect(slope.toArray().every((value) => value > 0 && value < 1)).toBe(true);
  });
});

describe("walking and rewriting", () => {
  test("nodesOf gives every node once, after what it reads", () => {
    const x = real(2);
    const y = mul(x, x);
    const z = add(exp(y), y);
    const order = nodesOf([z, y]);
    expect(order.length).toBe(new Set(order).size);
    for (const node of order) {
      for (const { node: from } of node.inputs) expect(order.indexOf(from)).toBeLessThan(order.indexOf(node));
    }
    expect(order.map(({ op }) => op.name)).toEqual(["input", "mul", "exp", "add"]);
  });

  test("dependents are the roots' nodes and what reads them", () => {
    const [x, y] = [real(2), real(2)];
    const [a, b] = [exp(x), exp(y)];
    const c = mul(a, b);
    const found = dependents([c], [x]);
    expect([x, a, c].every(({ node }) => found.has(node))).toBe(true);
    expect([y, b].some(({ node }) => found.has(node))).toBe(false);
  });

  test("substitute copies only what changes", () => {
    const [x, y] = [real(2), real(2)];
    const [a, b] = [exp(x), exp(y)];
    const c = mul(a, b);
    const [changed = c] = substitute([c], new Map([[x, y]]));
    expect(changed).not.toBe(c);
    expect(changed.node.inputs[1]).toBe(b);
    expect(changed.node.inputs[0]?.node.inputs[0]).toBe(y);
    expect(substitute([c], new Map())).toEqual([c]);
    expect(c.node.inputs[0]).toBe(a);
  });

  test("substitute replaces one output of a node and keeps the others", () => {
    const x = real(4);
    const [left = x, right = x] = split(x, 2);
    const other = real(2);
    const [sumOfBoth = x] = substitute([add(left, right)], new Map([[left, other]]));
    expect(sumOfBoth.node.inputs[0]).toBe(other);
    expect(sumOfBoth.node.inputs[1]?.node).toBe(right.node);
  });

  test("rewrite gives each node to the rule once, its inputs already rewritten", () => {
    const x = real(2);
    const y = exp(exp(mul(x, 2)));
    const seen: string[] = [];
    const [result = y] = rewrite([y], (node) => {
      seen.push(node.op.name);
      return node.op.name === "exp" ? [tanh(item(node.inputs))] : undefined;
    });
    expect(seen).toEqual(["input", "constant", "mul", "exp", "exp"]);
    expect(nodesOf([result]).map(({ op }) => op.name)).toEqual(["input", "constant", "mul", "tanh", "tanh"]);
  });
});
