// UMAP's descent: the ends of an edge are pulled together, and pushed away from points that are drawn at random.

import type { Random } from "../../tensor/random.ts";
import type { SparseSymmetric } from "./sparse-symmetric.ts";
import type { UmapCurve } from "./umap-curve.ts";

/** No coordinate moves further at once, before the rate. */
const LONGEST = 4;
/** Random points for each pull. */
const NEGATIVES = 5;
const RANDOM_WORDS = 2 ** 14;

/** Moves the places of the points of a graph, epoch by epoch. */
export class UmapLayout {
  readonly #places: Float64Array;
  readonly #curve: UmapCurve;
  readonly #random: Random;
  #words: Uint32Array = new Uint32Array(0);
  #used = 0;
  // Of each edge: its ends, after how many epochs it is used each time, and when it is used next; the same of its random points.
  readonly #heads: Int32Array;
  readonly #tails: Int32Array;
  readonly #periods: Float64Array;
  readonly #next: Float64Array;
  readonly #nextNegative: Float64Array;

  /**
   * Source: McInnes, Healy and Melville, "UMAP", arXiv:1802.03426, algorithm 5.
   *
   * @param graph each edge is used as often as it is sure; those used less than once are left out
   * @param places [N, 2] where they start; moved in place
   */
  constructor(
    graph: SparseSymmetric,
    places: Float64Array,
    curve: UmapCurve,
    epochs: number,
    random: Random,
  ) {
    const most = graph.values.reduce((a, b) => Math.max(a, b), 0);
    const edges: number[] = [];
    for (const [k, value] of graph.values.entries()) if (value > 0 && value >= most / epochs) edges.push(k);
    this.#places = places;
    this.#curve = curve;
    this.#random = random;
    this.#tails = Int32Array.from(edges, (k) => graph.columns[k] ?? 0);
    this.#periods = Float64Array.from(edges, (k) => most / (graph.values[k] ?? 1));
    this.#next = this.#periods.slice();
    this.#nextNegative = this.#periods.map((period) => period / NEGATIVES);
    let head = 0;
    this.#heads = Int32Array.from(edges, (k) => {
      while ((graph.starts[head + 1] ?? Infinity) <= k) head++;
      return head;
    });
  }

  /**
   * One pass over the edges that are due.
   *
   * @param epoch from 0
   * @param rate how far the points go, 1 at first and falling to 0
   */
  epoch(epoch: number, rate: number): void {
    const places = this.#places;
    const { a, b } = this.#curve;
    const count = places.length / 2;
    const heads = this.#heads;
    const tails = this.#tails;
    const periods = this.#periods;
    const next = this.#next;
    const nextNegative = this.#nextNegative;
    for (let edge = 0; edge < heads.length; edge++) {
      if ((next[edge] ?? 0) > epoch) continue;
      const period = periods[edge] ?? 1;
      next[edge] = (next[edge] ?? 0) + period;
      const i = 2 * (heads[edge] ?? 0);
      const j = 2 * (tails[edge] ?? 0);
      let x = places[i] ?? 0;
      let y = places[i + 1] ?? 0;
      const dx = x - (places[j] ?? 0);
      const dy = y - (places[j + 1] ?? 0);
      const squared = dx * dx + dy * dy;
      if (squared > 0) {
        const power = squared ** b;
        const pull = (-2 * a * b * power) / (squared * (a * power + 1));
        const moveX = rate * clip(pull * dx);
        const moveY = rate * clip(pull * dy);
        x += moveX;
        y += moveY;
        places[j] = (places[j] ?? 0) - moveX;
        places[j + 1] = (places[j + 1] ?? 0) - moveY;
      }
      const negativePeriod = period / NEGATIVES;
      const negatives = Math.floor((epoch - (nextNegative[edge] ?? 0)) / negativePeriod);
      for (let n = 0; n < negatives; n++) {
        const k = 2 * this.#point(count);
        const awayX = x - (places[k] ?? 0);
        const awayY = y - (places[k + 1] ?? 0);
        const distance = awayX * awayX + awayY * awayY;
        if (k === i || distance === 0) continue;
        const push = (2 * b) / ((0.001 + distance) * (a * distance ** b + 1));
        x += rate * clip(push * awayX);
        y += rate * clip(push * awayY);
      }
      nextNegative[edge] = (nextNegative[edge] ?? 0) + negatives * negativePeriod;
      places[i] = x;
      places[i + 1] = y;
    }
  }

  /** A random point. */
  #point(count: number): number {
    if (this.#used === this.#words.length) {
      this.#words = this.#random.bits(RANDOM_WORDS);
      this.#used = 0;
    }
    return Math.floor(((this.#words[this.#used++] ?? 0) / 2 ** 32) * count);
  }
}

function clip(value: number): number {
  return value > LONGEST ? LONGEST : value < -LONGEST ? -LONGEST : value;
}
