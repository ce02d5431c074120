// BLEU against sacreBLEU.

import { describe, expect, test } from "vitest";
import { type BleuOptions, corpusBleu, formatBleu, sentenceBleu } from "../../../src/text/metrics/bleu.ts";
import { type BleuTokenizer, bleuTokenizers } from "../../../src/text/metrics/bleu-tokenizers.ts";

// The example of sacreBLEU's README. All numbers and signatures: sacrebleu 2.6.0, BLEU(**options).corpus_score and sentence_score.
const compared = {
  hypotheses: ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."],
  references: [
    ["The dog bit the man.", "The dog had bit the man."],
    ["It was not unexpected.", "No one was surprised."],
    ["The man bit him first.", "The man had bitten the dog."],
  ],
};

describe("of a corpus", () => {
  const cases: readonly (readonly [BleuOptions, number, string])[] = [
    [{}, 48.530827009929865, "nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0"],
    [{ tokenize: "intl" }, 43.91623493336995, "nrefs:2|case:mixed|eff:no|tok:intl|smooth:exp|version:2.6.0"],
    [{ tokenize: "char" }, 72.61064153440596, "nrefs:2|case:mixed|eff:no|tok:char|smooth:exp|version:2.6.0"],
    [{ tokenize: "none" }, 49.19195660047277, "nrefs:2|case:mixed|eff:no|tok:none|smooth:exp|version:2.6.0"],
    [{ lowercase: true }, 48.530827009929865, "nrefs:2|case:lc|eff:no|tok:13a|smooth:exp|version:2.6.0"],
    [
      { smoothing: "floor" },
      48.530827009929865,
      "nrefs:2|case:mixed|eff:no|tok:13a|smooth:floor[0.10]|version:2.6.0",
    ],
    [
      { smoothing: "add-k" },
      52.70109002482467,
      "nrefs:2|case:mixed|eff:no|tok:13a|smooth:add-k[1.00]|version:2.6.0",
    ],
    [
      { smoothing: "none" },
      48.530827009929865,
      "nrefs:2|case:mixed|eff:no|tok:13a|smooth:none|version:2.6.0",
    ],
  ];
  for (const [options, score, signature] of cases) {
    test(JSON.stringify(options), () => {
      const found = corpusBleu(compared, options);
      expect(found.score).toBeCloseTo(score, 10);
      expect(found.signature).toBe(signature);
    });
  }

  test("what it is made of, and how it is printed", () => {
    const score = corpusBleu(compared);
    expect(score).toMatchObject({ correct: [14, 7, 5, 3], total: [17, 14, 11, 8] });
    expect(formatBleu(score)).toBe(
      "BLEU = 48.53 82.4/50.0/45.5/37.5 (BP = 0.943 ratio = 0.944 hyp_len = 17 ref_len = 18)",
    );
  });

  test("clipped precision: Papineni's the the the", () => {
    // Papineni et al. 2002, section 2.1: the modified unigram precision is 2/7.
    const hypotheses = ["the the the the the the the"];
    const references = [["the cat is on the mat", "there is a cat on the mat"]];
    const { precisions, score } = corpusBleu({ hypotheses, references }, { smoothing: "none" });
    expect(precisions[0]).toBeCloseTo(200 / 7, 10);
    expect(score).toBe(0);
  });
});

describe("of a sentence", () => {
  const values = { exp: 10.27399780837539, floor: 5.167547320296168, "add-k": 24.435822586484743, none: 0 };
  for (const [smoothing, score] of Object.entries(values)) {
    test(smoothing, () => {
      const options = { smoothing } as BleuOptions;
      const cat = { hypothesis: "the cat sat on a mat", references: ["there is a cat on the mat"] };
      expect(sentenceBleu(cat, options).score).toBeCloseTo(score, 10);
      // Shorter than four words: what there is counts.
      const short = { hypothesis: "the cat", references: ["the cat sat"] };
      expect(sentenceBleu(short, options).score).toBeCloseTo(60.653065971263366, 10);
    });
  }

  test("another language, by each tokeniser", () => {
    const segment = {
      hypothesis: "Il costa 1,234.5 €, c'est-à-dire 50% — bon marché?",
      references: ["Ça coûte 1,234.5 €, c'est-à-dire 50 % — bon marché!"],
    };
    const scores = {
      "13a": 71.02992180127417,
      intl: 81.72460049207132,
      char: 83.11015840965572,
      none: 19.969395881889398,
    };
    for (const [tokenize, score] of Object.entries(scores))
      expect(sentenceBleu(segment, { tokenize: tokenize as BleuTokenizer }).score).toBeCloseTo(score, 10);
  });
});

test("tokens of 13a and intl", () => {
  const line = "Il costa 1,234.5 €, c'est-à-dire 50% — bon marché?";
  expect(bleuTokenizers["13a"](line).join(" ")).toBe("Il costa 1,234.5 € , c'est-à-dire 50 % — bon marché ?");
  expect(bleuTokenizers.intl(line).join(" ")).toBe(
    "Il costa 1,234.5 € , c ' est - à - dire 50 % — bon marché ?",
  );
  expect(bleuTokenizers["13a"]("a &amp; b<skipped> &quot;3-4&quot; end-\nless").join(" ")).toBe(
    'a & b " 3 - 4 " endless',
  );
  expect(bleuTokenizers["13a"]("")).toEqual([]);
});

test("signatures tell how many references there are", () => {
  const signature = (references: (string | string[])[]) =>
    corpusBleu({ hypotheses: ["a", "b"], references }).signature;
  expect(signature(["a", "b"])).toMatch(/^nrefs:1\|/);
  expect(signature([["a", "c"], "b"])).toMatch(/^nrefs:var\|/);
});

test("nothing in common is 0, and so is nothing at all", () => {
  expect(corpusBleu({ hypotheses: ["x y"], references: ["a b"] }).score).toBe(0);
  expect(sentenceBleu({ hypothesis: "", references: ["a b"] }).score).toBe(0);
});

test("what cannot be compared is named", () => {
  expect(() => corpusBleu({ hypotheses: ["a"], references: [] })).toThrow(
    /1 hypotheses and references for 0/,
  );
  expect(() => corpusBleu({ hypotheses: [], references: [] })).toThrow(/at least one/);
  expect(() => corpusBleu({ hypotheses: ["a"], references: [[]] })).toThrow(/text 0 has no references/);
  expect(() => corpusBleu({ hypotheses: [1 as unknown as string], references: ["a"] })).toThrow(
    /text 0 is 1 with references "a"/,
  );
  expect(() => corpusBleu(compared, { tokenize: "zh" as BleuTokenizer })).toThrow(
    /tokenize is to be one of "13a", "intl", "char", "none"/,
  );
  expect(() => corpusBleu(compared, { smooth: "exp" } as BleuOptions)).toThrow(/no option "smooth"/);
});
