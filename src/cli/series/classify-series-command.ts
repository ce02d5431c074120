// `recurra classify series`: from labelled series to a trained classifier with its test and a report; and its use on other series.

import { Command, Option } from "commander";
import { joinPath, pathExists } from "#platform";
import { RecurraError } from "../../platform/error.ts";
import type { ClassifierChoice, ClassifierName } from "../../series/classify/methods.ts";
import type { Normalization } from "../../series/classify/preparation.ts";
import type { CliContext } from "../context.ts";
import { checkModelKind } from "../model-kinds.ts";
import { columnNames, nonEmpty, wholeNumber } from "../options.ts";
import { checkOut, checkOutFile, writeOut } from "../out.ts";
import { addTrainingOptions, checkTestShare, type TrainingArguments } from "../training-options.ts";
import { nameOf, work } from "../work.ts";

interface ClassifyArguments extends TrainingArguments {
  readonly label?: string;
  readonly drop?: readonly string[];
  readonly model: ClassifierName;
  readonly epochs?: number;
  readonly normalize: Normalization;
  readonly balanced?: boolean;
}

interface PredictArguments {
  readonly label?: string;
  readonly drop?: readonly string[];
  readonly out?: string;
  readonly json?: boolean;
}

/** Kept here, so that `--help` need not wait for the models. */
const MODELS: readonly ClassifierName[] = [
  "rocket",
  "conv",
  "lstm",
  "gru",
  "transformer",
  "nearest",
  "dtw",
  "majority",
];
const NETWORKS: readonly ClassifierName[] = ["conv", "lstm", "gru", "transformer"];
const NORMALIZATIONS: readonly Normalization[] = ["training", "series", "none"];

const EXAMPLES = `
Examples:
  recurra classify series GunPoint_TRAIN.tsv GunPoint_TEST.tsv
      MiniRocket, trained on one file and tested on the other, into
      classify-GunPoint_TRAIN/
  recurra classify series machines.csv --label state --drop id --model conv
      convolutions, tested on a fifth of the rows
  recurra classify series predict classify-GunPoint_TRAIN new.tsv > classes.csv
      what the trained model says of other series

A file has a series in each row: the label first and then the values, as in the
UCR archive (.tsv), or columns with a header (CSV), or .ts as sktime and aeon
write it, or JSON lines {"label": …, "channels": [[…], …]}. All also as .gz.
Columns called id, or that count the rows, are left out.
Of two classes, ROC AUC is that of the second.

Models: rocket (MiniRocket with ridge regression: fast, and hard to beat),
conv (FCN), lstm, gru and transformer (networks, trained in epochs), nearest
and dtw (the most similar training series), majority (the commonest class).

The folder gets report.html (open it in a browser), predictions.csv,
metrics.json and model/. It appears whole, or not at all.
`;

const PREDICT_EXAMPLES = `
Examples:
  recurra classify series predict classify-machines new.csv > classes.csv
  recurra classify series predict classify-machines new.csv --json

MODEL is the folder that \`recurra classify series\` wrote, or model/ in it. The
labels of FILE, where it has any, are set against the predictions.
`;

/** The command, ready to be added to `recurra classify`. */
export function classifySeriesCommand(context: CliContext): Command {
  const command = new Command("series")
    .description("Train and test a classifier of series, and write a report.")
    .argument("<TRAIN>", ".tsv of the UCR archive, .ts, CSV or JSON lines, also .gz")
    .argument("[TEST]", "series to test on (default: a part of TRAIN)");
  addReadingOptions(command);
  command
    .addOption(new Option("--model <NAME>", "how series are classified").choices(MODELS).default("rocket"))
    .addOption(
      new Option("--epochs <N>", "passes over the data, of networks (default: by its size)").argParser(
        wholeNumber(1),
      ),
    )
    .addOption(
      new Option("--normalize <HOW>", "one scale for values: by the training data, by each series")
        .choices(NORMALIZATIONS)
        .default("training"),
    )
    .option("--balanced", "let errors on rare classes count as much as on frequent ones");
  return addTrainingOptions(command, "classify")
    .helpCommand(false)
    .addHelpText("after", EXAMPLES)
    .action((train: string, test: string | undefined, options: ClassifyArguments) =>
      runClassify(train, test, options, context),
    )
    .addCommand(predictCommand(context));
}

function predictCommand(context: CliContext): Command {
  const command = new Command("predict")
    .description("Classify series with a trained model.")
    .argument("<MODEL>", "the folder of a classification")
    .argument("<FILE>", "series as in training, with or without labels");
  addReadingOptions(command);
  return command
    .addOption(new Option("--out <FILE>", "write CSV there (default: standard output)").argParser(nonEmpty))
    .option("--json", "print one JSON document, and nothing else, on standard output")
    .addHelpText("after", PREDICT_EXAMPLES)
    .action((model: string, file: string, _: PredictArguments, own: Command) =>
      // An option that stands before the word "predict" belongs to it, too.
      runPredict(model, file, own.optsWithGlobals<PredictArguments>(), context),
    );
}

function addReadingOptions(command: Command): void {
  command
    .addOption(
      new Option(
        "--label <COLUMN>",
        "its name, its number without a header, first, last (default: found out)",
      ).argParser(nonEmpty),
    )
    .addOption(new Option("--drop <COLUMNS>", "columns that are no values: id,date").argParser(columnNames));
}

async function runClassify(
  train: string,
  test: string | undefined,
  options: ClassifyArguments,
  context: CliContext,
): Promise<void> {
  const { label, drop, epochs, model, testShare, normalize, seed } = options;
  if (epochs !== undefined && !NETWORKS.includes(model))
    throw new RecurraError(
      "option",
      `--epochs is for networks: ${NETWORKS.join(", ")}. The model is ${model}.`,
    );
  checkTestShare(test, options);
  const [{ readLabelledSeries }, { classifySeries }, { isClassificationFile }, { classifySummary, workOf }] =
    await Promise.all([
      import("../../data/labelled/read-labelled-series.ts"),
      import("../../series/classify/classify-series.ts"),
      import("../../series/classify/result.ts"),
      import("./classify-summary.ts"),
    ]);
  const out = options.out ?? `classify-${nameOf(train).replace(/(?<=.)\.ts$/i, "")}`;
  const result = await work(context, undefined, async ({ signal, view, write }) => {
    await checkOut(out, isClassificationFile, { command: "recurra classify series", context });
    const data = await readLabelledSeries(train, { label, drop });
    const tested = test === undefined ? undefined : await readLabelledSeries(test, { label, drop });
    const found = await classifySeries(data, {
      model: choiceOf(model, epochs),
      normalize,
      ...(options.balanced === true ? { classWeight: "balanced" as const } : {}),
      seed,
      test: tested,
      testShare,
      signal,
      onStart: (notes) => {
        for (const note of notes) context.tell(`${note}\n`);
      },
      onProgress: (progress) => view.show(workOf(model, progress)),
    });
    await write(out, isClassificationFile, (folder) => found.writeInto(folder));
    return found;
  });
  context.print(
    options.json === true ? `${JSON.stringify(result.toJSON(), null, 2)}\n` : classifySummary(result, out),
  );
}

async function runPredict(
  model: string,
  file: string,
  { label, drop, out, json }: PredictArguments,
  context: CliContext,
): Promise<void> {
  await checkOutFile(out, { input: file, model });
  const [
    { readSeriesSamples },
    { isLabelled, withClasses },
    { SeriesClassifier },
    { mostProbable },
    documents,
    { lengthNotes },
  ] = await Promise.all([
    import("../../data/labelled/read-labelled-series.ts"),
    import("../../data/labelled-series.ts"),
    import("../../series/classify/classifier.ts"),
    import("../../nn/metrics/evaluation.ts"),
    import("../../series/classify/document.ts"),
    import("../../series/classify/lengths.ts"),
  ]);
  const inside = joinPath(model, "model");
  const saved = (await pathExists(inside)) ? inside : model;
  await checkModelKind(model, saved, "recurra classify series");
  const classifier = await SeriesClassifier.load(saved);
  const { classes, length } = classifier;
  const samples = await readSeriesSamples(file, { label, drop, ...(length > 0 ? { length } : {}) });
  for (const note of [...samples.notes, ...lengthNotes(samples, length)]) context.tell(`${note}\n`);
  const known = isLabelled(samples) ? withClasses(samples, classes) : undefined;
  const probabilities = (await classifier.predictProbabilities(samples)).data as Float64Array;
  const predicted = mostProbable(probabilities, classes.length);
  const labels = known === undefined ? undefined : Array.from(known.labels, (k) => classes[k] ?? "");
  const predictions = documents.predictionsOf(samples.rows, probabilities, predicted, classes, labels);
  if (known !== undefined) {
    const right = predicted.filter((label, n) => label === known.labels[n]).length;
    context.tell(
      `${right} of ${predicted.length} got their class: ${((100 * right) / predicted.length).toFixed(1)} %.\n`,
    );
  }
  const csv = documents.predictionsCsv(predictions, classes);
  if (out !== undefined) await writeOut(out, csv, context);
  if (json === true)
    context.print(`${JSON.stringify({ source: samples.source, classes, predictions }, null, 2)}\n`);
  else if (out === undefined) context.print(csv);
}

function choiceOf(name: ClassifierName, epochs: number | undefined): ClassifierChoice {
  return epochs === undefined ? name : ({ name, epochs } as ClassifierChoice);
}
