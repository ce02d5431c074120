// Reading a neural forecaster from its folder.

import { joinPath } from "#platform";
import type { Functional } from "../../model/functional.ts";
import { loadModel } from "../../model/load.ts";
import type { WeightsSnapshot } from "../../model/weights.ts";
import { RecurraError } from "../../platform/error.ts";
import type { ForecasterConfig } from "../forecasters/forecaster.ts";
import type { ForecasterRecord } from "../forecasters/record.ts";
import { networkLayers } from "./networks/fixed-matrix.ts";
import { NeuralFitted } from "./neural-fitted.ts";
import { NeuralForecaster } from "./neural-forecaster.ts";
import { networkFolder, neuralRecordSchema, type SavedSeries } from "./neural-record.ts";
import type { PreparedSeries } from "./prepared-series.ts";
import type { NeuralConfig } from "./settings.ts";
import type { ScaledColumn } from "./window-source.ts";

/**
 * Reads what {@link NeuralFitted.save} wrote.
 *
 * @param record forecaster.json of the folder
 * @throws RecurraError `forecaster-format`, and what is wrong with the models
 */
export async function loadNeural(record: ForecasterRecord, folder: string): Promise<NeuralFitted> {
  const forecaster = new NeuralForecaster(record.config as ForecasterConfig as NeuralConfig);
  const { success, data, error } = neuralRecordSchema.safeParse(record);
  if (!success) {
    const [issue] = error.issues;
    throw new RecurraError(
      "forecaster-format",
      `Cannot read "${joinPath(folder, "forecaster.json")}": ${issue?.path.join(".")}: ${issue?.message}. Fit and save it again.`,
    );
  }
  const { networks, series, scales, ...rest } = data;
  const models: Functional[] = [];
  for (let i = 0; i < networks.groups * networks.leads * networks.members; i++)
    models.push(
      (await loadModel(joinPath(folder, networkFolder(i)), { layers: networkLayers })) as Functional,
    );
  const snapshots = models.map((model) => model.snapshotWeights());
  const weights: WeightsSnapshot[][][] = Array.from({ length: networks.groups }, (_, group) =>
    Array.from({ length: networks.leads }, (__, lead) => {
      const start = (group * networks.leads + lead) * networks.members;
      return snapshots.slice(start, start + networks.members);
    }),
  );
  return new NeuralFitted({
    ...rest,
    forecaster,
    failures: [],
    scales,
    prepared: series.map((one) => (one === null ? undefined : preparedOf(one))),
    model: models[0] ?? forecaster.network(rest.shape, scales),
    weights,
  });
}

function preparedOf({ name, length, transform, ...saved }: SavedSeries): PreparedSeries {
  const columnOf = ({ values, ...scaled }: SavedSeries["past"][number]): ScaledColumn => ({
    ...scaled,
    values: Float64Array.from(values, (value) => value ?? Number.NaN),
  });
  return {
    name,
    length,
    transform,
    source: {
      ...saved,
      values: Float64Array.from(saved.values, (value) => value ?? Number.NaN),
      past: saved.past.map(columnOf),
      future: saved.future.map(columnOf),
      numbers: Float32Array.from(saved.numbers),
      categories: Int32Array.from(saved.categories),
    },
  };
}
