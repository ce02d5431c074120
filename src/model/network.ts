// A network: layers with weights, and how outputs are computed from inputs. What is done with it stands in model.ts.

import { anyBatch } from "../graph/batch.ts";
import { input } from "../graph/ops/leaf.ts";
import type { Tensor } from "../graph/tensor.ts";
import { checkOptionNames, describe } from "../nn/choice.ts";
import {
  type CallContext,
  callContext,
  type Layer,
  type LayerState,
  type LayerTensor,
  type Mask,
  type Weight,
} from "../nn/layer.ts";
import { commonShape, type InputShape, isOpen, standIns, traceSteps, withSteps } from "../nn/open-length.ts";
import { RecurraError } from "../platform/error.ts";
import { Random } from "../tensor/random.ts";
import { type Shape, sameShape, sizeOf } from "../tensor/shape.ts";
import { type PlotOptions, plotModel } from "./drawing/plot-model.ts";
import type { DataFingerprint, History } from "./history.ts";
import { NetworkLayer } from "./network-layer.ts";
import type {
  LayerRow,
  NetworkInput,
  NetworkLike,
  NetworkOutput,
  NetworkStructure,
  NetworkTrace,
} from "./network-types.ts";
import { formatSummary } from "./summary.ts";
import { type NamedWeight, type WeightsSnapshot, weightsOf } from "./weights.ts";

export interface ModelOptions {
  /** Default "sequential" or "functional". */
  readonly name?: string;
  /** Seed of the first weights, of shuffling and of dropout. Default 0. */
  readonly seed?: number;
}

const modelOptions: readonly (keyof ModelOptions)[] = ["name", "seed"];

/** Layers with weights. */
export abstract class Network implements NetworkLike {
  readonly name: string;
  seed: number;
  readonly #defaultName: string;
  #weights: readonly NamedWeight[] | undefined;
  /** One trace; where a number of steps is open, one for each that stands for it. */
  #traces: readonly NetworkTrace[] | undefined;
  readonly #outputShapes = new Map<string, readonly Shape[]>();
  #layer: NetworkLayer | undefined;
  /** What the last `fit` recorded; saved with the model. */
  history: History | undefined;
  /** What the last `fit` was given; saved with the model. */
  data: DataFingerprint | undefined;

  constructor(options: ModelOptions, defaultName: string) {
    checkOptionNames("model", options, modelOptions);
    const { name = defaultName, seed = 0 } = options;
    if (typeof name !== "string" || name === "" || /[/\0]/.test(name))
      throw new RecurraError(
        "option-value",
        `model: name is to be text without slashes, got ${describe(name)}`,
      );
    new Random(seed); // fails for what is no seed
    this.name = name;
    this.seed = seed;
    this.#defaultName = defaultName;
  }

  /** The class name under which a saved model finds the model class again. */
  abstract readonly className: string;
  /** Each layer once. */
  abstract readonly layers: readonly Layer[];
  abstract readonly inputs: readonly NetworkInput[];
  abstract readonly outputNames: readonly string[];
  /** @internal How the layers are called; `undefined` for a stack. */
  abstract readonly structure: NetworkStructure | undefined;
  /** The outputs, and those of each layer, for inputs [B, ...], in tensor code. */
  abstract trace(inputs: readonly Tensor[], masks: readonly Mask[], context: CallContext): NetworkTrace;

  /** Freezes all layers, or thaws them; set it before `compile`. */
  set trainable(value: boolean) {
    for (const layer of this.layers) layer.trainable = value;
  }

  /** False where all layers are frozen. */
  get trainable(): boolean {
    return this.layers.some((layer) => layer.trainable);
  }

  /** The layer of a name. @throws RecurraError `unknown-name` */
  getLayer(name: string): Layer {
    const found = this.layers.find((layer) => layer.name === name);
    if (found !== undefined) return found;
    const names = this.layers.map((layer) => layer.name);
    throw new RecurraError(
      "unknown-name",
      `${this.name}: there is no layer "${name}"; there are ${names.join(", ")}`,
    );
  }

  /** The whole network as one layer of its name, to be put into another: the weights are shared. */
  asLayer(): NetworkLayer {
    const { name } = this;
    this.#layer ??= new NetworkLayer({ network: this, ...(name === this.#defaultName ? {} : { name }) });
    return this.#layer;
  }

  /** Calls the network while another is put together. See {@link Layer.apply}. */
  apply(inputs: LayerTensor | readonly LayerTensor[]): LayerTensor {
    return this.asLayer().apply(inputs);
  }

  /** As {@link apply}, for a network of several outputs. */
  applyAll(inputs: LayerTensor | readonly LayerTensor[]): readonly LayerTensor[] {
    return this.asLayer().applyAll(inputs);
  }

  /** All weights, in the order of the layers. Made and initialised at the first call. */
  get weights(): readonly NamedWeight[] {
    this.#weights ??= this.#build();
    return this.#weights;
  }

  /** What stateful layers carry from batch to batch. */
  get states(): readonly LayerState[] {
    this.#trace();
    return [...new Set(this.layers.flatMap((layer) => layer.states))];
  }

  /** Puts stateful layers back to the start of their sequences. */
  resetStates(): void {
    for (const state of this.states) state.value = undefined;
  }

  #build(): readonly NamedWeight[] {
    this.#trace();
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

  /** Whether the number of time steps of an input is left open. */
  get isOpen(): boolean {
    return this.inputs.some(({ shape }) => isOpen(shape));
  }

  /** What each layer gives. The first trace builds the layers. */
  #trace(): readonly [NetworkTrace, ...NetworkTrace[]] {
    if (this.#traces === undefined) {
      const traceAt = (steps: number) =>
        this.#traceFor(this.inputs.map(({ shape }) => withSteps(shape, steps)));
      this.#traces = this.isOpen ? [...traceSteps(standIns, traceAt).values()] : [traceAt(1)];
    }
    return this.#traces as [NetworkTrace];
  }

  /** What each layer gives for samples of these shapes, on a batch of unknown size. */
  #traceFor(shapes: readonly Shape[]): NetworkTrace {
    const inputs = this.inputs.map(({ name, dtype }, i) =>
      input(name, { dtype, shape: [anyBatch, ...(shapes[i] ?? [])] }),
    );
    const value: CallContext["value"] = (weight) =>
      input(weight.name, { dtype: "float32", shape: weight.shape });
    return this.trace(inputs, [], callContext({ training: false, value }));
  }

  /** The outputs by name, with the shape of a sample. */
  get outputs(): readonly NetworkOutput[] {
    const traces = this.#trace();
    const [{ outputs, calls }] = traces;
    return this.outputNames.map((name, i) => ({
      name,
      shape: commonShape(traces.map((trace) => trace.outputs[i]?.shape.slice(1) ?? [])),
      layer: calls.findLast((call) => call.outputs.includes(outputs[i] as Tensor))?.layer.name ?? name,
    }));
  }

  /** @internal Shapes of the outputs for samples of these shapes. */
  outputShapesFor(shapes: readonly Shape[]): readonly Shape[] {
    const key = this.isOpen ? shapes.join(" ") : "";
    const known = this.#outputShapes.get(key);
    if (known !== undefined) return known;
    const [trace] = this.isOpen ? [this.#traceFor(shapes)] : this.#trace();
    const found = trace.outputs.map(({ shape }) => shape.slice(1));
    this.#outputShapes.set(key, found);
    return found;
  }

  /** Shape of one output, without the batch axis: that of the first where there are several. `null` is open. */
  get outputShape(): InputShape {
    return this.outputs[0]?.shape ?? [];
  }

  /** What each layer gives, in the order of computation. */
  get layerRows(): readonly LayerRow[] {
    const traces = this.#trace();
    return traces[0].calls.map(({ layer, outputs, from }, i) => ({
      layer,
      from,
      shapes: outputs.map((_, j) =>
        commonShape(traces.map(({ calls }) => calls[i]?.outputs[j]?.shape ?? [])),
      ),
      dtypes: outputs.map(({ dtype }) => dtype),
    }));
  }

  /** The table of layers, output shapes and parameter counts, as Keras prints it. */
  summary(): string {
    return formatSummary(this.name, this.inputs, this.layerRows);
  }

  /**
   * Draws the model as SVG text, as Keras' `plot_model` does.
   *
   * @throws RecurraError `unknown-option`, `option-value`
   */
  toSvg(options: PlotOptions = {}): string {
    return plotModel(this, options);
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

  /** Copies of all weights. */
  snapshotWeights(): WeightsSnapshot {
    return this.weights.map(({ weight }) => (weight.peek().data as Float32Array).slice());
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
