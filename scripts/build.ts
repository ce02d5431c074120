// `npm run build`: compiles src/ to dist/ and checks that everything package.json names came out.

import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const manifest = JSON.parse(readFileSync("package.json", "utf8"));

rmSync("dist", { recursive: true, force: true });
const compiler = ["node_modules/typescript/bin/tsc", "--project", "tsconfig.build.json"];
const { status } = spawnSync(process.execPath, compiler, { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);

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
