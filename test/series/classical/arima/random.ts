// Random numbers for tests, the same on any machine.

/** Standard normal numbers by Box and Muller's method from Park and Miller's generator. */
export function normals(count: number, seed: number): Float64Array {
  let state = seed % 2147483647 || 1;
  const uniform = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  for (let i = 0; i < 20; i++) uniform();
  return Float64Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}
