// Scores of entities: seqeval's and conlleval's cases.

import { describe, expect, test } from "vitest";
import { type EntityOptions, entityReport, formatEntityReport } from "../../../src/text/metrics/entity-f1.ts";
import { entitiesOf, strictEntitiesOf } from "../../../src/text/metrics/entity-spans.ts";

const tags = (text: string) => text.split(" ");
const found = (spans: readonly { type: string; from: number; to: number }[]) =>
  spans.map(({ type, from, to }) => `${type} ${from}-${to}`);

describe("reports", () => {
  test("seqeval's example", () => {
    // seqeval, docstrings of f1_score and accuracy_score at commit 052db9f: F₁ 0.50, accuracy 0.80
    const yTrue = [tags("O O O B-MISC I-MISC I-MISC O"), tags("B-PER I-PER O")];
    const yPred = [tags("O O B-MISC I-MISC I-MISC I-MISC O"), tags("B-PER I-PER O")];
    const report = entityReport(yTrue, yPred);
    expect(report.micro).toEqual({ precision: 0.5, recall: 0.5, f1Score: 0.5, support: 2 });
    expect(report.accuracy).toBeCloseTo(0.8, 12);
    expect(report.classes.map(({ name, f1Score }) => [name, f1Score])).toEqual([
      ["MISC", 0],
      ["PER", 1],
    ]);
  });

  test("averages over types, also those that are predicted only", () => {
    // seqeval, tests/test_v1.py at commit 18f8688, TestClassificationReport
    for (const strict of [false, true]) {
      const report = entityReport([tags("B-A B-B O B-A")], [tags("O B-B B-C B-A")], { strict });
      expect(report.classes).toEqual([
        { name: "A", precision: 1, recall: 0.5, f1Score: 2 / 3, support: 2 },
        { name: "B", precision: 1, recall: 1, f1Score: 1, support: 1 },
        { name: "C", precision: 0, recall: 0, f1Score: 0, support: 0 },
      ]);
      expect(report.macro.f1Score).toBeCloseTo(0.5555555555555555, 12);
      expect(report.macro.precision).toBeCloseTo(2 / 3, 12);
      expect(report.micro.f1Score).toBeCloseTo(2 / 3, 12);
      expect(report.weighted.f1Score).toBeCloseTo(0.7777777777777777, 12);
      expect(report.weighted.precision).toBe(1);
    }
  });

  test("as a table", () => {
    const table = formatEntityReport(entityReport([tags("B-A B-B O B-A")], [tags("O B-B B-C B-A")]));
    const rows = table.split("\n").map((line) => line.trim().split(/ {2,}/));
    expect(rows[1]).toEqual(["A", "1.000", "0.500", "0.667", "2"]);
    expect(rows[4]).toEqual(["all entities", "0.667", "0.667", "0.667", "3"]);
    // The accuracy is that of tokens: none has its line among entities.
    expect(rows[5]).toEqual(["macro mean", expect.anything(), expect.anything(), expect.anything(), "3"]);
  });

  test("an entity of another type, or with a token more, is wrong", () => {
    const yTrue = [tags("B-PER I-PER O B-LOC")];
    expect(entityReport(yTrue, [tags("B-LOC I-LOC O B-LOC")]).micro.f1Score).toBe(0.5);
    expect(entityReport(yTrue, [tags("B-PER I-PER I-PER B-LOC")]).micro.f1Score).toBe(0.5);
  });

  test("faulty tags count where they are mended, and not where they are not", () => {
    const yTrue = [tags("B-PER I-PER O")];
    const yPred = [tags("I-PER I-PER O")];
    expect(entityReport(yTrue, yPred).micro.f1Score).toBe(1);
    expect(entityReport(yTrue, yPred, { strict: true }).micro.f1Score).toBe(0);
  });
});

describe("entities among tags", () => {
  test("as conlleval mends them", () => {
    expect(found(entitiesOf(tags("B-PER I-PER O B-LOC")))).toEqual(["PER 0-2", "LOC 3-4"]);
    expect(found(entitiesOf(tags("I-A I-A I-B B-B O I-A")))).toEqual(["A 0-2", "B 2-3", "B 3-4", "A 5-6"]);
    expect(found(entitiesOf(tags("B-A E-A I-A S-A S-A E-A E-A")))).toEqual([
      "A 0-2",
      "A 2-3",
      "A 3-4",
      "A 4-5",
      "A 5-6",
      "A 6-7",
    ]);
    expect(entitiesOf([])).toEqual([]);
  });

  test("strictly", () => {
    expect(found(strictEntitiesOf(tags("B-A I-A I-B B-B I-B I-A O I-A B-A"), "BIO"))).toEqual([
      "A 0-2",
      "B 3-5",
      "A 8-9",
    ]);
    expect(found(strictEntitiesOf(tags("B-A I-A E-A S-B B-A I-A O E-A B-A E-B"), "BIOES"))).toEqual([
      "A 0-3",
      "B 3-4",
    ]);
  });

  test("types may hold dashes, or be missing", () => {
    expect(found(entitiesOf(tags("B-LOC-GPE I-LOC-GPE B I")))).toEqual(["LOC-GPE 0-2", "_ 2-4"]);
  });
});

test("what is no tag is named with its place", () => {
  const report =
    (tag: string, options: EntityOptions = {}) =>
    () =>
      entityReport([["O", tag]], [["O", "O"]], options);
  expect(report("PER")).toThrow(
    /yTrue, sentence 0: The tag of token 1 is "PER"; wanted O, or B, I, E, S with a dash/,
  );
  expect(report("S-PER", { strict: true })).toThrow(/is "S-PER"; wanted O, or B, I with a dash/);
  expect(report("S-PER", { strict: true, scheme: "BIOES" })).not.toThrow();
  expect(() => entityReport([["O"]], [["O", "O"]])).toThrow(/sentence 0 has 1 tags and 2 predicted ones/);
  expect(() => entityReport([["O"]], [])).toThrow(/tags of 1 sentences and predicted tags of 0/);
  expect(report("O", { scheme: "IOB1" } as unknown as EntityOptions)).toThrow(
    /scheme is to be one of "BIO", "BIOES"/,
  );
});
