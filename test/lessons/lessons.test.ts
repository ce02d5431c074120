// Runs the lessons in their quick forms; each checks its own figures.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const folder = join(import.meta.dirname, "../../lessons");
const shared = process.env.RECURRA_SHARED ?? join(import.meta.dirname, "../../../shared");
const data = process.env.RECURRA_DATA ?? join(shared, "data");

interface Lesson {
  /** What it reads. */
  readonly data?: string;
  /** What it draws. */
  readonly pictures: readonly string[];
  /** Whether it keeps its trained models beside the pictures, and loads them the next time. */
  readonly models?: true;
}

const lessons: Readonly<Record<string, Lesson>> = {
  "air-passengers": { data: "airpassengers.csv", pictures: ["air-passengers.svg"] },
  "arabic-tweets": {
    data: "astd_arabic_tweets.tsv.gz",
    pictures: ["cnn", "lstm", "mlp"].map((name) => `arabic-tweets-${name}.svg`),
  },
  "dax-up-or-down": { data: "eu_stock_markets.csv", pictures: ["dax-up-or-down.svg"] },
  "exploding-gradients": {
    pictures: ["gradients-by-step-clipped.svg", "gradients-clipped.svg", "gradients-without-clipping.svg"],
  },
  "five-gram-validity": { data: "imdb_full_train.tsv.gz", pictures: [] },
  "forda-conv": { data: "ucr/FordA_TEST_part.tsv.gz", pictures: ["forda-conv-1.svg"] },
  "forda-transformer": { data: "ucr/FordA_TEST_part.tsv.gz", pictures: ["forda-transformer.svg"] },
  "imdb-sentiment": {
    data: "imdb_full_train.tsv.gz",
    pictures: ["imdb-force-1.svg", "imdb-history.svg", "imdb-text-1.svg"],
  },
  "lstm-memory": { pictures: ["lstm-memory.svg"] },
  nietzsche: { data: "nietzsche.txt", pictures: ["nietzsche-stream.svg", "nietzsche-windows.svg"] },
  "own-cell": { pictures: ["own-cell.svg"] },
  "prices-from-text": { data: "ikea_prices.csv.gz", pictures: [] },
  "quake-magnitude": { data: "earthquakes_1965_2016.csv.gz", pictures: ["quake-magnitude.svg"] },
  "quick-brown-fox": { pictures: [] },
  "simple-rnn-stocks": {
    data: "fortune500_100_days.csv",
    pictures: ["simple-rnn-stack.svg", "simple-rnn.svg"],
  },
  "stock-exogenous": { data: "stocks_25_daily.csv.gz", pictures: ["stock-exogenous.svg"], models: true },
  "stock-gru": { data: "stocks_25_daily.csv.gz", pictures: ["stock-gru.svg"], models: true },
  "stock-lstm": {
    data: "stocks_25_daily.csv.gz",
    pictures: ["stock-lstm-grid.svg", "stock-lstm.svg"],
    models: true,
  },
  "stock-transformer": {
    data: "stocks_25_daily.csv.gz",
    pictures: ["stock-transformer-grid.svg", "stock-transformer.svg"],
    models: true,
  },
  "ucr-earthquakes": {
    data: "ucr/Earthquakes_TEST.tsv.gz",
    pictures: ["conv", "lstm", "majority", "nearest", "rocket"].map((name) => `ucr-earthquakes-${name}.svg`),
  },
  tinyshakespeare: { data: "tinyshakespeare.txt", pictures: [] },
  "word-vectors": { data: "wikitext2_valid.txt.gz", pictures: ["word-vectors.svg"] },
  yelp: { data: "yelp_polarity_sentences_train.tsv.gz", pictures: [] },
};

/** What stands beside the lessons, and the lesson that has tests of its own. */
const others = ["forda-data.ts", "single-neuron.ts", "stock-data.ts", "stock-models.ts", "support.ts"];

function run(name: string, ...args: readonly string[]) {
  return spawnSync(process.execPath, ["--conditions=source", join(folder, `${name}.ts`), ...args], {
    encoding: "utf8",
  });
}

/** The lines that hold a figure to what it must be. */
function figuresOf(stdout: string): readonly string[] {
  return stdout.split("\n").filter((line) => line.startsWith("reached"));
}

test("every lesson is here", () => {
  const names = [...Object.keys(lessons).map((name) => `${name}.ts`), ...others];
  expect(readdirSync(folder).toSorted()).toEqual(names.toSorted());
});

describe.each(Object.entries(lessons))("%s", (name, lesson) => {
  test("reaches its figures in its quick form", { timeout: 120_000 }, ({ skip }) => {
    if (lesson.data !== undefined) {
      const file = join(data, lesson.data);
      skip(!existsSync(file), `there is no ${file}; set RECURRA_DATA to the folder that holds it`);
    }
    const out = mkdtempSync(join(tmpdir(), "lesson-"));
    try {
      const { status, stdout, stderr } = run(name, "--quick", "--data", data, "--out", out);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toMatch(/^reached /m);
      expect(stdout).not.toMatch(/^MISSED/m);
      expect(readdirSync(out).toSorted()).toEqual([...(lesson.models ? ["models"] : []), ...lesson.pictures]);
      // The lessons that keep models share how they do it: one of them stands for all.
      if (name !== "stock-lstm") return;
      const again = run(name, "--quick", "--data", data, "--out", out);
      expect(again).toMatchObject({ status: 0, stderr: "" });
      expect(again.stdout).toMatch(/: loaded from /);
      expect(again.stdout).not.toMatch(/ epochs in /);
      expect(figuresOf(again.stdout)).toEqual(figuresOf(stdout));
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  });

  test("says where it looks for its data", ({ skip }) => {
    skip(lesson.data === undefined, "it reads none");
    const { status, stderr } = run(name, "--data", "no-such-folder");
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^There is no no-such-folder.* Say where it lies: --data DIR, or RECURRA_DATA=DIR\.\n$/,
    );
  });
});
