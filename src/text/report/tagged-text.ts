// Sentences with coloured spans, as HTML: what they are and what a tagger made of them, one above the other.

import { escapeHtml } from "../../report/page.ts";

/** A span to colour. */
export interface ShownSpan {
  readonly type: string;
  /** Tokens `from` to `to` - 1. */
  readonly from: number;
  readonly to: number;
  /** Told under the mouse. */
  readonly probability?: number | undefined;
  /** Whether the other line has it too; what is not shared gets a dashed frame. */
  readonly isShared: boolean;
}

/** Red, green and blue: each readable under text in light and in dark, at {@link OPACITY}. */
const HUES = [
  "9,105,218",
  "201,81,12",
  "26,127,55",
  "130,80,223",
  "191,57,137",
  "27,124,131",
  "154,103,0",
  "207,34,46",
] as const;
const OPACITY = 0.26;

/** Tokens of a long sentence that are shown, from a little before the first span that is not shared. */
const SHOWN = 70;
const BEFORE = 20;

/** The rules that the lines need, once a page. */
export const TAGGED_STYLE = `<style>
.tagged{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .9rem;padding:.6rem 0;border-bottom:1px solid var(--grid)}
.tagged>span{color:var(--muted);font-size:.8125rem;line-height:1.9rem}
.tagged>div{line-height:1.9rem;overflow-wrap:anywhere}
.tagged mark,.tag-legend mark{color:inherit;border-radius:4px;padding:.1em .3em;background:rgba(var(--hue),${OPACITY});border:1.5px solid transparent}
.tagged mark.odd{border:1.5px dashed var(--muted)}
.tagged mark small{font-size:.6875rem;color:var(--muted);margin-left:.35em}
.tag-legend{display:flex;flex-wrap:wrap;gap:.4rem;margin:.5rem 0;font-size:.875rem}
${HUES.map((hue, i) => `.hue${i}{--hue:${hue}}`).join("\n")}
</style>`;

/** Colours of types by their place in a list. */
export type TypeColours = ReadonlyMap<string, number>;

export function coloursOf(types: readonly string[]): TypeColours {
  return new Map(types.map((type, i) => [type, i % HUES.length]));
}

/** What each colour is. */
export function tagLegend(colours: TypeColours): string {
  const marks = [...colours].map(([type, hue]) => `<mark class="hue${hue}">${escapeHtml(type)}</mark>`);
  return `<div class="tag-legend">${marks.join("")}</div>`;
}

/** Lines of one sentence, each with a word before it: `it is`, `told`. */
export function taggedLines(
  tokens: readonly string[],
  lines: readonly { readonly head: string; readonly spans: readonly ShownSpan[] }[],
  colours: TypeColours,
): string {
  const odd = lines.flatMap(({ spans }) => spans.filter(({ isShared }) => !isShared));
  const first = Math.min(...odd.map(({ from }) => from), tokens.length);
  const start = tokens.length <= SHOWN ? 0 : Math.max(0, Math.min(first - BEFORE, tokens.length - SHOWN));
  const end = Math.min(tokens.length, start + SHOWN);
  const rows = lines.map(
    ({ head, spans }) =>
      `<span>${escapeHtml(head)}</span><div dir="auto">${line(tokens, spans, [start, end], colours)}</div>`,
  );
  return `<div class="tagged">${rows.join("\n")}</div>`;
}

function line(
  tokens: readonly string[],
  spans: readonly ShownSpan[],
  [start, end]: readonly [number, number],
  colours: TypeColours,
): string {
  const parts: string[] = start > 0 ? ["…"] : [];
  for (let t = start; t < end; ) {
    const span = spans.find(({ from, to }) => Math.max(from, start) === t && to > t);
    const to = Math.min(span?.to ?? t + 1, end);
    const text = `<bdi>${escapeHtml(tokens.slice(t, to).join(" "))}</bdi>`;
    parts.push(span === undefined ? text : marked(text, span, colours));
    t = to;
  }
  return [...parts, ...(end < tokens.length ? ["…"] : [])].join(" ");
}

function marked(html: string, { type, probability, isShared }: ShownSpan, colours: TypeColours): string {
  const hint = probability === undefined ? "" : ` title="${escapeHtml(type)}: ${probability.toFixed(3)}"`;
  const style = `hue${colours.get(type) ?? 0}${isShared ? "" : " odd"}`;
  return `<mark class="${style}"${hint}>${html}<small>${escapeHtml(type)}</small></mark>`;
}
