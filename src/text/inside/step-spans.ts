// Which tokens a step of a layer stands for: one each, or several where convolutions and pooling come before.

import type { Network } from "../../model/network.ts";
import { Conv1D } from "../../nn/layers/conv1d.ts";
import { AveragePooling1D, MaxPooling1D } from "../../nn/layers/pooling.ts";

/** Places of tokens in the row that a network reads: the first, and the one after the last. */
export type Span = readonly [from: number, to: number];

/** A window over steps. */
interface Window {
  readonly size: number;
  readonly stride: number;
}

/**
 * The places that each of a layer's steps looks at, by the convolutions and poolings of whole windows that the network has, in their
 * order; `undefined` where these do not lead to so many steps.
 *
 * @param length of the row
 * @param steps of the layer
 */
export function stepSpans(network: Network, length: number, steps: number): readonly Span[] | undefined {
  let spans = Array.from({ length }, (_, t): Span => [t, t + 1]);
  for (const layer of network.layers) {
    if (spans.length === steps) return spans;
    const window = windowOf(layer);
    if (window === undefined) continue;
    const { size, stride } = window;
    const count = Math.max(0, Math.floor((spans.length - size) / stride) + 1);
    const before = spans;
    spans = Array.from(
      { length: count },
      (_, i): Span => [before[i * stride]?.[0] ?? 0, before[i * stride + size - 1]?.[1] ?? length],
    );
  }
  return spans.length === steps ? spans : undefined;
}

function windowOf(layer: object): Window | undefined {
  const first = (extent: number | readonly number[]) =>
    typeof extent === "number" ? extent : (extent[0] ?? 1);
  if (layer instanceof Conv1D) {
    const { kernelSize, strides = 1, dilationRate = 1, padding = "valid" } = layer.config;
    if (padding !== "valid") return undefined;
    return { size: (first(kernelSize) - 1) * first(dilationRate) + 1, stride: first(strides) };
  }
  if (layer instanceof MaxPooling1D || layer instanceof AveragePooling1D) {
    const { poolSize = 2, strides = poolSize, padding = "valid" } = layer.config;
    return padding === "valid" ? { size: first(poolSize), stride: first(strides) } : undefined;
  }
  return undefined;
}
