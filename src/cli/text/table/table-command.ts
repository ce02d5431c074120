// `recurra table train`: a model that tells a column of a table from the others, texts among them; trained, tested and reported.

import { Command, Option } from "commander";
import { joinPath } from "#platform";
import { RecurraError } from "../../../platform/error.ts";
import type { TablePrediction } from "../../../text/report/train-table.ts";
import type { TextTableConfig } from "../../../text/table/settings.ts";
import type { TextTableEpoch } from "../../../text/table/train-text-table.ts";
import type { CliContext } from "../../context.ts";
import { columnNames, nonEmpty } from "../../options.ts";
import { checkOut } from "../../out.ts";
import {
  addNetworkOptions,
  addTrainingOptions,
  checkTestShare,
  type TrainingArguments,
} from "../../training-options.ts";
import { nameOf, work } from "../../work.ts";
import { columnsOfFile } from "./plan.ts";
import { type PreparingArguments, prepareTable } from "./prepare.ts";
import { predictTableCommand } from "./use-table.ts";

const MODELS = ["lstm", "mlp", "rnn", "gru", "bilstm", "conv", "conv-rnn", "transformer"] as const;

interface TrainArguments extends PreparingArguments, TrainingArguments {
  readonly target?: string;
  readonly model: (typeof MODELS)[number];
  readonly units?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly dropout?: number;
}

const EXAMPLES = `
Examples:
  recurra table train furniture.csv --target price
      from all other columns: long texts are read by an LSTM, numbers scaled,
      categories learned; tested on a fifth of the rows, into table-furniture/
  recurra table train train.csv test.csv --target price --text title,description --categories zip
      a text made of two columns, and numbers that are names
  recurra table train items.parquet --target price --group item_id
      rows of one item are never on both sides of the test
  recurra table predict table-furniture new.csv > prices.csv

A file is a table: CSV, TSV, JSON, JSON lines or Parquet, also .gz. What columns
are is found out, and told; columns that number the rows, that are the same in
all of them, and dates are left out. Numbers may be missing, and texts empty.

Numbers are told (regression), or classes where the target is text or has two
values (classification); --task says which. Of prices and their like, positive
and one-sided, logarithms are learned: --no-log, or --log, says otherwise.

A tenth of the training rows is held out, by which the best epoch is chosen. The
folder gets report.html (open it in a browser), predictions.csv, metrics.json
and model/. It appears whole, or not at all.
`;

/** The command with its subcommands, ready to be added to the program. */
export function textTableCommand(context: CliContext): Command {
  return new Command("table")
    .description("Tell a column of a table, such as a price, from its texts, numbers and categories.")
    .helpCommand(false)
    .addCommand(trainCommand(context))
    .addCommand(predictTableCommand(context));
}

function trainCommand(context: CliContext): Command {
  const names = (flags: string, text: string) => new Option(flags, text).argParser(columnNames);
  const one = (flags: string, text: string) => new Option(flags, text).argParser(nonEmpty);
  const command = new Command("train")
    .description("Train and test a model of a table, and write a report.")
    .argument("<TRAIN>", "a table, or a pattern of files")
    .argument("[TEST]", "rows to test on (default: a part of TRAIN)")
    .addOption(one("--target <COLUMN>", "what is to be told: a name, or a number from 1"))
    .addOption(names("--text <COLUMNS>", "texts, joined to one; none for none (default: found out)"))
    .addOption(names("--numbers <COLUMNS>", "columns that are numbers (default: found out)"))
    .addOption(names("--categories <COLUMNS>", "columns that are categories (default: found out)"))
    .addOption(names("--columns <COLUMNS>", "tell the target from these alone (default: all others)"))
    .addOption(names("--drop <COLUMNS>", "columns to leave out"))
    .addOption(one("--group <COLUMN>", "rows with the same value are never on both sides of a test"))
    .addOption(
      new Option("--task <NAME>", "tell numbers or classes (default: by the target)").choices([
        "regression",
        "classification",
      ]),
    )
    .addOption(new Option("--log", "learn the logarithm of the target (default: found out)"))
    .addOption(new Option("--no-log", "learn the target as it is"))
    .addOption(one("--where <SQL>", 'rows to use: "price > 0" (default: all)'))
    .addOption(one("--sql <QUERY>", 'a query over the file, which it calls data: "SELECT … FROM data"'))
    .addOption(
      new Option("--on-error <HOW>", "rows without a target, or whose numbers are none")
        .choices(["stop", "skip"])
        .default("stop"),
    )
    .addOption(new Option("--model <NAME>", "what reads the texts").choices(MODELS).default("lstm"));
  addTrainingOptions(command, "table");
  return addNetworkOptions(command, {
    units: "units of the text's network; filters of conv (default: 64)",
    epochs: "passes over the rows at most (default: 50)",
    batchSize: "rows in a step (default: 32)",
    learningRate: "default: 0.001",
    dropout: "dropped in training (default: 0.3)",
  })
    .addHelpText("after", EXAMPLES)
    .action((train: string, test: string | undefined, options: TrainArguments) =>
      runTrain(train, test, options, context),
    );
}

async function runTrain(
  train: string,
  test: string | undefined,
  options: TrainArguments,
  context: CliContext,
): Promise<void> {
  checkTestShare(test, options);
  const { target } = options;
  if (target === undefined)
    throw new RecurraError(
      "column-not-given",
      `Which column is to be told? Name it with --target. The columns of ${train} are ${await columnsOfFile(train, options)}.`,
    );
  const [{ tableForReport }, files] = await Promise.all([
    import("../../../text/report/train-table.ts"),
    import("../../../text/report/table-files.ts"),
  ]);
  const out = options.out ?? `table-${nameOf(train)}`;
  const result = await work(context, 1, async ({ signal, view, write }) => {
    await checkOut(out, files.isTableFile, { command: "recurra table train", context });
    const prepared = await prepareTable([train, test], target, options, signal, (note) =>
      context.tell(`${note}\n`),
    );
    let detail: string | undefined;
    const found = await tableForReport(prepared.data, configOf(options, prepared.isLog), {
      ...prepared.about,
      signal,
      onStep: (done, of) => view.show({ share: done / of, label: `training ${options.model}`, detail }),
      onEpoch: (epoch) => {
        detail = detailOf(epoch);
        view.notice(`epoch ${epoch.epoch} of ${epoch.epochs}: ${detail}`);
      },
    });
    found.model.names = { texts: found.texts, target: found.target };
    await write(out, files.isTableFile, (folder) => files.writeTablePrediction(found, folder));
    return found;
  });
  context.print(
    options.json === true
      ? `${JSON.stringify(files.tableDocument(result), null, 2)}\n`
      : await summaryOf(result, out),
  );
}

function detailOf({ loss, validationLoss }: TextTableEpoch): string {
  return `loss ${loss.toFixed(3)}${validationLoss === undefined ? "" : `; held out: ${validationLoss.toFixed(3)}`}`;
}

/** What `trainTextTable` is to train. */
function configOf(options: TrainArguments, isLog: boolean): TextTableConfig {
  const { model, units = 64, epochs, batchSize, learningRate, dropout, seed } = options;
  const size = model === "conv" ? { filters: units } : { units };
  return {
    name: model,
    ...size,
    log: isLog,
    epochs,
    batchSize,
    learningRate,
    dropout,
    seed,
  } as TextTableConfig;
}

async function summaryOf(result: TablePrediction, out: string): Promise<string> {
  const [
    { displayNumber, percent },
    { advantageOf, errorsOf },
    { wilsonInterval },
    { adviceLine, moreEpochs },
  ] = await Promise.all([
    import("../../../report/numbers.ts"),
    import("../../../text/report/table-errors.ts"),
    import("../../../nn/metrics/wilson.ts"),
    import("../../../text/report/epoch-advice.ts"),
  ]);
  const { evaluation, baselines, test, timing, target, model } = result;
  const count = test.target.length;
  const rows = `${count.toLocaleString("en-US")} test row${count === 1 ? "" : "s"}`;
  const figures: string[] = [];
  const [best] = baselines;
  if (evaluation.kind === "numbers" && best !== undefined) {
    const { mae, rmse, r2, mape } = evaluation.scores;
    const { low, mean } = advantageOf(errorsOf(result), best.errors);
    const doubt = low > 0 ? "" : mean > 0 ? "; the difference may be chance" : "; the model is no better";
    figures.push(
      `Mean error of "${target}" on ${rows}: ${displayNumber(mae)}, or ${percent(mape)}; RMSE ${displayNumber(rmse)}, R² ${Number.isFinite(r2) ? r2.toFixed(3) : "–"}`,
      `The best of simple guesses, “${best.name}”: ${displayNumber(best.scores.mae)}${doubt}`,
    );
  }
  if (evaluation.kind === "classes" && model.target.kind === "classes") {
    const { accuracy, balancedAccuracy, macroF1 } = evaluation.evaluation;
    const [low, high] = wilsonInterval(Math.round(accuracy * count), count);
    const doubt =
      low > evaluation.majority
        ? ""
        : accuracy > evaluation.majority
          ? "; the difference may be chance"
          : "; the model is no better";
    figures.push(
      `Accuracy on ${rows}: ${percent(accuracy)} (95 % confidence: ${percent(low)} to ${percent(high)})`,
      `Always “${model.target.majority}”: ${percent(evaluation.majority)}${doubt}`,
      `Balanced accuracy ${percent(balancedAccuracy)}, mean F₁ ${macroF1.toFixed(3)}`,
    );
  }
  const advice = moreEpochs(model.training, model.settings.epochs);
  return `${[
    "",
    ...figures,
    `${Math.ceil(timing.training)} s of training`,
    ...(advice === undefined ? [] : [adviceLine(advice)]),
    "",
    `Report: ${joinPath(out, "report.html")}`,
    "Also there: metrics.json, predictions.csv, model/",
    `Use it: recurra table predict ${out} FILE`,
  ].join("\n")}\n`;
}
