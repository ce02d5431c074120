// A model: layers, and what one does with them: compile, fit, evaluate, predict, save.

import { checkOptionNames } from "../nn/choice.ts";
import { checkCounts } from "../nn/option-checks.ts";
import { RecurraError } from "../platform/error.ts";
import { NdArray } from "../tensor/nd-array.ts";
import { checkBatchSize } from "./batches.ts";
import { type EvaluateOptions, type Evaluation, evaluateModel } from "./evaluate.ts";
import { type FitOptions, fitModel } from "./fit.ts";
import type { History } from "./history.ts";
import { Inference, type PredictOptions } from "./inference.ts";
import type { ModelData } from "./model-data.ts";
import { Network } from "./network.ts";
import { checkModelInputs, countRows } from "./rows.ts";
import { type SaveOptions, saveModel } from "./save.ts";
import { type CompileModelOptions, resolveSetup, type TrainingSetup } from "./setup.ts";
import { type BatchData, isBatchData } from "./source.ts";
import { Trainer } from "./training.ts";

const predictOptions: readonly (keyof PredictOptions)[] = ["batchSize", "threads"];

/** Layers with weights, and how an output is computed from an input. See {@link Sequential}. */
export abstract class Model extends Network {
  #setup: TrainingSetup | undefined;
  #trainer: Trainer | undefined;
  #inference: Inference | undefined;
  /** Ends when the last prediction of a stateful model has. */
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * Sets what the model is trained for; needed before `fit` and `evaluate`. Starts the optimiser afresh, and sees which layers are
   * frozen (`trainable`).
   *
   * @throws RecurraError `unknown-option`, `unknown-name`, `option-value`
   */
  compile(options: CompileModelOptions): void {
    this.#setup = resolveSetup(options, this.outputNames);
    this.#trainer = undefined;
    this.#inference = undefined;
    this.listWeights();
  }

  /** Draws fresh weights from another seed and starts the optimiser and all states anew; what is compiled is kept. */
  reinitialize(seed: number): void {
    this.seed = seed;
    this.drawWeights();
    this.resetStates();
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
   * @param x inputs [N, ...], for several inputs a list or an object of them; or batches, see {@link Dataset}
   * @param y targets [N, ...], for several outputs a list or an object of them; absent where x gives batches
   * @returns the loss and the metrics of each epoch
   */
  fit(batches: BatchData, options?: FitOptions): Promise<History>;
  fit(x: ModelData, y?: ModelData, options?: FitOptions): Promise<History>;
  async fit(x: ModelData | BatchData, y?: ModelData | FitOptions, options?: FitOptions): Promise<History> {
    const trainer = this.trainer();
    if (isBatchData(x) && options === undefined)
      return fitModel(this, trainer, x, undefined, (y ?? {}) as FitOptions);
    return fitModel(this, trainer, x, y as ModelData | undefined, options ?? {});
  }

  /** Takes one training step on one batch. Returns its loss and metrics. */
  async trainOnBatch(x: ModelData, y?: ModelData, sampleWeight?: ModelData): Promise<Evaluation> {
    const trainer = this.trainer();
    const rows = trainer.checkRows([x, y, sampleWeight]);
    const meter = trainer.meter();
    meter.add(await trainer.step(rows), countRows(rows));
    return meter.logs();
  }

  /** The loss and the metrics on data, without training. */
  evaluate(batches: BatchData, options?: EvaluateOptions): Promise<Evaluation>;
  evaluate(x: ModelData, y?: ModelData, options?: EvaluateOptions): Promise<Evaluation>;
  async evaluate(
    x: ModelData | BatchData,
    y?: ModelData | EvaluateOptions,
    options?: EvaluateOptions,
  ): Promise<Evaluation> {
    const trainer = this.trainer();
    if (isBatchData(x) && options === undefined)
      return evaluateModel(trainer, x, undefined, (y ?? {}) as EvaluateOptions);
    return evaluateModel(trainer, x, y as ModelData | undefined, options ?? {});
  }

  /**
   * Outputs for inputs: x [N, ...] -> [N, ...], computed `batchSize` rows at a time. A NaN in a row spoils the outputs of that row.
   *
   * @throws RecurraError `several-outputs` for a model of several outputs: see {@link predictAll}
   */
  async predict(x: ModelData, options: PredictOptions = {}): Promise<NdArray> {
    if (this.outputNames.length > 1) {
      throw new RecurraError(
        "several-outputs",
        `${this.name}: predict is for models of one output, this gives ${this.outputNames.join(", ")}: use predictAll`,
      );
    }
    const [only] = await this.#predict(x, options);
    if (only === undefined) throw new TypeError("a model has an output");
    return only;
  }

  /** As {@link predict}, for any number of outputs: each by its name. */
  async predictAll(x: ModelData, options: PredictOptions = {}): Promise<Readonly<Record<string, NdArray>>> {
    const all = await this.#predict(x, options);
    return Object.fromEntries(all.map((array, i) => [this.outputNames[i] ?? `y${i}`, array]));
  }

  async #predict(x: ModelData, options: PredictOptions): Promise<readonly NdArray[]> {
    checkOptionNames("predict", options, predictOptions);
    const { batchSize = 256, threads } = options;
    checkBatchSize("predict", batchSize);
    if (threads !== undefined) checkCounts("predict", { threads });
    const inputs = checkModelInputs(this, "x", x);
    if (this.states.length === 0) return this.#predictRows(inputs, batchSize, threads);
    // What one call leaves in the states is what the next one starts from.
    const turn = this.#turn.then(() => this.#predictRows(inputs, batchSize, threads));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #predictRows(
    inputs: readonly NdArray[],
    batchSize: number,
    threads: number | undefined,
  ): Promise<readonly NdArray[]> {
    const count = inputs[0]?.shape[0] ?? 0;
    this.#inference ??= new Inference(this, this.#setup?.compile ?? {});
    if (count > 0 && count <= batchSize) return this.#inference.run(inputs, threads);
    if (count === 0) {
      const shapes = this.outputShapesFor(inputs.map(({ shape }) => shape.slice(1)));
      return shapes.map((shape) => NdArray.zeros([0, ...shape]));
    }
    const all: NdArray[] = [];
    for (let start = 0; start < count; start += batchSize) {
      const end = Math.min(start + batchSize, count);
      const parts = await this.#inference.run(
        inputs.map((array) => array.rows(start, end)),
        threads,
      );
      for (const [i, { data, dtype, shape, size }] of parts.entries()) {
        const whole = all[i] ?? NdArray.zeros([count, ...shape.slice(1)], dtype);
        all[i] = whole;
        (whole.data as Float32Array).set(data as Float32Array, start * (size / (end - start)));
      }
    }
    return all;
  }

  /** Writes the model as a folder: config.json, weights.safetensors, model.onnx, training.json. Whole, or not at all. */
  save(folder: string, options?: SaveOptions): Promise<void> {
    return saveModel(this, this.compiled, folder, options);
  }
}
