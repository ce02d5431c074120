// The import floors bite: one tree of small files, most of them wrong, each breaking just the rule it should.

import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const project = fileURLToPath(new URL("../..", import.meta.url));

/** What the cases below import. */
const STANDING = [
  "src/platform/node.ts",
  "src/platform/browser.ts",
  "src/tensor/shape.ts",
  "src/runtime/session.ts",
  "src/runtime/node/native.ts",
  "src/series/forecast.ts",
  "src/text/tokenizer.ts",
  "src/server/http.ts",
  "src/index.ts",
  "test/helper.ts",
];

/** What it is, the file, its text, and the rules it breaks. */
const CASES: readonly (readonly [what: string, path: string, content: string, broken: readonly string[]])[] =
  [
    ["a lower floor", "graph/lower.ts", 'export { value } from "../tensor/shape.ts";', []],
    ["the platform by its name", "graph/by-name.ts", 'export { value } from "#platform";', []],
    ["Node where it is allowed", "data/node-floor.ts", 'export * from "node:fs";', []],
    ["a Node package in a node folder", "runtime/node/native-2.ts", 'export * from "onnxruntime-node";', []],
    ["another door", "cli/door.ts", 'export { value } from "../server/http.ts";', []],
    [
      "a higher floor",
      "tensor/higher.ts",
      'export { value } from "../runtime/session.ts";',
      ["floor-tensor"],
    ],
    ["a higher floor's type", "nn/type.ts", 'export type * from "../series/forecast.ts";', ["floor-nn"]],
    ["the entry", "cli/entry.ts", 'export { value } from "../index.ts";', ["floor-server-lab-cli"]],
    ["another kit", "series/kit.ts", 'export { value } from "../text/tokenizer.ts";', ["kit-series"]],
    ["Node on a clean floor", "model/node.ts", 'export * from "node:fs";', ["browser-clean"]],
    ["Node's types on a clean floor", "model/type.ts", 'export type * from "fs";', ["browser-clean"]],
    ["Node in a kit's model", "series/node.ts", 'export * from "node:fs";', ["browser-clean"]],
    ["a Node package", "runtime/package.ts", 'export * from "onnxruntime-node";', ["browser-clean-packages"]],
    [
      "a platform side",
      "graph/side.ts",
      'export { value } from "../platform/node.ts";',
      ["platform-by-name"],
    ],
    [
      "a Node side",
      "model/side.ts",
      'export { value } from "../runtime/node/native.ts";',
      ["node-side-by-name"],
    ],
    [
      "a folder that is no floor",
      "nn/none.ts",
      'export { b } from "../helpers/b.ts";',
      ["known-floor-imported"],
    ],
    ["from no floor", "helpers/a.ts", 'export { value } from "../tensor/shape.ts";', ["known-floor"]],
    [
      "in a circle",
      "graph/circle-a.ts",
      'import { b } from "./circle-b.ts";\nexport const a = () => b;',
      ["no-cycle"],
    ],
    [
      "a type in a circle",
      "graph/types-a.ts",
      'import type { B } from "./types-b.ts";\nexport type A = B | 1;',
      [],
    ],
    [
      "a type and back",
      "graph/types-b.ts",
      'import type { A } from "./types-a.ts";\nexport type B = A[];',
      [],
    ],
    ["a development package", "graph/dev.ts", 'export * from "fast-check";', ["declared-dependency"]],
    ["what is not there", "graph/missing.ts", 'export * from "./no-such-file.ts";', ["resolvable"]],
    ["a test", "graph/test.ts", 'export * from "../../test/helper.ts";', ["no-tests-in-the-library"]],
  ];

let folder: string;
let violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-floors-"));
  for (const file of ["package.json", "tsconfig.json", ".dependency-cruiser.js"]) {
    await cp(join(project, file), join(folder, file));
  }
  await symlink(join(project, "node_modules"), join(folder, "node_modules"), "junction");
  for (const path of STANDING) await writeSource(path, "export const value = 1;\n");
  await writeSource(
    "src/graph/circle-b.ts",
    'import { a } from "./circle-a.ts";\nexport const b = () => a;\n',
  );
  await writeSource("src/helpers/b.ts", "export const b = 1;\n");
  for (const [, path, content] of CASES) await writeSource(`src/${path}`, `${content}\n`);

  const depcruise = join(project, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
  const checking = run(process.execPath, [depcruise, "src", "--output-type", "json"], { cwd: folder });
  violations = JSON.parse((await checking).stdout).summary.violations;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function writeSource(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}

test.each(CASES)("importing %s: %s", (_, path, __, broken) => {
  const found = violations.filter(({ from }) => from === `src/${path}`).map(({ rule }) => rule.name);
  expect([...new Set(found)]).toEqual(broken);
});
