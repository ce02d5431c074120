// Bidirectional: a layer that reads the sequence from both ends.

import { add, mul } from "../../graph/ops/arithmetic.ts";
import { concat, reverse } from "../../graph/ops/layout.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import type { DType } from "../../tensor/dtype.ts";
import { describe } from "../choice.ts";
import { type CallContext, Layer, type LayerConfig, type Mask } from "../layer.ts";
import { anything, checkConfig, oneOf } from "../layer-options.ts";
import { cloneLayer } from "./clone.ts";
import { Recurrent } from "./recurrent.ts";

export interface BidirectionalConfig extends LayerConfig {
  /** What reads the sequence from its start: a recurrent layer. */
  readonly layer: Recurrent;
  /** What reads it from its end, with `goBackwards`. Default: a layer of the same options. */
  readonly backwardLayer?: Recurrent;
  /** How the two outputs become one; null: they stay two. Default "concat". */
  readonly mergeMode?: "concat" | "sum" | "mul" | "ave" | null;
}

/**
 * Reads a sequence from its start and from its end, by two layers with weights of their own: [B, T, F] -> [B, 2H], or [B, T, 2H] where
 * they return sequences; the backward one's outputs are put in the order of time. With a mask, returned sequences are 0 at masked
 * steps. A call can be given `initialState`: the forward layer's, then the backward layer's; states are returned in that order.
 * Source: Schuster & Paliwal, IEEE Trans. Signal Processing 45 (1997); Keras' Bidirectional.
 */
export class Bidirectional extends Layer {
  readonly className = "Bidirectional";
  override readonly config: BidirectionalConfig;
  readonly #forward: Recurrent;
  readonly #backward: Recurrent;

  constructor(config: BidirectionalConfig) {
    super(config);
    checkConfig(
      "Bidirectional",
      config,
      { layer: anything, backwardLayer: anything, mergeMode: oneOf("concat", "sum", "mul", "ave", null) },
      ["layer"],
    );
    for (const [name, layer] of Object.entries({
      layer: config.layer,
      backwardLayer: config.backwardLayer ?? config.layer,
    })) {
      if (!(layer instanceof Recurrent))
        throw new RecurraError(
          "layer-option",
          `Bidirectional: ${name} is a recurrent layer, got ${describe(layer)}`,
        );
    }
    this.config = config;
    const { layer, backwardLayer } = config;
    const turned = layer.config.goBackwards === true;
    if (backwardLayer !== undefined && (backwardLayer.config.goBackwards === true) === turned) {
      throw new RecurraError(
        "layer-option",
        "Bidirectional: layer and backwardLayer read in one direction; give one of them goBackwards: true",
      );
    }
    for (const option of ["returnSequences", "returnState", "stateful"] as const) {
      if (
        backwardLayer !== undefined &&
        (backwardLayer.config[option] === true) !== (layer.config[option] === true)
      )
        throw new RecurraError("layer-option", `Bidirectional: layer and backwardLayer differ in ${option}`);
    }
    const zeroOutputForMask = layer.config.returnSequences === true;
    this.#forward = this.child("forward_layer", cloneLayer(layer, { zeroOutputForMask }));
    this.#backward = this.child(
      "backward_layer",
      cloneLayer(backwardLayer ?? layer, { zeroOutputForMask, goBackwards: !turned }),
    );
  }

  override get inputDtype(): DType {
    return this.#forward.inputDtype;
  }

  override get callOptions(): readonly string[] {
    return ["initialState"];
  }

  protected override build(...inputs: readonly TensorType[]): void {
    this.#forward.ensureBuilt(...inputs);
    this.#backward.ensureBuilt(...inputs);
  }

  override call(x: Tensor, context: CallContext): Tensor | readonly Tensor[] {
    const { mergeMode = "concat" } = this.config;
    const { returnSequences = false, returnState = false } = this.config.layer.config;
    const [first, second] = this.#initialStates(context);
    const [forward, ...forwardState] = this.#forward.trace([x], [context.mask], context, first).outputs;
    const [read, ...backwardState] = this.#backward.trace([x], [context.mask], context, second).outputs;
    if (forward === undefined || read === undefined) throw new TypeError("a layer gives an output");
    const backward = returnSequences ? reverse(read, 1) : read;
    const merged = merge(mergeMode, forward, backward);
    return returnState ? [...merged, ...forwardState, ...backwardState] : merged;
  }

  override computeMask(_x: Tensor, mask: Mask): readonly Mask[] {
    const own = this.config.layer.config.returnSequences === true ? mask : undefined;
    return this.config.mergeMode === null ? [own, own] : [own];
  }

  /** The options of both calls: one half of the state each. */
  #initialStates({ options }: CallContext): readonly [CallContext["options"], CallContext["options"]] {
    const { initialState } = options;
    if (initialState === undefined) return [{}, {}];
    if (!Array.isArray(initialState) || initialState.length % 2 !== 0)
      throw this.fault(
        `wants an initial state for both directions, got ${Array.isArray(initialState) ? initialState.length : describe(initialState)}`,
      );
    const half = initialState.length / 2;
    return [{ initialState: initialState.slice(0, half) }, { initialState: initialState.slice(half) }];
  }
}

function merge(mode: BidirectionalConfig["mergeMode"], forward: Tensor, backward: Tensor): readonly Tensor[] {
  switch (mode) {
    case null:
      return [forward, backward];
    case "sum":
      return [add(forward, backward)];
    case "mul":
      return [mul(forward, backward)];
    case "ave":
      return [mul(add(forward, backward), 0.5)];
    default:
      return [concat([forward, backward], -1)];
  }
}
