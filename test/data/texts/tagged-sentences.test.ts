// CoNLL files: sentences of tokens with their tags.

import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  type ReadTaggedOptions,
  readTaggedSentences,
} from "../../../src/data/texts/read-tagged-sentences.ts";
import { fromIob1, schemeOf, tagFault } from "../../../src/data/texts/tag-scheme.ts";
import { temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const read = async (content: string | Uint8Array, options: ReadTaggedOptions = {}) =>
  readTaggedSentences(await folder.file("a.conll", content), options);

// The first sentences of CoNLL-2003's English training data, in its columns.
const CONLL = `-DOCSTART- -X- -X- O

EU NNP B-NP B-ORG
rejects VBZ B-VP O
German JJ B-NP B-MISC
call NN I-NP O

Peter NNP B-NP B-PER
Blackburn NNP I-NP I-PER
`;

test("columns by number, documents and white space", async () => {
  const { sentences, rows, tags, scheme, rowName } = await read(CONLL);
  expect(sentences).toEqual([
    { tokens: ["EU", "rejects", "German", "call"], tags: ["B-ORG", "O", "B-MISC", "O"] },
    { tokens: ["Peter", "Blackburn"], tags: ["B-PER", "I-PER"] },
  ]);
  expect([...rows]).toEqual([3, 8]);
  expect(rowName(1)).toBe("line 8");
  expect(scheme).toBe("BIO");
  expect(tags).toEqual(["B-MISC", "B-ORG", "B-PER", "I-PER", "O"]);
  const speech = await read(CONLL, { tag: 2 });
  expect([speech.scheme, speech.sentences[1]?.tags]).toEqual(["none", ["NNP", "NNP"]]);
  expect(speech.notes[0]).toContain("are not checked");
});

test("tabs, Windows line ends, gzip, tokens with spaces and without letters", async () => {
  const tsv = "New York\tB-LOC\r\n#\tO\r\n \r\n\u00a0\u200b#1\tO\r\n# \tO";
  for (const content of [tsv, gzipSync(tsv)]) {
    const { sentences } = await read(content);
    expect(sentences).toEqual([
      { tokens: ["New York", "#"], tags: ["B-LOC", "O"] },
      { tokens: ["\u00a0\u200b#1", "# "], tags: ["O", "O"] },
    ]);
  }
});

test("CoNLL-U: comments, words of two tokens, the universal part of speech", async () => {
  const rows = ["1-2\tvámonos\t_", "1\tvamos\tVERB", "2\tnos\tPRON"].map((row) => {
    const [id, form, tag] = row.split("\t");
    return [id, form, form, tag, "_", "_", "_", "_", "_", "_"].join("\t");
  });
  const { sentences } = await read(`# sent_id = 1\n# text = vámonos\n${rows.join("\n")}\n\n`);
  expect(sentences).toEqual([{ tokens: ["vamos", "nos"], tags: ["VERB", "PRON"] }]);
});

describe("tags that do not fit", () => {
  test.each([
    [
      "EU I-ORG\nsaid O\n\nFine B-PER\n",
      "a.conll, line 1: the tag I-ORG follows O, and a span begins with B-ORG.",
    ],
    ["EU B-ORG\nsaid I-PER\n", "a.conll, line 2: the tag I-PER follows B-ORG, and a span begins with B-PER."],
    [
      "EU B-ORG\nsaid E-ORG\nno B-PER\nyes O\n",
      "line 3: the span of the tag B-PER does not end: wanted E-PER, or S-PER for a single token.",
    ],
    ["EU S-ORG\nsaid E-ORG\n", "line 2: the tag E-ORG follows S-ORG, and a span begins with B-ORG."],
  ])("%#", async (content, message) => {
    await expect(read(content)).rejects.toMatchObject({
      code: "tag",
      message: expect.stringContaining(message),
    });
  });

  test("are left out by the sentence, or read as IOB1", async () => {
    const content = "EU I-ORG\nsaid O\n\nMrs B-PER\nX I-PER\n";
    const { sentences, skipped } = await read(content, { onError: "skip" });
    expect(sentences).toHaveLength(1);
    expect(skipped).toEqual([
      {
        row: 1,
        code: "tag",
        reason: "line 1: the tag I-ORG follows O, and a span begins with B-ORG; the sentence is left out.",
      },
    ]);
    const older = await read(content, { scheme: "IOB1" });
    expect(older.sentences[0]?.tags).toEqual(["B-ORG", "O"]);
    expect(older.scheme).toBe("BIO");
  });

  test("in a scheme that is asked for", async () => {
    await expect(read("EU ORG\n", { scheme: "BIO" })).rejects.toThrow(
      'line 1: the tag "ORG" is none of BIO: wanted O, or B, I, a dash and a type.',
    );
  });
});

test("schemes are told from the tags there are", () => {
  expect(schemeOf(["O", "B-A", "I-A"])).toBe("BIO");
  expect(schemeOf(["O", "B-A", "E-A"])).toBe("BIOES");
  expect(schemeOf(["O", "NN"])).toBe("none");
  expect(schemeOf(["O", "O"])).toBe("none");
});

test("IOB1 in BIO, as Tjong Kim Sang and Veenstra (1999) define the two", () => {
  // Two spans of a type side by side: only there IOB1 has B.
  expect(fromIob1(["I-NP", "I-NP", "B-NP", "O", "I-NP", "I-VP"])).toEqual([
    "B-NP",
    "I-NP",
    "B-NP",
    "O",
    "B-NP",
    "B-VP",
  ]);
  expect(tagFault(["B-A", "I-A", "O"], "BIO")).toBeUndefined();
  expect(tagFault(["B-A", "I-A", "E-A", "S-B", "O", "B-C", "E-C"], "BIOES")).toBeUndefined();
});

test("files that are no CoNLL", async () => {
  await expect(read("EU\nsaid\n")).rejects.toThrow(
    "Cannot read a.conll: line 1 has one column. Wanted a token and its tag in each line, separated by a tab or a space, and an empty line between sentences.",
  );
  await expect(read("EU O\nsaid\n")).rejects.toThrow(
    "a.conll, line 2: it has 1 column, separated by spaces, and the first line has 2. Correct it, or leave such sentences out with --on-error skip.",
  );
  await expect(read("EU O\n", { tag: 4 })).rejects.toThrow("There is no column 4 in a.conll: line 1 has 2.");
  await expect(read("EU\tO\n\tO\n")).rejects.toThrow("line 2: the token is empty.");
  await expect(read("-DOCSTART- O\n\n")).rejects.toThrow("Cannot read a.conll: it holds no sentence.");
  await expect(read(Buffer.from("caf\u00e9 O\n", "latin1"))).rejects.toThrow(
    "line 1: byte 3 (0xe9) is not UTF-8.",
  );
  expect(
    (await read(Buffer.from("caf\u00e9 O\n", "latin1"), { onError: "replace" })).sentences[0]?.tokens,
  ).toEqual(["caf\ufffd"]);
});
