// `recurra table predict`: what a trained model of a table tells of other rows.

import { Command, Option } from "commander";
import { RecurraError } from "../../../platform/error.ts";
import { rowNumber } from "../../../text/report/table-columns.ts";
import type { TextTable, TextTablePredictions } from "../../../text/table/text-table.ts";
import type { CliContext } from "../../context.ts";
import { columnNames, nonEmpty } from "../../options.ts";
import { checkOutFile, writeOut } from "../../out.ts";
import { work } from "../../work.ts";
import { keptNames, tellRenamed } from "../kept-columns.ts";
import { modelFolder } from "../text-files.ts";
import { readCells, type TableCells } from "./cells.ts";
import { columnsToRead } from "./plan.ts";
import {
  modelRows,
  PREDICTION_ADVICE,
  type TablePlan,
  type TableRows,
  type TargetRows,
  textsOf,
  withTarget,
} from "./rows.ts";
import { withTableFile } from "./standard-input.ts";

interface PredictArguments {
  readonly keep?: readonly string[];
  readonly where?: string;
  readonly sql?: string;
  readonly onError: "stop" | "skip";
  readonly out?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  recurra table predict table-furniture new.csv > prices.csv
  recurra table predict table-furniture new.csv --keep item_id,name --out prices.csv
      with columns of the file beside the predictions

MODEL is the folder that \`recurra table train\` wrote, or model/ in it. FILE has
the columns of the training; the target may be missing, or empty: where all rows
have it, it is told how far the predictions are off.
`;

export function predictTableCommand(context: CliContext): Command {
  return new Command("predict")
    .description("Tell the target of rows with a trained model.")
    .argument("<MODEL>", "the folder of a training")
    .argument("[FILE]", "a table with the columns of the training (default: standard input)")
    .addOption(
      new Option("--keep <COLUMNS>", "columns to write beside the predictions").argParser(columnNames),
    )
    .addOption(new Option("--where <SQL>", 'rows to use: "stock > 0" (default: all)').argParser(nonEmpty))
    .addOption(
      new Option(
        "--sql <QUERY>",
        'a query over the file, which it calls data: "SELECT … FROM data"',
      ).argParser(nonEmpty),
    )
    .addOption(
      new Option("--on-error <HOW>", "rows whose numbers are none").choices(["stop", "skip"]).default("stop"),
    )
    .addOption(new Option("--out <FILE>", "write CSV there (default: standard output)").argParser(nonEmpty))
    .option("--json", "print one JSON document, and nothing else, on standard output")
    .addHelpText("after", EXAMPLES)
    .action((model: string, file: string | undefined, options: PredictArguments) =>
      runPredict(model, file ?? "-", options, context),
    );
}

async function runPredict(
  path: string,
  file: string,
  options: PredictArguments,
  context: CliContext,
): Promise<void> {
  await checkOutFile(options.out, { input: file, model: path });
  const { loadTextTable } = await import("../../../text/table/load-text-table.ts");
  const model = await loadTextTable(await modelFolder(path, "recurra table train"));
  const { names, plan: own } = model;
  if (names === undefined)
    throw new RecurraError(
      "table-format",
      `Cannot use "${path}": it was not trained by recurra table train, so which columns of a file it reads is not known. Use it with loadTextTable of recurra/text.`,
    );
  const plan: TablePlan = { texts: names.texts, numbers: own.numbers, categories: own.categories };
  const keep = options.keep ?? [];
  const skips = options.onError === "skip";
  const { cells, rows, told } = await work(context, 1, async ({ signal }) => {
    const kept = keep.map((name) => ({ name, option: "--keep" }));
    const asText = [
      ...plan.texts,
      ...plan.categories,
      ...keep.filter((name) => !plan.numbers.includes(name) && name !== names.target),
      ...(model.target.kind === "classes" ? [names.target] : []),
    ];
    const reading = { where: options.where, sql: options.sql, asText, signal };
    const wanted = [...columnsToRead(plan, undefined), ...kept];
    const read = await withTableFile(file, signal, (path) =>
      readCells(path, { ...reading, only: wanted, also: [names.target] }),
    );
    const rows = modelRows(read, plan, skips, PREDICTION_ADVICE);
    return { cells: read, rows, told: await model.predict(rows.rows) };
  });
  for (const note of [...cells.notes, ...rows.notes, ...unknownNotes(model, rows)]) context.tell(`${note}\n`);
  const table = predictionTable(model, cells, rows, told, keep);
  tellRenamed(table.names, context);
  const text = options.json === true ? `${JSON.stringify(table.records, null, 2)}\n` : await csvOf(table);
  if (options.out === undefined) context.print(text);
  else await writeOut(options.out, text, context);
  await tellScores(model, cells, rows, names.target, context);
}

/** Categories that the model has not seen. */
function unknownNotes({ columns }: TextTable, { rows }: TableRows): readonly string[] {
  return columns.categories.flatMap(({ name, categories }) => {
    const known = new Set(categories);
    const strange = (rows.categories?.[name] ?? []).filter((cell) => cell !== "" && !known.has(cell));
    if (strange.length === 0) return [];
    const count = strange.length.toLocaleString("en-US");
    return [
      `${count} row${count === "1" ? " has" : "s have"} a "${name}" that is not in the training, such as "${strange[0]}": it is taken for an unknown one.`,
    ];
  });
}

interface PredictionTable {
  readonly head: readonly string[];
  /** What columns of the file are called, by their names there. */
  readonly names: ReadonlyMap<string, string>;
  /** Cells by the head. */
  readonly records: readonly Readonly<Record<string, string | number | null>>[];
}

function predictionTable(
  model: TextTable,
  cells: TableCells,
  { places }: TableRows,
  told: TextTablePredictions,
  keep: readonly string[],
): PredictionTable {
  const classes = model.target.kind === "classes" ? model.target.classes : [];
  const target = model.names?.target ?? "";
  const own = ["row", "prediction", ...classes.map((name) => `p_${name}`)];
  const names = keptNames([...keep, ...(cells.columns.has(target) ? [target] : [])], own);
  const beside = Array.from(names, ([name, called]) => {
    const column = cells.columns.get(name);
    return [called, column === undefined ? [] : textsOf(column)] as const;
  });
  const rounded = (value: number | undefined) => Number((value ?? Number.NaN).toPrecision(6));
  const records = Array.from(places, (place, n) => ({
    row: rowNumber(cells.rowName(place)),
    ...Object.fromEntries(beside.map(([name, column]) => [name, column[place] ?? ""])),
    prediction: told.kind === "numbers" ? rounded(told.values[n]) : (told.labels[n] ?? ""),
    ...(told.kind === "classes" &&
      Object.fromEntries(
        classes.map((name, k) => [`p_${name}`, rounded(told.probabilities[n * classes.length + k])]),
      )),
  }));
  const [row = "", ...others] = own;
  return { head: [row, ...beside.map(([name]) => name), ...others], names, records };
}

async function csvOf({ head, records }: PredictionTable): Promise<string> {
  const { csvField } = await import("../../../report/csv.ts");
  const lines = records.map((record) => head.map((name) => csvField(String(record[name] ?? ""))).join(","));
  return `${[head.map(csvField).join(","), ...lines].join("\n")}\n`;
}

/** Where all rows have their target, how far off the predictions are. */
async function tellScores(
  model: TextTable,
  cells: TableCells,
  rows: TableRows,
  target: string,
  context: CliContext,
): Promise<void> {
  const column = cells.columns.get(target);
  const texts = column === undefined ? [] : textsOf(column);
  if (column === undefined || rows.places.some((place) => texts[place] === "")) return;
  const isNumber = model.target.kind === "numbers";
  let wanted: TargetRows;
  try {
    wanted = withTarget(cells, rows, target, isNumber, false, PREDICTION_ADVICE);
  } catch (error) {
    // What is told does not depend on it.
    if (!(error instanceof RecurraError)) throw error;
    context.tell(`How far off the predictions are is not told: ${error.message}\n`);
    return;
  }
  const { displayNumber, percent } = await import("../../../report/numbers.ts");
  if (model.target.kind === "classes") {
    const known = new Set<string | number>(model.target.classes);
    const strange = Array.from<string | number>(wanted.target).find((label) => !known.has(label));
    if (strange !== undefined) {
      context.tell(`The target "${strange}" is not in the training; how many were right is not told.\n`);
      return;
    }
  }
  const evaluation = await model.evaluate(wanted.rows, wanted.target);
  context.tell(
    evaluation.kind === "numbers"
      ? `Mean error of "${target}": ${displayNumber(evaluation.scores.mae)}, RMSE ${displayNumber(evaluation.scores.rmse)}, R² ${Number.isFinite(evaluation.scores.r2) ? evaluation.scores.r2.toFixed(3) : "–"}.\n`
      : `${percent(evaluation.evaluation.accuracy)} of ${evaluation.rows} got their class.\n`,
  );
}
