// What stands in the layers of a drawing: boxes, and the places where arrows pass.

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A box to be placed, in the order in which the boxes are computed. */
export interface LayoutBox {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** Where arrows enter at the top, from the left; they are spread where this is not said. */
  readonly entries?: readonly number[];
  /** Where arrows leave at the bottom, from the left. */
  readonly exits?: readonly number[];
  /** Keeps the box in the first or the last layer. */
  readonly pin?: "first" | "last";
}

export interface LayoutGaps {
  /** Between two layers. */
  readonly layers: number;
  /** Between two boxes of a layer. */
  readonly boxes: number;
  /** Between an arrow that passes a layer and what stands beside it. */
  readonly arrows: number;
}

/** A box, or the place where an arrow passes a layer. */
export interface Place {
  readonly box: LayoutBox | undefined;
  readonly width: number;
  layer: number;
  /** The centre. */
  x: number;
  readonly above: Link[];
  readonly below: Link[];
}

/** A piece of an arrow between two neighbouring layers. */
export interface Link {
  readonly upper: Place;
  readonly lower: Place;
  /** From the centres to the ends of the piece. */
  upperOffset: number;
  lowerOffset: number;
}
