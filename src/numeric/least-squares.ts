// Linear least squares for a few columns, by orthogonalising them one after the other.

/** What is left of a column's square when the columns before are taken out of it, below which it counts as one of their sums. */
const DEPENDENT = 1e-14;

/**
 * Regresses y on columns in place (modified Gram and Schmidt, Björck 1967, BIT 7, 1–21): `y` becomes the residuals, the columns become
 * orthogonal. Nothing is allocated, so that it can stand in inner loops.
 *
 * @param columns [N] each, K of them; one that is a sum of columns before becomes zeros
 * @param y [N]
 * @param coefficients [K] where the coefficients go; 0 for a column that is a sum of columns before
 * @param triangle [K × K] for use within
 */
export function regressInPlace(
  columns: readonly Float64Array[],
  y: Float64Array,
  coefficients: Float64Array,
  triangle: Float64Array,
): void {
  const count = columns.length;
  for (let i = 0; i < count; i++) triangle[i * count + i] = dot(columns[i] ?? y, columns[i] ?? y);
  for (let i = 0; i < count; i++) {
    const column = columns[i] ?? y;
    const square = dot(column, column);
    if (!(square > DEPENDENT * (triangle[i * count + i] ?? 0))) {
      triangle.fill(0, i * count, (i + 1) * count);
      coefficients[i] = 0;
      column.fill(0);
      continue;
    }
    coefficients[i] = takeOut(column, y, square);
    for (let j = i + 1; j < count; j++) triangle[i * count + j] = takeOut(column, columns[j] ?? y, square);
  }
  for (let i = count - 1; i >= 0; i--) {
    let value = coefficients[i] ?? 0;
    for (let j = i + 1; j < count; j++) value -= (triangle[i * count + j] ?? 0) * (coefficients[j] ?? 0);
    coefficients[i] = value;
  }
}

/** Takes the part along `column` out of `other`; the coefficient of that. */
function takeOut(column: Float64Array, other: Float64Array, square: number): number {
  const weight = dot(column, other) / square;
  for (let n = 0; n < other.length; n++) other[n] = (other[n] ?? 0) - weight * (column[n] ?? 0);
  return weight;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let n = 0; n < a.length; n++) sum += (a[n] ?? 0) * (b[n] ?? 0);
  return sum;
}

export interface Regression {
  /** [K] */
  readonly coefficients: Float64Array;
  /** [N] */
  readonly residuals: Float64Array;
  /** The positions of columns that are sums of columns before; their coefficients are 0. */
  readonly dependent: readonly number[];
}

/** Regresses y on columns. @param columns [N] each, K of them; a constant is one like the others @param y [N] */
export function leastSquares(columns: readonly Float64Array[], y: Float64Array): Regression {
  const residuals = y.slice();
  const coefficients = new Float64Array(columns.length);
  const basis = columns.map((column) => column.slice());
  regressInPlace(basis, residuals, coefficients, new Float64Array(columns.length ** 2));
  const dependent = [...basis.keys()].filter((k) => basis[k]?.every((value) => value === 0));
  return { coefficients, residuals, dependent };
}
