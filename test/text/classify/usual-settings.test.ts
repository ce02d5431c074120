// What follows from the texts: how they are cut, how long is trained, how many tokens are read.

import { expect, test } from "vitest";
import { textClassifierSettings } from "../../../src/text/classify/settings.ts";
import { rowLength } from "../../../src/text/classify/text-rows.ts";
import { trainTextClassifier } from "../../../src/text/classify/train-text-classifier.ts";
import { usualNetwork, usualSettings, usualWords } from "../../../src/text/classify/usual-settings.ts";
import { textTableSettings } from "../../../src/text/table/settings.ts";

const many = (count: number, text = "a film of rare beauty") => Array.from({ length: count }, () => text);

test("few texts are gone through more often, with more patience; many as ever", () => {
  // 13 steps a pass: 800 / 13 is 62, of which 60 are allowed.
  expect(usualSettings({ name: "lstm" }, many(400))).toMatchObject({ epochs: 60, patience: 5 });
  // 63 steps a pass: 800 / 63 = 12.7.
  expect(usualSettings({ name: "lstm" }, many(2000))).toMatchObject({ epochs: 13, patience: 2 });
  expect(usualSettings({ name: "lstm" }, many(20_000))).toMatchObject({ epochs: 10, patience: 2 });
  expect(usualSettings({ name: "lstm", epochs: 3, patience: 1 }, many(400))).toMatchObject({
    epochs: 3,
    patience: 1,
  });
});

test("words are parted at spaces where there are any", () => {
  const name = (text: string) => usualWords(many(30, text)).name;
  expect(name("The parcel never came. 😀")).toBe("words");
  expect(name("#المحكمة_الدستورية ننتظر استقالة")).toBe("words");
  expect(name("Acme™ sells 電池 and lamps, all of them in boxes of ten")).toBe("words");
  expect(name("这家餐厅的服务很好")).toBe("unicode-words");
  expect(name("この映画はとても面白かった")).toBe("unicode-words");
  expect(usualWords(many(30, "great film😀😀 again"))).toMatchObject({
    name: "unicode-words",
    punctuation: true,
  });
  expect(usualSettings({ name: "mlp" }, many(30, "这家餐厅的服务很好")).tokenizer).toEqual({
    name: "unicode-words",
    numWords: 20_000,
    oovToken: "<unknown>",
  });
});

test("a few texts without spaces among many are enough, a word or two of theirs is not", () => {
  const mixed = (share: number) =>
    many(200, "השירות היה טוב").map((text, n) => (n < share * 200 ? "服务很好" : text));
  expect(usualWords(mixed(0.04))).toMatchObject({ name: "words" });
  expect(usualWords(mixed(0.05))).toMatchObject({
    name: "unicode-words",
    reason: "5 % of these texts are written without spaces between words",
  });
  expect(usualWords(mixed(1)).reason).toBe("these texts are written without spaces between words");
});

test("punctuation of any script parts the words that are found where no tokeniser is named", () => {
  expect(usualSettings({ name: "mlp" }, many(30)).tokenizer).toMatchObject({ name: "words", unicode: true });
  expect(textClassifierSettings({ name: "mlp" }).tokenizer).toMatchObject({ unicode: true });
  expect(textTableSettings({ name: "mlp" }).tokenizer).toMatchObject({ unicode: true });
});

test("no more tokens are read than the longest text has", () => {
  expect(rowLength(5000, [3, 43, 7])).toBe(43);
  expect(rowLength(100_000_000, [])).toBe(1);
  expect(rowLength(5, [3, 43, 7])).toBe(5);
  expect(rowLength(undefined, [3, 43, 7])).toBe(43);
});

test("the network that is taken follows from how many texts there are", async () => {
  expect([usualNetwork(4999), usualNetwork(5000)]).toEqual(["mlp", "lstm"]);
  const texts = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? "a dull film" : "a fine film"));
  const model = await trainTextClassifier({ texts, labels: texts.map((_, i) => i % 2) });
  expect(model.config).toMatchObject({ name: "mlp", epochs: 60, tokenizer: { name: "words" } });
});
