// Boxes and arrows in layers, from top to bottom, such that arrows go down, cross little, and are short and straight.
// Source: Sugiyama, Tagawa & Toda, IEEE Trans. Systems, Man and Cybernetics 11 (1981).

import { orderLayers } from "./layer-order.ts";
import { positionPlaces, spreadEnds } from "./layer-positions.ts";
import type { LayoutBox, LayoutGaps, Link, Place, Point } from "./place.ts";

export interface LayoutArrow {
  readonly from: string;
  readonly to: string;
  /** Which of the exits, and of the entries. */
  readonly exit?: number;
  readonly entry?: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The upper left corner of each box. */
  readonly corners: ReadonlyMap<string, Point>;
  /** The points that each arrow goes through, in the order of the arrows; those of a box that reads itself are none. */
  readonly routes: readonly (readonly Point[])[];
}

/** Places boxes so that arrows go down, cross little, and are short and straight. The same input gives the same drawing. */
export function layeredLayout(
  boxes: readonly LayoutBox[],
  arrows: readonly LayoutArrow[],
  gaps: LayoutGaps,
): Layout {
  const places = new Map<string, Place>(
    boxes.map((box) => [box.id, { box, width: box.width, layer: 0, x: 0, above: [], below: [] }]),
  );
  const placeOf = (id: string) => {
    const place = places.get(id);
    if (place === undefined) throw new TypeError(`there is no box "${id}"`);
    return place;
  };
  const order = computed(boxes, arrows);
  assignLayers(
    order.map(placeOf),
    arrows.map(({ from, to }) => [placeOf(from), placeOf(to)]),
    order,
  );
  const rank = new Map(order.map((id, i) => [id, i]));
  const layers = byLayer(order.map(placeOf));
  const chains = arrows.map((arrow) => {
    if (arrow.from === arrow.to) return undefined;
    const isUp = (rank.get(arrow.from) ?? 0) > (rank.get(arrow.to) ?? 0);
    const ends = [placeOf(arrow.from), placeOf(arrow.to)] as const;
    return { isUp, links: link(arrow, isUp ? [ends[1], ends[0]] : ends, isUp, layers) };
  });
  orderLayers(layers);
  positionPlaces(layers, gaps);
  spreadEnds(layers);
  positionPlaces(layers, gaps);

  const tops = stack(layers, gaps.layers);
  const edgesOf = (place: Place) => {
    const { top, height } = tops[place.layer] ?? { top: 0, height: 0 };
    const own = place.box?.height ?? height;
    return {
      top: top + (height - own) / 2,
      bottom: top + (height + own) / 2,
      layerTop: top,
      layerBottom: top + height,
    };
  };
  const all = layers.flat();
  const left = Math.min(...all.map(({ x, width }) => x - width / 2));
  const right = Math.max(...all.map(({ x, width }) => x + width / 2));
  const routes = chains.map((chain) => {
    const points = (chain?.links ?? []).flatMap(({ upper, lower, upperOffset, lowerOffset }) => {
      const [from, to] = [edgesOf(upper), edgesOf(lower)];
      const [start, end] = [upper.x + upperOffset - left, lower.x + lowerOffset - left];
      return [
        { x: start, y: from.bottom },
        { x: start, y: from.layerBottom },
        { x: end, y: to.layerTop },
        { x: end, y: to.top },
      ];
    });
    return chain?.isUp === true ? points.toReversed() : points;
  });
  return {
    width: right - left,
    height: (tops.at(-1)?.top ?? 0) + (tops.at(-1)?.height ?? 0),
    corners: new Map(
      [...places].map(([id, place]) => [id, { x: place.x - place.width / 2 - left, y: edgesOf(place).top }]),
    ),
    routes,
  };
}

/** The boxes such that arrows go from earlier to later ones, as far as there is no circle; otherwise as they were given. */
function computed(boxes: readonly LayoutBox[], arrows: readonly LayoutArrow[]): readonly string[] {
  const open = new Map(boxes.map(({ id }) => [id, 0]));
  const readers = new Map<string, string[]>(boxes.map(({ id }) => [id, []]));
  for (const { from, to } of arrows) {
    if (from === to) continue;
    readers.get(from)?.push(to);
    open.set(to, (open.get(to) ?? 0) + 1);
  }
  const order: string[] = [];
  let ready = [...open].filter(([, count]) => count === 0).map(([id]) => id);
  while (open.size > 0) {
    const [first] = open.keys();
    const next: string[] = [];
    for (const id of ready.length > 0 ? ready : [first as string]) {
      open.delete(id);
      order.push(id);
      for (const reader of readers.get(id) ?? []) {
        const count = open.get(reader);
        if (count === undefined) continue;
        open.set(reader, count - 1);
        if (count === 1) next.push(reader);
      }
    }
    ready = next;
  }
  return order;
}

/** As high as what they read allows; then down to what reads them, where that makes no arrow longer. */
function assignLayers(
  order: readonly Place[],
  arrows: readonly (readonly [from: Place, to: Place])[],
  ids: readonly string[],
): void {
  const rank = new Map(ids.map((id, i) => [id, i]));
  const rankOf = ({ box }: Place) => rank.get(box?.id ?? "") ?? 0;
  const [above, below] = [new Map<Place, Place[]>(), new Map<Place, Place[]>()];
  for (const [from, to] of arrows) {
    if (from === to) continue;
    const [upper, lower] = rankOf(from) < rankOf(to) ? [from, to] : [to, from];
    above.set(lower, [...(above.get(lower) ?? []), upper]);
    below.set(upper, [...(below.get(upper) ?? []), lower]);
  }
  for (const place of order)
    place.layer = Math.max(0, ...(above.get(place) ?? []).map(({ layer }) => layer + 1));
  const last = Math.max(...order.map(({ layer }) => layer));
  for (const place of order.toReversed()) {
    const readers = below.get(place) ?? [];
    if (place.box?.pin === "last") place.layer = last;
    else if (
      place.box?.pin !== "first" &&
      readers.length >= (above.get(place)?.length ?? 0) &&
      readers.length > 0
    )
      place.layer = Math.min(...readers.map(({ layer }) => layer)) - 1;
  }
}

function byLayer(order: readonly Place[]): Place[][] {
  const layers: Place[][] = Array.from(
    { length: Math.max(...order.map(({ layer }) => layer)) + 1 },
    () => [],
  );
  for (const place of order) layers[place.layer]?.push(place);
  return layers;
}

/** Cuts an arrow into pieces, with a place in each layer that it passes. */
function link(
  { exit, entry }: LayoutArrow,
  [upper, lower]: readonly [upper: Place, lower: Place],
  isUp: boolean,
  layers: Place[][],
): readonly Link[] {
  const offset = ({ box, width }: Place, ports: readonly number[] | undefined, port: number | undefined) =>
    box === undefined || port === undefined || ports?.[port] === undefined ? 0 : ports[port] - width / 2;
  const links: Link[] = [];
  let from = upper;
  for (let layer = upper.layer + 1; layer <= lower.layer; layer++) {
    const to: Place =
      layer === lower.layer ? lower : { box: undefined, width: 0, layer, x: 0, above: [], below: [] };
    if (to !== lower) layers[layer]?.push(to);
    const piece: Link = {
      upper: from,
      lower: to,
      upperOffset: from === upper && !isUp ? offset(upper, upper.box?.exits, exit) : 0,
      lowerOffset: to === lower && !isUp ? offset(lower, lower.box?.entries, entry) : 0,
    };
    from.below.push(piece);
    to.above.push(piece);
    links.push(piece);
    from = to;
  }
  return links;
}

/** The top and the height of each layer. */
function stack(
  layers: readonly (readonly Place[])[],
  gap: number,
): readonly { readonly top: number; readonly height: number }[] {
  let top = 0;
  return layers.map((layer) => {
    const height = Math.max(0, ...layer.map(({ box }) => box?.height ?? 0));
    const at = { top, height };
    top += height + gap;
    return at;
  });
}
