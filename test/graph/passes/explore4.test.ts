import { test } from "vitest";
import { rounds } from "../../../src/graph/passes/optimize.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { gradientGraph } from "../../support/check-op.ts";
import { optimized, problemOf, workOf } from "./check-passes.ts";
import { zoo } from "./zoo.ts";

function roundsOf(outputs: readonly Tensor[]) {
  let cur = outputs;
  for (let i = 0; i < 60; i++) {
    const before = cur;
    for (const p of Object.values(rounds)) cur = p(cur);
    if (cur.every((o, k) => o === before[k])) return i;
  }
  return 99;
}
test.each(zoo)("$name", (c) => {
  let { graph: g, point } = problemOf(c);
  for (const what of ["v", "g", "gg"]) {
    const o = optimized(g, point);
    const again = optimized(o, point);
    const [a, b, d] = [g, o, again].map((x) => workOf(x.outputs).length) as [number, number, number];
    console.log(`${c.name} ${what}: ${a} -> ${b} -> ${d} rounds ${roundsOf(g.outputs)}`);
    g = gradientGraph(g);
  }
});
