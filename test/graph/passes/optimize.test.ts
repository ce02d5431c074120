// Tests of all passes together: over programs as people write them and over every op, values stay the same after each pass.

import { describe, expect, test } from "vitest";
import { closing, optimize, rounds } from "../../../src/graph/passes/optimize.ts";
import { gradientGraph, type OpCase } from "../../support/check-op.ts";
import { opCases } from "../cases/all.ts";
import { optimized, problemOf, watcher, workOf } from "./check-passes.ts";
import { zoo } from "./zoo.ts";

/** Ops by name, of bodies too, in alphabetical order. */
const inventory = (outputs: Parameters<typeof workOf>[0]) =>
  workOf(outputs)
    .map(({ op }) => op.name)
    .sort();

/** The graph of a case, that of its gradients, and that of the gradients of those, as far as there are any. */
function derivativesOf(opCase: OpCase) {
  const { graph, point } = problemOf(opCase);
  if (opCase.noGradient !== undefined) return { graphs: [graph], point };
  const first = gradientGraph(graph);
  if (opCase.noSecondGradient !== undefined) return { graphs: [graph, first], point };
  return { graphs: [graph, first, gradientGraph(first)], point };
}

describe.each([...zoo])("$name", (program) => {
  const { graphs, point } = derivativesOf(program);

  test("legal and the same after every pass, as are first and second gradients", () => {
    for (const graph of graphs) optimized(graph, point);
  });

  test("a second time changes nothing", () => {
    for (const { outputs } of graphs) {
      const once = optimize(outputs);
      expect(inventory(optimize(once))).toEqual(inventory(once));
    }
  });

  test("no larger, but for reshapes around a product that left its loop", () => {
    for (const { outputs } of graphs) {
      expect(workOf(optimize(outputs)).length).toBeLessThanOrEqual(workOf(outputs).length + 4);
    }
  });
});

describe.each(Object.entries(opCases))("%s: legal and the same after every pass", (_, cases) => {
  test.each([...cases])("$name", (opCase) => {
    const { graphs, point } = derivativesOf(opCase);
    for (const graph of graphs) optimized(graph, point);
  });
});

describe("a pass on its own changes no value", () => {
  test.each(Object.entries({ ...rounds, ...closing }))("%s", (name, pass) => {
    for (const program of zoo) {
      const { graph, point } = problemOf(program);
      for (const one of [graph, gradientGraph(graph)]) {
        const watch = watcher(one, point);
        const once = pass(one.outputs);
        watch(`${name}, ${program.name}`, once);
        watch(`${name} twice, ${program.name}`, pass(once));
      }
    }
  });
});

test("passes leave alone what there is nothing to gain from", () => {
  for (const program of zoo) {
    const settled = optimize(problemOf(program).graph.outputs);
    for (const [name, pass] of Object.entries(rounds)) {
      const left = pass(settled).every((output, i) => output === settled[i]);
      expect(left, `${name}, ${program.name}`).toBe(true);
    }
  }
});
