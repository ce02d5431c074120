// What a layer is: a config, weights that are made when the input's shape is known, and a call in tensor code.

import { input as leaf } from "../graph/ops/leaf.ts";
import { Tensor, type TensorType } from "../graph/tensor.ts";
import { RecurraError } from "../platform/error.ts";
import type { DType } from "../tensor/dtype.ts";
import { type Shape, sameShape } from "../tensor/shape.ts";
import { type CallContext, callContext, type Mask } from "./call-context.ts";
import { checkOptionNames, describe } from "./choice.ts";
import type { Initializer } from "./initializers.ts";
import { checkedContext, checkWeightShape } from "./layer-checks.ts";
import { checkShape, formatInput } from "./layer-options.ts";
import { type InputShape, traceSteps } from "./open-length.ts";
import { type Application, commonSteps, mapOptions, SymbolicTensor, tensorsOf } from "./symbolic.ts";
import { LayerState, Weight, type WeightOptions } from "./weight.ts";

export { type CallContext, callContext, LayerState, type Mask, Weight, type WeightOptions };

/** Options that every layer takes. */
export interface LayerConfig {
  /** Its name, unique within a model. Default: the class name with a number, as `lstm_1`. */
  readonly name?: string;
  /** Shape of one input without the batch axis; needed on the first layer of a model. `[null, 4]` leaves the number of steps open. */
  readonly inputShape?: InputShape;
  /** A frozen layer keeps its weights in training and costs no gradient. Default true. */
  readonly trainable?: boolean;
}

/** What a layer gave: its outputs and their masks. */
export interface Traced {
  readonly outputs: readonly Tensor[];
  readonly masks: readonly Mask[];
}

/** The output of a layer, or an input, while a model is put together. */
export type LayerTensor = SymbolicTensor<Layer>;

/** A call of a layer while a model is put together. */
export type LayerApplication = Application<Layer>;

/** A layer inside another, under the name that its weights have there. */
export interface ChildLayer {
  readonly name: string;
  readonly layer: Layer;
}

/**
 * A layer. Subclasses make their weights in `build`, once, when the type of the input is known, and say in `call` how the output is
 * computed from the input, in tensor code. A layer of several inputs says so by `inputCount`; `build`, `call` and `computeMask` then
 * take lists. A layer made of others names them by `child`, and computes with them by `compute` or `trace`.
 */
export abstract class Layer {
  /** The class name under which a saved model finds the layer again. */
  abstract readonly className: string;
  /** The options it was made with, without defaults; what a saved model holds. */
  readonly config: LayerConfig;
  name: string;
  #trainable: boolean;
  readonly #own: Weight[] = [];
  readonly #children: ChildLayer[] = [];
  readonly #states: LayerState[] = [];
  #inputs: readonly TensorType[] | undefined;

  constructor(config: LayerConfig = {}) {
    if (typeof config !== "object" || config === null)
      throw new RecurraError(
        "layer-option",
        `${new.target.name}: wants options as an object, got ${describe(config)}`,
      );
    const { name = "", trainable = true, inputShape } = config;
    if (typeof name !== "string" || /[/\0]/.test(name))
      throw new RecurraError("layer-option", `name: wants text without slashes, got ${describe(name)}`);
    if (typeof trainable !== "boolean")
      throw new RecurraError("layer-option", `trainable: wants true or false, got ${describe(trainable)}`);
    if (inputShape !== undefined) checkShape("inputShape", inputShape);
    this.config = config;
    this.name = name;
    this.#trainable = trainable;
  }

  /** A frozen layer keeps its weights in training, and so do the layers inside it; set it before `compile`. */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(value: boolean) {
    this.#trainable = value;
    for (const { layer } of this.#children) layer.trainable = value;
  }

  /** The dtype that the layer reads. Default float32. */
  get inputDtype(): DType {
    return "float32";
  }

  /** How many inputs a call takes, at least and at most. Default one. */
  get inputCount(): readonly [least: number, most: number] {
    return [1, 1];
  }

  /** Names of what a call can be given beside its inputs, such as `initialState`. Default none. */
  get callOptions(): readonly string[] {
    return [];
  }

  /** The layer's own weights, in Keras' order, without those of layers inside it. */
  get ownWeights(): readonly Weight[] {
    return this.#own;
  }

  /** The layers inside this one. */
  get children(): readonly ChildLayer[] {
    return this.#children;
  }

  /** All weights: its own, then those of the layers inside it. */
  get weights(): readonly Weight[] {
    return [...this.#own, ...this.#children.flatMap(({ layer }) => layer.weights)];
  }

  get trainableWeights(): readonly Weight[] {
    if (!this.trainable) return [];
    return [
      ...this.#own.filter((weight) => weight.trainable),
      ...this.#children.flatMap(({ layer }) => layer.trainableWeights),
    ];
  }

  /** What it and the layers inside it carry from batch to batch. */
  get states(): readonly LayerState[] {
    return [...this.#states, ...this.#children.flatMap(({ layer }) => layer.states)];
  }

  /** Puts a stateful layer back to the start of its sequences. */
  resetStates(): void {
    for (const state of this.states) state.value = undefined;
  }

  /** Makes the weights for inputs of these types; a second call checks that the types still fit. */
  ensureBuilt(...inputs: readonly TensorType[]): void {
    if (this.#inputs === undefined) {
      const made = [this.#own, this.#children, this.#states];
      const before = made.map(({ length }) => length);
      try {
        this.build(...inputs);
      } catch (error) {
        for (const [i, list] of made.entries()) list.length = before[i] ?? 0; // it may be tried again
        throw error;
      }
      this.#inputs = inputs;
      return;
    }
    for (const [i, built] of this.#inputs.entries()) {
      const input = inputs[i];
      if (this.weights.length > 0 && input !== undefined && !this.fits(built, input))
        throw this.fault(`was built for ${formatInput(built)}, got ${formatInput(input)}`);
    }
  }

  /** Whether weights that were made for one type of input serve another. Default: where it has as many features. */
  protected fits(built: TensorType, input: TensorType): boolean {
    return sameShape(built.shape.slice(-1), input.shape.slice(-1));
  }

  /** Makes the layer's weights. Default: none. */
  protected build(..._inputs: readonly TensorType[]): void {}

  /** The output, in tensor code; of a layer with several outputs, a list. A layer of several inputs takes them as a list. */
  abstract call(inputs: Tensor | readonly Tensor[], context: CallContext): Tensor | readonly Tensor[];

  /** The mask of the output, or a list with that of each. Default: that of the first input, for the first output. */
  computeMask(_inputs: Tensor | readonly Tensor[], mask: Mask | readonly Mask[]): Mask | readonly Mask[] {
    return Array.isArray(mask) ? (mask[0] as Mask) : (mask as Mask);
  }

  /**
   * Calls the layer: checks the inputs, makes the weights at the first call, and computes the outputs with their masks.
   *
   * @throws RecurraError `layer-input` for inputs that the layer cannot read
   */
  trace(
    inputs: readonly Tensor[],
    masks: readonly Mask[],
    context: CallContext,
    options: CallContext["options"] = {},
  ): Traced {
    const [least, most] = this.inputCount;
    if (inputs.length < least || inputs.length > most) {
      const wanted =
        least === most ? `${least}` : `${most === Infinity ? `at least ${least}` : `${least} to ${most}`}`;
      throw this.fault(`wants ${wanted} input${wanted === "1" ? "" : "s"}, got ${inputs.length}`);
    }
    const odd = inputs.findIndex((tensor) => !(tensor instanceof Tensor));
    if (odd >= 0) throw this.fault(`wants tensors, got ${describe(inputs[odd])}`);
    checkOptionNames(`layer ${this.name || this.className}`, options, this.callOptions);
    try {
      return this.#traced(inputs, masks, context, options, most > 1);
    } catch (error) {
      // The ops name what is wrong, and not whose they are.
      if (!(error instanceof RecurraError) || error.message.startsWith("layer ")) throw error;
      const place = `layer ${this.name || this.className} (${this.className})`;
      throw new RecurraError(error.code, `${place}: ${error.message}`, { cause: error });
    }
  }

  #traced(
    inputs: readonly Tensor[],
    masks: readonly Mask[],
    context: CallContext,
    options: CallContext["options"],
    isList: boolean,
  ): Traced {
    this.ensureBuilt(...inputs);
    const result = this.call(isList ? inputs : (inputs[0] as Tensor), {
      ...checkedContext(context, (why) => this.fault(why)),
      mask: masks[0],
      masks,
      options,
    });
    const outputs = result instanceof Tensor ? [result] : result;
    if (
      !Array.isArray(outputs) ||
      outputs.length === 0 ||
      !outputs.every((output) => output instanceof Tensor)
    )
      throw this.fault(`wants its call to give a tensor or a list of tensors, got ${describe(result)}`);
    context.observe?.({ layer: this, inputs, masks, options, outputs });
    const mask = isList ? this.computeMask(inputs, masks) : this.computeMask(inputs[0] as Tensor, masks[0]);
    return {
      outputs,
      masks: outputs.map((_, i) => (Array.isArray(mask) ? mask[i] : i === 0 ? (mask as Mask) : undefined)),
    };
  }

  /** As {@link trace}, for the one output of a layer inside another; a single input has the mask of the context. */
  compute(
    inputs: Tensor | readonly Tensor[],
    context: CallContext,
    options?: CallContext["options"],
  ): Tensor {
    const list = inputs instanceof Tensor ? [inputs] : inputs;
    const { outputs } = this.trace(
      list,
      list.length === 1 ? [context.mask] : context.masks,
      context,
      options,
    );
    return this.#only(outputs, "compute");
  }

  /**
   * Calls the layer while a model is put together: `const h = layers.lstm({ units: 50 }).apply(x)`. A layer that is called twice has the
   * same weights in both places.
   *
   * @param inputs outputs of {@link input} and of other layers
   * @param options what the layer's call can be given, by name; see `callOptions`
   * @throws RecurraError `layer-input`, `unknown-option`
   */
  apply(
    inputs: LayerTensor | readonly LayerTensor[],
    options: Readonly<Record<string, unknown>> = {},
  ): LayerTensor {
    return this.#only(this.applyAll(inputs, options), "applyAll");
  }

  /** As {@link apply}, for a layer of several outputs: one that returns its state, or attention scores. */
  applyAll(
    inputs: LayerTensor | readonly LayerTensor[],
    options: Readonly<Record<string, unknown>> = {},
  ): readonly LayerTensor[] {
    // Copies: the caller may go on with the list.
    const list = Array.isArray(inputs) ? [...(inputs as readonly LayerTensor[])] : [inputs as LayerTensor];
    const odd = list.findIndex((tensor) => !(tensor instanceof SymbolicTensor));
    if (odd >= 0 || list.length === 0)
      throw this.fault(
        `is applied to what input() or another layer gave, got ${list.length === 0 ? "an empty list" : describe(list[odd])}`,
      );
    checkOptionNames(`layer ${this.name || this.className}`, options, this.callOptions);
    const traceAt = (steps?: number) => {
      const { outputs, masks } = this.trace(
        list.map((symbol) => symbol.at(steps).tensor),
        list.map((symbol) => symbol.at(steps).mask),
        callContext({ training: false, value: placeholder }),
        mapOptions<Layer>(options, (symbol) => symbol.at(steps).tensor),
      );
      return outputs.map((tensor, i) => ({ tensor, mask: masks[i] }));
    };
    const open = commonSteps([...list, ...tensorsOf<Layer>(options)]);
    const traced = open === undefined ? undefined : [...traceSteps(open, traceAt)];
    const first = traced?.[0]?.[1] ?? traceAt();
    const given: LayerTensor[] = [];
    const kept = mapOptions<Layer>(options, (symbol) => symbol);
    const application: LayerApplication = { layer: this, inputs: list, options: kept, outputs: given };
    for (const [i, value] of first.entries()) {
      const variants = traced?.map(([steps, values]) => [steps, values[i] ?? value] as const);
      given.push(new SymbolicTensor<Layer>(variants === undefined ? value : new Map(variants), application));
    }
    return given;
  }

  #only<T>(outputs: readonly T[], instead: string): T {
    const [output] = outputs;
    if (output === undefined || outputs.length > 1)
      throw this.fault(
        `gives ${outputs.length} outputs where one is wanted${instead === "compute" ? "" : `; use ${instead}`}`,
      );
    return output;
  }

  protected addWeight(name: string, shape: Shape, initial: Initializer, options: WeightOptions = {}): Weight {
    checkWeightShape(name, shape, (why) => this.fault(why));
    const weight = new Weight(name, shape, initial, options);
    this.#own.push(weight);
    return weight;
  }

  /** Takes a layer in, whose weights are then weights of this one as well, as `name/…`. */
  protected child<L extends Layer>(name: string, layer: L): L {
    this.#children.push({ name, layer });
    if (!this.#trainable) layer.trainable = false;
    return layer;
  }

  /** Makes a state that is carried from batch to batch: shape for one sequence. */
  protected addState(name: string, shape: Shape): LayerState {
    const state = new LayerState(name, shape);
    this.#states.push(state);
    return state;
  }

  /** An error that names the layer. */
  protected fault(why: string): RecurraError {
    return new RecurraError("layer-input", `layer ${this.name || this.className} (${this.className}) ${why}`);
  }

  /** Fails unless the input has the given number of axes, batch included. */
  protected expectRank(input: TensorType, rank: number, wanted: string): void {
    if (input.shape.length !== rank) {
      throw this.fault(`wants ${wanted}, got ${formatInput(input)}`);
    }
  }
}

/** Stands for a weight's value while only types matter. */
function placeholder(weight: Weight): Tensor {
  return leaf(weight.name, { dtype: "float32", shape: weight.shape });
}
