// Where the points of a map start.

import { NdArray } from "../../tensor/nd-array.ts";
import type { Random } from "../../tensor/random.ts";
import type { PointRows } from "./point-rows.ts";
import { principalComponents } from "./principal-components.ts";

/** By the first two principal components, or random. */
export type MapStart = "pca" | "random";

/**
 * The first places.
 *
 * @param spread the standard deviation of the first coordinate
 * @returns [N, 2]; random where all points are the same
 */
export function startingPlaces(
  points: PointRows,
  start: MapStart,
  spread: number,
  random: Random,
): Float64Array {
  const { count, width } = points;
  const scattered = () => random.normal([count, 2], 0, spread, "float64").toFloat64();
  if (start === "random") return scattered();
  const { coordinates, explainedVariance } = principalComponents(new NdArray(points.values, [count, width]), {
    components: Math.min(2, width),
  });
  const scale = spread / Math.sqrt(((explainedVariance[0] ?? 0) * (count - 1)) / count);
  if (!Number.isFinite(scale)) return scattered();
  const values = coordinates.toFloat64();
  const columns = Math.min(2, width);
  const places = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < columns; k++) places[2 * i + k] = (values[i * columns + k] ?? 0) * scale;
  }
  return places;
}
