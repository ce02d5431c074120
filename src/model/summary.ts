// The table of a model's layers, as Keras prints it.

import { batchFactor } from "../graph/batch.ts";
import type { Layer } from "../nn/layer.ts";
import type { InputShape } from "../nn/open-length.ts";
import type { NetworkInput } from "./network-types.ts";
import { countNumbers, weightsOf } from "./weights.ts";

/** A call of a layer with what it reads and the shapes of what it gives. */
export interface LayerRow {
  readonly layer: Layer;
  readonly from: readonly string[];
  /** `null` is open, as is the batch axis. */
  readonly shapes: readonly InputShape[];
}

/** (None, 30, 50) */
export function shapeText(shape: InputShape): string {
  const text = (dimension: number | null) =>
    dimension === null || batchFactor(dimension) !== undefined ? "None" : `${dimension}`;
  return `(${shape.map(text).join(", ")})`;
}

/** Numbers as people read them: 50,851. */
const grouped = (count: number) => count.toLocaleString("en-US");

/** Whether each layer reads the one before it and nothing else. */
function isStack(rows: readonly LayerRow[]): boolean {
  return rows.every(({ from }, i) => i === 0 || (from.length === 1 && from[0] === rows[i - 1]?.layer.name));
}

/** The table; where the model is no stack, with the inputs and a column that says what each layer reads. */
export function formatSummary(
  name: string,
  inputs: readonly NetworkInput[],
  layerRows: readonly LayerRow[],
): string {
  const isPlain = isStack(layerRows) && inputs.length === 1;
  const seen = new Set<Layer>();
  const rows = layerRows.map(({ layer, from, shapes }) => {
    // A shared layer's numbers are counted where it is called first.
    const count = seen.has(layer) ? 0 : countNumbers(weightsOf([layer]));
    seen.add(layer);
    return [
      `${layer.name} (${layer.className})`,
      shapes.map(shapeText).join(", "),
      grouped(count),
      from.join(", "),
    ];
  });
  const inputRows = inputs.map((input) => [
    `${input.name} (Input)`,
    shapeText([null, ...input.shape]),
    "0",
    "-",
  ]);
  const columns = isPlain ? 3 : 4;
  const shown = [...(isPlain ? [] : inputRows), ...rows].map((row) => row.slice(0, columns));
  const head = ["Layer (type)", "Output Shape", "Param #", "Connected to"].slice(0, columns);
  const widths = head.map(
    (title, i) => Math.max(title.length, ...shown.map((row) => (row[i] ?? "").length)) + 2,
  );
  const line = (cells: readonly string[]) =>
    ` ${cells.map((cell, i) => (i === 2 ? cell.padStart(widths[i] ?? 0) : `${i > 2 ? "  " : ""}${cell.padEnd(widths[i] ?? 0)}`)).join("")}`.trimEnd();
  const width = widths.reduce((total, column) => total + column, isPlain ? 1 : 3);
  const weights = weightsOf([...seen]);
  const total = countNumbers(weights);
  const trainable = countNumbers(weights.filter((weight) => weight.trainable));
  return [
    `Model: "${name}"`,
    "_".repeat(width),
    line(head),
    "=".repeat(width),
    ...shown.map(line),
    "=".repeat(width),
    `Total params: ${grouped(total)}`,
    `Trainable params: ${grouped(trainable)}`,
    `Non-trainable params: ${grouped(total - trainable)}`,
  ].join("\n");
}
