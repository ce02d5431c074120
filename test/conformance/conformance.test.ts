// Every golden case, where the golden files are at hand; and how the conformance program reports.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type NdArray, ndarray } from "../../src/tensor/nd-array.ts";
import { encodeSafetensors } from "../../src/tensor/safetensors.ts";
import { Case } from "./case.ts";
import { byInterpreter, onCpu, runCase } from "./run.ts";

const golden = join(process.env.RECURRA_SHARED ?? join(import.meta.dirname, "../../../shared"), "golden");

/** What is still to come: the pretrained models. */
const later = /^model_(bert|gpt2)/;

describe("golden cases", () => {
  if (!existsSync(golden)) {
    test.skip(`no golden files in ${golden}; set RECURRA_SHARED to the folder that holds golden/`);
    return;
  }
  const files = readdirSync(golden).filter((file) => file.endsWith(".safetensors"));
  test.each(files)("%s", async (file) => {
    for (const runner of [onCpu, byInterpreter]) {
      const { status, detail } = await runCase(await Case.read(join(golden, file)), runner);
      expect(status, detail).toBe(later.test(file) ? "skipped" : "passed");
    }
  });
});

const tolerance = JSON.stringify({
  forward: { rtol: 1e-4, atol: 1e-5 },
  gradient: { rtol: 1e-3, atol: 1e-4 },
});

/** The bytes of a case: relu of [-1, 2], with the gradient of the sum. */
function reluCase({
  y = [0, 2],
  layer = "activation:relu",
  config = "{}",
  more = {} as Record<string, NdArray>,
} = {}) {
  const tensors = { x: ndarray([-1, 2]), y: ndarray(y), dy: ndarray([1, 1]), d_x: ndarray([0, 1]), ...more };
  const metadata = { layer, config, call: '{"inputs": ["x"]}', weights: "[]", outputs: '["y"]', tolerance };
  return encodeSafetensors(Object.entries(tensors), metadata);
}

const outcome = (bytes: Uint8Array) => runCase(new Case("case", bytes));

describe("runCase", () => {
  test("passes a case whose numbers are right", async () => {
    expect(await outcome(reluCase())).toEqual({
      status: "passed",
      detail: expect.stringContaining("2 tensors"),
    });
  });

  test("fails a case whose numbers are wrong, and says which", async () => {
    expect(await outcome(reluCase({ y: [0, 3] }))).toEqual({
      status: "failed",
      detail: "y: element 1 is 2, expected 3 (rtol 0.0001, atol 0.00001)",
    });
  });

  test("fails a case that expects a number where there is none", async () => {
    expect(await outcome(reluCase({ y: [0, Number.NaN] }))).toMatchObject({ status: "failed" });
  });

  test.each([
    [{ layer: "activation:rellu" }, /there is no activation "rellu"/],
    [{ config: '{"slope": 2}' }, /there is no option "slope"/],
    [{ layer: "Reservoir" }, /there is no Reservoir yet/],
    [{ more: { mask: ndarray([1, 0]) } }, /tensors mask are not understood yet/],
  ])("skips a case that it does not understand: %j", async (change, reason) => {
    expect(await outcome(reluCase(change))).toEqual({
      status: "skipped",
      detail: expect.stringMatching(reason),
    });
  });
});

describe("the program", () => {
  const run = (...args: readonly string[]) => {
    const program = join(import.meta.dirname, "main.ts");
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--conditions=source", program, ...args],
      {
        encoding: "utf8",
      },
    );
    return { status, lines: stdout.trimEnd().split("\n"), stderr };
  };
  const folderOf = (files: Readonly<Record<string, Uint8Array>>) => {
    const folder = mkdtempSync(join(tmpdir(), "conformance-"));
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
    return folder;
  };

  test("prints a line for each case and a sum, and ends with 1 where one failed", () => {
    const folder = folderOf({
      "a.safetensors": reluCase(),
      "b.safetensors": reluCase({ y: [1, 2] }),
      "c.safetensors": reluCase({ layer: "Reservoir" }),
      "d.safetensors": reluCase().subarray(0, 40),
    });
    const { status, lines } = run(folder);
    expect(lines.map((line) => line.slice(0, 9))).toEqual([
      "passed  a",
      "failed  b",
      "skipped c",
      "failed  d",
      "1 passed,",
    ]);
    expect(lines.at(-1)).toBe("1 passed, 2 failed, 1 skipped");
    expect(status).toBe(1);
  });

  test("ends with 0 where none failed", () => {
    const { status, lines } = run(folderOf({ "a.safetensors": reluCase() }));
    expect(lines.at(-1)).toBe("1 passed, 0 failed, 0 skipped");
    expect(status).toBe(0);
  });

  test.each([
    [[], /usage/],
    [["no-such-folder"], /cannot read the folder no-such-folder/],
    [[folderOf({})], /there are no .safetensors files in/],
  ])("ends with 2 for a folder without cases: %j", (args, message) => {
    const { status, stderr } = run(...args);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });
});
