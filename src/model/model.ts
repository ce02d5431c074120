// A model: layers, and what one does with them: compile, fit, evaluate, predict, save.

import { anyBatch } from "../graph/batch.ts";
import { input } from "../graph/ops/leaf.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { CallContext, Layer } from "../nn/layer.ts";
import { type Loss, loss as resolveLoss } from "../nn/losses.ts";
import { type MetricChoice, resolveMetric } from "../nn/metrics.ts";
import { type OptimizerChoice, optimizer as resolveOptimizer } from "../nn/optimizers/index.ts";
import { RecurraError } from "../platform/error.ts";
import type { CompileOptions } from "../runtime/compile.ts";
import type { DType } from "../tensor/dtype.ts";
import { allocate } from "../tensor/dtype.ts";
import { NdArray } from "../tensor/nd-array.ts";
import { Random } from "../tensor/random.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import { type ArrayLike, checkInputs } from "./batches.ts";
import { type Evaluation, evaluateModel, type EvaluateOptions } from "./evaluate.ts";
import { type FitOptions, fitModel, type History } from "./fit.ts";
import { Inference } from "./inference.ts";
import { saveModel } from "./save.ts";
import { formatSummary, type LayerOutput } from "./summary.ts";
import { Trainer, type TrainingSetup } from "./training.ts";
import { type NamedWeight, type WeightsSnapshot, weightsOf } from "./weights.ts";

export interface CompileModelOptions extends CompileOptions {
  /** Default "adam". */
  readonly optimizer?: OptimizerChoice;
  readonly loss: Loss;
  /** What is measured beside the loss, "accuracy" for instance. */
  readonly metrics?: readonly MetricChoice[];
}

export interface ModelOptions {
  /** Default "sequential". */
  readonly name?: string;
  /** Seed of the first weights, of shuffling and of dropout. Default 0. */
  readonly seed?: number;
}

/** Layers with weights, and how an output is computed from an input. See {@link Sequential}. */
export abstract class Model {
  readonly name: string;
  seed: number;
  #setup: (TrainingSetup & { readonly options: CompileModelOptions }) | undefined;
  #trainer: Trainer | undefined;
  #inference: Promise<Inference> | undefined;
  #weights: readonly NamedWeight[] | undefined;
  /** What the last `fit` recorded; saved with the model. */
  history: History | undefined;

  constructor({ name = "sequential", seed = 0 }: ModelOptions = {}) {
    this.name = name;
    this.seed = seed;
  }

  /** The class name under which a saved model finds the model class again. */
  abstract readonly className: string;
  abstract readonly layers: readonly Layer[];
  /** Shape and dtype of one input, without the batch axis. */
  abstract readonly inputType: { readonly shape: Shape; readonly dtype: DType };
  /** The output of each layer for an input, in tensor code. */
  abstract trace(x: Tensor, context: CallContext): readonly { readonly layer: Layer; readonly output: Tensor }[];

  /** The model's output, in tensor code: x [B, ...] -> y [B, ...]. */
  apply(x: Tensor, context: CallContext): Tensor {
    const output = this.trace(x, context).at(-1)?.output;
    if (output === undefined) throw new RecurraError("empty-model", `${this.name} has no layers`);
    return output;
  }

  /** All weights, in the order of the layers. Made and initialised at the first call. */
  get weights(): readonly NamedWeight[] {
    this.#weights ??= this.#build();
    return this.#weights;
  }

  #build(): readonly NamedWeight[] {
    this.#outputs();
    const weights = weightsOf(this.layers);
    this.#drawWeights(weights);
    return weights;
  }

  #drawWeights(weights: readonly NamedWeight[]): void {
    const random = new Random(this.seed);
    for (const [i, { weight }] of weights.entries()) weight.initialize(random.fold(i));
  }

  /** Traces the layers once on a batch of unknown size, which builds them. */
  #outputs(): readonly LayerOutput[] {
    const { shape, dtype } = this.inputType;
    const x = input("x", { dtype, shape: [anyBatch, ...shape] });
    const value: CallContext["value"] = (weight) => input(weight.name, { dtype: "float32", shape: weight.shape });
    return this.trace(x, { training: false, value }).map(({ layer, output }) => ({ layer, shape: output.shape }));
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

  /** Sets what the model is trained for; needed before `fit` and `evaluate`. Starts the optimiser afresh. */
  compile(options: CompileModelOptions): void {
    const loss = resolveLoss(options.loss);
    this.#setup = {
      options,
      loss,
      optimizer: resolveOptimizer(options.optimizer ?? "adam"),
      metrics: (options.metrics ?? []).map((metric) => resolveMetric(metric)),
      compile: options,
    };
    this.#trainer = undefined;
  }

  /** Draws fresh weights from another seed and starts the optimiser anew; what is compiled is kept. */
  reinitialize(seed: number): void {
    this.seed = seed;
    this.#drawWeights(this.weights);
    this.#trainer?.reset();
    this.history = undefined;
  }

  /** What `compile` was given. */
  get compiled(): CompileModelOptions | undefined {
    return this.#setup?.options;
  }

  /** @internal The state of training, made at the first step. */
  trainer(): Trainer {
    if (this.#setup === undefined) {
      throw new RecurraError("not-compiled", `${this.name}: call compile({ optimizer, loss }) before training or evaluating`);
    }
    this.#trainer ??= new Trainer(this, this.#setup);
    return this.#trainer;
  }

  /**
   * Trains the model.
   *
   * @param x inputs [N, ...], @param y targets [N, ...]
   * @returns the loss and the metrics of each epoch
   */
  fit(x: ArrayLike, y: ArrayLike, options: FitOptions = {}): Promise<History> {
    return fitModel(this, x, y, options);
  }

  /** Takes one training step on one batch. Returns its loss and metrics. */
  async trainOnBatch(x: ArrayLike, y: ArrayLike, sampleWeight?: ArrayLike): Promise<Evaluation> {
    const trainer = this.trainer();
    const inputs = this.checkInput("x", x);
    const batch = trainer.batch(inputs, y, sampleWeight);
    const meter = trainer.meter();
    meter.add(await trainer.step(batch), inputs.shape[0] ?? 0);
    return meter.logs();
  }

  /** The loss and the metrics on data, without training. */
  evaluate(x: ArrayLike, y: ArrayLike, options: EvaluateOptions = {}): Promise<Evaluation> {
    return evaluateModel(this, x, y, options);
  }

  /** Outputs for inputs: x [N, ...] -> [N, ...], computed `batchSize` rows at a time. */
  async predict(x: ArrayLike, { batchSize = 256 }: { readonly batchSize?: number } = {}): Promise<NdArray> {
    const inputs = this.checkInput("x", x);
    const [count = 0] = inputs.shape;
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new RecurraError("batch-size", `predict: batchSize is a positive whole number, got ${batchSize}`);
    }
    const inference = await this.inference();
    if (count > 0 && count <= batchSize) return inference.run(inputs);
    const shape = [count, ...this.outputShape];
    const width = sizeOf(shape.slice(1));
    const all = allocate("float32", count * width) as Float32Array;
    for (let start = 0; start < count; start += batchSize) {
      const rows = await inference.run(inputs.rows(start, Math.min(start + batchSize, count)));
      all.set(rows.data as Float32Array, start * width);
    }
    return new NdArray(all, shape);
  }

  /** @internal The forward graph, compiled at the first call. */
  inference(): Promise<Inference> {
    this.#inference ??= Inference.of(this, this.#setup?.compile ?? {});
    return this.#inference;
  }

  /** @internal */
  checkInput(what: string, data: ArrayLike): NdArray {
    const { shape, dtype } = this.inputType;
    return checkInputs(what, data, shape, dtype, this.layers[0]?.name ?? this.name);
  }

  /** Copies of all weights. */
  snapshotWeights(): WeightsSnapshot {
    return this.weights.map(({ weight }) => (weight.value.data as Float32Array).slice());
  }

  /** Puts copies of all weights back. */
  restoreWeights(snapshot: WeightsSnapshot): void {
    for (const [i, { weight }] of this.weights.entries()) {
      (weight.value.data as Float32Array).set(snapshot[i] ?? []);
    }
  }

  /** Writes the model as a folder: config.json, weights.safetensors, model.onnx, training.json. Whole, or not at all. */
  save(folder: string): Promise<void> {
    return saveModel(this, folder);
  }
}
