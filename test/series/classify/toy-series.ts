// Small labelled series that tests of classification share: sines and triangles with a little noise.

import { type LabelledSeries, labelledSeries } from "../../../src/data/labelled-series.ts";
import { Random } from "../../../src/tensor/random.ts";

export interface ToyOptions {
  readonly count: number;
  readonly seed: number;
  /** Steps of every series, or the least and the most. Default 24. */
  readonly length?: number | readonly [least: number, most: number];
  readonly channels?: number;
}

/** Every second series is a sine, the others are triangles, of 3 periods from random places on. */
export function toySeries({ count, seed, length = 24, channels = 1 }: ToyOptions): LabelledSeries {
  const random = new Random(seed);
  const [least, most] = typeof length === "number" ? [length, length] : length;
  const lengths = random.integers([count], least, most + 1).toArray();
  const shifts = random.uniform([count], 0, 1).toArray();
  const x = lengths.map((steps, n) => {
    const noise = random.fold(n).normal([channels, steps], 0, 0.05).toArray();
    return Array.from({ length: channels }, (_, c) =>
      Float64Array.from({ length: steps }, (_, t) => {
        const phase = (3 * t) / steps + (shifts[n] ?? 0) + c / 4;
        const wave = n % 2 === 0 ? Math.sin(2 * Math.PI * phase) : 4 * Math.abs((phase % 1) - 0.5) - 1;
        return wave + (noise[c * steps + t] ?? 0);
      }),
    );
  });
  return labelledSeries({ x, labels: x.map((_, n) => (n % 2 === 0 ? "sine" : "triangle")), source: "toy" });
}
