// Saving and loading n-gram models.

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "../../../../src/tensor/random.ts";
import { loadNGramModel } from "../../../../src/text/language/n-gram/load-n-gram-model.ts";
import { fitNGramModel } from "../../../../src/text/language/n-gram/n-gram-model.ts";
import { fitCharacters } from "../../../../src/text/tokenizers/characters.ts";
import { fitWords } from "../../../../src/text/tokenizers/words.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-n-gram-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const sam = ["I am Sam", "Sam I am", "I do not like green eggs and ham"];

test("a small model is readable, one n-gram in a line, and comes back as it was", async () => {
  const tokenizer = await fitWords({ filters: "", lower: false }, sam);
  const model = await fitNGramModel(tokenizer, sam, {
    order: 3,
    smoothing: { name: "kneserNey", discount: 0.6 },
  });
  const path = join(folder, "sam");
  await model.save(path);
  expect(await readdir(path)).toEqual(["n-gram.json"]);
  const lines = (await readFile(join(path, "n-gram.json"), "utf8")).split("\n").map((line) => line.trim());
  expect(lines).toContain('["<s>","I",2],');
  expect(lines).toContain('["I","am","</s>",1],');
  const loaded = await loadNGramModel(path);
  expect(loaded.order).toBe(3);
  expect(loaded.smoothing).toEqual({ name: "kneserNey", discount: 0.6 });
  for (const text of ["I am ham", "Sam I am", "eggs"])
    expect(await loaded.score(text)).toEqual(await model.score(text));
  expect(loaded.nGrams(3)).toEqual(model.nGrams(3));
});

test("tokens that look like boundaries, spaces and quotes come back", async () => {
  const lines = ['a "b" c\t', "c b a"];
  const characters = await fitCharacters({}, lines);
  const model = await fitNGramModel(characters, lines, { order: 3, boundaries: false, smoothing: "addK" });
  await model.save(join(folder, "characters"));
  const loaded = await loadNGramModel(join(folder, "characters"));
  expect(loaded.boundaries).toBe(false);
  expect(await loaded.score('b" a')).toEqual(await model.score('b" a'));

  const words = await fitWords({ filters: "", lower: false }, ["<s> x </s>"]);
  const odd = await fitNGramModel(words, ["<s> x </s>"], { order: 2 });
  await odd.save(join(folder, "odd"));
  expect(await (await loadNGramModel(join(folder, "odd"))).score("<s> x")).toEqual(await odd.score("<s> x"));
});

test("a large model keeps its counts beside it, and comes back as it was", async () => {
  const draws = new Random(2).integers([30_000], 0, 300).data as Int32Array;
  const text = Array.from(draws, (draw) => `w${draw}`).join(" ");
  const tokenizer = await fitWords({}, [text]);
  const model = await fitNGramModel(tokenizer, [text], { order: 2, boundaries: false });
  const path = join(folder, "large");
  await model.save(path);
  expect((await readdir(path)).sort()).toEqual(["counts.safetensors", "n-gram.json"]);
  const loaded = await loadNGramModel(path);
  const sample = text.slice(0, 2000);
  expect(await loaded.score(sample)).toEqual(await model.score(sample));

  const counts = join(path, "counts.safetensors");
  const bytes = await readFile(counts);
  bytes[bytes.length - 5] = (bytes.at(-5) ?? 0) ^ 1;
  await writeFile(counts, bytes);
  await expect(loadNGramModel(path)).rejects.toThrow(/counts.safetensors is not the file that was saved/);
});

test("files that are no model are refused, and say so", async () => {
  const tokenizer = await fitWords({}, sam);
  const model = await fitNGramModel(tokenizer, sam, { order: 2 });
  const path = join(folder, "altered");
  await model.save(path);
  const file = join(path, "n-gram.json");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace('["i",3]', '["i",4]'));
  await expect(loadNGramModel(path)).rejects.toThrow(/does not have the checksum/);
  await writeFile(file, text.slice(0, 100));
  await expect(loadNGramModel(path)).rejects.toThrow(/is not JSON/);
  await writeFile(file, text.replace('"version": 1', '"version": 2'));
  await expect(loadNGramModel(path)).rejects.toThrow(/is of version 2 of the format/);
  await writeFile(file, '{"format": "recurra-model"}');
  await expect(loadNGramModel(path)).rejects.toThrow(/is no n-gram model: format/);
  await expect(loadNGramModel(join(folder, "nothing"))).rejects.toMatchObject({ code: "file-not-found" });
});
