// `npm run build`: makes dist/ of src/ and checks that everything package.json names came out.
//
// The types are tsc's, file by file. The programs are bundled to a few chunks in dist/chunks/, since a program of hundreds of files takes
// three times as long to start: 165 ms against 50. What package.json names is a line that leads there.

import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const manifest = JSON.parse(readFileSync("package.json", "utf8"));

rmSync("dist", { recursive: true, force: true });
const compiler = ["node_modules/typescript/bin/tsc", "--project", "tsconfig.build.json"];
const { status } = spawnSync(process.execPath, compiler, { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);

/** The programs that package.json names, and those that threads start with or load; each a source file and the file that it becomes. */
const programs = [...pathsIn(manifest.exports), ...pathsIn(manifest.imports), ...pathsIn(manifest.bin)]
  .filter((path) => /^[.]?[/]?dist[/].*[.]js$/.test(path))
  .map((path) => path.replace(/^[.][/]/, ""));
const sourceOf = (path: string) => path.replace(/^dist[/]/, "src/").replace(/[.]js$/, ".ts");
const chunkOf = (path: string) =>
  path
    .replace(/^dist[/]/, "")
    .replace(/[.]js$/, "")
    .replaceAll("/", "-");
const bundle = await rolldown({
  input: {
    ...Object.fromEntries(programs.map((path) => [chunkOf(path), sourceOf(path)])),
    "batch-thread": "src/model/datasets/batch-thread.ts",
    "job-thread": "src/jobs/job-thread.ts",
    "series-jobs": "src/series/series-jobs.ts",
    "word2vec-share": "src/text/embed/word2vec-share.ts",
    "glove-share": "src/text/embed/glove-share.ts",
  },
  // Packages, and what package.json's imports choose when the program runs.
  external: /^[^./]/,
  platform: "node",
});
await bundle.write({
  dir: "dist/chunks",
  format: "esm",
  sourcemap: true,
  chunkFileNames: "[name]-[hash].js",
});
for (const path of new Set(programs)) {
  const target = `./${relative(dirname(path), `dist/chunks/${chunkOf(path)}.js`)}`.replace("./..", "..");
  const isProgram = pathsIn(manifest.bin).includes(path);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    isProgram ? `#!/usr/bin/env node\nimport "${target}";\n` : `export * from "${target}";\n`,
  );
}

const named = [...pathsIn(manifest.exports), ...pathsIn(manifest.imports), ...pathsIn(manifest.bin)];
const missing = named.filter((path) => !existsSync(path));
if (missing.length > 0) {
  console.error(`package.json names files that the build did not give: ${missing.join(", ")}`);
  process.exit(1);
}
for (const program of pathsIn(manifest.bin)) {
  if (!readFileSync(program, "utf8").startsWith("#!/usr/bin/env node\n")) {
    console.error(`${program} needs "#!/usr/bin/env node" as its first line, so that it can be run by name`);
    process.exit(1);
  }
  chmodSync(program, 0o755);
}

/** Every path in an entry of package.json, whatever conditions it is nested in. */
function pathsIn(entry: unknown): string[] {
  if (typeof entry === "string") return [entry];
  if (typeof entry === "object" && entry !== null) return Object.values(entry).flatMap(pathsIn);
  return [];
}
