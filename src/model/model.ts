// A model: layers, and what one does with them: compile, fit, evaluate, predict, save.

import { anyBatch } from "../graph/batch.ts";
import { input } from "../graph/ops/leaf.ts";
import type { Tensor } from "../graph/tensor.ts";
import { checkOptionNames, describe } from "../nn/choice.ts";
import type { CallContext, Layer, Weight } from "../nn/layer.ts";
import { Embedding } from "../nn/layers/embedding.ts";
import { type Loss, loss as resolveLoss } from "../nn/losses.ts";
import { type MetricChoice, resolveMetric } from "../nn/metrics.ts";
import { type OptimizerChoice, optimizer as resolveOptimizer } from "../nn/optimizers/index.ts";
import { RecurraError } from "../platform/error.ts";
import type { CompileOptions } from "../runtime/compile.ts";
import type { DType } from "../tensor/dtype.ts";
import { allocate } from "../tensor/dtype.ts";
import { NdArray } from "../tensor/nd-array.ts";
import { Random } from "../tensor/random.ts";
import { type Shape, sameShape, sizeOf } from "../tensor/shape.ts";
import { type ArrayLike, checkBatchSize, checkInputs } from "./batches.ts";
import { type EvaluateOptions, type Evaluation, evaluateModel } from "./evaluate.ts";
import { type FitOptions, fitModel, type History } from "./fit.ts";
import { Inference } from "./inference.ts";
import { saveModel } from "./save.ts";
import { formatSummary, type LayerOutput } from "./summary.ts";
import { Trainer, type TrainingSetup } from "./training.ts";
import { checkRange } from "./values.ts";
import { type NamedWeight, type WeightsSnapshot, weightsOf } from "./weights.ts";

export interface CompileModelOptions extends CompileOptions {
  /** Default "adam". */
  readonly optimizer?: OptimizerChoice;
  readonly loss: Loss;
  /** What is measured beside the loss, "accuracy" for instance. */
  readonly metrics?: readonly MetricChoice[];
}

export interface PredictOptions {
  /** Rows computed at once. Default 256. */
  readonly batchSize?: number;
}

export interface ModelOptions {
  /** Default "sequential". */
  readonly name?: string;
  /** Seed of the first weights, of shuffling and of dropout. Default 0. */
  readonly seed?: number;
}

const modelOptions: readonly (keyof ModelOptions)[] = ["name", "seed"];
const predictOptions: readonly (keyof PredictOptions)[] = ["batchSize"];
const compileOptions: readonly (keyof CompileModelOptions)[] = [
  "optimizer",
  "loss",
  "metrics",
  "device",
  "threads",
  "optimize",
  "label",
];

/** Layers with weights, and how an output is computed from an input. See {@link Sequential}. */
export abstract class Model {
  readonly name: string;
  seed: number;
  #setup: (TrainingSetup & { readonly options: CompileModelOptions }) | undefined;
  #trainer: Trainer | undefined;
  #inference: Promise<Inference> | undefined;
  #weights: readonly NamedWeight[] | undefined;
  #layerOutputs: readonly LayerOutput[] | undefined;
  /** What the last `fit` recorded; saved with the model. */
  history: History | undefined;

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
  abstract trace(
    x: Tensor,
    context: CallContext,
  ): readonly { readonly layer: Layer; readonly output: Tensor }[];

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
    // A layer that another model shares keeps what it has learned there.
    this.#drawWeights(weights, ({ isSet }) => !isSet);
    return weights;
  }

  #drawWeights(weights: readonly NamedWeight[], isWanted: (weight: Weight) => boolean = () => true): void {
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

  /**
   * Sets what the model is trained for; needed before `fit` and `evaluate`. Starts the optimiser afresh, and sees which layers are
   * frozen (`trainable`).
   *
   * @throws RecurraError `unknown-option`, `unknown-name`, `option-value`
   */
  compile(options: CompileModelOptions): void {
    checkOptionNames("compile", options, compileOptions);
    const { optimizer = "adam", metrics = [] } = options;
    if (!Array.isArray(metrics)) {
      throw new RecurraError(
        "option-value",
        `compile: metrics is to be a list, such as ["accuracy"], got ${describe(metrics)}`,
      );
    }
    const setup = {
      options,
      loss: resolveLoss(options.loss),
      optimizer: resolveOptimizer(optimizer),
      metrics: metrics.map((metric: MetricChoice) => resolveMetric(metric)),
      compile: options,
    };
    const names = ["loss", ...setup.metrics.map(({ name }) => name)];
    const twice = names.find((name, i) => names.indexOf(name) < i);
    if (twice !== undefined)
      throw new RecurraError(
        "option-value",
        `compile: two of the logs ${names.join(", ")} are named ${twice}`,
      );
    this.#setup = setup;
    this.#trainer = undefined;
    this.#inference = undefined;
    if (this.#weights !== undefined) this.#weights = weightsOf(this.layers);
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
      throw new RecurraError(
        "not-compiled",
        `${this.name}: call compile({ optimizer, loss }) before training or evaluating`,
      );
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
    const rows = trainer.checkRows([x, y, sampleWeight]);
    const meter = trainer.meter();
    meter.add(await trainer.step(rows), rows.x.shape[0] ?? 0);
    return meter.logs();
  }

  /** The loss and the metrics on data, without training. */
  evaluate(x: ArrayLike, y: ArrayLike, options: EvaluateOptions = {}): Promise<Evaluation> {
    return evaluateModel(this, x, y, options);
  }

  /** Outputs for inputs: x [N, ...] -> [N, ...], computed `batchSize` rows at a time. A NaN in a row spoils the outputs of that row. */
  async predict(x: ArrayLike, options: PredictOptions = {}): Promise<NdArray> {
    checkOptionNames("predict", options, predictOptions);
    const { batchSize = 256 } = options;
    checkBatchSize("predict", batchSize);
    const inputs = this.checkInput("x", x);
    const [count = 0] = inputs.shape;
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
    if (this.#inference === undefined) {
      const inference = Inference.of(this, this.#setup?.compile ?? {});
      this.#inference = inference;
      inference.catch(() => {
        if (this.#inference === inference) this.#inference = undefined;
      });
    }
    return this.#inference;
  }

  /** @internal Inputs in the shape and dtype that the first layer reads; ids that are in its table. */
  checkInput(what: string, data: ArrayLike): NdArray {
    const { shape, dtype } = this.inputType;
    this.#outputs(); // names the layer at fault, if one does not fit the layer before it
    const [first] = this.layers;
    const name = first?.name ?? this.name;
    const inputs = checkInputs(what, data, shape, dtype, name);
    if (first instanceof Embedding) {
      checkRange(what, inputs, {
        kind: "id",
        count: first.config.inputDim,
        owner: `the table of layer ${name}`,
      });
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

  /** Writes the model as a folder: config.json, weights.safetensors, model.onnx, training.json. Whole, or not at all. */
  save(folder: string): Promise<void> {
    return saveModel(this, folder);
  }
}
