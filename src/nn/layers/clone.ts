// A second layer of the same options, with weights of its own.

import { Layer } from "../layer.ts";

/** A layer of the same class and options, those of layers within it included, but for the changes given. */
export function cloneLayer<L extends Layer>(layer: L, changes: Readonly<Record<string, unknown>> = {}): L {
  const config = Object.fromEntries(
    Object.entries(layer.config).map(([name, value]) => [name, cloned(value)]),
  );
  const LayerClass = layer.constructor as new (config: unknown) => L;
  const copy = new LayerClass({ ...config, ...changes });
  copy.trainable = layer.trainable;
  return copy;
}

function cloned(value: unknown): unknown {
  if (value instanceof Layer) return cloneLayer(value);
  return Array.isArray(value) ? value.map(cloned) : value;
}
