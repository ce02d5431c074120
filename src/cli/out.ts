// Where commands write: nothing that was asked about is written over, and what is replaced is told.

import { mkdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { joinPath, pathExists, readTextFile, writeFileAtomic, writeFolderAtomic } from "#platform";
import { RecurraError } from "../platform/error.ts";
import type { CliContext } from "./context.ts";
import { kindIn } from "./model-kinds.ts";

/**
 * Fails where a folder cannot be written, before the hours of work whose results it is to hold; tells of a training that it replaces.
 *
 * @param owned what may be replaced in it
 * @param training of the folder of a training, which is replaced by one of the same command alone
 * @throws RecurraError `folder-has-other-files`, `model-kind`, `not-a-folder`, `permission-denied`
 */
export async function checkOut(
  out: string,
  owned: (name: string) => boolean,
  training?: {
    /** What trains: `recurra classify train`. */
    readonly command: string;
    readonly context: CliContext;
  },
): Promise<void> {
  const source = training === undefined ? undefined : await trainingIn(out, training.command);
  const enough = new RecurraError("interrupted", "It can be written.");
  try {
    // The report of something else may be called as ours is: without a model, nothing in a folder is known as a training's.
    const isOurs = training === undefined || source !== undefined ? owned : () => false;
    await writeFolderAtomic(out, () => Promise.reject(enough), { owned: isOurs });
  } catch (error) {
    if (error !== enough) throw error;
  }
  if (source !== undefined)
    training?.context.tell(
      `Replacing the training${source === "" ? "" : ` of ${source}`} in ${out}, once this one is done.\n`,
    );
}

/** What the training in a folder is of, "" where this is not known; undefined in a folder without one. @throws RecurraError `model-kind` */
async function trainingIn(out: string, command: string): Promise<string | undefined> {
  const kind = await kindIn(joinPath(out, "model"));
  if (kind === undefined) return undefined;
  if (kind.train !== command)
    throw new RecurraError(
      "model-kind",
      `Cannot write "${out}" (--out): it holds ${kind.called}, which ${kind.train} made. Name another folder with --out, or move that one away.`,
    );
  try {
    const metrics = JSON.parse(await readTextFile(joinPath(out, "metrics.json")));
    return String(metrics.data?.source ?? metrics.source ?? "");
  } catch {
    return ""; // the figures are missing, or not to be read: the model alone is known of
  }
}

/**
 * Fails where a file that is to be written is one that is read, or part of the model.
 *
 * @param input a file, a pattern of files, or a folder; `-` is standard input
 * @param model the folder as it was given
 * @throws RecurraError `out-is-input`, `out-in-model`
 */
export async function checkOutFile(
  out: string | undefined,
  { input, model }: { readonly input?: string; readonly model: string },
): Promise<void> {
  if (out === undefined) return;
  const place = await placeOf(out);
  const folder = await trainingFolder(model);
  const inside = relative(await placeOf(folder), place);
  if (inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside))
    throw new RecurraError(
      "out-in-model",
      `Cannot write "${out}" (--out): it is in the folder of the model, "${folder}". Name a file elsewhere.`,
    );
  for (const path of input === undefined ? [] : await filesOf(input))
    if ((await placeOf(path)) === place)
      throw new RecurraError(
        "out-is-input",
        `Cannot write "${out}" (--out): it is the file that is read${path === input ? "" : `, one of "${input}"`}, and would be lost. Name another file.`,
      );
}

/** The folder of a training, also where the model in it is named. */
async function trainingFolder(model: string): Promise<string> {
  const above = dirname(resolve(model));
  const isWithin = basename(resolve(model)) === "model" && (await pathExists(joinPath(above, "report.html")));
  return isWithin ? above : model;
}

/** The files on disk that an input stands for. */
async function filesOf(input: string): Promise<readonly string[]> {
  if (input === "-") return [];
  const status = await stat(input).catch(() => undefined);
  if (status?.isFile()) return [input];
  // What other programs write to is read once, as it comes.
  if (status !== undefined && !status.isDirectory()) return [];
  const { findTextFiles } = await import("../data/texts/text-files.ts");
  const { files } = await findTextFiles(input);
  return files.flatMap(({ source }) => (typeof source === "string" ? [source] : []));
}

/** Where a path leads through links, also where its last parts are not there yet. */
async function placeOf(path: string): Promise<string> {
  const whole = resolve(path);
  try {
    return await realpath(whole);
  } catch {
    const folder = dirname(whole);
    return folder === whole ? whole : join(await placeOf(folder), basename(whole));
  }
}

/** Writes a file, whole or not at all, in a folder that is made where it is missing, and says so. */
export async function writeOut(
  out: string,
  content: string | Uint8Array,
  context: CliContext,
): Promise<void> {
  await makeFolderOf(out);
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  await writeFileAtomic(out, (sink) => sink.write(bytes));
  context.tell(`Written: ${out}\n`);
}

/** Makes the folder that a file is to stand in; where it cannot be made, writing the file tells why. */
export async function makeFolderOf(out: string): Promise<void> {
  const folder = dirname(out);
  if (!(await pathExists(folder))) await mkdir(folder, { recursive: true }).catch(() => undefined);
}
