// Games of features: what a prediction is worth when only some features are known. Shapley values share it out.

/**
 * A cooperative game (Shapley 1953): players are features, a coalition is the set of those that are known, and its value is the
 * prediction that is then expected, on the scale of the link.
 */
export interface Game {
  /** M: the features that share the prediction out. */
  readonly players: number;
  /** [D] What is expected when nothing is known. */
  readonly empty: Float64Array;
  /** [D] The prediction itself: everything is known. */
  readonly full: Float64Array;
  /**
   * Values of coalitions.
   *
   * @param masks [S × M] 1 for a player who is in
   * @returns [S × D]
   */
  values(masks: Uint8Array): Promise<Float64Array>;
}

/** Shares a game out. @returns [M × D], summing to full - empty */
export type Solver = (game: Game) => Promise<Float64Array>;

/** The shares that follow without a coalition: of no player, and of one. */
export function trivialShares({ players, empty, full }: Game): Float64Array | undefined {
  if (players === 0) return new Float64Array(0);
  return players === 1 ? full.map((value, d) => value - (empty[d] ?? 0)) : undefined;
}

/** What there is to share, output by output. */
export function gainOf({ empty, full }: Game): Float64Array {
  return full.map((value, d) => value - (empty[d] ?? 0));
}
