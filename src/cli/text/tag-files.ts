// Reading tagged sentences, and sentences to tag, for the commands of taggers.

import { type Command, Option } from "commander";
import type { TaggedSentences } from "../../data/texts/read-tagged-sentences.ts";
import type { TaggingScheme } from "../../data/texts/tag-scheme.ts";
import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import type { CliContext } from "../context.ts";
import { encodingName, wholeNumber } from "../options.ts";
import { tellSkippedRows } from "./text-files.ts";

/** How CoNLL files are read. */
export interface TaggedArguments {
  readonly tokenColumn?: number;
  readonly tagColumn?: number;
  readonly scheme?: TaggingScheme;
  readonly encoding?: string;
  readonly onError: "stop" | "skip" | "replace";
}

const SCHEMES = ["BIO", "IOB1", "BIOES", "none"] as const;

/** Adds the options of {@link TaggedArguments}. */
export function addTaggedOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--token-column <N>", "of the tokens, from 1 (default: 1; 2 in CoNLL-U)").argParser(
        wholeNumber(1),
      ),
    )
    .addOption(
      new Option(
        "--tag-column <N>",
        "of the tags (default: the last; in CoNLL-U 4, the part of speech)",
      ).argParser(wholeNumber(1)),
    )
    .addOption(
      new Option(
        "--scheme <NAME>",
        "how tags mark entities; none for parts of speech (default: found out)",
      ).choices(SCHEMES),
    )
    .addOption(
      new Option("--encoding <NAME>", "such as windows-1252 (default: UTF-8, or UTF-16)").argParser(
        encodingName,
      ),
    )
    .addOption(
      new Option("--on-error <WHAT>", "sentences that cannot be read: stop, skip them, replace invalid bytes")
        .choices(["stop", "skip", "replace"])
        .default("stop"),
    );
}

/** Reads a CoNLL file. @param known the scheme of a tagger that the sentences are for */
export async function readTagged(
  path: string,
  { tokenColumn, tagColumn, scheme, encoding: name, onError }: TaggedArguments,
  { signal, known }: { readonly signal?: AbortSignal; readonly known?: TaggingScheme } = {},
): Promise<TaggedSentences> {
  const { readTaggedSentences } = await import("../../data/texts/read-tagged-sentences.ts");
  return readTaggedSentences(path, {
    token: tokenColumn,
    tag: tagColumn,
    scheme: scheme ?? known,
    encoding: name,
    onError: onError === "stop" ? "throw" : onError,
    signal,
  });
}

/** Tells what was assumed, and what was left out. */
export function tellTaggedNotes({ notes, skipped, source }: TaggedSentences, context: CliContext): void {
  for (const note of notes) context.tell(`${note}\n`);
  tellSkippedRows(skipped, source, context);
}

/** Fails for sentences that all have one tag, of which there is nothing to learn. */
export function checkTwoTags({ tags, sentences, source }: TaggedSentences): void {
  if (tags.length > 1) return;
  const tokens = sentences.reduce((sum, one) => sum + one.tokens.length, 0);
  throw new RecurraError(
    "one-class",
    `${source}: all ${tokens.toLocaleString("en-US")} tokens have the tag "${tags[0]}"; wanted two tags at least. Check which column is the tag (--tag-column N).`,
  );
}

/** Fails for a tag that the tagger cannot know, naming its row. @param known the tags that there are in training */
export function checkKnownTags(read: TaggedSentences, known: readonly string[]): void {
  const names = new Set(known);
  for (const [i, { tokens, tags }] of read.sentences.entries()) {
    const t = tags.findIndex((tag) => !names.has(tag));
    if (t < 0) continue;
    const tag = tags[t] ?? "";
    const shown = known.length > 16 ? `${known.slice(0, 16).join(", ")}, …` : known.join(", ");
    throw new RecurraError(
      "unknown-tag",
      `${read.source}, the sentence of ${read.rowName(i)}: the tag "${tag}" of the token "${tokens[t]}" is none of those trained on (${shown}). ${suggestion(tag, known)}Train with sentences that have it, or check which column is the tag (--tag-column N).`,
    );
  }
}
