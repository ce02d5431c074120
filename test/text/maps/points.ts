// Points for the tests of maps.

import { NdArray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";

/** sin(1.7 i + 0.9 f² + 0.3 i f) for 5 columns f: what the reference values were computed from. */
export function waves(count: number): number[][] {
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: 5 }, (_, f) => Math.sin(1.7 * i + 0.9 * f * f + 0.3 * i * f)),
  );
}

/** (cos 2.1 i, sin(1.3 i + 0.5)): places on a map. */
export function places(count: number): number[][] {
  return Array.from({ length: count }, (_, i) => [Math.cos(2.1 * i), Math.sin(1.3 * i + 0.5)]);
}

/** Points around some centres; point i belongs to centre i modulo `groups`. */
export function clouds(count: number, groups: number, width: number, spread: number): NdArray {
  const random = new Random(7);
  const centres = random.normal([groups, width], 0, 1, "float64").toFloat64();
  const values = random.normal([count, width], 0, spread, "float64").toFloat64();
  for (let i = 0; i < values.length; i++) {
    const centre = Math.floor(i / width) % groups;
    values[i] = (values[i] ?? 0) + (centres[centre * width + (i % width)] ?? 0);
  }
  return new NdArray(values, [count, width]);
}

/** The share of points whose nearest other point on a map belongs to the same centre. */
export function purity(map: NdArray, groups: number): number {
  const values = map.toFloat64();
  const count = values.length / 2;
  let same = 0;
  for (let i = 0; i < count; i++) {
    let best = -1;
    let least = Infinity;
    for (let j = 0; j < count; j++) {
      const distance = Math.hypot(
        (values[2 * i] ?? 0) - (values[2 * j] ?? 0),
        (values[2 * i + 1] ?? 0) - (values[2 * j + 1] ?? 0),
      );
      if (j === i || distance >= least) continue;
      least = distance;
      best = j;
    }
    if (best % groups === i % groups) same++;
  }
  return same / count;
}
