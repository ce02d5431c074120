// A text whose tokens are coloured by one number each, such as what a unit of a network is after it: SVG.

import { RecurraError } from "../platform/error.ts";
import { shortNumber } from "./explanation-parts.ts";
import { escapeText } from "./explanation-text.ts";
import {
  breakLines,
  directionOf,
  type Piece,
  type PlacedPiece,
  piecesOf,
  placeLine,
} from "./explanation-text-lines.ts";
import { textWidth } from "./explanation-text-width.ts";
import { CHART_CONFIG, darkRules, LIGHT } from "./theme.ts";

/** A piece of a text: a token with its value, or what stands between tokens. */
export interface ValuedSegment {
  readonly text: string;
  /** Absent between tokens. */
  readonly value?: number | undefined;
}

export interface UnitText {
  /** The text, piece by piece. A token may be part of a word. */
  readonly segments: readonly ValuedSegment[];
  readonly title?: string | undefined;
  /** The |value| of the deepest colour. Default: the greatest there is. */
  readonly scale?: number | undefined;
  /** Units of the drawing, 1 by default a pixel. At least 300. Default 760. */
  readonly width?: number | undefined;
}

const NARROWEST = 300;
const MARGIN = 14;
const FONT = 14;
const LINE = 25;
/** How opaque the deepest colour is: text on it stays readable, in light and in dark. */
const DEEPEST = 0.6;
const FAINTEST = 0.03;

/** What stands together without a space between: parts of tokens. */
interface Word {
  readonly parts: readonly ValuedSegment[];
}

/**
 * A text as SVG in which each token has the colour of its value: blue above 0, orange below, the deeper the further. Words stay whole where
 * tokens are parts of them, and a text from right to left is set so. It follows the reader's preference for light or dark.
 *
 * Source of the idea: Karpathy, Johnson & Fei-Fei, "Visualizing and understanding recurrent networks", arXiv:1506.02078, figure 2.
 *
 * @throws RecurraError `chart` for no text, and for values that are not finite
 */
export function unitTextSvg(chart: UnitText): string {
  const { segments, title, width = 760 } = chart;
  if (!(width >= NARROWEST && width < Infinity))
    throw new RecurraError("chart", `unitTextSvg: width is ${width}; wanted a number from ${NARROWEST} up`);
  const odd = segments.find(({ value }) => value !== undefined && !Number.isFinite(value));
  if (odd !== undefined)
    throw new RecurraError(
      "chart",
      `unitTextSvg: the value of "${odd.text}" is ${odd.value}; wanted a finite number`,
    );
  if (!segments.some(({ text }) => text.trim() !== ""))
    throw new RecurraError("chart", "unitTextSvg: there is no text to colour");
  const greatest = segments.reduce((most, { value = 0 }) => Math.max(most, Math.abs(value)), 0);
  const { scale = greatest } = chart;
  const inner = width - 2 * MARGIN;
  const parts: string[] = [];
  let y = MARGIN + 14;
  const legend = legendAt(inner + MARGIN, y, scale);
  if (title !== undefined) {
    parts.push(
      `<text x="${MARGIN}" y="${y}" font-weight="600" font-size="${FONT}" fill="${LIGHT.text}">${escapeText(title)}</text>`,
    );
    if (textWidth(title, FONT) + legend.width + 24 > inner) y += 18;
  }
  parts.push(...legendAt(inner + MARGIN, y, scale).parts);
  y += 6;
  const direction = directionOf(segments.map(({ text }) => text).join(""));
  const drawn = new Map<Word, number>();
  for (const line of breakLines(wordsOf(segments), inner, FONT)) {
    y += LINE;
    for (const placed of placeLine(line, direction, inner, FONT)) {
      const piece = { ...placed, x: placed.x + MARGIN };
      const from = drawn.get(piece.source) ?? 0;
      drawn.set(piece.source, from + piece.text.length);
      parts.push(...boxes(piece, from, y, scale), letters(piece, y));
    }
  }
  const height = y + MARGIN;
  return `<svg role="img" xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escapeText(CHART_CONFIG.font)}"><style>${darkRules()}</style><rect width="${width}" height="${height}" fill="${LIGHT.background}"/>${parts.join("")}</svg>`;
}

/** Words and spaces, each with the parts of tokens that it is made of. */
function wordsOf(segments: readonly ValuedSegment[]): readonly Piece<Word>[] {
  const words: { text: string; parts: ValuedSegment[] }[] = [];
  let isOpen = false;
  for (const { text, value } of segments)
    for (const piece of piecesOf(text, undefined)) {
      const isSpace = piece.text.trim() === "";
      const last = words.at(-1);
      if (isOpen && !isSpace && last !== undefined) {
        last.text += piece.text;
        last.parts.push({ text: piece.text, value });
      } else words.push({ text: piece.text, parts: [{ text: piece.text, value }] });
      isOpen = !isSpace;
    }
  return words.map(({ text, parts }) => ({ text, source: { parts } }));
}

/** The colours behind a word, or behind a stretch of one that was too long for a line. */
function boxes(piece: PlacedPiece<Word>, from: number, y: number, scale: number): readonly string[] {
  const isTurned = directionOf(piece.text) === "rtl";
  const valued = piece.source.parts.filter(({ value }) => value !== undefined);
  // Where letters join, how wide each is cannot be told: marks at a word have its colour.
  if (isTurned && valued.length === 1 && valued[0] !== undefined)
    return box({ ...valued[0], x: piece.x, wide: piece.width }, y, scale);
  const whole = textWidth(piece.text, FONT);
  const found: string[] = [];
  let [at, before] = [0, 0];
  for (const { text, value } of piece.source.parts) {
    const start = Math.max(at, from);
    const end = Math.min(at + text.length, from + piece.text.length);
    at += text.length;
    if (end <= start) continue;
    const wide =
      (textWidth(text.slice(start - at + text.length, end - at + text.length), FONT) / whole) * piece.width;
    const x = isTurned ? piece.x + piece.width - before - wide : piece.x + before;
    before += wide;
    found.push(...box({ text, value, x, wide }, y, scale));
  }
  return found;
}

interface Box extends ValuedSegment {
  readonly x: number;
  readonly wide: number;
}

function box({ text, value, x, wide }: Box, y: number, scale: number): readonly string[] {
  const share = value === undefined || scale === 0 ? 0 : Math.min(1, Math.abs(value) / scale);
  if (value === undefined || share < FAINTEST || !Number.isFinite(wide)) return [];
  const hint = escapeText(`${text}: ${shortNumber(value)}`);
  return [
    `<rect x="${round(x)}" y="${y - 16}" width="${round(wide)}" height="21" fill="${colourOf(value)}" fill-opacity="${(DEEPEST * share).toFixed(2)}" shape-rendering="crispEdges"><title>${hint}</title></rect>`,
  ];
}

/** A word, set to the width that was reckoned with whatever the font is. */
function letters({ text, x, width }: PlacedPiece<Word>, y: number): string {
  if (text.trim() === "") return "";
  return `<text x="${round(x)}" y="${y}" textLength="${round(width)}" lengthAdjust="spacingAndGlyphs" font-size="${FONT}" fill="${LIGHT.text}" pointer-events="none">${escapeText(text)}</text>`;
}

/** The scale of colours, ending at the right at x. */
function legendAt(x: number, y: number, scale: number) {
  const [low, high] = [shortNumber(-scale), `+${shortNumber(scale)}`];
  const shares = [-1, -0.66, -0.33, 0.33, 0.66, 1];
  const start = x - textWidth(high, 12) - 8 - 16 * shares.length;
  const label = (text: string, at: number, anchor: string) =>
    `<text x="${round(at)}" y="${y}" font-size="12" fill="${LIGHT.muted}" text-anchor="${anchor}">${escapeText(text)}</text>`;
  return {
    width: textWidth(low, 12) + textWidth(high, 12) + 16 * shares.length + 16,
    parts: [
      label(low, start - 8, "end"),
      ...shares.map(
        (share, i) =>
          `<rect x="${round(start + 16 * i)}" y="${y - 10}" width="16" height="11" fill="${colourOf(share)}" fill-opacity="${(DEEPEST * Math.abs(share)).toFixed(2)}"/>`,
      ),
      label(high, x, "end"),
    ],
  };
}

const colourOf = (value: number) => (value < 0 ? LIGHT.backtest : LIGHT.forecast);

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
