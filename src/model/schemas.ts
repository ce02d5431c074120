// What the JSON files of a saved model must look like.

import { z } from "zod";
import { formatVersion, type ModelConfig } from "./files.ts";
import type { LayerRecord, TensorRecord } from "./records.ts";

/** What is read first: a file of a newer version may look otherwise. */
export const versionSchema = z.object({ version: z.number() });

const fileSchema = z.object({
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const index = z.number().int().nonnegative();

const layerSchema: z.ZodType<LayerRecord> = z.object({
  className: z.string(),
  config: z.record(z.string(), z.unknown()),
  same: index.optional(),
});

const tensorSchema: z.ZodType<TensorRecord> = z.union([
  z.strictObject({ input: index }),
  z.strictObject({ call: index, output: index }),
]);

/** config.json: architecture, preprocessing, and the other files' checksums. */
export const configSchema: z.ZodType<ModelConfig> = z.object({
  format: z.literal("recurra-model"),
  version: z.literal(formatVersion),
  className: z.string(),
  name: z.string(),
  seed: z.number(),
  layers: z.array(layerSchema),
  inputs: z
    .array(
      z.object({
        name: z.string(),
        shape: z.array(z.number().nullable()),
        dtype: z.enum(["float32", "int32", "bool"]),
      }),
    )
    .optional(),
  calls: z
    .array(
      z.object({
        layer: index,
        inputs: z.array(tensorSchema),
        options: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
  outputs: z.array(z.object({ name: z.string(), tensor: tensorSchema })).optional(),
  compile: z
    .object({
      optimizer: z.unknown().optional(),
      loss: z.unknown().optional(),
      lossWeights: z.unknown().optional(),
      metrics: z.unknown().optional(),
      gradientAccumulationSteps: z.number().optional(),
    })
    .optional(),
  /** What a kit does to data before the model sees it: scalers, windows, vocabularies. */
  preprocessing: z.unknown().optional(),
  files: z.record(z.string(), fileSchema),
  /** See {@link configChecksum}. */
  checksum: z.string(),
});

const arraySchema = z.object({ dtype: z.string(), shape: z.array(z.number()), sha256: z.string() });
/** training.json: what the last fit recorded. */
export const trainingSchema = z.object({
  history: z
    .object({
      epochs: z.array(z.number()),
      // JSON has no NaN: a loss that was none is null in the file.
      logs: z.record(
        z.string(),
        z.array(
          z
            .number()
            .nullable()
            .transform((value) => value ?? Number.NaN),
        ),
      ),
      interrupted: z.boolean(),
    })
    .nullable(),
  data: z
    .object({
      x: z.array(arraySchema),
      y: z.array(arraySchema),
      sampleWeight: z.array(arraySchema).optional(),
    })
    .nullable(),
});
