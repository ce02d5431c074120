// Which ids an input may hold: those that are in the table that reads it.

import type { Layer } from "../nn/layer.ts";
import { Embedding } from "../nn/layers/embedding.ts";
import { TimeDistributed } from "../nn/layers/time-distributed.ts";
import { NetworkLayer } from "./network-layer.ts";
import type { NetworkInput } from "./network-types.ts";

/** The ids that a layer reads as its input at a place; `undefined` where it reads numbers. */
export function idsOf(layer: Layer, place = 0): NetworkInput["ids"] {
  if (layer instanceof NetworkLayer) return layer.config.network.inputs[place]?.ids;
  const table = layer instanceof TimeDistributed ? layer.config.layer : layer;
  if (!(table instanceof Embedding)) return undefined;
  return {
    count: table.config.inputDim,
    get layer() {
      return layer.name;
    },
  };
}
