// The gradient that t-SNE descends, in N log N steps: neighbours pull, far squares of a tree push as one.

import { QuadTree } from "./quad-tree.ts";
import type { SparseSymmetric } from "./sparse-symmetric.ts";

/** Computes what `klGradient` does, approximately. */
export class BarnesHut {
  readonly #joint: SparseSymmetric;
  readonly #theta: number;
  readonly #tree = new QuadTree();
  readonly #repulsion: Float64Array;

  /**
   * Source: van der Maaten, "Accelerating t-SNE using tree-based algorithms", JMLR 15, 2014, section 4.
   *
   * @param joint p_ij; those that it does not hold are 0
   * @param theta how large a square may be, as a share of its distance, that counts as one point
   */
  constructor(joint: SparseSymmetric, theta: number) {
    this.#joint = joint;
    this.#theta = theta;
    this.#repulsion = new Float64Array(2 * (joint.starts.length - 1));
  }

  /**
   * @param places [N, 2]
   * @param exaggeration a factor on p_ij in the gradient; the divergence is without it
   * @param gradient [N, 2] receives the gradient
   * @returns the divergence, NaN where that is not wanted
   */
  gradient(
    places: Float64Array,
    exaggeration: number,
    gradient: Float64Array,
    wantsDivergence: boolean,
  ): number {
    const repulsion = this.#repulsion;
    this.#tree.build(places);
    const z = this.#tree.repulsion(places, this.#theta, repulsion);
    const { starts, columns, values } = this.#joint;
    let divergence = 0;
    for (let i = 0; i < starts.length - 1; i++) {
      const x = places[2 * i] ?? 0;
      const y = places[2 * i + 1] ?? 0;
      let pullX = 0;
      let pullY = 0;
      const end = starts[i + 1] ?? 0;
      for (let k = starts[i] ?? 0; k < end; k++) {
        const j = 2 * (columns[k] ?? 0);
        const dx = x - (places[j] ?? 0);
        const dy = y - (places[j + 1] ?? 0);
        const inverse = 1 + dx * dx + dy * dy;
        const p = values[k] ?? 0;
        pullX += (p / inverse) * dx;
        pullY += (p / inverse) * dy;
        if (wantsDivergence && p > 0) divergence += p * Math.log(p * inverse * z);
      }
      gradient[2 * i] = 4 * (exaggeration * pullX - (repulsion[2 * i] ?? 0) / z);
      gradient[2 * i + 1] = 4 * (exaggeration * pullY - (repulsion[2 * i + 1] ?? 0) / z);
    }
    return wantsDivergence ? divergence : Number.NaN;
  }
}
