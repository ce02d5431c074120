// The k best of many scores, kept while they come.

/** A number with its score. */
export interface Scored {
  readonly index: number;
  readonly score: number;
}

/** Keeps the k highest scores; of equal ones those that came first. */
export class Best {
  readonly #most: number;
  /** Descending. */
  readonly #kept: Scored[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** A score must be above this to be kept; NaN never is. */
  get bound(): number {
    return this.#kept.length < this.#most ? -Infinity : (this.#kept.at(-1)?.score ?? Infinity);
  }

  add(index: number, score: number): void {
    if (!(score > this.bound)) return;
    let at = this.#kept.length;
    while (at > 0 && (this.#kept[at - 1]?.score ?? 0) < score) at--;
    this.#kept.splice(at, 0, { index, score });
    if (this.#kept.length > this.#most) this.#kept.pop();
  }

  /** The best first. */
  get all(): readonly Scored[] {
    return this.#kept;
  }
}
