// Makes layers of a case, with the weights of its file.

import { input as leaf } from "../../src/graph/ops/leaf.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { type CallContext, callContext, type Layer, type Weight } from "../../src/nn/layer.ts";
import { layerClasses } from "../../src/nn/layers/index.ts";
import { formatShape, sameShape } from "../../src/tensor/shape.ts";
import type { Case } from "./case.ts";
import { camelCase, camelCased, Options, Unsupported } from "./options.ts";
import { understood } from "./understood.ts";

/** A layer within another as a case's config holds it. */
interface Nested {
  readonly class_name: string;
  readonly config: Record<string, unknown>;
}

/** The layer of a Keras class with Keras' arguments, not built yet. Initialisers are left out: the weights come from the file. */
export function makeLayer(className: string, config: Options): Layer {
  const Class = layerClasses[className];
  if (Class === undefined) throw new Unsupported(`there is no ${className} yet`);
  const isNested = (name: string) => Object.hasOwn(Object(config.value(name)), "class_name");
  const idle = config.names.filter((name) => name.endsWith("_initializer") || isNested(name));
  for (const name of idle) config.value(name);
  const nested = Object.fromEntries(
    idle.filter(isNested).map((name) => {
      const { class_name, config: inner } = config.value(name) as Nested;
      return [camelCase(name), makeLayer(class_name, new Options(`${name}'s config`, inner))];
    }),
  );
  const options = { ...camelCased(config, idle), ...nested };
  return understood(() => new Class(options as never));
}

/** Builds a layer, and says which tensor of the file each of its weights is. */
export function bind(
  cas: Case,
  layer: Layer,
  inputs: readonly Tensor[],
  names: readonly string[],
  options: CallContext["options"] = {},
): Map<Weight, Tensor> {
  const placeholder = (weight: Weight) => leaf(weight.name, { dtype: "float32", shape: weight.shape });
  layer.trace(inputs, [], callContext({ training: false, value: placeholder }), options);
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
export function contextOf(values: ReadonlyMap<Weight, Tensor>, more: Partial<CallContext> = {}): CallContext {
  return callContext({
    training: false,
    value: (weight) => {
      const tensor = values.get(weight);
      if (tensor === undefined) throw new TypeError(`no value for the weight ${weight.name}`);
      return tensor;
    },
    ...more,
  });
}
