import { test } from "vitest";
import { drawInputs, gradientGraph, graphOf, toValue } from "../../support/check-op.ts";
import { opCases } from "../cases/all.ts";
import { optimized, workOf } from "./check-passes.ts";

for (const [family, cases] of Object.entries(opCases)) {
  test.each(cases)(`${family}: $name`, (c) => {
    const arrays = drawInputs(c);
    const point = arrays.map(toValue);
    let g = graphOf(c.compute, arrays);
    for (const what of ["v", "g", "gg"]) {
      const o = optimized(g, point);
      const again = optimized(o, point);
      const [a, b, d] = [g, o, again].map((x) => workOf(x.outputs).length) as [number, number, number];
      if (d !== b || b > a) console.log(`${c.name} ${what}: ${a} -> ${b} -> ${d}`);
      if (c.noGradient !== undefined || (what === "g" && c.noSecondGradient !== undefined)) break;
      g = gradientGraph(g);
    }
  });
}
