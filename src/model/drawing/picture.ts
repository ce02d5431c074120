// What has been laid out and can be drawn anywhere.

import type { Point } from "./place.ts";

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Where arrows from outside go in, and inner ones out: from the upper left corner, along the side. Where any will do, none. */
  readonly entries: readonly number[];
  readonly exits: readonly number[];
  /** As SVG, with its upper left corner at a point. */
  draw(corner: Point): string;
}
