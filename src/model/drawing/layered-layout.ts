// Boxes and arrows in layers, from top to bottom: which layer, in what order, and where. After Sugiyama, Tagawa & Toda (1981).

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

export interface LayoutArrow {
  readonly from: string;
  readonly to: string;
  /** Which of the exits, and of the entries. */
  readonly exit?: number;
  readonly entry?: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The upper left corner of each box. */
  readonly corners: ReadonlyMap<string, Point>;
  /** The points that each arrow goes through, in the order of the arrows; those of a box that reads itself are none. */
  readonly routes: readonly (readonly Point[])[];
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
interface Place {
  readonly box: LayoutBox | undefined;
  readonly width: number;
  layer: number;
  /** The centre. */
  x: number;
  readonly above: Link[];
  readonly below: Link[];
}

/** A piece of an arrow between two neighbouring layers. */
interface Link {
  readonly upper: Place;
  readonly lower: Place;
  /** From the centres to the ends of the piece. */
  upperOffset: number;
  lowerOffset: number;
}

const orderSweeps = 12;
const positionSweeps = 24;

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

/** Orders each layer by the mean place of what its boxes are linked to, down and up again, and keeps what crosses least. */
function orderLayers(layers: Place[][]): void {
  const number = () => {
    for (const layer of layers) for (const [i, place] of layer.entries()) place.x = i;
  };
  const sort = (layer: Place[], side: "above" | "below") => {
    const meanOf = new Map(
      layer.map((place) => {
        const ends = place[side].map(({ upper, lower, upperOffset, lowerOffset }) =>
          side === "above" ? upper.x + 1e-4 * upperOffset : lower.x + 1e-4 * lowerOffset,
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
  for (let sweep = 0; sweep < orderSweeps && fewest > 0; sweep++) {
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
    const ends: number[] = [];
    for (const { below } of layer) {
      const sorted = below
        .map(({ lower, lowerOffset }) => lower.x + 1e-4 * lowerOffset)
        .sort((a, b) => a - b);
      for (const end of sorted)
        count += ends.reduce((total, before) => total + (before > end + 1e-9 ? 1 : 0), 0);
      ends.push(...sorted);
    }
  }
  return count;
}

/** Moves the places of each layer towards what they are linked to, in their order and with gaps between them. */
function positionPlaces(layers: readonly (readonly Place[])[], gaps: LayoutGaps): void {
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
  for (let sweep = 0; sweep < positionSweeps; sweep++) {
    const isDown = sweep % 2 === 0;
    for (const layer of isDown ? layers : layers.toReversed()) {
      // In the last sweeps both sides count.
      const both = sweep >= positionSweeps - 4;
      const wanted = layer.map((place) => pull(place, both || !isDown, both || isDown));
      settle(layer, wanted, gapOf);
    }
  }
}

/** Where a place would stand best, and how much that matters: arrows that pass a layer are to be straight. */
function pull(place: Place, down: boolean, up: boolean): { readonly x: number; readonly weight: number } {
  const weightOf = (other: Place) =>
    place.box === undefined ? (other.box === undefined ? 8 : 2) : other.box === undefined ? 2 : 1;
  const pulls = [
    ...(up
      ? place.above.map((l) => [l.upper.x + l.upperOffset - l.lowerOffset, weightOf(l.upper)] as const)
      : []),
    ...(down
      ? place.below.map((l) => [l.lower.x + l.lowerOffset - l.upperOffset, weightOf(l.lower)] as const)
      : []),
  ];
  const weight = pulls.reduce((sum, [, w]) => sum + w, 0);
  if (weight === 0) return { x: place.x, weight: 0.1 };
  return { x: pulls.reduce((sum, [x, w]) => sum + w * x, 0) / weight, weight };
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

/** Spreads the ends of the arrows along the sides of boxes that do not say where they are, in the order of where they come from. */
function spreadEnds(layers: readonly (readonly Place[])[]): void {
  for (const place of layers.flat()) {
    const { box, width } = place;
    if (box === undefined) continue;
    const spread = (
      links: readonly Link[],
      otherEnd: (link: Link) => number,
      set: (link: Link, offset: number) => void,
    ) => {
      const step = Math.min(18, (0.7 * width) / Math.max(links.length, 1));
      const sorted = links.toSorted((a, b) => otherEnd(a) - otherEnd(b));
      for (const [i, one] of sorted.entries()) set(one, (i - (sorted.length - 1) / 2) * step);
    };
    if (box.entries === undefined)
      spread(
        place.above,
        ({ upper, upperOffset }) => upper.x + upperOffset,
        (one, offset) => {
          one.lowerOffset = offset;
        },
      );
    if (box.exits === undefined)
      spread(
        place.below,
        ({ lower, lowerOffset }) => lower.x + lowerOffset,
        (one, offset) => {
          one.upperOffset = offset;
        },
      );
  }
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
