// Eigenvalues and eigenvectors of symmetric matrices, by tridiagonal form and the QL method.

export interface SymmetricEigen {
  /** [size] Descending. */
  readonly values: Float64Array;
  /** [size, size] Row i is the unit eigenvector of value i; its sign is arbitrary. */
  readonly vectors: Float64Array;
}

/**
 * All eigenvalues and eigenvectors of a symmetric matrix: Householder reflections to tridiagonal form, then the QL method with
 * implicit shifts (Bowdler, Martin, Reinsch and Wilkinson, "The QR and QL algorithms for symmetric matrices", Numerische Mathematik 11,
 * 1968; EISPACK's tred2 and tql2).
 *
 * @param a [size, size]; stays as it is
 */
export function symmetricEigen(a: Float64Array, size: number): SymmetricEigen {
  // Column i of EISPACK's V is row i here, so that the inner loops run along rows.
  const v = a.slice();
  const d = new Float64Array(size);
  const e = new Float64Array(size);
  if (size > 0) {
    tridiagonalize(v, d, e, size);
    diagonalize(v, d, e, size);
  }
  const order = Array.from(d.keys()).sort((i, j) => (d[j] ?? 0) - (d[i] ?? 0));
  const vectors = new Float64Array(size * size);
  for (const [to, from] of order.entries())
    vectors.set(v.subarray(from * size, (from + 1) * size), to * size);
  return { values: Float64Array.from(order, (i) => d[i] ?? 0), vectors };
}

/** EISPACK's tred2: afterwards `d` is the diagonal, `e` from 1 on what stands beside it, `v` the reflections' product. */
function tridiagonalize(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) d[j] = v[j * n + n - 1] ?? 0;
  for (let i = n - 1; i > 0; i--) {
    let scale = 0;
    let h = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(d[k] ?? 0);
    if (scale === 0) {
      e[i] = d[i - 1] ?? 0;
      for (let j = 0; j < i; j++) {
        d[j] = v[j * n + i - 1] ?? 0;
        v[j * n + i] = 0;
        v[i * n + j] = 0;
      }
    } else {
      for (let k = 0; k < i; k++) {
        const scaled = (d[k] ?? 0) / scale;
        d[k] = scaled;
        h += scaled * scaled;
      }
      const last = d[i - 1] ?? 0;
      const g = last > 0 ? -Math.sqrt(h) : Math.sqrt(h);
      e[i] = scale * g;
      h -= last * g;
      d[i - 1] = last - g;
      reflect(v, d, e, n, i, h);
    }
    d[i] = h;
  }
  accumulate(v, d, n);
  e[0] = 0;
}

/** One similarity transformation of the leading i × i block. */
function reflect(v: Float64Array, d: Float64Array, e: Float64Array, n: number, i: number, h: number): void {
  e.fill(0, 0, i);
  for (let j = 0; j < i; j++) {
    const f = d[j] ?? 0;
    const row = j * n;
    v[i * n + j] = f;
    let g = (e[j] ?? 0) + (v[row + j] ?? 0) * f;
    for (let k = j + 1; k < i; k++) {
      const entry = v[row + k] ?? 0;
      g += entry * (d[k] ?? 0);
      e[k] = (e[k] ?? 0) + entry * f;
    }
    e[j] = g;
  }
  let sum = 0;
  for (let j = 0; j < i; j++) {
    e[j] = (e[j] ?? 0) / h;
    sum += (e[j] ?? 0) * (d[j] ?? 0);
  }
  const half = sum / (h + h);
  for (let j = 0; j < i; j++) e[j] = (e[j] ?? 0) - half * (d[j] ?? 0);
  for (let j = 0; j < i; j++) {
    const f = d[j] ?? 0;
    const g = e[j] ?? 0;
    const row = j * n;
    for (let k = j; k < i; k++) v[row + k] = (v[row + k] ?? 0) - (f * (e[k] ?? 0) + g * (d[k] ?? 0));
    d[j] = v[row + i - 1] ?? 0;
    v[row + i] = 0;
  }
}

/** The product of the reflections, in `v`; the diagonal goes to `d`. */
function accumulate(v: Float64Array, d: Float64Array, n: number): void {
  for (let i = 0; i < n - 1; i++) {
    v[i * n + n - 1] = v[i * n + i] ?? 0;
    v[i * n + i] = 1;
    const h = d[i + 1] ?? 0;
    const next = (i + 1) * n;
    if (h !== 0) {
      for (let k = 0; k <= i; k++) d[k] = (v[next + k] ?? 0) / h;
      for (let j = 0; j <= i; j++) {
        const row = j * n;
        let g = 0;
        for (let k = 0; k <= i; k++) g += (v[next + k] ?? 0) * (v[row + k] ?? 0);
        for (let k = 0; k <= i; k++) v[row + k] = (v[row + k] ?? 0) - g * (d[k] ?? 0);
      }
    }
    v.fill(0, next, next + i + 1);
  }
  for (let j = 0; j < n; j++) {
    d[j] = v[j * n + n - 1] ?? 0;
    v[j * n + n - 1] = 0;
  }
  v[n * n - 1] = 1;
}

/** EISPACK's tql2: afterwards `d` holds the eigenvalues and the rows of `v` the eigenvectors. */
function diagonalize(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  e.copyWithin(0, 1);
  e[n - 1] = 0;
  let shift = 0;
  let largest = 0;
  for (let l = 0; l < n; l++) {
    largest = Math.max(largest, Math.abs(d[l] ?? 0) + Math.abs(e[l] ?? 0));
    const negligible = Number.EPSILON * largest;
    let m = l;
    while (m < n - 1 && Math.abs(e[m] ?? 0) > negligible) m++;
    if (m > l) {
      // It takes two or three turns; the bound is for numbers that are none.
      for (let turn = 0; turn < 60; turn++) {
        shift += implicitStep(v, d, e, n, l, m);
        if (!(Math.abs(e[l] ?? 0) > negligible)) break;
      }
    }
    d[l] = (d[l] ?? 0) + shift;
    e[l] = 0;
  }
}

/** One QL step on rows l to m; gives what it takes off the diagonal. */
function implicitStep(
  v: Float64Array,
  d: Float64Array,
  e: Float64Array,
  n: number,
  l: number,
  m: number,
): number {
  const before = d[l] ?? 0;
  const beside = e[l] ?? 0;
  const ratio = ((d[l + 1] ?? 0) - before) / (2 * beside);
  const root = ratio < 0 ? -Math.hypot(ratio, 1) : Math.hypot(ratio, 1);
  d[l] = beside / (ratio + root);
  d[l + 1] = beside * (ratio + root);
  const next = d[l + 1] ?? 0;
  const taken = before - (d[l] ?? 0);
  for (let i = l + 2; i < n; i++) d[i] = (d[i] ?? 0) - taken;
  const besideNext = e[l + 1] ?? 0;
  let p = d[m] ?? 0;
  let [c, c2, c3, s, s2] = [1, 1, 1, 0, 0];
  for (let i = m - 1; i >= l; i--) {
    c3 = c2;
    c2 = c;
    s2 = s;
    const g = c * (e[i] ?? 0);
    const h = c * p;
    const r = Math.hypot(p, e[i] ?? 0);
    e[i + 1] = s * r;
    s = (e[i] ?? 0) / r;
    c = p / r;
    p = c * (d[i] ?? 0) - s * g;
    d[i + 1] = h + s * (c * g + s * (d[i] ?? 0));
    const low = i * n;
    const high = low + n;
    for (let k = 0; k < n; k++) {
      const a = v[low + k] ?? 0;
      const b = v[high + k] ?? 0;
      v[high + k] = s * a + c * b;
      v[low + k] = c * a - s * b;
    }
  }
  p = (-s * s2 * c3 * besideNext * (e[l] ?? 0)) / next;
  e[l] = s * p;
  d[l] = c * p;
  return taken;
}
