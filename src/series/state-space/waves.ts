// Which waves of a season matter most.

/** The waves of a season of `period` steps, by how often each comes in one. */
export function allWaves(period: number): readonly number[] {
  return Array.from({ length: Math.floor(period / 2) }, (_, i) => i + 1);
}

/**
 * The `count` waves of a season that are strongest in a series, in order: those with the largest periodogram of its differences, put
 * back to that of the values (differencing takes a wave of the angle λ times 2 sin(λ/2)).
 *
 * @param values [T] NaN where one is missing
 */
export function strongestWaves(values: Float64Array, period: number, count: number): readonly number[] {
  const waves = allWaves(period);
  if (waves.length <= count) return waves;
  const strengths = waves.map((wave) => {
    const angle = (2 * Math.PI * wave) / period;
    let [cosines, sines] = [0, 0];
    for (let t = 1; t < values.length; t++) {
      const change = (values[t] ?? Number.NaN) - (values[t - 1] ?? Number.NaN);
      if (Number.isNaN(change)) continue;
      cosines += change * Math.cos(angle * t);
      sines += change * Math.sin(angle * t);
    }
    return { wave, strength: (cosines ** 2 + sines ** 2) / (4 * Math.sin(angle / 2) ** 2) };
  });
  strengths.sort((a, b) => b.strength - a.strength || a.wave - b.wave);
  return strengths
    .slice(0, count)
    .map(({ wave }) => wave)
    .sort((a, b) => a - b);
}
