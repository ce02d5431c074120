// Texts of any sources, one after the other: what reading all of them and streaming them have in common.

import { RecurraError } from "../../platform/error.ts";
import { type FileAbout, planFile } from "./file-plan.ts";
import { type OpenFile, openFile } from "./open-file.ts";
import { findTextFiles, type TextFile } from "./text-files.ts";
import type { ReadTextsOptions, TextSource } from "./text-options.ts";
import { type TextListener, type TextRow, usableRows } from "./usable-rows.ts";

/** Sources, found. */
export interface FoundTexts {
  readonly name: string;
  rows(listener: TextListener): AsyncGenerator<readonly TextRow[]>;
}

/** @param wantsLabels whether labels are read @throws RecurraError `not-a-file`, `file-not-found` */
export async function findTexts(
  source: TextSource,
  options: ReadTextsOptions,
  wantsLabels: boolean,
): Promise<FoundTexts> {
  const { name: found, files, notes, labelNote } = await findTextFiles(source);
  const name = options.source ?? found;
  return {
    name,
    async *rows(listener) {
      for (const note of notes) listener.note(note);
      if (wantsLabels && labelNote !== undefined && options.label !== "none") listener.note(labelNote);
      yield* rowsOf(files, { name, options, wantsLabels }, listener);
    },
  };
}

async function* rowsOf(
  files: readonly TextFile[],
  reading: { readonly name: string; readonly options: ReadTextsOptions; readonly wantsLabels: boolean },
  listener: TextListener,
): AsyncGenerator<readonly TextRow[]> {
  const { name: source, options } = reading;
  const isOnly = files.length === 1;
  let left = options.limit ?? Infinity;
  const firsts: { plain?: FileAbout; table?: FileAbout } = {};
  for (const file of files) {
    options.signal?.throwIfAborted();
    const open = await openUnlessEmpty(file, options, isOnly, listener);
    if (open === undefined) continue;
    try {
      const plan = planFile(
        open,
        { ...reading, file, firsts, called: isOnly ? source : file.name },
        listener.note,
      );
      firsts[open.kind] ??= plan.about;
      listener.file(plan.about);
      for await (const rows of plan.read()) {
        options.signal?.throwIfAborted();
        const kept = usableRows(rows, plan, { source, isOnly, options, left }, listener);
        left -= kept.length;
        if (kept.length > 0) yield kept;
        if (left <= 0) return;
      }
    } finally {
      if (open.kind === "table") open.table.close();
      else open.reader.close();
    }
  }
}

/** Of many files, an empty one is a text that is missing. */
async function openUnlessEmpty(
  file: TextFile,
  options: ReadTextsOptions,
  isOnly: boolean,
  listener: TextListener,
): Promise<OpenFile | undefined> {
  const isWhole = options.whole ?? (file.label !== undefined && options.paragraphs !== true);
  try {
    return await openFile(file, { ...options, whole: isWhole });
  } catch (error) {
    if (isOnly || !(error instanceof RecurraError && error.code === "empty-file")) throw error;
    if ((options.onError ?? "throw") === "throw" && options.keepEmpty !== true) {
      const message = `${error.message} Leave such files out with --on-error skip.`;
      throw new RecurraError(error.code, message, { cause: error });
    }
    listener.skip({
      row: 1,
      file: file.name,
      isFile: true,
      code: error.code,
      reason: `${file.name}: the file is empty.`,
    });
    return undefined;
  }
}
