// Property tests of the passes: random expressions and loops, and random orders of the passes, keep their values.

import fc from "fast-check";
import { describe, test } from "vitest";
import { closing, rounds } from "../../../src/graph/passes/optimize.ts";
import { gradientGraph, type OpCase, reals, type Source } from "../../support/check-op.ts";
import { optimized, problemOf, watcher, workOf } from "./check-passes.ts";
import { execute, loopPlans, programs, runLoop } from "./random-programs.ts";
import { zoo } from "./zoo.ts";

const settings = { seed: 20_240_917, numRuns: 200 } as const;

/** Optimises a program and its gradients, up to an order. */
function check(name: string, inputs: readonly Source[], compute: OpCase["compute"], order: number): void {
  let { graph, point } = problemOf({ name, inputs, compute });
  for (let derivative = 0; derivative <= order; derivative++) {
    const better = optimized(graph, point);
    const [before, after] = [workOf(graph.outputs).length, workOf(better.outputs).length];
    // A gather that leaves a loop computes where the table of each step begins: four nodes in place of one.
    if (after > 4 * before + 4) throw new RangeError(`${before} nodes became ${after}`);
    graph = gradientGraph(graph);
  }
}

const around0 = (...shape: number[]) => reals(shape, -1, 1);

test("expressions, with first and second gradients", () => {
  const inputs = [around0(2, 2), around0(2), around0(2, 1), around0()];
  fc.assert(
    fc.property(programs(12), (program) => {
      check("expression", inputs, (...x) => execute(program, x).slice(-2), 2);
    }),
    settings,
  );
});

describe("loops", () => {
  const inputs = [around0(3, 2, 2), around0(3, 2, 2), ...Array.from({ length: 5 }, () => around0(2, 2))];
  const loop = (plan: Parameters<typeof runLoop>[0]): OpCase["compute"] => {
    return (x, y, w, b, ...inits) => runLoop(plan, inits, x, y, w, b);
  };

  test("with gradients", () => {
    fc.assert(
      fc.property(loopPlans(8), (plan) => check("loop", inputs, loop(plan), 1)),
      { ...settings, numRuns: 400 },
    );
  });

  test("of few operations, with second gradients", () => {
    fc.assert(
      fc.property(loopPlans(4), (plan) => check("short loop", inputs, loop(plan), 2)),
      { ...settings, numRuns: 100 },
    );
  });

  test("one over the outputs of another", () => {
    fc.assert(
      fc.property(loopPlans(4), loopPlans(4), (first, second) => {
        const both: OpCase["compute"] = (x, y, w, b, ...inits) => {
          const results = runLoop({ ...first, outputs: [0, ...first.outputs] }, inits, x, y, w, b);
          const rows = results.find(({ shape }) => shape.join() === "3,2,2") ?? x;
          return runLoop(second, inits.toReversed(), rows, x, b, w);
        };
        check("two loops", inputs, both, 1);
      }),
      settings,
    );
  });
});

test("passes in any order", () => {
  const passes = Object.entries({ ...rounds, ...closing });
  fc.assert(
    fc.property(
      fc.constantFrom(...zoo),
      fc.boolean(),
      fc.array(fc.constantFrom(...passes), { minLength: 2, maxLength: 12 }),
      (program, ofGradient, order) => {
        const { graph, point } = problemOf(program);
        const start = ofGradient ? gradientGraph(graph) : graph;
        const watch = watcher(start, point);
        order.reduce((outputs, [name, pass]) => {
          const next = pass(outputs);
          watch(`${name} of ${order.map(([each]) => each).join(", ")}; ${program.name}`, next);
          return next;
        }, start.outputs);
      },
    ),
    settings,
  );
});
