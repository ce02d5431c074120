// A model: layers, and what one does with them: compile, fit, evaluate, predict, save.

import { checkOptionNames } from "../nn/choice.ts";
import { RecurraError } from "../platform/error.ts";
import { allocate } from "../tensor/dtype.ts";
import { NdArray } from "../tensor/nd-array.ts";
import { sizeOf } from "../tensor/shape.ts";
import { type ArrayLike, checkBatchSize } from "./batches.ts";
import { type EvaluateOptions, type Evaluation, evaluateModel } from "./evaluate.ts";
import { type FitOptions, fitModel } from "./fit.ts";
import type { History } from "./history.ts";
import { Inference, type PredictOptions } from "./inference.ts";
import { Network } from "./network.ts";
import { type SaveOptions, saveModel } from "./save.ts";
import { type CompileModelOptions, resolveSetup, type TrainingSetup } from "./setup.ts";
import { Trainer } from "./training.ts";

const predictOptions: readonly (keyof PredictOptions)[] = ["batchSize"];

/** Layers with weights, and how an output is computed from an input. See {@link Sequential}. */
export abstract class Model extends Network {
  #setup: TrainingSetup | undefined;
  #trainer: Trainer | undefined;
  #inference: Promise<Inference> | undefined;

  /**
   * Sets what the model is trained for; needed before `fit` and `evaluate`. Starts the optimiser afresh, and sees which layers are
   * frozen (`trainable`).
   *
   * @throws RecurraError `unknown-option`, `unknown-name`, `option-value`
   */
  compile(options: CompileModelOptions): void {
    this.#setup = resolveSetup(options);
    this.#trainer = undefined;
    this.#inference = undefined;
    this.listWeights();
  }

  /** Draws fresh weights from another seed and starts the optimiser anew; what is compiled is kept. */
  reinitialize(seed: number): void {
    this.seed = seed;
    this.drawWeights();
    this.#trainer?.reset();
    this.history = undefined;
    this.data = undefined;
  }

  /** What `compile` was given. */
  get compiled(): CompileModelOptions | undefined {
    return this.#setup?.compile;
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
  async fit(x: ArrayLike, y: ArrayLike, options: FitOptions = {}): Promise<History> {
    return fitModel(this, this.trainer(), x, y, options);
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
  async evaluate(x: ArrayLike, y: ArrayLike, options: EvaluateOptions = {}): Promise<Evaluation> {
    return evaluateModel(this.trainer(), x, y, options);
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

  /** Writes the model as a folder: config.json, weights.safetensors, model.onnx, training.json. Whole, or not at all. */
  save(folder: string, options?: SaveOptions): Promise<void> {
    return saveModel(this, this.compiled, folder, options);
  }
}
