// What may make a text classifier better: said where it may help, and not elsewhere.

import { expect, test } from "vitest";
import type { TextClassification } from "../../../src/text/classify/classify-texts.ts";
import { classifierAdvice } from "../../../src/text/report/classifier-advice.ts";

/** As much of a classification as advice goes by. */
function classification({
  name = "lstm",
  balanced = false,
  texts = 6000,
  bestEpoch = 4,
  bayes = 0.8,
  recalls = [0.9, 0.8],
  supports = [50, 25],
}): TextClassification {
  const classes = recalls.map((recall, k) => ({ name: `class ${k}`, recall, support: supports[k] ?? 0 }));
  return {
    model: {
      settings: { name, epochs: 10, balanced },
      training: { heldOut: 30, bestEpoch },
    },
    training: { texts: Array.from({ length: texts }, () => "") },
    evaluation: { accuracy: 0.85, report: { classes } },
    baselines: { naiveBayes: { accuracy: bayes } },
  } as unknown as TextClassification;
}

const options = (of: Parameters<typeof classification>[0]) =>
  classifierAdvice(classification(of)).map(({ option }) => option);

test("each advice has its reason", () => {
  expect(options({})).toEqual([]);
  expect(options({ texts: 700 })).toEqual(["--model mlp"]);
  expect(options({ texts: 700, name: "mlp" })).toEqual([]);
  expect(options({ bayes: 0.9 })).toEqual(["--model mlp"]);
  expect(options({ bestEpoch: 10 })).toEqual(["--epochs 20"]);
  expect(options({ recalls: [0.9, 0] })).toEqual(["--balanced"]);
  expect(options({ recalls: [0.9, 0], balanced: true })).toEqual([]);
  // Not of a class that is no rarer than the others, nor of one with hardly a test text.
  expect(options({ recalls: [0.9, 0], supports: [50, 45] })).toEqual([]);
  expect(options({ recalls: [0.9, 0], supports: [50, 2] })).toEqual([]);
  expect(classifierAdvice(classification({ recalls: [0.9, 0] }))[0]?.says).toContain(
    "No text of “class 1” was found",
  );
});
