// The batch size that is not known until a model runs.

/**
 * A dimension that stands for "any batch size": a prime beyond any real one, so that products such as B·T remain recognisable by
 * division, and shape arithmetic needs no second kind of number. Such a graph can be exported, not evaluated.
 */
export const anyBatch = 2_147_483_647;

/** How many times the batch size a dimension is; `undefined` for a plain number. */
export function batchFactor(dimension: number): number | undefined {
  return dimension > 0 && dimension % anyBatch === 0 ? dimension / anyBatch : undefined;
}
