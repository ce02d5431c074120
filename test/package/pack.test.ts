// The package as a user gets it: packed, unpacked into a fresh folder, imported by plain Node and checked by tsc.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const run = promisify(execFile);
const project = fileURLToPath(new URL("../..", import.meta.url));
const manifest = JSON.parse(await readFile(join(project, "package.json"), "utf8"));

describe.runIf(existsSync(join(project, "src/index.ts")))("the packed package", { timeout: 180_000 }, () => {
  let folder: string;
  const installed = () => join(folder, "node_modules", "recurra");

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "recurra-package-"));
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "consumer", type: "module" }));
    // `npm pack` builds first. What npm would then fetch is linked from the project, since tests use no network.
    await run("npm", ["pack", "--pack-destination", folder], {
      cwd: project,
      shell: process.platform === "win32",
    });
    await mkdir(installed(), { recursive: true });
    const tarball = join(folder, `recurra-${manifest.version}.tgz`);
    await run("tar", ["-xzf", tarball, "-C", installed(), "--strip-components=1"]);
    for (const name of Object.keys(manifest.dependencies)) {
      const link = join(folder, "node_modules", name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(join(project, "node_modules", name), link, "junction");
    }
  }, 180_000);

  afterAll(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  test("holds what a user needs and nothing else", async () => {
    const expected = ["LICENSE", "README.md", "data", "dist", "package.json", "src"];
    expect((await readdir(installed())).sort()).toEqual(expected);
    const dist = await readdir(join(installed(), "dist"));
    expect(dist).toEqual(expect.arrayContaining(["chunks", "index.js", "index.d.ts", "index.d.ts.map"]));
  });

  test.each(Object.keys(manifest.exports).filter((path) => path !== "./package.json"))(
    "%s can be imported by plain Node",
    async (path) => {
      const specifier = path.replace(".", "recurra");
      const program = `console.log(JSON.stringify(Object.keys(await import("${specifier}"))))`;
      const { stdout } = await runNode(["--input-type=module", "--eval", program]);
      expect(JSON.parse(stdout).length).toBeGreaterThan(0);
    },
  );

  test("its main names are there", async () => {
    const program = `
      import { layers, sequential } from "recurra";
      import { grad, jit, scan } from "recurra/graph";
      console.log([sequential, layers.lstm, grad, jit, scan].map((value) => typeof value).join(" "));`;
    const { stdout } = await runNode(["--input-type=module", "--eval", program]);
    expect(stdout.trim()).toBe("function function function function function");
  });

  test("its types resolve, and are checked", async () => {
    await writeFile(
      join(folder, "consumer.ts"),
      `import { layers, sequential } from "recurra";
       sequential([layers.dense({ units: 1, inputShape: [3] })]).summary();
       // @ts-expect-error -- units is a number: were the types not found, this would pass
       layers.dense({ units: "one" });\n`,
    );
    const compiler = join(project, "node_modules", "typescript", "bin", "tsc");
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2023"];
    await expect(runNode([compiler, ...options, "consumer.ts"])).resolves.toMatchObject({ stdout: "" });
  });

  test("its command runs", async () => {
    const { stdout } = await runNode([join(installed(), manifest.bin.recurra), "--help"]);
    expect(stdout).toContain("recurra");
  });

  /** Runs Node in the fresh folder, without the condition that would lead to the sources. */
  function runNode(args: string[]) {
    const { NODE_OPTIONS: _, ...env } = process.env;
    return run(process.execPath, args, { cwd: folder, env });
  }
});
