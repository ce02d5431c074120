// The recursion of complex exponential smoothing: a level that is a complex number, and a season of reals or of complex numbers.

/** Without a season; levels of their own for each position of the season; a level with additive indices; with complex indices. */
export type CesSeason = "none" | "simple" | "partial" | "full";

/** α = α0 + iα1 of the level, β = β0 + iβ1 of the season: those that the kind of season has, in this order. */
export type CesParameters = ArrayLike<number>;

/** Where the recursion stands: real and imaginary parts. */
export interface CesState {
  /** [1], of the simple kind [m]: by position in the cycle. */
  readonly level: Float64Array;
  readonly information: Float64Array;
  /** [m] of the partial and the full kind, else [0]. */
  readonly season: Float64Array;
  /** [m] of the full kind, else [0]. */
  readonly seasonInformation: Float64Array;
}

/**
 * Runs over values, from the first to the last or back, changing the state as it goes (Svetunkov, Kourentzes and Ord 2022, Naval
 * Research Logistics 69(8), equations 10 and 11 and section 3.3).
 *
 * @param position that of values[0] in the cycle
 * @param expected [T] is filled with what was expected of each value
 * @returns the sum of squared errors
 */
export function runCes(
  kind: CesSeason,
  parameters: CesParameters,
  state: CesState,
  values: Float64Array,
  position: number,
  backwards: boolean,
  expected?: Float64Array,
): number {
  const { level, information, season, seasonInformation } = state;
  const [a0, a1, b0, b1] = [parameters[0] ?? 0, parameters[1] ?? 0, parameters[2] ?? 0, parameters[3] ?? 0];
  const cycle = Math.max(level.length, season.length);
  const [hasSeason, isFull, isSimple] = [season.length > 0, kind === "full", kind === "simple"];
  const count = values.length;
  let squares = 0;
  let phase = (position + (backwards ? count - 1 : 0)) % cycle;
  for (let i = 0; i < count; i++) {
    const t = backwards ? count - 1 - i : i;
    const at = isSimple ? phase : 0;
    const l = level[at] ?? 0;
    const c = information[at] ?? 0;
    const s = hasSeason ? (season[phase] ?? 0) : 0;
    const error = (values[t] ?? 0) - l - s;
    if (expected !== undefined) expected[t] = l + s;
    squares += error * error;
    level[at] = l - (1 - a1) * c + (a0 - a1) * error;
    information[at] = l + (1 - a0) * c + (a0 + a1) * error;
    if (isFull) {
      const d = seasonInformation[phase] ?? 0;
      season[phase] = s - (1 - b1) * d + (b0 - b1) * error;
      seasonInformation[phase] = s + (1 - b0) * d + (b0 + b1) * error;
    } else if (hasSeason) season[phase] = s + b0 * error;
    if (backwards) phase = phase === 0 ? cycle - 1 : phase - 1;
    else phase = phase === cycle - 1 ? 0 : phase + 1;
  }
  return squares;
}

/** Moves the state on by what is expected, for a turn of direction: each number by one step, those of a season by one cycle. */
export function turnCes(kind: CesSeason, parameters: CesParameters, state: CesState): void {
  const [a0, a1, b0, b1] = [parameters[0] ?? 0, parameters[1] ?? 0, parameters[2] ?? 0, parameters[3] ?? 0];
  advance(state.level, state.information, a0, a1);
  if (kind === "full") advance(state.season, state.seasonInformation, b0, b1);
}

function advance(real: Float64Array, imaginary: Float64Array, p0: number, p1: number): void {
  for (let i = 0; i < real.length; i++) {
    const [l, c] = [real[i] ?? 0, imaginary[i] ?? 0];
    real[i] = l - (1 - p1) * c;
    imaginary[i] = l + (1 - p0) * c;
  }
}

/**
 * The steps after a state, each as it was expected, with a shock added to the first. The state is left as it is.
 *
 * @param position that of the first step in the cycle
 */
export function walkCes(
  kind: CesSeason,
  parameters: CesParameters,
  state: CesState,
  position: number,
  horizon: number,
  shock: number,
): Float64Array {
  const moved = copyState(state);
  const step = new Float64Array(1);
  const result = new Float64Array(horizon);
  const cycle = Math.max(state.level.length, state.season.length);
  for (let h = 0; h < horizon; h++) {
    const phase = (position + h) % cycle;
    const at = kind === "simple" ? phase : 0;
    const expected = (moved.level[at] ?? 0) + (moved.season[phase] ?? 0);
    const value = h === 0 ? expected + shock : expected;
    step[0] = value;
    result[h] = value;
    runCes(kind, parameters, moved, step, phase, false);
  }
  return result;
}

export function copyState({ level, information, season, seasonInformation }: CesState): CesState {
  return {
    level: level.slice(),
    information: information.slice(),
    season: season.slice(),
    seasonInformation: seasonInformation.slice(),
  };
}

/** Makes one state the same as another of its kind. */
export function restoreState(state: CesState, from: CesState): void {
  state.level.set(from.level);
  state.information.set(from.information);
  state.season.set(from.season);
  state.seasonInformation.set(from.seasonInformation);
}

/** Whether old values lose their weight: the recursion of a complex number with this parameter is stable (the same paper, section 3.2). */
export function isStable(p0: number, p1: number): boolean {
  const trace = 2 - 2 * p0 + p1;
  const determinant = (1 - p0 + p1) * (1 - p0) + (1 - p1) * (1 - p0 - p1);
  return Math.abs(determinant) < 1 && Math.abs(trace) < 1 + determinant;
}
