// Draws the random leaves of a graph: into a memory at full speed, and as arrays for the interpreter, the same numbers.

import type { Draw } from "../graph/ops/leaf.ts";
import { NdArray } from "../tensor/nd-array.ts";
import { Random } from "../tensor/random.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import { randomKernels } from "./wasm/threefry.ts";

/** Two 32-bit words that determine a stream of random numbers. */
export type RandomKey = readonly [number, number];

/**
 * The key of a random leaf, derived from the key of the run as `Random.fold` derives streams: leaves of a run, and the same leaf in
 * runs with different keys, draw independent numbers.
 *
 * @param leafIndex The leaf's place in the graph, from 0 up.
 */
export function leafKey([k0, k1]: RandomKey, leafIndex: number): RandomKey {
  return Random.fromKey(k0, k1).fold(leafIndex).key;
}

/**
 * What a random leaf draws, as float32, from the first draw of `Random.fromKey(...key)`: uniform and normal numbers as that class
 * makes them, word i for element i; of a dropout mask element 2i from the lower and 2i + 1 from the upper 16 bits of word i.
 */
export function drawLeaf(draw: Draw, shape: Shape, [k0, k1]: RandomKey): NdArray {
  const random = Random.fromKey(k0, k1);
  switch (draw.kind) {
    case "uniform":
      return random.uniform(shape, draw.low, draw.high);
    case "normal":
      return random.normal(shape, draw.mean, draw.stddev);
    case "keep": {
      const { threshold, kept } = keepRule(draw.rate);
      const size = sizeOf(shape);
      const halves = new Uint16Array(random.bits(Math.ceil(size / 2)).buffer, 0, size);
      return new NdArray(
        Float32Array.from(halves, (half) => (half < threshold ? 0 : kept)),
        shape,
      );
    }
  }
}

/** An element is dropped where its 16 random bits are below the threshold: `rate` to a resolution of 2^-16. */
function keepRule(rate: number): { readonly threshold: number; readonly kept: number } {
  return { threshold: Math.min(Math.round(rate * 2 ** 16), 2 ** 16 - 1), kept: 1 / (1 - rate) };
}

/** Fills float32 arrays in a memory with random numbers. */
export class RandomFiller {
  readonly #memory: WebAssembly.Memory;
  readonly #kernels: ReturnType<typeof randomKernels>;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#kernels = randomKernels(memory);
  }

  /**
   * Fills an array with the very numbers that {@link drawLeaf} gives.
   *
   * @param offset Where the array starts, in bytes; a multiple of 4.
   * @param length How many floats it has.
   */
  fill(draw: Draw, offset: number, length: number, key: RandomKey): void {
    const [k0, k1] = key;
    switch (draw.kind) {
      case "uniform":
        this.#kernels.uniform(offset, length, k0, k1, draw.low, draw.high - draw.low, draw.low, draw.high);
        break;
      case "keep": {
        const { threshold, kept } = keepRule(draw.rate);
        this.#kernels.keep(offset, length, k0, k1, threshold, kept);
        break;
      }
      case "normal":
        // Most of the time goes to logarithm, sine and cosine, which have no kernel form.
        new Float32Array(this.#memory.buffer, offset, length).set(
          drawLeaf(draw, [length], key).data as Float32Array,
        );
        break;
    }
  }
}
