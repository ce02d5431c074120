// The recurrent forecaster: a small ensemble of networks on the seasonally adjusted series, as much of which is believed as
// cross-validation bears out.

import { joinPath, writeFileAtomic, writeFolderAtomic } from "#platform";
import type { WeightsSnapshot } from "../model/weights.ts";
import type { EpochReport, FitOptions, Fitted, Forecaster } from "./forecaster.ts";
import { type RecurrentKind, RecurrentNetwork } from "./network.ts";
import type { Series } from "./series.ts";
import { type Adjusted, adjust } from "./transforms.ts";
import { partByBlock, type Windows, windowsOf } from "./windows.ts";

export interface RecurrentConfig {
  /** The recurrent layer. */
  readonly kind: RecurrentKind;
  /** How many values back it sees. Default: one season, 6 without one; at most a third of the series. */
  readonly lookback?: number | undefined;
  /** Passes over the windows. Default: as many as make 160 to 600 steps of training, by the number of windows. */
  readonly epochs?: number | undefined;
}

const units = 16;
const batchSize = 32;
const leastSteps = 160;
const mostSteps = 600;
const plainLookback = 6;
/** Networks whose mean is the forecast. */
const members = 5;
/** Blocks of time that cross-validation leaves out in turn, and networks trained for each. */
const blocks = 3;
const blockMembers = 2;
/** What is believed of the networks where the series is too short for cross-validation. */
const unprovenTrust = 0.5;

/**
 * A forecaster by an LSTM, a GRU or a simple RNN.
 *
 * 1. The logarithm, where it evens out the spread, and seasonal factors are taken off (see {@link adjust}).
 * 2. Windows see the last values less the newest one, and give all steps of the horizon less the newest one: a network that has
 *    learned nothing forecasts no change but the season.
 * 3. Five networks of 16 units are trained on the smooth absolute error, and their mean is taken.
 * 4. The mean is shrunk by the factor in [0, 1] that fits targets in blocks of time which other networks, trained for this, did not see.
 *
 * The recipe was chosen on earlier years of the airline series (1953–1957) and the training parts of series of M3, not on the years
 * that the default backtest reports.
 */
export function recurrent(config: RecurrentConfig): Forecaster {
  return {
    name: config.kind,
    rowsNeeded({ horizon }) {
      const lookback = config.lookback ?? 3;
      return { rows: lookback + horizon, because: `lookback ${lookback} + horizon ${horizon}` };
    },
    fit: (training, options) => fitRecurrent(config, training, options),
  };
}

async function fitRecurrent(config: RecurrentConfig, training: Series, options: FitOptions): Promise<Fitted> {
  const { horizon, season, seed, signal, onEpoch } = options;
  const { kind } = config;
  const adjusted = adjust(training.values, season);
  const { values } = adjusted;
  const most = Math.max(3, Math.floor(values.length / 3));
  const lookback = config.lookback ?? Math.min(season > 1 ? season : plainLookback, most);
  const windows = windowsOf(values, lookback, horizon);
  const level = values.at(-1) ?? 0;
  if (windows.y.data.every((value) => value === 0)) {
    return finished(adjusted, { kind, constant: true }, level, new Float64Array(horizon), undefined);
  }

  const count = windows.origins.length;
  const stepsPerEpoch = Math.ceil(count / batchSize);
  const wanted = Math.min(Math.max(count, leastSteps), mostSteps);
  const epochs = config.epochs ?? Math.ceil(wanted / stepsPerEpoch);
  const network = new RecurrentNetwork({
    kind,
    lookback,
    horizon,
    units,
    batchSize,
    epochs,
    steps: epochs * stepsPerEpoch,
  });
  const trainings = blocks * blockMembers + members;
  let done = 0;
  const hooks = {
    signal,
    onEpoch: ({ epoch, loss }: EpochReport) =>
      onEpoch?.({ epoch: done * epochs + epoch, epochs: trainings * epochs, loss }),
  };
  /** Trains a network on the targets that count; each gets a seed of its own. */
  const train = async (counted: Windows["known"]) => {
    const loss = await network.train(windows, counted, 1000 * seed + done, hooks);
    done++;
    return loss;
  };

  const trust = await crossValidate(network, windows, values.length, lookback, train);
  done = blocks * blockMembers;
  const total = new Float64Array(horizon);
  const snapshots: WeightsSnapshot[] = [];
  let loss = 0;
  for (let member = 0; member < members; member++) {
    loss += (await train(windows.known)) / members;
    for (const [h, value] of (await network.predict(windows.last)).entries())
      total[h] = (total[h] ?? 0) + value / members;
    snapshots.push(network.snapshot());
  }
  const change = total.map((value) => trust * windows.scale * value);
  const description = {
    kind,
    lookback,
    units,
    epochs,
    windows: count,
    members,
    parameters: network.parameters,
    trust,
    loss,
  };
  return finished(adjusted, description, level, change, { network, snapshots });
}

/** The least-squares factor, in [0, 1], of the networks' output on blocks of time that they have not seen. */
async function crossValidate(
  network: RecurrentNetwork,
  windows: Windows,
  length: number,
  lookback: number,
  train: (counted: Windows["known"]) => Promise<number>,
): Promise<number> {
  let [products, squares] = [0, 0];
  if (length >= lookback + 6) {
    for (let block = 0; block < blocks; block++) {
      const edge = (i: number) => lookback + Math.floor(((length - lookback) * i) / blocks);
      const { inside, outside } = partByBlock(windows, edge(block), edge(block + 1));
      if (outside.data.every((one) => one === 0)) continue;
      const mean = new Float64Array(windows.y.size);
      for (let member = 0; member < blockMembers; member++) {
        await train(outside);
        for (const [i, value] of (await network.predict(windows.x)).entries())
          mean[i] = (mean[i] ?? 0) + value / blockMembers;
      }
      for (const [i, output] of mean.entries()) {
        if (inside.data[i] === 0) continue;
        products += output * Number(windows.y.data[i]);
        squares += output * output;
      }
    }
  }
  return squares === 0 ? unprovenTrust : Math.min(Math.max(products / squares, 0), 1);
}

/** The fitted forecaster: the last level, and the change that the networks foresee. */
function finished(
  adjusted: Adjusted,
  description: Readonly<Record<string, string | number | boolean>>,
  level: number,
  change: Float64Array,
  ensemble:
    | { readonly network: RecurrentNetwork; readonly snapshots: readonly WeightsSnapshot[] }
    | undefined,
): Fitted {
  return {
    predict: (steps) => adjusted.invert(change.map((value) => level + value)).subarray(0, steps),
    describe: () => description,
    save: (folder) =>
      writeFolderAtomic(folder, async (temporary) => {
        for (const [i, snapshot] of ensemble?.snapshots.entries() ?? []) {
          ensemble?.network.restore(snapshot);
          await ensemble?.network.save(joinPath(temporary, `network-${i + 1}`));
        }
        const settings = {
          format: "recurra-forecaster",
          version: 1,
          ...description,
          level,
          change: [...change],
          adjustment: adjusted.config,
        };
        const text = new TextEncoder().encode(`${JSON.stringify(settings, undefined, 2)}\n`);
        await writeFileAtomic(joinPath(temporary, "forecaster.json"), (sink) => sink.write(text));
      }),
  };
}
