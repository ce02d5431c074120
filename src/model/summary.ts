// The table of a model's layers, as Keras prints it.

import { batchFactor } from "../graph/batch.ts";
import type { Layer } from "../nn/layer.ts";
import type { Shape } from "../tensor/shape.ts";
import { countNumbers, weightsOf } from "./weights.ts";

/** A layer with the shape of what it gives. */
export interface LayerOutput {
  readonly layer: Layer;
  readonly shape: Shape;
}

function shapeText(shape: Shape): string {
  return `(${shape.map((dimension) => (batchFactor(dimension) === undefined ? dimension : "None")).join(", ")})`;
}

/** Numbers as people read them: 50,851. */
const grouped = (count: number) => count.toLocaleString("en-US");

export function formatSummary(name: string, outputs: readonly LayerOutput[]): string {
  const rows = outputs.map(({ layer, shape }) => [
    `${layer.name} (${layer.className})`,
    shapeText(shape),
    grouped(countNumbers(weightsOf([layer]))),
  ]);
  const head = ["Layer (type)", "Output Shape", "Param #"];
  const widths = head.map(
    (title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? "").length)) + 2,
  );
  const line = (cells: readonly string[]) =>
    ` ${cells.map((cell, i) => (i === 2 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join("")}`.trimEnd();
  const width = widths.reduce((total, column) => total + column, 1);
  const weights = weightsOf(outputs.map(({ layer }) => layer));
  const total = countNumbers(weights);
  const trainable = countNumbers(weights.filter((weight) => weight.trainable));
  return [
    `Model: "${name}"`,
    "_".repeat(width),
    line(head),
    "=".repeat(width),
    ...rows.map(line),
    "=".repeat(width),
    `Total params: ${grouped(total)}`,
    `Trainable params: ${grouped(trainable)}`,
    `Non-trainable params: ${grouped(total - trainable)}`,
  ].join("\n");
}
