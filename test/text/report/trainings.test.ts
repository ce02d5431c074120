// What trainings for reports keep apart: groups of rows, and tags that the test alone would have.

import { expect, test } from "vitest";
import { tableForReport } from "../../../src/text/report/train-table.ts";
import { tagForReport } from "../../../src/text/report/train-tagging.ts";

test("rows of a group are on one side of the test, and of what is held out", async () => {
  const count = 120;
  const groups = Array.from({ length: count }, (_, i) => `g${i % 30}`);
  const target = Float64Array.from({ length: count }, (_, i) => i % 30);
  const result = await tableForReport(
    { numbers: { size: target }, target, names: groups.map((_, i) => `row ${i + 2}`), groups },
    { name: "mlp", epochs: 1 },
    { source: "x.csv", target: "y", texts: [], columns: [], group: "g" },
  );
  const held = new Set(result.test.groups);
  expect(held.size).toBe(6);
  expect(result.test.target.length).toBe(24);
  expect(result.training.groups?.some((group) => held.has(group))).toBe(false);
  // A tenth of the 24 groups to train with: two of four rows each.
  expect(result.model.training).toMatchObject({ rows: 88, heldOut: 8 });
  expect(result.baselines.map(({ name }) => name).sort()).toEqual(["mean of all", "median of all"]);
});

test("a class of a single group is one to train with", async () => {
  const count = 60;
  const groups = Array.from({ length: count }, (_, i) => `g${i % 20}`);
  const target = groups.map((group) =>
    group === "g7" ? "rare" : Number(group.slice(1)) % 2 === 0 ? "a" : "b",
  );
  for (const seed of [0, 1, 2, 3]) {
    const { training, model } = await tableForReport(
      { categories: { groups }, target, names: groups, groups },
      { name: "mlp", epochs: 1, seed },
      { source: "x.csv", target: "y", texts: [], columns: [], group: "g", testShare: 0.5 },
    );
    expect(training.target).toContain("rare");
    expect(model.target).toMatchObject({ classes: ["a", "b", "rare"] });
  }
});

test("a sentence whose tag no other has is one to train with", async () => {
  const sentences = Array.from({ length: 30 }, (_, i) => ({
    tokens: ["Mary", "is", "in", `place${i}`],
    tags: ["B-person", "O", "O", `B-kind${i}`],
  }));
  // Each sentence has a tag of its own but for the last ten.
  for (let i = 20; i < 30; i++) sentences.push(sentences[i] ?? { tokens: [], tags: [] });
  const { training, test: held } = await tagForReport(
    { sentences },
    { name: "conv", epochs: 1, filters: 4 },
    { source: "x.conll", testShare: 0.5 },
  );
  const known = new Set(training.flatMap(({ tags }) => tags));
  expect(training.length + held.length).toBe(40);
  expect(held.length).toBeGreaterThan(0);
  expect(held.every(({ tags }) => tags.every((tag) => known.has(tag)))).toBe(true);
});
