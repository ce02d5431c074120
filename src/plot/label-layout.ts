// Where the names of points stand in a drawing, so that none covers another.

import { textWidth } from "./explanation-text-width.ts";

/** A point of a drawing, in its units, from the left and from the top. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly label: string;
}

/** A name at its point: where the text stands, by its middle line, and which end of it is there. */
export interface PlacedLabel {
  /** The number of the point. */
  readonly point: number;
  readonly x: number;
  readonly y: number;
  readonly align: "left" | "center" | "right";
}

export interface LabelLayout {
  readonly width: number;
  readonly height: number;
  readonly fontSize: number;
  /** How far a name keeps from the middle of its point, and from those of other named points. */
  readonly radius: number;
  /** Names at most. */
  readonly most: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where a name is tried, in turn: steps from the point, right and down. */
const SIDES: readonly (readonly [number, number])[] = [
  [1, 0],
  [-1, 0],
  [0, -1],
  [0, 1],
  [1, -1],
  [1, 1],
  [-1, -1],
  [-1, 1],
];

/** Room between names: to the side, where a reader's font may be wider than was reckoned, and above. */
const GAP = { side: 4, above: 1 };
/** The height of a line, in ems. */
const LINE = 1.1;

/**
 * Places names in the order of their points, each on the first side where it stays inside the drawing and covers neither another name nor
 * a named point; a point that lies under a name, or whose name finds no room, stays without.
 */
export function placeLabels(spots: readonly Spot[], layout: LabelLayout): readonly PlacedLabel[] {
  const { radius, most, fontSize } = layout;
  const boxes: Box[] = [];
  const placed: PlacedLabel[] = [];
  for (const [point, spot] of spots.entries()) {
    if (placed.length >= most) break;
    if (spot.label === "") continue;
    const own = around(spot, radius);
    if (boxes.some((box) => overlap(box, own))) continue;
    const size = { width: textWidth(spot.label, fontSize), height: LINE * fontSize };
    for (const [right, down] of SIDES) {
      const box = boxAt(spot, size, radius, right, down);
      if (!isInside(box, layout) || boxes.some((other) => overlap(box, other, GAP.side, GAP.above))) continue;
      boxes.push(own, box);
      const align = right > 0 ? "left" : right < 0 ? "right" : "center";
      const x = align === "left" ? box.left : align === "right" ? box.right : spot.x;
      placed.push({ point, x, y: (box.top + box.bottom) / 2, align });
      break;
    }
  }
  return placed;
}

function boxAt(
  { x, y }: Spot,
  size: { readonly width: number; readonly height: number },
  radius: number,
  right: number,
  down: number,
): Box {
  // On a diagonal the name touches the point's circle with its corner.
  const reach = right !== 0 && down !== 0 ? radius * 0.7 : radius + 1;
  const left = right > 0 ? x + reach : right < 0 ? x - reach - size.width : x - size.width / 2;
  const top = down > 0 ? y + reach : down < 0 ? y - reach - size.height : y - size.height / 2;
  return { left, right: left + size.width, top, bottom: top + size.height };
}

function around({ x, y }: Spot, radius: number): Box {
  const half = 0.7 * radius;
  return { left: x - half, right: x + half, top: y - half, bottom: y + half };
}

function overlap(a: Box, b: Box, side = 0, above = 0): boolean {
  return (
    a.left < b.right + side && b.left < a.right + side && a.top < b.bottom + above && b.top < a.bottom + above
  );
}

function isInside(box: Box, { width, height }: LabelLayout): boolean {
  return box.left >= 0 && box.right <= width && box.top >= 0 && box.bottom <= height;
}
