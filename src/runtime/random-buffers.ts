// Memory for the random leaves of a graph, filled anew before each run.

import type { Draw } from "../graph/ops/leaf.ts";
import type { Tensor } from "../graph/tensor.ts";
import { RecurraError } from "../platform/error.ts";
import { bytesPerElement } from "../tensor/dtype.ts";
import { NdArray } from "../tensor/nd-array.ts";
import { leafKey, type MaskDType, RandomFiller, type RandomKey } from "./random-fill.ts";

/** The arrays of a graph's random leaves. */
export interface RandomBuffers {
  /** One for each leaf, in order. */
  readonly arrays: readonly NdArray[];
  /** Draws all of them from a run's key. */
  fill(key: RandomKey): void;
}

const pageBytes = 65_536;
const alignment = 64;
/** A memory can have 4 GiB. */
const memoryBytes = 2 ** 30;

/** Where a leaf lies in its memory. */
interface Place {
  readonly leaf: RandomLeaf;
  readonly dtype: MaskDType;
  readonly offset: number;
}

interface RandomLeaf {
  readonly tensor: Tensor;
  readonly draw: Draw;
}

/**
 * Makes the arrays, in memories of their own.
 *
 * @param limit bytes of a memory; a leaf that does not fit beside those before it gets another one
 */
export function randomBuffers(leaves: readonly RandomLeaf[], limit = memoryBytes): RandomBuffers {
  const groups: { readonly places: Place[]; bytes: number }[] = [];
  for (const leaf of leaves) {
    const dtype = dtypeOf(leaf);
    const size = Math.ceil((bytesPerElement(dtype) * leaf.tensor.size) / alignment) * alignment;
    let group = groups.at(-1);
    if (group === undefined || group.bytes + size > limit) {
      group = { places: [], bytes: 0 };
      groups.push(group);
    }
    group.places.push({ leaf, dtype, offset: group.bytes });
    group.bytes += size;
  }
  const filled = groups.flatMap(({ places, bytes }) => {
    const pages = Math.ceil(bytes / pageBytes);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const filler = new RandomFiller(memory);
    return places.map(({ leaf: { tensor, draw }, dtype, offset }) => {
      const View = dtype === "bool" ? Uint8Array : Float32Array;
      return {
        array: new NdArray(new View(memory.buffer, offset, tensor.size), tensor.shape),
        fill: (key: RandomKey) => filler.fill(draw, offset, tensor.size, key, dtype),
      };
    });
  });
  return {
    arrays: filled.map(({ array }) => array),
    fill: (key) => {
      for (const [i, { fill }] of filled.entries()) fill(leafKey(key, i));
    },
  };
}

/** Numbers are drawn as float32; what dropout keeps, also as booleans. */
function dtypeOf({ tensor: { dtype }, draw }: RandomLeaf): MaskDType {
  if (dtype === "float32" || (dtype === "bool" && draw.kind === "keep")) return dtype;
  throw new RecurraError(
    "random-dtype",
    `random numbers are drawn as float32, the graph asks for ${dtype}: cast them`,
  );
}
