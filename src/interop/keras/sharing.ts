// Layers that stand in several places of a model: Keras gives each of its descriptions one `shared_object_id`.

import { NetworkLayer } from "../../model/network-layer.ts";
import type { NetworkLike } from "../../model/network-types.ts";
import type { LayerRecord, NetworkRecord } from "../../model/records.ts";
import type { Layer } from "../../nn/layer.ts";
import { isFields } from "./json.ts";

/** A record that is being read, with the number that Keras gives a layer that is shared. */
export interface SharedRecord extends LayerRecord {
  readonly sharedId?: unknown;
}

/**
 * A network's record in which a layer that is met again names the first: by its number among the layers that are written out, in the
 * order in which they end.
 */
export function withSharing(network: NetworkRecord): NetworkRecord {
  const numbers = new Map<unknown, number>();
  let count = 0;
  const layer = ({ className, config, sharedId }: SharedRecord): LayerRecord => {
    const same = sharedId === undefined ? undefined : numbers.get(sharedId);
    if (same !== undefined) return { className, config: { name: config.name }, same };
    const written = { className, config: value(config) as LayerRecord["config"] };
    if (sharedId !== undefined) numbers.set(sharedId, count);
    count++;
    return written;
  };
  const value = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(value);
    if (!isFields(part)) return part;
    if ("className" in part && "config" in part) return layer(part as unknown as SharedRecord);
    if ("className" in part && "layers" in part) return inside(part as unknown as NetworkRecord);
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, value(inner)]));
  };
  const inside = (record: NetworkRecord): NetworkRecord => ({ ...record, layers: record.layers.map(layer) });
  return inside(network);
}

/** The layers that stand in several places of a network, each with a number. */
export function sharedLayers(network: NetworkLike): ReadonlyMap<Layer, number> {
  const places = new Map<Layer, number>();
  const visit = (layers: readonly Layer[]) => {
    for (const layer of layers) {
      const before = places.get(layer) ?? 0;
      places.set(layer, before + 1);
      if (before > 0) continue;
      visit(
        layer instanceof NetworkLayer
          ? layer.config.network.layers
          : layer.children.map((child) => child.layer),
      );
    }
  };
  visit(network.layers);
  const shared = [...places].filter(([, count]) => count > 1);
  return new Map(shared.map(([layer], i) => [layer, i + 1]));
}

/** How often models inside a network call a layer: Keras, which makes those first, counts these calls before the network's own. */
export function callsInside({ layers }: NetworkLike, layer: Layer): number {
  return layers.reduce((total, inner) => {
    if (!(inner instanceof NetworkLayer)) return total;
    const { network } = inner.config;
    const calls = network.structure?.calls.map((call) => call.layer) ?? network.layers;
    return total + calls.filter((called) => called === layer).length + callsInside(network, layer);
  }, 0);
}
