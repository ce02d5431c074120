// Scores by class, as a report tells them.

import { expect, test } from "vitest";
import { classScores } from "../../../src/text/report/class-scores.ts";

const scored = (name: string, support: number) => ({ name, precision: 0, recall: 0, f1Score: 0, support });

test("a class without a test text has no scores, and of few texts not much is told", () => {
  const html = classScores([scored("good", 40), scored("bad", 0), scored("fair", 1)], undefined, "texts");
  const cellsOf = (name: string) =>
    [...(html.split(`<bdi>${name}</bdi>`)[1]?.split("</tr>")[0] ?? "").matchAll(/>([^<>]+)<\/td>/g)].map(
      ([, cell]) => cell,
    );
  expect(cellsOf("bad")).toEqual(["–", "–", "–", "0"]);
  expect(cellsOf("good")).toEqual(["0.0 %", "0.0 %", "0.000", "40"]);
  expect(html).toMatch(/Of .“bad”. and .“fair”. the test has fewer than 5 texts/);
  expect(classScores([scored("good", 40), scored("bad", 5)], undefined, "texts")).not.toContain("fewer than");
});
