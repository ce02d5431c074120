// Tests of nests of values: leaves in order, rebuilding, and leaves by the places of another nest.

import { describe, expect, test } from "vitest";
import { leavesLike, leavesOf, mapTree, withLeaves } from "../../src/graph/tree.ts";

const isNumber = (value: unknown): value is number => typeof value === "number";

describe("leavesOf", () => {
  test("goes depth first, keys in the order they were written", () => {
    expect(leavesOf({ b: [1, { z: 2, a: 3 }], a: 4, none: [], empty: {} }, isNumber)).toEqual([1, 2, 3, 4]);
    expect(leavesOf(7, isNumber)).toEqual([7]);
  });

  test("takes objects without a prototype", () => {
    expect(leavesOf(Object.assign(Object.create(null), { a: 1 }), isNumber)).toEqual([1]);
  });

  test.each([
    [{ a: "text" }, "weights.a: wants a tensor, or arrays and plain objects of them, got string"],
    [[1, undefined], "weights[1]: wants a tensor, or arrays and plain objects of them, got undefined"],
    [{ a: { b: [null] } }, "weights.a.b[0]: wants a tensor, or arrays and plain objects of them, got null"],
    [new Set([1]), "weights: wants a tensor, or arrays and plain objects of them, got Set"],
    [
      [new Float64Array(2)],
      "weights[0]: wants a tensor, or arrays and plain objects of them, got Float64Array",
    ],
  ])("names the place of what is no leaf: %j", (tree, message) => {
    expect(() => leavesOf(tree, isNumber, "weights")).toThrow(
      expect.objectContaining({ code: "bad-tree", message }),
    );
  });
});

describe("withLeaves and mapTree", () => {
  test("keep the nest", () => {
    const tree = { b: [1, { z: 2 }], a: 4, none: [] };
    expect(withLeaves(tree, isNumber, ["x", "y", "w"].values())).toEqual({
      b: ["x", { z: "y" }],
      a: "w",
      none: [],
    });
    expect(mapTree(tree, isNumber, (leaf) => `<${leaf}>`)).toEqual({
      b: ["<1>", { z: "<2>" }],
      a: "<4>",
      none: [],
    });
    expect(mapTree(5, isNumber, (leaf) => leaf + 1)).toBe(6);
  });
});

describe("leavesLike", () => {
  test("follows the model's order, whatever the order of keys", () => {
    expect(leavesLike({ h: 0, c: [0, { x: 0, y: 0 }] }, { c: [2, { y: 4, x: 3 }], h: 1 }, isNumber)).toEqual([
      1, 2, 3, 4,
    ]);
  });

  test.each([
    [{ h: 0, c: 0 }, { h: 1 }, "carry: wants carry.h, carry.c, got carry.h"],
    [{ h: 0 }, { h: 1, c: 2 }, "carry: wants carry.h, got carry.h, carry.c"],
    [[0, 0], [1], "carry: wants carry[0], carry[1], got carry[0]"],
    [0, [], "carry: wants carry, got nothing"],
    [{ h: 0 }, 1, "carry: wants carry.h, got carry"],
  ])("rejects another nest: %j and %j", (model, tree, message) => {
    expect(() => leavesLike(model, tree, isNumber, "carry")).toThrow(
      expect.objectContaining({ code: "bad-tree", message }),
    );
  });
});
