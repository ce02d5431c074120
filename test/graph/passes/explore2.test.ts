import fc from "fast-check";
import { test } from "vitest";
import { drawInputs, gradientGraph, graphOf, reals, toValue } from "../../support/check-op.ts";
import { optimized, workOf } from "./check-passes.ts";
import { execute, loopPlans, programs, runLoop } from "./random-programs.ts";

const seed = Number(process.env.SEED ?? 1);
const runs = Number(process.env.RUNS ?? 300);
test("expr", () => {
  fc.assert(
    fc.property(programs(12), (p) => {
      const arrays = drawInputs({
        name: "e",
        inputs: [reals([2, 2], -1, 1), reals([2], -1, 1), reals([2, 1], -1, 1), reals([], -1, 1)],
      });
      const point = arrays.map(toValue);
      let g = graphOf((...x) => execute(p, x).slice(-2), arrays);
      for (const what of ["v", "g"]) {
        const o = optimized(g, point);
        const again = optimized(o, point);
        const [a, b, d] = [g, o, again].map((x) => workOf(x.outputs).length) as [number, number, number];
        if (d !== b || b > 1.3 * a + 3) console.log(`${what}: ${a} -> ${b} -> ${d} ${JSON.stringify(p)}`);
        g = gradientGraph(g);
      }
    }),
    { seed, numRuns: runs },
  );
});
test("loop", () => {
  fc.assert(
    fc.property(loopPlans(8), (p) => {
      const arrays = drawInputs({
        name: "e",
        inputs: [
          reals([3, 2, 2], -1, 1),
          reals([3, 2, 2], -1, 1),
          reals([2, 2], -1, 1),
          reals([2, 2], -1, 1),
          reals([2, 2]),
          reals([2, 2]),
          reals([2, 2]),
        ],
      });
      const point = arrays.map(toValue);
      let g = graphOf((x, y, w, b, ...i) => runLoop(p, i, x!, y!, w!, b!), arrays);
      for (const what of ["v", "g"]) {
        const o = optimized(g, point);
        const again = optimized(o, point);
        const [a, b, d] = [g, o, again].map((x) => workOf(x.outputs).length) as [number, number, number];
        if (d !== b || b > 1.3 * a + 6) console.log(`${what}: ${a} -> ${b} -> ${d} ${JSON.stringify(p)}`);
        g = gradientGraph(g);
      }
    }),
    { seed, numRuns: runs },
  );
});
