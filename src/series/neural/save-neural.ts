// Writing a neural forecaster as a folder: a record with the ends of its series, and its networks as models.

import { joinPath } from "#platform";
import { writeRecord } from "../forecasters/record.ts";
import type { NeuralParts } from "./neural-parts.ts";
import { type NeuralRecord, networkFolder, type SavedSeries } from "./neural-record.ts";
import type { PreparedSeries } from "./prepared-series.ts";
import type { ScaledColumn } from "./window-source.ts";

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
  await writeRecord(folder, { config: forecaster.config, ...record }, async (into) => {
    for (const [i, snapshot] of weights.flat(2).entries()) {
      model.restoreWeights(snapshot);
      await model.save(joinPath(into, networkFolder(i)));
    }
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
