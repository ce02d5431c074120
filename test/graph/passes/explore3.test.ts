import fc from "fast-check";
import { test } from "vitest";
import { rounds } from "../../../src/graph/passes/optimize.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { drawInputs, gradientGraph, graphOf, reals, toValue } from "../../support/check-op.ts";
import { optimized } from "./check-passes.ts";
import { loopPlans, runLoop } from "./random-programs.ts";

function roundsOf(outputs: readonly Tensor[]) {
  let cur = outputs;
  for (let i = 0; i < 60; i++) {
    const before = cur;
    for (const p of Object.values(rounds)) cur = p(cur);
    if (cur.every((o, k) => o === before[k])) return i;
  }
  return 99;
}
test("rounds", () => {
  const hist = new Map<number, number>();
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
      let g = graphOf((x, y, w, b, ...i) => runLoop(p, i, x!, y!, w!, b!), arrays);
      g = gradientGraph(g);
      const r = roundsOf(g.outputs);
      if (r > 8) console.log(r, JSON.stringify(p));
      hist.set(r, (hist.get(r) ?? 0) + 1);
    }),
    { seed: 3, numRuns: 2000 },
  );
  console.log([...hist].sort((a, b) => a[0] - b[0]));
});
test("gg", () => {
  fc.assert(
    fc.property(loopPlans(5), (p) => {
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
      g = gradientGraph(gradientGraph(g));
      optimized(g, point);
    }),
    { seed: 3, numRuns: 200 },
  );
});
