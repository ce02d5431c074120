// What the lessons share: where their data lie, their options, and how a figure is held to what it must be.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { renderSvg, type TopLevelSpec } from "recurra/plot";

/** The options that every lesson takes: where the data lie, a short form for tests, and where pictures go. */
export const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    out: { type: "string" },
    quick: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(`node --conditions=source lessons/NAME.ts [--data DIR] [--out DIR] [--quick]

--data DIR   the folder with the lesson's data; otherwise RECURRA_DATA, or ../shared/data beside this project
--out DIR    where pictures are written; without it none are
--quick      a short form, with figures of its own`);
  process.exit(0);
}

/** Where a data file lies. Ends the lesson with a message where it is not there. */
export function dataFile(name: string): string {
  const folder = options.data ?? process.env.RECURRA_DATA ?? join(import.meta.dirname, "../../shared/data");
  const file = join(folder, name);
  if (!existsSync(file)) {
    console.error(`There is no ${file}. Say where it lies: --data DIR, or RECURRA_DATA=DIR.`);
    process.exit(2);
  }
  return file;
}

/** The text of a data file, unpacked where its name ends in .gz. */
export function readData(name: string): string {
  const bytes = readFileSync(dataFile(name));
  return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

/** Writes a chart as SVG, where pictures are wanted. */
export async function draw(name: string, spec: TopLevelSpec): Promise<void> {
  if (options.out !== undefined) drawSvg(name, await renderSvg(spec));
}

/** Writes a drawing, where pictures are wanted. */
export function drawSvg(name: string, svg: string): void {
  if (options.out === undefined) return;
  const file = join(options.out, `${name}.svg`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, svg);
  console.log(`Written: ${file}`);
}

/** Holds a figure to what it must be; a lesson that misses one ends with exit code 1. */
export function expectFigure(what: string, isReached: boolean): void {
  console.log(`${isReached ? "reached" : "MISSED "}  ${what}`);
  if (!isReached) process.exitCode = 1;
}
