// Makes layers of a case, with the weights of its file.

import type { Tensor, TensorType } from "../../src/graph/tensor.ts";
import type { CallContext, Layer, Weight } from "../../src/nn/layer.ts";
import { layerClasses } from "../../src/nn/layers/index.ts";
import { formatShape, sameShape } from "../../src/tensor/shape.ts";
import type { Case } from "./case.ts";
import { camelCased, type Options, Unsupported } from "./options.ts";
import { understood } from "./understood.ts";

/** Options that change nothing at these values. */
const neutral: Readonly<Record<string, unknown>> = { stateful: false, unroll: false };

/** The layer of a Keras class with Keras' arguments, not built yet. Initialisers are left out: the weights come from the file. */
export function makeLayer(className: string, config: Options): Layer {
  const Class = layerClasses[className];
  if (Class === undefined) throw new Unsupported(`there is no ${className} yet`);
  const idle = config.names.filter(
    (name) =>
      name.endsWith("_initializer") || (Object.hasOwn(neutral, name) && config.value(name) === neutral[name]),
  );
  for (const name of idle) config.value(name);
  const options = camelCased(config, idle);
  return understood(() => new Class(options as never));
}

/** Builds a layer, and says which tensor of the file each of its weights is. */
export function bind(
  cas: Case,
  layer: Layer,
  input: TensorType,
  names: readonly string[],
): Map<Weight, Tensor> {
  layer.ensureBuilt(input);
  const { weights } = layer;
  const given = names.map((name) => cas.input(name));
  const fits =
    weights.length === given.length &&
    weights.every(({ shape }, i) => sameShape(shape, given[i]?.shape ?? []));
  if (!fits) {
    const list = (items: readonly { readonly name: string; readonly shape: readonly number[] }[]) =>
      items.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(", ");
    const file = names.map((name, i) => ({ name, shape: given[i]?.shape ?? [] }));
    throw new TypeError(`${layer.className} has weights ${list(weights)}; the file has ${list(file)}`);
  }
  return new Map(weights.map((weight, i) => [weight, given[i] as Tensor]));
}

/** A call outside training. */
export function contextOf(
  values: ReadonlyMap<Weight, Tensor>,
  more: Pick<CallContext, "mask" | "initialState"> = {},
): CallContext {
  return {
    training: false,
    value: (weight) => {
      const tensor = values.get(weight);
      if (tensor === undefined) throw new TypeError(`no value for the weight ${weight.name}`);
      return tensor;
    },
    ...more,
  };
}
