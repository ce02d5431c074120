// Cutting a series into windows: so many values back, so many ahead, both relative to the last value seen.

import { NdArray } from "../tensor/nd-array.ts";

export interface Windows {
  /** [N, L, 1] Each window's values less its last one, oldest first, scaled. */
  readonly x: NdArray;
  /** [N, H] The values after it less its last one, scaled; 0 where there is none. */
  readonly y: NdArray;
  /** [N, H] 1 where there is a target, else 0. */
  readonly known: NdArray;
  /** [N] The time of each window's last value. */
  readonly origins: Int32Array;
  /** [1, L, 1] The last window, whose targets are the forecast. */
  readonly last: NdArray;
  /** What a target of 1 stands for. */
  readonly scale: number;
}

/**
 * All windows with at least one target. The newest lack the targets that are still to come; inputs and targets are each divided by
 * their root mean square.
 */
export function windowsOf(values: Float64Array, lookback: number, horizon: number): Windows {
  const count = values.length - lookback; // origins lookback - 1 … T - 2
  const x = new Float32Array(count * lookback);
  const y = new Float32Array(count * horizon);
  const known = new Float32Array(count * horizon);
  const origins = Int32Array.from({ length: count }, (_, n) => n + lookback - 1);
  const last = relative(values, values.length - 1, lookback);
  for (const [n, origin] of origins.entries()) {
    x.set(relative(values, origin, lookback), n * lookback);
    for (let k = 1; k <= horizon && origin + k < values.length; k++) {
      y[n * horizon + k - 1] = (values[origin + k] ?? 0) - (values[origin] ?? 0);
      known[n * horizon + k - 1] = 1;
    }
  }
  const inputScale = rootMeanSquare(x, x.length);
  const scale = rootMeanSquare(
    y,
    known.reduce((sum, one) => sum + one, 0),
  );
  return {
    x: new NdArray(
      x.map((value) => value / inputScale),
      [count, lookback, 1],
    ),
    y: new NdArray(
      y.map((value) => value / scale),
      [count, horizon],
    ),
    known: new NdArray(known, [count, horizon]),
    origins,
    last: new NdArray(
      Float32Array.from(last, (value) => value / inputScale),
      [1, lookback, 1],
    ),
    scale,
  };
}

function relative(values: Float64Array, origin: number, lookback: number): Float64Array {
  const level = values[origin] ?? 0;
  return values.slice(origin - lookback + 1, origin + 1).map((value) => value - level);
}

/** Of values that are zero where they do not count; 1 where all are zero. */
function rootMeanSquare(values: Float32Array, count: number): number {
  const squares = values.reduce((sum, value) => sum + value * value, 0);
  return squares === 0 ? 1 : Math.sqrt(squares / count);
}

/**
 * The windows' targets parted by a block of time [start, end): `inside` are those within it, `outside` those of which nothing
 * between origin and target lies in it. What a network learns outside says nothing of the block.
 */
export function partByBlock(
  { known, origins }: Pick<Windows, "known" | "origins">,
  start: number,
  end: number,
): { readonly inside: NdArray; readonly outside: NdArray } {
  const [, horizon = 0] = known.shape;
  const inside = NdArray.zeros(known.shape);
  const outside = NdArray.zeros(known.shape);
  for (const [n, origin] of origins.entries()) {
    for (let k = 1; k <= horizon; k++) {
      const place = n * horizon + k - 1;
      const target = origin + k;
      if (known.data[place] === 0) continue;
      if (target >= start && target < end) inside.data[place] = 1;
      const touches = origin < end - 1 && target >= start;
      if (!touches) outside.data[place] = 1;
    }
  }
  return { inside, outside };
}
