// The gradient that t-SNE descends, over all pairs of points.

/**
 * The gradient of KL(P ‖ Q) = Σ_{i≠j} p_ij log(p_ij / q_ij) by the places y, where q_ij = w_ij / Σ_{k≠l} w_kl and
 * w_ij = 1 / (1 + ‖y_i − y_j‖²): ∂/∂y_i = 4 Σ_j (p_ij − q_ij) w_ij (y_i − y_j).
 *
 * Source: van der Maaten and Hinton, "Visualizing data using t-SNE", JMLR 9, 2008, equations 4 and 5 and appendix A.
 *
 * @param joint [N (N − 1) / 2] p_ij with i < j, row by row; twice their sum is 1
 * @param places [N, 2]
 * @param exaggeration a factor on p_ij in the gradient; the divergence is without it
 * @param gradient [N, 2] receives the gradient
 * @param wantsDivergence whether the divergence is computed
 * @returns the divergence, NaN where that is not wanted
 */
export function klGradient(
  joint: Float64Array,
  places: Float64Array,
  exaggeration: number,
  gradient: Float64Array,
  wantsDivergence: boolean,
): number {
  const size = places.length;
  const repulsion = repulsions(size);
  gradient.fill(0);
  let total = 0; // Σ_{i<j} w_ij
  let pair = 0;
  for (let i = 0; i < size; i += 2) {
    const x = places[i] ?? 0;
    const y = places[i + 1] ?? 0;
    let pullX = 0;
    let pullY = 0;
    let pushX = 0;
    let pushY = 0;
    for (let j = i + 2; j < size; j += 2) {
      const dx = x - (places[j] ?? 0);
      const dy = y - (places[j + 1] ?? 0);
      const w = 1 / (1 + dx * dx + dy * dy);
      const p = joint[pair++] ?? 0;
      const pull = p * w;
      const push = w * w;
      total += w;
      pullX += pull * dx;
      pullY += pull * dy;
      pushX += push * dx;
      pushY += push * dy;
      gradient[j] = (gradient[j] ?? 0) - pull * dx;
      gradient[j + 1] = (gradient[j + 1] ?? 0) - pull * dy;
      repulsion[j] = (repulsion[j] ?? 0) - push * dx;
      repulsion[j + 1] = (repulsion[j + 1] ?? 0) - push * dy;
    }
    gradient[i] = (gradient[i] ?? 0) + pullX;
    gradient[i + 1] = (gradient[i + 1] ?? 0) + pullY;
    repulsion[i] = (repulsion[i] ?? 0) + pushX;
    repulsion[i + 1] = (repulsion[i + 1] ?? 0) + pushY;
  }
  const z = 2 * total;
  for (let i = 0; i < size; i++)
    gradient[i] = 4 * (exaggeration * (gradient[i] ?? 0) - (repulsion[i] ?? 0) / z);
  return wantsDivergence ? divergenceOf(joint, places, z) : Number.NaN;
}

/** Σ p_ij log(p_ij z / w_ij) */
function divergenceOf(joint: Float64Array, places: Float64Array, z: number): number {
  let divergence = 0;
  let pair = 0;
  for (let i = 0; i < places.length; i += 2) {
    for (let j = i + 2; j < places.length; j += 2) {
      const dx = (places[i] ?? 0) - (places[j] ?? 0);
      const dy = (places[i + 1] ?? 0) - (places[j + 1] ?? 0);
      const p = joint[pair++] ?? 0;
      if (p > 0) divergence += 2 * p * Math.log(p * z * (1 + dx * dx + dy * dy));
    }
  }
  return divergence;
}

let kept = new Float64Array(0);

/** Zeros, in memory that is used again. */
function repulsions(size: number): Float64Array {
  if (kept.length !== size) kept = new Float64Array(size);
  else kept.fill(0);
  return kept;
}
