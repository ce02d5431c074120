// `recurra classify train`: a classifier of texts, trained, tested and reported.

import { Command, Option } from "commander";
import type { TextData } from "../../data/texts/text-options.ts";
import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import type { TextClassifierConfig } from "../../text/classify/settings.ts";
import type { ClassifierEpoch } from "../../text/classify/train-text-classifier.ts";
import type { TokenizerFile } from "../../text/tokenizers/registry.ts";
import type { CliContext } from "../context.ts";
import { wholeNumber } from "../options.ts";
import { checkOut } from "../out.ts";
import {
  addNetworkOptions,
  addTrainingOptions,
  checkTestShare,
  networkCount,
  type TrainingArguments,
} from "../training-options.ts";
import { nameOf, work } from "../work.ts";
import { classifyTextSummary } from "./classify-text-summary.ts";
import {
  addReadingOptions,
  checkRecurring,
  nearLabels,
  type ReadingArguments,
  readLabelled,
} from "./labelled-texts.ts";
import { tellNotes } from "./text-files.ts";
import { checkTokenizerFile, tokenizerOr } from "./tokenizer-option.ts";
import { traceClassifierCommand } from "./trace-text-command.ts";
import { explainTextCommand, predictTextsCommand } from "./use-text-classifier.ts";

const MODELS = ["mlp", "rnn", "lstm", "gru", "bilstm", "conv", "conv-rnn", "transformer"] as const;
const TOKENIZERS = ["words", "unicode-words", "characters", "bpe", "word-piece", "unigram"] as const;

interface TrainArguments extends ReadingArguments, TrainingArguments {
  readonly model?: (typeof MODELS)[number];
  readonly tokenizer?: (typeof TOKENIZERS)[number] | TokenizerFile;
  readonly punctuation?: boolean;
  readonly vocabulary?: number;
  readonly length?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly units?: number;
  readonly dropout?: number;
  readonly balanced?: boolean;
}

const TRAIN_EXAMPLES = `
Examples:
  recurra classify train reviews.tsv
      an LSTM, or of few texts an mlp; tested on a fifth; into classify-reviews/
  recurra classify train train.csv test.csv --text comment --label sentiment --model conv
      trained on one file and tested on the other
  recurra classify train aclImdb/train aclImdb/test --model mlp
      folders of .txt, whose sub-folders are the labels
  recurra classify train tweets.csv --tokenizer unicode-words --punctuation --label-separator "|"
      texts of any language with their emoji, that may have several labels each
  recurra classify train reviews.tsv --tokenizer bert/tokenizer.json
      cut as a tokeniser of Hugging Face's does it

A file is a table (CSV, TSV, JSON lines, Parquet; also .gz) with a column of
texts and one of labels; which these are is found out where it is not said.

Models: mlp (the words' vectors averaged: fast, and best of few texts), rnn, lstm,
gru, bilstm, conv (convolutions: fast, and hard to beat), conv-rnn, transformer.

A tenth of the training texts is held out, by which the best epoch is chosen.
The folder gets report.html (open it in a browser), predictions.csv,
metrics.json and model/. It appears whole, or not at all.
`;

/** The commands, to stand beside `classify series`. */
export function classifyTextCommands(context: CliContext): readonly Command[] {
  return [
    trainCommand(context),
    predictTextsCommand(context),
    explainTextCommand(context),
    traceClassifierCommand(context),
  ];
}

function trainCommand(context: CliContext): Command {
  const command = new Command("train")
    .description("Train and test a classifier of texts, and write a report.")
    .argument("<TRAIN>", "a table, a pattern of files, or a folder of .txt")
    .argument("[TEST]", "texts to test on (default: a part of TRAIN)");
  addReadingOptions(command)
    .addOption(
      new Option("--model <NAME>", "what reads the texts (default: lstm; mlp of fewer than 5,000)").choices(
        MODELS,
      ),
    )
    .addOption(
      new Option(
        "--tokenizer <NAME>",
        `what texts are cut into: ${TOKENIZERS.join(", ")}, or a tokeniser's file (default: words; unicode-words where no spaces part them)`,
      ).argParser(tokenizerOr(TOKENIZERS)),
    )
    .option("--punctuation", "of unicode-words: punctuation and emoji are tokens, too")
    .addOption(
      new Option(
        "--vocabulary <N>",
        "the most tokens to know (default: 20000; 8000 parts of words)",
      ).argParser(wholeNumber(2)),
    )
    .option("--balanced", "let errors on rare classes count as much as on frequent ones");
  addTrainingOptions(command, "classify").addOption(
    networkCount("--length <N>", "tokens of a text to read (default: by the texts, at most 400)"),
  );
  return addNetworkOptions(command, {
    units: "units of a layer; filters of conv (default: by the network)",
    epochs: "passes over the texts at most (default: 10; more of few texts)",
    batchSize: "texts in a step (default: 32)",
    learningRate: "default: 0.001",
    dropout: "dropped in training (default: 0.5)",
  })
    .addHelpText("after", TRAIN_EXAMPLES)
    .action((train: string, test: string | undefined, options: TrainArguments) =>
      runTrain(train, test, options, context),
    );
}

type Labelled = Required<Pick<TextData, "texts" | "labels">>;

function labelled({ texts, labels, source, taken }: TextData): Labelled {
  if (labels !== undefined) {
    checkRecurring(labels, source, taken.label);
    return { texts, labels };
  }
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
  checkTestShare(test, options);
  const [{ classifyTexts }, files] = await Promise.all([
    import("../../text/classify/classify-texts.ts"),
    import("../../text/report/classification-files.ts"),
  ]);
  const out = options.out ?? `classify-${nameOf(train)}`;
  const result = await work(context, 1, async ({ signal, view, write }) => {
    await checkOut(out, files.isTextClassificationFile, { command: "recurra classify train", context });
    if (typeof options.tokenizer === "object") await checkTokenizerFile(options.tokenizer);
    const data = await readLabelled(train, options, { signal });
    tellNotes(data, context);
    const prefer = data.taken;
    const tested = test === undefined ? undefined : await readLabelled(test, options, { signal, prefer });
    if (tested !== undefined) {
      tellNotes(tested, context);
      checkTestLabels(labelled(data), tested);
    }
    const near = nearLabels(data.labels ?? []);
    if (near !== undefined) context.tell(`${near}\n`);
    let detail: string | undefined;
    const isMulti = data.labels?.some((label) => typeof label !== "string") === true;
    if (isMulti && options.balanced === true)
      throw new RecurraError("option", "--balanced is for texts of one label each; these may have several.");
    const model = options.model ?? (await modelFor(data.texts.length, context));
    const chosen = { ...options, model, ...(await tokenizerFor(data.texts, options, context)) };
    const found = await classifyTexts(labelled(data), configOf(chosen), {
      source: data.source,
      ...(tested && { test: labelled(tested), testSource: tested.source }),
      ...(options.testShare !== undefined && { testShare: options.testShare }),
      signal,
      onStep: (done, of) => view.show({ share: done / of, label: `training ${model}`, detail }),
      onEpoch: (epoch) => {
        detail = detailOf(epoch, isMulti);
        view.notice(`epoch ${epoch.epoch} of ${epoch.epochs}: ${detail}`);
      },
    });
    found.model.columns = data.taken;
    await write(out, files.isTextClassificationFile, (folder) =>
      files.writeTextClassification(found, folder, (tested ?? data).placeOf),
    );
    return found;
  });
  context.print(
    options.json === true
      ? `${JSON.stringify(files.classificationDocument(result), null, 2)}\n`
      : await classifyTextSummary(result, out),
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

/** The network for so many texts. */
async function modelFor(texts: number, context: CliContext): Promise<(typeof MODELS)[number]> {
  const { FEW_TEXTS, usualNetwork } = await import("../../text/classify/usual-settings.ts");
  const model = usualNetwork(texts);
  if (texts < FEW_TEXTS)
    context.tell(
      `Of fewer than ${FEW_TEXTS.toLocaleString("en-US")} texts, --model ${model} is taken: it needs the fewest.\n`,
    );
  return model;
}

/** The tokeniser that was asked for, or the one that the texts call for, which is said where it is not the usual one. */
async function tokenizerFor(
  texts: readonly string[],
  { tokenizer, punctuation }: TrainArguments,
  context: CliContext,
): Promise<ChosenTokenizer> {
  const { usualWords } = await import("../../text/classify/usual-settings.ts");
  const usual = usualWords(texts);
  if (tokenizer === undefined) {
    if (usual.reason !== undefined)
      context.tell(
        `Words are found by --tokenizer unicode-words${usual.punctuation ? " --punctuation" : ""}, since ${usual.reason}.\n`,
      );
    return { tokenizer: usual.name, punctuation: punctuation ?? usual.punctuation };
  }
  if (tokenizer === "words" && usual.reason !== undefined)
    context.tell(
      `--tokenizer words parts texts at spaces, and ${usual.reason}: --tokenizer unicode-words finds their words.\n`,
    );
  return { tokenizer, punctuation };
}

type ChosenTokenizer = Required<Pick<TrainArguments, "tokenizer">> & Pick<TrainArguments, "punctuation">;
type ChosenNetwork = ChosenTokenizer & Required<Pick<TrainArguments, "model">>;

/** What `trainTextClassifier` is to train. */
function configOf(options: TrainArguments & ChosenNetwork): TextClassifierConfig {
  const { model, tokenizer, vocabulary, units, learningRate, dropout, seed } = options;
  const { length, epochs, batchSize, balanced, punctuation = false } = options;
  if (tokenizer === "characters" && vocabulary !== undefined)
    throw new RecurraError("option", "--vocabulary is not for --tokenizer characters; they are all kept.");
  if (typeof tokenizer === "object" && vocabulary !== undefined)
    throw new RecurraError("option", "--vocabulary is not for a tokeniser of a file, which has its own.");
  if (punctuation === true && tokenizer !== "unicode-words")
    throw new RecurraError("option", "--punctuation is for --tokenizer unicode-words.");
  const size = units === undefined ? {} : model === "conv" ? { filters: units } : { units };
  return {
    name: model,
    ...size,
    tokenizer: tokenizerConfig(tokenizer, vocabulary, punctuation),
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
  name: ChosenTokenizer["tokenizer"],
  size: number | undefined,
  punctuation: boolean,
): TextClassifierConfig["tokenizer"] {
  if (typeof name === "object") return name;
  if (name === "words") return { name, numWords: size ?? 20_000, oovToken: "<unknown>", unicode: true };
  if (name === "unicode-words")
    return { name, numWords: size ?? 20_000, oovToken: "<unknown>", ...(punctuation && { punctuation }) };
  if (name === "characters")
    return { name, lower: true, paddingToken: "<padding>", unknownToken: "<unknown>" };
  return { name, vocabularySize: size ?? 8000 };
}
