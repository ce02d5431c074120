// The coloured text: each word of a text on red where it raises a prediction, on blue where it lowers it. As HTML.

import { RecurraError } from "../platform/error.ts";
import { type ExplainedRow, LOWERS, RAISES, shortNumber, signed } from "./explanation-parts.ts";
import { CHART_CONFIG, DARK, LIGHT } from "./theme.ts";

/** A piece of a text: a word with what it adds, or what stands between words. */
export interface ColouredSegment {
  readonly text: string;
  /** Absent between words. */
  readonly value?: number | undefined;
}

export interface ColouredText {
  /** The whole text, piece by piece: what `segments()` of a text's explanation gives. */
  readonly segments: readonly ColouredSegment[];
  readonly title?: string | undefined;
  /** What the text is predicted as, and what would be without its words; told below the title. */
  readonly prediction?: number | undefined;
  readonly baseValue?: number | undefined;
  /** What the prediction is called. Default "f(x)". */
  readonly output?: string | undefined;
  /** The |value| of the deepest colour. Default: the greatest there is. Give several texts the same to compare them. */
  readonly scale?: number | undefined;
}

/**
 * The pieces of a text that is explained place by place, such as padded sequences of ids: its features are named after the words at the
 * places, those without a name are padding and go.
 */
export function wordSegments({ features }: ExplainedRow): readonly ColouredSegment[] {
  const words = features.filter(({ name }) => name !== "");
  return words.flatMap(({ name, value }, i) => [...(i === 0 ? [] : [{ text: " " }]), { text: name, value }]);
}

/** How opaque the deepest colour is: text on it stays readable, in light and in dark. */
const DEEPEST = 0.62;
/** Values of less than this share of the greatest are left without colour. */
const FAINTEST = 0.03;

/** A piece with its colour. */
export interface Shade {
  readonly text: string;
  /** Absent for what has no value, or hardly any. */
  readonly colour: string | undefined;
  /** 0 to 1. */
  readonly opacity: number;
  /** Told under the mouse: `superb: +0.220`. */
  readonly hint: string | undefined;
}

/** @throws RecurraError `chart` for no text, and for values that are not finite */
export function shadesOf(what: string, chart: ColouredText): { shades: readonly Shade[]; scale: number } {
  const { segments } = chart;
  const odd = segments.find(({ value }) => value !== undefined && !Number.isFinite(value));
  if (odd !== undefined)
    throw new RecurraError(
      "chart",
      `${what}: the value of "${odd.text}" is ${odd.value}; wanted a finite number`,
    );
  if (!segments.some(({ text }) => text.trim() !== ""))
    throw new RecurraError("chart", `${what}: there is no text to colour`);
  const greatest = segments.reduce((most, { value = 0 }) => Math.max(most, Math.abs(value)), 0);
  const { scale = greatest } = chart;
  const shades = segments.map(({ text, value }): Shade => {
    const share = value === undefined || scale === 0 ? 0 : Math.min(1, Math.abs(value) / scale);
    return {
      text,
      colour: share < FAINTEST ? undefined : (value ?? 0) > 0 ? RAISES : LOWERS,
      opacity: Number((DEEPEST * share).toFixed(3)),
      hint: value === undefined ? undefined : `${text}: ${signed(value)}`,
    };
  });
  return { shades, scale };
}

/** `f(x) = 0.930, base value 0.510` */
export function predictionLine({ prediction, baseValue, output = "f(x)" }: ColouredText): string {
  return [
    ...(prediction === undefined ? [] : [`${output} = ${shortNumber(prediction)}`]),
    ...(baseValue === undefined ? [] : [`base value ${shortNumber(baseValue)}`]),
  ].join(", ");
}

/**
 * A coloured text as a piece of HTML, to be put into a page. Words tell their values under the mouse; long texts wrap, and a text that is
 * written from right to left is set so. It follows the reader's preference for light or dark.
 *
 * @throws RecurraError `chart` for no text, and for values that are not finite
 */
export function colouredTextHtml(chart: ColouredText): string {
  const { shades, scale } = shadesOf("colouredTextHtml", chart);
  const line = predictionLine(chart);
  const words = shades.map(({ text, colour, opacity, hint }) => {
    if (hint === undefined) return escapeText(text);
    const style = colour === undefined ? "" : ` style="background:${withOpacity(colour, opacity)}"`;
    return `<mark${style} title="${escapeText(hint)}">${escapeText(text)}</mark>`;
  });
  return `<figure class="recurra-text">
<style>${STYLE}</style>
<figcaption>${chart.title === undefined ? "" : `<strong dir="auto">${escapeText(chart.title)}</strong>`}${
    line === "" ? "" : `<span>${escapeText(line)}</span>`
  }<span class="scale">lowers ${shortNumber(-scale)}<i></i>+${shortNumber(scale)} raises</span></figcaption>
<p dir="auto">${words.join("")}</p>
</figure>`;
}

/** Coloured texts as a page of their own, in one scale if they are given one. @throws RecurraError as {@link colouredTextHtml} */
export function colouredTextPage(charts: readonly ColouredText[], title: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeText(title)}</title>
<style>:root{color-scheme:light dark}body{margin:1.5rem auto;max-width:52rem;padding:0 1rem;background:${LIGHT.background};color:${LIGHT.text};font-family:${CHART_CONFIG.font}}
h1{font-size:1.2rem}@media (prefers-color-scheme:dark){body{background:${DARK.background};color:${DARK.text}}}</style>
</head>
<body>
<h1>${escapeText(title)}</h1>
${charts.map((chart) => colouredTextHtml(chart)).join("\n")}
</body>
</html>
`;
}

const STYLE = `.recurra-text{margin:1rem 0;color:${LIGHT.text};font-family:${CHART_CONFIG.font}}
.recurra-text figcaption{display:flex;flex-wrap:wrap;gap:.2rem 1rem;align-items:baseline;font-size:.85rem;color:${LIGHT.muted}}
.recurra-text strong{color:${LIGHT.text};font-size:.95rem}
.recurra-text .scale{white-space:nowrap}
.recurra-text i{display:inline-block;width:5rem;height:.6rem;margin:0 .4rem;border-radius:2px;background:linear-gradient(to right,${withOpacity(LOWERS, DEEPEST)},${withOpacity(LOWERS, 0)} 50%,${withOpacity(RAISES, 0)} 50%,${withOpacity(RAISES, DEEPEST)})}
.recurra-text p{margin:.5rem 0;line-height:1.75;white-space:pre-wrap;overflow-wrap:anywhere}
.recurra-text mark{background:none;color:inherit;border-radius:3px;padding:.1em 0}
@media (prefers-color-scheme:dark){.recurra-text,.recurra-text strong{color:${DARK.text}}.recurra-text figcaption{color:${DARK.muted}}}`;

/** `#e5484d` -> `rgba(229,72,77,0.3)` */
function withOpacity(colour: string, opacity: number): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return `rgba(${channels.join(",")},${opacity})`;
}

/** Text for XML and HTML, also within quotes; what XML has no place for becomes a space. */
export function escapeText(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, " ")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
  );
}
