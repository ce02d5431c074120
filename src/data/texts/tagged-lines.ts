// The lines of CoNLL files: a token each, its tag in a column, an empty line between sentences.

import { RecurraError } from "../../platform/error.ts";
import { countOf } from "../row-names.ts";
import type { ByteReader } from "./byte-reader.ts";
import { readPlain } from "./plain-text.ts";
import type { OnTextError } from "./text-options.ts";
import type { RowFault } from "./text-table.ts";

/** Where tokens and tags stand: see `ReadTaggedOptions`. */
export interface TaggedColumns {
  readonly token?: number | undefined;
  readonly tag?: number | undefined;
  readonly onError?: OnTextError | undefined;
}

/** A sentence as its lines have it. */
export interface Draft {
  readonly file: string;
  readonly row: number;
  readonly tokens: string[];
  readonly tags: string[];
  /** [T] */
  readonly lines: number[];
  fault: { readonly line: number; readonly fault: RowFault } | undefined;
}

/** The sentences of a file, one after the other. */
export async function* draftsOf(
  reader: ByteReader,
  file: string,
  name: string,
  { token, tag, onError = "throw" }: TaggedColumns,
): AsyncGenerator<Draft> {
  let layout: Layout | undefined;
  let draft: Draft | undefined;
  let lastLine = 0;
  for await (const rows of readPlain(reader, "line")) {
    for (const { row, cells, fault } of rows) {
      const line = String(cells[0]);
      // Empty lines are not told of: a gap is one.
      if (draft !== undefined && row > lastLine + 1) {
        yield draft;
        draft = undefined;
      }
      lastLine = row;
      if (line.startsWith("-DOCSTART-")) {
        if (draft !== undefined) yield draft;
        draft = undefined;
        continue;
      }
      if (isComment(line, layout)) continue;
      layout ??= layoutOf(line, token, tag, name, row);
      const parts = partsOf(line, layout.isTab);
      // CoNLL-U: words of several tokens, and tokens that are not there.
      if (layout.isUniversal && /^\d+[-.]\d+$/.test(parts[0] ?? "")) continue;
      draft ??= { file, row, tokens: [], tags: [], lines: [], fault: undefined };
      const own = parts[layout.token - 1] ?? "";
      const mended = onError === "replace" && fault?.isMended === true ? undefined : fault;
      const wrong = mended ?? lineFault(parts, own, layout);
      if (wrong !== undefined) draft.fault ??= { line: row, fault: wrong };
      draft.tokens.push(own);
      draft.tags.push(parts[layout.tag - 1] ?? "");
      draft.lines.push(row);
    }
  }
  if (draft !== undefined) yield draft;
}

/** How the lines of a file are cut. */
interface Layout {
  readonly isTab: boolean;
  readonly width: number;
  readonly token: number;
  readonly tag: number;
  readonly isUniversal: boolean;
}

function layoutOf(
  line: string,
  token: number | undefined,
  tag: number | undefined,
  name: string,
  row: number,
): Layout {
  const isTab = line.includes("\t");
  const parts = partsOf(line, isTab);
  const width = parts.length;
  const isUniversal = isTab && width === 10 && /^\d+([-.]\d+)?$/.test(parts[0] ?? "");
  const layout = {
    isTab,
    width,
    token: token ?? (isUniversal ? 2 : 1),
    tag: tag ?? (isUniversal ? 4 : width),
    isUniversal,
  };
  const odd = Math.max(layout.token, layout.tag);
  if (width > 1 && odd <= width) return layout;
  throw new RecurraError(
    width > 1 ? "unknown-column" : "file-format",
    width > 1
      ? `There is no column ${odd} in ${name}: line ${row} has ${width}. Columns are counted from 1.`
      : `Cannot read ${name}: line ${row} has one column. Wanted a token and its tag in each line, separated by a tab or a space, and an empty line between sentences.`,
  );
}

function partsOf(line: string, isTab: boolean): readonly string[] {
  // No other white space: a token may have a space of another kind.
  return isTab
    ? line.replace(/[ \t]+$/, "").split("\t")
    : line.replace(/^[ \t]+|[ \t]+$/g, "").split(/[ \t]+/);
}

/** Lines such as `# sent_id = 3`; a token may be # itself. */
function isComment(line: string, layout: Layout | undefined): boolean {
  if (!line.startsWith("#")) return false;
  if (layout === undefined)
    return /^#\s/.test(line) && !line.includes("\t") && partsOf(line, false).length !== 2;
  return layout.isTab
    ? !line.includes("\t") && /^#\s/.test(line)
    : /^#\s/.test(line) && partsOf(line, false).length !== layout.width;
}

function lineFault(parts: readonly string[], token: string, { width, isTab }: Layout): RowFault | undefined {
  if (parts.length !== width) {
    const between = isTab ? "tabs" : "spaces";
    return {
      code: "row-length",
      what: `it has ${countOf(parts.length, "column")}, separated by ${between}, and the first line has ${width}`,
      advice: "Correct it, or leave such sentences out with --on-error skip.",
    };
  }
  if (token.trim() !== "") return undefined;
  return {
    code: "token-missing",
    what: "the token is empty",
    advice: "Correct it, or leave such sentences out with --on-error skip.",
  };
}
