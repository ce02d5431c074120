// tableForReport: train a model of texts beside columns, test it on rows that it has not seen, and gather what a report tells.

import { now } from "#platform";
import { heldOutRows } from "../../model/datasets/held-out-rows.ts";
import { RecurraError } from "../../platform/error.ts";
import { classNumbers, labelSetOf } from "../classify/labels.ts";
import { takeRows } from "../table/rows.ts";
import { type NumberScores, numberScores } from "../table/scores.ts";
import type { TextTableConfig } from "../table/settings.ts";
import type { TextTable, TextTableEvaluation, TextTablePredictions } from "../table/text-table.ts";
import {
  type TextTableData,
  type TextTableEpoch,
  type TrainTextTableOptions,
  trainTextTable,
} from "../table/train-text-table.ts";
import { type ColumnWeight, columnWeights } from "./column-weights.ts";
import { numberBaselines } from "./number-baselines.ts";
import type { ReportedColumn } from "./table-columns.ts";

/** Rows with their target, and what they are called. */
export interface ReportedRows extends TextTableData {
  readonly target: Float64Array | readonly string[];
  /** [N] `row 21` */
  readonly names: readonly string[];
  /** [N] Rows of one group are never on both sides of a split. */
  readonly groups?: readonly string[] | undefined;
}

export interface TableForReportOptions extends Pick<TrainTextTableOptions, "onStep" | "onEpoch" | "signal"> {
  /** What the rows are of. */
  readonly source: string;
  /** The column that is told. */
  readonly target: string;
  /** The columns whose cells make the texts. */
  readonly texts: readonly string[];
  readonly columns: readonly ReportedColumn[];
  /** The column of the groups. */
  readonly group?: string | undefined;
  /** Rows to test on. Default: a share of those that are given, drawn at random. */
  readonly test?: ReportedRows | undefined;
  readonly testSource?: string | undefined;
  /** That share. Default: 0.2. */
  readonly testShare?: number | undefined;
}

/** Scores of a way to tell numbers without a model. */
export interface BaselineScores {
  readonly name: string;
  readonly scores: NumberScores;
  /** [N] Sizes of its errors. */
  readonly errors: Float64Array;
}

/** A model with its test. */
export interface TablePrediction
  extends Pick<TableForReportOptions, "source" | "target" | "texts" | "columns" | "group" | "testSource"> {
  readonly model: TextTable;
  readonly training: ReportedRows;
  readonly test: ReportedRows;
  /** What the model says of the test rows. */
  readonly told: TextTablePredictions;
  readonly evaluation: TextTableEvaluation;
  /** Of numbers: the best first. */
  readonly baselines: readonly BaselineScores[];
  readonly weights: readonly ColumnWeight[];
  readonly epochs: readonly TextTableEpoch[];
  /** Seconds. */
  readonly timing: { readonly training: number; readonly test: number };
}

/** @throws RecurraError what `trainTextTable` throws; `too-short` where no row can be held out to test on */
export async function tableForReport(
  data: ReportedRows,
  config: TextTableConfig,
  options: TableForReportOptions,
): Promise<TablePrediction> {
  const { source, target, texts, columns, group, test: given, testShare = 0.2, onEpoch, ...others } = options;
  const { testSource: _, ...training } = others;
  const seed = config.seed ?? 0;
  const parts = given === undefined ? parted(data, testShare, seed + 1) : { training: data, held: given };
  if (parts === undefined)
    throw new RecurraError(
      "too-short",
      `of ${data.target.length} rows${data.groups === undefined ? "" : ` in ${new Set(data.groups).size} groups`} none can be held out for a test; give more rows, or a test file.`,
    );
  // The trainer holds out rows of its own, but knows no groups.
  const inner =
    data.groups === undefined ? undefined : parted(parts.training, config.validationSplit ?? 0.1, seed + 2);
  const epochs: TextTableEpoch[] = [];
  const started = now();
  const model = await trainTextTable(dataOf(inner?.training ?? parts.training), config, {
    ...training,
    validation: inner && dataOf(inner.held),
    onEpoch: async (epoch) => {
      epochs.push(epoch);
      await onEpoch?.(epoch);
    },
  });
  const trained = now();
  const { target: actual, ...rows } = dataOf(parts.held);
  const told = await model.predict(rows);
  const tested = now();
  return {
    model,
    source,
    target,
    texts,
    columns,
    group,
    testSource: given === undefined ? undefined : (options.testSource ?? "the test rows"),
    training: parts.training,
    test: parts.held,
    told,
    evaluation: await model.evaluate(rows, actual),
    baselines: baselinesOf(parts.training, parts.held),
    weights: await columnWeights(model, rows, parts.held.target, texts.join(" + ") || "text"),
    epochs,
    timing: { training: (trained - started) / 1000, test: (tested - trained) / 1000 },
  };
}

/** Rows as a model takes them. */
function dataOf({ texts, numbers, categories, target }: ReportedRows): TextTableData {
  return { texts, numbers, categories, target };
}

function baselinesOf(training: ReportedRows, test: ReportedRows): readonly BaselineScores[] {
  const [values, actual] = [training.target, test.target];
  if (!(values instanceof Float64Array) || !(actual instanceof Float64Array)) return [];
  return numberBaselines(training, values, test, actual.length)
    .map(({ name, values: told }) => ({
      name,
      scores: numberScores(actual, told),
      errors: actual.map((value, row) => Math.abs(value - (told[row] ?? 0))),
    }))
    .sort((a, b) => a.scores.mae - b.scores.mae);
}

/** Draws a share of the rows, or of their groups; undefined where none can be drawn. */
function parted(
  data: ReportedRows,
  share: number,
  seed: number,
): { readonly training: ReportedRows; readonly held: ReportedRows } | undefined {
  const { groups } = data;
  const drawn = groups === undefined ? drawnRows(data, share, seed) : drawnGroups(data, groups, share, seed);
  if (drawn.training.length === 0 || drawn.held.length === 0) return undefined;
  return { training: take(data, drawn.training), held: take(data, drawn.held) };
}

function drawnRows({ target }: ReportedRows, share: number, seed: number) {
  if (target instanceof Float64Array) return heldOutRows(new Int32Array(target.length), 1, share, seed);
  const set = labelSetOf(target, false);
  return heldOutRows(classNumbers(target, set), set.classes.length, share, seed);
}

function drawnGroups({ target }: ReportedRows, groups: readonly string[], share: number, seed: number) {
  const names = [...new Set(groups)];
  const places = new Map(names.map((name, place) => [name, place]));
  const held = new Set(heldOutRows(new Int32Array(names.length), 1, share, seed).held);
  const rowsOf = (isHeld: boolean) =>
    Int32Array.from(
      [...groups.keys()].filter((row) => held.has(places.get(groups[row] ?? "") ?? 0) === isHeld),
    );
  if (!(target instanceof Float64Array)) {
    // A class that training would not have keeps its groups there.
    const known = new Set(Array.from(rowsOf(false), (row) => target[row]));
    for (const row of rowsOf(true))
      if (!known.has(target[row] ?? "")) {
        held.delete(places.get(groups[row] ?? "") ?? 0);
        known.add(target[row] ?? "");
      }
  }
  return { training: rowsOf(false), held: rowsOf(true) };
}

function take(data: ReportedRows, rows: Int32Array): ReportedRows {
  const { target, names, groups } = data;
  return {
    ...takeRows(data, rows),
    target:
      target instanceof Float64Array
        ? Float64Array.from(rows, (row) => target[row] ?? Number.NaN)
        : Array.from(rows, (row) => target[row] ?? ""),
    names: Array.from(rows, (row) => names[row] ?? ""),
    ...(groups && { groups: Array.from(rows, (row) => groups[row] ?? "") }),
  };
}
