// Where tokens stand in a text: words, parts of words, other scripts, words that are not known.

import { expect, test } from "vitest";
import { placedTokens, segmentsOf } from "../../../src/text/inside/token-places.ts";
import { fitTokenizer, type TokenizerConfig } from "../../../src/text/tokenizers/registry.ts";

/** The tokens of a text between bars, with what stands between them. */
async function marked(config: TokenizerConfig, known: string, text: string): Promise<string> {
  const tokenizer = await fitTokenizer(config, [known]);
  return segmentsOf(text, placedTokens(text, tokenizer))
    .map(({ text: piece, token }) => (token === undefined ? piece : `[${token}:${piece}]`))
    .join("");
}

const unicode = { name: "unicode-words", oovToken: "<unknown>" } as const;

test.each<readonly [TokenizerConfig, string, string, string]>([
  [
    { name: "words" },
    "the art of film",
    "The artist: ART, of the film.",
    "[0:The] artist: [1:ART], [2:of] [3:the] [4:film]",
  ],
  [{ name: "words", oovToken: "<unknown>" }, "the film", "The dull film!", "[0:The] [1:dull] [2:film]"],
  [unicode, "القاهرة مدينة", "«القاهرة» مدينة كبيرة", "[0:القاهرة]» [1:مدينة] [2:كبيرة]"],
  [unicode, "我喜欢电影", "我喜欢电影", "[0:我][1:喜欢][2:电影]"],
  [{ name: "characters", lower: true }, "ab \n", "aB \nb", "[0:a][1:B][2: ][3:\n][4:b]"],
  [{ name: "bpe", vocabularySize: 300 }, "low lower lowest low", "low lower", "[0:low] [1:lowe][2:r]"],
  [{ name: "word-piece", vocabularySize: 60 }, "low lower lowest low lower", "low xyz", "[0:low]"],
])("%j", async (config, known, text, wanted) => {
  expect(await marked(config, known, text)).toBe(wanted);
});

test("tokens that are not found in the text stand side by side", () => {
  const tokens = ["<s>", "ab"].map((text) => ({ id: 0, text, place: undefined }));
  expect(segmentsOf("something", tokens)).toEqual([
    { text: "<s>", token: 0 },
    { text: " " },
    { text: "ab", token: 1 },
  ]);
});
