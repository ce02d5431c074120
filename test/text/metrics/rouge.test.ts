// ROUGE: the cases of Lin's paper and of rouge-score's tests, and Porter's stems.

import { describe, expect, test } from "vitest";
import { porterStem } from "../../../src/text/metrics/porter-stemmer.ts";
import {
  corpusRouge,
  type RougeOptions,
  type RougeType,
  sentenceRouge,
} from "../../../src/text/metrics/rouge.ts";

const of = (reference: string, hypothesis: string, type: RougeType, options: RougeOptions = {}) =>
  sentenceRouge({ hypothesis, references: [reference] }, { ...options, types: [type] })[type];

test("longest common subsequences of Lin 2004, section 3.1", () => {
  const reference = "police killed the gunman";
  // "S2 has a ROUGE-L score of 3/4 = 0.75 and S3 has 2/4 = 0.5, with β = 1"; bigrams do not tell them apart.
  expect(of(reference, "police kill the gunman", "rougeL")?.f1Score).toBeCloseTo(0.75, 12);
  expect(of(reference, "the gunman kill police", "rougeL")?.f1Score).toBeCloseTo(0.5, 12);
  expect(of(reference, "the gunman police killed", "rougeL")?.f1Score).toBeCloseTo(0.5, 12);
  expect(of(reference, "police kill the gunman", "rouge2")?.f1Score).toBeCloseTo(1 / 3, 12);
  expect(of(reference, "the gunman kill police", "rouge2")?.f1Score).toBeCloseTo(1 / 3, 12);
});

test("the union of longest common subsequences of Lin 2004, section 3.2", () => {
  // "the union LCS score of r and C is 4/5"; rouge-score's testRougeLsum has precision 0.4 and F₁ 0.5333 of the same.
  const score = of("w1 w2 w3 w4 w5", "w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", "rougeLsum");
  expect(score?.recall).toBeCloseTo(0.8, 12);
  expect(score?.precision).toBeCloseTo(0.4, 12);
  expect(score?.f1Score).toBeCloseTo(0.5333, 4);
});

test("a word of the union counts no more often than it is in either text", () => {
  // Without that, both lines of the reference would hit the one "a b".
  expect(of("a b\na b", "a b", "rougeLsum")).toEqual({ precision: 1, recall: 0.5, f1Score: 2 / 3 });
});

test("the cases of rouge-score's tests", () => {
  // rouge-score (google-research), rouge_scorer_test.py at commit 066e6a1
  expect(of("testing one two", "testing", "rouge1")).toEqual({ precision: 1, recall: 1 / 3, f1Score: 0.5 });
  expect(of("testing one two", "testing one", "rouge2")).toEqual({
    precision: 1,
    recall: 0.5,
    f1Score: 2 / 3,
  });
  expect(of("testing one two", "testing two", "rougeL")).toEqual({
    precision: 1,
    recall: 2 / 3,
    f1Score: 0.8,
  });
  for (const type of ["rouge1", "rouge2", "rougeL", "rougeLsum"] as const) {
    for (const hypothesis of ["", "/"])
      expect(of("testing one two", hypothesis, type)).toEqual({ precision: 0, recall: 0, f1Score: 0 });
  }
});

test("words are small letters and digits; stems on request; other scripts by a splitter of one's own", () => {
  expect(of("The CATS' e-mail, 42.", "the cats e mail 42", "rouge2")?.f1Score).toBe(1);
  expect(of("he was running happily", "he was runs happy", "rouge1")?.recall).toBe(0.5);
  expect(of("he was running happily", "he was runs happy", "rouge1", { stem: true })?.recall).toBe(0.75); // happili is not happi
  expect(of("שלום עולם", "שלום עולם", "rouge1")?.f1Score).toBe(0);
  expect(of("שלום עולם", "שלום לך", "rouge1", { tokenize: (text) => text.split(" ") })?.f1Score).toBe(0.5);
});

test("of several references the best counts, of several texts the mean", () => {
  const scores = corpusRouge({
    hypotheses: ["a b", "c d"],
    references: [["x y", "a b c d"], "c x"],
  });
  expect(Object.keys(scores)).toEqual(["rouge1", "rouge2", "rougeL", "rougeLsum"]);
  expect(scores.rouge1?.precision).toBeCloseTo((1 + 0.5) / 2, 12);
  expect(scores.rouge1?.recall).toBeCloseTo((0.5 + 0.5) / 2, 12);
});

test("types that there are not are refused", () => {
  expect(() => of("a", "a", "rouge10" as RougeType)).toThrow(
    /types is to be a list of rouge1 to rouge9, rougeL, rougeLsum/,
  );
});

describe("Porter's stemmer", () => {
  // nltk 3.10.3: PorterStemmer().stem of the words, most of them examples of Porter 1980.
  const stems: Readonly<Record<string, string>> = {
    caresses: "caress",
    ponies: "poni",
    ties: "tie",
    caress: "caress",
    cats: "cat",
    feed: "feed",
    agreed: "agre",
    plastered: "plaster",
    bled: "bled",
    motoring: "motor",
    sing: "sing",
    conflated: "conflat",
    troubled: "troubl",
    sized: "size",
    hopping: "hop",
    tanned: "tan",
    falling: "fall",
    hissing: "hiss",
    fizzed: "fizz",
    failing: "fail",
    filing: "file",
    happy: "happi",
    sky: "sky",
    relational: "relat",
    conditional: "condit",
    rational: "ration",
    valenci: "valenc",
    digitizer: "digit",
    conformabli: "conform",
    radicalli: "radic",
    differentli: "differ",
    vileli: "vile",
    analogousli: "analog",
    vietnamization: "vietnam",
    predication: "predic",
    operator: "oper",
    feudalism: "feudal",
    decisiveness: "decis",
    hopefulness: "hope",
    callousness: "callous",
    formaliti: "formal",
    sensitiviti: "sensit",
    sensibiliti: "sensibl",
    triplicate: "triplic",
    formative: "form",
    formalize: "formal",
    electriciti: "electr",
    electrical: "electr",
    hopeful: "hope",
    goodness: "good",
    revival: "reviv",
    allowance: "allow",
    inference: "infer",
    airliner: "airlin",
    gyroscopic: "gyroscop",
    adjustable: "adjust",
    defensible: "defens",
    irritant: "irrit",
    replacement: "replac",
    adjustment: "adjust",
    dependent: "depend",
    adoption: "adopt",
    communism: "commun",
    activate: "activ",
    angulariti: "angular",
    homologous: "homolog",
    effective: "effect",
    bowdlerize: "bowdler",
    probate: "probat",
    rate: "rate",
    cease: "ceas",
    controll: "control",
    roll: "roll",
    dying: "die",
    enjoyment: "enjoy",
    spied: "spi",
    died: "die",
    theologi: "theolog",
    skies: "sky",
    of: "of",
  };
  test("stems", () => {
    expect(Object.keys(stems).map((word) => [word, porterStem(word)])).toEqual(Object.entries(stems));
  });
});
