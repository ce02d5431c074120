// The weights of a model taken together: named, counted, copied.

import type { Layer, Weight } from "../nn/layer.ts";
import { RecurraError } from "../platform/error.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import { formatShape, sameShape, sizeOf } from "../tensor/shape.ts";

/** A weight under the name it has in a file: `lstm_1/kernel`. */
export interface NamedWeight {
  readonly name: string;
  readonly weight: Weight;
  /** False if it, or its layer, is frozen. */
  readonly trainable: boolean;
}

/** Copies of all weights, in order. */
export type WeightsSnapshot = readonly Float32Array[];

/** All weights of a list of layers, in order, each once, by their paths: `encoder/attention/query_kernel`. */
export function weightsOf(layers: readonly Layer[]): readonly NamedWeight[] {
  const seen = new Set<Weight>();
  const walk = (layer: Layer, path: string, isTrained: boolean): readonly NamedWeight[] => {
    const trains = isTrained && layer.trainable;
    const own = layer.ownWeights
      .filter((weight) => !seen.has(weight) && seen.add(weight))
      .map((weight) => ({
        name: `${path}/${weight.name}`,
        weight,
        trainable: trains && weight.trainable,
      }));
    const inner = layer.children.flatMap(({ name, layer: child }) =>
      walk(child, name === "" ? path : `${path}/${name}`, trains),
    );
    return [...own, ...inner];
  };
  return layers.flatMap((layer) => walk(layer, layer.name, true));
}

/** How many numbers the weights hold. */
export function countNumbers(weights: readonly { readonly weight: Weight }[]): number {
  return weights.reduce((total, { weight }) => total + sizeOf(weight.shape), 0);
}

/**
 * Fails unless arrays fit the weights by name and shape; says for each what was wanted and what came.
 *
 * @param source what the arrays came from, for the message
 */
export function checkWeights(
  weights: readonly NamedWeight[],
  arrays: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  source: string,
): void {
  const faults = weights.flatMap(({ name, weight }) => {
    const array = arrays.get(name);
    if (array === undefined) return [`${name}: wanted ${formatShape(weight.shape)}, missing`];
    return sameShape(array.shape, weight.shape)
      ? []
      : [`${name}: wanted ${formatShape(weight.shape)}, got ${formatShape(array.shape)}`];
  });
  const known = new Set(weights.map(({ name }) => name));
  for (const [name, { shape }] of arrays) {
    if (!known.has(name)) faults.push(`${name}: not wanted, got ${formatShape(shape)}`);
  }
  if (faults.length > 0) {
    const shown = faults.slice(0, 20).map((fault) => `\n  ${fault}`);
    const more = faults.length > 20 ? `\n  … and ${faults.length - 20} more` : "";
    throw new RecurraError("weights-mismatch", `${source} does not fit the model:${shown.join("")}${more}`);
  }
}

/** Copies arrays into the weights of the same names. */
export function assignWeights(
  weights: readonly NamedWeight[],
  arrays: ReadonlyMap<string, NdArray>,
  source: string,
): void {
  checkWeights(weights, arrays, source);
  for (const { name, weight } of weights) {
    const array = arrays.get(name);
    if (array !== undefined) weight.assign(array);
  }
}
