// Reading sentences of tagged tokens from CoNLL files: a token a line, its tag in a column of the line, an empty line between sentences.

import { kind, type OptionKind, oneOf } from "../../nn/layer-options.ts";
import { RecurraError } from "../../platform/error.ts";
import type { RowName } from "../row-names.ts";
import { ByteReader } from "./byte-reader.ts";
import { fromIob1, schemeOf, type TaggingScheme, tagFault } from "./tag-scheme.ts";
import { type Draft, draftsOf } from "./tagged-lines.ts";
import { findTextFiles } from "./text-files.ts";
import { checkTextOptions, type OnTextError, type SkippedText, type TextSource } from "./text-options.ts";
import { faultError, type RowFault } from "./text-table.ts";

export interface ReadTaggedOptions {
  /** The column of the tokens, from 1. Default: 1; 2 where the first counts the tokens, as in CoNLL-U. */
  readonly token?: number | undefined;
  /** The column of the tags, from 1. Default: the last; 4, the universal part of speech, in CoNLL-U. */
  readonly tag?: number | undefined;
  /**
   * How tags mark spans: what does not fit is a fault, and IOB1 (of the first files of CoNLL-2003) becomes BIO. Default: "BIOES" where tags
   * begin with E- or S-, "BIO" where all are O or begin with B- or I-, else "none", which checks nothing.
   */
  readonly scheme?: TaggingScheme | undefined;
  /** "throw" fails at a sentence that cannot be read, "skip" leaves it out; "replace" also puts U+FFFD for invalid bytes. Default "throw". */
  readonly onError?: OnTextError | undefined;
  /** The encoding, by a name that TextDecoder knows. Default: UTF-8, or UTF-16 where the file shows it. */
  readonly encoding?: string | undefined;
  /** Reads no more than so many sentences. Default: all. */
  readonly limit?: number | undefined;
  /** What the file is called in messages and reports. Default: its name. */
  readonly source?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Tokens with the tag of each. */
export interface TaggedSentence {
  /** [T] */
  readonly tokens: readonly string[];
  /** [T] */
  readonly tags: readonly string[];
}

export interface TaggedSentences {
  readonly sentences: readonly TaggedSentence[];
  /** [N] The line that each begins on, from 1. */
  readonly rows: Int32Array;
  /** What a sentence is called in messages, given its position. */
  readonly rowName: RowName;
  /** The scheme that the tags are in: BIO where IOB1 was read. */
  readonly scheme: TaggingScheme;
  /** The tags there are, in the order of the alphabet. */
  readonly tags: readonly string[];
  readonly source: string;
  readonly notes: readonly string[];
  readonly skipped: readonly SkippedText[];
}

const column = kind(
  "the number of a column, from 1 on",
  (value) => typeof value === "number" && Number.isInteger(value) && value > 0,
);
const kinds: Readonly<Record<keyof ReadTaggedOptions, OptionKind>> = {
  token: column,
  tag: column,
  scheme: oneOf("BIO", "IOB1", "BIOES", "none"),
  onError: oneOf("throw", "skip", "replace"),
  encoding: kind("the name of an encoding", (value) => typeof value === "string"),
  limit: kind("a positive whole number", (value) => typeof value === "number" && value > 0),
  source: kind("text", (value) => typeof value === "string"),
  signal: kind("an AbortSignal", (value) => value instanceof AbortSignal),
};

/**
 * Reads sentences of tagged tokens. Columns are separated by tabs, or else by spaces; lines that begin with -DOCSTART- and comments are
 * left out.
 *
 *     const { sentences } = await readTaggedSentences("wnut17train.conll");
 *
 * @param source a file, also packed with gzip, or as `readTexts` takes
 * @throws RecurraError those of files, `option-value`, `no-rows`, `unknown-column` for the number of a column; and by the line: `row-length`,
 * `invalid-utf8`, `invalid-text`, `token-missing`, `tag`
 */
export async function readTaggedSentences(
  source: TextSource,
  options: ReadTaggedOptions = {},
): Promise<TaggedSentences> {
  checkTextOptions("readTaggedSentences", source, options, kinds);
  const { name: found, files } = await findTextFiles(source);
  const name = options.source ?? found;
  const isOnly = files.length === 1;
  const drafts: Draft[] = [];
  for (const file of files) {
    const reader = await ByteReader.open(file.source, options.encoding);
    try {
      for await (const draft of draftsOf(reader, file.name, name, options)) {
        options.signal?.throwIfAborted();
        drafts.push(draft);
        if (options.onError !== "skip" && drafts.length === options.limit) break;
      }
    } finally {
      reader.close();
    }
  }
  const read = options.scheme ?? schemeOf(tagsIn(drafts));
  const scheme = read === "IOB1" ? "BIO" : read;
  const kept: Draft[] = [];
  const skipped: SkippedText[] = [];
  for (const draft of drafts) {
    const { place, what } = tagFault(draft.tags, read) ?? {};
    const bad =
      draft.fault ??
      (what === undefined
        ? undefined
        : { line: draft.lines[place ?? 0] ?? draft.row, fault: tagged(what, options.scheme) });
    if (bad === undefined) {
      if (kept.length < (options.limit ?? Infinity)) kept.push(draft);
      continue;
    }
    const rowName = `line ${bad.line}${isOnly ? "" : ` of ${draft.file}`}`;
    if ((options.onError ?? "throw") === "throw") throw faultError(name, rowName, bad.fault);
    const about = isOnly ? {} : { file: draft.file };
    skipped.push({
      row: draft.row,
      ...about,
      code: bad.fault.code,
      reason: `${rowName}: ${bad.fault.what}; the sentence is left out.`,
    });
  }
  if (kept.length === 0) {
    const why =
      skipped[0] === undefined
        ? "it holds no sentence."
        : `all ${skipped.length} sentences are left out; the first: ${skipped[0].reason}`;
    throw new RecurraError("no-rows", `Cannot read ${name}: ${why}`);
  }
  const sentences = kept.map(({ tokens, tags }) => ({
    tokens,
    tags: read === "IOB1" ? fromIob1(tags) : tags,
  }));
  return {
    sentences,
    rows: Int32Array.from(kept, ({ row }) => row),
    rowName: (position) => `line ${kept[position]?.row}${isOnly ? "" : ` of ${kept[position]?.file}`}`,
    scheme,
    tags: [...new Set(sentences.flatMap(({ tags }) => tags))].sort(),
    source: name,
    notes: options.scheme === undefined ? [noteOf(name, scheme)] : [],
    skipped,
  };
}

function noteOf(name: string, scheme: TaggingScheme): string {
  return scheme === "none"
    ? `The tags of ${name} are those of single tokens: they mark no spans, and are not checked.`
    : `The tags of ${name} mark spans as ${scheme} does.`;
}

function tagged(what: string, said: TaggingScheme | undefined): RowFault {
  const older = said === undefined ? " Where all spans begin with I-, say --scheme IOB1." : "";
  return {
    code: "tag",
    what,
    advice: `Correct it, or leave such sentences out with --on-error skip.${older}`,
  };
}

function* tagsIn(drafts: readonly Draft[]): Generator<string> {
  for (const { tags, fault } of drafts) if (fault === undefined) yield* tags;
}
