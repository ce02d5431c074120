// Where the names of a force plot's arrows stand: below the bar, in tiers, none over another.

import { type ExplainedFeature, labelOf } from "./explanation-parts.ts";
import { textWidth } from "./explanation-text-width.ts";

/** Places of the names from the top down, in units of the drawing. */
export const LABELS = { first: 90, step: 18, tiers: 8, size: 12, gap: 8 };

/** A feature's arrow on the axis of predictions, which points from `from` to `to`. */
export interface Arrow {
  readonly feature: ExplainedFeature;
  readonly from: number;
  readonly to: number;
}

/** A name at its place. */
export interface PlacedLabel {
  readonly text: string;
  /** Where on the axis its arrow's middle is. */
  readonly at: number;
  readonly align: "left" | "center" | "right";
  readonly tier: number;
}

interface Taken {
  readonly from: number;
  readonly to: number;
  readonly tier: number;
}

/**
 * Places for the names of the strongest arrows, in tiers below the bar: no name covers another, nor a line to one further down. They are
 * placed one after the other, in several orders, of which the one that finds room for most is taken.
 */
export function placeLabels(
  all: readonly Arrow[],
  options: { readonly labels: number; readonly width: number; readonly toPixels: (value: number) => number },
): readonly PlacedLabel[] {
  const total = all.reduce((sum, arrow) => sum + lengthOf(arrow), 0);
  const strongest = all
    .toSorted((a, b) => lengthOf(b) - lengthOf(a))
    .filter((arrow) => lengthOf(arrow) >= 0.008 * total)
    .slice(0, options.labels);
  const fromLeft = strongest.toSorted((a, b) => a.to - b.to);
  const plans: readonly (readonly Step[])[] = [
    ...[strongest, fromLeft, fromLeft.toReversed()].map((order) =>
      order.map((arrow) => ({ arrow, aligns: ANY })),
    ),
    // Stairs: of many narrow arrows at an end the outer ones are named the further down, all towards the middle, so that no line is crossed.
    [
      ...fromLeft
        .toReversed()
        .filter(raises)
        .map((arrow) => ({ arrow, aligns: ["left"] as const })),
      ...fromLeft.filter((arrow) => !raises(arrow)).map((arrow) => ({ arrow, aligns: ["right"] as const })),
    ],
  ];
  const tries = plans.map((plan) => placeInOrder(plan, strongest, options));
  return tries.reduce((best, one) => (one.weight > best.weight * (1 + 1e-9) ? one : best)).placed;
}

const lengthOf = ({ feature }: Arrow) => Math.abs(feature.value);
const raises = ({ feature }: Arrow) => feature.value > 0;

/** An arrow to be named, and how its name may lie to its line. */
interface Step {
  readonly arrow: Arrow;
  readonly aligns: readonly PlacedLabel["align"][];
}

const ANY = ["center", "left", "right"] as const;

function placeInOrder(
  plan: readonly Step[],
  strongest: readonly Arrow[],
  { width, toPixels }: { readonly width: number; readonly toPixels: (value: number) => number },
) {
  const taken: Taken[] = [];
  const placed = new Map<Arrow, PlacedLabel>();
  let weight = 0;
  // Those that find no room as planned may find it in another way.
  for (const { arrow, aligns } of [...plan, ...strongest.map((one) => ({ arrow: one, aligns: ANY }))]) {
    if (placed.has(arrow)) continue;
    const at = (arrow.from + arrow.to) / 2;
    const centre = toPixels(at);
    const text = labelOf(arrow.feature, 32);
    const needed = textWidth(text, LABELS.size) + LABELS.gap;
    const place = placeOf({ centre, needed, width, aligns }, taken);
    if (place === undefined) continue;
    const { tier, align, start } = place;
    taken.push({ from: start, to: start + needed, tier });
    for (let above = 0; above < tier; above++) taken.push({ from: centre - 2, to: centre + 2, tier: above });
    placed.set(arrow, { text, at, align, tier });
    weight += lengthOf(arrow);
  }
  return { placed: [...placed.values()], weight };
}

interface Wanted {
  readonly centre: number;
  readonly needed: number;
  readonly width: number;
  readonly aligns: readonly PlacedLabel["align"][];
}

/** The first tier that has room for a name and above which its line is free. */
function placeOf({ centre, needed, width, aligns }: Wanted, taken: readonly Taken[]) {
  const isFree = (from: number, to: number, tier: number) =>
    !taken.some((one) => one.tier === tier && one.from < to && from < one.to);
  const starts = { center: centre - needed / 2, left: centre - 2, right: centre - needed + 2 };
  for (let tier = 0; tier < LABELS.tiers; tier++) {
    if (tier > 0 && !isFree(centre - 2, centre + 2, tier - 1)) return undefined;
    for (const align of aligns) {
      const start = starts[align];
      if (start >= -4 && start + needed <= width + 4 && isFree(start, start + needed, tier))
        return { tier, align, start };
    }
  }
  return undefined;
}
