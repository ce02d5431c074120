// Where in its layer a box of a drawing stands, such that arrows are straight, and where on its sides they end.

import type { LayoutGaps, Link, Place } from "./place.ts";

/** Sweeps by one side alone, which bring things near, and by both, which settle them. */
const sweeps = { rough: 20, fine: 41 };

/** What nobody sees. */
const still = 0.1;
/** Where an arrow and a box want one place, the arrow goes round it. */
const boxWeight = 1000;

/** Moves the places of each layer towards what they are linked to, in their order and with gaps between them. */
export function positionPlaces(layers: readonly (readonly Place[])[], gaps: LayoutGaps): void {
  const gapOf = (a: Place, b: Place) =>
    (a.width + b.width) / 2 + (a.box === undefined || b.box === undefined ? gaps.arrows : gaps.boxes);
  for (const layer of layers) {
    let x = 0;
    for (const [i, place] of layer.entries()) {
      const before = layer[i - 1];
      x += before === undefined ? 0 : gapOf(before, place);
      place.x = x;
    }
    for (const place of layer) place.x -= x / 2;
  }
  for (let sweep = 0; sweep < sweeps.rough + sweeps.fine; sweep++) {
    const isDown = sweep % 2 === 0;
    const both = sweep >= sweeps.rough;
    let moved = 0;
    for (const layer of isDown ? layers : layers.toReversed()) {
      const wanted = layer.map((place) => pull(place, both || !isDown, both || isDown));
      const before = layer.map(({ x }) => x);
      settle(layer, wanted, gapOf);
      for (const [i, { x }] of layer.entries()) moved = Math.max(moved, Math.abs(x - (before[i] ?? x)));
    }
    if (both && moved < still) return;
  }
}

/**
 * Where a place would stand best, and how much that matters. A box stands by the boxes that it is linked to, and by arrows that only
 * pass where there are none; an arrow that passes a layer is to be straight.
 */
function pull(place: Place, down: boolean, up: boolean): { readonly x: number; readonly weight: number } {
  const ends = [
    ...(up ? place.above.map((l) => ({ end: l.upper, x: l.upper.x + l.upperOffset - l.lowerOffset })) : []),
    ...(down ? place.below.map((l) => ({ end: l.lower, x: l.lower.x + l.lowerOffset - l.upperOffset })) : []),
  ];
  const boxes = ends.filter(({ end }) => end.box !== undefined);
  const counted = place.box !== undefined && boxes.length > 0 ? boxes : ends;
  const weightOf = ({ box }: Place) => (place.box === undefined && box === undefined ? 8 : 1);
  const weight = counted.reduce((sum, { end }) => sum + weightOf(end), 0);
  if (weight === 0) return { x: place.x, weight: 0.1 };
  const x = counted.reduce((sum, one) => sum + weightOf(one.end) * one.x, 0) / weight;
  return { x, weight: place.box === undefined ? weight : boxWeight * weight };
}

/**
 * The positions nearest to the wanted ones (least squares) that keep order and gaps: an isotonic regression of what is left when the
 * gaps are taken off, by pooling adjacent violators.
 */
function settle(
  layer: readonly Place[],
  wanted: readonly { readonly x: number; readonly weight: number }[],
  gapOf: (a: Place, b: Place) => number,
): void {
  let taken = 0;
  const offsets = layer.map((place, i) => {
    const before = layer[i - 1];
    taken += before === undefined ? 0 : gapOf(before, place);
    return taken;
  });
  const pools: { sum: number; weight: number; count: number }[] = [];
  for (const [i, { x, weight }] of wanted.entries()) {
    let pool = { sum: weight * (x - (offsets[i] ?? 0)), weight, count: 1 };
    for (
      let last = pools.at(-1);
      last !== undefined && last.sum / last.weight > pool.sum / pool.weight;
      last = pools.at(-1)
    ) {
      pools.pop();
      pool = { sum: last.sum + pool.sum, weight: last.weight + pool.weight, count: last.count + pool.count };
    }
    pools.push(pool);
  }
  const settled = pools.flatMap(({ sum, weight, count }) => new Array<number>(count).fill(sum / weight));
  for (const [i, place] of layer.entries()) place.x = (settled[i] ?? 0) + (offsets[i] ?? 0);
}

/**
 * Spreads the ends of the arrows along the sides of boxes that do not say where they are, in the order of where they come from. The one
 * arrow to a box in the next layer, where the others pass it, is in the middle.
 */
export function spreadEnds(layers: readonly (readonly Place[])[]): void {
  for (const place of layers.flat()) {
    if (place.box === undefined) continue;
    if (place.box.entries === undefined)
      for (const [link, offset] of spread(place.above, place.width, ({ upper, upperOffset }) => [
        upper,
        upperOffset,
      ]))
        link.lowerOffset = offset;
    if (place.box.exits === undefined)
      for (const [link, offset] of spread(place.below, place.width, ({ lower, lowerOffset }) => [
        lower,
        lowerOffset,
      ]))
        link.upperOffset = offset;
  }
}

function spread(
  links: readonly Link[],
  width: number,
  otherEnd: (link: Link) => readonly [place: Place, offset: number],
): readonly (readonly [link: Link, offset: number])[] {
  const placeOf = (link: Link) => {
    const [{ x }, offset] = otherEnd(link);
    return x + offset;
  };
  const sorted = links.toSorted((a, b) => placeOf(a) - placeOf(b));
  const direct = sorted.filter((link) => otherEnd(link)[0].box !== undefined);
  const middle = direct.length === 1 ? sorted.indexOf(direct[0] as Link) : (sorted.length - 1) / 2;
  const step = Math.min(18, (0.4 * width) / Math.max(middle, sorted.length - 1 - middle, 0.5));
  return sorted.map((link, i) => [link, (i - middle) * step]);
}
