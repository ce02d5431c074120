// The arrays that a model is trained or evaluated on: inputs, targets and weights, checked together before any work is done.

import { RecurraError } from "../platform/error.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import { formatShape, type Shape, sameShape } from "../tensor/shape.ts";
import { asArray, checkInputs, checkSameRows } from "./batches.ts";
import { dataFor, isPlainObject, type ModelData, type NamedData } from "./model-data.ts";
import type { Network } from "./network.ts";
import type { Head } from "./setup.ts";
import { checkFinite, checkRange } from "./values.ts";

/** Inputs, targets and weights, row by row. */
export interface Rows {
  /** One array [N, ...] for each input. */
  readonly x: readonly NdArray[];
  /** One array [N, ...] for each output that has a loss. */
  readonly y: readonly NdArray[];
  /** For each of these, [N] or [N, T], where they are given. */
  readonly weights: readonly (NdArray | undefined)[];
}

/** The arrays as a user gives them. */
export type GivenRows = readonly [
  x: ModelData,
  y?: ModelData | undefined,
  sampleWeight?: ModelData | undefined,
];

/** What messages call the arrays. */
export type RowNames = readonly [x: string, y: string, sampleWeight: string];

const argumentNames: RowNames = ["x", "y", "sampleWeight"];

/** How many rows there are. */
export function countRows({ x }: Rows): number {
  return x[0]?.shape[0] ?? 0;
}

/** The same for every array. */
export function mapRows(rows: Rows, change: (array: NdArray) => NdArray): Rows {
  return {
    x: rows.x.map(change),
    y: rows.y.map(change),
    weights: rows.weights.map((array) => (array === undefined ? undefined : change(array))),
  };
}

/**
 * Inputs of a model, one array for each, in the dtypes that it reads.
 *
 * @throws RecurraError that names the argument and the layer which wants another shape, or an id out of range
 */
export function checkModelInputs(model: Network, what: string, x: ModelData): readonly NdArray[] {
  model.outputs; // names the layer at fault, if one does not fit the layer before it
  const given = dataFor(
    what,
    x,
    model.inputs.map(({ name }) => name),
  ) as readonly NamedData[];
  const arrays = model.inputs.map(({ shape, dtype, reader, ids }, i) => {
    const { what: name, data } = given[i] as NamedData;
    const array = checkInputs(name, data, shape, dtype, reader);
    if (ids !== undefined)
      checkRange(name, array, { kind: "id", count: ids.count, owner: `the table of layer ${ids.layer}` });
    return array;
  });
  const [first] = arrays;
  const count = first?.shape[0] ?? 0;
  for (const [i, array] of arrays.entries())
    checkSameRows((given[i] as NamedData).what, array, count, (given[0] as NamedData).what);
  return arrays;
}

/**
 * Arrays in the dtypes that a training step reads.
 *
 * @throws RecurraError that names the argument, and the row and place of a number that is none or out of range
 */
export function checkRows(
  model: Network,
  heads: readonly Head[],
  [x, y, sampleWeight]: GivenRows,
  names: RowNames = argumentNames,
): Rows {
  const inputs = checkModelInputs(model, names[0], x);
  const count = inputs[0]?.shape[0] ?? 0;
  if (count === 0) throw new RecurraError("no-rows", `${names[0]}: there are no rows`);
  const inputNames =
    model.inputs.length === 1 ? [names[0]] : model.inputs.map(({ name }) => `${names[0]}.${name}`);
  for (const [i, array] of inputs.entries()) checkFinite(inputNames[i] ?? names[0], array);
  const headNames = heads.map(({ name }) => name);
  if (heads.length === 0) {
    if (y !== undefined)
      throw new RecurraError("model-data", `${names[1]}: the model has no loss that reads targets`);
    return { x: inputs, y: [], weights: [] };
  }
  if (y === undefined) throw new RecurraError("model-data", `${names[1]}: the targets are missing`);
  const targets = dataFor(names[1], y, headNames) as readonly NamedData[];
  const shapes = model.outputShapesFor(inputs.map(({ shape }) => shape.slice(1)));
  const checked = heads.map((head, i) => {
    const output = {
      shape: shapes[head.output] ?? [],
      layer: model.outputs[head.output]?.layer ?? head.name,
    };
    return checkTargets(head, output, targets[i] as NamedData, count, names[0]);
  });
  // One array weighs the rows for all outputs.
  const isOne = sampleWeight !== undefined && heads.length > 1 && !isPerOutput(sampleWeight, heads.length);
  const given =
    sampleWeight === undefined
      ? []
      : isOne
        ? headNames.map(() => ({ what: names[2], data: sampleWeight as NamedData["data"] }))
        : dataFor(names[2], sampleWeight, headNames, { optional: true });
  const weights = heads.map((_, i) => {
    const weight = given[i];
    if (weight === undefined) return undefined;
    const array = asArray(weight.what, weight.data, "float32");
    checkSameRows(weight.what, array, count, names[0]);
    checkFinite(weight.what, array);
    return array;
  });
  return { x: inputs, y: checked, weights };
}

/** Whether weights are given output by output: by name, or as a list of arrays. */
function isPerOutput(data: ModelData, count: number): boolean {
  if (Array.isArray(data)) return data.length === count && data.every((part) => typeof part !== "number");
  return isPlainObject(data);
}

/** Targets in the dtype that the loss reads and, where only axes of length 1 are missing, in the shape of the output. */
function checkTargets(
  { loss }: Head,
  { shape: outputShape, layer }: { readonly shape: Shape; readonly layer: string },
  { what, data }: NamedData,
  count: number,
  x: string,
): NdArray {
  const areLabels = loss.targets === "labels";
  const array = asArray(what, data, areLabels ? "int32" : "float32");
  checkSameRows(what, array, count, x);
  checkFinite(what, array);
  const range = loss.labelRange(outputShape);
  if (range !== undefined) {
    const owner = `the ${range.count} classes that layer ${layer} gives`;
    checkRange(what, array, { kind: "label", ...range, owner });
  }
  const wanted = loss.targetShape(outputShape);
  if (wanted === undefined) return array;
  const given = array.shape.slice(1);
  const shape = fitted(given, wanted);
  if (shape === undefined) {
    const samples = (dimensions: Shape) =>
      `[samples${dimensions.map((dimension) => `, ${dimension < 0 ? "any" : dimension}`).join("")}]`;
    throw new RecurraError(
      "target-shape",
      `${what}: layer ${layer} gives ${samples(outputShape)}, for the loss ${loss.name} the targets are to be ${samples(wanted)}, ` +
        `got ${formatShape(array.shape)}`,
    );
  }
  const targets = sameShape(given, shape) ? array : array.reshape([count, ...shape]);
  loss.checkTargets(what, targets, outputShape);
  return targets;
}

/** A shape as it is wanted, -1 being an axis of any length; `undefined` unless only axes of length 1 are missing, or too many. */
function fitted(given: Shape, wanted: Shape): Shape | undefined {
  const matches = (a: Shape, b: Shape) =>
    a.length === b.length && b.every((dimension, i) => dimension < 0 || dimension === a[i]);
  if (matches(given, wanted)) return given;
  const sizes = (shape: Shape) => shape.filter((dimension) => dimension !== 1);
  return wanted.every((dimension) => dimension >= 0) && matches(sizes(given), sizes(wanted))
    ? wanted
    : undefined;
}
