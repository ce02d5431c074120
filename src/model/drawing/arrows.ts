// Arrows between boxes, as SVG paths.

import type { Point } from "./place.ts";
import { decimal, fill, stroke } from "./svg-text.ts";

/** An arrow through points; it bends where it goes from one line to another. `isTurned`: from left to right. */
export function arrowPath(
  points: readonly Point[],
  { isTurned, hasHead }: { readonly isTurned: boolean; readonly hasHead: boolean },
): string {
  const [start, ...rest] = points;
  const end = points.at(-1);
  if (start === undefined || end === undefined) return "";
  const way = rest.map((to, i) => {
    const from = points[i] ?? to;
    const isStraight = Math.abs(isTurned ? from.y - to.y : from.x - to.x) < 0.5;
    if (isStraight) return `L${pair(to)}`;
    const bends = isTurned
      ? [
          { x: (from.x + to.x) / 2, y: from.y },
          { x: (from.x + to.x) / 2, y: to.y },
        ]
      : [
          { x: from.x, y: (from.y + to.y) / 2 },
          { x: to.x, y: (from.y + to.y) / 2 },
        ];
    return `C${bends.map(pair).join(" ")} ${pair(to)}`;
  });
  const length = isTurned ? end.x - start.x : end.y - start.y;
  const sign = length < 0 ? -1 : 1;
  const head = hasHead ? headAt(end, isTurned ? { x: sign, y: 0 } : { x: 0, y: sign }) : "";
  return `${linePath(`M${pair(start)}${way.join("")}`)}${head}`;
}

/** An arrow from a box back to itself: beside a point on its side, to the right of it or, turned, below. */
export function loopPath({ x, y }: Point, isTurned: boolean): string {
  const moved = (along: number, out: number): Point =>
    isTurned ? { x: x + along, y: y + out } : { x: x + out, y: y + along };
  const [start, end] = [moved(-8, 0), moved(8, 0)];
  const way = `M${pair(start)}C${pair(moved(-13, 22))} ${pair(moved(13, 22))} ${pair(end)}`;
  return `${linePath(way)}${headAt(end, isTurned ? { x: 0, y: -1 } : { x: -1, y: 0 })}`;
}

/** A line from one point to another, without a head. */
export function plainLine(from: Point, to: Point): string {
  return linePath(`M${pair(from)}L${pair(to)}`);
}

function linePath(d: string): string {
  return `<path d="${d}" fill="none" ${stroke("arrow")} stroke-width="1.4"/>`;
}

/** The head of an arrow that goes in a direction. */
function headAt({ x, y }: Point, { x: dx, y: dy }: Point): string {
  const [long, wide] = [7, 3.6];
  const corner = (side: number) =>
    pair({ x: x - long * dx + side * wide * dy, y: y - long * dy + side * wide * dx });
  return `<path d="M${pair({ x, y })}L${corner(1)}L${corner(-1)}z" ${fill("arrow")}/>`;
}

function pair({ x, y }: Point): string {
  return `${decimal(x)},${decimal(y)}`;
}
