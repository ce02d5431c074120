// When it is advised to train longer.

import { expect, test } from "vitest";
import { adviceLine, moreEpochs } from "../../../src/text/report/epoch-advice.ts";

test("longer is advised where the last epoch was the best of what is held out", () => {
  const lineOf = (heldOut: number, bestEpoch: number, epochs: number) => {
    const advice = moreEpochs({ heldOut, bestEpoch }, epochs);
    return advice && adviceLine(advice);
  };
  expect(lineOf(10, 30, 30)).toBe(
    "The last of 30 epochs was the best: with more of them it may do better (--epochs 60).",
  );
  expect(lineOf(10, 1, 1)).toBe("One epoch is little: with more of them it may do better (--epochs 2).");
  expect(lineOf(10, 29, 30)).toBeUndefined();
  // Without held-out rows no epoch is better than another.
  expect(lineOf(0, 30, 30)).toBeUndefined();
  expect(moreEpochs(undefined, 30)).toBeUndefined();
});
