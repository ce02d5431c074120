// A fitted neural forecaster: forecasts from the last windows of series, saved as model folders with a record beside them.

import { RecurraError } from "../../platform/error.ts";
import type { Failure, Fitted, PredictOptions } from "../forecasters/forecaster.ts";
import type { Description, Forecast } from "../forecasters/local-model.ts";
import type { Series } from "../observed/series.ts";
import type { NeuralMaker, NeuralParts } from "./neural-parts.ts";
import { type PreparedSeries, prepareSeries } from "./prepared-series.ts";
import { saveNeural } from "./save-neural.ts";
import { forecastWindows } from "./window-forecast.ts";

/** Networks with the series that they were trained on. */
export class NeuralFitted implements Fitted {
  readonly #parts: NeuralParts;

  constructor(parts: NeuralParts) {
    this.#parts = parts;
  }

  get forecaster(): NeuralMaker {
    return this.#parts.forecaster;
  }

  get failures(): readonly Failure[] {
    return this.#parts.failures;
  }

  /** One network for all takes any series; a network for each takes its own series after other values. */
  get takesOthers(): boolean {
    return true;
  }

  describe(): Description {
    return this.#parts.description;
  }

  /** Writes the folder: forecaster.json, and a model folder for each network. */
  save(folder: string): Promise<void> {
    return saveNeural(this.#parts, folder);
  }

  /**
   * @throws RecurraError `option` for a horizon that the networks do not reach, or series that a network for each does not know;
   *   `covariates` for series whose covariates are missing, or end before the horizon
   */
  async predict(options: PredictOptions = {}): Promise<readonly (Forecast | undefined)[]> {
    const { horizon = this.#parts.horizon, levels = [] } = options;
    const { settings, name } = this.forecaster;
    if (horizon > this.#parts.horizon && settings.strategy !== "recursive") {
      throw new RecurraError(
        "option",
        `predict: ${name} was fitted for ${this.#parts.horizon} steps, ${horizon} are asked for; fit it for more, or with the strategy "recursive"`,
      );
    }
    const prepared = options.series === undefined ? this.#parts.prepared : this.#prepare(options.series);
    const forecasts: (Forecast | undefined)[] = prepared.map(() => undefined);
    const known = prepared.flatMap((one, i) => (one === undefined ? [] : [i]));
    const groups = settings.perSeries ? known.map((i) => [i]) : known.length > 0 ? [known] : [];
    for (const [g, places] of groups.entries()) {
      const series = places.map((i) => prepared[i] as PreparedSeries);
      for (const one of series) this.#checkFuture(one, horizon);
      const given = await forecastWindows(
        {
          model: this.#parts.model,
          weights: this.#parts.weights[settings.perSeries ? g : 0] ?? [],
          shape: this.#parts.shape,
          head: this.forecaster.head,
          passes: settings.monteCarloDropout,
          noise: this.#parts.noise[settings.perSeries ? g : 0] ?? [],
          seed: this.#parts.seed,
        },
        series,
        horizon,
        levels,
      );
      for (const [k, i] of places.entries()) forecasts[i] = given[k];
    }
    return forecasts;
  }

  #prepare(series: readonly Series[]): readonly (PreparedSeries | undefined)[] {
    const { forecaster, scales, prepared } = this.#parts;
    const { settings, name } = forecaster;
    if (!settings.perSeries) return series.map((one) => prepareSeries(one, scales, settings));
    const isSame =
      series.length === prepared.length &&
      series.every((one, i) => prepared[i] === undefined || prepared[i].name === one.name);
    if (!isSame) {
      throw new RecurraError(
        "option",
        `predict: ${name} has a network for each of ${prepared.length} series, and ${series.length} others are given; wanted the same series, in the same order`,
      );
    }
    return series.map((one, i) =>
      prepared[i] === undefined ? undefined : prepareSeries(one, scales, settings),
    );
  }

  /** Fails where a covariate that is known ahead ends before the horizon. */
  #checkFuture({ name, source }: PreparedSeries, horizon: number): void {
    for (const [i, { values }] of source.future.entries()) {
      const ahead = values.length - source.values.length;
      if (ahead >= horizon) continue;
      throw new RecurraError(
        "covariates",
        `Series "${name}": the covariate "${this.#parts.scales.future[i]?.name}" ends ${ahead} steps after the last value, and ${horizon} are forecast; give its values up to the horizon`,
      );
    }
  }
}
