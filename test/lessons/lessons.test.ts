// Runs the lessons in their quick forms; each checks its own figures.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const folder = join(import.meta.dirname, "../../lessons");
const shared = process.env.RECURRA_SHARED ?? join(import.meta.dirname, "../../../shared");
const data = process.env.RECURRA_DATA ?? join(shared, "data");

/** The lessons, with the data that each reads, and the pictures that it draws. */
const lessons: Readonly<Record<string, { readonly data?: string; readonly pictures: readonly string[] }>> = {
  "exploding-gradients": {
    pictures: ["gradients-by-step-clipped.svg", "gradients-clipped.svg", "gradients-without-clipping.svg"],
  },
  "forda-conv": { data: "ucr/FordA_TEST_part.tsv.gz", pictures: ["forda-conv-1.svg"] },
  "forda-transformer": { data: "ucr/FordA_TEST_part.tsv.gz", pictures: ["forda-transformer.svg"] },
  "lstm-memory": { pictures: ["lstm-memory.svg"] },
  "own-cell": { pictures: ["own-cell.svg"] },
  "simple-rnn-stocks": {
    data: "fortune500_100_days.csv",
    pictures: ["simple-rnn-stack.svg", "simple-rnn.svg"],
  },
  "yelp-models": { pictures: [] },
};

/** What stands beside the lessons, and the lesson that has tests of its own. */
const others = ["forda-data.ts", "single-neuron.ts", "support.ts"];

function run(name: string, ...args: readonly string[]) {
  return spawnSync(process.execPath, ["--conditions=source", join(folder, `${name}.ts`), ...args], {
    encoding: "utf8",
  });
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
      expect(readdirSync(out).toSorted()).toEqual(lesson.pictures);
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
