// The coloured text as a drawing: SVG that needs no browser to be set, and that becomes a PNG like other charts.

import { RecurraError } from "../platform/error.ts";
import { LOWERS, RAISES, shortNumber } from "./explanation-parts.ts";
import { type ColouredText, escapeText, predictionLine, type Shade, shadesOf } from "./explanation-text.ts";
import { breakLines, directionOf, piecesOf, placeLine } from "./explanation-text-lines.ts";
import { textWidth } from "./explanation-text-width.ts";
import { CHART_CONFIG, darkRules, LIGHT } from "./theme.ts";

export interface ColouredTextDrawing extends ColouredText {
  /** Units of the drawing, 1 by default a pixel. At least 300. Default 760. */
  readonly width?: number | undefined;
}

/** Less has no room for the scale of colours. */
const NARROWEST = 300;
const MARGIN = 14;
const FONT = 15;
const LINE = 26;

/**
 * A coloured text as SVG text that follows the reader's preference for light or dark. Long texts wrap; a text that is written from right to
 * left is set so. Words tell their values under the mouse.
 *
 * @throws RecurraError `chart` for no text, and for values that are not finite
 */
export function colouredTextSvg(chart: ColouredTextDrawing): string {
  const { title, width = 760 } = chart;
  if (!(width >= NARROWEST && width < Infinity))
    throw new RecurraError(
      "chart",
      `colouredTextSvg: width is ${width}; wanted a number from ${NARROWEST} up`,
    );
  const { shades, scale } = shadesOf("colouredTextSvg", chart);
  const inner = width - 2 * MARGIN;
  const direction = directionOf(shades.map(({ text }) => text).join(""));
  const parts: string[] = [];
  let y = MARGIN;
  if (title !== undefined) {
    const titlePieces = piecesOf(title, undefined);
    const way = directionOf(title);
    for (const line of breakLines(titlePieces, inner, FONT)) {
      y += 18;
      for (const { text, x, width: wide } of placeLine(line, way, inner, FONT))
        parts.push(
          word(text, MARGIN + x, y, wide, `font-weight="600" font-size="${FONT}" fill="${LIGHT.text}"`),
        );
    }
    y += 4;
  }
  const caption = predictionLine(chart);
  y += 16;
  if (caption !== "") parts.push(plain(caption, MARGIN, y, 12, LIGHT.muted));
  const legend = legendAt(inner + MARGIN, y, scale);
  // Below the caption where both do not fit side by side.
  if (caption !== "" && textWidth(caption, 12) + legend.width + 24 > inner) {
    y += 18;
    parts.push(...legendAt(inner + MARGIN, y, scale).parts);
  } else parts.push(...legend.parts);
  y += 8;

  const pieces = shades.flatMap((shade) => piecesOf<Shade>(shade.text, shade));
  for (const line of breakLines(pieces, inner, FONT)) {
    y += LINE;
    for (const { text, source, x, width: wide } of placeLine(line, direction, inner, FONT)) {
      if (text.trim() === "") continue;
      const box =
        source.colour === undefined
          ? ""
          : `<rect x="${round(MARGIN + x - 1.5)}" y="${y - 16}" width="${round(wide + 3)}" height="21" rx="3" fill="${source.colour}" fill-opacity="${source.opacity}"/>`;
      const letters = word(text, MARGIN + x, y, wide, `font-size="${FONT}" fill="${LIGHT.text}"`);
      parts.push(
        source.hint === undefined
          ? letters
          : `<g><title>${escapeText(source.hint)}</title>${box}${letters}</g>`,
      );
    }
  }
  const height = y + MARGIN;
  return `<svg role="img" xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escapeText(CHART_CONFIG.font)}"><style>${darkRules()}</style><rect width="${width}" height="${height}" fill="${LIGHT.background}"/>${parts.join("")}</svg>`;
}

/** A word, set to the width that was reckoned with whatever the font is. */
function word(text: string, x: number, y: number, width: number, style: string): string {
  if (text.trim() === "") return "";
  return `<text x="${round(x)}" y="${y}" textLength="${round(width)}" lengthAdjust="spacingAndGlyphs" ${style}>${escapeText(text)}</text>`;
}

function plain(text: string, x: number, y: number, size: number, fill: string, anchor = "start"): string {
  return `<text x="${round(x)}" y="${y}" font-size="${size}" fill="${fill}" text-anchor="${anchor}">${escapeText(text)}</text>`;
}

/** The scale of colours, ending at the right at x. */
function legendAt(x: number, y: number, scale: number) {
  const [left, right] = [`lowers ${shortNumber(-scale)}`, `+${shortNumber(scale)} raises`];
  const steps = [0.62, 0.41, 0.2];
  const bar = 2 * steps.length * 16;
  const barStart = x - textWidth(right, 12) - 8 - bar;
  const swatch = (at: number, colour: string, opacity: number) =>
    `<rect x="${round(barStart + at)}" y="${y - 10}" width="16" height="11" fill="${colour}" fill-opacity="${opacity}"/>`;
  return {
    width: textWidth(left, 12) + textWidth(right, 12) + bar + 16,
    parts: [
      plain(left, barStart - 8, y, 12, LIGHT.muted, "end"),
      ...steps.map((opacity, i) => swatch(16 * i, LOWERS, opacity)),
      ...steps.toReversed().map((opacity, i) => swatch(bar / 2 + 16 * i, RAISES, opacity)),
      plain(right, x, y, 12, LIGHT.muted, "end"),
    ],
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
