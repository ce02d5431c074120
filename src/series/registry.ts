// The forecasters by name: makes them from their names and options, and reads saved ones.

import { joinPath } from "#platform";
import { checkOptionNames, describe } from "../nn/choice.ts";
import { RecurraError } from "../platform/error.ts";
import { suggestion } from "../platform/nearest.ts";
import { arima } from "./classical/arima/arima.ts";
import { autoregression } from "./classical/autoregression/autoregression.ts";
import { ces } from "./classical/ces/ces.ts";
import { ets, holt, holtWinters, simpleExponentialSmoothing } from "./classical/ets/ets.ts";
import { type MstlModelOptions, mstl } from "./classical/mstl/mstl.ts";
import { mean, movingAverage } from "./classical/naive/average.ts";
import { drift } from "./classical/naive/drift.ts";
import { naive, seasonalNaive } from "./classical/naive/naive.ts";
import { naive2 } from "./classical/naive/naive-2.ts";
import { theta } from "./classical/theta/theta.ts";
import { automatic } from "./compose/automatic.ts";
import { type Bounds, bounded, boundedFitted } from "./compose/bounds.ts";
import type { Calibration } from "./compose/calibration.ts";
import { type CombinationMethod, combination, combined, type Weights } from "./compose/combination.ts";
import { conformal, conformalFitted } from "./compose/conformal.ts";
import type { Fitted, Forecaster, ForecasterConfig } from "./forecasters/forecaster.ts";
import { LocalForecaster } from "./forecasters/local-forecaster.ts";
import type { LocalModel } from "./forecasters/local-model.ts";
import { type ForecasterRecord, INNER, localRecord, readRecord } from "./forecasters/record.ts";
import { loadNeural } from "./neural/load-neural.ts";
import { type NetworkName, networkNames } from "./neural/networks/table.ts";
import { NeuralForecaster } from "./neural/neural-forecaster.ts";
import type { NeuralConfig } from "./neural/settings.ts";
import type { Frequency } from "./observed/calendar.ts";
import type { Series } from "./observed/series.ts";
import { stateSpace } from "./state-space/dynamic-linear-model.ts";
import { hmm } from "./state-space/hmm-forecaster.ts";

/** The sources run as they are; what is built has other names. */
const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
const FIT_JOB = { module: new URL(`./series-jobs${extension}`, import.meta.url).href, function: "fitSeries" };

/** Models of one series, by name. */
const localModels = {
  naive: plain("naive", naive),
  "seasonal-naive": plain("seasonal-naive", seasonalNaive),
  drift: plain("drift", drift),
  mean: plain("mean", mean),
  "moving-average": movingAverage,
  "naive-2": plain("naive-2", naive2),
  ses: simpleExponentialSmoothing,
  holt,
  "holt-winters": holtWinters,
  ets,
  theta,
  ces,
  arima,
  ar: autoregression,
  mstl: mstlOf,
  "state-space": stateSpace,
  hmm,
};

/** A model that has no options, and says so. */
function plain<Model>(name: string, make: () => Model): (options?: Readonly<Record<never, never>>) => Model {
  return (options = {}) => {
    checkOptionNames(name, options, []);
    return make();
  };
}

/** MSTL's options, with the name of the model of what the seasons leave, or its name and options. Default: Theta. */
export interface MstlOptions extends Omit<MstlModelOptions, "inner"> {
  readonly inner?: string | ForecasterConfig | undefined;
}

function mstlOf({ inner, ...options }: MstlOptions = {}): LocalModel {
  if (inner === undefined) return mstl(options) as LocalModel;
  const config = typeof inner === "string" ? { name: inner } : inner;
  if (!isLocal(config))
    throw new RecurraError(
      "option-value",
      `mstl: inner is ${describe(config.name)}; wanted a model of one series, such as ets`,
    );
  return mstl({ ...options, inner: localModel(config) }) as LocalModel;
}

/** The name of a model of one series. */
type LocalName = keyof typeof localModels;

/** The name of a forecaster that needs no others. */
export type ForecasterName = LocalName | NetworkName;

/** The options of a forecaster. */
export type ForecasterOptions<Name extends ForecasterName> = Name extends LocalName
  ? Parameters<(typeof localModels)[Name]>[0]
  : Name extends NetworkName
    ? Omit<NeuralConfig<Name>, "name">
    : never;

export const forecasterNames = [...Object.keys(localModels), ...networkNames] as readonly ForecasterName[];

function localModel({ name, ...options }: ForecasterConfig & { name: LocalName }): LocalModel {
  const make = localModels[name] as (options: Readonly<Record<string, unknown>>) => LocalModel;
  return make(options);
}

/** A forecaster of a model of one series. @throws RecurraError `unknown-option`, `option-value` for options that it does not take */
function localForecaster(config: ForecasterConfig & { name: LocalName }): LocalForecaster {
  return new LocalForecaster(localModel(config), config, FIT_JOB);
}

/**
 * A forecaster by its name and options: `makeForecaster({ name: "ets", model: "AAA" })`.
 *
 * @throws RecurraError `unknown-name`, and what is wrong with the options
 */
export function makeForecaster(choice: ForecasterName | ForecasterConfig): Forecaster {
  const config: ForecasterConfig = typeof choice === "string" ? { name: choice } : choice;
  switch (config.name) {
    case "combination": {
      const { label, method, weights, members } = config as unknown as CombinationConfig;
      return combination(members.map(makeForecaster), { name: label, method, weights });
    }
    case "automatic": {
      const { folds, candidates } = config as unknown as AutomaticConfig;
      return automatic(candidates.map(makeForecaster), { folds });
    }
    case "bounded": {
      const { bounds, forecaster } = config as unknown as BoundedConfig;
      return bounded(makeForecaster(forecaster), bounds);
    }
    case "conformal": {
      const { folds, forecaster } = config as unknown as ConformalConfig;
      return conformal(makeForecaster(forecaster), { folds });
    }
  }
  if (isLocal(config)) return localForecaster(config);
  if (takesEpochs(config.name)) return new NeuralForecaster(config as NeuralConfig);
  throw unknownName(config.name);
}

/**
 * Reads a forecaster that was fitted and saved.
 *
 * @param folder what `save` wrote
 * @throws RecurraError `file-not-found`, `forecaster-format`
 */
export async function loadForecaster(folder: string): Promise<Fitted> {
  const record = await readRecord(folder);
  const { config } = record;
  switch (config.name) {
    case "combination": {
      const forecaster = makeForecaster(config as ForecasterConfig);
      const { members } = config as unknown as CombinationConfig;
      const parts = await Promise.all(
        members.map((_, i) => loadForecaster(joinPath(folder, `member-${i + 1}`))),
      );
      return combined(forecaster, parts, "skip");
    }
    case "bounded": {
      const { bounds } = config as unknown as BoundedConfig;
      const inner = await loadForecaster(joinPath(folder, INNER));
      return boundedFitted(makeForecaster(config as ForecasterConfig), inner, bounds);
    }
    case "conformal": {
      const { calibration, scales } = record as unknown as ConformalRecord;
      const inner = await loadForecaster(joinPath(folder, INNER));
      return conformalFitted(makeForecaster(config as ForecasterConfig), inner, calibration, scales);
    }
  }
  const known = config as ForecasterConfig;
  if (isLocal(known)) return loadLocal(localForecaster(known), record, folder);
  if (takesEpochs(known.name)) return loadNeural(record, folder);
  throw unknownName(config.name);
}

function loadLocal(forecaster: LocalForecaster, record: ForecasterRecord, folder: string): Fitted {
  const { horizon, series } = localRecord(record, folder);
  const known = series.map(({ name, season, frequency, future = {} }): Series => {
    const tails = Object.entries(future).map(([column, tail]) => [column, Float64Array.from(tail)] as const);
    return {
      name,
      season,
      frequency: frequency as Frequency,
      times: Float64Array.of(),
      values: Float64Array.of(),
      covariates: { past: {}, future: Object.fromEntries(tails), static: {} },
    };
  });
  return forecaster.restore(
    horizon,
    known,
    series.map(({ state }) => state ?? undefined),
  );
}

interface CombinationConfig {
  readonly label: string;
  readonly method: CombinationMethod;
  readonly weights: Weights | undefined;
  readonly members: readonly ForecasterConfig[];
}

interface AutomaticConfig {
  readonly folds: number;
  readonly candidates: readonly ForecasterConfig[];
}

interface BoundedConfig {
  readonly bounds: Bounds;
  readonly forecaster: ForecasterConfig;
}

interface ConformalConfig {
  readonly folds: number;
  readonly forecaster: ForecasterConfig;
}

interface ConformalRecord {
  readonly calibration: Calibration | undefined;
  readonly scales: readonly number[];
}

function isLocal(config: ForecasterConfig): config is ForecasterConfig & { readonly name: LocalName } {
  return Object.hasOwn(localModels, config.name);
}

/** Whether a forecaster is trained in epochs and sees so many values back: a network. */
export function takesEpochs(name: string): boolean {
  return networkNames.some((network) => network === name);
}

function unknownName(name: string): RecurraError {
  return new RecurraError(
    "unknown-name",
    `There is no forecaster ${describe(name)}. ${suggestion(name, forecasterNames)}There are ${forecasterNames.join(", ")}.`,
  );
}
