// A neural forecaster as a folder: a record with the ends of its series, and its networks as models.

import { z } from "zod";
import { joinPath, writeFileAtomic, writeFolderAtomic } from "#platform";
import type { Functional } from "../../model/functional.ts";
import { loadModel } from "../../model/load.ts";
import type { WeightsSnapshot } from "../../model/weights.ts";
import { RecurraError } from "../../platform/error.ts";
import type { ForecasterConfig } from "../forecasters/forecaster.ts";
import { FORECASTER_FORMAT, type ForecasterRecord } from "../forecasters/record.ts";
import { networkLayers } from "./networks/fixed-matrix.ts";
import { NeuralFitted, type NeuralParts } from "./neural-fitted.ts";
import { NeuralForecaster } from "./neural-forecaster.ts";
import type { PreparedSeries } from "./prepared-series.ts";
import type { NeuralConfig } from "./settings.ts";
import { lossUnits, windowScalings } from "./window-batch.ts";
import type { ScaledColumn } from "./window-source.ts";

const count = z.number().int().nonnegative();
const scale = z.object({ name: z.string(), location: z.number(), scale: z.number() });
const column = z.object({ values: z.array(z.number().nullable()), location: z.number(), scale: z.number() });

/** What a record holds beside format and config. */
const schema = z.object({
  horizon: count.positive(),
  seed: z.number(),
  shape: z.object({
    lookback: count.positive(),
    steps: count.positive(),
    lead: count,
    past: count,
    future: count,
    numbers: count,
    categories: count,
    flagged: z.boolean(),
    scaling: z.enum(windowScalings),
    lossUnit: z.enum(lossUnits),
    power: z.number(),
  }),
  scales: z.object({
    past: z.array(z.string()),
    future: z.array(scale),
    numbers: z.array(scale),
    categories: z.array(z.object({ name: z.string(), values: z.array(z.string()) })),
  }),
  description: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  noise: z.array(z.array(z.number())),
  networks: z.object({ groups: count, leads: count, members: count }),
  series: z.array(
    column
      .extend({
        name: z.string(),
        length: count,
        transform: z.object({
          log: z.boolean(),
          season: z
            .object({ composition: z.enum(["additive", "multiplicative"]), indices: z.array(z.number()) })
            .nullable(),
        }),
        hasGaps: z.boolean(),
        isLog: z.boolean(),
        change: z.number(),
        past: z.array(column),
        future: z.array(column),
        numbers: z.array(z.number()),
        categories: z.array(count),
      })
      .nullable(),
  ),
});

type NeuralRecord = z.infer<typeof schema>;
type SavedSeries = NonNullable<NeuralRecord["series"][number]>;

const folderOf = (number: number): string => `network-${number + 1}`;

/** Writes a fitted forecaster as the folder `folder`. */
export async function saveNeural(parts: NeuralParts, folder: string): Promise<void> {
  const { forecaster, horizon, seed, shape, scales, description, model, weights, noise, prepared } = parts;
  const record: NeuralRecord = {
    horizon,
    seed,
    shape,
    scales: JSON.parse(JSON.stringify(scales)),
    description: Object.fromEntries(
      Object.entries(description).filter(([, value]) => typeof value !== "number" || Number.isFinite(value)),
    ),
    noise: noise.map((steps) => [...steps]),
    networks: {
      groups: weights.length,
      leads: weights[0]?.length ?? 0,
      members: weights[0]?.[0]?.length ?? 0,
    },
    series: prepared.map((one) => (one === undefined ? null : endOf(one, shape.lookback))),
  };
  const text = new TextEncoder().encode(
    `${JSON.stringify({ ...FORECASTER_FORMAT, config: forecaster.config, ...record })}\n`,
  );
  await writeFolderAtomic(folder, async (into) => {
    for (const [i, snapshot] of weights.flat(2).entries()) {
      model.restoreWeights(snapshot);
      await model.save(joinPath(into, folderOf(i)));
    }
    await writeFileAtomic(joinPath(into, "forecaster.json"), (sink) => sink.write(text));
  });
}

/** What a forecast needs of a series: its last window, and what is known ahead. */
function endOf({ name, length, transform, source }: PreparedSeries, lookback: number): SavedSeries {
  const start = Math.max(0, source.values.length - lookback);
  const tail = ({ values, location, scale: size }: ScaledColumn, end: number | undefined) => ({
    values: Array.from(values.subarray(start, end), (value) => (Number.isFinite(value) ? value : null)),
    location,
    scale: size,
  });
  const { hasGaps, isLog, change, past, future, numbers, categories } = source;
  return {
    name,
    length,
    transform: {
      log: transform.log,
      season:
        transform.season === null ? null : { ...transform.season, indices: [...transform.season.indices] },
    },
    ...tail(source, undefined),
    hasGaps,
    isLog,
    change,
    past: past.map((one) => tail(one, source.values.length)),
    future: future.map((one) => tail(one, undefined)),
    numbers: [...numbers],
    categories: [...categories],
  };
}

/**
 * Reads what {@link NeuralFitted.save} wrote.
 *
 * @param record forecaster.json of the folder
 * @throws RecurraError `forecaster-format`, and what is wrong with the models
 */
export async function loadNeural(record: ForecasterRecord, folder: string): Promise<NeuralFitted> {
  const forecaster = new NeuralForecaster(record.config as ForecasterConfig as NeuralConfig);
  const { success, data, error } = schema.safeParse(record);
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
    models.push((await loadModel(joinPath(folder, folderOf(i)), { layers: networkLayers })) as Functional);
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
