// `npm run conformance -- DIR [NAME…]`: runs the cases of a folder, or those whose names begin with one of the given.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Case } from "./case.ts";
import { type Outcome, runCase } from "./run.ts";

async function main([folder, ...prefixes]: readonly string[]): Promise<number> {
  if (folder === undefined) return refuse("usage: npm run conformance -- DIR [NAME…]");
  let files: readonly string[];
  try {
    files = (await readdir(folder)).filter((file) => file.endsWith(".safetensors")).sort();
  } catch (error) {
    return refuse(`conformance: cannot read the folder ${folder}: ${(error as Error).message}`);
  }
  if (files.length === 0) return refuse(`conformance: there are no .safetensors files in ${folder}`);
  const chosen = files.filter(
    (file) => prefixes.length === 0 || prefixes.some((prefix) => file.startsWith(prefix)),
  );
  if (chosen.length === 0)
    return refuse(`conformance: no case of ${folder} begins with ${prefixes.join(" or ")}`);

  const counts: Record<Outcome["status"], number> = { passed: 0, failed: 0, skipped: 0 };
  for (const file of chosen) {
    const { status, detail } = await outcomeOf(join(folder, file));
    counts[status] += 1;
    console.log(`${status.padEnd(7)} ${file.replace(/\.safetensors$/, "")}: ${detail}`);
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed > 0 ? 1 : 0;
}

async function outcomeOf(path: string): Promise<Outcome> {
  try {
    return await runCase(await Case.read(path));
  } catch (error) {
    return { status: "failed", detail: (error as Error).message };
  }
}

function refuse(message: string): number {
  console.error(message);
  return 2;
}

process.exitCode = await main(process.argv.slice(2));
