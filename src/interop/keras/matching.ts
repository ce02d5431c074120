// How layers are matched with those of a file: as Keras does, by order, or by names where these say more.

import { classInSnakeCase } from "../../model/layer-names.ts";
import type { LayerNode } from "./layer-node.ts";
import type { LayerMismatch } from "./mismatch.ts";

/** One way to match layers. */
export interface Matching {
  readonly mismatches: readonly LayerMismatch[];
  /** Layers whose names say another place than their order. */
  readonly moved: readonly LayerNode[];
}

/**
 * Matches by order, as Keras does, unless all fits by names, and the order does not fit or is contradicted by names that were given
 * to layers. Names that layers have by default (`dense_1`) say nothing: they tell when a layer was made.
 */
export function chosen<M extends Matching>(match: (byName: boolean) => M): M {
  const byOrder = match(false);
  const byName = match(true);
  if (byName.mismatches.length > 0 || byName.moved.length === 0) return byOrder;
  return byOrder.mismatches.length > 0 || byName.moved.every(hasGivenName) ? byName : byOrder;
}

function hasGivenName({ className, name }: LayerNode): boolean {
  return name.replace(/_\d+$/, "") !== classInSnakeCase(className);
}
