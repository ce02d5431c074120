// chrF against sacreBLEU.

import { expect, test } from "vitest";
import { type ChrfOptions, corpusChrf, sentenceChrf } from "../../../src/text/metrics/chrf.ts";

const compared = {
  hypotheses: ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."],
  references: [
    ["The dog bit the man.", "The dog had bit the man."],
    ["It was not unexpected.", "No one was surprised."],
    ["The man bit him first.", "The man had bitten the dog."],
  ],
};
const mixed = { hypothesis: "(hi) 你好", references: ["hi, 你好 there"] };

// sacrebleu 2.6.0: CHRF(**options).corpus_score of the first, sentence_score of the second.
const cases: readonly (readonly [ChrfOptions, number, number, string, string])[] = [
  [
    {},
    59.72751782684763,
    11.313131313131313,
    "chrF2",
    "nrefs:2|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0",
  ],
  [
    { wordOrder: 2 },
    59.15310444399262,
    11.791845493562233,
    "chrF2++",
    "nrefs:2|case:mixed|eff:yes|nc:6|nw:2|space:no|version:2.6.0",
  ],
  [
    { whitespace: true },
    65.8764867358276,
    14.431890675888932,
    "chrF2",
    "nrefs:2|case:mixed|eff:yes|nc:6|nw:0|space:yes|version:2.6.0",
  ],
  [
    { epsilonSmoothing: true },
    59.72734693786311,
    11.311417462000714,
    "chrF2",
    "nrefs:2|case:mixed|eff:no|nc:6|nw:0|space:no|version:2.6.0",
  ],
  [
    { lowercase: true, beta: 1, characterOrder: 4, wordOrder: 1 },
    66.55371567165982,
    21.496332518337407,
    "chrF1+",
    "nrefs:2|case:lc|eff:yes|nc:4|nw:1|space:no|version:2.6.0",
  ],
];

for (const [options, corpus, sentence, name, signature] of cases) {
  test(JSON.stringify(options), () => {
    const found = corpusChrf(compared, options);
    expect(found.score).toBeCloseTo(corpus, 10);
    expect(found).toMatchObject({ name, signature });
    expect(sentenceChrf(mixed, options).score).toBeCloseTo(sentence, 10);
  });
}

test("the same text is 100, nothing in common and nothing at all are 0", () => {
  expect(sentenceChrf({ hypothesis: "a b c", references: ["a b c"] }).score).toBeCloseTo(100, 10);
  expect(sentenceChrf({ hypothesis: "xyz", references: ["abc"] }).score).toBe(0);
  expect(sentenceChrf({ hypothesis: "", references: ["abc"] }).score).toBe(0);
});

test("unknown options are refused", () => {
  expect(() => corpusChrf(compared, { charOrder: 3 } as ChrfOptions)).toThrow(/no option "charOrder"/);
  expect(() => corpusChrf(compared, { characterOrder: 0 })).toThrow(
    /characterOrder is to be a positive whole number/,
  );
});
