// A network: layers with weights, and how an output is computed from an input. What is done with it stands in model.ts.

import { anyBatch } from "../graph/batch.ts";
import { input } from "../graph/ops/leaf.ts";
import type { Tensor } from "../graph/tensor.ts";
import { checkOptionNames } from "../nn/choice.ts";
import type { CallContext, Layer, Weight } from "../nn/layer.ts";
import { Embedding } from "../nn/layers/embedding.ts";
import { TimeDistributed } from "../nn/layers/time-distributed.ts";
import { RecurraError } from "../platform/error.ts";
import type { DType } from "../tensor/dtype.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import { Random } from "../tensor/random.ts";
import { type Shape, sameShape, sizeOf } from "../tensor/shape.ts";
import { type ArrayLike, checkInputs } from "./batches.ts";
import type { DataFingerprint, History } from "./history.ts";
import { formatSummary, type LayerOutput } from "./summary.ts";
import { checkRange } from "./values.ts";
import { type NamedWeight, type WeightsSnapshot, weightsOf } from "./weights.ts";

export interface ModelOptions {
  /** Default "sequential". */
  readonly name?: string;
  /** Seed of the first weights, of shuffling and of dropout. Default 0. */
  readonly seed?: number;
}

const modelOptions: readonly (keyof ModelOptions)[] = ["name", "seed"];

/** What a layer gave when the network was traced. */
export interface LayerCall {
  readonly layer: Layer;
  readonly output: Tensor;
  /** Which steps of the output are real: bool [B, T]. */
  readonly mask: Tensor | undefined;
}

/** Layers with weights. */
export abstract class Network {
  readonly name: string;
  seed: number;
  #weights: readonly NamedWeight[] | undefined;
  #layerOutputs: readonly LayerOutput[] | undefined;
  /** What the last `fit` recorded; saved with the model. */
  history: History | undefined;
  /** What the last `fit` was given; saved with the model. */
  data: DataFingerprint | undefined;

  constructor(options: ModelOptions = {}) {
    checkOptionNames("model", options, modelOptions);
    const { name = "sequential", seed = 0 } = options;
    new Random(seed); // fails for what is no seed
    this.name = name;
    this.seed = seed;
  }

  /** The class name under which a saved model finds the model class again. */
  abstract readonly className: string;
  abstract readonly layers: readonly Layer[];
  /** Shape and dtype of one input, without the batch axis. */
  abstract readonly inputType: { readonly shape: Shape; readonly dtype: DType };
  /** The output of each layer for an input, in tensor code. */
  abstract trace(x: Tensor, context: CallContext): readonly LayerCall[];

  /** The model's output with its mask, in tensor code: x [B, ...] -> y [B, ...]. */
  call(x: Tensor, context: CallContext): LayerCall {
    const last = this.trace(x, context).at(-1);
    if (last === undefined) throw new RecurraError("empty-model", `${this.name} has no layers`);
    return last;
  }

  /** The model's output alone. */
  apply(x: Tensor, context: CallContext): Tensor {
    return this.call(x, context).output;
  }

  /** All weights, in the order of the layers. Made and initialised at the first call. */
  get weights(): readonly NamedWeight[] {
    this.#weights ??= this.#build();
    return this.#weights;
  }

  #build(): readonly NamedWeight[] {
    this.#outputs();
    const weights = weightsOf(this.layers);
    // A layer that another model shares keeps what it has learned there.
    this.#draw(weights, ({ isSet }) => !isSet);
    return weights;
  }

  #draw(weights: readonly NamedWeight[], isWanted: (weight: Weight) => boolean = () => true): void {
    const random = new Random(this.seed);
    for (const [i, { weight }] of weights.entries()) {
      if (isWanted(weight)) weight.initialize(random.fold(i));
    }
  }

  /** What each layer gives, on a batch of unknown size. */
  #outputs(): readonly LayerOutput[] {
    this.#layerOutputs ??= this.#traceOutputs();
    return this.#layerOutputs;
  }

  /** Traces the layers once, which builds them. */
  #traceOutputs(): readonly LayerOutput[] {
    const { shape, dtype } = this.inputType;
    const x = input("x", { dtype, shape: [anyBatch, ...shape] });
    const value: CallContext["value"] = (weight) =>
      input(weight.name, { dtype: "float32", shape: weight.shape });
    return this.trace(x, { training: false, value }).map(({ layer, output }) => ({
      layer,
      shape: output.shape,
    }));
  }

  /** Shape of one output, without the batch axis. */
  get outputShape(): Shape {
    return this.#outputs().at(-1)?.shape.slice(1) ?? [];
  }

  /** The table of layers, output shapes and parameter counts, as Keras prints it. */
  summary(): string {
    return formatSummary(this.name, this.#outputs());
  }

  /** How many numbers the model learns and keeps. */
  countParams(): number {
    return this.weights.reduce((total, { weight }) => total + sizeOf(weight.shape), 0);
  }

  /** Draws fresh weights from the seed. */
  protected drawWeights(): void {
    this.#draw(this.weights);
  }

  /** Sees anew which weights are frozen. */
  protected listWeights(): void {
    if (this.#weights !== undefined) this.#weights = weightsOf(this.layers);
  }

  /** @internal Inputs in the shape and dtype that the first layer reads; ids that are in its table. */
  checkInput(what: string, data: ArrayLike): NdArray {
    const { shape, dtype } = this.inputType;
    this.#outputs(); // names the layer at fault, if one does not fit the layer before it
    const [first] = this.layers;
    const name = first?.name ?? this.name;
    const inputs = checkInputs(what, data, shape, dtype, name);
    const embedding = first instanceof TimeDistributed ? first.config.layer : first;
    if (embedding instanceof Embedding) {
      const { inputDim } = embedding.config;
      checkRange(what, inputs, { kind: "id", count: inputDim, owner: `the table of layer ${name}` });
    }
    return inputs;
  }

  /** Copies of all weights. */
  snapshotWeights(): WeightsSnapshot {
    return this.weights.map(({ weight }) => (weight.value.data as Float32Array).slice());
  }

  /** Puts copies of all weights back. @throws RecurraError `weights-mismatch` for copies of another model's */
  restoreWeights(snapshot: WeightsSnapshot): void {
    const wanted = this.weights.map(({ weight }) => sizeOf(weight.shape));
    const came = snapshot.map((copy) => copy.length);
    if (!sameShape(came, wanted)) {
      throw new RecurraError(
        "weights-mismatch",
        `${this.name}: the weights to restore hold [${came.join(", ")}] numbers, the model's [${wanted.join(", ")}]`,
      );
    }
    for (const [i, { weight }] of this.weights.entries()) {
      (weight.value.data as Float32Array).set(snapshot[i] ?? []);
    }
  }
}
