// What a tagger says of sentences, as files: CoNLL, JSON lines with spans and probabilities, CSV with a line for each span.

import { csvField } from "../../report/csv.ts";
import { entitiesOf } from "../metrics/entity-spans.ts";
import type { Tagger } from "../tag/tagger.ts";

/** A span that a tagger found; of tags that mark no spans, each token is one. */
export interface ToldSpan {
  /** Its type, or the tag. */
  readonly type: string;
  /** Tokens `from` to `to` - 1. */
  readonly from: number;
  readonly to: number;
  /** That of the tag of its least sure token. */
  readonly probability: number;
}

/** Where a sentence stands in what was read, and what was kept beside it. */
export interface SentencePlace {
  /** Where there are several. */
  readonly file?: string | undefined;
  /** From 1; undefined where the file is one text. */
  readonly row?: number | undefined;
  /** Cells by their columns. */
  readonly columns?: Readonly<Record<string, string>> | undefined;
}

/** A sentence with what a tagger says of it. */
export interface ToldSentence {
  readonly place?: SentencePlace | undefined;
  readonly tokens: readonly string[];
  /** [T] */
  readonly tags: readonly string[];
  readonly spans: readonly ToldSpan[];
  /** The text that the tokens were cut from, and [T] where in it each begins. */
  readonly text?: string | undefined;
  readonly starts?: Int32Array | undefined;
}

/** The formats of {@link toldText}. */
export const TOLD_FORMATS = ["conll", "jsonl", "csv"] as const;
export type ToldFormat = (typeof TOLD_FORMATS)[number];

/** Tags sentences. */
export async function tellTags(
  tagger: Tagger,
  sentences: readonly Pick<ToldSentence, "tokens" | "text" | "starts" | "place">[],
): Promise<readonly ToldSentence[]> {
  const tokens = sentences.map((sentence) => sentence.tokens);
  const predicted = await tagger.predict(tokens);
  const probabilities = await tagger.probabilities(tokens);
  return sentences.map((sentence, i) => {
    const tags = predicted[i] ?? [];
    return { ...sentence, tags, spans: spansOf(tagger, tags, probabilities[i] ?? new Float32Array()) };
  });
}

/** The spans that tags mark. @param probabilities [T, K] */
export function spansOf(
  { tags: known, scheme }: Pick<Tagger, "tags" | "scheme">,
  tags: readonly string[],
  probabilities: Float32Array,
): readonly ToldSpan[] {
  const shareOf = (t: number) => probabilities[t * known.length + known.indexOf(tags[t] ?? "")] ?? 0;
  const spans = scheme === "none" ? tags.map((type, t) => ({ type, from: t, to: t + 1 })) : entitiesOf(tags);
  return spans.map((span) => {
    let probability = 1;
    for (let t = span.from; t < span.to; t++) probability = Math.min(probability, shareOf(t));
    return { ...span, probability: Number(probability.toPrecision(6)) };
  });
}

/** What is told, as text: CoNLL with a token and its tag in a line, JSON lines, or CSV. */
export function toldText(told: readonly ToldSentence[], format: ToldFormat): string {
  switch (format) {
    case "conll":
      return conllText(told.map(({ tokens, tags }) => tokens.map((token, t) => [token, tags[t] ?? ""])));
    case "jsonl":
      return told.map((sentence) => `${JSON.stringify(sentenceRecord(sentence))}\n`).join("");
    case "csv":
      return csvText(told);
  }
}

/** Lines of tokens with what stands beside them, an empty line after each sentence. @param sentences rows of cells */
export function conllText(sentences: readonly (readonly (readonly string[])[])[]): string {
  return sentences.map((rows) => `${rows.map((cells) => `${cells.join("\t")}\n`).join("")}\n`).join("");
}

/** A sentence as plain JSON. Places are those of characters (UTF-16 code units) in the text, and of tokens. */
export function sentenceRecord(sentence: ToldSentence): object {
  const { text, tokens, tags, spans, place } = sentence;
  return {
    ...place,
    ...(text !== undefined && { text }),
    tokens,
    tags,
    spans: spans.map((span) => ({
      type: span.type,
      text: spanText(sentence, span),
      from: span.from,
      to: span.to,
      ...(text !== undefined && charactersOf(sentence, span)),
      probability: span.probability,
    })),
  };
}

/** The text of a span: as it stands, or its tokens with spaces between them. */
export function spanText(sentence: ToldSentence, { from, to }: ToldSpan): string {
  if (sentence.text === undefined) return sentence.tokens.slice(from, to).join(" ");
  const { start, end } = charactersOf(sentence, { from, to });
  return sentence.text.slice(start, end);
}

function charactersOf(
  { tokens, starts }: ToldSentence,
  { from, to }: { readonly from: number; readonly to: number },
): { readonly start: number; readonly end: number } {
  const last = starts?.[to - 1] ?? 0;
  return { start: starts?.[from] ?? 0, end: last + (tokens[to - 1]?.length ?? 0) };
}

/** What a line of CSV has beside what is kept. */
export const CSV_COLUMNS = [
  "file",
  "row",
  "first_token",
  "last_token",
  "type",
  "probability",
  "text",
] as const;

/** Without places sentences are counted. */
function csvText(told: readonly ToldSentence[]): string {
  const hasFile = told.some(({ place }) => place?.file !== undefined);
  const hasRow = told.some(({ place }) => place?.row !== undefined);
  const kept = Object.keys(told[0]?.place?.columns ?? {});
  const lines = told.flatMap(({ place, ...sentence }, i) =>
    sentence.spans.map((span) =>
      [
        ...(hasFile ? [place?.file ?? ""] : []),
        ...(hasRow ? [String(place?.row ?? "")] : []),
        ...(hasFile || hasRow ? [] : [String(i + 1)]),
        ...kept.map((name) => place?.columns?.[name] ?? ""),
        String(span.from + 1),
        String(span.to),
        span.type,
        String(span.probability),
        spanText(sentence, span),
      ]
        .map(csvField)
        .join(","),
    ),
  );
  const where = [...(hasFile ? ["file"] : []), ...(hasRow ? ["row"] : [])];
  const head = [...(where.length === 0 ? ["sentence"] : where), ...kept].map(csvField).join(",");
  return `${[`${head},first_token,last_token,type,probability,text`, ...lines].join("\n")}\n`;
}
