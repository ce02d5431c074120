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
 * What a random leaf draws, from the first draw of `Random.fromKey(...key)`: uniform and normal numbers as that class makes them,
 * word i for element i. Of a dropout mask elements 4i to 4i + 3 take the bytes of word i, the lowest first; where such a byte alone
 * does not decide, that of the second draw does.
 *
 * @param dtype of a dropout mask: "float32", in which what is kept is 1/(1 - rate), or "bool", in which it is true
 */
export function drawLeaf(
  draw: Draw,
  shape: Shape,
  [k0, k1]: RandomKey,
  dtype: MaskDType = "float32",
): NdArray {
  const random = Random.fromKey(k0, k1);
  switch (draw.kind) {
    case "uniform":
      return random.uniform(shape, draw.low, draw.high);
    case "normal":
      return random.normal(shape, draw.mean, draw.stddev);
    case "keep": {
      const { high, low, kept } = keepRule(draw.rate);
      const size = sizeOf(shape);
      const bytes = () => new Uint8Array(random.bits(Math.ceil(size / 4)).buffer, 0, size);
      const [first, second] = [bytes(), bytes()];
      const mask = first.map((byte, i) => Number(byte > high || (byte === high && (second[i] ?? 0) >= low)));
      return new NdArray(dtype === "bool" ? mask : Float32Array.from(mask, (one) => one * kept), shape);
    }
  }
}

/** What a dropout mask may be. */
export type MaskDType = "float32" | "bool";

/** An element is dropped where 16 random bits, the bytes of both draws, are below 256·high + low: `rate` to a resolution of 2⁻¹⁶. */
function keepRule(rate: number): { readonly high: number; readonly low: number; readonly kept: number } {
  const threshold = Math.min(Math.round(rate * 2 ** 16), 2 ** 16 - 1);
  return { high: threshold >> 8, low: threshold & 0xff, kept: 1 / (1 - rate) };
}

/** Fills arrays in a memory with random numbers. */
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
   * @param length How many elements it has. Of booleans, there is room up to a multiple of 4.
   */
  fill(draw: Draw, offset: number, length: number, key: RandomKey, dtype: MaskDType = "float32"): void {
    const [k0, k1] = key;
    switch (draw.kind) {
      case "uniform":
        this.#kernels.uniform(offset, length, k0, k1, draw.low, draw.high - draw.low, draw.low, draw.high);
        break;
      case "keep": {
        const { high, low, kept } = keepRule(draw.rate);
        if (dtype === "bool") this.#kernels.keepBytes(offset, Math.ceil(length / 4), k0, k1, high, low);
        else this.#kernels.keep(offset, length, k0, k1, high, low, kept);
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
