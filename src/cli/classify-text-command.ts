// `recurra classify train`, `predict` and `explain`: classifiers of texts.

import { Command, InvalidArgumentError, Option } from "commander";
import { joinPath, pathExists, writeFileAtomic, writeFolderAtomic } from "#platform";
import type { TextData } from "../data/texts/text-options.ts";
import { RecurraError } from "../platform/error.ts";
import type { TextClassification } from "../text/classify/classify-texts.ts";
import type { TextClassifierConfig } from "../text/classify/settings.ts";
import type { TextClassifier } from "../text/classify/text-classifier.ts";
import type { ClassifierEpoch } from "../text/classify/train-text-classifier.ts";
import type { CliContext } from "./context.ts";
import { nonEmpty, oneOf, wholeNumber } from "./options.ts";
import { nameOf, work } from "./work.ts";

const MODELS = ["mlp", "rnn", "lstm", "gru", "bilstm", "conv", "conv-rnn", "transformer"] as const;
const TOKENIZERS = ["words", "unicode-words", "characters", "bpe", "word-piece", "unigram"] as const;

interface ReadingArguments {
  readonly text?: string;
  readonly label?: string;
  readonly labelSeparator?: string;
  readonly header?: boolean;
  readonly onError: "stop" | "skip" | "replace";
}

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

interface PredictArguments extends ReadingArguments {
  readonly out?: string;
  readonly json?: boolean;
}

interface ExplainArguments {
  readonly class?: string;
  readonly samples?: number;
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

const PREDICT_EXAMPLES = `
Examples:
  recurra classify predict classify-reviews new.csv > classes.csv
  echo "What a waste of time." | recurra classify predict classify-reviews

MODEL is the folder that \`recurra classify train\` wrote, or model/ in it.
Without FILE, each line of standard input is a text.
`;

const EXPLAIN_EXAMPLES = `
Examples:
  recurra classify explain classify-reviews "The plot is thin, the actors are superb."
  recurra classify explain classify-reviews "Never again!" --out why.html

How much each word adds to the probability of the class that is told (KernelSHAP:
Shapley values of hiding words). All that words add, and the base value, sum to
the prediction. --out writes a page with the coloured text.
`;

/** The commands, to stand beside `classify series`. */
export function classifyTextCommands(context: CliContext): readonly Command[] {
  return [trainCommand(context), predictCommand(context), explainCommand(context)];
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

function addReadingOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--text <COLUMN>", "the texts: a name, or a number (default: found out)").argParser(
        nonEmpty,
      ),
    )
    .addOption(new Option("--label <COLUMN>", "the labels (default: found out)").argParser(nonEmpty))
    .addOption(
      new Option("--label-separator <TEXT>", 'between the labels of a text that has several: "|"').argParser(
        nonEmpty,
      ),
    )
    .option("--no-header", "the first row names no columns (default: found out)")
    .addOption(
      new Option("--on-error <WHAT>", "rows that cannot be read: stop, skip them, replace invalid bytes")
        .choices(["stop", "skip", "replace"])
        .default("stop"),
    );
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

function predictCommand(context: CliContext): Command {
  const command = new Command("predict")
    .description("Classify texts with a trained model.")
    .argument("<MODEL>", "the folder of a training")
    .argument("[FILE]", "texts as in training, with or without labels (default: lines of standard input)");
  return addReadingOptions(command)
    .addOption(new Option("--out <FILE>", "write CSV there (default: standard output)").argParser(nonEmpty))
    .option("--json", "print one JSON document, and nothing else, on standard output")
    .addHelpText("after", PREDICT_EXAMPLES)
    .action((model: string, file: string | undefined, options: PredictArguments) =>
      runPredict(model, file, options, context),
    );
}

function explainCommand(context: CliContext): Command {
  return new Command("explain")
    .description("Say which words of a text make the model tell its class.")
    .argument("<MODEL>", "the folder of a training")
    .argument("<TEXT>", "a text; - for standard input")
    .addOption(
      new Option("--class <NAME>", "explain this class (default: the one that is told)").argParser(nonEmpty),
    )
    .addOption(
      new Option("--samples <N>", "sets of words to try (default: 2 × words + 2048)").argParser(
        wholeNumber(1),
      ),
    )
    .addOption(
      new Option("--out <FILE>", "write a page (.html) or a picture (.svg, .png) there").argParser(nonEmpty),
    )
    .option("--json", "print one JSON document, and nothing else, on standard output")
    .addHelpText("after", EXPLAIN_EXAMPLES)
    .action((model: string, text: string, options: ExplainArguments) =>
      runExplain(model, text, options, context),
    );
}

async function read(path: string, options: ReadingArguments, signal?: AbortSignal): Promise<TextData> {
  const { readTexts } = await import("../data/texts/read-texts.ts");
  const { text, label, labelSeparator, header, onError } = options;
  return readTexts(path, {
    text: columnOf(text),
    label: columnOf(label),
    labelSeparator,
    // commander gives true where --no-header is not set: then it is found out.
    header: header === false ? false : undefined,
    onError: onError === "stop" ? "throw" : onError,
    signal,
  });
}

/** A column by its number where the text is one, and by its name. */
function columnOf(text: string | undefined): string | number | undefined {
  return text !== undefined && /^[1-9]\d*$/.test(text) ? Number(text) : text;
}

function tellNotes({ notes, skipped, source }: TextData, context: CliContext): void {
  for (const note of notes) context.tell(`${note}\n`);
  if (skipped.length === 0) return;
  const [first] = skipped;
  context.tell(
    `${skipped.length} row${skipped.length === 1 ? "" : "s"} of ${source} left out; the first is row ${first?.row}: ${first?.reason}\n`,
  );
}

function labelled(data: TextData): {
  readonly texts: readonly string[];
  readonly labels: NonNullable<TextData["labels"]>;
} {
  if (data.labels !== undefined) return { texts: data.texts, labels: data.labels };
  throw new RecurraError(
    "label-missing",
    `${data.source} has no column of labels that can be told. Name it with --label.`,
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
    const data = await read(train, options, signal);
    tellNotes(data, context);
    const tested = test === undefined ? undefined : await read(test, options, signal);
    if (tested !== undefined) tellNotes(tested, context);
    let detail: string | undefined;
    const found = await classifyTexts(labelled(data), configOf(options), {
      source: data.source,
      ...(tested && { test: labelled(tested), testSource: tested.source }),
      ...(options.testShare !== undefined && { testShare: options.testShare }),
      signal,
      onStep: (done, of) => view.show({ share: done / of, label: `training ${options.model}`, detail }),
      onEpoch: (epoch) => {
        detail = detailOf(epoch);
        view.notice(`epoch ${epoch.epoch} of ${epoch.epochs}: ${detail}`);
      },
    });
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

function detailOf({ loss, accuracy, validationLoss, validationAccuracy }: ClassifierEpoch): string {
  const held =
    validationLoss === undefined
      ? ""
      : `; held out: loss ${validationLoss.toFixed(3)}, accuracy ${(100 * (validationAccuracy ?? 0)).toFixed(1)} %`;
  return `loss ${loss.toFixed(3)}, accuracy ${(100 * accuracy).toFixed(1)} %${held}`;
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
  const { percent } = await import("../report/numbers.ts");
  const { evaluation, labelsEvaluation, majority, test, timing } = result;
  const count = test.texts.length.toLocaleString("en-US");
  const figures =
    labelsEvaluation !== undefined
      ? [
          `Labels of ${count} test texts: F₁ ${labelsEvaluation.microF1.toFixed(3)}, all right for ${percent(labelsEvaluation.exactMatch)}`,
        ]
      : [
          `Accuracy on ${count} test texts: ${percent(evaluation?.accuracy ?? Number.NaN)} (always “${majority?.label}”: ${percent(majority?.accuracy ?? Number.NaN)})`,
          `Balanced accuracy ${percent(evaluation?.balancedAccuracy ?? Number.NaN)}, mean F₁ ${evaluation?.macroF1.toFixed(3)}`,
        ];
  return `${[
    "",
    ...figures,
    `${Math.ceil(timing.training)} s of training`,
    "",
    `Report: ${joinPath(out, "report.html")}`,
    "Also there: metrics.json, predictions.csv, model/",
    `Use it: recurra classify predict ${out} FILE, recurra classify explain ${out} "…"`,
  ].join("\n")}\n`;
}

async function load(path: string): Promise<TextClassifier> {
  const { loadTextClassifier } = await import("../text/classify/text-classifier.ts");
  const inner = joinPath(path, "model");
  return loadTextClassifier((await pathExists(inner)) ? inner : path);
}

async function runPredict(
  path: string,
  file: string | undefined,
  options: PredictArguments,
  context: CliContext,
): Promise<void> {
  const model = await load(path);
  const data = await read(file ?? "-", options);
  tellNotes(data, context);
  const { predictionHead, predictionLine } = await import("../text/report/classification-files.ts");
  const predictions = await model.predict(data.texts);
  const hasLabels = data.labels !== undefined;
  const labelOf = (n: number) => [data.labels?.[n] ?? []].flat().join("|");
  const text = options.json
    ? `${JSON.stringify(
        predictions.map(({ label, labels, probabilities }, n) => ({
          row: data.rows[n],
          ...(hasLabels && { label: labelOf(n) }),
          prediction: model.isMulti ? labels : label,
          probabilities: Object.fromEntries(model.classes.map((name, k) => [name, probabilities[k]])),
        })),
        null,
        2,
      )}\n`
    : `${[
        predictionHead(model.classes, hasLabels ? ["label"] : []),
        ...predictions.map(({ probabilities }, n) =>
          predictionLine(
            probabilities,
            model.classes,
            model.isMulti,
            hasLabels ? [labelOf(n)] : [],
            data.texts[n] ?? "",
          ),
        ),
      ].join("\n")}\n`;
  if (options.out === undefined) context.print(text);
  else {
    const bytes = new TextEncoder().encode(text);
    await writeFileAtomic(options.out, (sink) => sink.write(bytes));
    context.tell(`Written: ${options.out}\n`);
  }
}

async function runExplain(
  path: string,
  given: string,
  options: ExplainArguments,
  context: CliContext,
): Promise<void> {
  const model = await load(path);
  const text = given === "-" ? (await read("-", { onError: "stop" })).texts.join("\n") : given;
  const { explainText } = await import("../text/classify/explain-text.ts");
  const [prediction] = await model.predict([text]);
  const output = options.class ?? prediction?.label ?? "";
  if (options.class !== undefined) oneOf(...model.classes)(options.class);
  const explanation = await explainText(model, text, { samples: options.samples });
  const row = explanation.row(output);
  if (options.out !== undefined) {
    const { writeExplanation } = await import("../text/report/explanation-files.ts");
    await writeExplanation(explanation, output, options.out);
    context.tell(`Written: ${options.out}\n`);
  }
  if (options.json === true) {
    const { features, baseValue, prediction: probability } = row;
    context.print(
      `${JSON.stringify({ text, class: output, probability, baseValue, words: features }, null, 2)}\n`,
    );
    return;
  }
  const widest = Math.max(...row.features.map(({ name }) => name.length));
  const strongest = row.features.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, 20);
  const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
  context.print(
    `${[
      `${output}: ${row.prediction.toFixed(4)} (without any of the words ${row.baseValue.toFixed(4)})`,
      "",
      ...strongest.map(({ name, value }) => `${name.padEnd(widest)}  ${signed(value)}`),
      ...(row.features.length > strongest.length
        ? [`… and ${row.features.length - strongest.length} more words`]
        : []),
    ].join("\n")}\n`,
  );
}
