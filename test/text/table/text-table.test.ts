// Models of texts beside columns: what they learn, missing values, files, and bad input.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/tensor/random.ts";
import { loadTextTable } from "../../../src/text/table/load-text-table.ts";
import { textTableSettings } from "../../../src/text/table/settings.ts";
import { trainTextTable } from "../../../src/text/table/train-text-table.ts";
import { loadTagger } from "../../../src/text/tag/load-tagger.ts";

const MATERIALS = { pine: 1, oak: 2, marble: 4 } as const;
const BRANDS = ["plain", "fine"] as const;

/** Tables of a price e^(width · 0.5) · material · (2 where the brand is fine); a fifth of the widths are missing, and cost as one of 0. */
function tables(count: number, seed: number) {
  const random = new Random(seed);
  const draw = <T>(list: readonly T[]): T => list[Number(random.integers([1], 0, list.length).data[0])] as T;
  const texts: string[] = [];
  const brand: string[] = [];
  const width = new Float64Array(count);
  const target = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const material = draw(["pine", "oak", "marble"] as const);
    const isFine = draw([false, true]);
    const isKnown = draw([true, true, true, true, false]);
    const value = Number(random.normal([1]).data[0]);
    texts.push(`a ${draw(["small", "long", "low"])} table of ${material}`);
    brand.push(isFine ? BRANDS[1] : BRANDS[0]);
    width[row] = isKnown ? value : Number.NaN;
    target[row] = Math.exp(isKnown ? 0.5 * value : 0) * MATERIALS[material] * (isFine ? 2 : 1);
  }
  return { texts, numbers: { width }, categories: { brand }, target };
}

const config = {
  name: "mlp",
  log: true,
  embedding: 8,
  hidden: 16,
  dropout: 0,
  threads: 1,
  patience: 50,
} as const;
const training = tables(600, 1);
const tested = tables(200, 2);
const learning = { ...config, learningRate: 0.01, epochs: 25 };

test("a price is told from text, number and category together, and comes back from a folder", async () => {
  const model = await trainTextTable(training, learning);
  expect(model.training).toMatchObject({ rows: 540, heldOut: 60, epochs: 25 });
  const { target, ...rows } = tested;
  const evaluation = await model.evaluate(rows, target);
  if (evaluation.kind !== "numbers") throw new Error("it tells numbers");
  expect(evaluation.scores.mape).toBeLessThan(0.1);
  expect(evaluation.scores.r2).toBeGreaterThan(0.95);
  expect(Object.keys(evaluation.baselines)).toEqual(["mean", "mean by brand"]);
  expect(evaluation.baselines.mean?.r2).toBeLessThan(0.01);
  expect(evaluation.baselines["mean by brand"]?.mae).toBeLessThan(evaluation.baselines.mean?.mae ?? 0);
  expect(evaluation.scores.mae).toBeLessThan(0.3 * (evaluation.baselines["mean by brand"]?.mae ?? 0));

  const folder = await mkdtemp(join(tmpdir(), "recurra-table-"));
  try {
    await model.save(join(folder, "model"));
    const loaded = await loadTextTable(join(folder, "model"));
    expect(loaded.training).toEqual(model.training);
    const again = await loaded.evaluate(rows, target);
    if (again.kind !== "numbers") throw new Error("it tells numbers");
    // To float32: a network that predicts again has its weights laid out for that.
    expect(again.scores.rmse).toBeCloseTo(evaluation.scores.rmse, 5);
    expect(again.baselines).toEqual(evaluation.baselines);
    await expect(loadTagger(join(folder, "model"))).rejects.toThrow("it is no tagger of this version");
  } finally {
    await rm(folder, { recursive: true });
  }
  // No price is beyond those of training, however wide a table is said to be.
  const wide = {
    texts: ["a table of oak"],
    numbers: { width: [1e6] },
    categories: { brand: ["unheard of"] },
  };
  const told = await model.predict(wide);
  if (told.kind !== "numbers" || model.target.kind !== "numbers") throw new Error("it tells numbers");
  expect(told.values[0]).toBe(model.target.range[1]);
  expect(await model.predict({ texts: [], numbers: { width: [] }, categories: { brand: [] } })).toEqual({
    kind: "numbers",
    values: new Float64Array(),
  });
});

test("a category never seen is told as one between those that are, for training takes some for unknown", async () => {
  const model = await trainTextTable(training, { ...learning, categoryDropout: 100 });
  const brand = ["plain", "unheard of", "fine"];
  const told = await model.predict({
    texts: brand.map(() => "a low table of oak"),
    numbers: { width: [0, 0, 0] },
    categories: { brand },
  });
  if (told.kind !== "numbers") throw new Error("it tells numbers");
  const [plain = 0, between = 0, fine = 0] = told.values;
  expect(between).toBeGreaterThan(1.1 * plain);
  expect(between).toBeLessThan(fine / 1.1);
});

test("each side that is left out makes it worse", async () => {
  const { texts, numbers, categories, target } = training;
  const errorOf = async (pick: (rows: typeof training) => object) => {
    const model = await trainTextTable({ ...pick(training), target }, { ...learning, epochs: 10 });
    const evaluation = await model.evaluate(pick(tested), tested.target);
    if (evaluation.kind !== "numbers") throw new Error("it tells numbers");
    return evaluation.scores.mae;
  };
  expect([texts.length, numbers.width.length, categories.brand.length]).toEqual([600, 600, 600]);
  const all = await errorOf(({ target: _, ...rows }) => rows);
  const withoutText = await errorOf((rows) => ({ numbers: rows.numbers, categories: rows.categories }));
  const textAlone = await errorOf((rows) => ({ texts: rows.texts }));
  expect(all).toBeLessThan(0.6 * Math.min(withoutText, textAlone));
});

test("classes are told with their probabilities, beside the most frequent one", async () => {
  const labelled = (data: typeof training) => ({
    ...data,
    target: Array.from(data.target, (p) => (p > 3 ? "dear" : "cheap")),
  });
  const model = await trainTextTable(labelled(training), { ...learning, log: false });
  const { target, ...rows } = labelled(tested);
  const told = await model.predict(rows);
  if (told.kind !== "classes") throw new Error("it tells classes");
  expect(told.labels[0]).toBe((told.probabilities[0] ?? 0) > 0.5 ? "cheap" : "dear");
  expect((told.probabilities[0] ?? 0) + (told.probabilities[1] ?? 0)).toBeCloseTo(1, 5);
  const evaluation = await model.evaluate(rows, target);
  if (evaluation.kind !== "classes") throw new Error("it tells classes");
  expect(evaluation.evaluation.accuracy).toBeGreaterThan(0.9);
  expect(evaluation.majority).toBe(target.filter((one) => one === "cheap").length / 200);
  await expect(model.evaluate(rows, tested.target)).rejects.toThrow(
    "the target is numbers, and the model tells classes",
  );
  await expect(model.evaluate(rows, ["free", ...target.slice(1)])).rejects.toThrow(
    'text 0 has the label "free"',
  );
});

describe("bad input", () => {
  const { texts, numbers, categories, target } = tables(20, 3);
  const quick = { ...config, epochs: 1 };

  test.each<[string, object, object, string]>([
    [
      "a column of another length",
      { texts, numbers: { width: [1, 2] }, target },
      quick,
      'texts has 20 rows and the column "width" has 2',
    ],
    [
      "a target of another length",
      { texts, target: [1, 2] },
      quick,
      "there are 20 rows and 2 values of the target",
    ],
    [
      "a column without values",
      { texts, numbers: { depth: texts.map(() => Number.NaN) }, target },
      quick,
      'values of the column "depth" are missing; leave the column out',
    ],
    ["no columns", { target }, quick, "there are neither texts nor columns"],
    ["no rows", { texts: [], target: [] }, quick, "there are no rows"],
    [
      "a target that is missing",
      { texts, target: target.with(4, Number.NaN) },
      quick,
      "the target of row 4 is null; wanted a finite number",
    ],
    [
      "a logarithm of 0",
      { texts, target: target.with(4, 0) },
      quick,
      "log is set, and the target of row 4 is 0; wanted positive numbers",
    ],
    [
      "an infinite number",
      { numbers: { width: numbers.width.with(2, Infinity) }, target },
      quick,
      'row 2 of the column "width" is Infinity; wanted a finite number',
    ],
    [
      "a number among categories",
      { categories: { brand: categories.brand.with(2, 7 as never) }, target },
      quick,
      'row 2 of the column "brand" is 7; wanted text',
    ],
    [
      "a column twice",
      { numbers, categories: { width: categories.brand }, target },
      quick,
      'the column "width" stands among the numbers and among the categories',
    ],
    [
      "one class",
      { texts, target: texts.map(() => "x") },
      { ...quick, log: false },
      'all 20 texts have the label "x"',
    ],
    [
      "an unknown network",
      { texts, target },
      { ...quick, name: "bert" },
      'there is no text table "bert". There are mlp, rnn',
    ],
    [
      "an unknown option",
      { texts, target },
      { ...quick, hiden: 3 },
      'there is no option "hiden". Did you mean "hidden"?',
    ],
    ["an option out of range", { texts, target }, { ...quick, dropout: 1 }, "dropout is 1; wanted in [0, 1)"],
    ["a validation without a column", { texts, numbers, target }, quick, ""],
  ])("%s", async (what, data, settings, message) => {
    const options = what.startsWith("a validation") ? { validation: { texts, target } } : {};
    const wanted = what.startsWith("a validation")
      ? 'validation: the column "width" of numbers is missing'
      : message;
    await expect(trainTextTable(data as never, settings as never, options)).rejects.toThrow(wanted);
  });

  test("columns that the model does not know, or that are missing, when it predicts", async () => {
    const model = await trainTextTable({ texts, numbers, categories, target }, quick);
    const rows = { texts, numbers, categories };
    await expect(model.predict({ ...rows, numbers: { ...numbers, depth: numbers.width } })).rejects.toThrow(
      'the model does not know the column "depth" of numbers; it was trained with width. Leave it out',
    );
    await expect(model.predict({ texts, categories })).rejects.toThrow(
      'the column "width" of numbers is missing',
    );
    await expect(model.predict({ numbers, categories })).rejects.toThrow(
      "there are no texts; the model was trained with them",
    );
    const bare = await trainTextTable({ numbers, target }, quick);
    await expect(bare.predict({ texts, numbers })).rejects.toThrow(
      "there are texts, and the model was trained without",
    );
  });

  test("a training that is given up", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(trainTextTable({ texts, target }, quick, { signal })).rejects.toThrow("enough");
  });
});

test("settings have their defaults, and those of the network", () => {
  expect(textTableSettings({ name: "lstm" })).toMatchObject({
    hidden: 64,
    log: false,
    network: { units: 128 },
  });
});
