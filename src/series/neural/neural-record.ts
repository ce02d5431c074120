// What the folder of a saved neural forecaster holds beside its networks.

import { z } from "zod";
import { lossUnits, windowScalings } from "./window-batch.ts";

const count = z.number().int().nonnegative();
const scale = z.object({ name: z.string(), location: z.number(), scale: z.number() });
const column = z.object({ values: z.array(z.number().nullable()), location: z.number(), scale: z.number() });

/** What a record holds beside format and config. */
export const neuralRecordSchema = z.object({
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

export type NeuralRecord = z.infer<typeof neuralRecordSchema>;
export type SavedSeries = NonNullable<NeuralRecord["series"][number]>;

/** The folder of a network within that of its forecaster. */
export const networkFolder = (number: number): string => `network-${number + 1}`;
