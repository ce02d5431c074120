// Memory for the random leaves of a graph, filled anew before each run.

import type { Draw } from "../graph/ops/leaf.ts";
import type { Tensor } from "../graph/tensor.ts";
import { RecurraError } from "../platform/error.ts";
import { bytesPerElement } from "../tensor/dtype.ts";
import { NdArray } from "../tensor/nd-array.ts";
import { leafKey, RandomFiller, type RandomKey } from "./random-fill.ts";

/** The arrays of a graph's random leaves. */
export interface RandomBuffers {
  /** One for each leaf, in order. */
  readonly arrays: readonly NdArray[];
  /** Draws all of them from a run's key. */
  fill(key: RandomKey): void;
}

const pageBytes = 65_536;
const alignment = 64;

/** Makes the arrays, in a memory of their own. */
export function randomBuffers(
  leaves: readonly { readonly tensor: Tensor; readonly draw: Draw }[],
): RandomBuffers {
  let end = 0;
  const places = leaves.map(({ tensor: { size, shape, dtype }, draw }) => {
    if (dtype !== "float32" && !(dtype === "bool" && draw.kind === "keep")) {
      throw new RecurraError(
        "random-dtype",
        `random numbers are drawn as float32, the graph asks for ${dtype}: cast them`,
      );
    }
    const offset = end;
    end += Math.ceil((bytesPerElement(dtype) * size) / alignment) * alignment;
    return { offset, size, shape, dtype, draw };
  });
  if (places.length === 0) return { arrays: [], fill: () => {} };
  const pages = Math.ceil(end / pageBytes);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const filler = new RandomFiller(memory);
  return {
    arrays: places.map(({ offset, size, shape, dtype }) => {
      const View = dtype === "bool" ? Uint8Array : Float32Array;
      return new NdArray(new View(memory.buffer, offset, size), shape);
    }),
    fill: (key) => {
      for (const [i, { draw, offset, size, dtype }] of places.entries())
        filler.fill(draw, offset, size, leafKey(key, i), dtype);
    },
  };
}
