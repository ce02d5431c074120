// Forecasters made of networks: one global model over many series, or one for each.

import { quoted } from "../../data/row-names.ts";
import type { Functional } from "../../model/functional.ts";
import { RecurraError } from "../../platform/error.ts";
import { checkSeries } from "../forecasters/check-series.ts";
import type { Failure, FitOptions, ForecasterConfig } from "../forecasters/forecaster.ts";
import type { Need, Task } from "../forecasters/local-model.ts";
import type { Series } from "../observed/series.ts";
import { type CovariateScales, covariateScales, sizesOf } from "./covariate-scales.ts";
import { type Head, headOf } from "./heads.ts";
import { buildNetwork, type NetworkKind } from "./networks/network.ts";
import { networks } from "./networks/table.ts";
import { NeuralFitted } from "./neural-fitted.ts";
import type { NeuralMaker } from "./neural-parts.ts";
import { defaultLookback, leastHistory } from "./neural-plan.ts";
import { type PreparedSeries, prepareSeries } from "./prepared-series.ts";
import { type NeuralConfig, type NeuralSettings, neuralSettings } from "./settings.ts";
import { trainNetworks } from "./train-networks.ts";
import type { WindowShape } from "./window-batch.ts";

/** A forecaster of a network. */
export class NeuralForecaster implements NeuralMaker {
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
    const { outputs, start } = this.head;
    const task = { lookback, steps, dropout, outputs, start };
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
    const checked = new Set(
      training.filter((series, index) => {
        const need = this.need(series, { horizon, seed: 0 });
        return attempt(
          series,
          index,
          () => checkSeries(series, { name: this.name, takesMissing: true, need }) ?? true,
        );
      }),
    );
    const good = [...checked];
    const endOf = ({ values }: Series) => values.length - this.settings.validation;
    const scales = covariateScales(good, good.map(endOf));
    const lookback = this.settings.lookback ?? defaultLookback(this.settings.name, good, horizon);
    const prepared = training.map((series, index) =>
      checked.has(series)
        ? attempt(series, index, () => prepareSeries(series, scales, this.settings, endOf(series)))
        : undefined,
    );
    const shape = this.#shape(horizon, lookback, scales, prepared);
    const model = this.network(shape, scales);
    const known = prepared.filter((one) => one !== undefined);
    const trained = await trainNetworks({ forecaster: this, model, shape, prepared: known, options });
    return new NeuralFitted({
      forecaster: this,
      failures,
      horizon,
      seed: options.seed ?? 0,
      shape,
      scales,
      prepared,
      model,
      weights: trained.weights,
      noise: trained.noise,
      description: { network: this.name, lookback, parameters: model.countParams(), ...trained.description },
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
}
