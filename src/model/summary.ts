// The table of a model's layers, as Keras prints it.

import { batchFactor } from "../graph/batch.ts";
import type { InputShape } from "../nn/open-length.ts";
import type { LayerRow, NetworkInput } from "./network-types.ts";
import { countNumbers, weightsOf } from "./weights.ts";

/** (None, 30, 50) */
export function shapeText(shape: InputShape): string {
  const text = (dimension: number | null) =>
    dimension === null || batchFactor(dimension) !== undefined ? "None" : `${dimension}`;
  return `(${shape.map(text).join(", ")})`;
}

/** Numbers as people read them: 50,851. */
const grouped = (count: number) => count.toLocaleString("en-US");

/** Several shapes as Keras shows them: [(None, 50), (None, 50)] */
function shapesText(shapes: readonly InputShape[]): string {
  const texts = shapes.map(shapeText);
  return texts.length === 1 ? texts.join("") : `[${texts.join(", ")}]`;
}

/** Whether each layer is called once, and reads the one before it and nothing else. */
function isStack(rows: readonly LayerRow[]): boolean {
  const isChain = rows.every(
    ({ from }, i) => i === 0 || (from.length === 1 && from[0]?.name === rows[i - 1]?.layer.name),
  );
  return isChain && new Set(rows.map(({ layer }) => layer)).size === rows.length;
}

/**
 * The table, a row for each layer. Where the model is no stack, the inputs have rows too, and a column says what each layer reads in all
 * of its calls: `lstm[0][2]` is the third output of the first call of `lstm`.
 */
export function formatSummary(
  name: string,
  inputs: readonly NetworkInput[],
  layerRows: readonly LayerRow[],
): string {
  const isPlain = isStack(layerRows) && inputs.length === 1;
  const layers = [...new Set(layerRows.map(({ layer }) => layer))];
  const rows = layers.map((layer) => {
    const calls = layerRows.filter((row) => row.layer === layer);
    const from = calls.flatMap((call) => call.from);
    return [
      `${layer.name} (${layer.className})`,
      [...new Set(calls.map(({ shapes }) => shapesText(shapes)))].join(", "),
      grouped(countNumbers(weightsOf([layer]))),
      from.map((source) => `${source.name}[${source.call}][${source.output}]`).join(", "),
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
  const weights = weightsOf(layers);
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
