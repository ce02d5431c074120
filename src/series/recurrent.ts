// The recurrent forecaster: a network that sees the last values of the transformed series and gives the whole horizon at once.

import { joinPath, writeFileAtomic, writeFolderAtomic } from "#platform";
import type { FitOptions, Fitted, Forecaster } from "./forecaster.ts";
import { type NetworkSettings, type RecurrentKind, type TrainedNetwork, trainNetwork } from "./network.ts";
import type { Series } from "./series.ts";
import { chain, difference, type FittedTransform, logWhenPositive, standardize, type Transform } from "./transforms.ts";
import { lastWindow, windowCount, windowsOf } from "./windows.ts";

export interface RecurrentConfig {
  /** The recurrent layer. */
  readonly kind: RecurrentKind;
  /** How many values back it sees. Default: one season, or two horizons; fewer for a short series. */
  readonly lookback?: number | undefined;
  /** Passes over the windows. Default: as many as make about 3,000 steps of training, at most 100. */
  readonly epochs?: number | undefined;
  /** How the network is trained. Default: by Recurra's own engine. */
  readonly train?: typeof trainNetwork | undefined;
}

const UNITS = 32;
const BATCH_SIZE = 32;
const LEARNING_RATE = 0.003;
const STEPS = 3000;
const MOST_EPOCHS = 100;

/** A default lookback is not cut below this. */
const LEAST_LOOKBACK = 4;

/**
 * A forecaster by an LSTM, a GRU or a simple RNN.
 *
 * The series is taken as logarithms where it is positive, then as differences over one season (or one step), then scaled to mean 0
 * and standard deviation 1, all with figures of the training part. The network maps windows [N, L, 1] to the horizon [N, H].
 */
export function recurrent(config: RecurrentConfig): Forecaster {
  return {
    name: config.kind,
    rowsNeeded({ horizon, season }) {
      const lookback = config.lookback ?? Math.min(LEAST_LOOKBACK, defaultLookback(horizon, season));
      return {
        rows: season + lookback + horizon,
        because: `lookback ${lookback} + horizon ${horizon} + ${season} for ${season > 1 ? "the season's" : "the"} differences`,
      };
    },
    fit: (training, options) => fit(config, training, options),
  };
}

function defaultLookback(horizon: number, season: number): number {
  return season > 1 ? season : Math.min(Math.max(2 * horizon, LEAST_LOOKBACK), 48);
}

/** The lookback asked for; by default cut so that half of the values that are left, at most, go into a window's past. */
function lookbackFor(config: RecurrentConfig, length: number, horizon: number, season: number): number {
  if (config.lookback !== undefined) return config.lookback;
  const wanted = defaultLookback(horizon, season);
  const room = Math.floor((length - horizon) / 2);
  return Math.min(wanted, Math.max(LEAST_LOOKBACK, room), Math.max(1, length - horizon));
}

async function fit(config: RecurrentConfig, training: Series, options: FitOptions): Promise<Fitted> {
  const { horizon, season, seed } = options;
  const transform: Transform = chain(logWhenPositive, difference(season), standardize);
  const transformed = transform(training.values);
  if (transformed.config.constant === true) return constantForecast(config, transformed);

  const { values } = transformed;
  const lookback = lookbackFor(config, values.length, horizon, season);
  const windows = windowCount(values.length, lookback, horizon);
  const epochs = config.epochs ?? Math.min(MOST_EPOCHS, Math.max(1, Math.round((STEPS * BATCH_SIZE) / windows)));
  const settings: NetworkSettings = {
    kind: config.kind,
    units: UNITS,
    epochs,
    batchSize: BATCH_SIZE,
    learningRate: LEARNING_RATE,
    seed,
  };
  const train = config.train ?? trainNetwork;
  const network = await train(windowsOf(values, lookback, horizon), settings, options);
  options.signal?.throwIfAborted();

  const description = { kind: config.kind, lookback, units: UNITS, epochs, windows, parameters: network.parameters };
  return {
    async predict(steps) {
      const output = await network.predict(lastWindow(values, lookback));
      return transformed.invert(Float64Array.from(output.data, Number)).subarray(0, steps);
    },
    describe: () => ({ ...description, loss: network.loss }),
    save: (folder) => save(folder, network, { ...description, horizon, season, seed, transforms: transformed.config }),
  };
}

/** Differences that never change leave nothing to learn: they go on. */
function constantForecast(config: RecurrentConfig, transformed: FittedTransform): Fitted {
  const description = { kind: config.kind, constant: true, parameters: 0 };
  return {
    predict: (steps) => transformed.invert(new Float64Array(steps)),
    describe: () => description,
    save: (folder) => save(folder, undefined, { ...description, transforms: transformed.config }),
  };
}

/** The network's own folder, with what is needed beside it to forecast. */
async function save(
  folder: string,
  network: TrainedNetwork | undefined,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  const text = `${JSON.stringify({ format: "recurra-forecaster", version: 1, ...settings }, null, 2)}\n`;
  const write = (into: string) =>
    writeFileAtomic(joinPath(into, "forecaster.json"), (sink) => sink.write(new TextEncoder().encode(text)));
  if (network === undefined) return writeFolderAtomic(folder, write);
  await network.save(folder);
  await write(folder);
}
