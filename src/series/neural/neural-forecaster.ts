// Forecasters made of networks: one global model over many series, or one for each.

import { quoted } from "../../data/row-names.ts";
import type { Functional } from "../../model/functional.ts";
import type { WeightsSnapshot } from "../../model/weights.ts";
import { RecurraError } from "../../platform/error.ts";
import { checkSeries } from "../forecasters/check-series.ts";
import type { Failure, FitOptions, Forecaster, ForecasterConfig } from "../forecasters/forecaster.ts";
import type { Need, Task } from "../forecasters/local-model.ts";
import type { Series } from "../observed/series.ts";
import { type CovariateScales, covariateScales, sizesOf } from "./covariate-scales.ts";
import { type Head, headOf } from "./heads.ts";
import { NetworkTrainer, type Trained } from "./network-training.ts";
import { buildNetwork, type NetworkKind } from "./networks/network.ts";
import { networks } from "./networks/table.ts";
import { NeuralFitted } from "./neural-fitted.ts";
import {
  defaultLookback,
  leastHistory,
  trainingLength,
  trainingRange,
  validationRange,
} from "./neural-plan.ts";
import { type PreparedSeries, prepareSeries } from "./prepared-series.ts";
import { type NeuralConfig, type NeuralSettings, neuralSettings } from "./settings.ts";
import type { WindowShape } from "./window-batch.ts";
import { WindowDataset, type WindowRange } from "./window-dataset.ts";

/** Validation windows that an epoch is judged by, at most. */
const mostValidation = 8192;

/** A forecaster of a network. */
export class NeuralForecaster implements Forecaster {
  readonly name: string;
  readonly config: ForecasterConfig;
  readonly takesMissing = true;
  readonly settings: NeuralSettings;

  /** @throws RecurraError `unknown-name`, `unknown-option`, `option-value` */
  constructor(config: NeuralConfig) {
    this.settings = neuralSettings(config);
    this.name = config.name;
    this.config = JSON.parse(JSON.stringify(config)) as ForecasterConfig;
  }

  need(_series: Pick<Series, "season">, { horizon }: Task): Need {
    const history = Math.min(this.settings.lookback ?? 3, 3);
    const { validation, perSeries } = this.settings;
    const ahead = perSeries ? horizon : 1;
    return {
      rows: history + ahead + validation,
      because: `${history} values to look back on + ${ahead} to forecast${validation === 0 ? "" : ` + ${validation} for validation`}`,
    };
  }

  /** The head of its networks. */
  get head(): Head {
    return headOf(this.settings);
  }

  /** A network for windows, with fresh weights. */
  network(shape: WindowShape, scales: CovariateScales): Functional {
    const { name, dropout, network } = this.settings;
    const kind = networks[name] as NetworkKind<object>;
    const { lookback, steps } = shape;
    const task = { lookback, steps, dropout, outputs: this.head.outputs };
    return buildNetwork(kind, task, sizesOf(scales, shape.flagged), { ...kind.defaults(task), ...network });
  }

  async fit(training: readonly Series[], options: FitOptions): Promise<NeuralFitted> {
    const { horizon, onError = "throw", signal } = options;
    signal?.throwIfAborted();
    const failures: Failure[] = [];
    /** Does something with a series; what is wrong with it is told, or thrown. */
    const attempt = <T>(series: Series, index: number, work: () => T): T | undefined => {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof RecurraError)) throw error;
        const named = new RecurraError(error.code, `Series ${quoted(series.name)}: ${error.message}`);
        if (onError === "throw") throw named;
        failures.push({ index, series: series.name, error: named });
        return undefined;
      }
    };
    const good = training.filter((series, index) => {
      const demands = { name: this.name, takesMissing: true, need: this.need(series, { horizon, seed: 0 }) };
      return attempt(series, index, () => checkSeries(series, demands) ?? true);
    });
    const ends = good.map(({ values }) => values.length - this.settings.validation);
    const scales = covariateScales(good, ends);
    const lookback = this.settings.lookback ?? defaultLookback(good, horizon);
        const prepared = training.map((series, index) =>
      good.includes(series)
        ? attempt(series, index, () =>
            prepareSeries(series, scales, this.settings, series.values.length - this.settings.validation),
          )
        : undefined,
    );
    const shape = this.#shape(horizon, lookback, scales, prepared);
    const model = this.network(shape, scales);
    const trainer = new NetworkTrainer(model, this.head, this.settings);
    const known = prepared.filter((one) => one !== undefined);
    const groups = this.settings.perSeries ? known.map((one) => [one]) : [known];
    const leads = this.settings.strategy === "per-step" ? horizon : 1;
    const trainings = groups.length * leads * this.settings.ensembleSize;
    const weights: WeightsSnapshot[][][] = [];
    const figures = { loss: 0, windows: 0, steps: 0, validationLoss: 0 };
    let done = 0;
    for (const group of known.length === 0 ? [] : groups) {
      const ofGroup: WeightsSnapshot[][] = [];
      for (let lead = 0; lead < leads; lead++) {
        const ofLead: WeightsSnapshot[] = [];
        const windows = { ...shape, lead };
        for (let member = 0; member < this.settings.ensembleSize; member++) {
          const run = await this.#train(trainer, windows, group, options, member * leads + lead, (share, epoch) =>
            options.onProgress?.({ share: (done + share) / trainings, epoch }),
          );
          ofLead.push(run.trained.weights);
          done++;
          figures.loss += run.trained.loss / trainings;
          figures.validationLoss += (run.trained.validationLoss ?? Number.NaN) / trainings;
          figures.windows = run.windows;
          figures.steps = run.steps;
        }
        ofGroup.push(ofLead);
      }
      weights.push(ofGroup);
    }
    return new NeuralFitted({
      forecaster: this,
      failures,
      horizon,
      seed: options.seed ?? 0,
      shape,
      scales,
      prepared,
      model,
      weights,
      description: {
        network: this.name,
        lookback,
        parameters: model.countParams(),
        windows: figures.windows,
        steps: figures.steps,
        networks: trainings,
        loss: figures.loss,
        ...(this.settings.validation === 0 ? {} : { validationLoss: figures.validationLoss }),
      },
    });
  }

  #shape(
    horizon: number,
    lookback: number,
    scales: CovariateScales,
    prepared: readonly (PreparedSeries | undefined)[],
  ): WindowShape {
    const { strategy, scaling, lossUnit, validation } = this.settings;
    const shape: WindowShape = {
      lookback,
      steps: strategy === "direct" ? horizon : 1,
      lead: 0,
      past: scales.past.length,
      future: scales.future.length,
      numbers: scales.numbers.length,
      categories: scales.categories.length,
      flagged: false,
      scaling,
      lossUnit: this.head.power === undefined ? "window" : lossUnit,
      power: this.head.power ?? 1,
    };
    const flagged = prepared.some(
      (one) =>
        one !== undefined &&
        (one.source.hasGaps || leastHistory(one.source.values.length - validation, shape) < lookback),
    );
    return { ...shape, flagged };
  }

  async #train(
    trainer: NetworkTrainer,
    shape: WindowShape,
    group: readonly PreparedSeries[],
    { seed = 0, signal }: FitOptions,
    number: number,
    onProgress: (share: number, epoch: { epoch: number; epochs: number; loss: number }) => void,
  ): Promise<{ readonly trained: Trained; readonly windows: number; readonly steps: number }> {
    const { validation, windowsPerEpoch } = this.settings;
    const ranges = group.map((one) => trainingRange(one, one.source.values.length - validation, shape));
    const count = ranges.reduce((sum, { first, last }) => sum + Math.max(0, last - first + 1), 0);
    const { batchSize, steps } = trainingLength(count, this.settings);
    const perEpoch =
      windowsPerEpoch === undefined ? Math.min(steps, 250) : Math.max(1, Math.floor(windowsPerEpoch / batchSize));
    const run = 1000 * seed + number;
    const windows = new WindowDataset(shape, ranges, { batchSize, steps: perEpoch, seed: run });
    const trained = await trainer.train({
      windows,
      validation: validation === 0 ? undefined : heldOut(shape, group, validation),
      steps,
      seed: run,
      signal,
      onEpoch: (epoch) => onProgress(epoch.epoch / epoch.epochs, epoch),
    });
    return { trained, windows: windows.count, steps };
  }
}

function heldOut(shape: WindowShape, group: readonly PreparedSeries[], validation: number): WindowDataset {
  const ranges: WindowRange[] = group.map((one) =>
    validationRange(one, one.source.values.length - validation, shape),
  );
  const batchSize = 512;
  return new WindowDataset(shape, ranges, { batchSize, steps: mostValidation / batchSize, seed: undefined });
}
