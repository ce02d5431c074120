// Thinning long lines for drawing, so that a drawing stays small and peaks stay visible.

export interface Points {
  /** [T] */
  readonly times: Float64Array;
  /** [T] */
  readonly values: Float64Array;
}

/**
 * At most about `limit` points that look the same when drawn as a line: of each stretch, its first, least, greatest and last point
 * (Jugel, Jerzak, Hackenbroich and Markl 2014, M4: a visualization-oriented time series data aggregation, VLDB 7(10)).
 */
export function thin(points: Points, limit: number): Points {
  const count = points.values.length;
  if (count <= limit) return points;
  const stretches = Math.max(1, Math.floor(limit / 4));
  const kept: number[] = [];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const start = Math.floor((stretch * count) / stretches);
    const end = Math.floor(((stretch + 1) * count) / stretches);
    let [least, greatest] = [start, start];
    for (let i = start; i < end; i++) {
      const value = points.values[i] ?? 0;
      if (value < (points.values[least] ?? 0)) least = i;
      if (value > (points.values[greatest] ?? 0)) greatest = i;
    }
    kept.push(...new Set([start, least, greatest, end - 1].sort((a, b) => a - b)));
  }
  return {
    times: Float64Array.from(kept, (i) => points.times[i] ?? 0),
    values: Float64Array.from(kept, (i) => points.values[i] ?? 0),
  };
}
