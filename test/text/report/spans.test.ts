// What reports of taggers say of spans: tags from memory, kinds of errors, confusions, wrong sentences, formats. By hand.

import { expect, test } from "vitest";
import { spanErrors, tokenConfusion } from "../../../src/text/report/span-errors.ts";
import { rememberedTags } from "../../../src/text/report/span-lookup.ts";
import { coloursOf, taggedLines } from "../../../src/text/report/tagged-text.ts";
import { spansOf, spanText, toldText } from "../../../src/text/report/told-tags.ts";
import type { Tagging } from "../../../src/text/report/train-tagging.ts";
import { wrongSentences } from "../../../src/text/report/wrong-sentences.ts";

const sentence = (text: string) => {
  const pairs = text.split(" ").map((pair) => pair.split("/"));
  return { tokens: pairs.map(([token = ""]) => token), tags: pairs.map(([, tag = "O"]) => tag) };
};

test("memory marks the longest stretch that was a span, with its most frequent type", () => {
  const training = [
    "New/B-place York/I-place is/O",
    "York/B-person said/O",
    "York/B-person left/O York/B-place",
  ].map(sentence);
  const [tags] = rememberedTags(training, [sentence("in New York York met")], "BIO");
  expect(tags).toEqual(["O", "B-place", "I-place", "B-person", "O"]);
  const [ends] = rememberedTags(training, [sentence("New York York")], "BIOES");
  expect(ends).toEqual(["B-place", "E-place", "S-person"]);
});

test("memory of tags that mark no spans: the most frequent of the word, and of all for one never seen", () => {
  const training = ["the/DET run/NOUN", "run/VERB the/DET run/VERB"].map(sentence);
  expect(rememberedTags(training, [sentence("the run stops")], "none")).toEqual([["DET", "VERB", "DET"]]);
});

test("each true span has one fate, and what was marked elsewhere is invented", () => {
  const actual = [
    ["B-a", "I-a", "O", "B-a", "O", "B-b", "I-b"],
    ["B-a", "O", "B-b", "I-b"],
  ];
  const predicted = [
    ["B-a", "I-a", "O", "O", "B-b", "B-a", "I-a"],
    ["B-a", "I-a", "O", "B-a"],
  ];
  // By hand: [0,2) a right; [3,4) a missed, [4,5) b invented; [5,7) b as a; then a [0,1) as [0,2), b [2,4) as a [3,4).
  expect(spanErrors(actual, predicted)).toEqual({
    right: 1,
    type: 1,
    extent: 1,
    both: 1,
    missed: 1,
    invented: 1,
  });
});

test("confusions are of types, with O last; or of tags", () => {
  const found = tokenConfusion([["O", "B-a", "I-a", "B-b"]], [["O", "B-a", "B-b", "O"]], true);
  expect(found.kinds).toEqual(["a", "b", "O"]);
  expect(found.counts).toEqual([
    [1, 1, 0],
    [0, 0, 1],
    [0, 0, 1],
  ]);
  expect(tokenConfusion([["X", "O"]], [["O", "O"]], false).kinds).toEqual(["O", "X"]);
});

const tagger = { tags: ["B-a", "I-a", "O"], scheme: "BIO" } as const;
// prettier: [T, K]
const shares = Float32Array.from([0.75, 0.125, 0.125, 0.25, 0.5, 0.25, 0, 0, 1]);

test("a span is as sure as its least sure token", () => {
  expect(spansOf(tagger, ["B-a", "I-a", "O"], shares)).toEqual([
    { type: "a", from: 0, to: 2, probability: 0.5 },
  ]);
});

test("told spans in three formats, with their places in the text", () => {
  const told = {
    text: "New  York, yes",
    tokens: ["New", "York", ",", "yes"],
    starts: Int32Array.from([0, 5, 9, 11]),
    tags: ["B-a", "I-a", "O", "O"],
    spans: [{ type: "a", from: 0, to: 2, probability: 0.5 }],
  };
  expect(spanText(told, { from: 0, to: 2, type: "a", probability: 1 })).toBe("New  York");
  expect(toldText([told], "conll")).toBe("New\tB-a\nYork\tI-a\n,\tO\nyes\tO\n\n");
  expect(toldText([told], "csv")).toBe(
    "sentence,first_token,last_token,type,probability,text\n1,1,2,a,0.5,New  York\n",
  );
  expect(JSON.parse(toldText([told], "jsonl")).spans).toEqual([
    { type: "a", text: "New  York", from: 0, to: 2, start: 0, end: 9, probability: 0.5 },
  ]);
});

test("wrong sentences come by the probability of the wrong tag, with what both lines share", () => {
  const found = wrongSentences(
    {
      tagger,
      test: [
        { tokens: ["x", "y", "z"], tags: ["B-a", "I-a", "O"] },
        { tokens: ["x", "y", "z"], tags: ["B-a", "O", "O"] },
        { tokens: ["x", "y", "z"], tags: ["O", "O", "O"] },
      ],
      predicted: [
        ["B-a", "I-a", "O"],
        ["B-a", "I-a", "O"],
        ["B-a", "I-a", "O"],
      ],
      probabilities: [shares, shares, shares],
    } as unknown as Tagging,
    5,
  );
  expect(found.map(({ row, sureness }) => [row, sureness])).toEqual([
    [2, 0.75],
    [1, 0.5],
  ]);
  expect(found[1]?.actual).toEqual([{ type: "a", from: 0, to: 1, isShared: false }]);
});

test("coloured lines hold their tokens as text, and a long sentence is cut around what is odd", () => {
  const tokens = Array.from({ length: 200 }, (_, i) => (i === 150 ? "<b>&" : `w${i}`));
  const span = { type: "a", from: 150, to: 151, probability: 0.5, isShared: false };
  const html = taggedLines(tokens, [{ head: "told", spans: [span] }], coloursOf(["a"]));
  expect(html).toContain(
    '<mark class="hue0 odd" title="a: 0.500"><bdi>&lt;b&gt;&amp;</bdi><small>a</small></mark>',
  );
  expect(html).toContain("… <bdi>w130</bdi>");
  expect(html).not.toContain("w129<");
});
