// `recurra classify train`: a classifier of texts, trained, tested and reported.

import { Command, InvalidArgumentError, Option } from "commander";
import { joinPath, writeFolderAtomic } from "#platform";
import type { TextData } from "../data/texts/text-options.ts";
import { RecurraError } from "../platform/error.ts";
import { suggestion } from "../platform/nearest.ts";
import type { TextClassification } from "../text/classify/classify-texts.ts";
import type { TextClassifierConfig } from "../text/classify/settings.ts";
import type { ClassifierEpoch } from "../text/classify/train-text-classifier.ts";
import type { CliContext } from "./context.ts";
import { addReadingOptions, type ReadingArguments, readLabelled } from "./labelled-texts.ts";
import { nonEmpty, wholeNumber } from "./options.ts";
import { checkOut, tellNotes } from "./text-files.ts";
import { explainTextCommand, predictTextsCommand } from "./use-text-classifier.ts";
import { nameOf, work } from "./work.ts";

const MODELS = ["mlp", "rnn", "lstm", "gru", "bilstm", "conv", "conv-rnn", "transformer"] as const;
const TOKENIZERS = ["words", "unicode-words", "characters", "bpe", "word-piece", "unigram"] as const;

interface TrainArguments extends ReadingArguments {
  readonly model: (typeof MODELS)[number];
  readonly tokenizer: (typeof TOKENIZERS)[number];
  readonly vocabulary?: number;
  readonly length?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly units?: number;
  readonly dropout?: number;
  readonly balanced?: boolean;
  readonly testShare?: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

const TRAIN_EXAMPLES = `
Examples:
  recurra classify train reviews.tsv
      an LSTM, tested on a fifth of the rows, into classify-reviews/
  recurra classify train train.csv test.csv --text comment --label sentiment --model conv
      trained on one file and tested on the other
  recurra classify train aclImdb/train aclImdb/test --model mlp
      folders of .txt, whose sub-folders are the labels
  recurra classify train tweets.csv --tokenizer unicode-words --label-separator "|"
      texts of any language, that may have several labels each

A file is a table (CSV, TSV, JSON lines, Parquet; also .gz) with a column of
texts and one of labels; which these are is found out where it is not said.

Models: mlp (the words' vectors averaged: fast), rnn, lstm, gru, bilstm, conv
(convolutions: fast, and hard to beat), conv-rnn, transformer.

A tenth of the training texts is held out, by which the best epoch is chosen.
The folder gets report.html (open it in a browser), predictions.csv,
metrics.json and model/. It appears whole, or not at all.
`;

/** The commands, to stand beside `classify series`. */
export function classifyTextCommands(context: CliContext): readonly Command[] {
  return [trainCommand(context), predictTextsCommand(context), explainTextCommand(context)];
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value < 1) return value;
  throw new InvalidArgumentError("Wanted a share between 0 and 1, such as 0.2.");
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Wanted a number above 0.");
}

function trainCommand(context: CliContext): Command {
  const network = "Network:";
  const count = (flags: string, text: string) =>
    new Option(flags, text).argParser(wholeNumber(1)).helpGroup(network);
  const command = new Command("train")
    .description("Train and test a classifier of texts, and write a report.")
    .argument("<TRAIN>", "a table, a pattern of files, or a folder of .txt")
    .argument("[TEST]", "texts to test on (default: a part of TRAIN)");
  return addReadingOptions(command)
    .addOption(new Option("--model <NAME>", "what reads the texts").choices(MODELS).default("lstm"))
    .addOption(
      new Option("--tokenizer <NAME>", "what texts are cut into").choices(TOKENIZERS).default("words"),
    )
    .addOption(
      new Option(
        "--vocabulary <N>",
        "the most tokens to know (default: 20000; 8000 parts of words)",
      ).argParser(wholeNumber(2)),
    )
    .option("--balanced", "let errors on rare classes count as much as on frequent ones")
    .addOption(
      new Option("--test-share <SHARE>", "the part of TRAIN to test on (default: 0.2)").argParser(share),
    )
    .addOption(
      new Option("--seed <N>", "the same seed gives the same result").argParser(wholeNumber(0)).default(0),
    )
    .addOption(new Option("--out <FOLDER>", "where to write (default: classify-NAME)").argParser(nonEmpty))
    .option("--json", "print one JSON document, and nothing else, on standard output")
    .addOption(count("--length <N>", "tokens of a text to read (default: by the texts, at most 400)"))
    .addOption(count("--units <N>", "units of a layer; filters of conv (default: by the network)"))
    .addOption(count("--epochs <N>", "passes over the texts at most (default: 10)"))
    .addOption(count("--batch-size <N>", "texts in a step (default: 32)"))
    .addOption(new Option("--learning-rate <RATE>", "default: 0.001").argParser(positive).helpGroup(network))
    .addOption(
      new Option("--dropout <SHARE>", "dropped in training (default: 0.5)")
        .argParser(share)
        .helpGroup(network),
    )
    .addHelpText("after", TRAIN_EXAMPLES)
    .action((train: string, test: string | undefined, options: TrainArguments) =>
      runTrain(train, test, options, context),
    );
}

type Labelled = Required<Pick<TextData, "texts" | "labels">>;

function labelled({ texts, labels, source, taken }: TextData): Labelled {
  if (labels !== undefined) return { texts, labels };
  throw new RecurraError(
    "label-missing",
    taken.text === undefined
      ? `${source} is plain text without labels. Give a table with a column of labels, or a folder with a sub-folder of .txt for each label.`
      : `${source} has no column of labels that can be told. Name it with --label, or give its number.`,
  );
}

/** Fails for a label of the test that training knows nothing of, naming its row. */
function checkTestLabels(training: Labelled, test: TextData): void {
  const known = new Set(training.labels.flat());
  const strange = test.labels?.findIndex((label) => [label].flat().some((name) => !known.has(name))) ?? -1;
  if (strange < 0) return;
  const name = [test.labels?.[strange] ?? []].flat().find((one) => !known.has(one)) ?? "";
  const names = [...known];
  const shown = names.length > 12 ? `${names.slice(0, 12).join(", ")}, …` : names.join(", ");
  throw new RecurraError(
    "unknown-label",
    `${test.source}, ${test.rowName(strange)}: the label "${name}" is none of those trained on (${shown}). ${suggestion(name, names)}Give texts of these classes, or check which column is the label.`,
  );
}

async function runTrain(
  train: string,
  test: string | undefined,
  options: TrainArguments,
  context: CliContext,
): Promise<void> {
  if (test !== undefined && options.testShare !== undefined)
    throw new RecurraError("option", "--test-share is for one file; with TEST, all of TRAIN is trained on.");
  const [{ classifyTexts }, files] = await Promise.all([
    import("../text/classify/classify-texts.ts"),
    import("../text/report/classification-files.ts"),
  ]);
  const out = options.out ?? `classify-${nameOf(train)}`;
  const result = await work(context, 1, async ({ signal, view }) => {
    await checkOut(out, files.isTextClassificationFile);
    const data = await readLabelled(train, options, { signal });
    tellNotes(data, context);
    const prefer = data.taken;
    const tested = test === undefined ? undefined : await readLabelled(test, options, { signal, prefer });
    if (tested !== undefined) {
      tellNotes(tested, context);
      checkTestLabels(labelled(data), tested);
    }
    let detail: string | undefined;
    const isMulti = data.labels?.some((label) => typeof label !== "string") === true;
    if (isMulti && options.balanced === true)
      throw new RecurraError("option", "--balanced is for texts of one label each; these may have several.");
    const found = await classifyTexts(labelled(data), configOf(options), {
      source: data.source,
      ...(tested && { test: labelled(tested), testSource: tested.source }),
      ...(options.testShare !== undefined && { testShare: options.testShare }),
      signal,
      onStep: (done, of) => view.show({ share: done / of, label: `training ${options.model}`, detail }),
      onEpoch: (epoch) => {
        detail = detailOf(epoch, isMulti);
        view.notice(`epoch ${epoch.epoch} of ${epoch.epochs}: ${detail}`);
      },
    });
    found.model.columns = data.taken;
    await view.end();
    context.tell(`Writing ${out} …\n`);
    await writeFolderAtomic(
      out,
      async (folder) => {
        await files.writeTextClassification(found, folder);
        signal.throwIfAborted();
      },
      { owned: files.isTextClassificationFile },
    );
    return found;
  });
  context.print(
    options.json === true
      ? `${JSON.stringify(files.classificationDocument(result), null, 2)}\n`
      : await summaryOf(result, out),
  );
}

/** @param isMulti of texts with several labels each, no share is right or wrong as a whole */
function detailOf(epoch: ClassifierEpoch, isMulti: boolean): string {
  const told = (loss: number, accuracy = Number.NaN) =>
    isMulti
      ? `loss ${loss.toFixed(3)}`
      : `loss ${loss.toFixed(3)}, accuracy ${(100 * accuracy).toFixed(1)} %`;
  const { loss, accuracy, validationLoss, validationAccuracy } = epoch;
  const held = validationLoss === undefined ? "" : `; held out: ${told(validationLoss, validationAccuracy)}`;
  return `${told(loss, accuracy)}${held}`;
}

/** What `trainTextClassifier` is to train. */
function configOf(options: TrainArguments): TextClassifierConfig {
  const { model, tokenizer, vocabulary, units, learningRate, dropout, seed } = options;
  const { length, epochs, batchSize, balanced } = options;
  if (tokenizer === "characters" && vocabulary !== undefined)
    throw new RecurraError("option", "--vocabulary is not for --tokenizer characters; they are all kept.");
  const size = units === undefined ? {} : model === "conv" ? { filters: units } : { units };
  return {
    name: model,
    ...size,
    tokenizer: tokenizerConfig(tokenizer, vocabulary),
    length,
    epochs,
    batchSize,
    balanced,
    learningRate,
    dropout,
    seed,
  } as TextClassifierConfig;
}

function tokenizerConfig(
  name: TrainArguments["tokenizer"],
  size: number | undefined,
): TextClassifierConfig["tokenizer"] {
  if (name === "words" || name === "unicode-words")
    return { name, numWords: size ?? 20_000, oovToken: "<unknown>" };
  if (name === "characters")
    return { name, lower: true, paddingToken: "<padding>", unknownToken: "<unknown>" };
  return { name, vocabularySize: size ?? 8000 };
}

async function summaryOf(result: TextClassification, out: string): Promise<string> {
  const [{ percent }, { wilsonInterval }] = await Promise.all([
    import("../report/numbers.ts"),
    import("../nn/metrics/wilson.ts"),
  ]);
  const { evaluation, labelsEvaluation, baselines, test, timing } = result;
  const total = test.texts.length;
  const count = `${total.toLocaleString("en-US")} test text${total === 1 ? "" : "s"}`;
  const figures: string[] = [];
  if (labelsEvaluation !== undefined)
    figures.push(
      `Labels of ${count}: F₁ ${labelsEvaluation.microF1.toFixed(3)}, all right for ${percent(labelsEvaluation.exactMatch)}`,
    );
  if (evaluation !== undefined) {
    const always = baselines?.majority.accuracy ?? Number.NaN;
    const [low, high] = wilsonInterval(Math.round(evaluation.accuracy * total), total);
    figures.push(
      `Accuracy on ${count}: ${percent(evaluation.accuracy)} (95 % confidence: ${percent(low)} to ${percent(high)})`,
      `Always “${baselines?.majority.label}”: ${percent(always)}${low > always ? "" : evaluation.accuracy > always ? "; the difference may be chance" : "; the model is no better"}`,
      `Naive Bayes, by counts of words: ${percent(baselines?.naiveBayes.accuracy ?? Number.NaN)}`,
      `Balanced accuracy ${percent(evaluation.balancedAccuracy)}, mean F₁ ${evaluation.macroF1.toFixed(3)}`,
    );
  }
  return `${[
    "",
    ...figures,
    `${Math.ceil(timing.training)} s of training`,
    "",
    `Report: ${joinPath(out, "report.html")}`,
    "Also there: metrics.json, predictions.csv, model/",
    `Use it: recurra classify predict ${out} FILE`,
    `        recurra classify explain ${out} "…"`,
  ].join("\n")}\n`;
}
