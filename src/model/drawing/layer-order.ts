// The order of what stands in each layer of a drawing, such that few arrows cross.

import type { Place } from "./place.ts";

const sweeps = 12;
/** How much the place of an arrow's end on the side of a box counts beside the number of the box. */
const portShare = 1e-4;

/** Orders each layer by the mean place of what its boxes are linked to, down and up again, and keeps what crosses least. */
export function orderLayers(layers: Place[][]): void {
  const number = () => {
    for (const layer of layers) for (const [i, place] of layer.entries()) place.x = i;
  };
  const sort = (layer: Place[], side: "above" | "below") => {
    const meanOf = new Map(
      layer.map((place) => {
        const ends = place[side].map(({ upper, lower, upperOffset, lowerOffset }) =>
          side === "above" ? upper.x + portShare * upperOffset : lower.x + portShare * lowerOffset,
        );
        return [place, ends.length === 0 ? place.x : ends.reduce((a, b) => a + b) / ends.length];
      }),
    );
    layer.sort((a, b) => (meanOf.get(a) ?? 0) - (meanOf.get(b) ?? 0));
    for (const [i, place] of layer.entries()) place.x = i;
  };
  number();
  let best = layers.map((layer) => [...layer]);
  let fewest = crossings(layers);
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    if (sweep % 2 === 0) for (const layer of layers.slice(1)) sort(layer, "above");
    else for (const layer of layers.slice(0, -1).toReversed()) sort(layer, "below");
    const count = crossings(layers);
    if (count < fewest) {
      fewest = count;
      best = layers.map((layer) => [...layer]);
    }
  }
  for (const [i, layer] of best.entries()) layers[i]?.splice(0, layer.length, ...layer);
}

/** How many pairs of pieces cross; `x` numbers the places of a layer. */
function crossings(layers: readonly Place[][]): number {
  let count = 0;
  for (const layer of layers) {
    /** The lower ends of the pieces of the places before, in order. */
    const ends: number[] = [];
    for (const { below } of layer) {
      const own = below.map(({ lower, lowerOffset }) => lower.x + portShare * lowerOffset);
      for (const end of own) count += ends.length - placeAfter(ends, end);
      for (const end of own) ends.splice(placeAfter(ends, end), 0, end);
    }
  }
  return count;
}

/** Where a number belongs in a sorted list: after those that are not larger. */
function placeAfter(sorted: readonly number[], value: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] ?? 0) > value) to = middle;
    else from = middle + 1;
  }
  return from;
}
