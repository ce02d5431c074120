// Runs the lesson of the single neuron, which checks its own figures.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const lesson = join(import.meta.dirname, "../../lessons/single-neuron.ts");
const shared = process.env.RECURRA_SHARED ?? join(import.meta.dirname, "../../../shared");
const data = process.env.RECURRA_DATA ?? join(shared, "data");

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--conditions=source", lesson, ...args], {
    encoding: "utf8",
  });
  return { status, lines: stdout.split("\n"), stderr };
}

describe("the lesson of the single neuron", () => {
  test("reaches the lecture's weights", ({ skip }) => {
    const file = join(data, "fortune500_100_days.csv");
    skip(!existsSync(file), `there is no ${file}; set RECURRA_DATA to the folder that holds it`);
    const { status, lines, stderr } = run("--data", data);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(lines).toContain("    0  1.00000000  1.00000000  1.00000000  0.57317820");
    expect(lines).toContain(" 1000 -0.07161043  1.15476269  0.25800392  0.03900926");
  });

  test("has a quick form", ({ skip }) => {
    const file = join(data, "fortune500_100_days.csv");
    skip(!existsSync(file), `there is no ${file}; set RECURRA_DATA to the folder that holds it`);
    const { status, lines } = run("--quick", "--data", data);
    expect(status).toBe(0);
    expect(lines).toContain("  100  0.55797371  1.22898303  0.76625952  0.25873201");
  });

  test("says where it looks for its data", () => {
    const { status, stderr } = run("--data", "no-such-folder");
    expect(status).toBe(2);
    expect(stderr).toBe(
      `There is no ${join("no-such-folder", "fortune500_100_days.csv")}. Say where it lies: --data DIR, or RECURRA_DATA=DIR.\n`,
    );
  });

  test("fails where the figures are not reached", () => {
    const folder = mkdtempSync(join(tmpdir(), "neuron-"));
    const header = ["Fortune500", ...Array.from({ length: 101 }, (_, i) => `day ${i}`)].join();
    const row = (name: string) => [name, ...Array.from({ length: 101 }, (_, i) => Math.sin(i))].join();
    writeFileSync(join(folder, "fortune500_100_days.csv"), [header, row("A"), row("B")].join("\n"));
    const { status, stderr } = run("--quick", "--data", folder);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      "Expected the weights 0.55797371, 1.22898303, 0.76625952 and an MSE of 0.258732013",
    );
  });
});
