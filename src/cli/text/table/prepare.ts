// Preparing the training of `recurra table`: files read, columns found out, and what can be checked beforehand.

import { RecurraError } from "../../../platform/error.ts";
import type { ReportedRows } from "../../../text/report/train-table.ts";
import { readCells, type TableCells } from "./cells.ts";
import {
  type ColumnArguments,
  checkNamed,
  checkPlan,
  checkPositive,
  checkTestClasses,
  checkTwice,
  columnsOf,
  columnsToRead,
  namedOrNumbered,
  planNotes,
} from "./plan.ts";
import {
  checkTargetValues,
  isNumberTarget,
  loneClassesNote,
  modelRows,
  planOfColumns,
  type TablePlan,
  textsOf,
  withTarget,
} from "./rows.ts";

/** What was said of the rows and of the target. */
export interface PreparingArguments extends ColumnArguments {
  readonly task?: "regression" | "classification";
  readonly log?: boolean;
  readonly where?: string;
  readonly sql?: string;
  readonly onError: "stop" | "skip";
  readonly testShare?: number;
}

/**
 * Reads the files, finds out what their columns are, and checks what can be checked before a model is trained.
 *
 * @param wanted the target: the name of a column, or its number
 */
export async function prepareTable(
  [train, test]: readonly [string, string | undefined],
  wanted: string,
  options: PreparingArguments,
  signal: AbortSignal,
  tell: (note: string) => void,
) {
  const { where, sql, group, task } = options;
  const asText = [
    ...(options.text ?? []),
    ...(options.categories ?? []),
    ...(group === undefined ? [] : [group]),
    ...(task === "classification" ? [wanted] : []),
  ];
  const asNumber = [...(options.numbers ?? []), ...(task === "regression" ? [wanted] : [])];
  const first = await readCells(train, { where, sql, asText, asNumber, signal });
  const target = namedOrNumbered(first, wanted);
  checkTwice(target, options);
  checkNamed(first, target, options);
  const column = first.columns.get(target);
  const isNumber =
    task === undefined ? column !== undefined && isNumberTarget(column) : task === "regression";
  // The names of classes are as they are written: 1.0 is another than 1.
  const cells =
    isNumber || column?.kind === "coded"
      ? first
      : await readCells(train, { where, sql, asText: [...asText, target], asNumber, signal });
  if (!isNumber && options.log !== undefined)
    throw new RecurraError(
      "option",
      `${options.log ? "--log" : "--no-log"} is for numbers, and the target "${target}" is told as classes.`,
    );
  const columns = columnsOf(cells, target, options);
  const plan = planOfColumns(columns);
  for (const note of [...cells.notes, ...planNotes(plan, columns, target, isNumber)]) tell(note);
  checkPlan(plan, columns, target, cells.source);
  const rowsOf = (from: TableCells) => reportedRows(from, plan, target, isNumber, options, tell);
  const data = rowsOf(cells);
  checkTargetValues(data.target, target, cells.source);
  const lone = loneClassesNote(data.target);
  if (lone !== undefined) tell(lone);
  const only = columnsToRead(plan, target);
  const classes = isNumber ? [] : [target];
  const tested =
    test === undefined
      ? undefined
      : await readCells(test, {
          where,
          sql,
          only,
          asText: [...plan.texts, ...plan.categories, ...classes],
          signal,
        });
  for (const note of tested?.notes ?? []) tell(note);
  const testRows = tested && rowsOf(tested);
  if (testRows !== undefined) checkTestClasses(data, testRows, target, tested?.source ?? "");
  const { isBetterAsLog } = await import("../../../text/report/number-baselines.ts");
  const isFound = data.target instanceof Float64Array && isBetterAsLog(data.target);
  const isLog = options.log ?? isFound;
  if (isLog && options.log === undefined)
    tell(`"${target}" is positive and one-sided: its logarithm is learned (--no-log: the number as it is).`);
  if (isLog) checkPositive(data, target, cells.source);
  if (isLog && testRows !== undefined) checkPositive(testRows, target, tested?.source ?? "");
  const about = {
    source: cells.source,
    target,
    texts: plan.texts,
    columns,
    group,
    test: testRows,
    testSource: tested?.source,
    testShare: options.testShare,
  };
  return { data, isLog, about };
}

function reportedRows(
  cells: TableCells,
  plan: TablePlan,
  target: string,
  isNumber: boolean,
  { group, onError }: PreparingArguments,
  tell: (note: string) => void,
): ReportedRows {
  const skips = onError === "skip";
  const rows = withTarget(cells, modelRows(cells, plan, skips), target, isNumber, skips);
  for (const note of rows.notes) tell(note);
  const column = group === undefined ? undefined : cells.columns.get(group);
  const groups = column && textsOf(column);
  return {
    ...rows.rows,
    target: rows.target,
    names: Array.from(rows.places, cells.rowName),
    // Where none is named, a row is a group of its own.
    ...(groups && { groups: Array.from(rows.places, (row) => groups[row] || `\n${row}`) }),
  };
}
