// splitLikeGpt2: the same parts as GPT-2's regular expression.

import fc from "fast-check";
import { expect, test } from "vitest";
import { splitLikeGpt2 } from "../../../../src/text/tokenizers/bpe/gpt2-split.ts";

// The pattern of GPT-2's encoder.py; its \s is Unicode's white space, which JavaScript's is not quite.
const pattern =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

function parts(text: string): string[] {
  const found: string[] = [];
  splitLikeGpt2(text, (source, from, to) => found.push(source.slice(from, to)));
  return found;
}

test.each<[string, string[]]>([
  ["They've  said it's 42!", ["They", "'ve", " ", " said", " it", "'s", " 42", "!"]],
  ["a\n\n  b", ["a", "\n\n ", " b"]],
  [" 's 'S don't", [" '", "s", " '", "S", " don", "'t"]],
])("%j", (text, expected) => {
  expect(parts(text)).toEqual(expected);
});

test("any text", () => {
  const piece = fc.constantFrom(
    "'",
    "s",
    "re",
    "ll",
    " ",
    "  ",
    "\n",
    "\u0085",
    "\uFEFF",
    "7",
    "é",
    "日本",
    "👩‍👧",
    "!",
    "\uD800",
    "Ⅷ",
    "ve",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(piece).map((all) => all.join("")),
      ),
      (text) => {
        expect(parts(text)).toEqual(text.match(pattern) ?? []);
      },
    ),
    { numRuns: 300, seed: 5 },
  );
});
