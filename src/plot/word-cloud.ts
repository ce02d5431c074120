// Word clouds: words as large as they weigh, laid out along a spiral so that none covers another. An SVG that needs no canvas.

import { RecurraError } from "../platform/error.ts";
import { textWidth } from "./explanation-text-width.ts";
import { CHART_CONFIG, darkRules, LIGHT } from "./theme.ts";

export interface CloudWord {
  readonly text: string;
  /** Above 0; the area of a word grows with it. */
  readonly weight: number;
}

export interface WordCloud {
  /** The heaviest are drawn first; those that find no room are left out. */
  readonly words: readonly CloudWord[];
  readonly title?: string | undefined;
  readonly colour?: "forecast" | "backtest" | "actual" | undefined;
  /** Units of the drawing, 1 by default a pixel. Default 460 × 260. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

const LARGEST = 44;
const SMALLEST = 11;
const TITLE = 28;
/** Room between words. */
const GAP = 3;

interface Placed {
  readonly text: string;
  readonly size: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A word cloud as SVG text that follows the reader's preference for light or dark. The layout follows from the words alone.
 *
 * @throws RecurraError `chart` where there is no word, or a weight is not above 0
 */
export function wordCloudSvg(cloud: WordCloud): string {
  const { title, colour = "forecast", width = 460, height = 260 } = cloud;
  const odd = cloud.words.find(({ weight }) => !(weight > 0 && weight < Infinity));
  if (odd !== undefined || cloud.words.length === 0)
    throw new RecurraError(
      "chart",
      odd === undefined
        ? "wordCloudSvg: there are no words"
        : `wordCloudSvg: the weight of "${odd.text}" is ${odd.weight}; wanted a number above 0`,
    );
  const top = title === undefined ? 0 : TITLE;
  const placed = placeWords(cloud.words, width, height - top);
  const words = placed.map(({ text, size, x, y, width: wide }, i) => {
    const opacity = Math.max(0.55, 1 - i / 60).toFixed(2);
    return `<text x="${x.toFixed(1)}" y="${(y + top + size * 0.8).toFixed(1)}" font-size="${size.toFixed(1)}" textLength="${wide.toFixed(1)}" lengthAdjust="spacingAndGlyphs" fill="${LIGHT[colour]}" fill-opacity="${opacity}">${escaped(text)}</text>`;
  });
  const head =
    title === undefined
      ? ""
      : `<text x="${width / 2}" y="18" font-size="13" font-weight="600" text-anchor="middle" fill="${LIGHT.text}">${escaped(title)}</text>`;
  return `<svg role="img" xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(CHART_CONFIG.font)}"><style>${darkRules()}</style><rect width="${width}" height="${height}" fill="${LIGHT.background}"/>${head}${words.join("")}</svg>`;
}

/** Each word at the first free place of a spiral from the middle. */
function placeWords(words: readonly CloudWord[], width: number, height: number): readonly Placed[] {
  const sorted = words.toSorted((a, b) => b.weight - a.weight);
  const most = sorted[0]?.weight ?? 1;
  const placed: Placed[] = [];
  for (const { text, weight } of sorted) {
    const size = Math.max(SMALLEST, LARGEST * Math.sqrt(weight / most));
    const scale = Math.min(1, (width - 2 * GAP) / textWidth(text, size));
    const box = { width: textWidth(text, size * scale), height: size * scale };
    const place = freePlace(box, placed, width, height);
    if (place !== undefined) placed.push({ text, size: size * scale, ...box, ...place });
  }
  return placed;
}

function freePlace(
  box: { readonly width: number; readonly height: number },
  placed: readonly Placed[],
  width: number,
  height: number,
): { readonly x: number; readonly y: number } | undefined {
  // An Archimedean spiral, as wide as the drawing is.
  const [middleX, middleY] = [width / 2, height / 2];
  for (let t = 0; t < 160; t += 0.15) {
    const reach = (t / 160) * 0.75;
    const x = middleX + Math.cos(t) * reach * width - box.width / 2;
    const y = middleY + Math.sin(t) * reach * height - box.height / 2;
    if (x < GAP || y < GAP || x + box.width > width - GAP || y + box.height > height - GAP) continue;
    const isFree = placed.every(
      (other) =>
        x > other.x + other.width + GAP ||
        other.x > x + box.width + GAP ||
        y > other.y + other.height + GAP ||
        other.y > y + box.height + GAP,
    );
    if (isFree) return { x, y };
  }
  return undefined;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
