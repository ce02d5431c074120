// Rows that are read to be written again: all columns beside the texts, and rows without a text or a label.

import { expect, test } from "vitest";
import { readTexts } from "../../../src/data/texts/read-texts.ts";

const bytesOf = (text: string) => ({
  bytes: (async function* () {
    yield new TextEncoder().encode(text);
  })(),
});

test("all columns beside texts and labels, and rows without a text where they are wanted", async () => {
  const text = "id,label,text,date\n7,good,a fine film,Monday\n8,bad,,Tuesday\n";
  const { texts, labels, columns, rows } = await readTexts(bytesOf(text), {
    columns: "all",
    keepEmpty: true,
  });
  expect(texts).toEqual(["a fine film", ""]);
  expect(labels).toEqual(["good", "bad"]);
  expect(columns).toEqual({ id: ["7", "8"], date: ["Monday", "Tuesday"] });
  expect([...rows]).toEqual([2, 3]);
  await expect(readTexts(bytesOf(text), { columns: "all" })).rejects.toThrow("the text is empty");
});

test("rows without a label, where they are wanted; a column of none is none of labels", async () => {
  const options = { label: "label", keepUnlabelled: true };
  const text = "label,text\ngood,a fine film\n,a dull film\n";
  expect((await readTexts(bytesOf(text), options)).labels).toEqual(["good", ""]);
  await expect(readTexts(bytesOf(text), { label: "label" })).rejects.toThrow("the label is missing");
  const bare = await readTexts(bytesOf(text.replace("good", "")), options);
  expect([bare.texts.length, bare.labels]).toEqual([2, undefined]);
  // A cell of none of several labels is one of them all the same; a list is told from nothing.
  const several = await readTexts(bytesOf(text), { ...options, labelSeparator: "|" });
  expect(several.labels).toEqual([["good"], []]);
  const lists = '{"text":"a fine film","label":["good"]}\n{"text":"a dull film","label":null}\n';
  expect((await readTexts(bytesOf(lists), options)).labels).toEqual([["good"], ""]);
});

test("plain text has no columns to keep", async () => {
  const { texts, columns } = await readTexts(bytesOf("a fine film\na dull film\n"), { columns: "all" });
  expect([texts.length, columns]).toEqual([2, {}]);
});
