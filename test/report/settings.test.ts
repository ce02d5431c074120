// Settings of models as people read them.

import { expect, test } from "vitest";
import { settingName, settingTerms, settingText } from "../../src/report/settings.ts";

test("names in words", () => {
  expect(["batchSize", "seed", "oovToken", "ETS model", "validationSplit"].map(settingName)).toEqual([
    "Batch size",
    "Seed",
    "All others as",
    "ETS model",
    "Held out",
  ]);
});

test("numbers, yes and no, lists, configs", () => {
  expect([20000, 0.001, 1 / 3, true, false, "pre"].map(settingText)).toEqual([
    "20,000",
    "0.001",
    "0.3333",
    "yes",
    "no",
    "pre",
  ]);
  expect(settingText([1, 2])).toBe("1, 2");
  expect(settingText({ name: "words", numWords: 20000, lower: undefined })).toBe(
    "words (the most frequent 20,000)",
  );
  expect(settingText({ name: "characters" })).toBe("characters");
});

test("options and values that say little by themselves", () => {
  expect(settingTerms({ truncating: "pre", clip: 1 })).toEqual([
    ["Longer texts lose", "their beginning"],
    ["Longest gradient", "1"],
  ]);
});

test("what is undefined is left out", () => {
  expect(settingTerms({ learningRate: 0.01, length: undefined })).toEqual([["Learning rate", "0.01"]]);
});
