// Tests of every op: value against plain loops, first and second gradient against finite differences.

import { glob, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { dropoutMask, randomNormal, randomUniform, scalar } from "../../src/graph/ops/leaf.ts";
import { nodesOf } from "../../src/graph/rewrite.ts";
import type { Op } from "../../src/graph/tensor.ts";
import { checkOp, drawInputs, graphOf } from "../support/check-op.ts";
import { opCases } from "./cases/all.ts";

for (const [family, cases] of Object.entries(opCases)) {
  describe(family, () => {
    test.each(cases)("$name", checkOp);
  });
}

describe("every op is among the cases", () => {
  /** Ops that have no gradient, and why. */
  const withoutGradient: Readonly<Record<string, string>> = {
    input: "a leaf: gradients end there",
    constant: "a leaf that nothing changes",
    random: "a leaf that nothing changes",
    equal: "its result is a boolean",
    greater: "its result is a boolean",
    greaterEqual: "its result is a boolean",
    logicalAnd: "booleans have none",
    logicalOr: "booleans have none",
    logicalNot: "booleans have none",
    argmax: "its result is a place",
    sign: "constant almost everywhere",
    floor: "constant almost everywhere",
    round: "constant almost everywhere",
    stopGradient: "that is what it is for",
  };

  /** Ops by name, as the graphs of the cases hold them: those of all cases, and those of cases whose gradient is checked. */
  const met = new Map<string, Op>();
  const checked = new Set<string>();
  for (const opCase of Object.values(opCases).flat()) {
    for (const { op } of nodesOf(graphOf(opCase.compute, drawInputs(opCase)).outputs)) {
      met.set(op.name, op);
      if (opCase.noGradient === undefined) checked.add(op.name);
    }
  }
  const leaves = [scalar(1), randomUniform([2]), randomNormal([2]), dropoutMask([2], 0.5)];
  for (const { op } of nodesOf(leaves)) met.set(op.name, op);

  /** Names given to ops anywhere in the sources. */
  const declared = async () => {
    const names = new Set<string>();
    for await (const file of glob("src/graph/ops/*.ts")) {
      const source = await readFile(file, "utf8");
      const made = /\b(?:unaryOp|binaryOp|extremeOp|op<[^(]*>)\(\s*"(\w+)"|^ {2}name: "(\w+)"/gm;
      for (const [, first, second] of source.matchAll(made)) names.add(first ?? second ?? "");
    }
    return names;
  };

  test("with its value", async () => {
    expect([...met.keys()].sort()).toEqual([...(await declared())].sort());
  });

  test("as every op that a module exports is", async () => {
    const exported: string[] = [];
    for await (const file of glob("src/graph/ops/*.ts")) {
      const module: Record<string, unknown> = await import(`../../src/graph/ops/${basename(file, ".ts")}.ts`);
      for (const [name, value] of Object.entries(module)) {
        if (name.endsWith("Op") && typeof value === "object") exported.push((value as Op).name);
      }
    }
    expect(exported.length).toBeGreaterThan(20);
    expect(exported.filter((name) => !met.has(name))).toEqual([]);
  });

  test("with its gradient, or with the reason for its having none", () => {
    const missing = [...met.keys()].filter((name) => !checked.has(name) && !(name in withoutGradient));
    expect(missing).toEqual([]);
  });

  test("and those said to have no gradient have none", () => {
    for (const name of Object.keys(withoutGradient)) {
      if (name !== "input") expect(met.get(name)?.gradient, name).toBe("none");
    }
    const none = [...met.values()].filter(({ gradient }) => gradient === "none").map(({ name }) => name);
    expect(none.filter((name) => !(name in withoutGradient))).toEqual([]);
  });
});
